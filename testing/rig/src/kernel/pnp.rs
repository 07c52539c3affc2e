//! The other session: a driver of any PnP device, without the port. Its device is added, started,
//! exercised and removed.
//!
//! The stress is that of the crate `edu`: every processor has the driver run synchronized closures
//! at the same time, and the first one has the device interrupt. At the end the driver's own counts
//! must be those of the requests and of the machine.

use core::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

use alloc::vec::Vec;

use edu::{EXERCISE, Exercise, RESULT_BYTES, Request};
use port::machine::{Job, Machine};
use port::resources::ResourceList;

use super::{connect, io, report, stack, user, wdf};
use crate::abi::*;
use crate::cpu::{deferred, idle, jobs, percpu, watchdog};
use crate::devices::log;
use crate::log;
use crate::machine::Rig;

/// Interrupts in one request.
const RAISED: u64 = 500;

/// The bus driver's device.
static PHYSICAL: AtomicPtr<DEVICE_OBJECT> = AtomicPtr::new(core::ptr::null_mut());
/// Requests that each processor makes.
static REQUESTS: AtomicU64 = AtomicU64::new(0);
/// Closures in one of them, at least.
static ROUND: AtomicU64 = AtomicU64::new(0);
/// Requests that the first processor has begun. The others keep pace with it.
static BEGUN: AtomicU64 = AtomicU64::new(0);
/// Closures and interrupts, by what the requests were told.
static RAN: AtomicU64 = AtomicU64::new(0);
static INTERRUPTS: AtomicU64 = AtomicU64::new(0);
/// What was refused, lost or torn.
static WRONG: AtomicU64 = AtomicU64::new(0);

fn wrong(what: &str, details: &dyn core::fmt::Debug) {
    if WRONG.fetch_add(1, Ordering::Relaxed) < 10 {
        log!("exercise: {what}: {details:?}");
    }
}

/// The bus driver's answer to a PnP request: it can start and remove its device, and has nothing to
/// add to others.
extern "system" fn bus_pnp(_device: *mut DEVICE_OBJECT, irp: *mut IRP) -> NTSTATUS {
    // SAFETY: the request is this routine's until it completes it.
    let status = unsafe {
        let minor = (*(*irp).CurrentStackLocation).MinorFunction;
        if [IRP_MN_START_DEVICE, IRP_MN_REMOVE_DEVICE].contains(&minor) {
            (*irp).IoStatus.Status = STATUS_SUCCESS;
        }
        (*irp).IoStatus.Status
    };
    io::iof_complete_request(irp, 0);
    status
}

/// Sends a PnP request to the stack. PASSIVE_LEVEL.
fn send(minor: u8, parameters: DEVICE_IO_CONTROL) -> NTSTATUS {
    let top = stack::top(PHYSICAL.load(Ordering::Acquire));
    user::pnp(top, minor, parameters)
}

/// A request of the contract.
fn exercise(request: Request) -> Option<Exercise> {
    let top = stack::top(PHYSICAL.load(Ordering::Acquire));
    let (status, output) = user::control(top, EXERCISE, &request.to_bytes(), RESULT_BYTES);
    if status != STATUS_SUCCESS {
        wrong("a request failed", &status);
        return None;
    }
    let done = Exercise::from_bytes(&output)?;
    RAN.fetch_add(done.ran, Ordering::Relaxed);
    INTERRUPTS.fetch_add(done.raised, Ordering::Relaxed);
    if done.ran < request.closures || done.raised != request.raise {
        wrong("less than was asked for", &done);
    }
    Some(done)
}

/// What every processor does; the first one raises interrupts.
fn turn(index: usize) {
    for number in 0..REQUESTS.load(Ordering::Relaxed) {
        let raise = if index == 0 { RAISED } else { 0 };
        if index == 0 {
            BEGUN.fetch_add(1, Ordering::SeqCst);
            idle::wake_waiting();
        } else {
            idle::wait(None, || BEGUN.load(Ordering::SeqCst) > number);
        }
        exercise(Request {
            closures: ROUND.load(Ordering::Relaxed),
            raise,
        });
        watchdog::progress();
    }
}

