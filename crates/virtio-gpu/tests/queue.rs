//! The split virtqueue against a device that follows VIRTIO 1.2, and against one that does not.

mod common;

use common::{DeviceQueue, Ram, Random};
use proptest::prelude::*;
use std::collections::VecDeque;
use virtio_gpu::Features;
use virtio_gpu::memory::{AccessError, Memory, Segment};
use virtio_gpu::queue::{
    AddError, Buffer, DeviceError, SetupError, Table, Used, VirtQueue, passed, rings_len,
};

type Queue = VirtQueue<16>;

const NOTHING: Features = Features::empty();

/// A queue of `size` at the start of memory and the device's end of it.
fn set_up(ram: &Ram, size: u16, features: Features) -> (Queue, DeviceQueue) {
    let mut queue = Queue::new();
    let addresses = queue.configure(ram, 0, size, features).unwrap();
    (queue, DeviceQueue::new(addresses, features))
}

/// `readable` buffers of 8 bytes, then `writable` ones of 16, at made-up addresses.
fn buffers(
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

fn add(queue: &mut Queue, ram: &Ram, readable: usize, writable: usize, token: u16) {
    queue
        .add(ram, buffers(readable, writable), None, token)
        .unwrap();
}

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
            for event in 0..=u16::MAX {
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
        for _ in 0..70_000u32 {
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

/// What a step of the model does.
#[derive(Clone, Debug)]
enum Step {
    Add {
        readable: usize,
        writable: usize,
    },
    Publish,
    Retract,
    /// The device uses one of the chains it has.
    Use {
        which: usize,
        len: u32,
    },
    Pop,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..4usize, 0..4usize)
            .prop_map(|(readable, writable)| Step::Add { readable, writable }),
        3 => Just(Step::Publish),
        1 => Just(Step::Retract),
        4 => (any::<usize>(), 0..17u32).prop_map(|(which, len)| Step::Use { which, len }),
        4 => Just(Step::Pop),
    ]
}

/// Runs steps on the queue and on a model of lists, from a given age of the ring indices on.
fn against_the_model(size: u16, indirect: bool, age: u32, steps: &[Step]) {
    let ram = Ram::scattered(2);
    let features = if indirect {
        Features::INDIRECT_DESC
    } else {
        NOTHING
    };
    let (mut queue, mut device) = set_up(&ram, size, features);
    for _ in 0..age {
        add(&mut queue, &ram, 1, 0, 0);
        queue.publish(&ram).unwrap();
        let chain = device.take(&ram).unwrap();
        device.put(&ram, u32::from(chain.head), 0);
        queue.pop(&ram).unwrap().unwrap();
    }
    // The device reads a table when the chain is published; until then no other chain may have it.
    let table = |hidden: usize| Table {
        offset: common::PAGE + 64 * hidden,
        capacity: 4,
    };
    let mut free = size;
    let mut hidden: Vec<(u16, u16)> = vec![];
    let mut published: VecDeque<(u16, u16)> = VecDeque::new();
    let mut with_device: Vec<(common::Chain, u16, u16)> = vec![];
    let mut used: VecDeque<(u16, u16, u32)> = VecDeque::new();
    let mut token = 0u16;
    for step in steps {
        match *step {
            Step::Add { readable, writable } => {
                let count = (readable + writable) as u16;
                let needed = if indirect && count > 1 && count <= 4 {
                    1
                } else {
                    count
                };
                let expected = if count == 0 {
                    Err(AddError::BadChain)
                } else if count > size {
                    Err(AddError::TooLong)
                } else if needed > free {
                    Err(AddError::Full)
                } else {
                    Ok(())
                };
                token = token.wrapping_add(1);
                let place = Some(table(hidden.len()));
                let got = queue.add(&ram, buffers(readable, writable), place, token);
                assert_eq!(got, expected);
                if got.is_ok() {
                    free -= needed;
                    hidden.push((token, needed));
                }
            }
            Step::Publish => {
                assert_eq!(queue.publish(&ram).unwrap(), !hidden.is_empty());
                published.extend(hidden.drain(..));
                while let Some(chain) = device.take(&ram) {
                    let (token, needed) = published.pop_front().expect("a chain out of nowhere");
                    assert_eq!(chain.descriptors, needed);
                    with_device.push((chain, token, needed));
                }
                assert!(published.is_empty(), "the device does not see a chain");
            }
            Step::Retract => {
                queue.retract();
                free += hidden.drain(..).map(|(_, needed)| needed).sum::<u16>();
            }
            Step::Use { which, len } => {
                if !with_device.is_empty() {
                    let (chain, token, needed) = with_device.swap_remove(which % with_device.len());
                    let len = len.min(chain.room() as u32);
                    device.put(&ram, u32::from(chain.head), len);
                    used.push_back((token, needed, len));
                }
            }
            Step::Pop => {
                let expected = used.pop_front().map(|(token, needed, len)| {
                    free += needed;
                    Used { token, len }
                });
                assert_eq!(queue.pop(&ram).unwrap(), expected);
            }
        }
        assert_eq!(queue.free_descriptors(), free);
        assert_eq!(
            usize::from(queue.outstanding()),
            with_device.len() + used.len()
        );
    }
}

proptest! {
    #[test]
    fn the_queue_does_what_a_model_of_lists_does(
        size in prop_oneof![Just(1u16), Just(2), Just(8), Just(16)],
        indirect: bool,
        steps in prop::collection::vec(step(), 1..200),
    ) {
        against_the_model(size, indirect, 0, &steps);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn ring_indices_wrap_around(
        size in prop_oneof![Just(2u16), Just(16)],
        before in 0..40u32,
        steps in prop::collection::vec(step(), 100..300),
    ) {
        against_the_model(size, false, 0x1_0000 - before, &steps);
    }
}

/// The driver sleeps until an interrupt; the device may act between any two of its accesses to memory.
#[test]
fn no_interrupt_is_lost_whenever_the_device_acts() {
    for features in [NOTHING, Features::EVENT_IDX] {
        for seed in 1..300u64 {
            let ram = Ram::scattered(1);
            let (mut queue, device) = set_up(&ram, 8, features);
            let device = std::rc::Rc::new(std::cell::RefCell::new((device, 0u32)));
            let random = std::rc::Rc::new(std::cell::RefCell::new(Random(seed)));
            let act = {
                let device = device.clone();
                move |ram: &Ram| {
                    let mut device = device.borrow_mut();
                    if random.borrow_mut().below(4) == 0
                        && let Some(chain) = device.0.take(ram)
                        && device.0.finish(ram, &chain, &[])
                    {
                        device.1 += 1;
                    }
                }
            };
            let mut random = Random(seed + 1000);
            let mut popped = 0;
            for total in (4..80).step_by(4) {
                ram.set_hook(act.clone());
                for _ in 0..4 {
                    add(&mut queue, &ram, 1, 0, 0);
                }
                if queue.outstanding() == 0 {
                    assert!(
                        !queue
                            .request_interrupt(&ram, 1 + random.below(4) as u16)
                            .unwrap()
                    );
                }
                queue.publish(&ram).unwrap();
                while popped < total {
                    // Asleep: the device runs until it interrupts.
                    ram.clear_hook();
                    while device.borrow().1 == 0 {
                        let mut device = device.borrow_mut();
                        let chain = device.0.take(&ram).unwrap_or_else(|| {
                            panic!("seed {seed}: {popped} of {total} and nothing left to wait for")
                        });
                        if device.0.finish(&ram, &chain, &[]) {
                            device.1 += 1;
                        }
                    }
                    device.borrow_mut().1 = 0;
                    ram.set_hook(act.clone());
                    loop {
                        while queue.pop(&ram).unwrap().is_some() {
                            popped += 1;
                        }
                        let left = u64::from(queue.outstanding());
                        if left == 0
                            || !queue
                                .request_interrupt(&ram, 1 + random.below(left) as u16)
                                .unwrap()
                        {
                            break;
                        }
                    }
                }
            }
        }
    }
}
