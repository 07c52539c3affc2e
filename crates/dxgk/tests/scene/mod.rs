//! A port of one adapter that calls a driver's DDI table as dxgkrnl does, small enough to be model-checked: one lock per
//! message, a DPC queue, an interrupt that may not be connected. Threads are processors.
//!
//! It is the harshest port that Microsoft's pages allow: flushing DPCs waits for those that were queued before, and for no
//! others; a DPC that is queued while one runs runs beside it.
#![allow(dead_code, reason = "each test file uses another part")]

pub mod driver;
pub mod kernel;
pub mod table;

use std::ffi::c_void;
use std::ptr;

use dxgk::sys::{
    DXGK_CHILD_STATUS, DXGK_START_INFO, DXGKARG_ESCAPE, DXGKARG_PRESENT_DISPLAYONLY,
    DXGKRNL_INTERFACE, KMDDOD_INITIALIZATION_DATA, NTSTATUS, STATUS_SUCCESS,
};

#[cfg(loom)]
pub use loom::{
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    sync::{Condvar, Mutex, MutexGuard},
    thread,
};
#[cfg(not(loom))]
pub use std::{
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    sync::{Condvar, Mutex, MutexGuard},
    thread,
};

use driver::Driver;
use dxgk::miniport::DisplayOnly;
use kernel::{DIRQL, at};

/// What the port knows of the adapter's one DPC object.
#[derive(Debug, Default)]
pub struct Dpcs {
    /// The number of the one that is queued.
    queued: Option<u32>,
    running: Vec<u32>,
    /// How often one was queued.
    last: u32,
    /// DxgkCbNotifyInterrupt was called and DxgkCbNotifyDpc not since.
    pub notified: bool,
    /// How often DxgkCbNotifyInterrupt was called.
    pub notifications: u32,
}

