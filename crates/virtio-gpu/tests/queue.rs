//! The split virtqueue against a device that follows VIRTIO 1.2, and against one that does not.

mod common;

use common::queue::{NOTHING, Queue, add, buffers, set_up};
use common::{DeviceQueue, Ram, repeat};
use virtio_gpu::Features;
use virtio_gpu::memory::{AccessError, Memory, Segment};
use virtio_gpu::queue::{
    AddError, Buffer, DeviceError, SetupError, Table, Used, VirtQueue, passed, rings_len,
};

#[test]
fn the_device_sees_a_chain_as_it_was_added() {
    let ram = Ram::scattered(1);
    let (mut queue, mut device) = set_up(&ram, 8, NOTHING);
    add(&mut queue, &ram, 2, 1, 7);
    assert_eq!(device.take(&ram), None, "visible before it is published");
    queue.publish(&ram).unwrap();
    let chain = device.take(&ram).unwrap();
    let expected: Vec<Segment> = buffers(2, 1).map(|b| b.unwrap().segment).collect();
    assert_eq!(chain.readable, expected[..2]);
    assert_eq!(chain.writable, expected[2..]);
    assert_eq!(chain.descriptors, 3);
    device.put(&ram, u32::from(chain.head), 16);
    let used = queue.pop(&ram).unwrap();
    assert_eq!(used, Some(Used { token: 7, len: 16 }));
    assert_eq!(queue.pop(&ram).unwrap(), None);
    assert_eq!(queue.free_descriptors(), 8);
}

#[test]
fn an_indirect_chain_takes_one_descriptor_of_the_ring() {
    let ram = Ram::scattered(2);
    let (mut queue, mut device) = set_up(&ram, 8, Features::INDIRECT_DESC);
    let table = Table {
        offset: common::PAGE + 64,
        capacity: 3,
    };
    for (count, descriptors) in [(1, 1), (2, 1), (3, 1), (4, 4)] {
        queue
            .add(&ram, buffers(count - 1, 1), Some(table), 0)
            .unwrap();
        queue.publish(&ram).unwrap();
        let chain = device.take(&ram).unwrap();
        assert_eq!(chain.readable.len() + chain.writable.len(), count);
        assert_eq!(chain.descriptors, descriptors, "chain of {count}");
        device.put(&ram, u32::from(chain.head), 0);
        queue.pop(&ram).unwrap().unwrap();
        assert_eq!(queue.free_descriptors(), 8);
    }
}

#[test]
fn without_the_feature_a_table_is_not_used() {
    let ram = Ram::scattered(2);
    let (mut queue, mut device) = set_up(&ram, 8, NOTHING);
    let table = Table {
        offset: common::PAGE,
        capacity: 8,
    };
    queue.add(&ram, buffers(1, 1), Some(table), 0).unwrap();
    queue.publish(&ram).unwrap();
    assert_eq!(device.take(&ram).unwrap().descriptors, 2);
}

#[test]
fn many_chains_are_published_at_once() {
    let ram = Ram::scattered(1);
    let (mut queue, mut device) = set_up(&ram, 8, NOTHING);
    for token in 0..4 {
        add(&mut queue, &ram, 1, 1, token);
    }
    assert_eq!(device.available(&ram), 0);
    queue.publish(&ram).unwrap();
    assert_eq!(device.available(&ram), 4);
    assert_eq!(queue.outstanding(), 4);
    assert_eq!(std::iter::from_fn(|| device.take(&ram)).count(), 4);
    assert!(!queue.publish(&ram).unwrap(), "a kick for nothing");
}

