//! What the rig takes from UEFI and from QEMU while boot services are there.

use alloc::string::String;
use alloc::vec::Vec;

use qemu_fw_cfg::FwCfg;
use uefi::boot::{self, AllocateType, MemoryType};
use uefi::mem::memory_map::{MemoryMap, MemoryMapMut};
use uefi::proto::console::gop::{GraphicsOutput, PixelFormat};
use uefi::proto::loaded_image::LoadedImage;
use uefi::table::cfg::ConfigTableEntry;

use crate::devices::acpi::{self, Platform};
use crate::memory::PAGE;
use crate::options::Options;
use crate::presets::Presets;

/// fw_cfg item with the driver image.
const DRIVER_ITEM: &str = "opt/org.vgpudod/driver";
/// fw_cfg item with the options.
const OPTIONS_ITEM: &str = "opt/org.vgpudod/options";
/// fw_cfg item with the service's name and registry values, see [`Presets`].
const REGISTRY_ITEM: &str = "opt/org.vgpudod/registry";

/// The service's name if no such item says it.
const SERVICE: &str = "vgpudod";

/// Everything found, with the firmware left behind.
#[derive(Debug)]
pub struct Found {
    /// The driver's file.
    pub driver: Vec<u8>,
    /// What the run is to do.
    pub options: Options,
    /// Registry values that are there before it starts.
    pub presets: Presets,
    /// The display that the firmware left behind, if it has a frame buffer.
    pub screen: Option<Screen>,
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

/// A display as the firmware's graphics protocol describes it.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// Pixels.
    pub width: u32,
    /// Scan lines.
    pub height: u32,
    /// Bytes a line.
    pub pitch: u32,
    /// Physical address of the frame buffer.
    pub address: u64,
}

/// Reads everything and exits boot services.
///
/// # Errors
/// Text that says what is missing.
pub fn read() -> Result<Found, String> {
    let Items {
        driver,
        options,
        presets,
    } = read_items()?;
    let screen = read_screen();
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
        presets,
        screen,
        platform,
        image,
        start_page: start_page.as_ptr() as u64,
        ram,
        free,
    })
}

/// What the firmware shows now; nothing if it draws without a frame buffer, as on a virtio GPU that is no VGA adapter.
fn read_screen() -> Option<Screen> {
    let handle = boot::get_handle_for_protocol::<GraphicsOutput>().ok()?;
    // SAFETY: the protocol is only read, and the firmware's console keeps using it.
    let mut output = unsafe {
        boot::open_protocol::<GraphicsOutput>(
            boot::OpenProtocolParams {
                handle,
                agent: boot::image_handle(),
                controller: None,
            },
            boot::OpenProtocolAttributes::GetProtocol,
        )
    }
    .ok()?;
    let mode = output.current_mode_info();
    if !matches!(mode.pixel_format(), PixelFormat::Bgr) {
        return None;
    }
    let (width, height) = mode.resolution();
    Some(Screen {
        width: width as u32,
        height: height as u32,
        pitch: mode.stride() as u32 * 4,
        address: output.frame_buffer().as_mut_ptr() as u64,
    })
}

/// The items of fw_cfg.
struct Items {
    driver: Vec<u8>,
    options: Options,
    presets: Presets,
}

fn read_items() -> Result<Items, String> {
    // SAFETY: the rig runs in QEMU only, and this is the only use of fw_cfg.
    let mut device = unsafe { FwCfg::new_for_x86() }
        .map_err(|_| "there is no fw_cfg: the rig runs in QEMU only")?;
    let file = device.find_file(DRIVER_ITEM).ok_or_else(|| {
        alloc::format!(
            "no driver image: start QEMU with -fw_cfg name={DRIVER_ITEM},file=vgpudod.sys"
        )
    })?;
    let driver = device.read_file(&file);
    let mut text = |item: &str| match device.find_file(item) {
        Some(file) => String::from_utf8(device.read_file(&file))
            .map_err(|_| alloc::format!("{item} is not UTF-8")),
        None => Ok(String::new()),
    };
    let options = text(OPTIONS_ITEM)?;
    let registry = text(REGISTRY_ITEM)?;
    let presets = if registry.is_empty() {
        Presets {
            service: String::from(SERVICE),
            values: Vec::new(),
        }
    } else {
        Presets::parse(&registry).ok_or_else(|| {
            alloc::format!("{REGISTRY_ITEM} is not a service's name and registry values")
        })?
    };
    Ok(Items {
        driver,
        options: Options::parse(&options).map_err(|error| alloc::format!("{error}"))?,
        presets,
    })
}
