//! What a DPC needs, where it stays for as long as a DPC may run.

use alloc::alloc::{Layout, alloc};
use alloc::boxed::Box;
use core::ptr::NonNull;

use dirql::{Dispatch, Interrupts, SourceSet};

/// The driver's DPC. It may run on two processors at once, and concurrently with interrupt
/// routines.
pub type Deferred<T> = fn(&Interrupts<T>, &mut Dispatch<'_>);

/// The interrupts of a device and its DPC.
pub(crate) struct Place<T: SourceSet> {
    /// From a box, and freed with this.
    interrupts: NonNull<Interrupts<T>>,
    deferred: Deferred<T>,
}

impl<T: SourceSet> Place<T> {
    /// Puts both where they stay, or none if there is no memory: then the interrupts are dropped.
    pub(crate) fn new(
        interrupts: Box<Interrupts<T>>,
        deferred: Deferred<T>,
    ) -> Option<NonNull<Self>> {
        // SAFETY: the layout is not of size zero.
        let place = NonNull::new(unsafe { alloc(Layout::new::<Self>()) }.cast::<Self>())?;
        let interrupts = NonNull::from(Box::leak(interrupts));
        // SAFETY: allocated with this layout.
        unsafe {
            place.write(Self {
                interrupts,
                deferred,
            });
        }
        Some(place)
    }

    pub(crate) fn interrupts(&self) -> &Interrupts<T> {
        // SAFETY: from a box, and nothing has an exclusive reference to it.
        unsafe { self.interrupts.as_ref() }
    }

    /// What an interrupt routine is told.
    pub(crate) fn address(&self) -> NonNull<Interrupts<T>> {
        self.interrupts
    }

    /// Runs the driver's DPC.
    ///
    /// # Safety
    ///
    /// The processor runs at DISPATCH_LEVEL, in a DPC.
    pub(crate) unsafe fn run(&self) {
        // SAFETY: the caller's promise; the DPC has no other capability.
        let mut irql = unsafe { Dispatch::assume() };
        (self.deferred)(self.interrupts(), &mut irql);
    }

    /// Frees both.
    ///
    /// # Safety
    ///
    /// From [`new`](Self::new), once, and nothing uses either any more. PASSIVE_LEVEL.
    pub(crate) unsafe fn free(place: NonNull<Self>) {
        // SAFETY: allocated by the global allocator with this layout; the caller's promise.
        let place = unsafe { Box::from_raw(place.as_ptr()) };
        // SAFETY: leaked by `new`.
        drop(unsafe { Box::from_raw(place.interrupts.as_ptr()) });
    }
}
