//! Interrupts as dxgkrnl delivers them: per-message spin locks, DxgkCbSynchronizeExecution, notifications and the DPC.
//!
//! The lock of a message is held while the driver's ISR runs for that message and while a synchronized routine runs for
//! it. Two messages' ISRs may run at once. One DPC is queued per adapter at most, but it may be queued again while its
//! routine runs, so two processors can be in DxgkDdiDpcRoutine.

use crate::adapter::Adapter;
use crate::config::WithoutInterrupt;
use crate::ddi::Ddi;
use crate::lock::MessageLock;
use crate::machine::{Deferred, InterruptGrant, NtStatus, Origin};
use crate::port::check;
use crate::progress::{SOURCES, Source, Stage};
use crate::refusal::{Refusals, Refuse};
use crate::rules::Callback;
use crate::section::Section;
use core::ffi::c_void;
use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use dxgk_sys::*;

/// Most messages the model keeps apart.
pub const MESSAGES: usize = 32;
/// Interrupts in a row on which a level-triggered line may fail to fall before it counts as a storm.
const STORM: u32 = 100;
/// Unclaimed calls in a row of an asserted line after which Windows takes the adapter away.
const LOST: u32 = 10_000;
/// DIRQL of synchronized routines on an adapter without interrupts.
const NO_INTERRUPT_LEVEL: u8 = 5;

/// One interrupt message, or the line.
#[derive(Debug)]
pub(crate) struct Message {
    lock: MessageLock,
    level: AtomicU8,
    interrupts: AtomicU64,
    claimed: AtomicU64,
    synchronized: AtomicU64,
}

/// The interrupt state of an adapter.
#[derive(Debug)]
pub(crate) struct Interrupts {
    messages: [Message; MESSAGES],
    count: AtomicU32,
    line: AtomicBool,
    connected: AtomicBool,
    /// DXGK_DRIVERCAPS.InterruptMessageNumber.
    notify_message: AtomicU32,
    notifying: AtomicBool,
    in_a_row: AtomicU32,
    dpc_queued: AtomicBool,
    dpc_active: AtomicU32,
    dpcs: AtomicU64,
    notified: AtomicU64,
    acknowledged: AtomicU64,
    vsyncs: AtomicU64,
    pub(crate) sources: [Source; SOURCES],
    pub(crate) refusals: Refusals,
}

impl Default for Interrupts {
    fn default() -> Self {
        let message = || Message {
            lock: MessageLock::new(),
            level: AtomicU8::new(0),
            interrupts: AtomicU64::new(0),
            claimed: AtomicU64::new(0),
            synchronized: AtomicU64::new(0),
        };
        Self {
            messages: core::array::from_fn(|_| message()),
            count: AtomicU32::new(0),
            line: AtomicBool::new(false),
            connected: AtomicBool::new(false),
            notify_message: AtomicU32::new(0),
            notifying: AtomicBool::new(false),
            in_a_row: AtomicU32::new(0),
            dpc_queued: AtomicBool::new(false),
            dpc_active: AtomicU32::new(0),
            dpcs: AtomicU64::new(0),
            notified: AtomicU64::new(0),
            acknowledged: AtomicU64::new(0),
            vsyncs: AtomicU64::new(0),
            sources: core::array::from_fn(|_| Source::default()),
            refusals: Refusals::default(),
        }
    }
}

/// Figures about an adapter's interrupts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// ISR calls for each granted message (or for the line).
    pub interrupts: [u64; MESSAGES],
    /// Those that the driver claimed.
    pub claimed: [u64; MESSAGES],
    /// Messages granted; 1 for a line, 0 for none.
    pub messages: u32,
    /// Whether the interrupt is a line.
    pub line: bool,
    /// Routines that DxgkCbSynchronizeExecution ran.
    pub synchronized: u64,
    /// Calls of DxgkDdiDpcRoutine.
    pub dpcs: u64,
    /// Calls of DxgkCbNotifyInterrupt.
    pub notified: u64,
}

