//! What an INF file says about its device: hardware ids, service, interrupt messages, and the registry as it is before the start.
//!
//! For any display driver's INF file, not only this project's. It is read as Windows does, which is more lenient than
//! [`super::check`]; `Include` and `Needs` (other INF files) are not followed.

use std::fmt;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use rig::presets::{Preset, Presets};

use super::document::{Document, Line, is};

/// What Windows reads of the INF file before it starts the device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The hardware ids, in their order.
    pub ids: Vec<HardwareId>,
    /// Most interrupt messages that are granted; 0 is a line.
    pub messages: u32,
    /// The service's name and the registry.
    pub presets: Presets,
}

/// A PCI hardware id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HardwareId {
    /// VEN_
    pub vendor: u16,
    /// DEV_
    pub device: u16,
    /// SUBSYS_: the subsystem's id and its vendor, if they matter.
    pub subsystem: Option<(u16, u16)>,
}

impl fmt::Display for HardwareId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PCI\\VEN_{:04X}&DEV_{:04X}", self.vendor, self.device)?;
        if let Some((id, vendor)) = self.subsystem {
            write!(f, "&SUBSYS_{id:04X}{vendor:04X}")?;
        }
        Ok(())
    }
}

impl HardwareId {
    /// Reads `PCI\VEN_1AF4&DEV_1050&SUBSYS_11001AF4&REV_01`. The revision is not kept. `None` for another bus or a whole class.
    fn parse(text: &str) -> Option<Self> {
        let upper = text.to_ascii_uppercase();
        let parts: Vec<&str> = upper.strip_prefix("PCI\\")?.split('&').collect();
        let number = |name: &str| {
            let digits = parts.iter().find_map(|part| part.strip_prefix(name))?;
            u32::from_str_radix(digits, 16).ok()
        };
        let narrow = |number: u32| u16::try_from(number).ok();
        let subsystem = match number("SUBSYS_") {
            Some(both) => Some((narrow(both >> 16)?, narrow(both & 0xFFFF)?)),
            None => None,
        };
        Some(Self {
            vendor: narrow(number("VEN_")?)?,
            device: narrow(number("DEV_")?)?,
            subsystem,
        })
    }
}

/// The latest Windows that a TargetOSVersion is compared with: Windows 11 24H2.
const WINDOWS: [u32; 3] = [10, 0, 26_100];
/// What an install section may be called besides its name, the most specific first.
const DECORATIONS: [&str; 3] = [".NTamd64", ".NT", ""];
/// Messages that are granted where the INF names no limit: as many as a device here has.
const NO_LIMIT: u32 = 16;
/// SPSVCINST_ASSOCSERVICE: this service is the device's function driver.
const ASSOCIATED: u32 = 2;

/// Flags of AddReg (FLG_ADDREG_*).
mod flags {
    pub const BINARY: u32 = 0x0000_0001;
    pub const DELETE: u32 = 0x0000_0004;
    pub const APPEND: u32 = 0x0000_0008;
    pub const KEY_ONLY: u32 = 0x0000_0010;
    /// The bits that give the type.
    pub const TYPE: u32 = 0xFFFF_0001;
    pub const SZ: u32 = 0;
    pub const MULTI_SZ: u32 = 0x0001_0000;
    pub const EXPAND_SZ: u32 = 0x0002_0000;
    pub const DWORD: u32 = 0x0001_0001;
    pub const NONE: u32 = 0x0002_0001;
}

/// Types of registry values (REG_*).
mod kinds {
    pub const NONE: u32 = 0;
    pub const SZ: u32 = 1;
    pub const EXPAND_SZ: u32 = 2;
    pub const BINARY: u32 = 3;
    pub const DWORD: u32 = 4;
    pub const MULTI_SZ: u32 = 7;
}

impl Device {
    /// Reads a file: ASCII, UTF-8 or UTF-16.
    pub fn read(file: &Path) -> Result<Self> {
        let bytes =
            std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        Self::parse(&decoded(&bytes)).with_context(|| file.display().to_string())
    }

