//! A control queue and a device that does as it is told.

use super::{Chain, DeviceQueue, PAGE, Ram};
use virtio_gpu::Features;
use virtio_gpu::commands::{Batch, ControlQueue, Place};
use virtio_gpu::protocol::{ResourceFlush, ResponseType, TransferToHost2d};
use virtio_gpu::rect::Rect;

pub const BOTH: Features = Features::EVENT_IDX.union(Features::INDIRECT_DESC);
pub const NOTHING: Features = Features::empty();

/// Two pages of rings, two of slots, and some for lists and answers.
pub const PLACE: Place = Place {
    rings: 0,
    slots: 2 * PAGE,
};
pub const DATA: usize = 4 * PAGE;
pub const PAGES: usize = 8;

pub fn set_up(ram: &Ram, size: u16, features: Features) -> (ControlQueue, DeviceQueue) {
    let mut queue = ControlQueue::new();
    let addresses = queue.configure(ram, &PLACE, size, features).unwrap();
    assert!(!queue.set_interrupts(ram, true).unwrap());
    (queue, DeviceQueue::new(addresses, features))
}

pub const RECT: Rect = Rect {
    x: 1,
    y: 2,
    width: 3,
    height: 4,
};

/// `transfers` transfers and a flush.
pub fn frame(queue: &mut ControlQueue, ram: &Ram, transfers: usize) -> Batch {
    let mut batch = Batch::new();
    queue.reserve(transfers + 1, &mut batch).unwrap();
    for _ in 0..transfers {
        batch
            .push(ram, &TransferToHost2d::new(1, RECT, 64))
            .unwrap();
    }
    batch.push(ram, &ResourceFlush::new(1, RECT)).unwrap();
    batch
}

/// A response header with the request's fence, if it has one.
pub fn header(kind: u32, request: &[u8]) -> Vec<u8> {
    let mut header = vec![0; 24];
    header[..4].copy_from_slice(&kind.to_le_bytes());
    if request[4] & 1 != 0 {
        header[4..16].copy_from_slice(&request[4..16]);
    }
    header
}

pub const OK: u32 = ResponseType::OkNodata as u32;

/// The device does as it is told.
pub fn obey(device: &mut DeviceQueue, ram: &Ram, chain: &Chain) -> bool {
    let response = header(OK, &chain.request(ram));
    device.finish(ram, chain, &response)
}

pub fn take_all(device: &mut DeviceQueue, ram: &Ram) -> Vec<Chain> {
    std::iter::from_fn(|| device.take(ram)).collect()
}
