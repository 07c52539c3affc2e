//! What this driver needs of its surroundings beside the kernel services that the safe layer asks for.

use dxgk::adapter::Registry;
use dxgk::irql::Passive;
use dxgk::kernel::Kernel;
use dxgk::miniport::PhysicalDevice;
use dxgk::status::Status;

use crate::Vgpu;
use crate::settings::Setting;
use crate::trace::TraceEvent;

/// The surroundings of the driver: Windows, or a test machine.
pub trait Platform: Kernel {
    /// Where the started adapters can be found. A static of the driver.
    fn registry() -> &'static Registry<Vgpu<Self>>;

    /// An adapter was added. With the first one the control device is made; the display works without it too, so that this
    /// can't fail.
    fn adapter_added(irql: &mut Passive<'_>);

    /// An adapter was removed. With the last one the control device is deleted: one that is deleted only by
    /// DxgkDdiUnload would keep DxgkDdiUnload from ever being called.
    fn adapter_removed(irql: &mut Passive<'_>);

    /// Records an event. It has no text to format: names and numbers only.
    ///
    /// IRQL: at most DISPATCH_LEVEL.
    fn trace(event: &TraceEvent);

    /// Writes the HardwareInformation values to the adapter's software key (IoOpenDeviceRegistryKey with
    /// PLUGPLAY_REGKEY_DRIVER, then ZwSetValueKey).
    ///
    /// # Errors
    ///
    /// The registry's status. The adapter works without.
    fn record_hardware_information(
        device: PhysicalDevice,
        information: &HardwareInformation,
        irql: &Passive<'_>,
    ) -> Result<(), Status>;

    /// Reads a REG_DWORD from the adapter's software key.
    ///
    /// # Errors
    ///
    /// STATUS_OBJECT_NAME_NOT_FOUND if there is no such value, STATUS_OBJECT_TYPE_MISMATCH if it is of another type or size, or the
    /// registry's status. The adapter works without.
    fn read_setting(
        device: PhysicalDevice,
        setting: Setting,
        irql: &Passive<'_>,
    ) -> Result<u32, Status>;
}

/// What a display driver says of its hardware in the registry (HardwareInformation.*), for the system's information
/// programs. Strings are written with their NUL, the size of memory as a ULONG.
///
/// Source: "Setting hardware information in the registry".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HardwareInformation {
    /// HardwareInformation.ChipType.
    pub chip_type: &'static str,
    /// HardwareInformation.DacType.
    pub dac_type: &'static str,
    /// HardwareInformation.AdapterString.
    pub adapter_string: &'static str,
    /// HardwareInformation.BiosString.
    pub bios_string: &'static str,
    /// HardwareInformation.MemorySize, in megabytes.
    pub memory_megabytes: u32,
}

impl HardwareInformation {
    /// Of any virtio GPU: there is no DAC, no video BIOS that this driver uses, and no memory of its own, since frame
    /// buffers lie in the system's memory.
    pub(crate) const VIRTIO_GPU: Self = Self {
        chip_type: "virtio-gpu",
        dac_type: "None",
        adapter_string: "virtio GPU (display only)",
        bios_string: "None",
        memory_megabytes: 0,
    };
}
