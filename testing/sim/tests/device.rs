//! The device alone, driven by `virtio-gpu`'s transport and command queue: two implementations of VIRTIO 1.2, written
//! apart, have to understand each other, with and without the optional features.

#[path = "common/virtio.rs"]
mod virtio;

use sim::device::{Device, Wires};
use sim::gpu::{Fault, Gpu, Lie, Options, feature};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use virtio::{Bus, Ram};
use virtio_gpu::backing::write_entries;
use virtio_gpu::commands::{Batch, Completed, ControlQueue, Place};
use virtio_gpu::memory::Memory;
use virtio_gpu::pci::Layout;

/// The device answers sooner, however busy the host is.
const PATIENCE: Duration = Duration::from_secs(60);
use virtio_gpu::protocol::{
    Format, GetDisplayInfo, ResourceAttachBacking, ResourceCreate2d, ResourceFlush,
    RespDisplayInfo, SetScanout,
};
use virtio_gpu::rect::Rect;
use virtio_gpu::transport::{NotifyAddress, TransportError};
use virtio_gpu::{CONTROL_QUEUE, Features, Transport};
use zerocopy::FromBytes;

/// Where the response of GET_DISPLAY_INFO goes.
const ANSWER: usize = 0x6000;

/// Where a list of pages goes.
const LIST: usize = 0x7000;

/// What arrived at the machine.
#[derive(Default)]
struct Seen {
    messages: AtomicU32,
    line_changes: AtomicU32,
}

impl Wires for Seen {
    fn message(&self, _: u32) {
        self.messages.fetch_add(1, Ordering::SeqCst);
    }
    fn line_changed(&self) {
        self.line_changes.fetch_add(1, Ordering::SeqCst);
    }
}

struct Driver {
    transport: Transport<Bus>,
    ram: Ram,
    queue: ControlQueue,
    notify: NotifyAddress,
}

fn start(gpu: &Arc<Gpu>) -> Result<Driver, TransportError> {
    let bus = Bus(Arc::clone(gpu));
    let layout = Layout::find(&bus, |bar| match bar {
        1 => Some(0x1000),
        4 => Some(0x4000),
        _ => None,
    })
    .expect("a layout");
    let transport = Transport::new(bus, layout);
    transport.reset(|| false)?;
    let features = transport.negotiate(Features::SUPPORTED)?;
    let size = transport.queue_size(CONTROL_QUEUE, ControlQueue::MAX_SIZE)?;
    let ram = Ram::new(0x10000);
    let mut queue = ControlQueue::new();
    let place = Place {
        rings: 0,
        slots: 0x8000,
    };
    let addresses = queue
        .configure(&ram, &place, size, features)
        .expect("a queue");
    let vector = (gpu.vectors() != 0).then_some(0);
    let notify = transport.enable_queue(CONTROL_QUEUE, &addresses, vector)?;
    transport.driver_ok()?;
    Ok(Driver {
        transport,
        ram,
        queue,
        notify,
    })
}

impl Driver {
    /// Submits a batch and waits for it.
    fn run(&mut self, fill: impl FnOnce(&Ram, &mut Batch)) -> Completed {
        let mut batch = Batch::new();
        self.queue.reserve(4, &mut batch).expect("slots");
        fill(&self.ram, &mut batch);
        let submitted = self.queue.submit(&self.ram, &mut batch, 1).expect("room");
        if submitted.kick {
            self.transport.notify(&self.notify).expect("a register");
        }
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(done) = self.queue.poll(&self.ram).expect("an honest device") {
                return done;
            }
            assert!(Instant::now() < end, "no answer");
            std::thread::yield_now();
        }
    }
}

fn all_features() -> impl Iterator<Item = u64> {
    let optional = [feature::EDID, feature::EVENT_IDX, feature::INDIRECT_DESC];
    (0..8_usize).map(move |set| {
        (0..3)
            .filter(|bit| set >> bit & 1 != 0)
            .map(|bit| optional[bit])
            .sum()
    })
}

