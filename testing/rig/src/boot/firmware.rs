//! What the rig takes from UEFI and from QEMU while boot services are there.

use alloc::string::String;
use alloc::vec::Vec;

use qemu_fw_cfg::FwCfg;
use uefi::boot::{self, AllocateType, MemoryType};
use uefi::mem::memory_map::{MemoryMap, MemoryMapMut};
use uefi::proto::loaded_image::LoadedImage;
use uefi::table::cfg::ConfigTableEntry;

use crate::devices::acpi::{self, Platform};
use crate::memory::PAGE;
use crate::options::Options;

/// fw_cfg item with the driver image.
const DRIVER_ITEM: &str = "opt/org.vgpudod/driver";
/// fw_cfg item with the options.
const OPTIONS_ITEM: &str = "opt/org.vgpudod/options";

/// Everything found, with the firmware left behind.
#[derive(Debug)]
pub struct Found {
    /// The driver's file.
    pub driver: Vec<u8>,
    /// What the run is to do.
    pub options: Options,
    /// Processors, interrupt controllers, PCI.
    pub platform: Platform,
    /// Start and length of the rig's own image.
    pub image: (u64, u64),
    /// A page below 1 MiB for starting processors.
    pub start_page: u64,
    /// RAM, as start and end addresses.
    pub ram: Vec<(u64, u64)>,
    /// Free RAM, as first frame number and count.
    pub free: Vec<(u32, u32)>,
}

/// Reads everything and exits boot services.
///
/// # Errors
/// Text that says what is missing.
pub fn read() -> Result<Found, String> {
    let (driver, options) = read_items()?;
    let image = {
        let loaded = boot::open_protocol_exclusive::<LoadedImage>(boot::image_handle())
            .map_err(|_| "the firmware does not describe the rig's image")?;
        let (base, size) = loaded.info();
        (base as u64, size)
    };
    let rsdp = uefi::system::with_config_table(|entries| {
        let of = |guid| {
            entries
                .iter()
                .find(|entry| entry.guid == guid)
                .map(|entry| entry.address as usize)
        };
        of(ConfigTableEntry::ACPI2_GUID).or_else(|| of(ConfigTableEntry::ACPI_GUID))
    });
    // SAFETY: boot services are there, and the pointer is the firmware's.
    let platform = unsafe { acpi::read(rsdp.ok_or("the firmware has no ACPI tables")?) }?;
    let start_page = boot::allocate_pages(
        AllocateType::MaxAddress(0x9_F000),
        MemoryType::LOADER_DATA,
        1,
    )
    .map_err(|_| "no free page below 1 MiB")?;
    // SAFETY: nothing of the firmware's is used after this line.
    let mut map = unsafe { boot::exit_boot_services(None) };
    x86_64::instructions::interrupts::disable();
    map.sort();
    let mut ram = Vec::new();
    let mut free = Vec::new();
    for entry in map.entries() {
        let end = entry.phys_start + entry.page_count * PAGE as u64;
        if entry.ty == MemoryType::MMIO || entry.ty == MemoryType::RESERVED {
            continue;
        }
        ram.push((entry.phys_start, end));
        // Memory below 1 MiB is left alone; the rig's tables want 32-bit addresses.
        if entry.ty == MemoryType::CONVENTIONAL && entry.phys_start >= 1 << 20 && end <= 1 << 32 {
            free.push((
                (entry.phys_start / PAGE as u64) as u32,
                entry.page_count as u32,
            ));
        }
    }
    core::mem::forget(map);
    Ok(Found {
        driver,
        options,
        platform,
        image,
        start_page: start_page.as_ptr() as u64,
        ram,
        free,
    })
}

fn read_items() -> Result<(Vec<u8>, Options), String> {
    // SAFETY: the rig runs in QEMU only, and this is the only use of fw_cfg.
    let mut device = unsafe { FwCfg::new_for_x86() }
        .map_err(|_| "there is no fw_cfg: the rig runs in QEMU only")?;
    let file = device.find_file(DRIVER_ITEM).ok_or_else(|| {
        alloc::format!(
            "no driver image: start QEMU with -fw_cfg name={DRIVER_ITEM},file=vgpudod.sys"
        )
    })?;
    let driver = device.read_file(&file);
    let text = match device.find_file(OPTIONS_ITEM) {
        Some(file) => device.read_file(&file),
        None => Vec::new(),
    };
    let text = String::from_utf8(text).map_err(|_| "the options are not UTF-8")?;
    let options = Options::parse(&text).map_err(|error| alloc::format!("{error}"))?;
    Ok((driver, options))
}
