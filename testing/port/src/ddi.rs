//! The DDIs of a display-only miniport: their names, and who may be in the driver at the same time.
//!
//! Levels are those of the pages "threading-and-synchronization-*-level": three excludes every other thread, two every
//! other thread of levels one to three, one is per child or for the pointer, zero excludes nobody.

use crate::machine::Machine;
use core::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};

/// The synchronization level of a DDI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Reentrant, beside everything.
    Zero,
    /// One call for each child at a time.
    Child,
    /// One pointer call at a time.
    Pointer,
    /// One thread in the driver.
    Two,
    /// One thread in the driver, hardware idle.
    Three,
}

macro_rules! ddis {
    ($($name:ident $level:ident;)*) => {
        /// The members of KMDDOD_INITIALIZATION_DATA at version WIN8, without their prefix DxgkDdi.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Ddi {
            $(#[doc = concat!("DxgkDdi", stringify!($name))] $name,)*
        }

        impl Ddi {
            /// All of them, in the table's order.
            pub const ALL: &'static [Ddi] = &[$(Ddi::$name,)*];

            /// The member's name.
            pub const fn name(self) -> &'static str {
                match self { $(Ddi::$name => concat!("DxgkDdi", stringify!($name)),)* }
            }

            /// Who may be in the driver at the same time.
            pub const fn level(self) -> Level {
                match self { $(Ddi::$name => Level::$level,)* }
            }
        }
    };
}

ddis! {
    AddDevice Three;
    StartDevice Three;
    StopDevice Three;
    RemoveDevice Three;
    DispatchIoRequest Two;
    InterruptRoutine Zero;
    DpcRoutine Zero;
    QueryChildRelations Three;
    QueryChildStatus Child;
    QueryDeviceDescriptor Child;
    SetPowerState Three;
    NotifyAcpiEvent Two;
    ResetDevice Zero;
    Unload Three;
    QueryInterface Two;
    ControlEtwLogging Zero;
    QueryAdapterInfo Zero;
    SetPalette Two;
    SetPointerPosition Pointer;
    SetPointerShape Pointer;
    Escape Zero;
    CollectDbgInfo Zero;
    IsSupportedVidPn Zero;
    RecommendFunctionalVidPn Two;
    EnumVidPnCofuncModality Zero;
    SetVidPnSourceVisibility Two;
    CommitVidPn Two;
    UpdateActiveVidPnPresentPath Two;
    RecommendMonitorModes Two;
    GetScanLine Zero;
    QueryVidPnHWCapability Two;
    PresentDisplayOnly Zero;
    StopDeviceAndReleasePostDisplayOwnership Three;
    SystemDisplayEnable Zero;
    SystemDisplayWrite Zero;
    GetChildContainerId Two;
    ControlInterrupt Two;
    SetPowerComponentFState Zero;
    PowerRuntimeControlRequest Zero;
    NotifySurpriseRemoval Zero;
}

/// Number of DDIs.
pub const COUNT: usize = Ddi::ALL.len();

const CHILDREN: usize = 16;

/// Who is in the driver now.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    three: AtomicU32,
    two: AtomicU32,
    pointer: AtomicU32,
    any_child: AtomicU32,
    child: [AtomicU32; CHILDREN],
}

/// Which rule of the levels an entry breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Crowd {
    /// Somebody else is at level three, or we are and somebody is at one to three.
    pub three: bool,
    /// Somebody else is at level two, or we are and somebody is at level one or two.
    pub two: bool,
    /// The same child (or the pointer) is being served.
    pub one: bool,
}

