//! Makes the WDK content root that the driver is built against on Linux, from mingw-w64's headers and `testing/wdk-lite`.
//!
//! Its folders are laid out as wdk-build expects them of a WDK. Headers are links, libraries are made by clang and LLVM's tools, and
//! everything is left alone that is up to date. It takes no part in a build on Windows.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::linker;
use crate::process;
use crate::repository::{Repository, link, write_if_changed};

/// The version that the content root claims: the WDK whose crates' documentation wdk-sys follows.
pub const VERSION: &str = "10.0.26100.0";

const MINGW_HEADERS: &str = "/usr/share/mingw-w64/include";

/// Static libraries made from one C file each.
const COMPILED: &[(&str, &str, Place)] = &[
    (
        "buffer_overflow_fast_fail_k",
        "BufferOverflowFastFailK",
        Place::Kernel,
    ),
    ("displib", "displib", Place::Kernel),
    ("wdmsec", "wdmsec", Place::Kernel),
    ("wdf_driver_entry", "WdfDriverEntry", Place::Framework),
];

/// Import libraries made from the table of imports: the module's name there, and the library's.
const IMPORTED: &[(&str, &str, Place)] = &[
    ("ntoskrnl.exe", "ntoskrnl", Place::Kernel),
    ("HAL.dll", "hal", Place::Kernel),
    ("WDFLDR.SYS", "WdfLdr", Place::Framework),
];

/// Functions that the linker must be able to name and that must not be imported: the panic handler calls this one, and the linker drops
/// both as long as no panic can be reached.
const UNREACHED: &[(&str, &str)] = &[("ntoskrnl.exe", "KeBugCheckEx")];

/// Libraries that a link line names and nothing is taken from.
const EMPTY: &[&str] = &["wmilib", "rpcrt4"];

/// A folder of libraries in the content root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Kernel,
    Framework,
}

/// The content root, and what a build against it has to be told.
#[derive(Debug, Clone)]
pub struct ContentRoot {
    repository: PathBuf,
    path: PathBuf,
    clang_resources: PathBuf,
    /// A digest of all that the libraries are made from.
    inputs: String,
}

/// A row of imports.tsv.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The module that exports it, as its file is called.
    pub module: String,
    /// The function's name.
    pub name: String,
    /// What the driver needs it for.
    pub reason: String,
}

/// Reads the table of imports.
pub fn imports(repository: &Repository) -> Result<Vec<Import>> {
    read_imports(repository, "imports.tsv")
}

/// Reads the table of what the example drivers import besides.
pub fn imports_of_examples(repository: &Repository) -> Result<Vec<Import>> {
    read_imports(repository, "imports-examples.tsv")
}

fn read_imports(repository: &Repository, table: &str) -> Result<Vec<Import>> {
    let path = repository.wdk_lite_sources().join(table);
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    parse_imports(&text).with_context(|| format!("in {}", path.display()))
}

fn parse_imports(text: &str) -> Result<Vec<Import>> {
    let mut imports: Vec<Import> = Vec::new();
    for row in rows(text) {
        let [module, name, reason] = row[..] else {
            bail!("{row:?} is not module, name and reason")
        };
        if reason.trim().is_empty() {
            bail!("{name} has no reason");
        }
        if imports.iter().any(|import| import.name == name) {
            bail!("{name} is there twice");
        }
        if !IMPORTED.iter().any(|(known, ..)| *known == module) {
            bail!("{name} comes from {module}, for which there is no import library");
        }
        imports.push(Import {
            module: module.to_owned(),
            name: name.to_owned(),
            reason: reason.to_owned(),
        });
    }
    Ok(imports)
}

/// The fields of each row of a table: lines that start with `#` and empty ones left out.
pub fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| line.split('\t').collect())
}

impl ContentRoot {
    /// Brings the content root up to date.
    pub fn write(repository: &Repository) -> Result<Self> {
        let clang_resources = process::capture(Command::new("clang").arg("-print-resource-dir"))?;
        let sources = repository.wdk_lite_sources();
        let root = Self {
            repository: repository.root().to_owned(),
            path: repository.wdk_lite(),
            clang_resources: PathBuf::from(clang_resources.trim()),
            inputs: inputs(&sources)?,
        };
        root.headers(&sources)?;
        for library in EMPTY {
            // An archive without members is its signature alone.
            write_if_changed(&root.library(Place::Kernel, library), b"!<arch>\n")?;
        }
        let mut imports = imports(repository)?;
        imports.extend(imports_of_examples(repository)?);
        if root.is_up_to_date() {
            return Ok(root);
        }
        process::say(
            "Making",
            "a WDK content root from mingw-w64's headers and testing/wdk-lite",
        );
        for (module, library, place) in IMPORTED {
            root.import_library(&imports, module, *place, library)?;
        }
        root.check_layout(&sources)?;
        forget_functions(&repository.cross())?;
        for (source, library, place) in COMPILED {
            root.compile(&sources, source, *place, library)?;
        }
        root.mark_up_to_date()?;
        Ok(root)
    }

