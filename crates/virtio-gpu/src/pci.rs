//! Finds a modern virtio device's structures from PCI configuration space (VIRTIO 1.2, 4.1.4), and its MSI-X capability.
//!
//! Reads only, maps nothing. Every offset that configuration space gives is followed with care: the capability list may loop
//! or leave its area, and a structure may claim to lie outside its BAR.

use core::fmt;
use virtio::pci::{Cap, CapCfgType};
use zerocopy::FromBytes;

/// `PCI_VENDOR_ID` of virtio devices.
pub const VENDOR: u16 = 0x1af4;
/// `PCI_DEVICE_ID` of the virtio GPU, which is always a modern device: 0x1040 plus the device type 16.
pub const DEVICE_GPU: u16 = 0x1040 + u8_from_id(virtio::Id::Gpu);

/// Offset of the command register.
pub const COMMAND: u16 = 0x04;
/// In the command register: the device may read and write memory; without it no queue works.
pub const COMMAND_BUS_MASTER: u16 = 1 << 2;

/// Offset of the status register, whose [`STATUS_CAPABILITIES`] bit says whether there is a capability list.
const STATUS: u16 = 0x06;
const STATUS_CAPABILITIES: u16 = 1 << 4;
/// Offset of the pointer to the first capability.
const CAPABILITIES_POINTER: u16 = 0x34;
/// Capabilities lie behind the header, in the first 256 bytes, at multiples of four.
const FIRST_CAPABILITY: u8 = 0x40;

const CAP_ID_MSIX: u8 = 0x11;
const CAP_ID_VENDOR: u8 = 0x09;

const fn u8_from_id(id: virtio::Id) -> u16 {
    // The type's own conversion is not const.
    match id {
        virtio::Id::Gpu => 16,
        _ => 0,
    }
}

/// Configuration space could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConfigReadError {
    /// Offset of the read.
    pub offset: u16,
}

/// A device's PCI configuration space, as DxgkCbReadDeviceSpace gives it.
pub trait ConfigSpace {
    /// Reads `bytes.len()` bytes at `offset`.
    ///
    /// # Errors
    ///
    /// Not all of them could be read.
    fn read(&self, offset: u16, bytes: &mut [u8]) -> Result<(), ConfigReadError>;

    /// Reads a byte.
    ///
    /// # Errors
    ///
    /// As [`ConfigSpace::read`].
    fn read_u8(&self, offset: u16) -> Result<u8, ConfigReadError> {
        let mut bytes = [0; 1];
        self.read(offset, &mut bytes)?;
        Ok(u8::from_le_bytes(bytes))
    }

    /// Reads a little-endian number.
    ///
    /// # Errors
    ///
    /// As [`ConfigSpace::read`].
    fn read_u16(&self, offset: u16) -> Result<u16, ConfigReadError> {
        let mut bytes = [0; 2];
        self.read(offset, &mut bytes)?;
        Ok(u16::from_le_bytes(bytes))
    }

    /// Reads a little-endian number.
    ///
    /// # Errors
    ///
    /// As [`ConfigSpace::read`].
    fn read_u32(&self, offset: u16) -> Result<u32, ConfigReadError> {
        let mut bytes = [0; 4];
        self.read(offset, &mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }
}

/// A structure's place: which BAR, and where in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// Index of the BAR, 0 to 5.
    pub bar: u8,
    /// Byte offset in the BAR.
    pub offset: u32,
    /// Length in bytes.
    pub length: u32,
}

/// The MSI-X capability.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MsiX {
    /// How many vectors the table has, 1 to 2048.
    pub table_size: u16,
    /// Whether the bus has enabled it; if not, interrupts come on the line.
    pub enabled: bool,
    /// Whether the whole function is masked.
    pub masked: bool,
}

/// Where the device's structures are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// `virtio_pci_common_cfg`.
    pub common: Region,
    /// The queues' notification addresses.
    pub notify: Region,
    /// Bytes between two queues' notification addresses; zero if they share one.
    pub notify_off_multiplier: u32,
    /// The ISR status byte.
    pub isr: Region,
    /// `virtio_gpu_config`.
    pub device: Region,
    /// MSI-X, if the device has it.
    pub msix: Option<MsiX>,
}

/// The four structures a driver needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Structure {
    /// `VIRTIO_PCI_CAP_COMMON_CFG`
    Common,
    /// `VIRTIO_PCI_CAP_NOTIFY_CFG`
    Notify,
    /// `VIRTIO_PCI_CAP_ISR_CFG`
    Isr,
    /// `VIRTIO_PCI_CAP_DEVICE_CFG`
    Device,
}

impl Structure {
    fn of(cfg_type: u8) -> Option<Self> {
        match CapCfgType::from(cfg_type) {
            CapCfgType::Common => Some(Self::Common),
            CapCfgType::Notify => Some(Self::Notify),
            CapCfgType::Isr => Some(Self::Isr),
            CapCfgType::Device => Some(Self::Device),
            _ => None,
        }
    }

