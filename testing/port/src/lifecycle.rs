//! Add, start, stop, remove: an adapter's life, and what each step must leave behind.

use crate::adapter::{Adapter, State};
use crate::ddi::Ddi;
use crate::granted::Interface;
use crate::handle;
use crate::interrupt::take_interrupt;
use crate::machine::{InterruptSink, NtStatus};
use crate::port::{Port, check};
use crate::progress::SOURCES;
use crate::rules::Rule;
use core::ffi::c_void;
use core::sync::atomic::Ordering;
use dxgk_sys::*;

/// The physical device object that AddDevice gets. The model only hands it on; the machine's kernel services know it.
#[derive(Clone, Copy, Debug)]
pub struct Pdo(pub *mut DEVICE_OBJECT);

impl Port {
    /// DxgkDdiAddDevice for a new adapter. PASSIVE_LEVEL.
    ///
    /// # Errors
    /// The driver's status; STATUS_NOT_SUPPORTED if it gave no context; STATUS_DEVICE_NOT_READY if no driver is
    /// registered.
    pub fn add_device(&'static self, pdo: Pdo) -> Result<&'static Adapter, NtStatus> {
        let Some(add) = self.table().DxgkDdiAddDevice else {
            return Err(STATUS_DEVICE_NOT_READY);
        };
        let Some(adapter) = Adapter::new(self, pdo.0) else {
            return Err(STATUS_INSUFFICIENT_RESOURCES);
        };
        let mut context: *mut c_void = core::ptr::null_mut();
        // SAFETY: the driver gave this function for this purpose; the result is written to a live variable.
        let status = adapter.call(Ddi::AddDevice, || unsafe { add(pdo.0, &raw mut context) });
        let given = !context.is_null();
        if NT_SUCCESS(status) {
            check!(self, AddNullContext, Ddi::AddDevice.name(), given, "a context"; "NULL");
        }
        if !NT_SUCCESS(status) || !given {
            handle::withdraw(adapter);
            return Err(if NT_SUCCESS(status) {
                STATUS_NOT_SUPPORTED
            } else {
                status
            });
        }
        adapter.set_context(context);
        adapter.set_state(State::Added);
        self.with_adapters(|adapters| adapters.push(adapter));
        // Twice, before the driver has its callbacks (F001).
        adapter.query_unknown_interface();
        adapter.query_unknown_interface();
        Ok(adapter)
    }
}

impl Adapter {
    /// DxgkDdiStartDevice, the capabilities, and the interrupts connected (before or after, as configured).
    /// PASSIVE_LEVEL.
    ///
    /// # Errors
    /// The driver's status, or the one that dxgkrnl refuses the adapter with; the adapter is then stopped.
    pub fn start(&'static self) -> Result<(), NtStatus> {
        const AT: &str = "DxgkDdiStartDevice";
        let (port, machine) = (self.port(), self.machine());
        let Some(start) = self.table().DxgkDdiStartDevice else {
            return Err(STATUS_DEVICE_NOT_READY);
        };
        self.interrupts().set_up(&machine.grant().interrupts);
        self.asked_information.store(false, Ordering::Relaxed);
        let mapped_before = self.mappings.lock(machine).made;
        self.set_state(State::Started);
        let early = port.config().interrupt_connected_during_start;
        if early {
            self.connect()?;
        }
        let mut info = DXGK_START_INFO {
            AdapterLuid: LUID {
                LowPart: 0x1000,
                HighPart: 0,
            },
            ..Default::default()
        };
        let Some(interface) = Interface::new(self) else {
            self.halt();
            return Err(STATUS_INSUFFICIENT_RESOURCES);
        };
        let argument = interface.pointer();
        let (mut sources, mut children): (ULONG, ULONG) = (0, 0);
        // SAFETY: the driver gave this function for this purpose; all pointers are to live variables, the interface
        // being as long as its Size says.
        let status = self.call(Ddi::StartDevice, || unsafe {
            start(
                self.context(),
                &raw mut info,
                argument,
                &raw mut sources,
                &raw mut children,
            )
        });
        // The driver was to save what it needs.
        drop(interface);
        if !NT_SUCCESS(status) {
            self.halt();
            self.nothing_mapped(Rule::StartUndo, AT);
            return Err(status);
        }
        let asked = self.asked_information.load(Ordering::Relaxed);
        check!(port, StartQuery, AT, asked, "DxgkCbGetDeviceInformation called"; "called: {asked}");
        let has_memory = machine.grant().ranges.iter().any(|range| !range.io_space);
        let mapped = self.mappings.lock(machine).made - mapped_before;
        check!(port, StartMap, AT, mapped != 0 || !has_memory, "memory resources mapped"; "none");
        let usable = (1..=SOURCES as u32).contains(&sources);
        let counts = usable && sources <= children;
        check!(port, FieldsCounts, AT, counts, "1 to 16 sources, at least as many targets";
            "{sources} sources, {children} children");
        let refused = if counts || (usable && !port.refuses()) {
            self.query_caps()
        } else {
            Err(STATUS_GRAPHICS_ADAPTER_MUST_HAVE_AT_LEAST_ONE_SOURCE)
        };
        if let Err(status) = refused {
            let _ = self.stop();
            return Err(status);
        }
        self.set_source_count(sources);
        self.children.set_count(children);
        if !early && let Err(status) = self.connect() {
            let _ = self.stop();
            return Err(status);
        }
        Ok(())
    }

