//! A virtio GPU that exists only as data: PCI function, registers, queues, 2D commands, scanouts, interrupts.
//!
//! It is written from VIRTIO 1.2 and from what QEMU's device does, and shares no code with the driver, so that each checks
//! the other. What the driver must not do is recorded as a [`Fault`]; what the device must not do can be asked for as a
//! [`Lie`]. Register accesses take effect at once, on the thread that makes them; commands are carried out on a thread of
//! the device's own, which reaches guest memory only through [`crate::memory`].

mod command;
mod config;
mod counters;
mod edid;
mod engine;
mod fault;
mod function;
mod lie;
mod queue;
mod registers;
mod resource;
mod scanout;

pub use config::{FRAME_BUFFER, FRAME_BUFFER_LENGTH};
pub use counters::{Figures, VECTORS};
pub use fault::Fault;
pub use lie::Lie;
pub use registers::feature;
pub use resource::Rect;
pub use scanout::{Cursor, Picture, UNFLUSHED};

use crate::sync::{Condvar, Mutex, RwLock};
use command::Screen;
use config::{Bars, ConfigSpace};
use counters::Counters;
use engine::Shared;
use fault::Faults;
use registers::{QUEUES, Registers};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// `VIRTIO_GPU_EVENT_DISPLAY`
const EVENT_DISPLAY: u32 = 1;

/// What the device is like.
#[derive(Clone, Debug)]
pub struct Options {
    /// MSI-X vectors; 0 leaves the line alone.
    pub vectors: u16,
    /// Features offered beside VERSION_1, see [`feature`].
    pub features: u64,
    /// The preferred mode of each scanout.
    pub modes: Vec<(u32, u32)>,
    /// The largest size of the control queue and of the cursor queue.
    pub queue_sizes: [u16; 2],
    /// Whether it is a VGA adapter too (`virtio-vga`), with a frame buffer that firmware has filled.
    pub vga: bool,
    /// What it does wrong, from power-on.
    pub lies: Vec<Lie>,
}

impl Default for Options {
    /// As QEMU's `virtio-gpu-pci`: three vectors, queues of 64 and 16, one scanout of 1280 by 800.
    fn default() -> Self {
        Self {
            vectors: 3,
            features: feature::EDID | feature::EVENT_IDX | feature::INDIRECT_DESC,
            modes: vec![(1280, 800)],
            queue_sizes: [64, 16],
            vga: false,
            lies: Vec::new(),
        }
    }
}

/// The device. Its thread ends when it is dropped.
pub struct Gpu {
    shared: Arc<Shared>,
    worker: Mutex<Option<JoinHandle<()>>>,
}

impl std::fmt::Debug for Gpu {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gpu")
            .field("figures", &self.figures())
            .finish_non_exhaustive()
    }
}

impl Gpu {
    /// Powers a device on.
    ///
    /// # Panics
    ///
    /// When the host can't start a thread.
    pub fn new(options: &Options) -> Arc<Self> {
        let offered = options.features | feature::VERSION_1;
        let scanouts = options.modes.len() as u32;
        let registers = Registers::new(offered, options.queue_sizes, options.vectors, scanouts);
        let bars = if options.vga { Bars::VGA } else { Bars::PCI };
        // What firmware shows: anything but black.
        let frame_buffer = if options.vga {
            vec![0x5A; FRAME_BUFFER_LENGTH as usize]
        } else {
            Vec::new()
        };
        let shared = Arc::new(Shared {
            config: Mutex::new(ConfigSpace::new(options.vectors, bars, &options.lies)),
            registers: Mutex::new(registers),
            queues: [const { Mutex::new(None) }; QUEUES],
            screen: Mutex::new(Screen::new(&options.modes)),
            wires: RwLock::new(None),
            work: Mutex::default(),
            wake: Condvar::new(),
            lies: RwLock::new(options.lies.clone()),
            faults: Faults::default(),
            counters: Counters::default(),
            vectors: options.vectors,
            bars,
            frame_buffer: Mutex::new(frame_buffer),
            paused: AtomicBool::new(false),
        });
        let theirs = Arc::clone(&shared);
        let worker = std::thread::Builder::new()
            .name("virtio-gpu".into())
            .spawn(move || theirs.run());
        let worker = worker.expect("a thread for the device");
        Arc::new(Self {
            shared,
            worker: Mutex::new(Some(worker)),
        })
    }

    /// What it has counted.
    pub fn figures(&self) -> Figures {
        let torn = self
            .shared
            .screen
            .lock()
            .scanouts
            .iter()
            .map(|scanout| scanout.torn)
            .sum();
        Figures {
            torn,
            ..self.shared.counters.figures()
        }
    }

    /// What the driver did wrong.
    pub fn faults(&self) -> Vec<Fault> {
        self.shared.faults.all()
    }

    /// What a monitor shows; none if the scanout is off.
    pub fn picture(&self, scanout: usize) -> Option<Picture> {
        let screen = self.shared.screen.lock();
        screen
            .scanouts
            .get(scanout)
            .filter(|scanout| scanout.resource != 0)
            .map(|scanout| scanout.picture.clone())
    }

    /// The first bytes of a VGA adapter's frame buffer.
    pub fn frame_buffer(&self, length: usize) -> Vec<u8> {
        self.shared
            .frame_buffer
            .lock()
            .iter()
            .take(length)
            .copied()
            .collect()
    }

    /// The pointer of a scanout.
    pub fn cursor(&self, scanout: usize) -> Option<Cursor> {
        self.shared
            .screen
            .lock()
            .scanouts
            .get(scanout)
            .map(|scanout| scanout.cursor.clone())
    }

    /// How many resources there are.
    pub fn resources(&self) -> usize {
        self.shared.screen.lock().resources.len()
    }

    /// `device_status`.
    pub fn status(&self) -> u8 {
        self.shared.registers.lock().status
    }

    /// Begins to lie.
    pub fn lie(&self, lie: Lie) {
        self.shared.lies.write().push(lie);
        if lie == Lie::NeedsReset {
            self.shared.break_down();
        }
    }

    /// Tells the truth again.
    pub fn confess(&self) {
        self.shared.lies.write().clear();
        self.shared.wake_all();
    }

    /// Stops carrying out commands, or goes on.
    pub fn pause(&self, pause: bool) {
        self.shared.paused.store(pause, Ordering::SeqCst);
        self.shared.wake_all();
    }

    /// The host's user makes the window another size, or plugs the monitor in or out.
    pub fn set_monitor(&self, scanout: usize, mode: Option<(u32, u32)>) {
        if let Some(scanout) = self.shared.screen.lock().scanouts.get_mut(scanout) {
            scanout.connected = mode.is_some();
            scanout.preferred = mode.unwrap_or(scanout.preferred);
        }
        {
            let mut registers = self.shared.registers.lock();
            registers.events |= EVENT_DISPLAY;
            registers.generation = registers.generation.wrapping_add(1);
        }
        self.shared.config_changed();
    }

    /// Ends the device's thread. Registers still answer; commands are not carried out any more.
    pub fn power_off(&self) {
        self.shared.work.lock().stop = true;
        self.shared.wake.notify_all();
        if let Some(worker) = self.worker.lock().take() {
            let _ = worker.join();
        }
    }

    /// Sends an interrupt that no queue and no configuration change stands behind.
    pub fn spurious_interrupt(&self, message: u32) {
        self.shared.send(message as u16, 0);
    }
}

impl Drop for Gpu {
    fn drop(&mut self) {
        self.power_off();
    }
}
