//! What the commands need of the system: which program, from which Debian package, and why.
//!
//! Missing packages are installed where that is possible (Debian's apt, as root or with a sudo that asks for no password), after
//! saying which and why. Where it is not possible, the error names them. Nothing is installed that is there already.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::process;

/// A thing the system must have, and the package that brings it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// How its presence is seen.
    pub sign: Sign,
    /// Debian's package.
    pub package: &'static str,
    /// What it is for, to be shown.
    pub reason: &'static str,
}

/// How one sees that a package is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// A program on the search path.
    Program(&'static str),
    /// A file or folder at a fixed place.
    File(&'static str),
    /// A file in this folder whose name starts and ends like this.
    FileLike {
        /// The folder.
        folder: &'static str,
        /// The start of the file's name.
        start: &'static str,
        /// The end of the file's name.
        end: &'static str,
    },
}

/// What building the driver's image takes besides Rust.
pub const DRIVER: &[Need] = &[
    Need {
        sign: Sign::Program("clang"),
        package: "clang",
        reason: "compiles the stand-ins for the WDK's static libraries",
    },
    Need {
        sign: Sign::Program("lld-link"),
        package: "lld",
        reason: "links the driver",
    },
    Need {
        sign: Sign::Program("llvm-dlltool"),
        package: "llvm",
        reason: "makes import libraries and archives (llvm-dlltool, llvm-lib)",
    },
    Need {
        sign: Sign::FileLike {
            folder: "/usr/lib/x86_64-linux-gnu",
            start: "libclang-",
            end: ".so.1",
        },
        package: "libclang-dev",
        reason: "lets bindgen, through wdk-sys, read the kernel's headers",
    },
    Need {
        sign: Sign::File("/usr/share/mingw-w64/include/ddk/wdm.h"),
        package: "mingw-w64-x86-64-dev",
        reason: "has the kernel's headers",
    },
];

/// Debian's own Rust, for where rustup cannot add a target: its source lets Cargo build `core` and `alloc` for it.
pub const DEBIAN_RUST: &[Need] = &[
    Need {
        sign: Sign::File("/usr/bin/rustc"),
        package: "rustc-web",
        reason: "Rust without rustup",
    },
    Need {
        sign: Sign::File("/usr/bin/cargo"),
        package: "cargo-web",
        reason: "Rust without rustup",
    },
    Need {
        sign: Sign::File("/usr/lib/rustlib/src/rust/library/Cargo.lock"),
        package: "rust-web-src",
        reason: "is Rust's library to build for the driver's target",
    },
];

/// What the rig takes besides Rust.
pub const RIG: &[Need] = &[
    Need {
        sign: Sign::Program("qemu-system-x86_64"),
        package: "qemu-system-x86",
        reason: "is the machine that the rig runs in, with a virtio GPU",
    },
    Need {
        sign: Sign::File("/usr/share/ovmf/OVMF.fd"),
        package: "ovmf",
        reason: "is the firmware that boots the rig",
    },
];

/// What a QEMU that draws with OpenGL takes.
pub const GL: &[Need] = &[
    Need {
        sign: Sign::Program("Xvfb"),
        package: "xvfb",
        reason: "is the screen that QEMU draws on with OpenGL",
    },
    Need {
        sign: Sign::FileLike {
            folder: "/usr/lib/x86_64-linux-gnu/dri",
            start: "swrast",
            end: ".so",
        },
        package: "libgl1-mesa-dri",
        reason: "is OpenGL without a graphics card",
    },
    Need {
        sign: Sign::FileLike {
            folder: "/usr/lib/x86_64-linux-gnu",
            start: "libvirglrenderer",
            end: ".so.1",
        },
        package: "libvirglrenderer1",
        reason: "is the virtio GPU's OpenGL in QEMU",
    },
    Need {
        sign: Sign::FileLike {
            folder: "/usr/lib/x86_64-linux-gnu",
            start: "libSDL2-2.0",
            end: ".so.0",
        },
        package: "libsdl2-2.0-0",
        reason: "is QEMU's window",
    },
    Need {
        sign: Sign::FileLike {
            folder: "/usr/lib/x86_64-linux-gnu",
            start: "libGLX_mesa",
            end: ".so.0",
        },
        package: "libglx-mesa0",
        reason: "lets a window draw with OpenGL",
    },
];

/// What the benchmarks take.
pub const BENCH: &[Need] = &[Need {
    sign: Sign::Program("valgrind"),
    package: "valgrind",
    reason: "counts instructions (callgrind)",
}];

impl Need {
    /// Whether it is there.
    pub fn is_met(&self) -> bool {
        match self.sign {
            Sign::Program(program) => process::find_program(program).is_some(),
            Sign::File(path) => Path::new(path).exists(),
            Sign::FileLike { folder, start, end } => {
                Path::new(folder).read_dir().is_ok_and(|entries| {
                    entries.flatten().any(|entry| {
                        let name = entry.file_name();
                        let name = name.to_string_lossy();
                        name.starts_with(start) && name.ends_with(end)
                    })
                })
            }
        }
    }
}

/// Sees to it that all needs are met, by installing packages where it must.
pub fn ensure(needs: &[Need]) -> Result<()> {
    let missing: Vec<&Need> = needs.iter().filter(|need| !need.is_met()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    for need in &missing {
        process::say("Missing", &format!("{} ({})", need.package, need.reason));
    }
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    let by_hand = format!("install by hand: apt-get install {}", packages.join(" "));
    let Some(apt) = apt() else {
        bail!(
            "cannot install packages here (it takes apt-get and root, or sudo without a password); {by_hand}"
        );
    };
    if let Err(error) = install(&apt, &packages) {
        bail!("apt-get cannot install them ({error:#}); {by_hand}");
    }
    if let Some(need) = missing.iter().find(|need| !need.is_met()) {
        bail!(
            "{} was installed, but {:?} is still not there",
            need.package,
            need.sign
        );
    }
    Ok(())
}

/// The words that start an apt-get with the rights to install, if there is one.
fn apt() -> Option<Vec<&'static str>> {
    process::find_program("apt-get")?;
    let answers = |program: &str, arguments: &[&str]| {
        let output = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .ok()?;
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    if answers("id", &["-u"])? == "0" {
        return Some(vec!["apt-get"]);
    }
    answers("sudo", &["-n", "true"])?;
    Some(vec![
        "sudo",
        "-n",
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
    ])
}

fn install(apt: &[&str], packages: &[&str]) -> Result<()> {
    let command = |arguments: &[&str]| {
        let mut words = apt.iter().chain(arguments);
        let mut command = Command::new(words.next().copied().unwrap_or("apt-get"));
        command
            .args(words)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        command
    };
    process::say(
        "Installing",
        &format!("{} (apt-get, a minute or two)", packages.join(" ")),
    );
    // Lists that cannot be brought up to date may still do: what counts is whether the packages can be had.
    let lists = quietly(&mut command(&["-qq", "update"]));
    // Another installation may be under way.
    let mut arguments = vec!["-qq", "-y", "-o", "DPkg::Lock::Timeout=600"];
    arguments.extend(["--no-install-recommends", "install"]);
    arguments.extend(packages);
    match (quietly(&mut command(&arguments)), lists) {
        (Ok(_), _) => Ok(()),
        (Err(error), Ok(said)) if said.trim().is_empty() => Err(error),
        (Err(error), Ok(said)) => bail!("{error}; {}", complaint(&said)),
        (Err(error), Err(why)) => bail!("{error}; {why}"),
    }
}

/// Runs apt-get, which is talkative; returns what it said beside its work. The error is its first complaint.
fn quietly(command: &mut Command) -> Result<String> {
    let output = command.output().context("cannot start apt-get")?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() {
        return Ok(said);
    }
    bail!("{}", complaint(&said))
}

/// The line of apt-get's that says what is wrong, in a few words.
fn complaint(said: &str) -> &str {
    let starting = |start: &'static str| {
        said.lines()
            .filter_map(move |line| line.strip_prefix(start))
            .map(str::trim)
            .next()
    };
    starting("E: ")
        .or_else(|| starting("W: "))
        .unwrap_or("apt-get failed and does not say why")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_on_the_search_path_meets_its_need() {
        let need = Need {
            sign: Sign::Program("sh"),
            package: "dash",
            reason: "is in every system",
        };
        assert!(need.is_met());
    }

    #[test]
    fn what_is_nowhere_meets_no_need() {
        for sign in [
            Sign::Program("no-such-program-anywhere"),
            Sign::File("/no/such/file"),
            Sign::FileLike {
                folder: "/usr",
                start: "no-such",
                end: "file",
            },
            Sign::FileLike {
                folder: "/no/such/folder",
                start: "",
                end: "",
            },
        ] {
            assert!(
                !Need {
                    sign,
                    package: "none",
                    reason: "none"
                }
                .is_met(),
                "{sign:?}"
            );
        }
    }

    #[test]
    fn of_what_apt_says_the_first_error_counts() {
        let said = "W: Failed to fetch http://a  Could not connect\nE: Unable to locate package lld\nE: No such package\n";
        assert_eq!(complaint(said), "Unable to locate package lld");
        assert_eq!(complaint("W: slow\n"), "slow");
        assert!(complaint("").contains("apt-get"));
    }

    #[test]
    fn no_package_is_named_twice_for_one_sign() {
        let all: Vec<&Need> = DRIVER.iter().chain(DEBIAN_RUST).collect();
        for (i, need) in all.iter().enumerate() {
            assert!(
                !all[..i].iter().any(|other| other.sign == need.sign),
                "{need:?}"
            );
        }
    }
}