/// What happens on another processor, and after how many more flushes.
pub type AfterFlush = (u32, fn(&'static Port));

/// The port.
#[derive(Debug)]
pub struct Port {
    /// Interrupt descriptors in the resource list.
    pub listed: u32,
    pub line: bool,
    locks: Vec<Mutex<()>>,
    pub connected: AtomicBool,
    /// What DxgkCbSynchronizeExecution answers without running anything...
    pub refusal: AtomicU32,
    /// ... and how often it still does.
    pub refusals: AtomicU32,
    pub dpcs: Mutex<Dpcs>,
    /// What happens on another processor when the next flush of DPCs has ended.
    pub after_flush: std::sync::Mutex<Option<AfterFlush>>,
    /// Mappings of registers that were made and not undone.
    pub mapped: AtomicU32,
    /// The adapter has been stopped: its handle is not good any more.
    pub over: std::sync::atomic::AtomicBool,
    context: std::sync::atomic::AtomicPtr<c_void>,
    table: KMDDOD_INITIALIZATION_DATA,
}

// SAFETY: a table of functions, and fields that may be shared.
unsafe impl Send for Port {}
// SAFETY: as above.
unsafe impl Sync for Port {}

pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nothing panics inside")
}

impl Port {
    /// A port with so many messages, or a line, whose adapter has been added. Lives for ever: an abandoned adapter does.
    pub fn add(messages: u32, line: bool) -> &'static Self {
        Self::add_listed(messages, messages, line)
    }

    /// As [`add`](Self::add), with so many interrupt descriptors in the resource list: with MSI it has one for all messages.
    pub fn add_listed(messages: u32, listed: u32, line: bool) -> &'static Self {
        Self::add_of::<Driver>(messages, listed, line)
    }

    /// As [`add_listed`](Self::add_listed), with an adapter of another driver.
    pub fn add_of<M: DisplayOnly>(messages: u32, listed: u32, line: bool) -> &'static Self {
        let port = Box::leak(Box::new(Self {
            listed,
            line,
            after_flush: std::sync::Mutex::default(),
            locks: (0..messages).map(|_| Mutex::new(())).collect(),
            connected: AtomicBool::new(true),
            refusal: AtomicU32::new(0),
            refusals: AtomicU32::new(0),
            dpcs: Mutex::default(),
            mapped: AtomicU32::new(0),
            over: std::sync::atomic::AtomicBool::new(false),
            context: std::sync::atomic::AtomicPtr::new(ptr::null_mut()),
            table: dxgk::ddi::initialization_data::<M>().into_raw(),
        }));
        kernel::know(port);
        let mut context = ptr::null_mut();
        let mut device = 0_u64;
        let add = port.table.DxgkDdiAddDevice.expect("there");
        // SAFETY: a device object that outlives the call, which is all the driver uses it for; our out-pointer.
        let status = at(0, || unsafe {
            add((&raw mut device).cast(), &raw mut context)
        });
        assert_eq!(status, STATUS_SUCCESS);
        port.context
            .store(context, std::sync::atomic::Ordering::SeqCst);
        port
    }

    /// As [`add`](Self::add), and started.
    pub fn started(messages: u32) -> &'static Self {
        let port = Self::add(messages, false);
        assert_eq!(port.start(), STATUS_SUCCESS);
        port
    }

    fn context(&self) -> *mut c_void {
        self.context.load(std::sync::atomic::Ordering::SeqCst)
    }

    pub fn start(&'static self) -> NTSTATUS {
        self.start_with(|_| ())
    }

    /// DxgkDdiStartDevice with a changed interface.
    pub fn start_with(&'static self, change: impl FnOnce(&mut DXGKRNL_INTERFACE)) -> NTSTATUS {
        self.over.store(false, std::sync::atomic::Ordering::SeqCst);
        let mut interface = table::interface(self);
        change(&mut interface);
        let (mut sources, mut children) = (0, 0);
        let mut info = DXGK_START_INFO::default();
        let start = self.table.DxgkDdiStartDevice.expect("there");
        // SAFETY: the adapter's context, our structures and out-pointers.
        at(0, || unsafe {
            start(
                self.context(),
                &raw mut info,
                &raw mut interface,
                &raw mut sources,
                &raw mut children,
            )
        })
    }

    pub fn stop(&self) -> NTSTATUS {
        let stop = self.table.DxgkDdiStopDevice.expect("there");
        // SAFETY: the adapter's context.
        let status = at(0, || unsafe { stop(self.context()) });
        self.over.store(true, std::sync::atomic::Ordering::SeqCst);
        status
    }

    pub fn remove(&self) -> NTSTATUS {
        let remove = self.table.DxgkDdiRemoveDevice.expect("there");
        // SAFETY: the adapter's context, for the last time if it succeeds.
        let status = at(0, || unsafe { remove(self.context()) });
        if status == STATUS_SUCCESS {
            let dpcs = lock(&self.dpcs);
            assert!(
                dpcs.queued.is_none() && dpcs.running.is_empty(),
                "a DPC is left that uses what was freed: {dpcs:?}"
            );
        }
        status
    }

    /// A call into the driver with the lock of `message` held.
    pub fn at_dirql<R>(&self, message: u32, body: impl FnOnce() -> R) -> Option<R> {
        let held = lock(self.locks.get(message as usize)?);
        let result = at(DIRQL, body);
        drop(held);
        Some(result)
    }

    /// The device interrupts on `message`; says whether the driver claimed it.
    pub fn interrupt(&self, message: u32) -> bool {
        let routine = self.table.DxgkDdiInterruptRoutine.expect("there");
        // SAFETY: the adapter's context, at DIRQL with the message's lock held.
        let claimed = self.at_dirql(message, || unsafe { routine(self.context(), message) });
        claimed.is_some_and(|claimed| claimed != 0)
    }

    pub(crate) fn queue_dpc(&self) -> bool {
        let mut dpcs = lock(&self.dpcs);
        if dpcs.queued.is_some() {
            return false;
        }
        dpcs.last += 1;
        dpcs.queued = Some(dpcs.last);
        true
    }

    /// Runs the queued DPC on this processor, if there is one.
    pub fn run_dpc(&self) -> bool {
        let mut dpcs = lock(&self.dpcs);
        let Some(number) = dpcs.queued.take() else {
            return false;
        };
        dpcs.running.push(number);
        drop(dpcs);
        let routine = self.table.DxgkDdiDpcRoutine.expect("there");
        // SAFETY: the adapter's context, at DISPATCH_LEVEL.
        at(2, || unsafe { routine(self.context()) });
        lock(&self.dpcs).running.retain(|other| *other != number);
        true
    }

    /// Returns when every interrupt routine, closure and DPC that was running has ended.
    pub fn wait_for_routines(&self) {
        for message in &self.locks {
            drop(lock(message));
        }
        let last = lock(&self.dpcs).last;
        while lock(&self.dpcs)
            .running
            .iter()
            .any(|number| *number <= last)
        {
            thread::yield_now();
        }
    }

    /// Returns when every DPC that was queued before has ended.
    pub fn flush_dpcs(&self) {
        let last = lock(&self.dpcs).last;
        loop {
            let dpcs = lock(&self.dpcs);
            let queued = dpcs.queued.is_some_and(|number| number <= last);
            let running = dpcs.running.iter().any(|number| *number <= last);
            drop(dpcs);
            if queued {
                self.run_dpc();
            } else if running {
                thread::yield_now();
            } else {
                return;
            }
        }
    }

    /// DxgkDdiEscape: has the driver do something, see [`driver`]. The status, and what came back.
    pub fn escape(&self, request: u32) -> (NTSTATUS, u32) {
        let mut data = request.to_ne_bytes();
        let argument = DXGKARG_ESCAPE {
            pPrivateDriverData: data.as_mut_ptr().cast(),
            PrivateDriverDataSize: 4,
            ..Default::default()
        };
        let escape = self.table.DxgkDdiEscape.expect("there");
        // SAFETY: the adapter's context, our structures.
        let status = at(0, || unsafe { escape(self.context(), &raw const argument) });
        (status, u32::from_ne_bytes(data))
    }

    /// DxgkDdiPresentDisplayOnly, of a picture in which nothing changed.
    pub fn present(&self) -> NTSTATUS {
        let argument = DXGKARG_PRESENT_DISPLAYONLY {
            BytesPerPixel: 4,
            Pitch: 4,
            ..Default::default()
        };
        let present = self.table.DxgkDdiPresentDisplayOnly.expect("there");
        // SAFETY: the adapter's context, our structure.
        at(0, || unsafe {
            present(self.context(), &raw const argument)
        })
    }

    /// DxgkDdiResetDevice.
    pub fn reset(&self) {
        let reset = self.table.DxgkDdiResetDevice.expect("there");
        // SAFETY: the adapter's context.
        at(DIRQL, || unsafe { reset(self.context()) });
    }

    /// DxgkDdiSystemDisplayEnable: the status, and the size that came back.
    pub fn system_display(&self, target: u32) -> (NTSTATUS, u32, u32) {
        let enable = self.table.DxgkDdiSystemDisplayEnable.expect("there");
        let (mut width, mut height, mut format) = (0, 0, 0);
        // SAFETY: the adapter's context, our out-pointers.
        let status = at(15, || unsafe {
            enable(
                self.context(),
                target,
                ptr::null_mut(),
                &raw mut width,
                &raw mut height,
                &raw mut format,
            )
        });
        (status, width, height)
    }

    /// DxgkDdiQueryChildStatus: the status, and whether a monitor is connected.
    pub fn child_status(&self, child: u32, kind: i32) -> (NTSTATUS, bool) {
        let query = self.table.DxgkDdiQueryChildStatus.expect("there");
        let mut status = DXGK_CHILD_STATUS {
            Type: kind,
            ChildUid: child,
            ..Default::default()
        };
        // SAFETY: the adapter's context, our structure.
        let result = at(0, || unsafe { query(self.context(), &raw mut status, 0) });
        // SAFETY: a number in either arm.
        (result, unsafe { status.Anonymous.HotPlug.Connected } != 0)
    }

    /// Has DxgkCbSynchronizeExecution refuse its next calls.
    pub fn refuse(&self, status: NTSTATUS, times: u32) {
        self.refusal.store(status.cast_unsigned(), Ordering::SeqCst);
        self.refusals.store(times, Ordering::SeqCst);
    }

    /// The table, for what has no method here.
    pub fn ddis(&self) -> (&KMDDOD_INITIALIZATION_DATA, *mut c_void) {
        (&self.table, self.context())
    }
}