#[test]
fn a_full_queue_and_a_bad_chain_change_nothing() {
    let ram = Ram::scattered(1);
    let (mut queue, mut device) = set_up(&ram, 4, NOTHING);
    add(&mut queue, &ram, 1, 2, 1);
    let try_add = |queue: &mut Queue, chain: Vec<Result<Buffer, AccessError>>| {
        queue.add(&ram, chain.into_iter(), None, 9)
    };
    assert_eq!(
        try_add(&mut queue, buffers(1, 1).collect()),
        Err(AddError::Full)
    );
    assert_eq!(
        try_add(&mut queue, buffers(5, 0).collect()),
        Err(AddError::TooLong)
    );
    assert_eq!(try_add(&mut queue, vec![]), Err(AddError::BadChain));
    let mut swapped: Vec<_> = buffers(1, 1).collect();
    swapped.reverse();
    assert_eq!(try_add(&mut queue, swapped), Err(AddError::BadChain));
    let mut empty: Vec<_> = buffers(0, 1).collect();
    empty[0].as_mut().unwrap().segment.len = 0;
    assert_eq!(try_add(&mut queue, empty), Err(AddError::BadChain));
    let mut huge: Vec<_> = buffers(2, 0).collect();
    for buffer in huge.iter_mut().flatten() {
        buffer.segment.len = 0x8000_0000;
    }
    assert_eq!(try_add(&mut queue, huge), Err(AddError::BadChain));
    assert_eq!(queue.free_descriptors(), 1);
    queue.publish(&ram).unwrap();
    assert_eq!(device.take(&ram).unwrap().descriptors, 3);
    assert_eq!(device.take(&ram), None);
}

#[test]
fn what_was_not_published_can_be_taken_back() {
    let ram = Ram::scattered(1);
    let (mut queue, mut device) = set_up(&ram, 8, NOTHING);
    add(&mut queue, &ram, 1, 0, 1);
    queue.publish(&ram).unwrap();
    add(&mut queue, &ram, 1, 1, 2);
    add(&mut queue, &ram, 2, 1, 3);
    queue.retract();
    assert_eq!(queue.free_descriptors(), 7);
    add(&mut queue, &ram, 3, 4, 4);
    queue.publish(&ram).unwrap();
    assert_eq!(device.take(&ram).unwrap().descriptors, 1);
    assert_eq!(device.take(&ram).unwrap().descriptors, 7);
    assert_eq!(device.take(&ram), None);
}

/// One chain with two descriptors published, another one added but not published.
fn a_chain_and_a_hidden_one(ram: &Ram) -> (Queue, DeviceQueue) {
    let (mut queue, mut device) = set_up(ram, 8, NOTHING);
    add(&mut queue, ram, 1, 1, 1);
    queue.publish(ram).unwrap();
    assert_eq!(device.take(ram).unwrap().head, 0);
    add(&mut queue, ram, 1, 1, 2);
    (queue, device)
}

#[test]
fn a_used_index_beyond_what_is_outstanding_is_refused() {
    let ram = Ram::scattered(1);
    for lie in [2, 3, 9, 0x8000, 0xffff] {
        let (mut queue, device) = a_chain_and_a_hidden_one(&ram);
        device.set_used_index(&ram, lie);
        assert_eq!(
            queue.pop(&ram),
            Err(DeviceError::UsedIndex {
                index: lie,
                last: 0,
                outstanding: 1
            })
        );
        assert!(queue.request_interrupt(&ram, 1).is_err());
    }
}

#[test]
fn a_used_id_that_the_device_does_not_have_is_refused() {
    let ram = Ram::scattered(1);
    // 1 is inside the chain, 2 is the head of the one not published, 5 is free, the others are no descriptors at all;
    // 0x1_0000 would be 0 if it were cut to 16 bits.
    for id in [1, 2, 5, 8, 15, 16, 0xffff, 0x1_0000, u32::MAX] {
        let (mut queue, mut device) = a_chain_and_a_hidden_one(&ram);
        device.put(&ram, id, 0);
        assert_eq!(queue.pop(&ram), Err(DeviceError::UsedId { id }));
    }
}

#[test]
fn a_chain_cannot_be_used_twice() {
    let ram = Ram::scattered(1);
    let (mut queue, mut device) = set_up(&ram, 8, NOTHING);
    add(&mut queue, &ram, 1, 1, 1);
    add(&mut queue, &ram, 1, 1, 2);
    queue.publish(&ram).unwrap();
    device.put(&ram, 0, 0);
    device.put(&ram, 0, 0);
    assert!(queue.pop(&ram).unwrap().is_some());
    assert_eq!(queue.pop(&ram), Err(DeviceError::UsedId { id: 0 }));
}

