//! One adapter: what the model keeps about it between DDIs and callbacks.

use crate::children::Children;
use crate::config::PostDisplay;
use crate::ddi::{Ddi, Gate};
use crate::interrupt::{Figures, Interrupts};
use crate::lock::Passive;
use crate::machine::irql::PASSIVE_LEVEL;
use crate::machine::{Machine, NtStatus};
use crate::mapping::Mappings;
use crate::picture::Picture;
use crate::port::Port;
use crate::refusal::Refuse;
use crate::resources::ResourceList;
use crate::section::Cpus;
use crate::vidpn::Store;
use crate::{handle, port::check};
use alloc::boxed::Box;
use core::ffi::c_void;
use core::fmt;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, Ordering};
use dxgk_sys::*;

/// Where the adapter is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum State {
    /// Made; AddDevice not called or refused.
    New,
    /// AddDevice succeeded, or StopDevice did.
    Added,
    /// In StartDevice, or between it and StopDevice.
    Started,
    /// RemoveDevice returned.
    Removed,
}

/// One adapter. Made by [`Port::add_device`] and leaked, since interrupts and DPCs hold its address.
pub struct Adapter {
    port: &'static Port,
    table: KMDDOD_INITIALIZATION_DATA,
    slot: u16,
    serial: u32,
    pdo: AtomicPtr<DEVICE_OBJECT>,
    context: AtomicPtr<c_void>,
    state: AtomicU8,
    sources: AtomicU32,
    gate: Gate,
    cpus: Cpus,
    interrupts: Interrupts,
    pub(crate) children: Children,
    pub(crate) resources: ResourceList,
    pub(crate) mappings: Passive<Mappings>,
    pub(crate) caps: Passive<DXGK_DRIVERCAPS>,
    pub(crate) vidpn: Passive<Store>,
    pub(crate) picture: Passive<Picture>,
    pub(crate) asked_information: AtomicBool,
    pub(crate) acquired_post: AtomicBool,
    pub(crate) post: Passive<Option<PostDisplay>>,
    pub(crate) display_enabled: AtomicBool,
    /// Presents whose source was at an address of user mode.
    pub(crate) user_presents: AtomicU64,
    /// Presents that were left pending when the adapter was about to stop.
    pub(crate) busy_stops: AtomicU32,
}

impl fmt::Debug for Adapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Adapter")
            .field("handle", &self.handle())
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

impl Adapter {
    /// An adapter that AddDevice has not seen. `None` if too many live at once.
    pub(crate) fn new(port: &'static Port, pdo: *mut DEVICE_OBJECT) -> Option<&'static Adapter> {
        let (slot, serial) = handle::reserve()?;
        let adapter = Box::leak(Box::new(Adapter {
            port,
            table: port.table(),
            slot,
            serial,
            pdo: AtomicPtr::new(pdo),
            context: AtomicPtr::new(core::ptr::null_mut()),
            state: AtomicU8::new(State::New as u8),
            sources: AtomicU32::new(0),
            gate: Gate::default(),
            cpus: Cpus::default(),
            interrupts: Interrupts::default(),
            children: Children::default(),
            resources: ResourceList::new(&port.machine().grant()),
            mappings: Passive::default(),
            caps: Passive::default(),
            vidpn: Passive::default(),
            picture: Passive::default(),
            asked_information: AtomicBool::new(false),
            acquired_post: AtomicBool::new(false),
            post: Passive::new(port.config().post),
            display_enabled: AtomicBool::new(false),
            user_presents: AtomicU64::new(0),
            busy_stops: AtomicU32::new(0),
        }));
        handle::publish(adapter);
        Some(adapter)
    }

    /// The port it belongs to.
    pub fn port(&self) -> &'static Port {
        self.port
    }