    /// Tells a build about this content root and the compiler for it.
    pub fn configure<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let bindgen = format!(
            "{} -isystem {}/include",
            TARGET_FLAGS.join(" "),
            self.clang_resources.display()
        );
        let c = format!(
            "{} -w -fno-omit-frame-pointer -mno-red-zone",
            TARGET_FLAGS.join(" ")
        );
        command
            .env("WDKContentRoot", &self.path)
            // build.rs watches it: Cargo knows nothing of the libraries that are linked, and would not link anew.
            .env("VGPUDOD_LINKED_WITH", &self.inputs)
            .env("Version_Number", VERSION)
            .env("BINDGEN_EXTRA_CLANG_ARGS", bindgen)
            .env("CC_x86_64_pc_windows_msvc", "clang")
            .env("CFLAGS_x86_64_pc_windows_msvc", c)
            .env("AR_x86_64_pc_windows_msvc", "llvm-lib")
    }

    fn include(&self, folder: &str) -> PathBuf {
        self.path.join("Include").join(VERSION).join(folder)
    }

    fn framework_include(&self) -> PathBuf {
        self.path.join("Include/wdf/kmdf/1.31")
    }

    fn library(&self, place: Place, name: &str) -> PathBuf {
        let folder = match place {
            Place::Kernel => self.path.join("Lib").join(VERSION).join("km/x64"),
            Place::Framework => self.path.join("Lib/wdf/kmdf/x64/1.31"),
        };
        folder.join(format!("{name}.lib"))
    }

    /// A library of the kernel's folder.
    pub fn kernel_library(&self, name: &str) -> PathBuf {
        self.library(Place::Kernel, name)
    }

    fn work(&self, name: &str) -> PathBuf {
        self.path.join("work").join(name)
    }

    fn headers(&self, sources: &Path) -> Result<()> {
        for folder in [
            self.include("km/crt"),
            self.include("km/ufx/1.1"),
            self.path.join("work"),
        ] {
            fs::create_dir_all(&folder)
                .with_context(|| format!("cannot make {}", folder.display()))?;
        }
        link(Path::new(MINGW_HEADERS), &self.include("shared"))?;
        let ddk = Path::new(MINGW_HEADERS).join("ddk");
        for entry in fs::read_dir(&ddk).with_context(|| format!("cannot read {}", ddk.display()))? {
            let name = entry?.file_name();
            // This one is the project's, which includes mingw-w64's.
            if name != "wdm.h" {
                link(&ddk.join(&name), &self.include("km").join(&name))?;
            }
        }
        write_if_changed(
            &self.include("km").join("wdm.h"),
            &fs::read(sources.join("include/km/wdm.h"))?,
        )?;
        write_if_changed(
            &self.framework_include().join("wdf.h"),
            &fs::read(sources.join("include/kmdf/wdf.h"))?,
        )?;
        let indices = fs::read_to_string(sources.join("kmdf-function-index.tsv"))?;
        write_if_changed(
            &self.framework_include().join("wdf_function_index.h"),
            function_indices(&indices)?.as_bytes(),
        )
    }

    fn import_library(
        &self,
        imports: &[Import],
        module: &str,
        place: Place,
        library: &str,
    ) -> Result<()> {
        let mut definition = format!("LIBRARY {module}\nEXPORTS\n");
        for import in imports.iter().filter(|import| import.module == module) {
            writeln!(definition, "    {}", import.name)?;
        }
        let listed = |name: &str| imports.iter().any(|import| import.name == name);
        for (_, name) in UNREACHED
            .iter()
            .filter(|(from, name)| *from == module && !listed(name))
        {
            writeln!(definition, "    {name}")?;
        }
        let path = self.work(&format!("{library}.def"));
        write_if_changed(&path, definition.as_bytes())?;
        let output = self.library(place, library);
        make_parent(&output)?;
        let mut dlltool = Command::new("llvm-dlltool");
        process::capture(
            dlltool
                .args(["-m", "i386:x86-64", "-d"])
                .arg(path)
                .arg("-l")
                .arg(output),
        )?;
        Ok(())
    }

    /// Compiles one assertion for each row of layout.tsv: mingw-w64's headers and the project's must agree with the WDK's.
    fn check_layout(&self, sources: &Path) -> Result<()> {
        let table = fs::read_to_string(sources.join("layout.tsv"))?;
        let path = self.work("layout.c");
        write_if_changed(&path, layout_assertions(&table)?.as_bytes())?;
        process::capture(self.clang().arg("-fsyntax-only").arg(path))
            .context("the headers disagree with testing/wdk-lite/layout.tsv")?;
        Ok(())
    }

    fn compile(&self, sources: &Path, source: &str, place: Place, library: &str) -> Result<()> {
        let object = self.work(&format!("{source}.obj"));
        let c = self.relative(&sources.join("lib").join(format!("{source}.c")));
        let mut clang = self.clang();
        clang
            .args(["-O2", "-g", "-gcodeview", "-Xclang", "-cfguard"])
            .arg(format!(
                r"-ffile-compilation-dir={}\vgpudod",
                linker::SOURCES
            ));
        process::capture(clang.arg("-c").arg(c).arg("-o").arg(self.relative(&object)))?;
        let output = self.library(place, library);
        make_parent(&output)?;
        let mut out = std::ffi::OsString::from("/out:");
        out.push(self.relative(&output));
        process::capture(
            Command::new("llvm-lib")
                .current_dir(&self.repository)
                .arg("/nologo")
                .arg(out)
                .arg(self.relative(&object)),
        )?;
        Ok(())
    }

    /// clang for freestanding kernel code against these headers, warnings being errors. It runs in the repository's root and is told of
    /// files there by relative names, because the symbols hold its command line.
    pub fn clang(&self) -> Command {
        let sources = self.repository.join("testing/wdk-lite");
        let mut clang = Command::new("clang");
        clang
            .current_dir(&self.repository)
            .args(TARGET_FLAGS)
            .args(["-D_WIN64", "-D_AMD64_", "-DAMD64", "-D_KERNEL_MODE"]);
        clang.args([
            "-ffreestanding",
            "-fno-builtin",
            "-fno-omit-frame-pointer",
            "-mno-red-zone",
            // Each function that is no leaf has to have unwind information on x64; freestanding code has none by default.
            "-fasynchronous-unwind-tables",
            "-nostdinc",
        ]);
        clang.args(["-Wall", "-Wextra", "-Werror", "-std=c11"]);
        clang.arg("-I").arg(self.relative(&sources.join("lib")));
        for folder in [
            self.clang_resources.join("include"),
            self.framework_include(),
            self.include("km"),
            self.include("shared"),
        ] {
            clang.arg("-isystem").arg(self.relative(&folder));
        }
        clang
    }

    fn is_up_to_date(&self) -> bool {
        let libraries = COMPILED.iter().map(|(_, library, place)| (library, place));
        let libraries =
            libraries.chain(IMPORTED.iter().map(|(_, library, place)| (library, place)));
        let all_there = libraries
            .into_iter()
            .all(|(library, place)| self.library(*place, library).is_file());
        all_there && fs::read_to_string(self.work("inputs")).is_ok_and(|old| old == self.inputs)
    }

    fn mark_up_to_date(&self) -> Result<()> {
        write_if_changed(&self.work("inputs"), self.inputs.as_bytes())
    }

    /// The path as it is from the repository's root; one that is elsewhere stays as it is.
    fn relative(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.repository)
            .unwrap_or(path)
            .to_owned()
    }
}

