//! A display-only miniport in C style on the bare declarations, well-behaved except for the one rule it is told to break.

use crate::heard::Heard;
use crate::machine::{BAR, TestMachine};
use dxgk_sys::*;
use port::adapter::Adapter;
use port::rules::Rule;
use std::cell::{Cell, RefCell};
use std::ffi::c_void;

/// ChildUid of the output that has a monitor.
pub const OUTPUT: u32 = 0x100;
/// ChildUid of the output that has none.
pub const SPARE: u32 = 0x200;

/// The driver's context.
pub struct Stub {
    pub machine: &'static TestMachine,
    /// The rule that it breaks.
    pub broken: Option<Rule>,
    /// It has VSync control.
    pub vsync: bool,
    pub interface: RefCell<DXGKRNL_INTERFACE>,
    pub adapter: Cell<Option<&'static Adapter>>,
    pub mapped: Cell<*mut c_void>,
    /// Presents that the device is to complete.
    pub presented: Cell<u32>,
    /// The state of the spare output, and whether it has changed.
    pub spare: Cell<(bool, bool)>,
    pub notify: Cell<bool>,
    /// A VSync is to be reported.
    pub vsync_due: Cell<bool>,
    pub calls: Cell<u32>,
    /// Between StartDevice and the stop.
    pub started: Cell<bool>,
    /// Bytes of the interface and of the capabilities that it was given.
    pub sizes: Cell<(u32, u32)>,
    /// What its last synchronized call said, and whether the routine ran.
    pub synchronized: Cell<Option<(i32, bool)>>,
    /// Times that it enumerated modes.
    pub enumerated: Cell<u32>,
    /// The handle of a VidPN that is gone.
    pub old_vidpn: Cell<D3DKMDT_HVIDPN>,
    /// What it was called with, in order.
    pub heard: RefCell<Vec<Heard>>,
    /// Its target modes have an active size of zero, as those of a shipped driver.
    pub bare_target: Cell<bool>,
}

thread_local! {
    static CURRENT: Cell<Option<&'static Stub>> = const { Cell::new(None) };
}

