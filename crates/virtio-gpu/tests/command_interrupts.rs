//! One kick and one interrupt for a frame, and none lost whenever and in whichever order the device acts.

mod common;

use common::gpu::{BOTH, NOTHING, PAGES, frame, obey, set_up, take_all};
use common::{Chain, DeviceQueue, Ram, repeat};
use virtio_gpu::Features;
use virtio_gpu::commands::Completed;

#[test]
fn a_frame_is_one_kick_and_one_interrupt() {
    let ram = Ram::scattered(PAGES);
    let (mut queue, mut device) = set_up(&ram, 128, BOTH);
    for frame_number in 0..u64::from(repeat(3000, 20)) {
        let transfers = 1 + frame_number as usize % 16;
        let mut batch = frame(&mut queue, &ram, transfers);
        // The device has seen everything and wants to hear of the next.
        device.set_available_event(&ram, device.seen);
        let submitted = queue.submit(&ram, &mut batch, frame_number).unwrap();
        assert!(submitted.kick);
        let chains = take_all(&mut device, &ram);
        assert_eq!(chains.len(), transfers + 1);
        assert!(chains.iter().all(|chain| chain.descriptors == 1));
        let interrupts = chains
            .iter()
            .filter(|chain| obey(&mut device, &ram, chain))
            .count();
        assert_eq!(interrupts, 1, "frame {frame_number}");
        let done = Completed {
            id: submitted.id,
            tag: frame_number,
            result: Ok(()),
        };
        assert_eq!(queue.poll(&ram), Ok(Some(done)));
        assert_eq!(queue.poll(&ram), Ok(None));
        assert!(queue.is_idle());
        assert_eq!(queue.free_slots(), 64);
    }
}

#[test]
fn with_several_frames_outstanding_the_interrupt_comes_at_the_end_of_each() {
    let ram = Ram::scattered(PAGES);
    let (mut queue, mut device) = set_up(&ram, 128, BOTH);
    let sizes = [3, 2, 7, 1];
    for size in sizes {
        let mut batch = frame(&mut queue, &ram, size - 1);
        let _ = queue.submit(&ram, &mut batch, 0).unwrap();
    }
    let mut used = 0;
    let mut ends = vec![];
    for chain in take_all(&mut device, &ram) {
        used += 1;
        if obey(&mut device, &ram, &chain) {
            ends.push(used);
            assert!(queue.poll(&ram).unwrap().is_some());
            assert_eq!(queue.poll(&ram), Ok(None));
        }
    }
    assert_eq!(ends, [3, 5, 12, 13]);
}

/// Sleeps until an interrupt, with a device that acts between any two accesses of the driver, and in any order.
#[test]
fn every_batch_completes_and_no_interrupt_is_lost() {
    use std::cell::RefCell;
    use std::rc::Rc;
    struct Host {
        device: DeviceQueue,
        chains: Vec<Chain>,
        random: common::Random,
        in_order: bool,
        interrupts: u32,
    }
    impl Host {
        fn act(&mut self, ram: &Ram) -> bool {
            while let Some(chain) = self.device.take(ram) {
                self.chains.push(chain);
            }
            if self.chains.is_empty() {
                return false;
            }
            let which = if self.in_order {
                0
            } else {
                self.random.below(self.chains.len() as u64) as usize
            };
            let chain = self.chains.remove(which);
            self.interrupts += u32::from(obey(&mut self.device, ram, &chain));
            true
        }
    }
    for (features, in_order) in [
        (BOTH, true),
        (BOTH, false),
        (NOTHING, true),
        (NOTHING, false),
    ] {
        for seed in 1..u64::from(repeat(200, 3)) {
            let ram = Ram::scattered(PAGES);
            let (mut queue, device) = set_up(&ram, 32, features);
            let host = Rc::new(RefCell::new(Host {
                device,
                chains: vec![],
                random: common::Random(seed),
                in_order,
                interrupts: 0,
            }));
            let hook = {
                let host = host.clone();
                move |ram: &Ram| {
                    let mut host = host.borrow_mut();
                    if host.random.below(6) == 0 {
                        host.act(ram);
                    }
                }
            };
            ram.set_hook(hook);
            let mut random = common::Random(seed * 77);
            let (mut submitted, mut completed, mut interrupts) = (0, 0, 0);
            while completed < 60 {
                // Up to two frames ahead, as a display driver would be.
                while submitted < 60 && submitted - completed < 2 && random.below(3) != 0 {
                    let mut batch = frame(&mut queue, &ram, random.below(4) as usize);
                    let _ = queue.submit(&ram, &mut batch, submitted).unwrap();
                    submitted += 1;
                }
                if std::mem::take(&mut host.borrow_mut().interrupts) != 0 {
                    interrupts += 1;
                    while let Some(done) = queue.poll(&ram).unwrap() {
                        assert_eq!(done.result, Ok(()));
                        completed += 1;
                    }
                } else if !host.borrow_mut().act(&ram) {
                    assert_eq!(
                        completed, submitted,
                        "seed {seed}, {features:?}: asleep for ever"
                    );
                }
            }
            ram.clear_hook();
            assert!(queue.is_idle());
            if features.contains(Features::EVENT_IDX) && in_order {
                assert!(interrupts <= 60, "more interrupts than batches");
            }
        }
    }
}