/// Removes what the macros of wdk-sys keep of the framework's functions: they read them once and never again, whatever becomes of the
/// headers.
fn forget_functions(cross: &Path) -> Result<()> {
    let Ok(entries) = fs::read_dir(cross.join("release/build")) else {
        return Ok(());
    };
    for entry in entries.flatten() {
        let kept = entry.path().join("out/wdk_macros_ast_fragments");
        if kept.is_dir() {
            fs::remove_dir_all(&kept)
                .with_context(|| format!("cannot remove {}", kept.display()))?;
        }
    }
    Ok(())
}

/// A digest of all that the libraries are made from.
fn inputs(sources: &Path) -> Result<String> {
    let mut digest = Sha256::new();
    digest.update(process::capture(Command::new("clang").arg("--version"))?);
    digest.update(include_str!("wdk_lite.rs"));
    digest.update(include_str!("linker.rs"));
    for folder in ["", "include/km", "include/kmdf", "lib"] {
        let mut files: Vec<PathBuf> = fs::read_dir(sources.join(folder))?
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.is_file())
            .collect();
        files.sort();
        for file in files {
            digest.update(file.as_os_str().as_encoded_bytes());
            digest.update(fs::read(&file)?);
        }
    }
    let mut text = String::new();
    for byte in digest.finalize() {
        write!(text, "{byte:02x}")?;
    }
    Ok(text)
}

