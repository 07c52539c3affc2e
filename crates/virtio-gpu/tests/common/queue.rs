//! A queue with made-up buffers, and the device's end of it.

use super::{DeviceQueue, Ram};
use virtio_gpu::Features;
use virtio_gpu::memory::{AccessError, Segment};
use virtio_gpu::queue::{Buffer, VirtQueue};

pub type Queue = VirtQueue<16>;

pub const NOTHING: Features = Features::empty();

/// A queue of `size` at the start of memory and the device's end of it.
pub fn set_up(ram: &Ram, size: u16, features: Features) -> (Queue, DeviceQueue) {
    let mut queue = Queue::new();
    let addresses = queue.configure(ram, 0, size, features).unwrap();
    (queue, DeviceQueue::new(addresses, features))
}

/// `readable` buffers of 8 bytes, then `writable` ones of 16, at made-up addresses.
pub fn buffers(
    readable: usize,
    writable: usize,
) -> impl Iterator<Item = Result<Buffer, AccessError>> + Clone {
    (0..readable + writable).map(move |i| {
        let writable = i >= readable;
        Ok(Buffer {
            segment: Segment {
                address: 0x9000_0000 + i as u64 * 0x100,
                len: if writable { 16 } else { 8 },
            },
            writable,
        })
    })
}

pub fn add(queue: &mut Queue, ram: &Ram, readable: usize, writable: usize, token: u16) {
    queue
        .add(ram, buffers(readable, writable), None, token)
        .unwrap();
}