/// Runs the session with the driver that `driver` is of. PASSIVE_LEVEL. Says whether everything
/// held.
pub fn run(rig: &'static Rig, driver: *mut DRIVER_OBJECT, closures: u64, interrupts: u64) -> bool {
    let bus = io::new_driver("pci");
    // SAFETY: just made.
    unsafe { (*bus).MajorFunction[usize::from(IRP_MJ_PNP)] = Some(bus_pnp) };
    let physical = io::new_own_device(bus, None);
    PHYSICAL.store(physical, Ordering::Release);
    connect::initialize(rig, physical);
    type AddDevice = extern "system" fn(*mut DRIVER_OBJECT, *mut DEVICE_OBJECT) -> NTSTATUS;
    // SAFETY: the I/O manager's object and what DriverEntry left in it.
    let add = unsafe {
        core::mem::transmute::<PVOID, Option<AddDevice>>((*(*driver).DriverExtension).AddDevice)
    };
    let Some(add) = add else {
        log!("the driver has no AddDevice");
        return false;
    };
    let status = super::run::on_kernel_stack(|| add(driver, physical));
    log!("AddDevice returned {status:#x}");
    if !nt_success(status) {
        return false;
    }
    let grant = rig.grant();
    let (raw, translated) = (ResourceList::raw(&grant), ResourceList::new(&grant));
    let status = send(
        IRP_MN_START_DEVICE,
        DEVICE_IO_CONTROL {
            OutputBufferLength: raw.pointer() as u64,
            InputBufferLength: translated.pointer() as u64,
            IoControlCode: 0,
            Type3InputBuffer: core::ptr::null_mut(),
        },
    );
    log!("IRP_MN_START_DEVICE: {status:#x}");
    let mut held = nt_success(status);
    if held {
        held = stress(closures, interrupts);
    }
    let status = send(IRP_MN_REMOVE_DEVICE, user::NO_PARAMETERS);
    log!("IRP_MN_REMOVE_DEVICE: {status:#x}");
    held && nt_success(status) && WRONG.load(Ordering::Relaxed) == 0
}

/// At least so many closures concurrently with at least so many interrupts.
fn stress(closures: u64, interrupts: u64) -> bool {
    let processors = u64::from(percpu::count());
    let requests = interrupts.div_ceil(RAISED).max(1);
    ROUND.store(closures.div_ceil(requests * processors), Ordering::Relaxed);
    REQUESTS.store(requests, Ordering::Relaxed);
    log!("step: {requests} requests on each of {processors} processors");
    let running: Vec<_> = (1..percpu::count())
        .filter_map(|index| {
            let job = Job {
                routine: turn,
                context: index as usize,
            };
            jobs::run_on(index, job)
        })
        .collect();
    turn(0);
    running.into_iter().for_each(jobs::wait_for);
    // The DPC of the last interrupt.
    deferred::flush();
    let nothing = Request {
        closures: 0,
        raise: 0,
    };
    let Some(Exercise { state, .. }) = exercise(nothing) else {
        return false;
    };
    let (ran, raised) = (
        RAN.load(Ordering::Relaxed),
        INTERRUPTS.load(Ordering::Relaxed),
    );
    let claimed = connect::CLAIMED.load(Ordering::Relaxed);
    let told = [ran, raised, ran + raised, raised, 0, 0, claimed];
    let counted = [
        state.closures,
        state.interrupts,
        state.sum,
        state.collected,
        state.pending,
        state.torn,
        raised,
    ];
    if told != counted {
        wrong(
            "the driver's counts are not those of the requests",
            &(told, state),
        );
    }
    true
}

/// The figures, as the session's summary, and what the driver has not given back. Says whether that
/// is nothing, also of the framework.
pub fn finish(held: bool, rules_kept: bool) -> bool {
    let leaks = report::log_leaks();
    let leaks = leaks.blocks + leaks.others;
    log::raw(format_args!(
        "summary: {{\"machine\": \"rig\", \"session\": \"pnp\", \"closures\": {}, \"interrupts\": {}, \
         \"claimed\": {}, \"unclaimed\": {}, \"synchronized\": {}, \"wrong\": {}, \"leaks\": {leaks}}}",
        RAN.load(Ordering::Relaxed),
        INTERRUPTS.load(Ordering::Relaxed),
        connect::CLAIMED.load(Ordering::Relaxed),
        connect::UNCLAIMED.load(Ordering::Relaxed),
        connect::SYNCHRONIZED.load(Ordering::Relaxed),
        WRONG.load(Ordering::Relaxed),
    ));
    held && rules_kept && leaks == 0 && !wdf::is_bound()
}