impl Interrupts {
    /// Takes the grant over, before the device is started.
    pub fn set_up(&self, grant: &InterruptGrant<'_>) {
        let (line, interrupts) = match grant {
            InterruptGrant::None => (false, &[][..]),
            InterruptGrant::Line(interrupt) => (true, core::slice::from_ref(interrupt)),
            InterruptGrant::Messages(interrupts) => (false, *interrupts),
        };
        // Where there is no interrupt, synchronized routines still need a level.
        self.messages[0]
            .level
            .store(NO_INTERRUPT_LEVEL, Ordering::Relaxed);
        for (message, interrupt) in self.messages.iter().zip(interrupts) {
            message.level.store(interrupt.level, Ordering::Relaxed);
        }
        self.line.store(line, Ordering::Relaxed);
        self.count
            .store(interrupts.len().min(MESSAGES) as u32, Ordering::Relaxed);
    }

    /// From now on the interrupt counts as connected (or not).
    pub fn connect(&self, connected: bool) {
        self.connected.store(connected, Ordering::SeqCst);
    }

    /// DXGK_DRIVERCAPS.InterruptMessageNumber, once it is known.
    pub fn set_notify_message(&self, message: u32) {
        self.notify_message.store(message, Ordering::Relaxed);
    }

    /// Messages granted.
    pub fn count(&self) -> u32 {
        self.count.load(Ordering::Relaxed)
    }

    /// Message `number`, or the line, or what synchronized routines of an adapter without interrupts run under.
    fn message(&self, number: u32) -> Option<&Message> {
        self.messages[..self.count().max(1) as usize].get(number as usize)
    }

    /// Whether the driver owes the report of a present of any source.
    pub(crate) fn is_present_pending(&self) -> bool {
        let pending = |source: &Source| source.stage() == Stage::Pending;
        self.sources.iter().any(pending)
    }

    /// What was counted.
    pub fn figures(&self) -> Figures {
        let mut figures = Figures {
            messages: self.count(),
            line: self.line.load(Ordering::Relaxed),
            dpcs: self.dpcs.load(Ordering::Relaxed),
            notified: self.notified.load(Ordering::Relaxed),
            ..Figures::default()
        };
        for (index, message) in self.messages.iter().enumerate() {
            figures.interrupts[index] = message.interrupts.load(Ordering::Relaxed);
            figures.claimed[index] = message.claimed.load(Ordering::Relaxed);
            figures.synchronized += message.synchronized.load(Ordering::Relaxed);
        }
        figures
    }
}

impl Adapter {
    /// An interrupt of `number`: the driver's ISR under the message's lock. At the message's DIRQL. Returns whether the
    /// driver claimed it.
    pub fn interrupt(&self, number: u32, origin: Origin) -> bool {
        const AT: &str = "DxgkDdiInterruptRoutine";
        let (port, machine) = (self.port(), self.machine());
        let interrupts = self.interrupts();
        let (Some(message), Some(isr)) = (
            interrupts.message(number),
            self.table().DxgkDdiInterruptRoutine,
        ) else {
            return false;
        };
        let level = machine.irql();
        let cpu = self.cpus().at(machine.processor());
        message.interrupts.fetch_add(1, Ordering::Relaxed);
        let ran = message.lock.with(machine, || {
            let outer = cpu.enter(Section::Isr(number));
            // SAFETY: the driver gave this function for this purpose, with this context.
            let run = || unsafe { isr(self.context(), number) } != 0;
            let claimed = port.calls().counting(machine, Ddi::InterruptRoutine, run);
            let left = machine.irql();
            check!(port, IrqlKept, AT, left == level, "IRQL {level} at return"; "IRQL {left}");
            self.check_queued(cpu.leave(outer), AT);
            claimed
        });
        let Ok(claimed) = ran else {
            machine.bugcheck(
                0xF,
                [u64::from(number), 0, 0, 0],
                format_args!("interrupt inside its own lock"),
            );
        };
        if claimed {
            message.claimed.fetch_add(1, Ordering::Relaxed);
        }
        if interrupts.line.load(Ordering::Relaxed) {
            self.check_line(claimed, origin);
        }
        claimed
    }

