//! The split virtqueue against a model of lists, also where its indices wrap around, and against a device that acts between
//! any two of the driver's accesses.

mod common;

use common::queue::{NOTHING, add, buffers, set_up};
use common::{Ram, Random, cases, repeat};
use proptest::prelude::*;
use std::collections::VecDeque;
use virtio_gpu::Features;
use virtio_gpu::queue::{AddError, Table, Used};

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
    #![proptest_config(cases(256, 4))]
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
    #![proptest_config(cases(24, 1))]
    #[test]
    #[cfg_attr(miri, ignore = "65,536 chains before the indices wrap take Miri an hour")]
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
        for seed in 1..u64::from(repeat(300, 4)) {
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