impl Stub {
    /// A driver that breaks `broken`, with the interrupt and the capabilities that the rule is about.
    pub fn new(broken: Option<Rule>) -> &'static Self {
        let line = matches!(
            broken,
            Some(Rule::IsrLineNotOurs | Rule::IsrDismiss | Rule::IsrStorm | Rule::FieldUnclaimed)
        );
        let vsync = matches!(
            broken,
            Some(Rule::VsyncControl | Rule::VsyncScanLine | Rule::VsyncEnabled)
        );
        Self::with(broken, line, vsync)
    }

    /// A driver of an adapter that has no interrupt at all: it completes presents in their call.
    pub fn without_interrupt() -> &'static Self {
        Self::on(TestMachine::without_interrupt(), None, false)
    }

    /// A driver with a line or messages, with or without VSync control.
    pub fn with(broken: Option<Rule>, line: bool, vsync: bool) -> &'static Self {
        Self::on(TestMachine::new(line), broken, vsync)
    }

    fn on(machine: &'static TestMachine, broken: Option<Rule>, vsync: bool) -> &'static Self {
        let stub = Box::leak(Box::new(Self {
            machine,
            broken,
            vsync,
            interface: RefCell::default(),
            adapter: Cell::new(None),
            mapped: Cell::new(std::ptr::null_mut()),
            presented: Cell::new(0),
            spare: Cell::new((false, false)),
            notify: Cell::new(false),
            vsync_due: Cell::new(false),
            calls: Cell::new(0),
            started: Cell::new(false),
            sizes: Cell::new((0, 0)),
            synchronized: Cell::new(None),
            enumerated: Cell::new(0),
            old_vidpn: Cell::new(std::ptr::null_mut()),
            heard: RefCell::default(),
            bare_target: Cell::new(false),
        }));
        CURRENT.set(Some(stub));
        stub
    }

    /// Whether it breaks `rule`.
    pub fn breaks(&self, rule: Rule) -> bool {
        self.broken == Some(rule)
    }

    /// The same once: the first time it is asked.
    pub fn breaks_once(&self, rule: Rule) -> bool {
        self.breaks(rule) && self.calls.replace(self.calls.get() + 1) == 0
    }

    /// Notes what it is called with.
    pub fn hears(&self, heard: Heard) {
        self.heard.borrow_mut().push(heard);
    }

    /// Notes it with whether the driver is started; whether it is stopped.
    pub fn hears_stopped(&self, heard: impl FnOnce(bool) -> Heard) -> bool {
        self.hears(heard(self.started.get()));
        !self.started.get()
    }

    /// The callbacks.
    pub fn port(&self) -> DXGKRNL_INTERFACE {
        *self.interface.borrow()
    }

    /// The table it registers.
    pub fn table(&self) -> KMDDOD_INITIALIZATION_DATA {
        let mut table = crate::ddis::table();
        if self.vsync {
            table.DxgkDdiControlInterrupt = Some(crate::ddis::control_interrupt);
            table.DxgkDdiGetScanLine = Some(crate::ddis::get_scan_line);
        }
        match self.broken {
            Some(Rule::InitVersion) => table.Version = DXGKDDI_INTERFACE_VERSION_WIN7,
            Some(Rule::XformOffset0) => table.Version = DXGKDDI_INTERFACE_VERSION_WDDM2_3,
            Some(Rule::FieldResetDevice) => table.DxgkDdiResetDevice = None,
            Some(Rule::InitDisplayDdis) => table.DxgkDdiCommitVidPn = None,
            Some(Rule::InitVsync) => {
                table.DxgkDdiControlInterrupt = Some(crate::ddis::control_interrupt)
            }
            Some(Rule::PresentVsync) => table.DxgkDdiGetScanLine = Some(crate::ddis::get_scan_line),
            Some(Rule::ScanVsync) => {
                table.DxgkDdiControlInterrupt = Some(crate::ddis::control_interrupt);
                table.DxgkDdiGetScanLine = Some(crate::ddis::get_scan_line);
                table.DxgkDdiDpcRoutine = None;
            }
            Some(Rule::SurpriseGate) => table.DxgkDdiNotifySurpriseRemoval = None,
            _ => {}
        }
        table
    }

    /// Runs `routine` synchronized with `message`; the status and whether it ran.
    pub fn synchronize(
        &self,
        message: u32,
        routine: unsafe extern "system" fn(*mut c_void) -> u8,
    ) -> (i32, bool) {
        let port = self.port();
        let mut ran = 0;
        let context = std::ptr::from_ref(self).cast_mut().cast();
        let call = port.DxgkCbSynchronizeExecution.expect("given");
        // SAFETY: the routine takes the stub as its context.
        let status = unsafe {
            call(
                port.DeviceHandle,
                Some(routine),
                context,
                message,
                &raw mut ran,
            )
        };
        self.synchronized.set(Some((status, ran != 0)));
        (status, ran != 0)
    }

    /// The stub that the thread's test has made, for functions without a context.
    pub fn current() -> &'static Self {
        CURRENT.get().expect("the test has made one")
    }

    /// The stub behind a context.
    ///
    /// # Safety
    /// `context` is what AddDevice returned.
    pub unsafe fn of(context: *mut c_void) -> &'static Self {
        // SAFETY: the caller's promise; stubs are leaked.
        unsafe { &*context.cast::<Self>() }
    }

    /// Maps the device's memory.
    pub fn map(&self) {
        let port = self.port();
        let beyond = u32::from(self.breaks(Rule::CbMapMemory));
        let mut mapped = std::ptr::null_mut();
        let start = PHYSICAL_ADDRESS {
            QuadPart: BAR.0 as i64,
        };
        let map = port.DxgkCbMapMemory.expect("given");
        let length = BAR.1 as u32 + beyond;
        // SAFETY: the callback as its page describes it.
        let status = unsafe {
            map(
                port.DeviceHandle,
                start,
                length,
                FALSE,
                FALSE,
                MmNonCached,
                &raw mut mapped,
            )
        };
        if NT_SUCCESS(status) {
            self.mapped.set(mapped);
        }
    }

    /// Undoes it.
    pub fn unmap(&self) {
        let port = self.port();
        let mapped = self.mapped.replace(std::ptr::null_mut());
        if !mapped.is_null() {
            let unmap = port.DxgkCbUnmapMemory.expect("given");
            // SAFETY: the callback as its page describes it.
            unsafe { unmap(port.DeviceHandle, mapped) };
        }
    }
}