    fn check_line(&self, claimed: bool, origin: Origin) {
        const AT: &str = "DxgkDdiInterruptRoutine";
        let port = self.port();
        if origin == Origin::Foreign {
            check!(port, IsrLineNotOurs, AT, !claimed, "FALSE for a foreign interrupt"; "TRUE");
            return;
        }
        let stuck = match (origin, self.machine().line_asserted()) {
            (_, Some(asserted)) => asserted,
            // Nobody can tell whose it was: only a claim shows progress.
            (Origin::Unknown, None) => !claimed,
            _ => false,
        };
        let in_a_row = if stuck {
            self.interrupts().in_a_row.fetch_add(1, Ordering::Relaxed) + 1
        } else {
            self.interrupts().in_a_row.store(0, Ordering::Relaxed);
            0
        };
        let calm = in_a_row != STORM;
        if !claimed && stuck {
            // What Windows was seen to do: it counts, and takes the adapter away.
            check!(port, FieldUnclaimed, AT, in_a_row != LOST, "a claim before {LOST} calls"; "FALSE {in_a_row} times");
        }
        if claimed {
            check!(port, IsrDismiss, AT, calm, "the line falls"; "asserted after {in_a_row} claims");
        } else {
            check!(port, IsrStorm, AT, calm, "the adapter's interrupt claimed"; "FALSE {in_a_row} times");
        }
    }

    fn check_queued(&self, unqueued: bool, at: &'static str) {
        check!(self.port(), DpcNotifyThenQueue, at, !unqueued,
            "QueueDpc after NotifyInterrupt, before the lock is left"; "queued: {}", !unqueued);
    }

    /// DxgkCbSynchronizeExecution.
    ///
    /// # Safety
    /// `result` is NULL or points to a BOOLEAN; `routine` may be called with `context`.
    pub(crate) unsafe fn synchronize(
        &self,
        routine: PKSYNCHRONIZE_ROUTINE,
        context: *mut c_void,
        number: u32,
        result: *mut BOOLEAN,
    ) -> NtStatus {
        let at = Callback::SynchronizeExecution.name();
        let (port, machine, interrupts) = (self.port(), self.machine(), self.interrupts());
        let message = interrupts.message(number);
        // Message 0 is never out of range: without any interrupt it is the line that is not there.
        let connected = interrupts.connected.load(Ordering::SeqCst)
            && (interrupts.count() != 0
                || port.config().without_interrupt == WithoutInterrupt::Runs);
        let valid = check!(port, IsrSynchronize, at, routine.is_some() && !result.is_null() && message.is_some(),
            "a routine, a result and a message below {}", interrupts.count().max(1);
            "routine {}, result {}, message {number}", routine.is_some(), !result.is_null());
        let (true, Some(routine)) = (valid, routine) else {
            return STATUS_INVALID_PARAMETER;
        };
        match interrupts.refusals.next() {
            Some(Refuse::Status(status)) => return status,
            Some(Refuse::SucceedUnrun) => return STATUS_SUCCESS,
            None => {}
        }
        let (true, Some(message)) = (connected, message) else {
            return STATUS_UNSUCCESSFUL;
        };
        let old = machine.raise_irql(message.level.load(Ordering::Relaxed));
        let cpu = self.cpus().at(machine.processor());
        let ran = message.lock.with(machine, || {
            message.synchronized.fetch_add(1, Ordering::Relaxed);
            let outer = cpu.enter(Section::Synchronized(number));
            // SAFETY: the caller's promise.
            let answer = unsafe { routine(context) };
            self.check_queued(cpu.leave(outer), at);
            answer
        });
        machine.lower_irql(old);
        let Ok(answer) = ran else {
            return STATUS_UNSUCCESSFUL;
        };
        // SAFETY: not NULL, so by the caller's promise it points to a BOOLEAN.
        unsafe { result.write(answer) };
        STATUS_SUCCESS
    }

