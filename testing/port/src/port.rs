//! One loaded display-only driver: its DDI table, the rules checked on it, and how a DDI is called.

use crate::adapter::Adapter;
use crate::config::Judge;
pub use crate::config::{Config, PostDisplay};
use crate::ddi::{Calls, Crowd, Ddi, Gate, Level};
use crate::lock::Passive;
use crate::machine::irql::PASSIVE_LEVEL;
use crate::machine::{Machine, NtStatus};
use crate::rules::{Fact, Rule, Violations};
use crate::section::Cpu;
use crate::table;
use crate::version::Sizes;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ffi::c_void;
use core::fmt;
use core::sync::atomic::{AtomicPtr, Ordering};
use dxgk_sys::*;

/// Counts a check of a rule and records a violation: `check!(port, Rule, at, held, "expected"; "came")`.
macro_rules! check {
    ($port:expr, $rule:ident, $at:expr, $held:expr, $expected:literal $(, $e:expr)*; $came:literal $(, $c:expr)*) => {
        $port.violations().check(
            $crate::rules::Rule::$rule,
            $at,
            $held,
            format_args!($expected $(, $e)*),
            format_args!($came $(, $c)*),
        )
    };
}
pub(crate) use check;

/// The model of dxgkrnl, for one driver image.
pub struct Port {
    machine: &'static dyn Machine,
    config: Config,
    violations: Violations,
    calls: Calls,
    table: Passive<Option<KMDDOD_INITIALIZATION_DATA>>,
    driver_object: AtomicPtr<c_void>,
    adapters: Passive<Vec<&'static Adapter>>,
}

impl fmt::Debug for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Port")
            .field("config", &self.config)
            .field("violations", &self.violations)
            .finish_non_exhaustive()
    }
}

/// The port that was made last: whom to tell about a handle that belongs to nobody, and whom
/// [`initialize_display_only_driver`] registers with.
static LAST: AtomicPtr<Port> = AtomicPtr::new(core::ptr::null_mut());

impl Port {
    /// A port without a driver. It is leaked: C callbacks may come at any time.
    pub fn new(machine: &'static dyn Machine, config: Config) -> &'static Port {
        let port = Box::leak(Box::new(Port {
            machine,
            config,
            violations: Violations::new(),
            calls: Calls::default(),
            table: Passive::new(None),
            driver_object: AtomicPtr::new(core::ptr::null_mut()),
            adapters: Passive::new(Vec::new()),
        }));
        LAST.store(port, Ordering::Release);
        port
    }

    /// The port that was made last.
    pub(crate) fn last() -> Option<&'static Port> {
        // SAFETY: ports are leaked, so a stored pointer stays valid.
        unsafe { LAST.load(Ordering::Acquire).as_ref() }
    }

