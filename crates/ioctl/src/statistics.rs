//! The answer to [`Operation::Statistics`](crate::Operation::Statistics).

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::{Header, MAX_SOURCES};

macro_rules! statistics {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What an adapter has done since it was started.
        ///
        /// What the control source counts is read at one moment, while its interrupt routine can't run: `frames_submitted` is
        /// `frames_completed + frames_failed + frames_outstanding`, always. The other sources' interrupts are read just before.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout)]
        #[repr(C)]
        pub struct Statistics {
            /// The header.
            pub header: Header,
            $($(#[$doc])* pub $name: u64,)*
            /// How often each source's interrupt routine has run, by [`Source`](crate::Source).
            pub source_interrupts: [u64; MAX_SOURCES],
            /// How many interrupts came in on each message (or, at place zero, on the line).
            pub message_interrupts: [u64; MAX_SOURCES],
        }

        impl Statistics {
            /// The plain counters with their names, in order.
            pub fn counters(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($name), self.$name)),*].into_iter()
            }
        }
    };
}

statistics! {
    /// Presents that were handed to the device, or are waiting for room in its queue.
    frames_submitted,
    /// Of those, how many the device has brought to the screen.
    frames_completed,
    /// Of those, how many it has not.
    frames_failed,
    /// Of those, how many have not ended yet.
    frames_outstanding,
    /// Presents that needed no device: nothing to see, or nothing changed.
    frames_skipped,
    /// Presents that had to wait for room in the device's queue and were united with others.
    frames_deferred,
    /// Presents that were refused with an error.
    frames_refused,
    /// Batches of commands handed to the device.
    batches,
    /// Commands in them.
    commands,
    /// How often the device was told of new commands.
    kicks,
    /// How often the operating system was told of progress (DxgkCbNotifyInterrupt).
    notifications,
    /// DPCs that have run.
    dpcs,
    /// Synchronized closures that have run.
    synchronized_calls,
    /// Synchronized closures that the port did not run.
    refused_synchronized_calls,
    /// Interrupts on the control source that found nothing done.
    idle_interrupts,
    /// Interrupts on a shared line that were another device's.
    foreign_interrupts,
    /// Bytes that the device was asked to copy from the frame buffer.
    bytes_transferred,
    /// Bytes that presents copied to the frame buffer.
    dirty_bytes,
    /// Commands that the device refused, and breaches of the protocol.
    device_errors,
    /// Configuration events of the device (its scanouts have changed).
    config_events,
    /// Modes that were set.
    mode_sets,
}
