//! The driver in C of testing/c-driver, which to the rig is not this project's: built as any driver
//! is, against the headers and libraries of the content root.
//!
//! Its own header declares what mingw-w64 does not have. Each structure and each value in it is
//! held against the tables that the crate dxgk-sys is tested with.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::install;
use crate::lock;
use crate::process;
use crate::repository::{Repository, write_if_changed};
use crate::wdk_lite::{ContentRoot, rows};

/// What it imports from ntoskrnl.exe by itself, besides what displib does.
const IMPORTS: &[&str] = &[
    "ExAllocatePool2",
    "ExFreePoolWithTag",
    "__C_specific_handler",
    "memcpy",
    "memset",
];

/// The content root's libraries that it is linked with, as drivers are with the WDK's.
const LIBRARIES: [&str; 3] = ["displib", "BufferOverflowFastFailK", "ntoskrnl"];

/// The folder of its sources.
pub fn sources(repository: &Repository) -> PathBuf {
    repository.root().join("testing/c-driver")
}

/// Its INF file.
pub fn inf(repository: &Repository) -> PathBuf {
    sources(repository).join("stdvga.inf")
}

/// Builds it; the image.
pub fn build(repository: &Repository) -> Result<PathBuf> {
    install::ensure(install::DRIVER)?;
    let _lock = lock::hold(repository)?;
    let content_root = ContentRoot::write(repository)?;
    process::say("Building", "the driver in C (stdvga.sys)");
    let sources = sources(repository);
    let folder = repository.root().join("target/c-driver");
    let header = fs::read_to_string(sources.join("display.h"))?;
    let checks = folder.join("checks.c");
    write_if_changed(&checks, assertions(repository, &header)?.as_bytes())?;
    let clang = || {
        let mut clang = content_root.clang();
        clang.arg("-I").arg(&sources);
        clang
    };
    process::capture(clang().arg("-fsyntax-only").arg(&checks))
        .context("testing/c-driver/display.h is not as dxgk-sys's tables are")?;
    let mut objects = Vec::new();
    for name in ["stdvga", "vidpn"] {
        let object = folder.join(format!("{name}.obj"));
        let mut compile = clang();
        compile
            .args(["-O2", "-c"])
            .arg(sources.join(format!("{name}.c")));
        process::capture(compile.arg("-o").arg(&object))
            .with_context(|| format!("testing/c-driver/{name}.c"))?;
        objects.push(object);
    }
    let imports = import_library(&folder)?;
    let image = folder.join("stdvga.sys");
    let mut link = Command::new("lld-link");
    link.args(["/nodefaultlib", "/driver", "/dynamicbase"])
        .args(["/subsystem:native", "/entry:DriverEntry"])
        .arg(format!("/out:{}", image.display()))
        .args(objects)
        .arg(imports)
        .args(LIBRARIES.map(|name| content_root.kernel_library(name)));
    process::capture(&mut link).context("the driver in C does not link")?;
    Ok(image)
}

fn import_library(folder: &Path) -> Result<PathBuf> {
    let (definitions, library) = (folder.join("imports.def"), folder.join("imports.lib"));
    let text = format!("LIBRARY ntoskrnl.exe\nEXPORTS\n{}\n", IMPORTS.join("\n"));
    write_if_changed(&definitions, text.as_bytes())?;
    let mut dlltool = Command::new("llvm-dlltool");
    dlltool.args(["-m", "i386:x86-64", "-d"]).arg(&definitions);
    process::capture(dlltool.arg("-l").arg(&library))?;
    Ok(library)
}

/// A C file with an assertion for each structure, member and value of the header that the tables
/// have.
fn assertions(repository: &Repository, header: &str) -> Result<String> {
    let data = repository.root().join("crates/dxgk-sys/tests/data");
    let read = |name: &str| {
        let file = data.join(name);
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))
    };
    let (layout, constants) = (read("layout.tsv")?, read("constants.tsv")?);
    checked(header, &layout, &constants)
}

/// The same from the texts. Structures that the header defines and the table does not have are an
/// error.
fn checked(header: &str, layout: &str, constants: &str) -> Result<String> {
    let words: BTreeSet<&str> = header
        .split(|character: char| !(character.is_alphanumeric() || character == '_'))
        .collect();
    let mut missing: BTreeSet<&str> = header
        .lines()
        .filter_map(|line| line.strip_prefix("typedef struct ")?.strip_suffix(" {"))
        .collect();
    let defined = missing.clone();
    let mut text = String::from("#include \"display.h\"\n");
    let number = |cell: &str, name: &str| -> Result<u64> {
        let value = cell.split(' ').next().unwrap_or_default();
        let value = value.strip_prefix(name).context("a cell of the layout")?;
        Ok(value.parse()?)
    };
    for row in rows(layout) {
        match row[..] {
            ["struct", name, _, size, _] if defined.contains(name) => {
                missing.remove(name);
                let size = number(size, "size=")?;
                writeln!(
                    text,
                    "_Static_assert(sizeof(struct {name}) == {size}, \"{name}\");"
                )?;
            }
            ["field", name, field, offset, _]
                if defined.contains(name)
                    && field.split('.').all(|part| words.contains(part))
                    && !offset.contains("bits")
                    && !field.ends_with("Flags.Value") =>
            {
                let offset = number(offset, "offset=")?;
                writeln!(
                    text,
                    "_Static_assert(__builtin_offsetof(struct {name}, {field}) == {offset}, \"{name}.{field}\");"
                )?;
            }
            _ => {}
        }
    }
    ensure!(missing.is_empty(), "no table has {missing:?}");
    let mut values = 0;
    for row in rows(constants) {
        let ["const", _, name, value, _] = row[..] else {
            bail!("{row:?} is no constant");
        };
        if words.contains(name) {
            values += 1;
            writeln!(
                text,
                "_Static_assert((unsigned){name} == (unsigned)({value}LL), \"{name}\");"
            )?;
        }
    }
    ensure!(values != 0, "the header has no value of the table's");
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drivers_header_is_held_against_the_tables() {
        let header =
            "#define VALUE 2\ntypedef struct _PAIR {\n    int one;\n    int other;\n} PAIR;\n";
        let layout = "struct\t_PAIR\t\tsize=8\talign=4\nfield\t_PAIR\tone\toffset=0\tint\n\
                      field\t_PAIR\tother\toffset=4\tint\nfield\t_PAIR\tthird\toffset=8\tint\n";
        let text = checked(header, layout, "const\t#define\tVALUE\t2\t0x2\n").unwrap();
        assert!(text.contains("sizeof(struct _PAIR) == 8"), "{text}");
        assert!(
            text.contains("offsetof(struct _PAIR, other) == 4"),
            "{text}"
        );
        assert!(
            text.contains("(unsigned)VALUE == (unsigned)(2LL)"),
            "{text}"
        );
        assert!(!text.contains("third"), "{text}");
        let error = checked("typedef struct _NEW {\n", "", "").unwrap_err();
        assert!(error.to_string().contains("_NEW"), "{error}");
    }
}
