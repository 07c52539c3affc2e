//! What an interrupt routine collected, handed over in one go.

/// A bounded queue that an interrupt routine fills and a DPC or a thread empties.
///
/// Take it when each item counts: everything is taken at DIRQL and processed at the caller's level. When only the latest
/// value counts, a plain field of the state does. It lives in a source's state and allocates nothing. Any IRQL.
///
/// # Examples
///
/// ```
/// # use dirql::doc::*;
/// # let hosted = hosted();
/// # let interrupts = hosted.interrupts();
/// # hosted.interrupt(0);
/// # hosted.interrupt(0);
/// # dirql::hosted::dispatch(|irql| {
/// // In the interrupt routine: at.finished.push(frame)
/// // In the DPC:
/// let finished = interrupts.synchronize(Control, irql, |at| at.finished.take())?;
/// for frame in &finished {
///     // At DISPATCH_LEVEL, with the lock long released.
/// #   assert!(*frame < 2);
/// }
/// # assert_eq!(finished.len(), 2);
/// # Ok::<(), Refused<_>>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone, Copy)]
pub struct HandOver<T: Copy, const CAPACITY: usize> {
    items: [Option<T>; CAPACITY],
    length: usize,
}

impl<T: Copy, const CAPACITY: usize> HandOver<T, CAPACITY> {
    /// An empty queue.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            items: [None; CAPACITY],
            length: 0,
        }
    }

    /// Adds an item at the end.
    ///
    /// # Errors
    ///
    /// The item, if the queue is full: nothing that was there before is overwritten.
    pub fn push(&mut self, item: T) -> Result<(), T> {
        match self.items.get_mut(self.length) {
            Some(free) => {
                *free = Some(item);
                self.length = self.length.saturating_add(1);
                Ok(())
            }
            None => Err(item),
        }
    }

    /// How many items there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Takes all items out, oldest first.
    #[must_use]
    pub fn take(&mut self) -> Self {
        core::mem::take(self)
    }

    /// The items, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.items.iter().take(self.length).flatten()
    }
}

impl<T: Copy, const CAPACITY: usize> Default for HandOver<T, CAPACITY> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a, T: Copy, const CAPACITY: usize> IntoIterator for &'a HandOver<T, CAPACITY> {
    type Item = &'a T;
    type IntoIter = core::iter::Flatten<core::iter::Take<core::slice::Iter<'a, Option<T>>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter().take(self.length).flatten()
    }
}
