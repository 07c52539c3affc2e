//! The device's registers: the order of start-up, and what a register must not answer.

mod common;

use common::registers::{LAYOUT, device, state, transport};
use virtio_gpu::queue::Addresses;
use virtio_gpu::transport::{DeviceStatus, EVENT_DISPLAY, IsrStatus, TransportError};
use virtio_gpu::{Features, Transport};

const ADDRESSES: Addresses = Addresses {
    size: 64,
    descriptors: 0x1_2345_6000,
    driver: 0x2_0000_0400,
    device: 0x3_0000_0600,
};

#[test]
fn a_device_is_started_in_the_order_of_the_specification() {
    let transport = transport(|s| s.status = 0x0f);
    transport.reset(|| true).unwrap();
    let features = transport.negotiate(Features::SUPPORTED).unwrap();
    assert_eq!(
        features,
        Features::EDID | Features::INDIRECT_DESC | Features::EVENT_IDX | Features::VERSION_1
    );
    assert_eq!(state(&transport).accepted, features.bits());
    transport.set_config_vector(Some(0)).unwrap();
    assert_eq!(transport.queue_size(0, 64), Ok(64));
    assert_eq!(transport.queue_size(1, 64), Ok(16));
    let control = transport.enable_queue(0, &ADDRESSES, Some(1)).unwrap();
    let cursor = transport
        .enable_queue(
            1,
            &Addresses {
                size: 8,
                ..ADDRESSES
            },
            Some(2),
        )
        .unwrap();
    transport.driver_ok().unwrap();
    assert_eq!(transport.status().unwrap().bits(), 0x0f);
    let statuses: Vec<u32> = state(&transport)
        .writes
        .iter()
        .filter(|(offset, _)| *offset == 0x14)
        .map(|(_, value)| *value)
        .collect();
    assert_eq!(statuses, [0, 1, 3, 0xb, 0xf]);
    let queue = state(&transport).queues[0].clone();
    assert_eq!((queue.size, queue.vector, queue.enable), (64, 1, 1));
    assert_eq!(
        queue.addresses,
        [0x2345_6000, 1, 0x400, 2, 0x600, 3],
        "low and high halves"
    );
    // Enabled last, when everything else is in place.
    let last = state(&transport)
        .writes
        .iter()
        .rposition(|(offset, _)| *offset == 0x34);
    let enabled = state(&transport)
        .writes
        .iter()
        .rposition(|(offset, _)| *offset == 0x1c);
    assert!(last < enabled);
    transport.notify(&control).unwrap();
    transport.notify(&cursor).unwrap();
    assert_eq!(state(&transport).notified, [(0x3000, 0), (0x3004, 1)]);
}

#[test]
fn a_reset_is_waited_for_but_not_for_ever() {
    let slow = transport(|s| s.reset_takes = 5);
    let mut looks = 0;
    slow.reset(|| {
        looks += 1;
        true
    })
    .unwrap();
    assert_eq!(looks, 5);
    let stuck = transport(|s| s.reset_takes = u32::MAX);
    let mut patience = 10;
    let error = stuck.reset(|| {
        patience -= 1;
        patience > 0
    });
    assert_eq!(error, Err(TransportError::ResetTimeout { status: 0x0f }));
    assert_eq!(patience, 0);
}

#[test]
fn a_device_that_is_gone_is_noticed() {
    let gone = transport(|s| s.gone = true);
    assert_eq!(gone.reset(|| true), Err(TransportError::Gone));
    assert_eq!(gone.status(), Err(TransportError::Gone));
    assert_eq!(
        gone.negotiate(Features::SUPPORTED),
        Err(TransportError::Gone)
    );
    assert!(gone.queue_size(0, 64).is_err());
    assert!(gone.num_scanouts().is_err());
}

#[test]
fn features_are_accepted_only_if_offered_wanted_and_understood() {
    let offered = Features::all();
    let everything = transport(|s| s.features = offered.bits());
    let accepted = everything.negotiate(Features::all()).unwrap();
    assert_eq!(accepted, Features::SUPPORTED);
    assert!(!accepted.contains(Features::RING_PACKED));
    let plain = transport(|s| s.features = 1 << 32);
    assert_eq!(
        plain.negotiate(Features::SUPPORTED),
        Ok(Features::VERSION_1)
    );
    let modest = transport(|_| {});
    assert_eq!(modest.negotiate(Features::empty()), Ok(Features::VERSION_1));
}

#[test]
fn a_legacy_device_and_one_that_changes_its_mind_are_refused() {
    let legacy = transport(|s| s.features = 0xffff_ffff);
    assert_eq!(
        legacy.negotiate(Features::SUPPORTED),
        Err(TransportError::FeaturesMissing {
            offered: Features::from_bits_retain(0xffff_ffff),
            missing: Features::VERSION_1
        })
    );
    let fickle = transport(|s| s.refuses_features = true);
    assert!(matches!(
        fickle.negotiate(Features::SUPPORTED),
        Err(TransportError::FeaturesRefused { .. })
    ));
}

#[test]
fn a_device_that_needs_a_reset_is_not_started() {
    let broken = transport(|s| s.needs_reset = true);
    assert_eq!(
        broken.driver_ok(),
        Err(TransportError::BadStatus { status: 0x44 })
    );
    let transport = transport(|_| {});
    transport.fail().unwrap();
    assert!(transport.status().unwrap().contains(DeviceStatus::FAILED));
}