#[test]
fn a_used_length_beyond_the_writable_bytes_is_refused() {
    let ram = Ram::scattered(1);
    for (len, ok) in [(0, true), (32, true), (33, false), (u32::MAX, false)] {
        let (mut queue, mut device) = set_up(&ram, 8, NOTHING);
        add(&mut queue, &ram, 3, 2, 1);
        queue.publish(&ram).unwrap();
        device.put(&ram, 0, len);
        let popped = queue.pop(&ram);
        if ok {
            assert_eq!(popped, Ok(Some(Used { token: 1, len })));
        } else {
            let refused = DeviceError::UsedLength {
                id: 0,
                len,
                writable: 32,
            };
            assert_eq!(popped, Err(refused));
        }
    }
}

#[test]
fn a_device_that_scribbles_over_its_input_steers_nothing() {
    let ram = Ram::scattered(1);
    let (mut queue, mut device) = set_up(&ram, 8, NOTHING);
    for round in 0..20 {
        for token in 0..2 {
            add(&mut queue, &ram, 1, 3, token);
        }
        queue.publish(&ram).unwrap();
        let chains = [device.take(&ram).unwrap(), device.take(&ram).unwrap()];
        let all: Vec<_> = chains.iter().map(|c| c.descriptors).collect();
        assert_eq!(all, [4, 4], "round {round}");
        // Descriptors and available ring, all of it but flags and index.
        ram.device_write(device.addresses.descriptors, &[0xff; 128]);
        ram.device_write(device.addresses.driver + 4, &[0xff; 16]);
        for chain in &chains {
            device.put(&ram, u32::from(chain.head), 48);
        }
        for token in 0..2 {
            let used = queue.pop(&ram).unwrap();
            assert_eq!(used, Some(Used { token, len: 48 }));
        }
        assert_eq!(queue.free_descriptors(), 8);
    }
}

#[test]
fn passed_is_what_the_specification_says_for_every_event_index() {
    // By counting: the index went through old+1, .., new, and the event asks for the step that leaves it behind.
    for old in [0u16, 1, 255, 0x7fff, 0xff00, 0xfffe, 0xffff] {
        for step in [0u16, 1, 2, 16, 255, 256, 0x8000, 0xffff] {
            let new = old.wrapping_add(step);
            for event in (0..=u16::MAX).step_by(repeat(1, 4093) as usize) {
                let inside = event.wrapping_sub(old) < step;
                assert_eq!(
                    passed(event, new, old),
                    inside,
                    "event {event}, {old} to {new}"
                );
            }
        }
    }
}

#[test]
fn a_kick_is_due_when_the_available_index_passes_the_devices_event() {
    let ram = Ram::scattered(1);
    for event in [0u16, 1, 2, 3, 4, 0xffff] {
        let (mut queue, device) = set_up(&ram, 8, Features::EVENT_IDX);
        device.set_available_event(&ram, event);
        device.set_no_notify(&ram, true);
        let mut kicks = vec![];
        for count in [1, 2, 1] {
            for _ in 0..count {
                add(&mut queue, &ram, 1, 0, 0);
            }
            kicks.push(queue.publish(&ram).unwrap());
        }
        let expected: Vec<bool> = [0..1, 1..3, 3..4]
            .iter()
            .map(|range: &std::ops::Range<u16>| range.contains(&event))
            .collect();
        assert_eq!(kicks, expected, "event {event}");
    }
}

#[test]
fn without_event_idx_the_flag_alone_decides_about_kicks() {
    let ram = Ram::scattered(1);
    let (mut queue, device) = set_up(&ram, 8, NOTHING);
    device.set_available_event(&ram, 0x1234);
    for quiet in [false, true, false] {
        device.set_no_notify(&ram, quiet);
        add(&mut queue, &ram, 1, 0, 0);
        assert_eq!(queue.publish(&ram).unwrap(), !quiet);
    }
}

#[test]
fn an_interrupt_comes_once_after_as_many_chains_as_asked_for() {
    let ram = Ram::scattered(1);
    for after in 1..=4u16 {
        let (mut queue, mut device) = set_up(&ram, 8, Features::EVENT_IDX);
        for _ in 0..4 {
            add(&mut queue, &ram, 1, 0, 0);
        }
        assert!(!queue.request_interrupt(&ram, after).unwrap());
        queue.publish(&ram).unwrap();
        let interrupts: Vec<bool> =
            std::iter::from_fn(|| device.take(&ram).map(|c| device.finish(&ram, &c, &[])))
                .collect();
        let expected: Vec<bool> = (1..=4).map(|used| used == after).collect();
        assert_eq!(interrupts, expected);
    }
}

