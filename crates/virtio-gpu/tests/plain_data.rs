//! What may live in state that is shared with an interrupt service routine: no drop glue, no borrow, small enough.

use virtio_gpu::commands::{Batch, Completed, ControlQueue, CursorQueue};
use virtio_gpu::queue::VirtQueue;
use virtio_gpu::transport::NotifyAddress;

const fn plain<T: Send + Sync + 'static>() -> usize {
    assert!(!std::mem::needs_drop::<T>());
    size_of::<T>()
}

#[test]
fn queues_are_plain_data_of_a_few_kilobytes() {
    const { assert!(plain::<ControlQueue>() <= 4096) };
    const { assert!(plain::<CursorQueue>() <= 1536) };
    const { assert!(plain::<Batch>() <= 1024) };
    const { assert!(plain::<VirtQueue<256>>() <= 256 * 12 + 64) };
    const { assert!(plain::<Completed>() <= 64) };
    const { assert!(plain::<NotifyAddress>() <= 24) };
}

#[test]
fn an_empty_queue_is_a_constant() {
    const CONTROL: ControlQueue = ControlQueue::new();
    assert!(CONTROL.is_idle());
}
