//! A device of this driver: its extension, and what there is of it while it is started.

use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicBool, Ordering};

use dirql::{Dispatch, Interrupts, Passive};
use dirql_wdk::wdm::{Connected, KeInterrupt};
use dirql_wdk::{descriptors, interrupt};
use edu::Edu;
use wdk_sys::{
    CM_RESOURCE_LIST, CmResourceTypeMemory, DEVICE_OBJECT, IO_REMOVE_LOCK, NTSTATUS,
    STATUS_DEVICE_CONFIGURATION_ERROR, STATUS_INSUFFICIENT_RESOURCES,
};

use crate::registers::Mapped;

/// The device's sources.
pub type Sources = edu::Sources<Mapped, KeInterrupt>;

/// The device extension.
pub struct Extension {
    physical: *mut DEVICE_OBJECT,
    /// The next device of the stack.
    pub below: *mut DEVICE_OBJECT,
    /// Held by each request that uses the device; removal waits for it.
    pub lock: UnsafeCell<IO_REMOVE_LOCK>,
    /// Written while `is_started` is not set.
    started: UnsafeCell<Option<Connected<Sources>>>,
    /// Between IRP_MN_START_DEVICE and IRP_MN_REMOVE_DEVICE.
    is_started: AtomicBool,
}

impl Extension {
    /// That of a device that is not started.
    pub fn new(physical: *mut DEVICE_OBJECT, below: *mut DEVICE_OBJECT) -> Self {
        Self {
            physical,
            below,
            lock: UnsafeCell::new(IO_REMOVE_LOCK::default()),
            started: UnsafeCell::new(None),
            is_started: AtomicBool::new(false),
        }
    }

    /// The extension of one of this driver's devices.
    ///
    /// # Safety
    ///
    /// It is one, and is deleted later than the reference is used.
    pub unsafe fn of<'a>(device: *mut DEVICE_OBJECT) -> &'a Self {
        // SAFETY: the caller's promise; `add_device` has written it, and nothing borrows it
        // exclusively.
        unsafe { &*(*device).DeviceExtension.cast::<Self>() }
    }

    /// Starts the device with its resources: maps its registers and connects its interrupt.
    ///
    /// # Errors
    ///
    /// What is missing.
    ///
    /// # Safety
    ///
    /// The lists of IRP_MN_START_DEVICE, after the drivers below have started the device.
    pub unsafe fn start(
        &self,
        raw: *const CM_RESOURCE_LIST,
        translated: *const CM_RESOURCE_LIST,
        irql: &Passive<'_>,
    ) -> Result<(), NTSTATUS> {
        // SAFETY: the caller's lists.
        let (raw, mut translated) = unsafe { (descriptors(raw), descriptors(translated)) };
        let resource = interrupt(raw).ok_or(STATUS_DEVICE_CONFIGURATION_ERROR)?;
        let memory = translated
            .find(|descriptor| u32::from(descriptor.Type) == CmResourceTypeMemory)
            // SAFETY: the member of this type.
            .map(|descriptor| unsafe { descriptor.u.Memory })
            .filter(|memory| memory.Length as usize >= edu::REGISTERS)
            .ok_or(STATUS_DEVICE_CONFIGURATION_ERROR)?;
        // SAFETY: the device's memory, long enough; the mapping goes with the connection, before
        // the device is removed.
        let registers =
            unsafe { Mapped::map(memory.Start, irql) }.ok_or(STATUS_INSUFFICIENT_RESOURCES)?;
        let edu = Edu::new(registers).ok_or(STATUS_DEVICE_CONFIGURATION_ERROR)?;
        // SAFETY: the device object that AddDevice got, and the resources of this start.
        let connected = unsafe { Connected::connect(self.physical, resource, edu, collect, irql) }?;
        // SAFETY: the PnP manager starts a device that is not started; requests don't look before
        // the flag is set.
        unsafe { *self.started.get() = Some(connected) };
        self.is_started.store(true, Ordering::Release);
        Ok(())
    }

    /// The started device.
    ///
    /// # Safety
    ///
    /// The reference is not used after the remove lock has been given back.
    pub unsafe fn started(&self) -> Option<&Connected<Sources>> {
        if !self.is_started.load(Ordering::Acquire) {
            return None;
        }
        // SAFETY: written before the flag was set, and taken when no request holds the lock any
        // more.
        unsafe { (*self.started.get()).as_ref() }
    }

    /// Takes the started device out.
    ///
    /// # Safety
    ///
    /// No request uses the device, and none will.
    pub unsafe fn take(&self) -> Option<Connected<Sources>> {
        self.is_started.store(false, Ordering::Release);
        // SAFETY: the caller's promise.
        unsafe { (*self.started.get()).take() }
    }
}

/// The DPC.
fn collect(interrupts: &Interrupts<Sources>, irql: &mut Dispatch<'_>) {
    // Before the interrupt is connected and while it is disconnected it is refused. What was to be
    // collected stays.
    let _ = edu::collect(interrupts, irql);
}
