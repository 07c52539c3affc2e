//! The miniport's surroundings on Windows: the driver's own parts, as the crate `display` wants them.

use display::{HardwareInformation, Level, Platform, Setting, TraceEvent, Vgpu};
use dxgk::adapter::Registry;
use dxgk::irql::Passive;
use dxgk::miniport::PhysicalDevice;
use dxgk::status::Status;

use crate::kernel::Windows;
use crate::kernel::registry::{self, Access};
use crate::unicode::wide;
use crate::{control, trace};

/// The started adapters, for the control device.
static ADAPTERS: Registry<Vgpu<Windows>> = Registry::new();

impl Platform for Windows {
    fn registry() -> &'static Registry<Vgpu<Self>> {
        &ADAPTERS
    }

    fn adapter_added(irql: &mut Passive<'_>) {
        control::adapter_added(irql);
    }

    fn adapter_removed(irql: &mut Passive<'_>) {
        control::adapter_removed(irql);
    }

    fn trace(event: &TraceEvent) {
        match event.level() {
            Level::Error => trace::error(event),
            Level::Warning => trace::warning(event),
            Level::Information => trace::information(event),
        }
    }

    fn record_hardware_information(
        device: PhysicalDevice,
        information: &HardwareInformation,
        _: &Passive<'_>,
    ) -> Result<(), Status> {
        // SAFETY: used within DxgkDdiAddDevice.
        let device = unsafe { device.as_ptr() };
        let key = registry::software_key(device.cast(), Access::Write)?;
        key.set_text(wide!("HardwareInformation.ChipType"), information.chip_type)?;
        key.set_text(wide!("HardwareInformation.DacType"), information.dac_type)?;
        key.set_text(
            wide!("HardwareInformation.AdapterString"),
            information.adapter_string,
        )?;
        key.set_text(
            wide!("HardwareInformation.BiosString"),
            information.bios_string,
        )?;
        key.set_number(
            wide!("HardwareInformation.MemorySize"),
            information.memory_megabytes,
        )
    }

    fn read_setting(
        device: PhysicalDevice,
        setting: Setting,
        _: &Passive<'_>,
    ) -> Result<u32, Status> {
        let name: &'static [u16] = match setting {
            Setting::PresentAtOnce => wide!("PresentAtOnce"),
            Setting::InternalPanel => wide!("InternalPanel"),
        };
        // SAFETY: used within DxgkDdiAddDevice.
        let device = unsafe { device.as_ptr() };
        registry::software_key(device.cast(), Access::Read)?.number(name)
    }
}
