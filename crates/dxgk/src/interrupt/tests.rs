//! The interface to DxgkCbSynchronizeExecution on the hosted port. What does not depend on the port is tested in `dirql`.

extern crate std;

use core::ptr;
use core::sync::atomic::{AtomicU32, Ordering};
use std::num::NonZeroU32;

use dxgk_sys::{DXGK_DISPLAY_INFORMATION, DXGKRNL_INTERFACE, HANDLE, NTSTATUS};

use super::*;
use crate::hosted::{self, Hosted, PortCall, passive};
use crate::interface::{Interface, InterfaceError};
use crate::lifetime::Lifetimes;
use crate::present::{PresentProgress, Presented};
use crate::resources::InterruptResource;
use crate::status::Status;

/// A device that only has a line status.
struct Wire(AtomicU32);

impl InterruptDevice for Wire {
    type Connection = Dxgkrnl;

    fn acknowledge_line(&self) -> Option<u32> {
        match self.0.swap(0, Ordering::Relaxed) {
            0 => None,
            bits => Some(bits),
        }
    }
}

#[derive(Clone, Copy)]
struct Control;

impl Source for Control {
    type Device = Wire;
    type State = u32;
    type Role = Notifying;
    const INITIAL: u32 = 0;

    fn interrupt(at: &mut AtDirql<'_, Self>, _: &Wire, _: Cause) {
        **at += 1;
        at.notify(done());
    }
}

fn done() -> PresentProgress {
    crate::doc::pending().ended(Presented::Complete)
}

fn hosted() -> Hosted<(Control,)> {
    let one = InterruptResource::Messages(NonZeroU32::MIN);
    Hosted::new(one, Wire(AtomicU32::new(0))).expect("a map")
}

#[test]
fn g9_a_notification_queues_a_dpc_before_the_lock_is_released() {
    let hosted = hosted();
    let notified = [
        PortCall::Lock(0),
        PortCall::NotifyInterrupt(6),
        PortCall::QueueDpc,
        PortCall::Unlock(0),
    ];
    passive(|irql| {
        hosted
            .interrupts()
            .synchronize(Control, irql, |at| at.notify(done()))
    })
    .expect("not refused");
    assert_eq!(hosted.take_calls(), notified);
    passive(|irql| hosted.interrupts().report(Control, irql, done())).expect("not refused");
    assert_eq!(hosted.take_calls(), notified);
    assert!(hosted.interrupt(0));
    assert_eq!(hosted.take_calls(), notified);
}

#[test]
fn g5_a_refused_report_gives_the_notification_back() {
    let hosted = hosted();
    hosted.connect(false);
    let refused = passive(|irql| hosted.interrupts().report(Control, irql, done()));
    let refused = refused.expect_err("not connected");
    assert_eq!(
        (refused.reason, &refused.given),
        (Refusal::NotConnected, &done())
    );
    assert_eq!(Status::from(refused), Status::UNSUCCESSFUL);
}

static LIVES: Lifetimes = Lifetimes::new();

/// # Safety
///
/// As for [`Interface::take`].
unsafe fn take_table(
    table: *const DXGKRNL_INTERFACE,
) -> Result<Interface<hosted::Host>, InterfaceError> {
    // SAFETY: the caller's promise.
    unsafe { Interface::take(table, LIVES.begin()) }
}

#[test]
fn an_interface_that_lacks_something_is_refused_with_the_reason() {
    let take = |change: fn(&mut DXGKRNL_INTERFACE)| {
        let mut table = hosted::table(ptr::null_mut());
        change(&mut table);
        // SAFETY: our own table, of which nothing is called.
        unsafe { take_table(&table) }.expect_err("refused")
    };
    // SAFETY: NULL is one of the two things that may be passed.
    let absent = unsafe { take_table(ptr::null()) };
    assert_eq!(absent.expect_err("refused"), InterfaceError::Absent);
    assert_eq!(
        take(|table| table.DxgkCbSynchronizeExecution = None),
        InterfaceError::CallbackAbsent("DxgkCbSynchronizeExecution")
    );
    assert_eq!(
        take(|table| table.Size = 8),
        InterfaceError::CallbackAbsent("DxgkCbGetDeviceInformation"),
        "only its size and version are there"
    );
    assert_eq!(
        take(|table| table.Version = 0x2005),
        InterfaceError::Version(0x2005)
    );
}

#[test]
fn an_interface_is_not_refused_for_its_size_and_what_it_lacks_is_null() {
    unsafe extern "system" fn post_display(
        _: HANDLE,
        _: *mut DXGK_DISPLAY_INFORMATION,
    ) -> NTSTATUS {
        unreachable!("behind the end of the interface")
    }
    let acquired = |size: u32| {
        let mut table = hosted::table(ptr::null_mut());
        table.DxgkCbAcquirePostDisplayOwnership = Some(post_display);
        table.Size = size;
        // SAFETY: our own table; what is called of it takes any handle.
        let interface = unsafe { take_table(&table) }.expect("a display-only driver needs no more");
        passive(|irql| interface.acquire_post_display_ownership(irql))
    };
    let end = core::mem::offset_of!(DXGKRNL_INTERFACE, DxgkCbAcquirePostDisplayOwnership) as u32;
    // That of Windows 7 first, and then a part of the pointer.
    for size in [184, end - 8, end, end + 7] {
        let missing = Err(Status::NOT_SUPPORTED);
        assert_eq!(acquired(size), missing, "{size} bytes");
    }
}