impl Gate {
    /// Notes an entry; says whom it meets. `child` is the child's index for [`Level::Child`].
    pub fn enter(&self, level: Level, child: usize) -> Crowd {
        let others = |counter: &AtomicU32| counter.load(Ordering::SeqCst) != 0;
        let three = others(&self.three);
        let two = others(&self.two);
        let ones = others(&self.any_child) || others(&self.pointer);
        match level {
            Level::Zero => Crowd {
                three: false,
                two: false,
                one: false,
            },
            Level::Child => {
                self.any_child.fetch_add(1, Ordering::SeqCst);
                let same = self.child[child % CHILDREN].fetch_add(1, Ordering::SeqCst) != 0;
                Crowd {
                    three,
                    two,
                    one: same,
                }
            }
            Level::Pointer => Crowd {
                three,
                two: false,
                one: self.pointer.fetch_add(1, Ordering::SeqCst) != 0,
            },
            Level::Two => {
                let two = self.two.fetch_add(1, Ordering::SeqCst) != 0;
                Crowd {
                    three,
                    two: two || others(&self.any_child),
                    one: false,
                }
            }
            Level::Three => {
                let three = self.three.fetch_add(1, Ordering::SeqCst) != 0;
                Crowd {
                    three: three || two || ones,
                    two: false,
                    one: false,
                }
            }
        }
    }

    /// Notes the way out.
    pub fn leave(&self, level: Level, child: usize) {
        match level {
            Level::Zero => return,
            Level::Child => {
                self.child[child % CHILDREN].fetch_sub(1, Ordering::SeqCst);
                &self.any_child
            }
            Level::Pointer => &self.pointer,
            Level::Two => &self.two,
            Level::Three => &self.three,
        }
        .fetch_sub(1, Ordering::SeqCst);
    }
}

/// What is measured about each DDI.
#[derive(Debug)]
pub struct Calls {
    count: [AtomicU64; COUNT],
    stack: [AtomicUsize; COUNT],
    counted: [AtomicU64; COUNT],
    instructions: [AtomicU64; COUNT],
    last: AtomicUsize,
}

impl Default for Calls {
    fn default() -> Self {
        Self {
            count: [const { AtomicU64::new(0) }; COUNT],
            stack: [const { AtomicUsize::new(0) }; COUNT],
            counted: [const { AtomicU64::new(0) }; COUNT],
            instructions: [const { AtomicU64::new(0) }; COUNT],
            last: AtomicUsize::new(COUNT),
        }
    }
}

impl Calls {
    /// Notes one call and the stack it used, if the machine measured it.
    pub(crate) fn note(&self, ddi: Ddi, stack: Option<usize>) {
        self.count[ddi as usize].fetch_add(1, Ordering::Relaxed);
        if let Some(bytes) = stack {
            self.stack[ddi as usize].fetch_max(bytes, Ordering::Relaxed);
        }
        if !matches!(ddi, Ddi::InterruptRoutine | Ddi::DpcRoutine) {
            self.last.store(ddi as usize, Ordering::Relaxed);
        }
    }

    /// Runs `body`, a call of `ddi` into the driver, and notes its instructions if the machine counts them.
    pub(crate) fn counting<R>(
        &self,
        machine: &dyn Machine,
        ddi: Ddi,
        body: impl FnOnce() -> R,
    ) -> R {
        let before = machine.instructions();
        let result = body();
        if let (Some(before), Some(after)) = (before, machine.instructions()) {
            self.counted[ddi as usize].fetch_add(1, Ordering::Relaxed);
            let ran = after.saturating_sub(before);
            self.instructions[ddi as usize].fetch_add(ran, Ordering::Relaxed);
        }
        result
    }

    /// How many calls of `ddi` were counted, and their instructions.
    pub fn instructions(&self, ddi: Ddi) -> (u64, u64) {
        (
            self.counted[ddi as usize].load(Ordering::Relaxed),
            self.instructions[ddi as usize].load(Ordering::Relaxed),
        )
    }

    /// The DDI that returned last, interrupts and DPCs left out: after a failure, the one that failed.
    pub fn last(&self) -> Option<Ddi> {
        Ddi::ALL.get(self.last.load(Ordering::Relaxed)).copied()
    }

    /// How often `ddi` was called.
    pub fn count(&self, ddi: Ddi) -> u64 {
        self.count[ddi as usize].load(Ordering::Relaxed)
    }

    /// The most kernel stack that `ddi` used, in bytes; 0 where the machine does not measure.
    pub fn stack(&self, ddi: Ddi) -> usize {
        self.stack[ddi as usize].load(Ordering::Relaxed)
    }
}
