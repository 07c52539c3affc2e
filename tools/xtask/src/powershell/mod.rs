//! Reads the scripts for the test machine as PowerShell does, and lints them: nobody here can run them.
//!
//! The grammar is tree-sitter's. It runs as a test only. What it cannot see is whether a command does what the script hopes for; that
//! takes Windows.

mod lint;
mod tree;

use std::fs;
use std::path::Path;

use tracelogging::Guid;

use lint::{Commands, Script, findings};

const COMMANDS: &str = include_str!("commands.tsv");

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/vm")
}

/// The scripts: their names and texts. The first is what the others share.
fn scripts() -> Vec<(String, String)> {
    let mut scripts: Vec<(String, String)> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "ps1"))
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                fs::read_to_string(&path).unwrap(),
            )
        })
        .collect();
    scripts.sort_by_key(|(name, _)| (name != "Common.ps1", name.clone()));
    scripts
}

fn common() -> String {
    let (name, text) = scripts().remove(0);
    assert_eq!(name, "Common.ps1");
    text
}

/// What the linter finds in this script.
fn lint(name: &str, text: &str) -> Vec<String> {
    let commands = Commands::parse(COMMANDS);
    let common = common();
    let common = Script::parse("Common.ps1", &common).unwrap();
    match Script::parse(name, text) {
        Ok(script) => findings(&script, &common, &commands),
        Err(findings) => findings,
    }
}

#[test]
fn the_scripts_are_all_there_and_have_nothing_wrong() {
    let names: Vec<String> = scripts().into_iter().map(|(name, _)| name).collect();
    let expected = [
        "Common.ps1",
        "Enable-TestSigning.ps1",
        "Enable-Verifier.ps1",
        "Install-Driver.ps1",
        "New-TestVm.ps1",
        "Test-Driver.ps1",
        "Uninstall-Driver.ps1",
    ];
    assert_eq!(names, expected);
    for (name, text) in scripts() {
        assert_eq!(lint(&name, &text), Vec::<String>::new(), "{name}");
    }
}

/// No command is listed that nothing calls.
#[test]
fn the_list_of_commands_is_no_longer_than_it_has_to_be() {
    let all: String = scripts().into_iter().map(|(_, text)| text).collect();
    for name in Commands::parse(COMMANDS).names() {
        assert!(all.contains(name), "nothing calls {name}");
    }
}

#[test]
fn the_trace_provider_is_the_driver_s() {
    let source = include_str!("../../../../src/trace.rs");
    let (_, behind) = source.split_once("define_provider!(PROVIDER, \"").unwrap();
    let (name, _) = behind.split_once('"').unwrap();
    let guid = format!("{:?}", Guid::from_name(name));
    assert!(
        common().contains(&format!("'{{{guid}}}'")),
        "Common.ps1 does not have {{{guid}}}, the identifier of {name}"
    );
}

#[test]
fn both_scripts_record_what_dxgkrnl_says_of_the_driver() {
    let common = common();
    // Microsoft-Windows-DxgKrnl, as `logman query providers` lists it.
    let provider = "$PortTraceProvider = '{802ec45a-1e99-4b83-9920-87c98277ba9d}'";
    assert!(common.contains(provider), "{provider}");
    let chosen = "if ($name -eq 'dxgkrnl') { $provider = $PortTraceProvider }";
    assert!(common.contains(chosen), "{chosen}");
    for (name, script) in [
        (
            "Install",
            include_str!("../../../../scripts/vm/Install-Driver.ps1"),
        ),
        (
            "Test",
            include_str!("../../../../scripts/vm/Test-Driver.ps1"),
        ),
    ] {
        for part in ["$sessions = @(Open-Trace ", "Close-Trace $sessions"] {
            assert!(script.contains(part), "{name}-Driver.ps1: {part}");
        }
    }
}

#[test]
fn device_service_and_certificate_are_the_package_s() {
    let common = common();
    let inx = include_str!("../../../../inf/vgpudod.inx");
    assert!(
        common.contains("$HardwareId = 'PCI\\VEN_1AF4&DEV_1050'")
            && inx.contains(r"PCI\VEN_1AF4&DEV_1050")
    );
    assert!(common.contains("$ServiceName = 'vgpudod'") && inx.contains("AddService = vgpudod,"));
    assert!(common.contains(&format!(
        "$CertificateSubject = 'CN={}'",
        crate::package::CERTIFICATE_NAME
    )));
    assert!(common.contains("$FirstBuild = 19041") && inx.contains("10.0...19041"));
}

