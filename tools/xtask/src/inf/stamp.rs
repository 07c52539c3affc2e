//! Makes vgpudod.inf from inf/vgpudod.inx, as stampinf does on Windows: architecture, framework version, date and version, catalog.

use std::fmt;

use anyhow::{Result, bail};

/// An architecture that the package is made for, by the name that INF decorations use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// x64.
    Amd64,
    /// ARM64.
    Arm64,
}

impl Architecture {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Amd64, Self::Arm64];

    /// The name in decorations.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
        }
    }

    /// IMAGE_FILE_HEADER.Machine of its images.
    pub const fn machine(self) -> u16 {
        match self {
            Self::Amd64 => 0x8664,
            Self::Arm64 => 0xaa64,
        }
    }
}

/// A day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// The year.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

impl fmt::Display for Date {
    /// As DriverVer has it: mm/dd/yyyy.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}/{:02}/{:04}", self.month, self.day, self.year)
    }
}

/// Four numbers, 0 to 65534 each ("INF DriverVer Directive").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub [u16; 4]);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d] = self.0;
        write!(f, "{a}.{b}.{c}.{d}")
    }
}

/// What is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// For which processors.
    pub architecture: Architecture,
    /// DriverVer's date.
    pub date: Date,
    /// DriverVer's version.
    pub version: Version,
    /// The framework's version, major and minor.
    pub kmdf: (u8, u8),
}

/// The INF file's text, with the line ends that Windows' tools write.
pub fn stamp(inx: &str, stamp: &Stamp) -> Result<String> {
    let mut lines = Vec::new();
    let mut stamped = 0;
    for line in inx.lines() {
        let is_version = line
            .split('=')
            .next()
            .is_some_and(|key| key.trim().eq_ignore_ascii_case("DriverVer"))
            && line.contains('=');
        if is_version {
            stamped += 1;
            lines.push(format!("DriverVer   = {},{}", stamp.date, stamp.version));
            continue;
        }
        let (major, minor) = stamp.kmdf;
        lines.push(
            line.replace("$ARCH$", stamp.architecture.name())
                .replace("$KMDFVERSION$", &format!("{major}.{minor}")),
        );
    }
    if stamped != 1 {
        bail!("the .inx file has {stamped} DriverVer lines, and one is expected");
    }
    Ok(lines.iter().map(|line| format!("{line}\r\n")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAMP: Stamp = Stamp {
        architecture: Architecture::Arm64,
        date: Date {
            year: 2026,
            month: 3,
            day: 9,
        },
        version: Version([0, 1, 0, 42]),
        kmdf: (1, 31),
    };

    #[test]
    fn everything_is_filled_in() {
        let inf = stamp(
            "[M]\nx = V, NT$ARCH$.10.0\nDriverVer = ; later\nv = $KMDFVERSION$\n",
            &STAMP,
        )
        .unwrap();
        assert_eq!(
            inf,
            "[M]\r\nx = V, NTarm64.10.0\r\nDriverVer   = 03/09/2026,0.1.0.42\r\nv = 1.31\r\n"
        );
    }

    #[test]
    fn a_file_without_its_one_driverver_is_refused() {
        assert!(
            stamp("[M]\n", &STAMP)
                .unwrap_err()
                .to_string()
                .contains("0 DriverVer")
        );
        assert!(stamp("DriverVer=1\nDriverVer=2\n", &STAMP).is_err());
    }
}
