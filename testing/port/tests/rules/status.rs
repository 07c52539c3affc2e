//! The documented return codes of DxgkCbSynchronizeExecution, each of them, and what is injected.

use crate::job;
use crate::stub::Stub;
use dxgk_sys::*;
use port::Refuse;
use port::rules::Rule;
use std::ffi::c_void;

unsafe extern "system" fn count(context: *mut c_void) -> BOOLEAN {
    let calls = unsafe { &mut *context.cast::<u32>() };
    *calls += 1;
    0x5A
}

/// Calls with these arguments; the status, the result (0xEE if untouched) and how often the routine ran.
fn call(
    stub: &Stub,
    handle: HANDLE,
    routine: PKSYNCHRONIZE_ROUTINE,
    message: u32,
) -> (NTSTATUS, BOOLEAN, u32) {
    let (mut calls, mut result) = (0_u32, 0xEE);
    let synchronize = stub.port().DxgkCbSynchronizeExecution.expect("given");
    let context = (&raw mut calls).cast();
    let status = unsafe { synchronize(handle, routine, context, message, &raw mut result) };
    (status, result, calls)
}

#[test]
fn each_return_code_comes_when_the_page_says_and_the_result_is_written_only_if_the_routine_ran() {
    let stub = Stub::new(None);
    let port = job::port(stub);
    let adapter = job::start(port, stub).expect("the stub starts");
    let handle = stub.port().DeviceHandle;
    assert_eq!(
        call(stub, handle, Some(count), 1),
        (STATUS_SUCCESS, 0x5A, 1)
    );
    assert_eq!(
        call(stub, handle, Some(count), 0),
        (STATUS_SUCCESS, 0x5A, 1)
    );
    let before = port.violations().count();
    assert_eq!(
        call(stub, handle, Some(count), 2),
        (STATUS_INVALID_PARAMETER, 0xEE, 0)
    );
    assert_eq!(
        call(stub, handle, None, 0),
        (STATUS_INVALID_PARAMETER, 0xEE, 0)
    );
    assert_eq!(
        call(stub, adapter.context(), Some(count), 0),
        (STATUS_INVALID_PARAMETER, 0xEE, 0)
    );
    let null = stub.port().DxgkCbSynchronizeExecution.expect("given");
    let status = unsafe {
        null(
            handle,
            Some(count),
            std::ptr::null_mut(),
            0,
            std::ptr::null_mut(),
        )
    };
    assert_eq!(status, STATUS_INVALID_PARAMETER);
    assert_eq!(
        port.violations().count() - before,
        4,
        "{:?}",
        port.violations()
    );
    assert!(
        port.violations().broke(Rule::AddTwoHandles)
            && port.violations().broke(Rule::IsrSynchronize)
    );
    let before = port.violations().count();
    adapter.stop().expect("the stub stops");
    assert_eq!(
        call(stub, handle, Some(count), 0),
        (STATUS_UNSUCCESSFUL, 0xEE, 0),
        "not connected any more"
    );
    assert_eq!(port.violations().count(), before, "which is no offence");
    adapter.remove().expect("the stub is removed");
    assert_eq!(
        call(stub, handle, Some(count), 0).0,
        STATUS_INVALID_PARAMETER,
        "the handle has ended"
    );
}

#[test]
fn above_dispatch_level_it_refuses_and_says_so() {
    let stub = Stub::new(None);
    let port = job::port(stub);
    job::start(port, stub).expect("the stub starts");
    let handle = stub.port().DeviceHandle;
    port::machine::Machine::raise_irql(stub.machine, 2);
    assert_eq!(
        call(stub, handle, Some(count), 0),
        (STATUS_SUCCESS, 0x5A, 1)
    );
    assert_eq!(port.violations().count(), 0);
    port::machine::Machine::raise_irql(stub.machine, 3);
    assert_eq!(
        call(stub, handle, Some(count), 0),
        (STATUS_INVALID_PARAMETER, 0xEE, 0)
    );
    assert!(port.violations().broke(Rule::IrqlCallback));
}

#[test]
fn refusals_are_injected_at_the_call_they_are_planned_for() {
    let stub = Stub::new(None);
    let port = job::port(stub);
    let adapter = job::start(port, stub).expect("the stub starts");
    let handle = stub.port().DeviceHandle;
    adapter.refuse(1, 1, Refuse::Status(STATUS_DEVICE_REMOVED));
    let seen: Vec<_> = (0..3).map(|_| call(stub, handle, Some(count), 0)).collect();
    let ran = (STATUS_SUCCESS, 0x5A, 1);
    assert_eq!(seen, [ran, (STATUS_DEVICE_REMOVED, 0xEE, 0), ran]);
    adapter.refuse(0, 1, Refuse::SucceedUnrun);
    assert_eq!(
        call(stub, handle, Some(count), 0),
        (STATUS_SUCCESS, 0xEE, 0)
    );
    assert_eq!(call(stub, handle, Some(count), 0), ran);
    assert_eq!(port.violations().count(), 0);
}

#[test]
fn a_second_dpc_request_is_refused_until_the_first_has_begun() {
    let stub = Stub::new(None);
    let port = job::port(stub);
    job::start(port, stub).expect("the stub starts");
    let interface = stub.port();
    let queue = interface.DxgkCbQueueDpc.expect("given");
    let old = port::machine::Machine::raise_irql(stub.machine, 2);
    let twice = unsafe { [queue(interface.DeviceHandle), queue(interface.DeviceHandle)] };
    assert_eq!(twice, [TRUE, FALSE]);
    port::machine::Machine::lower_irql(stub.machine, old);
    assert_eq!(unsafe { queue(interface.DeviceHandle) }, TRUE);
    assert_eq!(port.violations().count(), 0);
}
