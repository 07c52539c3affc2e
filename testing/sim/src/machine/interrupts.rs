//! Where the device's wires end: a thread for each message, or one for the line, that runs the interrupt at its DIRQL.

use super::processor;
use crate::device::{Device, Wires};
use crate::sync::{Condvar, Guard, Mutex, RwLock};
use port::machine::{InterruptSink, Origin};
use std::sync::{Arc, Weak};
use std::thread;

/// Interrupts in a row after which an asserted line is given up until it changes: a storm, which the port has reported, and
/// Windows would have taken the adapter away.
const STORM: u32 = 10_100;

#[derive(Default)]
struct Pin {
    pending: bool,
    stopped: bool,
}

/// One message, or the line.
struct Input {
    level: u8,
    pin: Mutex<Pin>,
    changed: Condvar,
}

impl Input {
    fn lock(&self) -> Guard<'_, Pin> {
        self.pin.lock()
    }

    fn raise(&self) {
        self.lock().pending = true;
        self.changed.notify_all();
    }

    /// Waits for the next interrupt; false when the machine stops.
    fn wait(&self) -> bool {
        let mut pin = self.lock();
        while !pin.pending && !pin.stopped {
            self.changed.wait(&mut pin);
        }
        pin.pending = false;
        !pin.stopped
    }
}

/// All inputs, and whom they go to.
pub(super) struct Controller {
    inputs: Vec<Arc<Input>>,
    line: bool,
    device: Arc<dyn Device>,
    /// Read-locked while an interrupt runs, so that taking the sink away waits for it.
    sink: RwLock<Option<InterruptSink>>,
}

impl Controller {
    /// The inputs with their threads, connected to nobody.
    pub fn start(levels: &[u8], line: bool, device: Arc<dyn Device>) -> Arc<Self> {
        let input = |level: &u8| {
            Arc::new(Input {
                level: *level,
                pin: Mutex::new(Pin::default()),
                changed: Condvar::new(),
            })
        };
        let inputs: Vec<_> = levels.iter().map(input).collect();
        let controller = Arc::new(Self {
            inputs,
            line,
            device,
            sink: RwLock::new(None),
        });
        for (number, input) in (0_u32..).zip(&controller.inputs) {
            let (input, controller) = (Arc::clone(input), Arc::downgrade(&controller));
            let made = thread::Builder::new()
                .name(format!("interrupt {number}"))
                .spawn(move || run(&controller, &input, number));
            made.expect("the machine needs its threads");
        }
        controller
    }

    /// Runs the interrupt once; `None` if it is not connected.
    fn deliver(&self, level: u8, number: u32, origin: Origin) -> Option<bool> {
        let sink = self.sink.read();
        let sink = sink.as_ref()?;
        Some(processor::at(level, || {
            (sink.entry)(sink.context, number, origin)
        }))
    }

    fn interrupt(&self, input: &Input, number: u32) {
        if !self.line {
            if self.deliver(input.level, number, Origin::Device).is_none() {
                // Masked: it stays pending until it is connected.
                input.lock().pending = false;
            }
            return;
        }
        for _ in 0..STORM {
            if !self.device.line_asserted()
                || self.deliver(input.level, number, Origin::Device).is_none()
            {
                return;
            }
        }
    }

    /// See [`super::Hosted::foreign_interrupt`].
    pub fn foreign(&self) -> bool {
        let Some(input) = self.inputs.first().filter(|_| self.line) else {
            return false;
        };
        self.deliver(input.level, 0, Origin::Foreign)
            .unwrap_or(false)
    }

    /// Connects the interrupts.
    pub fn connect(&self, sink: InterruptSink) {
        *self.sink.write() = Some(sink);
        if self.line {
            self.line_changed();
        } else if !self.inputs.is_empty() {
            self.device.enable_messages(true);
        }
    }

    /// Disconnects them: none runs when this returns.
    pub fn disconnect(&self) {
        if !self.line && !self.inputs.is_empty() {
            self.device.enable_messages(false);
        }
        *self.sink.write() = None;
    }

    /// Returns when the interrupts that ran before have ended.
    pub fn wait(&self) {
        drop(self.sink.write());
    }

    /// Ends the threads.
    pub fn stop(&self) {
        for input in &self.inputs {
            input.lock().stopped = true;
            input.changed.notify_all();
        }
    }
}

fn run(controller: &Weak<Controller>, input: &Input, number: u32) {
    processor::index();
    while input.wait() {
        let Some(controller) = controller.upgrade() else {
            return;
        };
        controller.interrupt(input, number);
    }
}

impl Wires for Controller {
    fn message(&self, index: u32) {
        if let Some(input) = self.inputs.get(index as usize).filter(|_| !self.line) {
            input.raise();
        }
    }

    fn line_changed(&self) {
        if let Some(input) = self.inputs.first().filter(|_| self.line) {
            input.raise();
        }
    }
}
