//! Every interleaving of interrupt routines, closures, DPCs and a stop, on the real code with the model checker's atomics and
//! cells in it (`src/sync.rs`), and an operating system whose locks it knows.
//!
//! RUSTFLAGS="--cfg loom" cargo test -p dirql --release --test loom
#![cfg(loom)]

use std::ffi::c_void;

use dirql::{
    AtDirql, Cause, Connection, Has, InterruptDevice, InterruptResource, Interrupts, MessageMap,
    Notifying, Passive, Place, Prepared, Published, Routine, Silent, Source,
};
use loom::sync::Mutex;
use loom::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use loom::thread;

/// One lock for each of two messages, a DPC that is queued or not, and a count of DPCs that found the device.
struct System {
    locks: [Mutex<()>; 2],
    dpc: AtomicBool,
    served: AtomicU32,
    place: Published<Interrupts<Sources>>,
}

#[derive(Clone, Copy)]
struct Os(&'static System);

// SAFETY: the routine runs once, here, with the message's mutex locked.
unsafe impl Connection for Os {
    unsafe fn synchronize(&self, routine: Routine, context: *mut c_void, message: u32) -> i32 {
        let _held = self.0.locks[message as usize].lock().unwrap();
        // SAFETY: the caller's promise.
        unsafe { routine(context) };
        0
    }

    unsafe fn queue_dpc(&self) {
        self.0.dpc.store(true, Ordering::SeqCst);
    }
}

/// What is read while the device is used and written when it is dropped.
struct Device(loom::cell::UnsafeCell<bool>);

// SAFETY: that accesses are ordered is what the tests are about.
unsafe impl Send for Device {}
// SAFETY: as above.
unsafe impl Sync for Device {}

impl Device {
    fn check(&self) {
        // SAFETY: ordered before the drop, or the model checker stops here.
        assert!(self.0.with(|alive| unsafe { *alive }), "used after drop");
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        // SAFETY: as above.
        self.0.with_mut(|alive| unsafe { *alive = false });
    }
}

impl InterruptDevice for Device {
    type Connection = Os;

    fn acknowledge_line(&self) -> Option<u32> {
        Some(1)
    }
}

macro_rules! source {
    ($Name:ident, $Role:ty, $dpc:literal) => {
        #[derive(Clone, Copy)]
        struct $Name;

        impl Source for $Name {
            type Device = Device;
            type State = u32;
            type Role = $Role;
            const INITIAL: u32 = 0;

            fn interrupt(at: &mut AtDirql<'_, Self>, device: &Device, _: Cause) {
                device.check();
                **at += 1;
                if $dpc {
                    at.queue_dpc();
                }
            }
        }
    };
}

source!(Config, Silent, false);
source!(Control, Notifying, true);

type Sources = (Config, Control);

impl Has<Config> for Sources {
    type Place = Place<0>;
}

impl Has<Control> for Sources {
    type Place = Place<1>;
}

impl System {
    /// A system whose device is started with so many messages.
    fn started(messages: u32) -> &'static Self {
        let system: &'static Self = Box::leak(Box::new(Self {
            locks: [Mutex::new(()), Mutex::new(())],
            dpc: AtomicBool::new(false),
            served: AtomicU32::new(0),
            place: Published::new(),
        }));
        let messages = InterruptResource::Messages(messages.try_into().unwrap());
        let map = MessageMap::new(Some(messages), 2, Some(1)).unwrap();
        // SAFETY: stands for PASSIVE_LEVEL.
        let irql = unsafe { Passive::assume() };
        let prepared = Prepared::<Sources>::new(Os(system), map, &irql).unwrap();
        let device = Device(loom::cell::UnsafeCell::new(true));
        assert!(system.place.publish(prepared.connect(device)).is_ok());
        system
    }

    fn interrupt(&self, message: u32) -> bool {
        let _held = self.locks[message as usize].lock().unwrap();
        // SAFETY: used within the interrupt routine, with the lock held.
        unsafe {
            let found = self.place.in_interrupt();
            found.is_some_and(|interrupts| interrupts.interrupt(message))
        }
    }

    fn run_dpc(&self) {
        if self.dpc.swap(false, Ordering::SeqCst) {
            // SAFETY: the stop waits for it.
            if let Some(interrupts) = unsafe { self.place.get() } {
                interrupts.device.check();
                self.served.fetch_add(1, Ordering::SeqCst);
            }
        }
    }

    /// The barrier: whatever holds a lock has ended.
    fn see_every_processor(&self) {
        for message in &self.locks {
            drop(message.lock().unwrap());
        }
    }

    fn stop(&self) {
        self.place.hide_from_interrupts();
        self.see_every_processor();
        self.run_dpc();
        let hidden = self.place.hide();
        // SAFETY: interrupt routines have ended, and DPCs run on this thread only.
        drop(unsafe { Published::take(hidden) });
    }
}

/// One more in the state of a source, by a closure; what it was then.
fn count<S: Source<State = u32, Device = Device>>(system: &System, source: S) -> u32
where
    Sources: Has<S>,
{
    // SAFETY: stands for a thread at PASSIVE_LEVEL.
    let mut irql = unsafe { Passive::assume() };
    // SAFETY: not used after the stop.
    let interrupts = unsafe { system.place.get() }.expect("started");
    let counted = interrupts.synchronize(source, &mut irql, |at| {
        **at += 1;
        **at
    });
    counted.ok().expect("connected")
}

#[test]
fn g1_one_lock_serves_two_sources_without_a_lost_update() {
    loom::model(|| {
        let system = System::started(1);
        let interrupt = thread::spawn(|| assert!(system.interrupt(0)));
        let closure = thread::spawn(|| count(system, Config));
        count(system, Control);
        interrupt.join().unwrap();
        closure.join().unwrap();
        assert_eq!(count(system, Control), 3);
        assert_eq!(count(system, Config), 3);
    });
}

#[test]
fn g2_each_message_has_its_own_source_and_lock() {
    loom::model(|| {
        let system = System::started(2);
        let control = thread::spawn(|| assert!(system.interrupt(0)));
        let config = thread::spawn(|| assert!(system.interrupt(1)));
        count(system, Config);
        control.join().unwrap();
        config.join().unwrap();
        assert_eq!(count(system, Control), 2);
        assert_eq!(count(system, Config), 3);
    });
}

#[test]
fn g10_a_stop_waits_for_interrupt_routines_and_each_queued_dpc_finds_the_device() {
    loom::model(|| {
        let system = System::started(1);
        let interrupt = thread::spawn(|| system.interrupt(0));
        system.stop();
        let served = interrupt.join().unwrap();
        // G9: what an interrupt routine queued a DPC for is finished within the stop.
        assert!(!system.dpc.load(Ordering::SeqCst));
        assert_eq!(system.served.load(Ordering::SeqCst), u32::from(served));
        assert!(!system.interrupt(0));
    });
}