#[test]
fn queue_sizes_that_cannot_be_are_refused() {
    for (size, expected) in [
        (0u16, Err(TransportError::NoQueue { queue: 0 })),
        (1, Ok(1)),
        (64, Ok(64)),
        (128, Ok(64)),
        (0x8000, Ok(64)),
    ] {
        let transport = transport(|s| s.queues[0].size = size);
        assert_eq!(transport.queue_size(0, 64), expected);
    }
    for size in [3, 63, 65, 0x8001, 0xc000, 0xffff] {
        let transport = transport(|s| s.queues[0].size = size);
        assert_eq!(
            transport.queue_size(0, 64),
            Err(TransportError::QueueSize { queue: 0, size })
        );
    }
    // Registers for it or not: the device says how many queues it has.
    let few = transport(|s| s.num_queues = 1);
    assert_eq!(
        few.queue_size(1, 64),
        Err(TransportError::NoQueue { queue: 1 })
    );
    let transport = transport(|s| s.queues[1].enable = 1);
    assert_eq!(
        transport.queue_size(1, 64),
        Err(TransportError::QueueEnable {
            queue: 1,
            enable: 1
        })
    );
}

#[test]
fn a_queue_the_device_does_not_take_is_an_error() {
    let stubborn = transport(|s| s.fixed_size = true);
    assert_eq!(
        stubborn.enable_queue(0, &ADDRESSES, None),
        Err(TransportError::QueueSize {
            queue: 0,
            size: 256
        })
    );
    let lazy = transport(|s| s.never_enables = true);
    assert_eq!(
        lazy.enable_queue(0, &ADDRESSES, None),
        Err(TransportError::QueueEnable {
            queue: 0,
            enable: 0
        })
    );
}

#[test]
fn a_vector_the_device_does_not_take_is_an_error() {
    let few = transport(|s| s.vectors = 1);
    assert_eq!(few.set_config_vector(Some(0)), Ok(()));
    assert_eq!(
        few.set_config_vector(Some(1)),
        Err(TransportError::Vector {
            queue: None,
            wanted: 1,
            got: 0xffff
        })
    );
    assert_eq!(
        few.enable_queue(1, &ADDRESSES, Some(2)),
        Err(TransportError::Vector {
            queue: Some(1),
            wanted: 2,
            got: 0xffff
        })
    );
    assert_eq!(
        state(&few).queues[1].enable,
        0,
        "not enabled without its vector"
    );
    assert!(few.set_config_vector(Some(0xffff)).is_err());
    assert_eq!(few.set_config_vector(None), Ok(()));
    assert!(few.enable_queue(0, &ADDRESSES, None).is_ok());
}

#[test]
fn a_notification_address_outside_its_structure_is_refused() {
    for (notify_off, length, multiplier, ok) in [
        (0u16, 2u32, 4u32, true),
        (0, 1, 0, false),
        (9, 2, 0, true),
        (1, 6, 4, true),
        (1, 5, 4, false),
        (0x3ff, 0x1000, 4, true),
        (0x400, 0x1000, 4, false),
        (0xffff, 0x1000, 0x8000_0000, false),
        (2, 0x1000, 0x8000_0000, false),
    ] {
        let device = device();
        device.0.borrow_mut().queues[0].notify_off = notify_off;
        let mut layout = LAYOUT;
        layout.notify.length = length;
        layout.notify_off_multiplier = multiplier;
        let transport = Transport::new(device, layout);
        let enabled = transport.enable_queue(0, &ADDRESSES, None);
        if ok {
            transport.notify(&enabled.unwrap()).unwrap();
            let expected = 0x3000 + usize::from(notify_off) * multiplier as usize;
            assert_eq!(state(&transport).notified, [(expected, 0)]);
        } else {
            assert_eq!(
                enabled,
                Err(TransportError::NotifyOffset {
                    queue: 0,
                    notify_off,
                    length
                })
            );
        }
    }
}

#[test]
fn the_configuration_is_read_whole_or_not_at_all() {
    let steady = transport(|s| s.events = 1);
    assert_eq!(
        (steady.events(), steady.num_scanouts()),
        (Ok(EVENT_DISPLAY), Ok(1))
    );
    // Each look at the generation changes it, and num_scanouts between 1 and 16, for a while.
    for changes in 1..10 {
        let busy = transport(|s| s.generation_changes = changes);
        let read = busy.num_scanouts().unwrap();
        assert_eq!(read, state(&busy).num_scanouts);
    }
    let never = transport(|s| s.generation_changes = u32::MAX);
    assert_eq!(never.num_scanouts(), Err(TransportError::ConfigUnstable));
}

#[test]
fn the_number_of_scanouts_is_checked() {
    for num in [0, 17, u32::MAX] {
        let transport = transport(|s| s.num_scanouts = num);
        assert_eq!(
            transport.num_scanouts(),
            Err(TransportError::NumScanouts(num))
        );
    }
    for num in [1, 16] {
        let transport = transport(|s| s.num_scanouts = num);
        assert_eq!(transport.num_scanouts(), Ok(num));
    }
}

#[test]
fn events_and_interrupt_status_are_cleared_as_the_device_wants() {
    let transport = transport(|s| {
        s.events = 3;
        s.isr = 3;
    });
    transport.clear_events(EVENT_DISPLAY).unwrap();
    assert_eq!(transport.events(), Ok(2));
    assert_eq!(
        transport.isr_status().unwrap(),
        IsrStatus::QUEUE_INTERRUPT | IsrStatus::DEVICE_CONFIGURATION_INTERRUPT
    );
    assert_eq!(transport.isr_status().unwrap(), IsrStatus::empty());
}