/// The driver's own target, so that enumerations and bit-fields are what they are with the WDK. mingw-w64's headers do not know it: they
/// are told that it is theirs, and spared clang's <amxintrin.h>, which they have no use for.
const TARGET_FLAGS: &[&str] = &[
    "--target=x86_64-pc-windows-msvc",
    "-U_MSC_VER",
    "-D__MINGW32__",
    "-D__MINGW64__",
    "-D__AMXINTRIN_H",
    "-fno-ms-compatibility",
    "-fms-extensions",
];

fn make_parent(path: &Path) -> Result<()> {
    let folder = path.parent().context("a path without a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))
}

/// KMDF's function table as the enumeration that wdk-sys looks indices up in.
fn function_indices(table: &str) -> Result<String> {
    let mut text =
        String::from("/* Made from kmdf-function-index.tsv. */\ntypedef enum _WDFFUNCENUM {\n");
    for row in rows(table) {
        let [name, index] = row[..] else {
            bail!("{row:?} is not a name and an index")
        };
        let index: u32 = index
            .parse()
            .with_context(|| format!("the index of {name}"))?;
        writeln!(text, "    {name} = {index},")?;
    }
    text.push_str("} WDFFUNCENUM;\n");
    Ok(text)
}

/// A C file with one static assertion for each row of the layout table.
fn layout_assertions(table: &str) -> Result<String> {
    let mut text = String::from("/* Made from layout.tsv. */\n#include \"wdk_lite.h\"\n");
    for row in rows(table) {
        match row[..] {
            ["struct", name, "-", size, align] => {
                writeln!(
                    text,
                    "_Static_assert(sizeof(struct {name}) == {size}, \"size of {name}\");"
                )?;
                writeln!(
                    text,
                    "_Static_assert(_Alignof(struct {name}) == {align}, \"alignment of {name}\");"
                )?;
            }
            ["field", name, field, offset, "-"] => writeln!(
                text,
                "_Static_assert(__builtin_offsetof(struct {name}, {field}) == {offset}, \"offset of {name}.{field}\");"
            )?,
            _ => bail!("{row:?} is neither a structure nor a field"),
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_imports_has_a_module_a_name_and_a_reason() {
        let imports = parse_imports("# heading\n\nntoskrnl.exe\tDbgPrint\tprints\n").unwrap();
        assert_eq!(
            imports,
            [Import {
                module: "ntoskrnl.exe".into(),
                name: "DbgPrint".into(),
                reason: "prints".into()
            }]
        );
    }

    #[test]
    fn a_row_of_imports_without_reason_twice_or_from_elsewhere_is_an_error() {
        for (table, said) in [
            ("ntoskrnl.exe\tDbgPrint\t \n", "no reason"),
            ("ntoskrnl.exe\tDbgPrint\n", "not module, name and reason"),
            (
                "ntoskrnl.exe\tDbgPrint\tprints\nWDFLDR.SYS\tDbgPrint\tprints\n",
                "twice",
            ),
            ("user32.dll\tMessageBoxW\tprints\n", "no import library"),
        ] {
            let error = parse_imports(table).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn the_repositorys_tables_are_well_formed() {
        let repository = Repository::find().unwrap();
        assert!(!imports(&repository).unwrap().is_empty());
        let read =
            |name: &str| fs::read_to_string(repository.wdk_lite_sources().join(name)).unwrap();
        assert!(
            function_indices(&read("kmdf-function-index.tsv"))
                .unwrap()
                .contains("WdfFunctionTableNumEntries = 458,")
        );
        assert!(
            layout_assertions(&read("layout.tsv"))
                .unwrap()
                .contains("sizeof(struct _IO_STACK_LOCATION) == 72")
        );
    }

    /// [Its page](https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/nf-wdm-kequeryperformancecounter)
    /// names Hal.lib and Hal.dll.
    #[test]
    fn the_performance_counter_comes_from_the_hal_as_with_the_wdk() {
        let repository = Repository::find().unwrap();
        let imports = imports(&repository).unwrap();
        let counter = imports
            .iter()
            .find(|import| import.name == "KeQueryPerformanceCounter");
        assert_eq!(counter.expect("a row").module, "HAL.dll");
    }

    #[test]
    fn what_was_kept_of_the_functions_goes_when_the_headers_change() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("release/build/scratch-1/out");
        let kept = out.join("wdk_macros_ast_fragments");
        fs::create_dir_all(&kept).unwrap();
        fs::write(kept.join("cached_function_info_map.json"), "{}").unwrap();
        forget_functions(folder.path()).unwrap();
        assert!(!kept.exists() && out.exists());
        forget_functions(Path::new("/nowhere")).unwrap();
    }

    #[test]
    fn a_row_of_another_kind_is_an_error() {
        assert!(layout_assertions("union\t_A\t-\t1\t1\n").is_err());
        assert!(function_indices("WdfA\tone\n").is_err());
    }
}
