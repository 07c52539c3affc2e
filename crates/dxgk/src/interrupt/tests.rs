//! The interface to DxgkCbSynchronizeExecution against a port of a few lines: a spin lock per message, refusals on
//! demand, and a log of what was called.

extern crate std;

use core::cell::Cell;
use core::ffi::c_void;
use core::num::NonZeroU32;
use core::ptr;
use std::boxed::Box;
use std::rc::Rc;
use std::vec::Vec;

use dxgk_sys::{
    BOOLEAN, DXGKARGCB_NOTIFY_INTERRUPT_DATA, DXGKRNL_INTERFACE, FALSE, HANDLE, NTSTATUS,
    PKSYNCHRONIZE_ROUTINE, STATUS_INVALID_PARAMETER, STATUS_SUCCESS, STATUS_UNSUCCESSFUL,
};

use super::*;
use crate::interface::Interface;
use crate::present::{PresentProgress, Presented};
use crate::resources::InterruptResource;

/// What the port of the running test has seen and what it is to do.
#[derive(Default)]
struct PortModel {
    log: Vec<Event>,
    held: Option<u32>,
    refuse: Option<NTSTATUS>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Lock(u32),
    Notify(u32),
    QueueDpc,
    Unlock(u32),
}

std::thread_local! {
    static PORT: std::cell::RefCell<PortModel> = std::cell::RefCell::default();
}

fn port<R>(f: impl FnOnce(&mut PortModel) -> R) -> R {
    PORT.with(|port| f(&mut port.borrow_mut()))
}

unsafe extern "system" fn synchronize(
    _: HANDLE,
    routine: PKSYNCHRONIZE_ROUTINE,
    context: *mut c_void,
    message: u32,
    returned: *mut BOOLEAN,
) -> NTSTATUS {
    if let Some(status) = port(|port| port.refuse) {
        return status;
    }
    port(|port| {
        assert_eq!(
            port.held.replace(message),
            None,
            "a spin lock is taken while one is held"
        );
        port.log.push(Event::Lock(message));
    });
    // SAFETY: what the caller of the port hands over.
    unsafe { returned.write(routine.expect("a routine")(context)) };
    port(|port| {
        port.held = None;
        port.log.push(Event::Unlock(message));
    });
    STATUS_SUCCESS
}

unsafe extern "system" fn notify_interrupt(_: HANDLE, data: *mut DXGKARGCB_NOTIFY_INTERRUPT_DATA) {
    // SAFETY: the driver's structure.
    let kind = unsafe { (*data).InterruptType };
    port(|port| port.log.push(Event::Notify(kind.cast_unsigned())));
}

unsafe extern "system" fn queue_dpc(_: HANDLE) -> BOOLEAN {
    port(|port| {
        assert!(
            port.held.is_some(),
            "the DPC is queued before the lock is released"
        );
        port.log.push(Event::QueueDpc);
    });
    FALSE
}

fn interface_table() -> DXGKRNL_INTERFACE {
    unsafe extern "system" fn notify_dpc(_: HANDLE) {}
    let mut table = DXGKRNL_INTERFACE {
        Size: size_of::<DXGKRNL_INTERFACE>() as u32,
        Version: dxgk_sys::DXGKDDI_INTERFACE_VERSION_WIN8,
        DxgkCbSynchronizeExecution: Some(synchronize),
        DxgkCbNotifyInterrupt: Some(notify_interrupt),
        DxgkCbQueueDpc: Some(queue_dpc),
        DxgkCbNotifyDpc: Some(notify_dpc),
        ..Default::default()
    };
    unsafe extern "system" fn device_information(
        _: HANDLE,
        _: *mut dxgk_sys::DXGK_DEVICE_INFO,
    ) -> NTSTATUS {
        STATUS_SUCCESS
    }
    unsafe extern "system" fn child_status(
        _: HANDLE,
        _: *mut dxgk_sys::DXGK_CHILD_STATUS,
    ) -> NTSTATUS {
        STATUS_SUCCESS
    }
    unsafe extern "system" fn map(
        _: HANDLE,
        _: dxgk_sys::PHYSICAL_ADDRESS,
        _: u32,
        _: BOOLEAN,
        _: BOOLEAN,
        _: dxgk_sys::MEMORY_CACHING_TYPE,
        _: *mut *mut c_void,
    ) -> NTSTATUS {
        STATUS_UNSUCCESSFUL
    }
    unsafe extern "system" fn unmap(_: HANDLE, _: *mut c_void) -> NTSTATUS {
        STATUS_SUCCESS
    }
    unsafe extern "system" fn space(
        _: HANDLE,
        _: u32,
        _: *mut c_void,
        _: u32,
        _: u32,
        _: *mut u32,
    ) -> NTSTATUS {
        STATUS_UNSUCCESSFUL
    }
    unsafe extern "system" fn vidpn(
        _: dxgk_sys::D3DKMDT_HVIDPN,
        _: dxgk_sys::DXGK_VIDPN_INTERFACE_VERSION,
        _: *mut *const dxgk_sys::DXGK_VIDPN_INTERFACE,
    ) -> NTSTATUS {
        STATUS_UNSUCCESSFUL
    }
    table.DxgkCbGetDeviceInformation = Some(device_information);
    table.DxgkCbIndicateChildStatus = Some(child_status);
    table.DxgkCbMapMemory = Some(map);
    table.DxgkCbUnmapMemory = Some(unmap);
    table.DxgkCbReadDeviceSpace = Some(space);
    table.DxgkCbWriteDeviceSpace = Some(space);
    table.DxgkCbQueryVidPnInterface = Some(vidpn);
    table
}

