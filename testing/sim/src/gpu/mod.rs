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
mod fault;
mod lie;
mod queue;
mod registers;
mod resource;
mod scanout;

pub use counters::{Figures, VECTORS};
pub use fault::Fault;
pub use lie::Lie;
pub use registers::feature;
pub use resource::Rect;
pub use scanout::{Cursor, Picture, UNFLUSHED};

use crate::device::{Device, Wires};
use crate::memory::MEMORY;
use command::Screen;
use config::{BAR1, BAR1_LENGTH, BAR4, BAR4_LENGTH, ConfigSpace};
use counters::Counters;
use fault::Faults;
use port::machine::Range;
use queue::{Broken, Chain, Queue};
use registers::{Effect, NO_VECTOR, QUEUES, Registers, status};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::JoinHandle;

/// In the ISR status: a queue has something.
const ISR_QUEUE: u8 = 1;
/// In the ISR status: the configuration changed.
const ISR_CONFIG: u8 = 2;
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
            lies: Vec::new(),
        }
    }
}

/// What the device's thread has to do.
#[derive(Debug, Default)]
struct Work {
    kicked: [bool; QUEUES],
    stop: bool,
}

struct Shared {
    config: Mutex<ConfigSpace>,
    registers: Mutex<Registers>,
    queues: [Mutex<Option<Queue>>; QUEUES],
    screen: Mutex<Screen>,
    wires: RwLock<Option<Arc<dyn Wires>>>,
    work: Mutex<Work>,
    wake: Condvar,
    lies: RwLock<Vec<Lie>>,
    faults: Faults,
    counters: Counters,
    vectors: u16,
    paused: AtomicBool,
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

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
        let shared = Arc::new(Shared {
            config: Mutex::new(ConfigSpace::new(options.vectors, &options.lies)),
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
        let torn = lock(&self.shared.screen)
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
        let screen = lock(&self.shared.screen);
        screen
            .scanouts
            .get(scanout)
            .filter(|scanout| scanout.resource != 0)
            .map(|scanout| scanout.picture.clone())
    }

    /// The pointer of a scanout.
    pub fn cursor(&self, scanout: usize) -> Option<Cursor> {
        lock(&self.shared.screen)
            .scanouts
            .get(scanout)
            .map(|scanout| scanout.cursor.clone())
    }

    /// How many resources there are.
    pub fn resources(&self) -> usize {
        lock(&self.shared.screen).resources.len()
    }

    /// `device_status`.
    pub fn status(&self) -> u8 {
        lock(&self.shared.registers).status
    }

    /// Begins to lie.
    pub fn lie(&self, lie: Lie) {
        self.shared
            .lies
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .push(lie);
        if lie == Lie::NeedsReset {
            self.shared.break_down();
        }
    }

    /// Tells the truth again.
    pub fn confess(&self) {
        self.shared
            .lies
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        self.shared.wake_all();
    }

    /// Stops carrying out commands, or goes on.
    pub fn pause(&self, pause: bool) {
        self.shared.paused.store(pause, Ordering::SeqCst);
        self.shared.wake_all();
    }

    /// The host's user makes the window another size, or plugs the monitor in or out.
    pub fn set_monitor(&self, scanout: usize, mode: Option<(u32, u32)>) {
        if let Some(scanout) = lock(&self.shared.screen).scanouts.get_mut(scanout) {
            scanout.connected = mode.is_some();
            scanout.preferred = mode.unwrap_or(scanout.preferred);
        }
        {
            let mut registers = lock(&self.shared.registers);
            registers.events |= EVENT_DISPLAY;
            registers.generation = registers.generation.wrapping_add(1);
        }
        self.shared.config_changed();
    }

    /// Sends an interrupt that no queue and no configuration change stands behind.
    pub fn spurious_interrupt(&self, message: u32) {
        self.shared.send(message as u16, 0);
    }
}

impl Drop for Gpu {
    fn drop(&mut self) {
        lock(&self.shared.work).stop = true;
        self.shared.wake.notify_all();
        if let Some(worker) = lock(&self.worker).take() {
            let _ = worker.join();
        }
    }
}

impl Shared {
    fn lies(&self) -> Vec<Lie> {
        self.lies
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn lies_with(&self, lie: Lie) -> bool {
        self.lies
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(&lie)
    }

    fn wake_all(&self) {
        lock(&self.work).kicked = [true; QUEUES];
        self.wake.notify_all();
    }

    /// The device's thread.
    fn run(&self) {
        loop {
            let kicked = {
                let mut work = lock(&self.work);
                while !work.stop
                    && (self.paused.load(Ordering::SeqCst) || work.kicked == [false; QUEUES])
                {
                    work = self.wake.wait(work).unwrap_or_else(PoisonError::into_inner);
                }
                if work.stop {
                    return;
                }
                std::mem::take(&mut work.kicked)
            };
            for queue in (0..QUEUES).filter(|queue| kicked[*queue]) {
                while !self.paused.load(Ordering::SeqCst) && self.serve(queue) {}
            }
        }
    }

    /// Carries out one command of a queue; says whether there may be more.
    fn serve(&self, index: usize) -> bool {
        let lies = self.lies();
        let lies = lies.as_slice();
        if lies.contains(&Lie::NeverAnswers) && !lies.contains(&Lie::Gone) {
            return false;
        }
        let (running, features) = {
            let registers = lock(&self.registers);
            (registers.running(), registers.accepted)
        };
        // The lock is held for the whole command, so that a reset waits for its end.
        let mut queue = lock(&self.queues[index]);
        let Some(ring) = queue
            .as_mut()
            .filter(|_| running && !lies.contains(&Lie::Gone))
        else {
            return false;
        };
        if !lock(&self.config).bus_master() {
            self.faults.add(Fault::Order(
                "the device was started with bus mastering off",
            ));
            return false;
        }
        match self.step(ring, index, features, lies) {
            Ok(Step::Interrupt) => {
                drop(queue);
                self.queue_interrupt(index);
                true
            }
            Ok(Step::Silent) => true,
            Ok(Step::Empty) => ring.ask_for_kick(&MEMORY).unwrap_or(false),
            Err(broken) => {
                *queue = None;
                drop(queue);
                if let Broken::Fault(fault) = broken {
                    self.faults.add(fault);
                }
                self.break_down();
                false
            }
        }
    }

    fn step(
        &self,
        ring: &mut Queue,
        index: usize,
        features: u64,
        lies: &[Lie],
    ) -> Result<Step, Broken> {
        let Some(chain) = ring.pop(&MEMORY)? else {
            return Ok(Step::Empty);
        };
        let request = chain.request(&MEMORY)?;
        let edid = features & feature::EDID != 0;
        let mut response = lock(&self.screen).execute(
            index,
            &request,
            edid,
            lies,
            &self.counters,
            &self.faults,
        )?;
        if index == 0 && chain.room() < response.len() as u64 {
            self.faults
                .add(Fault::Command("there is no room for its response"));
        }
        distort(&mut response, lies);
        let written = chain.respond(&MEMORY, &response)?;
        self.give_back(ring, &chain, written, lies)?;
        let wanted = ring.wants_interrupt(&MEMORY)? || lies.contains(&Lie::InterruptsAlways);
        Ok(if wanted && !lies.contains(&Lie::InterruptsNever) {
            Step::Interrupt
        } else {
            Step::Silent
        })
    }

    /// Puts the chain into the used ring, truthfully or not.
    fn give_back(
        &self,
        ring: &mut Queue,
        chain: &Chain,
        written: u32,
        lies: &[Lie],
    ) -> Result<(), Broken> {
        let told = |lie| lies.contains(&lie);
        let id = if told(Lie::UsedIdOutOfRange) {
            u32::from(ring.size) + 7
        } else if told(Lie::UsedIdNotOutstanding) {
            (u32::from(chain.head) + u32::from(ring.size) / 2) % u32::from(ring.size)
        } else {
            u32::from(chain.head)
        };
        let written = if told(Lie::UsedLengthTooLarge) {
            chain.room() as u32 + 1
        } else {
            written
        };
        ring.push(&MEMORY, id, written)?;
        if told(Lie::AnswersTwice) {
            ring.push(&MEMORY, id, written)?;
        }
        if told(Lie::UsedIndexJumps) {
            ring.publish(&MEMORY, ring.size + 5)?;
        }
        Ok(())
    }

    /// The driver has broken the ring, or the device pretends so: nothing goes on until a reset.
    fn break_down(&self) {
        lock(&self.registers).status |= status::NEEDS_RESET;
        self.config_changed();
    }

    fn queue_interrupt(&self, queue: usize) {
        let vector = lock(&self.registers).queues[queue].vector;
        self.send(vector, ISR_QUEUE);
    }

    fn config_changed(&self) {
        let vector = lock(&self.registers).config_vector;
        self.send(vector, ISR_CONFIG);
    }

    /// Sends a message, or asserts the line.
    fn send(&self, vector: u16, isr: u8) {
        if self.lies_with(Lie::InterruptsNever) {
            return;
        }
        let messages = lock(&self.config).messages_enabled();
        let wires = self.wires.read().unwrap_or_else(PoisonError::into_inner);
        if messages {
            if vector != NO_VECTOR
                && let Some(wires) = wires.as_ref()
            {
                if let Some(counter) = self.counters.messages.get(usize::from(vector)) {
                    counter.fetch_add(1, Ordering::Relaxed);
                }
                wires.message(u32::from(vector));
            }
            return;
        }
        let was = {
            let mut registers = lock(&self.registers);
            let was = registers.isr;
            registers.isr |= isr;
            was
        };
        if was == 0 && isr != 0 {
            self.counters
                .line_interrupts
                .fetch_add(1, Ordering::Relaxed);
        }
        if let Some(wires) = wires.as_ref() {
            wires.line_changed();
        }
    }

    /// Does what a register access asked for.
    fn follow(&self, effect: Effect) {
        match effect {
            Effect::None => {}
            Effect::Reset => {
                for queue in &self.queues {
                    *lock(queue) = None;
                }
                lock(&self.screen).reset();
                self.line_changed();
            }
            Effect::EnableQueue(index) => {
                let (registers, features) = {
                    let registers = lock(&self.registers);
                    (registers.queues[index], registers.accepted)
                };
                let places = [registers.descriptors, registers.driver, registers.device];
                let (event_idx, indirect) = (
                    features & feature::EVENT_IDX != 0,
                    features & feature::INDIRECT_DESC != 0,
                );
                *lock(&self.queues[index]) =
                    Some(Queue::new(registers.size, places, event_idx, indirect));
            }
            Effect::Kick(index) => {
                self.counters.kicks[index].fetch_add(1, Ordering::Relaxed);
                lock(&self.work).kicked[index] = true;
                self.wake.notify_all();
            }
            Effect::Line => self.line_changed(),
        }
    }

    fn line_changed(&self) {
        if let Some(wires) = self
            .wires
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
        {
            wires.line_changed();
        }
    }
}

/// What became of a command.
enum Step {
    /// There was none.
    Empty,
    /// It is done, and the driver wants to know.
    Interrupt,
    /// It is done.
    Silent,
}

/// Makes a response a lie.
fn distort(response: &mut Vec<u8>, lies: &[Lie]) {
    let kind = lies.iter().find_map(|lie| match lie {
        // A capset's answer, which no 2D command gets.
        Lie::ResponseType => Some(0x1102_u32),
        Lie::ResponseError => Some(command::code::ERR_UNSPEC),
        _ => None,
    });
    if let Some(kind) = kind {
        response[..4].copy_from_slice(&kind.to_le_bytes());
    }
    if lies.contains(&Lie::ResponseShort) {
        response.truncate(10);
    }
}

impl Device for Gpu {
    fn ranges(&self) -> Vec<Range> {
        let bar1 = Range {
            start: BAR1,
            length: BAR1_LENGTH,
            io_space: false,
            prefetchable: false,
        };
        let bar4 = Range {
            start: BAR4,
            length: BAR4_LENGTH,
            io_space: false,
            prefetchable: true,
        };
        if self.shared.vectors == 0 {
            vec![bar4]
        } else {
            vec![bar1, bar4]
        }
    }

