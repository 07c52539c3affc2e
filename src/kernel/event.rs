//! Events, and the mutex made of one.

use wdk_sys::ntddk::{KeClearEvent, KeInitializeEvent, KeSetEvent, KeWaitForSingleObject};
use wdk_sys::{_EVENT_TYPE, _KWAIT_REASON, FALSE, KEVENT, LARGE_INTEGER, STATUS_SUCCESS, TRUE};

use super::{KERNEL_MODE, NonPaged};

/// A notification event.
pub struct Event(NonPaged<KEVENT>);

// SAFETY: kernel dispatcher objects are made to be shared.
unsafe impl Send for Event {}
// SAFETY: as above.
unsafe impl Sync for Event {}

impl Event {
    /// An event that is not set.
    pub(super) fn new() -> Option<Self> {
        Self::of_type(_EVENT_TYPE::NotificationEvent, FALSE as u8)
    }

    fn of_type(kind: _EVENT_TYPE::Type, state: u8) -> Option<Self> {
        let event = NonPaged::<KEVENT>::zeroed()?;
        // SAFETY: nonpaged memory of our own that stays where it is.
        unsafe { KeInitializeEvent(event.as_ptr(), kind, state) };
        Some(Self(event))
    }

    pub(super) fn set(&self) {
        // SAFETY: an initialized event; without Wait at most DISPATCH_LEVEL, which the trait's contract asks for.
        let _ = unsafe { KeSetEvent(self.0.as_ptr(), 0, FALSE as u8) };
    }

    pub(super) fn clear(&self) {
        // SAFETY: an initialized event.
        unsafe { KeClearEvent(self.0.as_ptr()) };
    }

    /// Waits, for ever without a timeout; says whether the event was set.
    pub(super) fn wait(&self, timeout: Option<LARGE_INTEGER>) -> bool {
        let mut timeout = timeout;
        let timeout = timeout
            .as_mut()
            .map_or(core::ptr::null_mut(), core::ptr::from_mut);
        // SAFETY: an initialized event; PASSIVE_LEVEL, as the callers' capability shows.
        let status = unsafe {
            KeWaitForSingleObject(
                self.0.as_ptr().cast(),
                _KWAIT_REASON::Executive,
                KERNEL_MODE,
                FALSE as u8,
                timeout,
            )
        };
        status == STATUS_SUCCESS
    }
}

/// A synchronization event that is set while nobody holds the mutex. Unlike a KMUTEX it is not recursive.
pub struct Mutex(Event);

impl Mutex {
    pub(super) fn new() -> Option<Self> {
        Event::of_type(_EVENT_TYPE::SynchronizationEvent, TRUE as u8).map(Self)
    }

    pub(super) fn lock(&self) {
        // Without a timeout and not alertable, the wait ends only when the event is set.
        while !self.0.wait(None) {}
    }

    pub(super) fn unlock(&self) {
        self.0.set();
    }
}