#[test]
fn commands_come_back_in_every_combination_of_features() {
    for features in all_features() {
        let gpu = Gpu::new(&Options {
            features,
            modes: vec![(1024, 768)],
            ..Options::default()
        });
        let mut driver = start(&gpu).expect("a start");
        // More than the ring has room for, so that every index wraps.
        for _ in 0..100 {
            let done = driver.run(|ram, batch| {
                batch
                    .push_with_response(ram, &GetDisplayInfo::new(), ANSWER, 408)
                    .expect("room");
            });
            assert_eq!(done.result, Ok(()), "features {features:#x}");
        }
        let mut answer = [0; 408];
        driver.ram.read_bytes(ANSWER, &mut answer).expect("inside");
        let info = RespDisplayInfo::read_from_bytes(&answer).expect("408 bytes");
        let mode = info.pmodes[0].r;
        assert_eq!(
            (
                mode.width.get(),
                mode.height.get(),
                info.pmodes[1].enabled.get()
            ),
            (1024, 768, 0)
        );
        assert_eq!(gpu.faults(), []);
        assert_eq!(gpu.figures().commands[&0x100], 100);
    }
}

#[test]
fn an_error_in_a_batch_is_the_devices_word() {
    let gpu = Gpu::new(&Options::default());
    let mut driver = start(&gpu).expect("a start");
    let all = Rect::of_size(64, 64);
    let bare = driver.run(|ram, batch| {
        batch
            .push(ram, &ResourceCreate2d::new(1, Format::B8G8R8X8, 64, 64))
            .expect("room");
        batch.push(ram, &SetScanout::new(0, 1, all)).expect("room");
    });
    assert!(
        bare.result.is_err(),
        "a resource without backing is not scanned out"
    );
    let good = driver.run(|ram, batch| {
        let page = core::iter::repeat_n(ram.segment(ANSWER, 4096), 4);
        let entries = write_entries(ram, LIST, 64, page).expect("room");
        batch
            .push_with_data(
                ram,
                &ResourceAttachBacking::new(1, entries.entries),
                &entries,
            )
            .expect("room");
        batch.push(ram, &SetScanout::new(0, 1, all)).expect("room");
        batch.push(ram, &ResourceFlush::new(1, all)).expect("room");
    });
    assert_eq!(good.result, Ok(()));
    let picture = gpu.picture(0).expect("shown");
    assert_eq!(
        (
            picture.width,
            picture.pixels.iter().all(|pixel| *pixel == 0)
        ),
        (64, true)
    );
    let bad = driver.run(|ram, batch| {
        batch.push(ram, &ResourceFlush::new(2, all)).expect("room");
    });
    assert!(bad.result.is_err());
    assert_eq!((gpu.figures().errors, gpu.faults()), (2, vec![]));
}

/// What the device does with a driver that asks for no interrupts: nothing, but with EVENT_IDX for the first buffer after a
/// reset.
#[test]
fn the_first_used_buffer_after_a_reset_interrupts_whatever_was_suppressed() {
    for (vectors, features) in [
        (3, feature::EVENT_IDX),
        (3, 0),
        (0, feature::EVENT_IDX),
        (0, 0),
    ] {
        let gpu = Gpu::new(&Options {
            vectors,
            features,
            ..Options::default()
        });
        let seen = Arc::new(Seen::default());
        gpu.plug(seen.clone());
        gpu.enable_messages(vectors != 0);
        for start_number in 1..=2 {
            // Starting resets the device.
            let mut driver = start(&gpu).expect("a start");
            for _ in 0..3 {
                driver.run(ask);
                let end = Instant::now() + PATIENCE;
                let expected = if features == 0 { 0 } else { start_number };
                if vectors == 0 {
                    while gpu.line_asserted() != (features != 0) {
                        assert!(Instant::now() < end, "{features:#x}: the line");
                    }
                } else {
                    while seen.messages.load(Ordering::SeqCst) != expected {
                        assert!(Instant::now() < end, "{features:#x}: messages");
                    }
                }
            }
            if vectors == 0 {
                let status = driver.transport.isr_status().map(|bits| bits.bits());
                assert_eq!(status, Ok(u8::from(features != 0)));
            }
        }
        assert_eq!(gpu.faults(), []);
    }
}