    /// Reads the text of an INF file for x64.
    pub fn parse(text: &str) -> Result<Self> {
        let inf = Document::read(text)?;
        let (models, install) = models(&inf)?;
        let ids: Vec<HardwareId> = models
            .iter()
            .flat_map(|line| line.values.iter().skip(1))
            .filter_map(|id| HardwareId::parse(id))
            .collect();
        ensure!(!ids.is_empty(), "it names no PCI device for x64");
        let section = DECORATIONS
            .iter()
            .map(|end| format!("{install}{end}"))
            .find(|name| inf.has(name))
            .with_context(|| format!("its install section [{install}] is missing"))?;
        let mut presets = Presets::default();
        for (end, key) in [
            ("", "driver"),
            (".SoftwareSettings", "driver"),
            (".HW", "device"),
        ] {
            add_registry(&inf, &format!("{section}{end}"), key, &mut presets.values)?;
        }
        let services = inf.entries(&format!("{section}.Services"), "AddService");
        let service = services
            .iter()
            .find(|line| number(line.value(1)).unwrap_or(0) & ASSOCIATED != 0)
            .context(
                "it installs no service for its device (AddService with SPSVCINST_ASSOCSERVICE)",
            )?;
        presets.service = service.value(0).to_owned();
        add_registry(&inf, service.value(2), "service", &mut presets.values)?;
        Ok(Self {
            ids,
            messages: messages(&presets.values),
            presets,
        })
    }
}