    /// The machine it runs on.
    pub fn machine(&self) -> &'static dyn Machine {
        self.machine
    }

    /// How it behaves.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Whether what breaks a rule is refused where the page says that dxgkrnl refuses it: to drivers of this project. Any other
    /// driver is refused only what Windows was seen to refuse, and that is not asked here.
    pub(crate) fn refuses(&self) -> bool {
        self.config.judge == Judge::Own
    }

    /// Checks `rule`. What breaks it in a way that Windows takes by the fact `known` is told to a driver that is not this
    /// project's, and is no violation. Returns `held`.
    pub(crate) fn check_unless_known(
        &self,
        rule: Rule,
        at: &'static str,
        held: bool,
        known: Option<Fact>,
        expected: fmt::Arguments<'_>,
        came: fmt::Arguments<'_>,
    ) -> bool {
        match known {
            Some(fact) if !held && self.config.judge == Judge::Foreign => {
                self.violations.take(rule, fact, at, expected, came);
                held
            }
            _ => self.violations.check(rule, at, held, expected, came),
        }
    }

    /// The sizes at the interface version that the driver declared; WIN8's before it did.
    pub(crate) fn sizes(&self) -> Sizes {
        Sizes::at(self.table().Version).unwrap_or(Sizes::WIN8)
    }

    /// What was checked and what was broken.
    pub fn violations(&self) -> &Violations {
        &self.violations
    }

    /// How often each DDI was called and how much stack it used.
    pub fn calls(&self) -> &Calls {
        &self.calls
    }

    /// The driver object that the driver registered with; NULL before.
    pub fn driver_object(&self) -> *mut c_void {
        self.driver_object.load(Ordering::Acquire)
    }

    /// The adapters that were added and not removed.
    pub fn adapters(&self) -> Vec<&'static Adapter> {
        self.adapters.lock(self.machine).clone()
    }

    pub(crate) fn with_adapters<R>(&self, body: impl FnOnce(&mut Vec<&'static Adapter>) -> R) -> R {
        body(&mut self.adapters.lock(self.machine))
    }

    /// The driver's table; all absent before registration.
    pub fn table(&self) -> KMDDOD_INITIALIZATION_DATA {
        self.table.lock(self.machine).unwrap_or_default()
    }

    /// DxgkInitializeDisplayOnlyDriver: checks the table and takes a copy, so it need not outlive the call. PASSIVE_LEVEL.
    ///
    /// Refused are a table of a version that is not known (STATUS_REVISION_MISMATCH), one without ResetDevice, and from this
    /// project's drivers one with VSync functions in part (STATUS_INVALID_PARAMETER).
    ///
    /// # Safety
    /// `data` is NULL or points to a KMDDOD_INITIALIZATION_DATA of the version that its first member says.
    pub unsafe fn initialize(
        &self,
        driver_object: *mut c_void,
        registry_path: *const c_void,
        data: *const KMDDOD_INITIALIZATION_DATA,
    ) -> NtStatus {
        let _ = registry_path;
        if data.is_null() {
            return STATUS_INVALID_PARAMETER;
        }
        // SAFETY: the caller's promise; every version begins with it.
        let version = unsafe { data.cast::<ULONG>().read() };
        if !table::version(self, version) {
            return STATUS_REVISION_MISMATCH;
        }
        // SAFETY: the caller's promise; from WIN8 on each version's table begins with WIN8's.
        let data = unsafe { data.read() };
        let status = table::check(self, &data);
        if NT_SUCCESS(status) {
            *self.table.lock(self.machine) = Some(data);
            self.driver_object.store(driver_object, Ordering::Release);
        }
        status
    }

    /// DxgkDdiUnload, and what must be true afterwards: nothing allocated, and the framework unbound (`framework_bound`
    /// tells; a machine without KMDF says false). PASSIVE_LEVEL.
    pub fn unload(&'static self, framework_bound: impl FnOnce() -> bool) {
        let table = self.table();
        if let Some(unload) = table.DxgkDdiUnload {
            // SAFETY: the driver gave this function for this purpose.
            self.call(None, Ddi::Unload, 0, || unsafe { unload() });
        }
        *self.table.lock(self.machine) = None;
        let held = self.machine.pool();
        check!(self, UnloadBalance, "DxgkDdiUnload", held.is_empty(), "nothing allocated";
            "{} blocks of {} bytes, {} other objects", held.blocks, held.bytes, held.others);
        let bound = framework_bound();
        check!(self, KmdfUnload, "DxgkDdiUnload", !bound, "the framework unbound"; "bound: {bound}");
    }

    /// Calls a DDI, at PASSIVE_LEVEL on a measured stack, and checks what every DDI must keep.
    pub(crate) fn call<R>(
        &self,
        inside: Option<(&Gate, &Cpu)>,
        ddi: Ddi,
        child: usize,
        body: impl FnOnce() -> R,
    ) -> R {
        let machine = self.machine;
        let level = machine.irql();
        let outer = inside.map(|(gate, cpu)| {
            self.check_crowd(ddi, gate.enter(ddi.level(), child));
            cpu.set_ddi(Some(ddi))
        });
        let start = machine.now();
        let body = || self.calls.counting(machine, ddi, body);
        // At bugcheck time there is no other stack.
        let (result, stack) = if level == PASSIVE_LEVEL {
            on_kernel_stack(machine, body)
        } else {
            (body(), None)
        };
        let took = machine.now().saturating_sub(start);
        self.calls.note(ddi, stack);
        if let Some((gate, cpu)) = inside {
            cpu.set_ddi(outer.flatten());
            gate.leave(ddi.level(), child);
        }
        let left = machine.irql();
        if !check!(self, IrqlKept, ddi.name(), left == level, "IRQL {level} at return"; "IRQL {left}")
        {
            if left < level {
                machine.raise_irql(level);
            } else {
                machine.lower_irql(level);
            }
        }
        if let Some(bytes) = stack {
            let limit = self.config.stack_limit;
            check!(self, StackLimit, ddi.name(), bytes <= limit, "at most {limit} bytes of stack"; "{bytes}");
        }
        let limit = self.config.ddi_limit;
        check!(self, PresentDdiLimit, ddi.name(), took <= limit, "at most {} ms", limit / 10_000; "{} ms", took / 10_000);
        result
    }

    fn check_crowd(&self, ddi: Ddi, crowd: Crowd) {
        let rule = match ddi.level() {
            Level::Zero => return,
            Level::Child => Rule::SyncOne,
            Level::Pointer => Rule::PointerClass,
            Level::Two => Rule::SyncTwo,
            Level::Three => Rule::SyncThree,
        };
        let expected = format_args!("nobody else of its level in the driver");
        let alone = !crowd.one && !crowd.two && !crowd.three;
        self.violations.check(
            Rule::SyncLevels,
            ddi.name(),
            alone,
            expected,
            format_args!("{crowd:?}"),
        );
        self.violations.check(
            rule,
            ddi.name(),
            !crowd.one && !crowd.two,
            expected,
            format_args!("somebody is"),
        );
        if crowd.three {
            self.violations.check(
                Rule::SyncThree,
                ddi.name(),
                false,
                expected,
                format_args!("somebody is"),
            );
        }
    }
}