    /// The least length that holds what the driver reads and writes.
    const fn min_length(self) -> u32 {
        match self {
            // Up to and including queue_device.
            Self::Common => 0x38,
            Self::Notify => 2,
            Self::Isr => 1,
            // events_read, events_clear, num_scanouts.
            Self::Device => 12,
        }
    }

    /// Alignment that VIRTIO 1.2 asks of the offset (4.1.4.3 to 4.1.4.6).
    const fn alignment(self) -> u32 {
        match self {
            Self::Common | Self::Device => 4,
            Self::Notify => 2,
            Self::Isr => 1,
        }
    }

    /// The least `cap_len`: a notify capability carries the multiplier behind the common part.
    const fn min_cap_len(self) -> u8 {
        match self {
            Self::Notify => 20,
            _ => 16,
        }
    }
}

/// Why no usable virtio GPU was found in configuration space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayoutError {
    /// Configuration space could not be read.
    Config(ConfigReadError),
    /// Vendor or device id are not the virtio GPU's.
    NotVirtioGpu {
        /// Vendor id found.
        vendor: u16,
        /// Device id found.
        device: u16,
    },
    /// The status register says that there is no capability list.
    NoCapabilities,
    /// A pointer in the capability list points into the header.
    BadPointer {
        /// Where it points.
        pointer: u8,
    },
    /// The capability list comes back to a place it has been at.
    Loop {
        /// The place.
        at: u8,
    },
    /// A virtio capability is shorter than its kind needs, or runs out of the capability area.
    CapabilityLength {
        /// Which.
        structure: Structure,
        /// Its `cap_len`.
        cap_len: u8,
    },
    /// A structure does not lie inside its BAR.
    OutsideBar {
        /// Which.
        structure: Structure,
        /// Where it claims to be.
        region: Region,
        /// How long the BAR is.
        bar_length: u64,
    },
    /// A structure is too short to hold its registers.
    TooShort {
        /// Which.
        structure: Structure,
        /// Its length.
        length: u32,
        /// The least it needs.
        needed: u32,
    },
    /// A structure's offset is not aligned as VIRTIO asks.
    Misaligned {
        /// Which.
        structure: Structure,
        /// Its offset.
        offset: u32,
    },
    /// `notify_off_multiplier` is neither zero nor an even power of two.
    NotifyMultiplier(u32),
    /// There is no capability for a structure, or only ones in BARs that are not mapped memory.
    Missing(Structure),
}

impl From<ConfigReadError> for LayoutError {
    fn from(error: ConfigReadError) -> Self {
        Self::Config(error)
    }
}

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Config(ConfigReadError { offset }) => {
                write!(f, "configuration space unreadable at {offset:#x}")
            }
            Self::NotVirtioGpu { vendor, device } => write!(
                f,
                "expected PCI device {VENDOR:04x}:{DEVICE_GPU:04x}, found {vendor:04x}:{device:04x}"
            ),
            Self::NoCapabilities => {
                f.write_str("no PCI capability list: not a modern virtio device")
            }
            Self::BadPointer { pointer } => write!(
                f,
                "capability pointer {pointer:#x}: expected {FIRST_CAPABILITY:#x} or more"
            ),
            Self::Loop { at } => write!(f, "the capability list loops at {at:#x}"),
            Self::CapabilityLength { structure, cap_len } => write!(
                f,
                "{structure:?} capability: {cap_len} bytes, expected {} or more inside the first 256",
                structure.min_cap_len()
            ),
            Self::OutsideBar {
                structure,
                region,
                bar_length,
            } => write!(
                f,
                "{structure:?} structure: {:#x} bytes at {:#x} are not inside BAR {} of {bar_length:#x} bytes",
                region.length, region.offset, region.bar
            ),
            Self::TooShort {
                structure,
                length,
                needed,
            } => write!(
                f,
                "{structure:?} structure: {length} bytes, expected {needed} or more"
            ),
            Self::Misaligned { structure, offset } => write!(
                f,
                "{structure:?} structure: offset {offset:#x} is not a multiple of {}",
                structure.alignment()
            ),
            Self::NotifyMultiplier(multiplier) => write!(
                f,
                "notify_off_multiplier {multiplier}: expected 0 or an even power of two"
            ),
            Self::Missing(structure) => write!(
                f,
                "no {structure:?} structure in a memory BAR: not a modern virtio device"
            ),
        }
    }
}

impl core::error::Error for LayoutError {}