/// A device that only has a line status.
struct Wire(core::sync::atomic::AtomicU32);

impl InterruptDevice for Wire {
    fn acknowledge_line(&self) -> Option<u32> {
        match self.0.swap(0, core::sync::atomic::Ordering::Relaxed) {
            0 => None,
            bits => Some(bits),
        }
    }
}

macro_rules! counting_source {
    ($name:ident, $role:ty) => {
        #[derive(Clone, Copy)]
        struct $name;

        impl Source for $name {
            type Device = Wire;
            type State = u32;
            type Role = $role;
            const INITIAL: u32 = 0;

            fn interrupt(isr: &mut Isr<'_, Self>, _: &Wire, _: Cause) {
                *isr.state += 1;
            }
        }
    };
}

counting_source!(Config, Silent);
counting_source!(Control, Notifying);
counting_source!(Cursor, Silent);

type Sources = (Config, Control, Cursor);

fn interrupts(resource: InterruptResource) -> Box<Interrupts<Sources>> {
    // SAFETY: our own table.
    let interface = unsafe { Interface::take(&interface_table()) }.expect("a complete interface");
    let map = MessageMap::new(Some(resource), Sources::COUNT, Sources::NOTIFYING).expect("a map");
    Interrupts::new(interface.port(), map).expect("memory")
}

fn messages(count: u32) -> InterruptResource {
    InterruptResource::Messages(NonZeroU32::new(count).expect("not zero"))
}

fn passive() -> Passive<'static> {
    // SAFETY: a test thread is as passive as it gets, and each test has one.
    unsafe { Passive::assume() }
}

#[test]
fn a_closure_runs_under_its_message_and_returns_anything() {
    let interrupts = interrupts(messages(3));
    let seen = interrupts.synchronize(Cursor, &mut passive(), |isr| {
        *isr.state += 5;
        std::string::String::from("from DIRQL")
    });
    assert_eq!(seen.expect("not refused"), "from DIRQL");
    let cursor = interrupts.message(Cursor).number();
    assert_eq!(
        port(|port| port.log.clone()),
        [Event::Lock(cursor), Event::Unlock(cursor)]
    );
    assert_eq!(
        interrupts
            .synchronize(Cursor, &mut passive(), |isr| *isr.state)
            .expect("not refused"),
        5
    );
}

#[test]
fn a_refused_closure_comes_back_unrun_with_its_reason() {
    let interrupts = interrupts(messages(1));
    for (status, reason) in [
        (STATUS_UNSUCCESSFUL, Refusal::NotConnected),
        (STATUS_INVALID_PARAMETER, Refusal::InvalidParameter),
        (STATUS_SUCCESS, Refusal::NotRun),
        (0x401E_0307, Refusal::NotRun),
        (
            0xC000_009Au32.cast_signed(),
            Refusal::Other(Status::from_raw(0xC000_009Au32.cast_signed())),
        ),
    ] {
        port(|port| port.refuse = Some(status));
        let captured = Rc::new(Cell::new(0));
        let inside = Rc::clone(&captured);
        let refused = interrupts
            .synchronize(Control, &mut passive(), move |_| {
                inside.set(inside.get() + 1)
            })
            .expect_err("the port refuses");
        assert_eq!(refused.reason, reason);
        assert_eq!(
            (captured.get(), Rc::strong_count(&captured)),
            (0, 2),
            "unrun, and nothing lost"
        );
        port(|port| port.refuse = None);
        interrupts
            .synchronize(Control, &mut passive(), refused.closure)
            .expect("not refused now");
        assert_eq!(captured.get(), 1);
    }
}