/// The text of a file as Windows decodes it.
fn decoded(bytes: &[u8]) -> String {
    let wide = |of: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes
            .as_chunks()
            .0
            .iter()
            .skip(1)
            .map(|pair| of(*pair))
            .collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xFF, 0xFE, ..] => wide(u16::from_le_bytes),
        [0xFE, 0xFF, ..] => wide(u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// The lines of the models section that Windows on x64 takes, and the name of the first line's install section.
fn models(inf: &Document) -> Result<(Vec<Line>, String)> {
    let mut best: Option<(bool, [u32; 3], String)> = None;
    for line in inf.lines("Manufacturer") {
        // `%Name%` alone stands for `%Name% = Name`.
        let name = line.value(0);
        let undecorated = (String::new(), name.to_owned());
        let decorated = line
            .values
            .iter()
            .skip(1)
            .map(|end| (end.clone(), format!("{name}.{end}")));
        for (decoration, section) in decorated.chain([undecorated]) {
            let Some((exact, version)) = target(&decoration) else {
                continue;
            };
            let better = best
                .as_ref()
                .is_none_or(|(other, than, _)| (exact, version) > (*other, *than));
            if inf.has(&section) && better {
                best = Some((exact, version, section));
            }
        }
    }
    let Some((_, _, section)) = best else {
        bail!("it has no models section for x64 in [Manufacturer]");
    };
    let lines = inf.lines(&section);
    let install = lines
        .first()
        .map(|line| line.value(0).to_owned())
        .with_context(|| format!("its section [{section}] names no device"))?;
    // Devices of another install section are other devices.
    let lines = lines
        .into_iter()
        .filter(|line| is(line.value(0), &install))
        .collect();
    Ok((lines, install))
}

/// What a TargetOSVersion decoration says: whether it names x64, and the least version. `None` if it is not for x64 or too new.
fn target(decoration: &str) -> Option<(bool, [u32; 3])> {
    if decoration.is_empty() {
        return Some((false, [0; 3]));
    }
    let lower = decoration.to_ascii_lowercase();
    let mut parts = lower.strip_prefix("nt")?.split('.');
    let exact = match parts.next()? {
        "amd64" => true,
        "" => false,
        _ => return None,
    };
    // Major, minor, product type, suite, build.
    let mut numbers = [0; 5];
    for (place, part) in numbers.iter_mut().zip(parts) {
        *place = number(part).unwrap_or(0);
    }
    let [major, minor, _, _, build] = numbers;
    let version = [major, minor, build];
    (version <= WINDOWS).then_some((exact, version))
}

/// A number as INF files write them: decimal, or hexadecimal behind 0x.
fn number(text: &str) -> Option<u32> {
    let text = text.trim();
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// How many messages the device's key allows.
fn messages(values: &[Preset]) -> u32 {
    let value = |name: &str| {
        let found = values.iter().find(|preset| {
            preset
                .key
                .to_lowercase()
                .ends_with("\\messagesignaledinterruptproperties")
                && is(&preset.name, name)
        });
        found.and_then(|preset| Some(u32::from_le_bytes(preset.data.get(..4)?.try_into().ok()?)))
    };
    match value("MSISupported") {
        Some(1) => value("MessageNumberLimit").unwrap_or(NO_LIMIT),
        _ => 0,
    }
}

/// The values of all AddReg sections that `section` names. HKR is `key`.
fn add_registry(inf: &Document, section: &str, key: &str, values: &mut Vec<Preset>) -> Result<()> {
    for line in inf.entries(section, "AddReg") {
        for name in line.values.iter().filter(|name| !name.is_empty()) {
            for line in inf.lines(name) {
                add_value(&line, key, values)
                    .with_context(|| format!("line {} in [{name}]", line.line))?;
            }
        }
    }
    Ok(())
}

/// `HKR, subkey, name, flags, value...`
fn add_value(line: &Line, key: &str, values: &mut Vec<Preset>) -> Result<()> {
    let root = match line.value(0).to_ascii_uppercase().as_str() {
        "HKR" => key,
        "HKLM" => "\\Registry\\Machine",
        "HKCR" => "\\Registry\\Machine\\Software\\Classes",
        // A user's keys are no driver's concern.
        _ => return Ok(()),
    };
    let key = match line.value(1).trim_matches('\\') {
        "" => root.to_owned(),
        subkey => format!("{root}\\{subkey}"),
    };
    let flags = match line.value(3) {
        "" => 0,
        text => number(text).with_context(|| format!("{text:?} is no number for flags"))?,
    };
    let name = line.value(2).to_owned();
    if flags & flags::KEY_ONLY != 0 {
        return Ok(());
    }
    let place = values
        .iter()
        .position(|preset| is(&preset.key, &key) && is(&preset.name, &name));
    if flags & flags::DELETE != 0 {
        if let Some(place) = place {
            values.remove(place);
        }
        return Ok(());
    }
    let (kind, mut data) = data(flags, line.values.get(4..).unwrap_or_default())?;
    if let Some(place) = place {
        let old = values.remove(place);
        if flags & flags::APPEND != 0 && old.kind == kinds::MULTI_SZ {
            // Without the terminator of the whole.
            let kept = old.data.len().saturating_sub(2);
            data.splice(..0, old.data.into_iter().take(kept));
        }
    }
    values.push(Preset {
        key,
        name,
        kind,
        data,
    });
    Ok(())
}

/// The type and the bytes of a value.
fn data(flags: u32, fields: &[String]) -> Result<(u32, Vec<u8>)> {
    let text = |text: &str| -> Vec<u8> {
        let units = text.encode_utf16().chain([0]);
        units.flat_map(u16::to_le_bytes).collect()
    };
    let first = fields.first().map_or("", String::as_str);
    let whole = flags & flags::TYPE;
    Ok(match whole {
        flags::SZ => (kinds::SZ, text(first)),
        flags::EXPAND_SZ => (kinds::EXPAND_SZ, text(first)),
        flags::MULTI_SZ => {
            let strings = fields.iter().flat_map(|field| text(field));
            (kinds::MULTI_SZ, strings.chain([0, 0]).collect())
        }
        flags::NONE => (kinds::NONE, Vec::new()),
        flags::DWORD if fields.len() == 4 => (kinds::DWORD, bytes(fields)?),
        flags::DWORD => {
            let value = match first {
                "" => 0,
                _ => match first.strip_prefix('-') {
                    Some(digits) => number(digits).map(u32::wrapping_neg),
                    None => number(first),
                }
                .with_context(|| format!("{first:?} is no number"))?,
            };
            (kinds::DWORD, value.to_le_bytes().to_vec())
        }
        // The high half is the type itself, for bytes of any type.
        other => {
            let kind = match (other & !flags::BINARY) >> 16 {
                0 => kinds::BINARY,
                kind => kind,
            };
            (kind, bytes(fields)?)
        }
    })
}

/// Bytes in hexadecimal, with or without 0x.
fn bytes(fields: &[String]) -> Result<Vec<u8>> {
    let byte = |field: &String| {
        let digits = field
            .trim()
            .trim_start_matches("0x")
            .trim_start_matches("0X");
        u8::from_str_radix(digits, 16).with_context(|| format!("{field:?} is no byte"))
    };
    fields.iter().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
[Version]
Signature="$Windows NT$"
[Manufacturer]
%Maker% = Models, NTamd64.6.3, NTamd64.10.0...16299, NTarm64, NTamd64.10.0...99999
[Models.NTamd64.6.3]
%Name% = Old, PCI\VEN_0001&DEV_0001
[Models.NTamd64.10.0...16299]
%Name% = Install, PCI\VEN_1AF4&DEV_1050&SUBSYS_11001AF4&REV_01, PCI\ven_1af4&dev_1050
%Name% = Other, PCI\VEN_0002&DEV_0002
[Models.NTarm64]
%Name% = Arm, PCI\VEN_0003&DEV_0003
[Models.NTamd64.10.0...99999]
%Name% = Future, PCI\VEN_0004&DEV_0004
[Install]
AddReg = Settings, More
[Install.HW]
AddReg = Messages
[Install.Services]
AddService = Filter, , Nothing
AddService = TheDriver, %ASSOCIATED%, Service
[Service]
ServiceBinary = %13%\driver.sys
AddReg = Parameters
[Parameters]
HKR, Parameters, Level, 0x00010001, -1
[Settings]
HKR,, Number, %REG_DWORD%, 0x10
HKR,, Gone, %REG_DWORD%, 1
HKR,, Text, , "a ""b"""
HKR,, List, 0x00010000, one, two
HKLM, Software\Maker, , 0, x
HKCU, Software\Maker, User, 0, x
[More]
HKR,, Gone, 0x4
HKR,, List, 0x00010008, three
HKR,, Bytes, 1, 0, fe, 0x7
HKR,, Eight, 0x000B0001, 1,2,3,4,5,6,7,8
[Messages]
HKR, "Interrupt Management",, 0x10
HKR, "Interrupt Management\MessageSignaledInterruptProperties", MSISupported, 0x00010001, 1
HKR, "Interrupt Management\MessageSignaledInterruptProperties", MessageNumberLimit, 0x00010001, 4
[Strings]
Maker = "Société"
Name = "A device"
ASSOCIATED = 2
REG_DWORD = 0x00010001
"#;

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn the_models_of_the_newest_windows_on_x64_count() {
        let device = Device::parse(TEXT).unwrap();
        let ids: Vec<String> = device.ids.iter().map(HardwareId::to_string).collect();
        assert_eq!(
            ids,
            [
                "PCI\\VEN_1AF4&DEV_1050&SUBSYS_11001AF4",
                "PCI\\VEN_1AF4&DEV_1050"
            ]
        );
        assert_eq!(device.presets.service, "TheDriver");
        assert_eq!(device.messages, 4);
    }

    #[test]
    fn the_registry_is_as_the_lines_leave_it() {
        let values = Device::parse(TEXT).unwrap().presets.values;
        let seen = |key: &str, name: &str| {
            let found = values
                .iter()
                .find(|preset| preset.key == key && preset.name == name)?;
            Some((found.kind, found.data.clone()))
        };
        assert_eq!(seen("driver", "Number"), Some((4, vec![16, 0, 0, 0])));
        assert_eq!(seen("driver", "Gone"), None);
        assert_eq!(seen("driver", "Text"), Some((1, utf16("a \"b\"\0"))));
        let list = utf16("one\0two\0three\0\0");
        assert_eq!(seen("driver", "List"), Some((7, list)));
        assert_eq!(seen("driver", "Bytes"), Some((3, vec![0, 0xfe, 7])));
        assert_eq!(
            seen("driver", "Eight"),
            Some((11, vec![1, 2, 3, 4, 5, 6, 7, 8]))
        );
        assert_eq!(
            seen("service\\Parameters", "Level"),
            Some((4, vec![0xff; 4]))
        );
        assert!(seen("\\Registry\\Machine\\Software\\Maker", "").is_some());
        assert!(!values.iter().any(|preset| preset.name == "User"));
        let messages = "device\\Interrupt Management\\MessageSignaledInterruptProperties";
        assert_eq!(seen(messages, "MSISupported"), Some((4, vec![1, 0, 0, 0])));
    }

    #[test]
    fn without_msi_supported_the_interrupt_is_a_line() {
        let line = TEXT.replace("MSISupported, 0x00010001, 1", "MSISupported, 0x00010001, 0");
        assert_eq!(Device::parse(&line).unwrap().messages, 0);
        let all = TEXT.replace("MessageNumberLimit", "AnotherLimit");
        assert_eq!(Device::parse(&all).unwrap().messages, NO_LIMIT);
    }

    #[test]
    fn what_is_missing_is_said() {
        for (from, to, said) in [
            ("PCI\\", "USB\\", "no PCI device"),
            ("[Install]", "[Another]", "[Install] is missing"),
            ("ASSOCIATED = 2", "ASSOCIATED = 0", "no service"),
            ("[Manufacturer]", "[Nothing]", "no models section"),
        ] {
            let error = Device::parse(&TEXT.replace(from, to)).unwrap_err();
            assert!(format!("{error:#}").contains(said), "{error:#}");
        }
    }

    #[test]
    fn files_of_windows_own_encoding_are_read() {
        let wide = [vec![0xFF, 0xFE], utf16(TEXT)].concat();
        assert_eq!(decoded(&wide), TEXT);
        assert_eq!(decoded(&[b"\xEF\xBB\xBF", TEXT.as_bytes()].concat()), TEXT);
    }
}