    /// The machine it is in.
    pub fn machine(&self) -> &'static dyn Machine {
        self.port.machine()
    }

    /// DXGKRNL_INTERFACE.DeviceHandle.
    pub fn handle(&self) -> HANDLE {
        handle::pack(handle::Kind::Adapter, self.slot, self.serial)
    }

    pub(crate) fn slot(&self) -> u16 {
        self.slot
    }

    /// The driver's context, as AddDevice returned it.
    pub fn context(&self) -> *mut c_void {
        self.context.load(Ordering::Acquire)
    }

    pub(crate) fn set_context(&self, context: *mut c_void) {
        self.context.store(context, Ordering::Release);
    }

    /// The physical device object that AddDevice was given.
    pub fn pdo(&self) -> *mut DEVICE_OBJECT {
        self.pdo.load(Ordering::Relaxed)
    }

    /// Where it is in its life.
    pub fn state(&self) -> State {
        match self.state.load(Ordering::SeqCst) {
            1 => State::Added,
            2 => State::Started,
            3 => State::Removed,
            _ => State::New,
        }
    }

    pub(crate) fn set_state(&self, state: State) {
        self.state.store(state as u8, Ordering::SeqCst);
    }

    /// Whether it is between StartDevice (which it may be in) and the end of StopDevice.
    pub fn is_started(&self) -> bool {
        self.state() == State::Started
    }

    /// NumberOfVideoPresentSources.
    pub fn source_count(&self) -> u32 {
        self.sources.load(Ordering::Relaxed)
    }

    pub(crate) fn set_source_count(&self, count: u32) {
        self.sources.store(count, Ordering::Relaxed);
    }

    pub(crate) fn table(&self) -> &KMDDOD_INITIALIZATION_DATA {
        &self.table
    }

    pub(crate) fn cpus(&self) -> &Cpus {
        &self.cpus
    }

    pub(crate) fn interrupts(&self) -> &Interrupts {
        &self.interrupts
    }

    /// What was counted about interrupts.
    pub fn figures(&self) -> Figures {
        self.interrupts.figures()
    }

    /// Makes `length` calls of DxgkCbSynchronizeExecution refuse, from the `first` on (0 is the next), counted from now.
    pub fn refuse(&self, first: u64, length: u64, what: Refuse) {
        self.interrupts.refusals.plan(first, length, what);
    }

    /// Firmware has lit this instead, as it may while the system wakes: what DxgkCbAcquirePostDisplayOwnership says from
    /// now on.
    pub fn set_post(&self, post: Option<PostDisplay>) {
        *self.post.lock(self.machine()) = post;
    }

    /// The DDI that the caller's processor runs.
    pub(crate) fn current_ddi(&self) -> Option<Ddi> {
        self.cpus.at(self.machine().processor()).ddi()
    }

    /// Calls a DDI of this adapter at PASSIVE_LEVEL; afterwards nothing of the VidPN interfaces may be left over.
    pub(crate) fn call<R>(&self, ddi: Ddi, body: impl FnOnce() -> R) -> R {
        self.call_for_child(ddi, 0, body)
    }

    /// The same, for a DDI that serves the child with this index.
    pub(crate) fn call_for_child<R>(&self, ddi: Ddi, child: usize, body: impl FnOnce() -> R) -> R {
        let machine = self.machine();
        let cpu = self.cpus.at(machine.processor());
        let result = self.port.call(Some((&self.gate, cpu)), ddi, child, body);
        if machine.irql() == PASSIVE_LEVEL {
            crate::vidpn::settle(self, ddi.name());
        }
        result
    }

    /// Checks that `status` is one that the DDI's page names.
    pub(crate) fn documented(
        &self,
        rule: crate::rules::Rule,
        ddi: Ddi,
        status: NtStatus,
        named: &[NtStatus],
    ) -> bool {
        let held = self.port.violations().check(
            rule,
            ddi.name(),
            named.contains(&status),
            format_args!("a documented result"),
            format_args!("{:#010x}", status as u32),
        );
        if !held {
            self.log_unlisted(ddi, status);
        }
        held
    }

    /// What Windows 11 does with a status that the DDI's page does not list: it tells its trace, under the name AzureTriage, and
    /// nothing else.
    pub(crate) fn log_unlisted(&self, ddi: Ddi, status: NtStatus) {
        self.machine().log(format_args!(
            "AzureTriage: {} returned {:#010x}, which its contract does not list",
            ddi.name(),
            status as u32
        ));
    }

    /// Checks that nothing is mapped, for `rule`.
    pub(crate) fn nothing_mapped(&self, rule: crate::rules::Rule, at: &'static str) {
        let left = self.mappings.lock(self.machine()).len();
        self.port.violations().check(
            rule,
            at,
            left == 0,
            format_args!("nothing mapped"),
            format_args!("{left} ranges"),
        );
    }

    pub(crate) fn nothing_pending(&self, at: &'static str) {
        let ended = !self.interrupts().is_present_pending();
        check!(self.port, PresentMustReport, at, ended, "progress of the pending present by the end of the stop"; "none");
        let due = self.dpc_due();
        check!(self.port, StopFrees, at, !due, "no notification or DPC outstanding"; "outstanding: {due}");
    }
}
