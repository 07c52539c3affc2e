//! What goes on inside the device: its thread, which carries commands out, and its interrupts.

use super::command::{self, Screen};
use super::config::{Bars, ConfigSpace};
use super::counters::Counters;
use super::fault::{Fault, Faults};
use super::lie::Lie;
use super::queue::{Broken, Chain, Queue};
use super::registers::{Effect, NO_VECTOR, QUEUES, Registers, feature, status};
use crate::device::Wires;
use crate::memory::MEMORY;
use crate::sync::{Condvar, Mutex, RwLock};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// In the ISR status: a queue has something.
const ISR_QUEUE: u8 = 1;
/// In the ISR status: the configuration changed.
const ISR_CONFIG: u8 = 2;

/// What the device's thread has to do.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub kicked: [bool; QUEUES],
    pub stop: bool,
}

/// All of the device but its thread. Locks are taken one at a time, except that a queue's is held while a command of it is
/// carried out.
pub(super) struct Shared {
    pub config: Mutex<ConfigSpace>,
    pub registers: Mutex<Registers>,
    pub queues: [Mutex<Option<Queue>>; QUEUES],
    pub screen: Mutex<Screen>,
    pub wires: RwLock<Option<Arc<dyn Wires>>>,
    pub work: Mutex<Work>,
    pub wake: Condvar,
    pub lies: RwLock<Vec<Lie>>,
    pub faults: Faults,
    pub counters: Counters,
    pub vectors: u16,
    pub bars: Bars,
    /// A VGA adapter's, else empty.
    pub frame_buffer: Mutex<Vec<u8>>,
    pub paused: AtomicBool,
}

impl Shared {
    pub fn lies(&self) -> Vec<Lie> {
        self.lies.read().clone()
    }

    pub fn lies_with(&self, lie: Lie) -> bool {
        self.lies.read().contains(&lie)
    }

    pub fn wake_all(&self) {
        self.work.lock().kicked = [true; QUEUES];
        self.wake.notify_all();
    }

    /// The device's thread.
    pub fn run(&self) {
        loop {
            let kicked = {
                let mut work = self.work.lock();
                while !work.stop
                    && (self.paused.load(Ordering::SeqCst) || work.kicked == [false; QUEUES])
                {
                    self.wake.wait(&mut work);
                }
                if work.stop {
                    return;
                }
                std::mem::take(&mut work.kicked)
            };
            for queue in (0..QUEUES).filter(|queue| kicked[*queue]) {
                let mut more = true;
                while more {
                    more = !self.paused.load(Ordering::SeqCst) && self.serve(queue);
                }
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
            let registers = self.registers.lock();
            (registers.running(), registers.accepted)
        };
        // The lock is held for the whole command and its interrupt, so that a reset waits for both: a device that was reset
        // sends nothing (2.4.2).
        let mut queue = self.queues[index].lock();
        let Some(ring) = queue
            .as_mut()
            .filter(|_| running && !lies.contains(&Lie::Gone))
        else {
            return false;
        };
        // Without it the bus lets none of the device's accesses through.
        if !self.config.lock().bus_master() {
            return false;
        }
        match self.step(ring, index, features, lies) {
            Ok(Step::Interrupt) => {
                self.queue_interrupt(index);
                true
            }
            Ok(Step::Silent) => true,
            Ok(Step::Empty) => ring.ask_for_kick(&MEMORY).unwrap_or(false),
            Err(broken) => {
                *queue = None;
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
        let mut response = self.screen.lock().execute(
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
        // Who lies about the ring can't tell from it whether an interrupt is wanted.
        let wanted = ring.wants_interrupt(&MEMORY)?
            || lies.contains(&Lie::InterruptsAlways)
            || lies.contains(&Lie::UsedIndexJumps);
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
    pub fn break_down(&self) {
        self.registers.lock().status |= status::NEEDS_RESET;
        self.config_changed();
    }

    fn queue_interrupt(&self, queue: usize) {
        let vector = self.registers.lock().queues[queue].vector;
        self.send(vector, ISR_QUEUE);
    }

    pub fn config_changed(&self) {
        let vector = self.registers.lock().config_vector;
        self.send(vector, ISR_CONFIG);
    }

    /// Sends a message, or asserts the line.
    pub fn send(&self, vector: u16, isr: u8) {
        if self.lies_with(Lie::InterruptsNever) {
            return;
        }
        let messages = self.config.lock().messages_enabled();
        let wires = self.wires.read();
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
            let mut registers = self.registers.lock();
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
    pub fn follow(&self, effect: Effect) {
        match effect {
            Effect::None => {}
            Effect::Started => {
                if !self.config.lock().bus_master() {
                    let what = "the device was started with bus mastering off";
                    self.faults.add(Fault::Order(what));
                }
            }
            Effect::Reset => {
                for queue in &self.queues {
                    *queue.lock() = None;
                }
                // Once more: a command that was being carried out has ended after the register was written.
                self.registers.lock().reset();
                self.screen.lock().reset();
                self.line_changed();
            }
            Effect::EnableQueue(index) => {
                let (registers, features) = {
                    let registers = self.registers.lock();
                    (registers.queues[index], registers.accepted)
                };
                let places = [registers.descriptors, registers.driver, registers.device];
                let (event_idx, indirect) = (
                    features & feature::EVENT_IDX != 0,
                    features & feature::INDIRECT_DESC != 0,
                );
                *self.queues[index].lock() =
                    Some(Queue::new(registers.size, places, event_idx, indirect));
            }
            Effect::Kick(index) => {
                self.counters.kicks[index].fetch_add(1, Ordering::Relaxed);
                self.work.lock().kicked[index] = true;
                self.wake.notify_all();
            }
            Effect::Line => self.line_changed(),
        }
    }

    pub fn line_changed(&self) {
        if let Some(wires) = self.wires.read().as_ref() {
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
