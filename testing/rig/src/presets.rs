//! What the INF file puts into the registry before the driver starts, as the tools hand it to the rig: the fw_cfg item
//! `opt/org.vgpudod/registry`, a text.
//!
//! Its first line is the name of the driver's service. Each other line is a value: the key, its name, its type (REG_*) in decimal
//! and its bytes in hexadecimal, with tabs in between. A key begins with `device` (what PLUGPLAY_REGKEY_DEVICE opens), `driver`
//! (PLUGPLAY_REGKEY_DRIVER), `service` (the key that DriverEntry is told) or `\Registry`; subkeys follow behind backslashes.

#[cfg(target_os = "uefi")]
use alloc::{string::String, vec::Vec};
use core::fmt::Write;

/// A registry value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preset {
    /// The key.
    pub key: String,
    /// The value's name; empty for the key's default value.
    pub name: String,
    /// REG_SZ and so on.
    pub kind: u32,
    /// Its bytes as they are stored: strings in UTF-16 with their terminator.
    pub data: Vec<u8>,
}

/// The service's name, and the values in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Presets {
    /// The service's name.
    pub service: String,
    /// The values.
    pub values: Vec<Preset>,
}

impl Presets {
    /// The text.
    pub fn to_text(&self) -> String {
        let mut text = self.service.clone();
        text.push('\n');
        for Preset {
            key,
            name,
            kind,
            data,
        } in &self.values
        {
            let _ = write!(text, "{key}\t{name}\t{kind}\t");
            for byte in data {
                let _ = write!(text, "{byte:02x}");
            }
            text.push('\n');
        }
        text
    }

    /// Reads the text; `None` if a line is not as it should be.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let service = lines.next()?.into();
        let values = lines.map(value).collect::<Option<Vec<Preset>>>()?;
        Some(Self { service, values })
    }
}

fn value(line: &str) -> Option<Preset> {
    let mut fields = line.split('\t');
    let [key, name, kind, data] = [(); 4].map(|()| fields.next());
    let data = data?.as_bytes();
    if fields.next().is_some() || data.len() % 2 != 0 {
        return None;
    }
    let digit = |digit: &u8| char::from(*digit).to_digit(16);
    let bytes = data.as_chunks().0.iter().map(|[high, low]| {
        let value = digit(high)? << 4 | digit(low)?;
        u8::try_from(value).ok()
    });
    Some(Preset {
        key: key?.into(),
        name: name?.into(),
        kind: kind?.parse().ok()?,
        data: bytes.collect::<Option<Vec<u8>>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let preset = |key: &str, name: &str, kind, data: &[u8]| Preset {
            key: key.into(),
            name: name.into(),
            kind,
            data: data.into(),
        };
        let presets = Presets {
            service: "viogpudo".into(),
            values: vec![
                preset("driver", "HWCursor", 4, &[0, 0, 0, 255]),
                preset("device\\Interrupt Management", "", 1, &[]),
            ],
        };
        let text = presets.to_text();
        assert_eq!(
            text,
            "viogpudo\ndriver\tHWCursor\t4\t000000ff\ndevice\\Interrupt Management\t\t1\t\n"
        );
        assert_eq!(Presets::parse(&text), Some(presets));
    }

    #[test]
    fn a_line_that_is_no_value_is_refused() {
        for line in [
            "a\tb\t4",
            "a\tb\t4\t0",
            "a\tb\t4\t0g",
            "a\tb\tx\t00",
            "a\tb\t4\t00\t",
        ] {
            assert_eq!(Presets::parse(&format!("s\n{line}\n")), None, "{line}");
        }
        assert_eq!(Presets::parse(""), None);
    }
}