/// Names of statistics in a script that the driver does not count.
fn unknown_statistics(script: &str) -> Vec<String> {
    let statistics = include_str!("../../../../crates/ioctl/src/statistics.rs");
    let named = ["$after.", "$before."]
        .into_iter()
        .flat_map(|variable| script.split(variable).skip(1));
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let names = named.map(|behind| behind.split(|c| !is_name(c)).next().unwrap_or_default());
    names
        .filter(|name| !statistics.contains(&format!("    {name},\n")))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_statistics_that_are_compared_are_the_driver_s() {
    let (_, script) = scripts()
        .into_iter()
        .find(|(name, _)| name == "Test-Driver.ps1")
        .unwrap();
    assert!(script.contains("$after.frames_completed"));
    assert_eq!(unknown_statistics(&script), Vec::<String>::new());
    assert_eq!(
        unknown_statistics("$after.frame_completed -eq 1"),
        ["frame_completed"]
    );
}

/// The whole script with one change, and what is found then.
#[track_caller]
fn broken(name: &str, from: &str, to: &str, expected: &str) {
    let (_, text) = scripts()
        .into_iter()
        .find(|(other, _)| other == name)
        .unwrap();
    assert!(text.contains(from), "{from:?} is not in {name}");
    let found = lint(name, &text.replacen(from, to, 1));
    assert!(
        found.iter().any(|finding| finding.contains(expected)),
        "{to:?}: {expected:?} is not in {found:?}"
    );
}

#[test]
fn each_fault_is_found() {
    let install = "Install-Driver.ps1";
    broken(
        install,
        "if ($devices.Count -eq 0) {",
        "if ($devices.Count -eq 0 {",
        "is no PowerShell",
    );
    broken(
        install,
        "$inf = Join-Path",
        "$inf = Join-Pth",
        "calls Join-Pth",
    );
    broken(
        install,
        "-AnyCode\n",
        "-AnyCod\n",
        "Invoke-Tool has no parameter -AnyCod",
    );
    broken(
        install,
        "Start-Sleep -Seconds",
        "Start-Sleep -Second",
        "Start-Sleep has no parameter -Second",
    );
    broken(
        install,
        "'pnputil.exe' -Arguments '/add-driver'",
        "'pnputl.exe' -Arguments '/add-driver'",
        "runs pnputl.exe",
    );
    broken(
        install,
        "Stop-Script 'test signing is off",
        "Stop-Scrpt 'test signing is off",
        "calls Stop-Scrpt",
    );
    broken(
        install,
        "$folder = Resolve-Package",
        "$foldr = Resolve-Package",
        "$folder is read and never set",
    );
    broken(
        install,
        "#Requires -Version 5.1",
        "",
        "#Requires -Version 5.1",
    );
    broken(install, ".EXAMPLE", ".EXAMPL", ".EXAMPLE");
    broken(
        install,
        "[CmdletBinding(SupportsShouldProcess = $true)]",
        "[CmdletBinding()]",
        "SupportsShouldProcess",
    );
    broken(
        install,
        "Set-StrictMode -Version Latest",
        "",
        "Set-StrictMode",
    );
    broken(
        install,
        "$ErrorActionPreference = 'Stop'",
        "",
        "$ErrorActionPreference",
    );
    broken(
        install,
        ". (Join-Path $PSScriptRoot 'Common.ps1')",
        "",
        "Common.ps1",
    );
    broken(install, "exit 0\n", "exit 0 && exit 1\n", "PowerShell 7");
    broken(install, "Where-Object {", "? {", "calls ?");
    broken(
        install,
        "for the device to start.",
        "f\u{fc}r the device to start.",
        "ASCII",
    );
    broken(
        install,
        "if (-not $PSCmdlet.ShouldProcess(",
        "if (-not $PSCmdlet.ShouldContinue(",
        "Invoke-Tool without asking ShouldProcess",
    );
    let uninstall = "Uninstall-Driver.ps1";
    broken(
        uninstall,
        "if ($PSCmdlet.ShouldProcess(\"$store,",
        "if ($PSCmdlet.ShouldContinue(\"$store,",
        "Remove-Item without asking",
    );
    broken(
        uninstall,
        "        Write-Step \"$name is uninstalled\"\n    }",
        "    } else {\n        Remove-Item -LiteralPath $name\n    }",
        "Remove-Item without asking",
    );
    broken(
        "Common.ps1",
        "Get-PnpDevice -PresentOnly",
        "Get-PnpDevices -PresentOnly",
        "calls Get-PnpDevices",
    );
}

/// Calls of scripts in a text that names one which is not there, or a parameter that it does not take.
fn wrong_calls(text: &str) -> Vec<String> {
    let scripts = scripts();
    let mut wrong = Vec::new();
    for line in text.lines() {
        let mut rest = line;
        while let Some((before, behind)) = rest.split_once(".ps1") {
            let start = before.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '-');
            let name = format!(
                "{}.ps1",
                before
                    .get(start.map_or(0, |at| at + 1)..)
                    .unwrap_or_default()
            );
            // The call ends where code ends, or where the next script's begins.
            let call = behind
                .split(['`', '#', ';', '|', ')'])
                .next()
                .unwrap_or_default();
            let call = call.split(".ps1").next().unwrap_or_default();
            match scripts.iter().find(|(other, _)| *other == name) {
                None => wrong.push(format!("{name} is not there")),
                Some((_, source)) => {
                    let mut known = Script::parse(&name, source).unwrap().own_parameters();
                    known.insert("whatif".to_owned());
                    let used = call
                        .split_whitespace()
                        .filter_map(|word| word.strip_prefix('-'));
                    let unknown = used.filter(|word| !known.contains(&word.to_lowercase()));
                    wrong.extend(unknown.map(|word| format!("{name} takes no -{word}")));
                }
            }
            rest = behind;
        }
    }
    wrong
}

#[test]
fn the_docs_call_the_scripts_as_they_are() {
    for text in [
        include_str!("../../../../docs/windows.md"),
        include_str!("../../../../docs/debugging.md"),
        include_str!("../../../../docs/limits.md"),
        include_str!("../../../../docs/package-rules.md"),
        include_str!("../../../../SECURITY.md"),
    ] {
        assert_eq!(wrong_calls(text), Vec::<String>::new());
    }
    assert_eq!(
        wrong_calls(".\\Instal-Driver.ps1"),
        ["Instal-Driver.ps1 is not there"]
    );
    assert_eq!(
        wrong_calls("Install-Driver.ps1 -Force"),
        ["Install-Driver.ps1 takes no -Force"]
    );
}

/// Examples in a script's own help.
#[test]
fn the_scripts_help_calls_them_as_they_are() {
    for (name, text) in scripts() {
        assert_eq!(wrong_calls(&text), Vec::<String>::new(), "{name}");
    }
}
