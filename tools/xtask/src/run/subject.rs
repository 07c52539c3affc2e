//! What is run: the driver that is built here, or any display miniport from a file.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rig::presets::{Preset, Presets};

use super::Options;
use crate::build;
use crate::image::foreign;
use crate::inf;
use crate::inf::device::{Device, HardwareId};
use crate::process;
use crate::repository::Repository;

/// Messages that are granted where no INF names a limit: as many as a device here has.
const NO_LIMIT: u32 = 16;

/// What PLUGPLAY_REGKEY_DRIVER opens.
const SOFTWARE_KEY: &str = "driver";
/// What QEMU's virtio GPU has for pictures, if it is not told otherwise (max_hostmem).
const HOST_MEMORY: u64 = 256 << 20;
/// The type of a number in the registry.
const REG_DWORD: u32 = 4;

/// The devices that QEMU has for hardware ids of display drivers: vendor, device, and the argument of -device.
const DEVICES: &[(u16, u16, &str)] = &[
    (0x1AF4, 0x1050, "virtio-gpu-pci"),
    (0x1234, 0x1111, "VGA"),
    (0x1B36, 0x0100, "qxl-vga"),
    (0x15AD, 0x0405, "vmware-svga"),
];

/// A driver's image and what belongs to it.
pub struct Subject {
    /// The file.
    pub image: PathBuf,
    /// Whether it is not this project's.
    pub is_foreign: bool,
    /// What its INF file says; without one, nothing is in the registry.
    inf: Option<Device>,
}

impl Subject {
    /// The driver that is built here, with its own INF file.
    pub fn own(repository: &Repository) -> Result<Self> {
        let inf = Device::parse(&inf::stamped(repository)?)
            .with_context(|| inf::source(repository).display().to_string())?;
        Ok(Self {
            image: build::driver(repository)?.image,
            is_foreign: false,
            inf: Some(inf),
        })
    }

    /// Another driver's image and, if it is given, its INF file. A file that is no driver is refused.
    pub fn foreign(image: &Path, inf: Option<&Path>) -> Result<Self> {
        let bytes = fs::read(image).with_context(|| format!("cannot read {}", image.display()))?;
        foreign::refuse(&bytes).with_context(|| image.display().to_string())?;
        if inf.is_none() {
            process::say(
                "Note",
                "no --inf: an empty registry, and as many messages as the device has",
            );
        }
        Ok(Self {
            image: image.to_owned(),
            is_foreign: true,
            inf: inf.map(Device::read).transpose()?,
        })
    }

