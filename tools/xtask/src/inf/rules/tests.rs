//! Each rule is broken once, in the real file, and only the expected rules notice.

use std::collections::BTreeSet;

use super::super::stamp::{self, Stamp, Version};
use super::*;

const INX: &str = include_str!("../../../../../inf/vgpudod.inx");
const TODAY: Date = Date {
    year: 2026,
    month: 6,
    day: 1,
};

/// The rule, what is replaced in the stamped file, and by what. `also`: rules that notice the same change.
struct Break {
    rule: &'static str,
    from: &'static str,
    to: &'static str,
    also: &'static [&'static str],
}

const fn broken(rule: &'static str, from: &'static str, to: &'static str) -> Break {
    Break {
        rule,
        from,
        to,
        also: &[],
    }
}

const fn broken_with(
    rule: &'static str,
    from: &'static str,
    to: &'static str,
    also: &'static [&'static str],
) -> Break {
    Break {
        rule,
        from,
        to,
        also,
    }
}

/// What a section of models that is not found brings with it.
const CASCADE: &[&str] = &[
    "INF/hardware-ids",
    "INFVERIF/1297",
    "INFVERIF/2083",
    "INF/featurescore",
    "INF/once",
];

const BREAKS: &[Break] = &[
    broken("INF/class-and-version", "= Display", "= System"),
    broken("INF/class-and-version", "{4d36e968-", "{4d36e969-"),
    broken(
        "INF/class-and-version",
        "PnpLockdown = 1",
        "PnpLockdown = 1\nLayoutFile = layout.inf",
    ),
    broken(
        "INFVERIF/1204",
        "ProviderName     = \"vgpudod contributors\"",
        "ProviderName = \"Microsoft\"",
    ),
    broken_with(
        "INFVERIF/1204",
        "Provider    = %ProviderName%",
        "Provider =",
        &["INF/unused-strings"],
    ),
    broken("INFVERIF/1233", "CatalogFile = vgpudod.cat", ""),
    broken_with(
        "INF/catalog-file-place",
        "vgpudod.sys = 1",
        "vgpudod.sys = 1\nvgpudod.cat = 1",
        &["INFVERIF/1230"],
    ),
    broken(
        "INF/catalog-file-place",
        "CatalogFile = vgpudod.cat",
        "CatalogFile = \"sub\\vgpudod.cat\"",
    ),
    broken("INF/pnplockdown", "PnpLockdown = 1", "PnpLockdown = 0"),
    broken("INF/driverver", "05/30/2026", "06/02/2026"),
    broken("INF/driverver", "05/30/2026", "2026-05-30"),
    broken("INF/driverver", "0.1.0.7", "0.1.0"),
    broken("INF/driverver", "0.1.0.7", "0.1.0.65535"),
    broken_with(
        "INF/models-decoration",
        "Vgpudod, NTamd64.10.0...19041",
        "Vgpudod, NTamd64.10.0...16299",
        CASCADE,
    ),
    broken_with(
        "INF/models-decoration",
        "Vgpudod, NTamd64.10.0...19041",
        "Vgpudod",
        CASCADE,
    ),
    broken(
        "INF/hardware-ids",
        "Vgpudod_Install, PCI\\VEN_1AF4&DEV_1050\r",
        "Vgpudod_Install, PCI\\VEN_1AF4&DEV_1051\r",
    ),
    broken_with(
        "INFVERIF/1297",
        "[Vgpudod_Install.NT]\r",
        "[Vgpudod_Instal.NT]\r",
        &[
            "INF/featurescore",
            "INFVERIF/1296",
            "INF/msi-values",
            "KMDF/inf-wdf-sections",
            "INFVERIF/2083",
        ],
    ),
    broken("INF/dirid13", "DefaultDestDir = 13", "DefaultDestDir = 12"),
    broken(
        "INF/dirid13",
        "DefaultDestDir = 13",
        "DefaultDestDir = 13,sub",
    ),
    broken("INF/dirid13", "DefaultDestDir = 13", "Other_Files = 13"),
    broken(
        "INFVERIF/1100",
        "[Vgpudod_Files]\r\nvgpudod.sys",
        "[Vgpudod_Files]\r\nvgpudod.sys,other.sys",
    ),
    broken("INFVERIF/1100", "vgpudod.sys = 1", "vgpudod.sys = 1,x64"),
    broken("INFVERIF/1230", "vgpudod.sys = 1", "vgpudod.sys = 2"),
    broken_with("INFVERIF/1230", "vgpudod.sys = 1", "other.sys = 1", &[]),
    broken(
        "INF/service-entries",
        "SERVICE_DEMAND_START   = 3",
        "SERVICE_DEMAND_START = 0",
    ),
    broken(
        "INF/service-entries",
        "SERVICE_KERNEL_DRIVER  = 1",
        "SERVICE_KERNEL_DRIVER  = 2",
    ),
    broken(
        "INFVERIF/1296",
        "SPSVCINST_ASSOCSERVICE = 0x00000002",
        "SPSVCINST_ASSOCSERVICE = 0",
    ),
    broken("INFVERIF/2084", "%13%\\vgpudod.sys", "%12%\\vgpudod.sys"),
    broken("INFVERIF/2084", "%13%\\vgpudod.sys", "%13%\\other.sys"),
    broken("INF/event-log", "IoLogMsg.dll", "other.dll"),
    broken(
        "INF/event-log",
        "TypesSupported, %REG_DWORD%, 7",
        "TypesSupported, %REG_DWORD%, 1",
    ),
    broken_with(
        "INF/names-and-include",
        "FeatureScore = F9",
        "FeatureScore = F9\nInclude = msdv.inf",
        &["INF/known-directives"],
    ),
    broken(
        "INF/names-and-include",
        "AddService = vgpudod,",
        "AddService = kmdod,",
    ),
    broken(
        "KMDF/inf-wdf-sections",
        "KmdfLibraryVersion = 1.31",
        "KmdfLibraryVersion = 1.33",
    ),
    broken(
        "KMDF/inf-wdf-sections",
        "KmdfService = vgpudod,",
        "KmdfService = other,",
    ),
    broken_with(
        "KMDF/inf-wdf-sections",
        "KmdfService = vgpudod, Vgpudod_Wdf",
        "",
        &["INFVERIF/2083"],
    ),
    broken(
        "INF/settings-and-select",
        "HKR,, TypesSupported",
        "HKR,, TypesSupported, %REG_DWORD%, 7\nHKLM,, Other",
    ),
    broken(
        "INF/msi-values",
        "MessageNumberLimit, %REG_DWORD%, 3",
        "MessageNumberLimit, %REG_DWORD%, 4",
    ),
    broken(
        "INF/msi-values",
        "MSISupported, %REG_DWORD%, 1",
        "MSISupported, %REG_DWORD%, 0",
    ),
    broken(
        "INF/msi-values",
        "MSISupported, %REG_DWORD%, 1",
        "MSISupported, 0, 1",
    ),
    broken(
        "INF/security-in-inf",
        "[Vgpudod_Interrupts]\r\n",
        "[Vgpudod_Interrupts]\nHKR,,Security,,\"D:P(A;;GA;;;WD)\"\n",
    ),
    broken_with(
        "INF/security-in-inf",
        "[Vgpudod_Wdf]",
        "[Vgpudod_Files.Security]\n[Vgpudod_Wdf]",
        &["INFVERIF/2083"],
    ),
    broken(
        "INF/umd-names-not-for-dod",
        "[Vgpudod_Interrupts]\r\n",
        "[Vgpudod_Interrupts]\nHKR,,UserModeDriverName,,x.dll\n",
    ),
    broken(
        "INFVERIF/1303",
        "[Vgpudod_Interrupts]\r\n",
        "[Vgpudod_Interrupts]\nHKR,,CoInstallers32,0x00010000,\"x.dll\"\n",
    ),
    broken("INF/featurescore", "FeatureScore = F9", ""),
    broken_with(
        "INF/featurescore",
        "FeatureScore = F9",
        "FeatureScore = F9\nFeatureScore = FA",
        &["INF/once"],
    ),
    broken_with(
        "INF/featurescore",
        "[Vgpudod_Wdf]\r\n",
        "[Vgpudod_Wdf]\nFeatureScore = F9\n",
        &["INF/known-directives"],
    ),
    broken("INF/exclude-from-select", "ExcludeFromSelect = *", ""),
    broken_with(
        "INF/universal-limits",
        "CopyFiles    = Vgpudod_Files",
        "CopyFiles = Vgpudod_Files\nDelReg = Vgpudod_Files",
        &["INF/known-directives"],
    ),
    broken_with(
        "INFVERIF/1285",
        "[Vgpudod_Wdf]",
        "[ClassInstall32]\n[Vgpudod_Wdf]",
        &["INFVERIF/2083"],
    ),
    broken_with(
        "INFVERIF/1300",
        "[Vgpudod_Wdf]",
        "[Vgpudod_Install.NT.CoInstallers]\n[Vgpudod_Wdf]",
        &["INFVERIF/2083"],
    ),
    broken_with(
        "INFVERIF/1212",
        "[Vgpudod_Wdf]",
        "[DefaultInstall.NTamd64]\n[Vgpudod_Wdf]",
        &["INFVERIF/2083"],
    ),
    broken_with(
        "INFVERIF/1203",
        "CopyFiles    = Vgpudod_Files",
        "CopyFiles = Vgpudod_Copy",
        &["INFVERIF/2083", "INFVERIF/1230", "INFVERIF/2084"],
    ),
    broken(
        "INFVERIF/2083",
        "[Vgpudod_Wdf]",
        "[Forgotten]\n[Vgpudod_Wdf]",
    ),
    broken_with(
        "INFVERIF/1205",
        "AddReg = Vgpudod_EventSource",
        "AddReg = Vgpudod_EventSource, Vgpudod_Interrupts",
        &[],
    ),
    broken(
        "INFVERIF/1235",
        "\"virtio GPU display-only adapter (vgpudod)\"",
        "\"x\"\n[Vgpudod_Interrupts]\nHKR,,Path,,%SystemRoot%\n[Strings]",
    ),
    broken(
        "INF/unused-strings",
        "DiskName         =",
        "Forgotten = 1\nDiskName =",
    ),
    broken_with(
        "INF/known-directives",
        "CopyFiles    = Vgpudod_Files",
        "CopyFile = Vgpudod_Files",
        &["INFVERIF/2083", "INFVERIF/1230", "INFVERIF/2084"],
    ),
    broken(
        "INF/once",
        "vgpudod.sys = 1",
        "vgpudod.sys = 1\nvgpudod.sys = 1",
    ),
    broken(
        "INF/stamped",
        "vgpudod installation files\"\r\n",
        "x\"\n[Vgpudod_Interrupts]\nHKR,,Arch,,$ARCH$\n[Strings]\n",
    ),
];