    fn vectors(&self) -> u32 {
        u32::from(self.shared.vectors)
    }

    fn config_read(&self, offset: u32, to: &mut [u8]) -> usize {
        if self.shared.lies_with(Lie::Gone) {
            to.fill(0xFF);
            return to.len();
        }
        lock(&self.shared.config).read(offset, to)
    }

    fn config_write(&self, offset: u32, from: &[u8]) -> usize {
        let written = lock(&self.shared.config).write(offset, from);
        self.shared.line_changed();
        written
    }

    fn read(&self, address: u64, width: usize) -> u64 {
        // The MSI-X table is the bus driver's; nobody looks at what it holds.
        let Some(offset) = address.checked_sub(BAR4) else {
            return 0;
        };
        let lies = self.shared.lies();
        let (value, effect) =
            lock(&self.shared.registers).read(offset, width, &lies, &self.shared.faults);
        self.shared.follow(effect);
        value
    }

    fn write(&self, address: u64, width: usize, value: u64) {
        let Some(offset) = address.checked_sub(BAR4) else {
            return;
        };
        let lies = self.shared.lies();
        let effect =
            lock(&self.shared.registers).write(offset, width, value, &lies, &self.shared.faults);
        self.shared.follow(effect);
    }

    fn enable_messages(&self, enable: bool) {
        lock(&self.shared.config).enable_messages(enable);
    }

    fn line_asserted(&self) -> bool {
        let enabled = lock(&self.shared.config).line_enabled();
        enabled && lock(&self.shared.registers).isr != 0
    }

    fn plug(&self, wires: Arc<dyn Wires>) {
        *self
            .shared
            .wires
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Some(wires);
    }

    fn unplug(&self) {
        *self
            .shared
            .wires
            .write()
            .unwrap_or_else(PoisonError::into_inner) = None;
    }
}
