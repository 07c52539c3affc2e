//! What a machine gives the port model: processors, IRQL, deferred calls, interrupts, memory, PCI, time.
//!
//! Two machines implement [`Machine`]: the hosted one (`testing/sim`, threads as processors) and the rig
//! (`testing/rig`, ring 0 in QEMU). Nothing here knows about display drivers: the rules, the locks of the interrupt
//! messages, the "one DPC per adapter" bookkeeping and everything else that dxgkrnl does belongs to the port, which
//! is written on this trait alone. A machine never calls the driver's DDIs by itself; it calls back into the port
//! through the function pointers it was given ([`InterruptSink`], [`Deferred`], [`Job`]).
//!
//! IRQLs are the numbers of x64 Windows (wdm.h): see [`irql`].

use core::ffi::c_void;
use core::fmt;
use core::ptr::NonNull;

/// An `NTSTATUS`.
pub type NtStatus = i32;

/// The IRQLs of x64 Windows, as wdm.h numbers them.
pub mod irql {
    /// Program threads; everything is allowed.
    pub const PASSIVE_LEVEL: u8 = 0;
    /// Asynchronous procedure calls are off.
    pub const APC_LEVEL: u8 = 1;
    /// DPC routines; no waiting, no pageable memory.
    pub const DISPATCH_LEVEL: u8 = 2;
    /// The lowest level a device interrupt can have.
    pub const LOWEST_DIRQL: u8 = 3;
    /// The highest level a device interrupt can have (below the clock, 13).
    pub const HIGHEST_DIRQL: u8 = 12;
    /// Everything is masked.
    pub const HIGH_LEVEL: u8 = 15;
}

/// A routine that the machine runs at DISPATCH_LEVEL, see [`Machine::queue_deferred`].
///
/// The machine calls `routine(context)` exactly once for every accepted request. It does not merge requests.
#[derive(Clone, Copy, Debug)]
pub struct Deferred {
    /// Called at DISPATCH_LEVEL on the processor that was asked for.
    pub routine: fn(context: usize),
    /// Handed to `routine` unchanged; the port keeps whatever it stands for alive.
    pub context: usize,
}

/// A routine that the machine runs at PASSIVE_LEVEL on another processor, see [`Machine::run_on`].
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// Called at PASSIVE_LEVEL.
    pub routine: fn(context: usize),
    /// Handed to `routine` unchanged; whoever asks for the job keeps it alive until [`Machine::wait_for`] returned.
    pub context: usize,
}

/// Names one job that was accepted by [`Machine::run_on`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobId(pub u64);

/// Where an interrupt came from, as far as the machine can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The adapter raised it.
    Device,
    /// Another device on the same (shared) line or message raised it.
    Foreign,
    /// The machine can't tell (the rig, on a line).
    Unknown,
}

/// Whom the machine calls for an interrupt of the adapter, see [`Machine::connect_interrupts`].
#[derive(Clone, Copy, Debug)]
pub struct InterruptSink {
    /// Called on the processor that took the interrupt, already at the message's IRQL ([`Interrupt::level`]) and
    /// holding **no** lock: the port takes the message's spin lock itself. `message` is the index of the granted
    /// message, 0 for a line. Returns whether the driver claimed the interrupt.
    pub entry: fn(context: usize, message: u32, origin: Origin) -> bool,
    /// Handed to `entry` unchanged.
    pub context: usize,
}

/// One interrupt resource as it was granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupt {
    /// IRQL of the interrupt's ISR, in `LOWEST_DIRQL..=HIGHEST_DIRQL`.
    pub level: u8,
    /// Vector; only shown to the driver in its translated resources.
    pub vector: u32,
    /// Processors it may arrive on, one bit each.
    pub affinity: u64,
}

/// The interrupt resources that the adapter was granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InterruptGrant<'a> {
    /// None at all: the driver must refuse to start or live without.
    None,
    /// One line-based, level-sensitive, shared interrupt.
    Line(Interrupt),
    /// Messages 0..len, in order.
    Messages(&'a [Interrupt]),
}

