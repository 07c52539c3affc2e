//! What the safe layer needs of the operating system beside dxgkrnl: memory that a device can reach, time, waiting, and
//! the drain of queued DPCs. A driver's package implements it on ntoskrnl, a test machine on itself.

use core::ffi::c_void;
use core::ptr::NonNull;

use crate::check::Violation;
use crate::irql::{AtMostDispatch, Passive};
use crate::memory::{RectCopy, Word};
use crate::status::Status;
use crate::sync::{AtomicUsize, Ordering};

/// The size of a page.
pub const PAGE_SIZE: usize = 4096;

/// Whole pages that processor and device both reach: nonpaged, zeroed, mapped cached and contiguous for the processor,
/// scattered for the device.
#[derive(Debug)]
pub struct PageBlock {
    /// The first byte, aligned to [`PAGE_SIZE`].
    pub base: NonNull<u8>,
    /// How many pages there are.
    pub pages: usize,
    /// The implementation's own handle, for example the MDL.
    pub handle: NonNull<()>,
}

/// What one register access can move: an unsigned number of 8 to 64 bits.
#[expect(private_bounds, reason = "sealed: only the four numbers")]
pub trait RegisterWidth: Copy + Into<u64> + Word {
    /// The low bits of `value`, as many as the type has.
    fn truncate(value: u64) -> Self;
}

macro_rules! register_width {
    ($($type:ty),*) => {
        $(
            impl RegisterWidth for $type {
                #[inline]
                fn truncate(value: u64) -> Self {
                    value as Self
                }
            }
        )*
    };
}

register_width!(u8, u16, u32, u64);

