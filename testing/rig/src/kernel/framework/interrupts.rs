//! Interrupts: at DIRQL with a lock of their own, and a DPC.

use alloc::boxed::Box;
use core::sync::atomic::{AtomicPtr, Ordering};

use super::{Attributes, Device, Interrupt, InterruptConfig, Object, Synchronize, violation};
use crate::abi::dispatcher::KDPC;
use crate::abi::*;
use crate::cpu::irql::PASSIVE_LEVEL;
use crate::kernel::connect::{self, Interrupt as KernelInterrupt};
use crate::kernel::{dpc, rules};

pub(super) extern "system" fn interrupt_create(
    _: PVOID,
    device: *mut Device,
    config: *const InterruptConfig,
    attributes: *const Attributes,
    handle: *mut *mut Interrupt,
) -> NTSTATUS {
    const EXPORT: &str = "WdfInterruptCreate";
    rules::at_most(PASSIVE_LEVEL, EXPORT);
    // SAFETY: the caller's structure and device; the handle is an out-parameter.
    unsafe {
        let config = *config;
        if config.size as usize != size_of::<InterruptConfig>() || config.isr.is_none() {
            violation(EXPORT, "a structure of another size, or no EvtInterruptIsr");
        }
        if !(*device).preparing || config.raw.is_null() || config.translated.is_null() {
            violation(
                EXPORT,
                "the rig has it in EvtDevicePrepareHardware, with the resources",
            );
        }
        if !config.spin_lock.is_null() || config.passive_handling != 0 {
            violation(
                EXPORT,
                "the rig has interrupts at DIRQL with a lock of their own",
            );
        }
        let interrupt = Box::leak(Box::new(Interrupt {
            object: Object::new(attributes),
            config,
            device,
            kernel: AtomicPtr::new(core::ptr::null_mut()),
            dpc: core::mem::zeroed(),
        }));
        let context = core::ptr::from_mut(interrupt).cast();
        dpc::ke_initialize_dpc(&raw mut interrupt.dpc, Some(run_dpc), context);
        (*device).interrupts.push(interrupt);
        handle.write(interrupt);
    }
    STATUS_SUCCESS
}

unsafe extern "system" fn run_dpc(_: *mut KDPC, context: PVOID, _: PVOID, _: PVOID) {
    let interrupt = context.cast::<Interrupt>();
    // SAFETY: objects are never freed; the driver's own callback.
    unsafe {
        if let Some(dpc) = (*interrupt).config.dpc {
            dpc(interrupt, (*interrupt).device);
        }
    }
}

pub(super) extern "system" fn interrupt_queue_dpc(_: PVOID, interrupt: *mut Interrupt) -> u8 {
    // SAFETY: an interrupt's handle.
    let dpc = unsafe { &raw mut (*interrupt).dpc };
    dpc::ke_insert_queue_dpc(dpc, core::ptr::null_mut(), core::ptr::null_mut())
}

pub(super) extern "system" fn interrupt_synchronize(
    _: PVOID,
    interrupt: *mut Interrupt,
    callback: Synchronize,
    context: PVOID,
) -> u8 {
    // SAFETY: an interrupt's handle.
    let kernel = unsafe { (*interrupt).kernel.load(Ordering::SeqCst) };
    if kernel.is_null() {
        violation("WdfInterruptSynchronize", "the interrupt is not connected");
    }
    locked(kernel, || callback(interrupt, context))
}

/// Runs `body` at the interrupt's IRQL with its lock held.
pub(super) fn locked<R>(kernel: *mut KernelInterrupt, body: impl FnOnce() -> R) -> R {
    struct Call<F, R>(Option<F>, Option<R>);
    unsafe extern "system" fn run<F: FnOnce() -> R, R>(call: PVOID) -> u8 {
        // SAFETY: the call below, which waits for this.
        let call = unsafe { &mut *call.cast::<Call<F, R>>() };
        call.1 = call.0.take().map(|body| body());
        1
    }
    fn routine<F: FnOnce() -> R, R>(_: &Call<F, R>) -> unsafe extern "system" fn(PVOID) -> u8 {
        run::<F, R>
    }
    let mut call = Call(Some(body), None);
    let routine = routine(&call);
    connect::ke_synchronize_execution(kernel, routine, (&raw mut call).cast());
    call.1.expect("the routine ran")
}

/// An interrupt, at its IRQL with its lock held.
pub(super) unsafe extern "system" fn isr(
    _: *mut KernelInterrupt,
    context: PVOID,
    message: u32,
) -> u8 {
    // SAFETY: devices are never freed; the driver's own callback.
    unsafe {
        let device = context.cast::<Device>();
        let interrupt = (&(*device).interrupts).get(message as usize).copied();
        match interrupt.and_then(|interrupt| Some((interrupt, (*interrupt).config.isr?))) {
            Some((interrupt, isr)) => isr(interrupt, message),
            None => 0,
        }
    }
}

/// The same for a line.
pub(super) unsafe extern "system" fn line_isr(kernel: *mut KernelInterrupt, context: PVOID) -> u8 {
    // SAFETY: as there.
    unsafe { isr(kernel, context, 0) }
}