/// One memory or port range (a base address register) that the adapter was granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// First physical address (or port).
    pub start: u64,
    /// Bytes.
    pub length: u64,
    /// A port range; else memory.
    pub io_space: bool,
    /// Memory only: prefetchable.
    pub prefetchable: bool,
}

/// What the adapter was granted, in the order of its base address registers.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'a> {
    /// Memory and port ranges.
    pub ranges: &'a [Range],
    /// Interrupts.
    pub interrupts: InterruptGrant<'a>,
}

/// How mapped memory is cached (`MEMORY_CACHING_TYPE` of wdm.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caching {
    /// MmNonCached.
    None,
    /// MmCached.
    Cached,
    /// MmWriteCombined.
    WriteCombined,
}

/// What the driver holds of the machine's memory, for the leak check after unload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pool {
    /// Pool blocks (or, hosted, heap blocks of the driver's side) not freed.
    pub blocks: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Other things not given back: mapped MDLs, events, registry handles, ETW registrations, device objects.
    pub others: u64,
}

impl Pool {
    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        *self == Pool::default()
    }
}

/// What the port does with the pages of a present's source after the call returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceAccess {
    /// Readable and writable: while the present runs, and when the port paints the next frame.
    Open,
    /// Every access faults. A machine without page protection fills the memory with a pattern instead
    /// and says so by returning false from [`Machine::protect_source`].
    Closed,
}

/// The machine that the port model runs on.
///
/// All methods may be called from any processor. The IRQL in each method's documentation is the highest at which the
/// port calls it.
pub trait Machine: Sync {
    // ---- processors and IRQL ----

    /// Number of processors, 1..=64. Any IRQL.
    fn processors(&self) -> u32;

    /// Index of the processor that runs the caller, `0..processors()`. Stable only at DISPATCH_LEVEL or above. Hosted:
    /// a thread is a processor, and also a helper thread has an index of its own, below 256. Any IRQL.
    fn processor(&self) -> u32;

    /// IRQL of the caller's processor. Any IRQL.
    fn irql(&self) -> u8;

    /// Raises the IRQL to `to` (not below the current one) and returns the old one. Interrupts and deferred calls at or
    /// below `to` don't arrive on this processor until it is lowered. Any IRQL.
    fn raise_irql(&self, to: u8) -> u8;

    /// Lowers the IRQL to `to`; deferred calls and interrupts that became possible run before it returns. Any IRQL.
    fn lower_irql(&self, to: u8);

    /// One turn of a spin-wait loop: `pause`, hosted also a yield. Any IRQL.
    fn relax(&self);

    // ---- deferred calls ----

    /// Queues `call` to the per-processor queue of `processor`; it runs there at DISPATCH_LEVEL as soon as that
    /// processor's IRQL is below DISPATCH_LEVEL. Allocates nothing. Returns false if the queue is full (a bug of the
    /// machine: the port never has more than 8 outstanding). IRQL: any, usually DIRQL.
    fn queue_deferred(&self, processor: u32, call: Deferred) -> bool;

    /// Returns when every deferred call that was queued before has finished, on all processors
    /// (`KeFlushQueuedDpcs`). PASSIVE_LEVEL.
    fn flush_deferred(&self);

    /// Returns when every processor has been at DISPATCH_LEVEL or below since the call: interrupts and deferred calls that
    /// were running have ended. By default a deferred call runs on each. PASSIVE_LEVEL.
    fn see_every_processor(&self) {
        fn seen(_: usize) {}
        for processor in 0..self.processors() {
            // If its queue is full, what is in it serves as well.
            let _ = self.queue_deferred(
                processor,
                Deferred {
                    routine: seen,
                    context: 0,
                },
            );
        }
        self.flush_deferred();
    }

    // ---- the adapter ----

    /// What the adapter was granted. PASSIVE_LEVEL.
    fn grant(&self) -> Grant<'_>;

    /// Connects the adapter's interrupts (all granted messages, or the line) to `sink`. From the moment of this call
    /// they may arrive, also before it returns. PASSIVE_LEVEL.
    ///
    /// # Errors
    /// The machine's status, which fails the start.
    fn connect_interrupts(&self, sink: InterruptSink) -> Result<(), NtStatus>;

    /// Disconnects them: no call of the sink runs or will run when it returns. PASSIVE_LEVEL.
    fn disconnect_interrupts(&self);

