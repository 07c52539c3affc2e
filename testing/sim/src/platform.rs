//! What `display` needs of its surroundings, for the simulated driver: the registry of adapters, the traces, the
//! bookkeeping of the control device.

use crate::exempt::exempt;
use crate::kernel::SimKernel;
use crate::sync::Mutex;
use display::{HardwareInformation, Platform, Setting, TraceEvent, Vgpu};
use dxgk::adapter::Registry;
use dxgk::irql::Passive;
use dxgk::miniport::PhysicalDevice;
use dxgk::status::Status;
use std::sync::atomic::{AtomicI64, Ordering};

static REGISTRY: Registry<Vgpu<SimKernel>> = Registry::new();
static TRACES: Mutex<Vec<TraceEvent>> = Mutex::new(Vec::new());
static ADAPTERS: AtomicI64 = AtomicI64::new(0);

/// A value in the adapter's software key, or the status that reading it ends with.
pub type Value = (Setting, Result<u32, Status>);

static SETTINGS: Mutex<Vec<Value>> = Mutex::new(Vec::new());

/// Makes these the values in the software key of every adapter that is added from now on.
pub fn set_settings(values: &[Value]) {
    exempt(|| *SETTINGS.lock() = values.to_vec());
}

/// The events since the last call, oldest first.
pub fn take_traces() -> Vec<TraceEvent> {
    exempt(|| std::mem::take(&mut *TRACES.lock()))
}

/// How many adapters were added and not removed.
pub fn adapters() -> i64 {
    ADAPTERS.load(Ordering::SeqCst)
}

impl Platform for SimKernel {
    fn registry() -> &'static Registry<Vgpu<Self>> {
        &REGISTRY
    }

    fn adapter_added(_: &mut Passive<'_>) {
        ADAPTERS.fetch_add(1, Ordering::SeqCst);
    }

    fn adapter_removed(_: &mut Passive<'_>) {
        ADAPTERS.fetch_sub(1, Ordering::SeqCst);
    }

    fn trace(event: &TraceEvent) {
        exempt(|| TRACES.lock().push(*event));
    }

    fn record_hardware_information(
        _: PhysicalDevice,
        _: &HardwareInformation,
        _: &Passive<'_>,
    ) -> Result<(), Status> {
        Ok(())
    }

    fn read_setting(_: PhysicalDevice, setting: Setting, _: &Passive<'_>) -> Result<u32, Status> {
        let values = SETTINGS.lock();
        let value = values.iter().find(|(set, _)| *set == setting);
        value.map_or(Err(Status::OBJECT_NAME_NOT_FOUND), |(_, value)| *value)
    }
}