#[test]
fn what_a_closure_captured_is_dropped_by_the_caller() {
    struct DroppedOutside;
    impl Drop for DroppedOutside {
        fn drop(&mut self) {
            assert_eq!(
                port(|port| port.held),
                None,
                "dropped while the lock is held"
            );
        }
    }
    let interrupts = interrupts(messages(1));
    let captured = DroppedOutside;
    let returned = interrupts.synchronize(Control, &mut passive(), move |_| {
        let _ = &captured;
        DroppedOutside
    });
    drop(returned);
}

#[test]
fn a_notification_queues_a_dpc_before_the_lock_is_released() {
    let interrupts = interrupts(messages(2));
    interrupts
        .synchronize(Control, &mut passive(), |isr| {
            isr.notify(PresentProgress {
                source: 0,
                outcome: Presented::Complete,
            });
        })
        .expect("not refused");
    assert_eq!(
        port(|port| port.log.clone()),
        [
            Event::Lock(0),
            Event::Notify(6),
            Event::QueueDpc,
            Event::Unlock(0)
        ]
    );
}

#[test]
fn each_message_runs_its_sources_and_no_others() {
    for (resource, config, control, cursor) in [
        (messages(1), 0, 0, 0),
        (messages(2), 1, 0, 1),
        (messages(3), 1, 0, 2),
    ] {
        let interrupts = interrupts(resource);
        let device = Wire(0.into());
        for message in 0..interrupts.map().messages() {
            // SAFETY: nobody else holds a lock.
            assert!(unsafe { interrupts.interrupt(&device, message) });
        }
        assert_eq!(interrupts.message(Config).number(), config);
        assert_eq!(interrupts.message(Control).number(), control);
        assert_eq!(interrupts.message(Cursor).number(), cursor);
        for count in [
            interrupts
                .synchronize(Config, &mut passive(), |isr| *isr.state)
                .ok(),
            interrupts
                .synchronize(Control, &mut passive(), |isr| *isr.state)
                .ok(),
            interrupts
                .synchronize(Cursor, &mut passive(), |isr| *isr.state)
                .ok(),
        ] {
            assert_eq!(count, Some(1));
        }
    }
}

#[test]
fn a_line_that_another_device_raised_is_not_claimed_and_runs_nothing() {
    let interrupts = interrupts(InterruptResource::Line);
    let device = Wire(0.into());
    // SAFETY: nobody else holds a lock.
    assert!(!unsafe { interrupts.interrupt(&device, 0) });
    device.0.store(2, core::sync::atomic::Ordering::Relaxed);
    // SAFETY: as above.
    assert!(unsafe { interrupts.interrupt(&device, 0) });
    assert_eq!(
        interrupts
            .synchronize(Config, &mut passive(), |isr| *isr.state)
            .expect("not refused"),
        1
    );
}

#[test]
fn a_map_needs_an_interrupt_and_a_source_for_every_message() {
    assert_eq!(
        MessageMap::new(None, 3, Some(1)),
        Err(MapError::NoInterrupt)
    );
    assert_eq!(
        MessageMap::new(Some(messages(4)), 3, Some(1)),
        Err(MapError::MoreMessagesThanSources {
            messages: 4,
            sources: 3
        })
    );
}

#[test]
fn an_interface_that_lacks_something_is_refused_with_the_reason() {
    use crate::interface::InterfaceError;
    let take = |change: fn(&mut DXGKRNL_INTERFACE)| {
        let mut table = interface_table();
        change(&mut table);
        // SAFETY: our own table.
        unsafe { Interface::take(&table) }.expect_err("refused")
    };
    // SAFETY: NULL is one of the two things that may be passed.
    assert_eq!(
        unsafe { Interface::take(ptr::null()) }.expect_err("refused"),
        InterfaceError::Absent
    );
    assert_eq!(
        take(|table| table.DxgkCbSynchronizeExecution = None),
        InterfaceError::CallbackAbsent("DxgkCbSynchronizeExecution")
    );
    assert_eq!(
        take(|table| table.Size -= 8),
        InterfaceError::Size {
            expected: 256,
            found: 248
        }
    );
    assert_eq!(
        take(|table| table.Version = 0x2005),
        InterfaceError::Version(0x2005)
    );
}

#[test]
fn draining_takes_every_message_once_or_learns_that_none_is_connected() {
    let interrupts = interrupts(messages(3));
    assert!(interrupts.drain(&mut passive()));
    assert_eq!(port(|port| port.log.len()), 6);
    port(|port| port.refuse = Some(STATUS_UNSUCCESSFUL));
    assert!(
        interrupts.drain(&mut passive()),
        "what is not connected runs nothing"
    );
    port(|port| port.refuse = Some(STATUS_INVALID_PARAMETER));
    assert!(
        !interrupts.drain(&mut passive()),
        "another refusal proves nothing"
    );
}