    /// Whether this processor holds the lock of message `number`, so that waiting for it would hang: an offence.
    pub(crate) fn would_deadlock(&self, number: u32) -> bool {
        let message = self.interrupts().message(number);
        let held = message.is_some_and(|message| message.lock.held_here(self.machine()));
        let at = Callback::SynchronizeExecution.name();
        !check!(self.port(), IsrSelfDeadlock, at, !held, "the lock of message {number} not held here"; "held: {held}")
    }

    /// DxgkCbNotifyInterrupt.
    ///
    /// # Safety
    /// `data` is NULL or points to a DXGKARGCB_NOTIFY_INTERRUPT_DATA.
    pub(crate) unsafe fn notify(&self, data: *const DXGKARGCB_NOTIFY_INTERRUPT_DATA) {
        let at = Callback::NotifyInterrupt.name();
        let (port, machine, interrupts) = (self.port(), self.machine(), self.interrupts());
        let fixed = interrupts.notify_message.load(Ordering::Relaxed);
        let cpu = self.cpus().at(machine.processor());
        let section = cpu.section();
        let here = section.message() == Some(fixed);
        check!(port, DpcFixedLevel, at, here, "the lock of message {fixed}"; "{section:?}");
        let level = machine.irql();
        let dirql = interrupts
            .message(fixed)
            .map_or(level, |message| message.level.load(Ordering::Relaxed));
        check!(port, IrqlCallback, at, level == dirql, "IRQL {dirql}"; "IRQL {level}");
        let again = interrupts.notifying.swap(true, Ordering::Acquire);
        check!(port, DpcFixedLevel, at, !again, "one notification at a time"; "two");
        interrupts.notified.fetch_add(1, Ordering::SeqCst);
        cpu.unqueued.store(true, Ordering::Relaxed);
        check!(port, StopFrees, at, self.is_started(), "no notification after the stop"; "one");
        // SAFETY: the caller's promise.
        if let Some(data) = unsafe { data.as_ref() } {
            self.note(data);
        }
        if !again {
            interrupts.notifying.store(false, Ordering::Release);
        }
    }