    fn connect(&'static self) -> Result<(), NtStatus> {
        let context = core::ptr::from_ref(self).expose_provenance();
        self.interrupts().connect(true);
        self.machine()
            .connect_interrupts(InterruptSink {
                entry: take_interrupt,
                context,
            })
            .inspect_err(|_| self.halt())
    }

    /// No interrupt and no DPC of this adapter runs or will run when it returns.
    fn halt(&self) {
        self.interrupts().connect(false);
        self.machine().disconnect_interrupts();
        self.machine().flush_deferred();
        self.set_state(State::Added);
    }

    /// DxgkDdiStopDevice, with the interrupts connected until it returns. PASSIVE_LEVEL.
    ///
    /// # Errors
    /// The driver's status; the adapter counts as stopped nevertheless.
    pub fn stop(&'static self) -> Result<(), NtStatus> {
        let at = Ddi::StopDevice.name();
        check!(self.port(), StopOneOfTwo, at, self.is_started(), "a started adapter"; "{:?}", self.state());
        let Some(stop) = self.table().DxgkDdiStopDevice else {
            return Err(STATUS_DEVICE_NOT_READY);
        };
        self.late_dpc();
        // SAFETY: the driver gave this function for this purpose, with this context.
        let status = self.call(Ddi::StopDevice, || unsafe { stop(self.context()) });
        self.stopped(at);
        if NT_SUCCESS(status) {
            Ok(())
        } else {
            Err(status)
        }
    }

    /// What both ways of stopping end with.
    pub(crate) fn stopped(&self, at: &'static str) {
        self.halt();
        self.nothing_pending(at);
        self.nothing_mapped(Rule::StopFrees, at);
        crate::vidpn::forget(self);
    }

    /// DxgkDdiRemoveDevice. Afterwards the adapter's handles are invalid. PASSIVE_LEVEL.
    ///
    /// # Errors
    /// The driver's status; the adapter counts as removed nevertheless.
    pub fn remove(&'static self) -> Result<(), NtStatus> {
        let Some(remove) = self.table().DxgkDdiRemoveDevice else {
            return Err(STATUS_DEVICE_NOT_READY);
        };
        // SAFETY: the driver gave this function for this purpose, with this context.
        let status = self.call(Ddi::RemoveDevice, || unsafe { remove(self.context()) });
        self.set_state(State::Removed);
        handle::withdraw(self);
        self.port()
            .with_adapters(|adapters| adapters.retain(|other| !core::ptr::eq(*other, self)));
        if NT_SUCCESS(status) {
            Ok(())
        } else {
            Err(status)
        }
    }
}