    /// The image's name.
    pub fn name(&self) -> String {
        let name = self.image.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Most interrupt messages that its INF file allows; 0 is a line.
    pub fn messages(&self) -> u32 {
        self.inf.as_ref().map_or(NO_LIMIT, |inf| inf.messages)
    }

    /// The service's name and the registry, with these numbers in the adapter's software key.
    pub fn presets(&self, settings: &[(String, u32)]) -> Presets {
        let mut presets = match &self.inf {
            Some(inf) => inf.presets.clone(),
            None => Presets {
                service: self
                    .image
                    .file_stem()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned(),
                values: Vec::new(),
            },
        };
        for (name, number) in settings {
            presets
                .values
                .retain(|value| value.key != SOFTWARE_KEY || value.name != *name);
            presets.values.push(Preset {
                key: SOFTWARE_KEY.to_owned(),
                name: name.clone(),
                kind: REG_DWORD,
                data: number.to_le_bytes().to_vec(),
            });
        }
        presets
    }

    /// The argument of QEMU's -device: the one asked for, or the device that its INF file names, with the mode asked for.
    pub fn device(&self, options: &Options) -> Result<String> {
        let mut device = self.name_of_device(options)?;
        if let Some((width, height)) = options.mode {
            device.push_str(&format!(",xres={width},yres={height}"));
            // What the device keeps of pictures: one that is shown, and the next one.
            let bytes = 2 * u64::from(width) * u64::from(height) * 4;
            if device.starts_with("virtio-") && bytes > HOST_MEMORY {
                device.push_str(&format!(",max_hostmem={}", bytes.next_multiple_of(1 << 20)));
            }
        }
        Ok(device)
    }

    fn name_of_device(&self, options: &Options) -> Result<String> {
        if let Some(device) = &options.device {
            return Ok(device.clone());
        }
        let ids = self.inf.as_ref().map_or(&[][..], |inf| &inf.ids);
        let known = |id: &HardwareId| {
            let found = DEVICES
                .iter()
                .find(|(vendor, device, _)| (*vendor, *device) == (id.vendor, id.device));
            found.map(|(_, _, name)| *name)
        };
        let name = match ids.iter().find_map(known) {
            Some("virtio-gpu-pci") | None if options.vga => "virtio-vga",
            Some(name) => name,
            None if self.inf.is_none() => "virtio-gpu-pci",
            None => bail!(
                "the INF file is for {}: say with --device what that is in QEMU",
                list(ids)
            ),
        };
        // With MSISupported 0 in its INF file, Windows gives a driver the line of a device that has messages. Shipped drivers rely on
        // the device having them: viogpudo sets a message for configuration changes on a line too.
        let line = options.line && !self.is_foreign && name.starts_with("virtio-");
        Ok(format!("{name}{}", if line { ",vectors=0" } else { "" }))
    }

    /// An error if the device on QEMU's bus is none of its INF file's.
    pub fn expect(&self, on_bus: HardwareId, device: &str) -> Result<()> {
        let Some(inf) = &self.inf else {
            return Ok(());
        };
        let fits = |id: &HardwareId| {
            (id.vendor, id.device) == (on_bus.vendor, on_bus.device)
                && (id.subsystem.is_none() || id.subsystem == on_bus.subsystem)
        };
        if inf.ids.iter().any(fits) {
            return Ok(());
        }
        bail!(
            "the INF file does not have the device: it is for {}, and {device} is {on_bus}",
            list(&inf.ids)
        )
    }
}

fn list(ids: &[HardwareId]) -> String {
    let ids: Vec<String> = ids.iter().map(HardwareId::to_string).collect();
    ids.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vendor, device, and the subsystem's two.
    type Ids = (u16, u16, Option<(u16, u16)>);

    fn subject(ids: &[Ids]) -> Subject {
        let ids = ids.iter().map(|&(vendor, device, subsystem)| HardwareId {
            vendor,
            device,
            subsystem,
        });
        Subject {
            image: "/drivers/other.sys".into(),
            is_foreign: true,
            inf: Some(Device {
                ids: ids.collect(),
                messages: 4,
                presets: Presets::default(),
            }),
        }
    }

    fn device(subject: &Subject, options: Options) -> Result<String> {
        subject.device(&options)
    }

    #[test]
    fn the_device_is_the_inf_files_unless_another_is_asked_for() {
        let gpu = subject(&[(0x1AF4, 0x1050, None)]);
        let vga = subject(&[(0x9999, 1, None), (0x1234, 0x1111, None)]);
        let plain = Options::default;
        assert_eq!(device(&gpu, plain()).unwrap(), "virtio-gpu-pci");
        assert_eq!(device(&vga, plain()).unwrap(), "VGA");
        let line = Options {
            line: true,
            vga: true,
            ..plain()
        };
        assert_eq!(device(&gpu, line.clone()).unwrap(), "virtio-vga");
        let own = Subject {
            is_foreign: false,
            ..gpu
        };
        assert_eq!(device(&own, line).unwrap(), "virtio-vga,vectors=0");
        let asked = Options {
            device: Some("bochs-display".into()),
            ..plain()
        };
        assert_eq!(device(&vga, asked).unwrap(), "bochs-display");
        let mode = |mode| Options {
            mode: Some(mode),
            ..plain()
        };
        assert_eq!(
            device(&own, mode((640, 480))).unwrap(),
            "virtio-gpu-pci,xres=640,yres=480"
        );
        assert_eq!(
            device(&own, mode((8192, 4320))).unwrap(),
            "virtio-gpu-pci,xres=8192,yres=4320,max_hostmem=283115520"
        );
        let error = device(&subject(&[(0x9999, 1, None)]), plain()).unwrap_err();
        assert!(
            error.to_string().contains("PCI\\VEN_9999&DEV_0001"),
            "{error}"
        );
    }

    #[test]
    fn a_file_that_is_no_driver_is_refused_with_its_path_before_anything_runs() {
        let folder = tempfile::tempdir().unwrap();
        let image = folder.path().join("cut.sys");
        fs::write(&image, "MZ").unwrap();
        let Err(error) = Subject::foreign(&image, None) else {
            panic!("it was taken");
        };
        let error = format!("{error:#}");
        assert!(
            error.contains("cut.sys: it is cut off") && !error.contains('\n'),
            "{error}"
        );
    }

    #[test]
    fn a_setting_takes_the_place_of_the_inf_files_value() {
        let mut gpu = subject(&[(0x1AF4, 0x1050, None)]);
        let value = |name: &str, number: u8| Preset {
            key: "driver".into(),
            name: name.into(),
            kind: 4,
            data: vec![number, 0, 0, 0],
        };
        if let Some(inf) = &mut gpu.inf {
            inf.presets.values = vec![value("One", 1), value("Two", 2)];
        }
        let presets = gpu.presets(&[("One".into(), 5), ("Three".into(), 3)]);
        let expected = vec![value("Two", 2), value("One", 5), value("Three", 3)];
        assert_eq!(presets.values, expected);
    }

    #[test]
    fn a_device_that_the_inf_file_does_not_have_is_refused_with_both_ids() {
        let gpu = subject(&[(0x1AF4, 0x1050, Some((0x1100, 0x1AF4)))]);
        let on_bus = |device, subsystem| HardwareId {
            vendor: 0x1AF4,
            device,
            subsystem: Some(subsystem),
        };
        assert!(gpu.expect(on_bus(0x1050, (0x1100, 0x1AF4)), "it").is_ok());
        assert!(gpu.expect(on_bus(0x1050, (0x1101, 0x1AF4)), "it").is_err());
        let error = gpu.expect(on_bus(0x1041, (0x1100, 0x1AF4)), "virtio-net-pci");
        let error = error.unwrap_err().to_string();
        assert!(
            error.contains("virtio-net-pci is PCI\\VEN_1AF4&DEV_1041")
                && error.contains("it is for PCI\\VEN_1AF4&DEV_1050"),
            "{error}"
        );
    }
}
