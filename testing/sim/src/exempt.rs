//! Marks the stretches of a driver thread that belong to the machine or the device and not to the driver, so that the
//! checks on allocations ([`crate::heap`]) don't blame the driver for them.

use std::cell::Cell;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Runs `body` as part of the machine.
pub fn exempt<R>(body: impl FnOnce() -> R) -> R {
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            DEPTH.with(|depth| depth.set(depth.get() - 1));
        }
    }
    DEPTH.with(|depth| depth.set(depth.get() + 1));
    let _leave = Leave;
    body()
}

/// Whether the thread runs such a stretch now.
pub fn is_exempt() -> bool {
    DEPTH.try_with(|depth| depth.get() != 0).unwrap_or(true)
}