struct Frame<F, R> {
    body: Option<F>,
    result: Option<R>,
}

fn run_frame<F: FnOnce() -> R, R>(context: *mut c_void) {
    // SAFETY: `context` is the frame of the `on_kernel_stack` call that waits for this routine.
    let frame = unsafe { &mut *context.cast::<Frame<F, R>>() };
    frame.result = frame.body.take().map(|body| body());
}

/// Runs `body` on the machine's kernel stack; also says how much of it was used.
fn on_kernel_stack<F: FnOnce() -> R, R>(machine: &dyn Machine, body: F) -> (R, Option<usize>) {
    let mut frame = Frame {
        body: Some(body),
        result: None,
    };
    let context = (&raw mut frame).cast();
    let used = machine.call_on_kernel_stack(run_frame::<F, R>, context);
    match frame.result.take() {
        Some(result) => (result, used),
        None => machine.bugcheck(
            0,
            [0; 4],
            format_args!("the machine did not run a call on the kernel stack"),
        ),
    }
}

/// The function whose address `\Device\DxgKrnl` gives for code 0x230043: registers with the port that was made last.
///
/// # Safety
/// The arguments are those of DxgkInitializeDisplayOnlyDriver: a driver object, a registry path and a
/// KMDDOD_INITIALIZATION_DATA of the version that its first member says.
pub unsafe extern "system" fn initialize_display_only_driver(
    driver_object: *mut c_void,
    registry_path: *const c_void,
    data: *const KMDDOD_INITIALIZATION_DATA,
) -> NtStatus {
    match Port::last() {
        // SAFETY: the caller's promise.
        Some(port) => unsafe { port.initialize(driver_object, registry_path, data) },
        None => STATUS_DEVICE_NOT_READY,
    }
}