impl Layout {
    /// Walks the capability list. `bar_length` gives the length of a mapped memory BAR in bytes, and `None` for one that is
    /// absent or not memory: VIRTIO lets a device offer a structure several times, and the first that is usable counts.
    ///
    /// # Errors
    ///
    /// See [`LayoutError`]. A structure outside its BAR is an error even if another of its kind follows.
    pub fn find(
        config: &impl ConfigSpace,
        bar_length: impl Fn(u8) -> Option<u64>,
    ) -> Result<Self, LayoutError> {
        let vendor = config.read_u16(0)?;
        let device = config.read_u16(2)?;
        if (vendor, device) != (VENDOR, DEVICE_GPU) {
            return Err(LayoutError::NotVirtioGpu { vendor, device });
        }
        if config.read_u16(STATUS)? & STATUS_CAPABILITIES == 0 {
            return Err(LayoutError::NoCapabilities);
        }
        let mut found = Found::default();
        let mut msix = None;
        let mut visited = 0u64;
        let mut pointer = config.read_u8(CAPABILITIES_POINTER)? & !3;
        while pointer != 0 {
            if pointer < FIRST_CAPABILITY {
                return Err(LayoutError::BadPointer { pointer });
            }
            // One bit for each place a capability can be at.
            let bit = 1u64 << (pointer >> 2);
            if visited & bit != 0 {
                return Err(LayoutError::Loop { at: pointer });
            }
            visited |= bit;
            let at = u16::from(pointer);
            match config.read_u8(at)? {
                CAP_ID_VENDOR => found.note(config, pointer, &bar_length)?,
                CAP_ID_MSIX if msix.is_none() => {
                    msix = Some(MsiX::from_control(config.read_u16(at.wrapping_add(2))?));
                }
                _ => {}
            }
            pointer = config.read_u8(at.wrapping_add(1))? & !3;
        }
        found.complete(msix)
    }
}

impl MsiX {
    fn from_control(control: u16) -> Self {
        MsiX {
            table_size: (control & 0x7ff).wrapping_add(1),
            enabled: control & (1 << 15) != 0,
            masked: control & (1 << 14) != 0,
        }
    }
}

/// What the walk has found so far.
#[derive(Default)]
struct Found {
    common: Option<Region>,
    notify: Option<(Region, u32)>,
    isr: Option<Region>,
    device: Option<Region>,
}

impl Found {
    fn note(
        &mut self,
        config: &impl ConfigSpace,
        pointer: u8,
        bar_length: &impl Fn(u8) -> Option<u64>,
    ) -> Result<(), LayoutError> {
        let at = u16::from(pointer);
        // A reserved type or BAR is to be ignored (VIRTIO 1.2, 4.1.4.1), before its length is looked at.
        let Some(structure) = Structure::of(config.read_u8(at.wrapping_add(3))?) else {
            return Ok(());
        };
        let cap_len = config.read_u8(at.wrapping_add(2))?;
        let inside = pointer.checked_add(cap_len.saturating_sub(1)).is_some();
        if cap_len < structure.min_cap_len() || !inside {
            return Err(LayoutError::CapabilityLength { structure, cap_len });
        }
        let mut bytes = [0; size_of::<Cap>()];
        config.read(at, &mut bytes)?;
        let Ok(cap) = Cap::read_from_bytes(&bytes) else {
            return Err(LayoutError::CapabilityLength { structure, cap_len });
        };
        let region = Region {
            bar: cap.bar,
            offset: cap.offset.to_ne(),
            length: cap.length.to_ne(),
        };
        if region.bar > 5 || self.has(structure) {
            return Ok(());
        }
        let Some(bar_length) = bar_length(region.bar) else {
            return Ok(());
        };
        check(structure, region, bar_length)?;
        match structure {
            Structure::Common => self.common = Some(region),
            Structure::Isr => self.isr = Some(region),
            Structure::Device => self.device = Some(region),
            Structure::Notify => {
                let multiplier = config.read_u32(at.wrapping_add(16))?;
                if multiplier != 0 && (multiplier == 1 || !multiplier.is_power_of_two()) {
                    return Err(LayoutError::NotifyMultiplier(multiplier));
                }
                self.notify = Some((region, multiplier));
            }
        }
        Ok(())
    }

    fn has(&self, structure: Structure) -> bool {
        match structure {
            Structure::Common => self.common.is_some(),
            Structure::Notify => self.notify.is_some(),
            Structure::Isr => self.isr.is_some(),
            Structure::Device => self.device.is_some(),
        }
    }

    fn complete(self, msix: Option<MsiX>) -> Result<Layout, LayoutError> {
        let missing = LayoutError::Missing;
        let (notify, notify_off_multiplier) = self.notify.ok_or(missing(Structure::Notify))?;
        Ok(Layout {
            common: self.common.ok_or(missing(Structure::Common))?,
            notify,
            notify_off_multiplier,
            isr: self.isr.ok_or(missing(Structure::Isr))?,
            device: self.device.ok_or(missing(Structure::Device))?,
            msix,
        })
    }
}

fn check(structure: Structure, region: Region, bar_length: u64) -> Result<(), LayoutError> {
    let end = u64::from(region.offset).saturating_add(u64::from(region.length));
    if end > bar_length {
        return Err(LayoutError::OutsideBar {
            structure,
            region,
            bar_length,
        });
    }
    if region.length < structure.min_length() {
        return Err(LayoutError::TooShort {
            structure,
            length: region.length,
            needed: structure.min_length(),
        });
    }
    if region.offset & structure.alignment().wrapping_sub(1) != 0 {
        return Err(LayoutError::Misaligned {
            structure,
            offset: region.offset,
        });
    }
    Ok(())
}
