//! An event: what a thread waits for and a DPC sets.

use core::mem::ManuallyDrop;

use crate::check::{DISPATCH_LEVEL, PASSIVE_LEVEL, irql_between};
use crate::irql::{AtMostDispatch, Passive};
use crate::kernel::Kernel;
use crate::status::Status;

/// A notification event of the kernel (KEVENT): stays set until it is cleared.
///
/// Take it to wait in a thread for what a DPC finds. An interrupt routine queues a DPC, which sets
/// it.
pub struct Event<K: Kernel>(ManuallyDrop<K::Event>);

impl<K: Kernel> Event<K> {
    /// Makes an event that is not set.
    ///
    /// IRQL: PASSIVE_LEVEL.
    ///
    /// # Errors
    ///
    /// STATUS_INSUFFICIENT_RESOURCES.
    pub fn new(irql: &Passive<'_>) -> Result<Self, Status> {
        // SAFETY: dropped below, which looks at the IRQL.
        let event = unsafe { K::new_event(irql) };
        let event = event.ok_or(Status::INSUFFICIENT_RESOURCES)?;
        Ok(Self(ManuallyDrop::new(event)))
    }

    /// Sets it: threads that wait for it go on.
    ///
    /// IRQL: at most DISPATCH_LEVEL. [Microsoft's
    /// page](https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/nf-wdm-kesetevent).
    pub fn set(&self, irql: &impl AtMostDispatch) {
        K::set_event(irql, &self.0);
    }

    /// Clears it.
    ///
    /// IRQL: at most DISPATCH_LEVEL. [Microsoft's
    /// page](https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/nf-wdm-keclearevent).
    pub fn clear(&self, irql: &impl AtMostDispatch) {
        K::clear_event(irql, &self.0);
    }

    /// Waits until it is set, at most that many microseconds; says whether it was.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's
    /// page](https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/nf-wdm-kewaitforsingleobject).
    pub fn wait(&self, microseconds: u32, irql: &Passive<'_>) -> bool {
        K::wait_event(irql, &self.0, microseconds)
    }
}

impl<K: Kernel> Drop for Event<K> {
    fn drop(&mut self) {
        // Its memory is not freed above DISPATCH_LEVEL: it is left alone there.
        if irql_between::<K>("Event dropped", PASSIVE_LEVEL, DISPATCH_LEVEL) {
            // SAFETY: dropped once, here.
            unsafe { ManuallyDrop::drop(&mut self.0) };
        }
    }
}

impl<K: Kernel> core::fmt::Debug for Event<K> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Event").finish_non_exhaustive()
    }
}