#[test]
fn asking_too_late_is_noticed() {
    let ram = Ram::scattered(1);
    for features in [NOTHING, Features::EVENT_IDX] {
        let (mut queue, mut device) = set_up(&ram, 8, features);
        for _ in 0..3 {
            add(&mut queue, &ram, 1, 0, 0);
        }
        queue.publish(&ram).unwrap();
        for used in 1..=3 {
            let chain = device.take(&ram).unwrap();
            assert!(!device.finish(&ram, &chain, &[]), "not asked for");
            queue.suppress_interrupts(&ram).unwrap();
            for after in 1..=3 {
                assert_eq!(queue.request_interrupt(&ram, after).unwrap(), used >= after);
            }
            queue.suppress_interrupts(&ram).unwrap();
        }
    }
}

#[test]
fn suppressed_interrupts_stay_away() {
    let ram = Ram::scattered(1);
    for features in [NOTHING, Features::EVENT_IDX] {
        let (mut queue, mut device) = set_up(&ram, 8, features);
        for _ in 0..repeat(70_000, 50) {
            add(&mut queue, &ram, 1, 0, 0);
            queue.publish(&ram).unwrap();
            let chain = device.take(&ram).unwrap();
            queue.suppress_interrupts(&ram).unwrap();
            assert!(!device.finish(&ram, &chain, &[]));
            queue.pop(&ram).unwrap().unwrap();
        }
    }
}

#[test]
fn sizes_and_places_that_do_not_do_are_refused() {
    let ram = Ram::scattered(2);
    let mut queue = Queue::new();
    for size in [0, 3, 12, 32, 0x8000, 0xffff] {
        assert_eq!(
            queue.configure(&ram, 0, size, NOTHING),
            Err(SetupError::Size { size })
        );
        assert_eq!(queue.size(), 0);
    }
    let refused = queue.configure(&ram, 8, 8, NOTHING);
    assert!(matches!(refused, Err(SetupError::Misaligned { .. })));
    // The descriptors would lie on two pages that are not neighbours.
    let refused = queue.configure(&ram, common::PAGE - 64, 8, NOTHING);
    assert!(matches!(refused, Err(SetupError::Access(_))));
    let refused = queue.configure(&ram, 2 * common::PAGE - 64, 8, NOTHING);
    assert!(matches!(refused, Err(SetupError::Access(_))));
    assert!(queue.configure(&ram, 64, 8, NOTHING).is_ok());
}

#[test]
fn rings_that_begin_at_a_page_need_no_contiguous_pages() {
    for size in [1, 2, 4, 8, 16, 32, 64, 128, 256] {
        let ram = Ram::scattered(rings_len(size).div_ceil(common::PAGE));
        let mut queue = VirtQueue::<256>::new();
        queue.configure(&ram, 0, size, NOTHING).unwrap();
    }
}

#[test]
fn an_unconfigured_queue_refuses_everything() {
    let ram = Ram::scattered(1);
    let mut queue = Queue::new();
    assert!(queue.add(&ram, buffers(1, 0), None, 0).is_err());
    assert_eq!(queue.publish(&ram), Ok(false));
    assert!(matches!(queue.pop(&ram), Err(DeviceError::Access(_))));
    assert!(queue.suppress_interrupts(&ram).is_err());
    let (mut queue, _) = a_chain_and_a_hidden_one(&ram);
    queue.forget();
    assert!(matches!(queue.pop(&ram), Err(DeviceError::Access(_))));
    assert!(queue.add(&ram, buffers(1, 0), None, 0).is_err());
}

#[test]
fn memory_that_goes_away_is_an_error_and_loses_no_descriptor() {
    let ram = Ram::scattered(1);
    let (mut queue, mut device) = set_up(&ram, 8, NOTHING);
    let whole = ram.len();
    for end in (0..rings_len(8)).step_by(2) {
        ram.end.set(end);
        let _ = queue.add(&ram, buffers(1, 1), None, 1);
        queue.retract();
        let _ = queue.pop(&ram);
        ram.end.set(whole);
        assert_eq!(queue.free_descriptors(), 8);
    }
    add(&mut queue, &ram, 4, 4, 2);
    queue.publish(&ram).unwrap();
    assert_eq!(device.take(&ram).unwrap().descriptors, 8);
}