    fn note(&self, data: &DXGKARGCB_NOTIFY_INTERRUPT_DATA) {
        let at = Callback::NotifyInterrupt.name();
        let (port, interrupts) = (self.port(), self.interrupts());
        let kind = data.InterruptType;
        let flags = data.Flags.Value;
        let display_only = matches!(
            kind,
            DXGK_INTERRUPT_DISPLAYONLY_VSYNC | DXGK_INTERRUPT_DISPLAYONLY_PRESENT_PROGRESS
        );
        check!(port, VsyncTypes, at, display_only && flags == 0, "type 5 or 6, flags 0"; "type {kind}, flags {flags:#x}");
        if kind == DXGK_INTERRUPT_DISPLAYONLY_VSYNC {
            interrupts.vsyncs.fetch_add(1, Ordering::Relaxed);
        }
        if kind != DXGK_INTERRUPT_DISPLAYONLY_PRESENT_PROGRESS {
            return;
        }
        // SAFETY: the type says that this member is filled; all its bit patterns are valid.
        let progress = unsafe { data.Anonymous.DisplayOnlyPresentProgress };
        let (id, how) = (progress.VidPnSourceId, progress.ProgressId);
        let known = matches!(
            how,
            DXGK_PRESENT_DISPLAYONLY_PROGRESS_ID_COMPLETE
                | DXGK_PRESENT_DISPLAYONLY_PROGRESS_ID_FAILED
        );
        check!(port, StartSourceIds, at, id < self.source_count(), "a source below {}", self.source_count(); "{id}");
        let Some(source) = interrupts
            .sources
            .get(id as usize)
            .filter(|_| id < self.source_count())
        else {
            return;
        };
        let before = source.notify();
        // A report after a present that completed in its call is a matter of its own.
        if before == Err(Stage::Idle) {
            check!(port, PresentResult, at, false, "no progress without a pending present"; "source {id}");
        }
        check!(port, PresentProgress, at, known && before.is_ok(),
            "one report for a pending present, 0 or 1"; "progress {how}, stage {before:?}");
        if how == DXGK_PRESENT_DISPLAYONLY_PROGRESS_ID_FAILED {
            source.failed.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// VSyncs that were reported.
    pub(crate) fn vsyncs(&self) -> u64 {
        self.interrupts().vsyncs.load(Ordering::Relaxed)
    }

    /// DxgkCbQueueDpc: true if the DPC was queued, false if it is queued already.
    pub(crate) fn queue_dpc(&self) -> bool {
        let machine = self.machine();
        let here = machine.processor();
        self.cpus()
            .at(here)
            .unqueued
            .store(false, Ordering::Relaxed);
        if self.interrupts().dpc_queued.swap(true, Ordering::SeqCst) {
            return false;
        }
        let context = core::ptr::from_ref(self).expose_provenance();
        let processor = here % machine.processors();
        if !machine.queue_deferred(
            processor,
            Deferred {
                routine: run_dpc,
                context,
            },
        ) {
            machine.bugcheck(
                0,
                [0; 4],
                format_args!("the machine's queue of deferred calls is full"),
            );
        }
        true
    }

    /// A DPC that the driver queued before is still to run, if configured: it comes while the driver goes to sleep or stops (F116).
    pub(crate) fn late_dpc(&self) {
        if self.port().config().late_dpc {
            self.queue_dpc();
        }
    }

    fn dpc(&self) {
        const AT: &str = "DxgkDdiDpcRoutine";
        let (port, machine, interrupts) = (self.port(), self.machine(), self.interrupts());
        interrupts.dpc_active.fetch_add(1, Ordering::SeqCst);
        interrupts.dpc_queued.store(false, Ordering::SeqCst);
        let due = interrupts.notified.load(Ordering::SeqCst);
        interrupts.dpcs.fetch_add(1, Ordering::Relaxed);
        if let Some(routine) = self.table().DxgkDdiDpcRoutine {
            let level = machine.irql();
            let cpu = self.cpus().at(machine.processor());
            cpu.in_dpc.store(true, Ordering::Relaxed);
            // SAFETY: the driver gave this function for this purpose, with this context.
            let run = || unsafe { routine(self.context()) };
            port.calls().counting(machine, Ddi::DpcRoutine, run);
            cpu.in_dpc.store(false, Ordering::Relaxed);
            let left = machine.irql();
            check!(port, IrqlKept, AT, left == level, "IRQL {level} at return"; "IRQL {left}");
        }
        // Another DPC that runs beside this one may be about to acknowledge: only the last one is asked.
        if interrupts.dpc_active.fetch_sub(1, Ordering::SeqCst) == 1 {
            let done = interrupts.acknowledged.load(Ordering::SeqCst);
            check!(port, DpcNotifyThenQueue, AT, done >= due, "NotifyDpc for {due} notifications"; "for {done}");
        }
    }

    /// DxgkCbNotifyDpc.
    pub(crate) fn notify_dpc(&self) {
        let interrupts = self.interrupts();
        let due = interrupts.notified.load(Ordering::SeqCst);
        for source in &interrupts.sources {
            source.acknowledge();
        }
        interrupts.acknowledged.fetch_max(due, Ordering::SeqCst);
    }

    /// Whether a notification waits for its DPC, or a DPC is queued or runs.
    pub(crate) fn dpc_due(&self) -> bool {
        let interrupts = self.interrupts();
        interrupts.dpc_queued.load(Ordering::SeqCst)
            || interrupts.dpc_active.load(Ordering::SeqCst) != 0
            || interrupts.acknowledged.load(Ordering::SeqCst)
                < interrupts.notified.load(Ordering::SeqCst)
    }
}

/// [`crate::machine::InterruptSink::entry`] for an adapter.
pub(crate) fn take_interrupt(context: usize, message: u32, origin: Origin) -> bool {
    from_context(context).interrupt(message, origin)
}

fn run_dpc(context: usize) {
    from_context(context).dpc();
}

fn from_context(context: usize) -> &'static Adapter {
    // SAFETY: the context is the address of an adapter (see `queue_dpc` and `start`), and adapters are leaked.
    unsafe { &*core::ptr::with_exposed_provenance::<Adapter>(context) }
}
