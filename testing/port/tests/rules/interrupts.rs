//! The stub's present, ISR and DPC. The device completes a present with message 0 and reports hot plug with message 1.

use crate::ddis::Context;
use crate::heard::Heard;
use crate::stub::{SPARE, Stub};
use dxgk_sys::*;
use port::rules::Rule;

pub unsafe extern "system" fn present(
    adapter: HANDLE,
    present: *const DXGKARG_PRESENT_DISPLAYONLY,
) -> NTSTATUS {
    let stub = unsafe { Stub::of(adapter) };
    assert!(unsafe { (*present).pfnPresentDisplayOnlyProgress }.is_none());
    stub.hears(Heard::Present(unsafe { (*present).Pitch }));
    match stub.broken {
        Some(Rule::PresentResult) => {
            stub.synchronize(0, report);
            return STATUS_SUCCESS;
        }
        Some(Rule::OwnUnreadable) => return STATUS_SUCCESS,
        Some(Rule::PresentMustReport | Rule::PresentWatchdog | Rule::VsyncWatchdog) => {
            return STATUS_PENDING;
        }
        Some(Rule::PresentDdiLimit) => stub.machine.advance(60_000_000),
        Some(Rule::DpcFixedLevel) => {
            stub.synchronize(1, report);
            return STATUS_PENDING;
        }
        Some(Rule::IsrSynchronize) => {
            stub.synchronize(99, report);
        }
        Some(Rule::IsrSelfDeadlock) => {
            stub.synchronize(0, nest);
        }
        _ => {
            stub.synchronize(0, look);
        }
    }
    if stub.machine.silent {
        return STATUS_SUCCESS;
    }
    stub.presented.set(stub.presented.get() + 1);
    stub.machine.send(0);
    STATUS_PENDING
}

/// A synchronized routine that does nothing.
unsafe extern "system" fn look(_context: Context) -> BOOLEAN {
    TRUE
}

unsafe extern "system" fn nest(context: Context) -> BOOLEAN {
    let stub = unsafe { Stub::of(context) };
    let (status, ran) = stub.synchronize(0, report);
    assert!((status, ran) == (STATUS_UNSUCCESSFUL, false));
    TRUE
}

/// A synchronized routine that reports progress.
pub unsafe extern "system" fn report(context: Context) -> BOOLEAN {
    let stub = unsafe { Stub::of(context) };
    notify(stub, DXGK_INTERRUPT_DISPLAYONLY_PRESENT_PROGRESS);
    TRUE
}

/// Reports what is still pending, as a driver has to that stops.
pub fn finish(stub: &Stub) {
    stub.synchronize(0, report_pending);
}

unsafe extern "system" fn report_pending(context: Context) -> BOOLEAN {
    let stub = unsafe { Stub::of(context) };
    for _ in 0..stub.presented.replace(0) {
        notify(stub, DXGK_INTERRUPT_DISPLAYONLY_PRESENT_PROGRESS);
    }
    TRUE
}

/// Notifies and queues the DPC.
fn notify(stub: &Stub, kind: DXGK_INTERRUPT_TYPE) {
    let port = stub.port();
    let mut data = DXGKARGCB_NOTIFY_INTERRUPT_DATA {
        InterruptType: kind,
        ..Default::default()
    };
    data.Anonymous.DisplayOnlyPresentProgress = DXGKARGCB_PRESENT_DISPLAYONLY_PROGRESS {
        VidPnSourceId: 0,
        ProgressId: DXGK_PRESENT_DISPLAYONLY_PROGRESS_ID_COMPLETE,
    };
    unsafe { port.DxgkCbNotifyInterrupt.expect("given")(port.DeviceHandle, &raw mut data) };
    stub.notify.set(true);
    if !stub.breaks(Rule::DpcNotifyThenQueue) {
        unsafe { port.DxgkCbQueueDpc.expect("given")(port.DeviceHandle) };
    }
}

pub unsafe extern "system" fn isr(context: Context, message: ULONG) -> BOOLEAN {
    let stub = unsafe { Stub::of(context) };
    if stub.breaks(Rule::IsrOnlyTwo) {
        crate::ddis::read_config(stub, DXGK_WHICHSPACE_CONFIG);
    }
    if stub.machine.line {
        if stub.breaks(Rule::IsrStorm) || stub.breaks(Rule::FieldUnclaimed) {
            return FALSE;
        }
        let mine = stub.machine.asserted.get();
        if !stub.breaks(Rule::IsrDismiss) {
            stub.machine.asserted.set(false);
        }
        if !mine {
            return BOOLEAN::from(stub.breaks(Rule::IsrLineNotOurs));
        }
    }
    if message == 0 {
        if stub.vsync_due.replace(false) {
            notify(stub, DXGK_INTERRUPT_DISPLAYONLY_VSYNC);
        }
        for _ in 0..stub.presented.replace(0) {
            notify(stub, DXGK_INTERRUPT_DISPLAYONLY_PRESENT_PROGRESS);
            match stub.broken {
                Some(Rule::PresentProgress) => {
                    notify(stub, DXGK_INTERRUPT_DISPLAYONLY_PRESENT_PROGRESS)
                }
                Some(Rule::VsyncTypes) => notify(stub, DXGK_INTERRUPT_DMA_COMPLETED),
                _ => {}
            }
        }
    } else {
        let port = stub.port();
        unsafe { port.DxgkCbQueueDpc.expect("given")(port.DeviceHandle) };
    }
    TRUE
}

pub unsafe extern "system" fn dpc(context: Context) {
    let stub = unsafe { Stub::of(context) };
    let port = stub.port();
    if stub.notify.replace(false) {
        unsafe { port.DxgkCbNotifyDpc.expect("given")(port.DeviceHandle) };
    }
    if stub.breaks(Rule::IrqlCallback) {
        crate::ddis::read_config(stub, DXGK_WHICHSPACE_CONFIG);
    }
    let (connected, changed) = stub.spare.get();
    if changed && !stub.breaks(Rule::ChildHotPlug) {
        stub.spare.set((connected, false));
        indicate(stub, connected);
    }
}

/// Says whether the spare output has a monitor.
pub fn indicate(stub: &Stub, connected: bool) {
    let port = stub.port();
    let mut status = DXGK_CHILD_STATUS {
        Type: StatusConnection,
        ChildUid: SPARE,
        ..Default::default()
    };
    status.Anonymous.HotPlug.Connected = BOOLEAN::from(connected);
    unsafe { port.DxgkCbIndicateChildStatus.expect("given")(port.DeviceHandle, &raw mut status) };
}