    /// Whether the adapter asserts its interrupt line now; `None` if that can't be seen. DIRQL.
    fn line_asserted(&self) -> Option<bool>;

    /// Reads the adapter's PCI configuration space; returns the bytes read. PASSIVE_LEVEL.
    fn pci_read(&self, offset: u32, buffer: &mut [u8]) -> usize;

    /// Writes the adapter's PCI configuration space; returns the bytes written. PASSIVE_LEVEL.
    fn pci_write(&self, offset: u32, bytes: &[u8]) -> usize;

    /// Maps `length` bytes of physical memory that belong to the adapter. PASSIVE_LEVEL.
    fn map_memory(&self, physical: u64, length: usize, caching: Caching) -> Option<NonNull<u8>>;

    /// Undoes [`Machine::map_memory`]; from now on an access should fault. PASSIVE_LEVEL.
    fn unmap_memory(&self, address: NonNull<u8>, length: usize);

    // ---- memory of the port ----

    /// Whole zeroed pages for a present's source. An access behind the last one faults, where the machine can do that.
    /// PASSIVE_LEVEL.
    fn allocate_source(&self, length: usize) -> Option<NonNull<u8>>;

    /// The same at an address of user mode, in a process: it is there only on a processor that is attached to the process.
    /// `None` if the machine has no such addresses. PASSIVE_LEVEL.
    fn allocate_user_source(&self, length: usize) -> Option<NonNull<u8>> {
        let _ = length;
        None
    }

    /// Attaches what runs on the caller's processor to the process of [`Machine::allocate_user_source`], or ends that.
    /// PASSIVE_LEVEL.
    fn attach_process(&self, attached: bool) {
        let _ = attached;
    }

    /// Frees what either gave. PASSIVE_LEVEL.
    fn free_source(&self, address: NonNull<u8>, length: usize);

    /// Opens or closes the pages of a source. Returns true if a closed source really faults when touched; false if the
    /// machine has no page protection (the port then fills it with a pattern, so that late reads show in the picture).
    /// PASSIVE_LEVEL.
    fn protect_source(&self, address: NonNull<u8>, length: usize, access: SourceAccess) -> bool;

    /// What the driver has allocated and not given back. PASSIVE_LEVEL.
    fn pool(&self) -> Pool;

    // ---- time and threads ----

    /// Time since some fixed moment, in units of 100 ns. Any IRQL.
    fn now(&self) -> u64;

    /// Lets at least `hundred_ns` pass; deferred calls and interrupts of this processor run meanwhile. PASSIVE_LEVEL.
    fn delay(&self, hundred_ns: u64);

    /// Runs `job` at PASSIVE_LEVEL on another processor (hosted: another thread). `None` if there is no processor for
    /// it: on a machine with one processor the port then runs it in place. PASSIVE_LEVEL.
    fn run_on(&self, processor: u32, job: Job) -> Option<JobId>;

    /// Returns when that job has ended. PASSIVE_LEVEL.
    fn wait_for(&self, job: JobId);

    /// How many instructions the caller's processor has run since some moment, without those of interrupts and deferred calls that
    /// came in between; `None` if the machine does not count. Any IRQL.
    fn instructions(&self) -> Option<u64> {
        None
    }

    // ---- calls and messages ----

    /// Calls `routine(context)` on a kernel stack of Windows' size (24 KiB with a guard page on the rig) and returns the
    /// most bytes of it that were used; `None` if the machine does not measure (hosted). The port calls each PASSIVE
    /// DDI this way. Nested calls on one processor do not happen. PASSIVE_LEVEL.
    fn call_on_kernel_stack(
        &self,
        routine: fn(context: *mut c_void),
        context: *mut c_void,
    ) -> Option<usize>;

    /// A line for the log, without line end. Any IRQL: allocates nothing, may drop lines.
    fn log(&self, line: fmt::Arguments<'_>);

    /// Ends the run: prints the code, the parameters and why. Called only when going on would hang or corrupt memory.
    /// Any IRQL.
    fn bugcheck(&self, code: u32, parameters: [u64; 4], why: fmt::Arguments<'_>) -> !;
}