/// The services.
///
/// # Safety
///
/// Each method does what it says: the safe layer builds on it, above all on
/// [`see_every_processor`](Self::see_every_processor) and [`flush_queued_dpcs`](Self::flush_queued_dpcs) as barriers and on [`allocate_pages`](Self::allocate_pages) returning memory that nobody else has.
pub unsafe trait Kernel: Sized + 'static {
    /// A notification event (KEVENT): stays set until it is cleared.
    type Event: Send + Sync;

    /// A lock that is waited for at PASSIVE_LEVEL and leaves the IRQL there (a synchronization event that is set at
    /// first). Not recursive: a thread that locks it twice waits for ever.
    type Mutex: Send + Sync;

    /// Reads a device's register, in one access of its width (READ_REGISTER_UCHAR and so on, which are volatile moves).
    /// Any IRQL. A machine that has a model of the device instead of the device answers here.
    ///
    /// # Safety
    ///
    /// `register` lies in a range that dxgkrnl mapped and has not unmapped, and is aligned.
    #[inline]
    unsafe fn read_register<T: RegisterWidth>(register: NonNull<T>) -> T {
        // SAFETY: the caller's promise.
        unsafe { T::load(register) }
    }

    /// Writes a device's register, in one access of its width (WRITE_REGISTER_UCHAR and so on). Any IRQL.
    ///
    /// # Safety
    ///
    /// As for [`read_register`](Self::read_register).
    #[inline]
    unsafe fn write_register<T: RegisterWidth>(register: NonNull<T>, value: T) {
        // SAFETY: the caller's promise.
        unsafe { T::store(register, value) }
    }

    /// The processor's IRQL (KeGetCurrentIrql).
    fn current_irql() -> u8;

    /// Is told of a promise that was broken, at the IRQL where that was found. What comes next is undefined in a driver, so
    /// a kernel had better stop the system (KeBugCheckEx) or write it down; returning goes on as safely as can be.
    ///
    /// By default a host panics and a kernel does nothing.
    fn violation(violation: Violation) {
        #[cfg(feature = "std")]
        panic!("{violation}");
        #[cfg(not(feature = "std"))]
        let _ = violation;
    }

    /// Monotonic time in units of 100 ns (KeQueryPerformanceCounter). Any IRQL.
    fn time() -> u64;

    /// Lets the thread sleep for about that many microseconds (KeDelayExecutionThread).
    fn delay(irql: &Passive<'_>, microseconds: u32);

    /// Returns when every processor has been at DISPATCH_LEVEL or below since the call. Every interrupt routine that began
    /// before the call has then ended, whatever its message, and so has every DPC that was running.
    ///
    /// In Windows: a DPC of one's own runs on each active processor (KeSetTargetProcessorDpcEx, KeInsertQueueDpc), and
    /// KeFlushQueuedDpcs waits for it. DPCs don't interrupt interrupt routines or each other, so one that runs shows that those
    /// which began there before have ended. A processor that is added during the call has begun none before it.
    fn see_every_processor(irql: &mut Passive<'_>);

    /// Returns when every DPC that was queued before the call has run to its end on every processor
    /// (KeFlushQueuedDpcs).
    fn flush_queued_dpcs(irql: &Passive<'_>);

    /// Allocates zeroed pages (MmAllocatePagesForMdlEx), or none.
    ///
    /// # Safety
    ///
    /// The block is kept until it is freed by [`free_pages`](Self::free_pages), once.
    unsafe fn allocate_pages(irql: &Passive<'_>, pages: usize) -> Option<PageBlock>;

    /// The address by which a device reaches page `index` of the block.
    ///
    /// # Safety
    ///
    /// The block is from [`allocate_pages`](Self::allocate_pages) and has not been freed, and it has such a page.
    unsafe fn page_address(block: &PageBlock, index: usize) -> u64;

    /// Frees a block. PASSIVE_LEVEL.
    ///
    /// # Safety
    ///
    /// The block is from [`allocate_pages`](Self::allocate_pages), is freed once, and neither processor nor device uses it.
    unsafe fn free_pages(block: &PageBlock);

    /// Copies a rectangle from memory that may fault when it is read; a fault is an error, not a crash.
    ///
    /// In Windows: a copy under a structured exception handler. [`RectCopy::run`] does the rest for a kernel that reads in
    /// another way.
    ///
    /// # Errors
    ///
    /// The status of the fault; part of the destination may have been written.
    ///
    /// # Safety
    ///
    /// The destination's rectangle is nonpaged and inside of pages from [`allocate_pages`](Self::allocate_pages), and the
    /// source is part of a presented picture.
    ///
    /// Others may access what is copied to meanwhile, through [`SharedPages`](crate::memory::SharedPages). So an
    /// implementation writes it in a way that the compiler does not see through, such as its own instructions, or with
    /// [`write_shared`].
    unsafe fn copy(irql: &Passive<'_>, copy: &RectCopy) -> Result<(), Status>;

    /// Makes an event that is not set (KeInitializeEvent), or none without memory.
    ///
    /// # Safety
    ///
    /// The event is dropped at DISPATCH_LEVEL or below.
    unsafe fn new_event(irql: &Passive<'_>) -> Option<Self::Event>;

    /// Sets an event (KeSetEvent). At most DISPATCH_LEVEL.
    fn set_event(irql: &impl AtMostDispatch, event: &Self::Event);

    /// Clears an event (KeClearEvent). At most DISPATCH_LEVEL.
    fn clear_event(irql: &impl AtMostDispatch, event: &Self::Event);

    /// Waits until the event is set, at most that many microseconds; says whether it was (KeWaitForSingleObject).
    fn wait_event(irql: &Passive<'_>, event: &Self::Event, microseconds: u32) -> bool;

    /// Keeps the thread from being suspended or ended until [`leave_critical_region`](Self::leave_critical_region), as it has to be
    /// while others may wait for it (KeEnterCriticalRegion). May be nested. A machine without suspension needs nothing.
    ///
    /// # Safety
    ///
    /// The thread leaves it again.
    unsafe fn enter_critical_region(irql: &Passive<'_>) {
        let _ = irql;
    }

    /// Ends what [`enter_critical_region`](Self::enter_critical_region) began (KeLeaveCriticalRegion). PASSIVE_LEVEL.
    ///
    /// # Safety
    ///
    /// This thread is in a critical region of its own.
    unsafe fn leave_critical_region() {}

    /// Raises the IRQL to DISPATCH_LEVEL and takes a spin lock (KeAcquireSpinLockRaiseToDpc); returns the IRQL before. `lock` is a
    /// KSPIN_LOCK: zero while it is free. By default it is taken by spinning, and there is no IRQL to raise, as on a host.
    ///
    /// # Safety
    ///
    /// The IRQL is at most DISPATCH_LEVEL, and this processor releases the lock again.
    unsafe fn acquire_spin_lock(lock: &AtomicUsize) -> u8 {
        while lock.swap(1, Ordering::Acquire) != 0 {
            crate::sync::spin();
        }
        0
    }

    /// Releases a spin lock and returns to an IRQL (KeReleaseSpinLock).
    ///
    /// # Safety
    ///
    /// This processor has the lock from [`acquire_spin_lock`](Self::acquire_spin_lock), which returned `irql`.
    unsafe fn release_spin_lock(lock: &AtomicUsize, irql: u8) {
        let _ = irql;
        lock.store(0, Ordering::Release);
    }

    /// Starts a system thread that calls `routine` with `context` at PASSIVE_LEVEL once (PsCreateSystemThread). None if it can't
    /// be started, which is what this does by default.
    ///
    /// # Safety
    ///
    /// `routine` may be called with `context` on another thread until [`join_thread`](Self::join_thread) has returned.
    unsafe fn start_thread(
        irql: &Passive<'_>,
        routine: unsafe extern "C" fn(*mut c_void),
        context: *mut c_void,
    ) -> Option<NonNull<c_void>> {
        let _ = (irql, routine, context);
        None
    }

    /// Returns when the thread has ended (KeWaitForSingleObject on it), and frees what belongs to it.
    ///
    /// # Safety
    ///
    /// `thread` is from [`start_thread`](Self::start_thread), and is joined once, by another thread.
    unsafe fn join_thread(irql: &Passive<'_>, thread: NonNull<c_void>) {
        let _ = (irql, thread);
    }

    /// Makes a mutex that nobody holds, or none without memory.
    ///
    /// # Safety
    ///
    /// The mutex is dropped at DISPATCH_LEVEL or below.
    unsafe fn new_mutex(irql: &Passive<'_>) -> Option<Self::Mutex>;

    /// Waits for the mutex.
    fn lock_mutex(irql: &Passive<'_>, mutex: &Self::Mutex);

    /// Gives the mutex back.
    ///
    /// # Safety
    ///
    /// The caller holds it.
    unsafe fn unlock_mutex(mutex: &Self::Mutex);
}

/// Reads `to.len()` bytes of pages that others may access meanwhile, for a device that is part of the program.
///
/// # Safety
///
/// `from` is inside of pages from [`Kernel::allocate_pages`], with so many bytes.
pub unsafe fn read_shared(from: NonNull<u8>, to: &mut [u8]) {
    // SAFETY: the caller's promise; pages are whole words.
    unsafe { crate::memory::read_shared(from, to) };
}

/// Writes `length` bytes to pages that others may access meanwhile, for an implementation of [`Kernel::copy`], and for a
/// device that is part of the program.
///
/// # Safety
///
/// `to` is inside of pages from [`Kernel::allocate_pages`], with so many bytes. `from` is valid for reads of so many, which
/// nothing writes meanwhile.
pub unsafe fn write_shared(to: NonNull<u8>, from: *const u8, length: usize) {
    // SAFETY: the caller's promise; pages are whole words.
    unsafe { crate::memory::write_shared(to, from, length) };
}