fn stamped(architecture: Architecture) -> String {
    let date = Date {
        year: 2026,
        month: 5,
        day: 30,
    };
    stamp::stamp(
        INX,
        &Stamp {
            architecture,
            date,
            version: Version([0, 1, 0, 7]),
            kmdf: (1, 31),
        },
    )
    .unwrap()
}

fn broken_rules(text: &str, architecture: Architecture) -> Vec<&'static str> {
    let inf = Document::parse(text).unwrap();
    let found = findings(&Subject {
        inf: &inf,
        architecture,
        kmdf: (1, 31),
        today: TODAY,
    });
    let mut rules: Vec<&str> = found.iter().map(|finding| finding.rule).collect();
    rules.dedup();
    rules
}

#[test]
fn the_driver_s_own_file_breaks_no_rule_on_any_architecture() {
    for architecture in Architecture::ALL {
        assert_eq!(
            broken_rules(&stamped(architecture), architecture),
            Vec::<&str>::new(),
            "{architecture:?}"
        );
    }
}

#[test]
fn a_file_for_one_architecture_is_not_one_for_the_other() {
    assert!(
        broken_rules(&stamped(Architecture::Arm64), Architecture::Amd64)
            .contains(&"INF/models-decoration")
    );
}

#[test]
fn each_rule_notices_its_breach_and_no_other_rule_does() {
    let whole = stamped(Architecture::Amd64);
    let mut wrong = Vec::new();
    for Break {
        rule,
        from,
        to,
        also,
    } in BREAKS
    {
        assert_eq!(
            whole.matches(from).count(),
            1,
            "{rule}: {from:?} is not in the file once"
        );
        let found: BTreeSet<&str> = broken_rules(&whole.replace(from, to), Architecture::Amd64)
            .into_iter()
            .collect();
        let expected: BTreeSet<&str> = also.iter().copied().chain([*rule]).collect();
        if found != expected {
            wrong.push(format!(
                "{to:?} should break {expected:?} and breaks {found:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_rule_is_without_a_breach_a_page_and_a_line_in_the_docs() {
    let docs = include_str!("../../../../../docs/package-rules.md");
    for rule in all() {
        assert!(
            BREAKS.iter().any(|broken| broken.rule == rule.id),
            "nothing breaks {}",
            rule.id
        );
        assert!(rule.page.contains('/'), "{}", rule.id);
        assert!(
            docs.contains(&format!("`{}`", rule.id)),
            "docs/package-rules.md does not list {}",
            rule.id
        );
    }
}

/// One message for each source: the INF file's limit, the rule's and the driver's are one number.
#[test]
fn the_driver_has_as_many_interrupt_sources_as_the_inf_file_asks_messages_for() {
    let driver = include_str!("../../../../../crates/display/src/interrupts.rs");
    let (_, behind) = driver.split_once("type Sources<P> = (").unwrap();
    let (sources, _) = behind.split_once(')').unwrap();
    let count = sources
        .split(',')
        .filter(|source| !source.trim().is_empty())
        .count();
    assert_eq!(u32::try_from(count).unwrap(), registry::MESSAGES);
}