#[test]
fn a_message_comes_when_asked_for_and_the_line_only_without_messages() {
    for (vectors, features) in [
        (3, feature::EVENT_IDX),
        (3, 0),
        (0, feature::EVENT_IDX),
        (0, 0),
    ] {
        let gpu = Gpu::new(&Options {
            vectors,
            features,
            ..Options::default()
        });
        let seen = Arc::new(Seen::default());
        gpu.plug(seen.clone());
        gpu.enable_messages(vectors != 0);
        let mut driver = start(&gpu).expect("a start");
        // The first one may interrupt whatever was asked for.
        driver.run(ask);
        driver.run(ask);
        let before = seen.messages.load(Ordering::SeqCst);
        let _ = driver.transport.isr_status();
        driver.run(ask);
        assert_eq!(
            seen.messages.load(Ordering::SeqCst),
            before,
            "suppressed while polling"
        );
        assert!(!gpu.line_asserted());
        driver
            .queue
            .set_interrupts(&driver.ram, true)
            .expect("honest");
        driver.run(ask);
        let end = Instant::now() + PATIENCE;
        while seen.messages.load(Ordering::SeqCst) == before && !gpu.line_asserted() {
            assert!(Instant::now() < end, "no interrupt");
        }
        assert_eq!(gpu.line_asserted(), vectors == 0);
        if vectors == 0 {
            assert_eq!(driver.transport.isr_status().map(|bits| bits.bits()), Ok(1));
            assert!(!gpu.line_asserted(), "reading the status lets the line go");
        }
        assert_eq!(gpu.faults(), []);
    }
}

fn ask(ram: &Ram, batch: &mut Batch) {
    batch
        .push_with_response(ram, &GetDisplayInfo::new(), ANSWER, 408)
        .expect("room");
}

#[test]
fn memory_that_was_never_given_is_out_of_the_devices_reach() {
    let gpu = Gpu::new(&Options::default());
    let driver = start(&gpu).expect("a start");
    let Driver {
        transport,
        ram,
        notify,
        ..
    } = driver;
    // The rings are gone, and the device is asked to look at them.
    drop(ram);
    transport.notify(&notify).expect("a register");
    let end = Instant::now() + PATIENCE;
    while gpu.status() & 64 == 0 {
        assert!(Instant::now() < end, "the device did not notice");
        std::thread::yield_now();
    }
    assert!(!sim::memory::MEMORY.take_faults().is_empty());
}

#[test]
fn a_kick_before_the_driver_is_ready_is_a_fault() {
    let gpu = Gpu::new(&Options::default());
    let driver = start(&gpu).expect("a start");
    driver.transport.reset(|| false).expect("a reset");
    driver.transport.notify(&driver.notify).expect("a register");
    assert_eq!(gpu.faults(), [Fault::Notify(0)]);
}

#[test]
fn lies_about_registers_are_told() {
    let refused = [
        Lie::QueueSize(0),
        Lie::QueueSize(3),
        Lie::QueueSize(0xFFFF),
        Lie::NumQueues(0),
        Lie::NotifyOutside,
        Lie::VectorRefused,
        Lie::QueueEnableIgnored,
        Lie::FeaturesOkRefused,
        Lie::Version1Missing,
        Lie::NeedsReset,
        Lie::ResetNeverEnds,
    ];
    for lie in refused {
        let gpu = Gpu::new(&Options {
            lies: vec![lie],
            ..Options::default()
        });
        assert!(start(&gpu).is_err(), "{lie:?}");
    }
}
