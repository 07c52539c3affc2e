//! Interrupt objects: IoConnectInterruptEx, IoDisconnectInterruptEx, KeSynchronizeExecution.
//!
//! One device has its interrupt connected, line-based or message-based. Each interrupt object has a
//! spin lock, held at its IRQL while its routine or a synchronized one runs.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

use port::machine::{InterruptGrant, InterruptSink, Machine, Origin};

use super::{rules, spin};
use crate::abi::*;
use crate::bugcheck::{self, bugcheck};
use crate::cpu::irql::{self, PASSIVE_LEVEL};
use crate::machine::Rig;
use crate::sync::Lock;

/// CONNECT_LINE_BASED.
const LINE_BASED: u32 = 2;
/// CONNECT_MESSAGE_BASED.
const MESSAGE_BASED: u32 = 3;

/// KSERVICE_ROUTINE.
pub type Service = unsafe extern "system" fn(*mut Interrupt, PVOID) -> u8;
/// KMESSAGE_SERVICE_ROUTINE.
pub type MessageService = unsafe extern "system" fn(*mut Interrupt, PVOID, u32) -> u8;

/// IO_CONNECT_INTERRUPT_PARAMETERS for a line: its version, and the members that are used.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct LineParameters {
    version: u32,
    device: *mut DEVICE_OBJECT,
    object: *mut *mut Interrupt,
    routine: Service,
    context: PVOID,
    lock: *mut u64,
}

/// The same for messages.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct MessageParameters {
    version: u32,
    device: *mut DEVICE_OBJECT,
    table: *mut *mut MessageTable,
    routine: MessageService,
    context: PVOID,
    lock: *mut u64,
    synchronize_irql: u8,
    floating_save: u8,
    fall_back: Option<Service>,
}

/// IO_DISCONNECT_INTERRUPT_PARAMETERS.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct DisconnectParameters {
    version: u32,
    context: PVOID,
}

/// IO_INTERRUPT_MESSAGE_INFO, for as many messages as the rig ever grants.
#[derive(Debug)]
#[repr(C)]
pub struct MessageTable {
    unified_irql: u8,
    count: u32,
    entries: [MessageEntry; MOST],
}

const MOST: usize = 16;

/// IO_INTERRUPT_MESSAGE_INFO_ENTRY.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct MessageEntry {
    address: u64,
    processors: u64,
    object: *mut Interrupt,
    data: u32,
    vector: u32,
    irql: u8,
    mode: i32,
    polarity: i32,
}

const _: () = {
    assert!(size_of::<MessageEntry>() == 48);
    assert!(core::mem::offset_of!(MessageTable, entries) == 8);
    assert!(core::mem::offset_of!(MessageParameters, fall_back) == 56);
};

#[derive(Clone, Copy, Debug)]
enum Routine {
    Line(Service),
    Message(MessageService),
}

/// A KINTERRUPT, which drivers know nothing of.
#[derive(Debug)]
pub struct Interrupt {
    lock: u64,
    level: u8,
    message: u32,
    routine: Routine,
    context: PVOID,
    /// Between connecting and disconnecting.
    connected: bool,
}

// SAFETY: read by every processor; the lock is an atomic to them.
unsafe impl Sync for Interrupt {}

/// The device whose interrupt can be connected.
static DEVICE: AtomicPtr<DEVICE_OBJECT> = AtomicPtr::new(core::ptr::null_mut());
static RIG: AtomicPtr<Rig> = AtomicPtr::new(core::ptr::null_mut());
/// The objects of the connected interrupt. Never freed: use after disconnecting is seen.
static OBJECTS: Lock<Vec<u64>> = Lock::new(Vec::new());
/// Interrupts that the driver claimed.
pub static CLAIMED: AtomicU64 = AtomicU64::new(0);
/// Interrupts that it did not.
pub static UNCLAIMED: AtomicU64 = AtomicU64::new(0);
/// Routines that were synchronized.
pub static SYNCHRONIZED: AtomicU64 = AtomicU64::new(0);

/// Says whose interrupt can be connected.
pub fn initialize(rig: &'static Rig, device: *mut DEVICE_OBJECT) {
    RIG.store(core::ptr::from_ref(rig).cast_mut(), Ordering::Release);
    DEVICE.store(device, Ordering::Release);
}

/// Says what was not given back.
pub fn leaks(say: &mut dyn FnMut(core::fmt::Arguments<'_>)) {
    for object in OBJECTS.lock().iter() {
        say(format_args!("a connected interrupt object {object:#x}"));
    }
}

fn violation(export: &'static str, what: &str) -> ! {
    bugcheck(
        bugcheck::DRIVER_VERIFIER_DETECTED_VIOLATION,
        [0; 4],
        format_args!("{export}: {what}"),
    )
}

/// An interrupt of the device, at its IRQL and without a lock.
fn serve(_context: usize, message: u32, _origin: Origin) -> bool {
    let object = OBJECTS.lock().get(message as usize).copied();
    let Some(object) = object.map(|address| address as *mut Interrupt) else {
        return false;
    };
    // SAFETY: interrupt objects are never freed; the routine and its context are the driver's.
    let claimed = unsafe {
        spin::acquire(&raw mut (*object).lock, "an interrupt");
        let claimed = match (*object).routine {
            Routine::Line(routine) => routine(object, (*object).context),
            Routine::Message(routine) => routine(object, (*object).context, (*object).message),
        };
        spin::release(&raw mut (*object).lock, "an interrupt");
        claimed != 0
    };
    let counter = if claimed { &CLAIMED } else { &UNCLAIMED };
    counter.fetch_add(1, Ordering::Relaxed);
    claimed
}

/// IoConnectInterruptEx.
pub extern "system" fn io_connect_interrupt_ex(parameters: *mut u32) -> NTSTATUS {
    const EXPORT: &str = "IoConnectInterruptEx";
    rules::at_most(PASSIVE_LEVEL, EXPORT);
    // SAFETY: the session's machine, for good.
    let Some(rig) = (unsafe { RIG.load(Ordering::Acquire).as_ref() }) else {
        return STATUS_NOT_SUPPORTED;
    };
    // SAFETY: the version comes first.
    let version = unsafe { *parameters };
    let (line, messages) = match rig.grant().interrupts {
        InterruptGrant::None => return STATUS_NOT_FOUND,
        InterruptGrant::Line(one) => (Some(one), Vec::new()),
        InterruptGrant::Messages(all) => (None, all.to_vec()),
    };
    let new = |level, message, routine, context| {
        let object = Box::leak(Box::new(Interrupt {
            lock: 0,
            level,
            message,
            routine,
            context,
            connected: true,
        }));
        core::ptr::from_mut(object)
    };
    // SAFETY: the structure of this version, with its out-parameter.
    let (device, lock) = unsafe {
        match version {
            LINE_BASED => {
                let asked = &*parameters.cast::<LineParameters>();
                (asked.device, asked.lock)
            }
            MESSAGE_BASED => {
                let asked = &*parameters.cast::<MessageParameters>();
                (asked.device, asked.lock)
            }
            _ => violation(
                EXPORT,
                "the rig has the line-based and the message-based version",
            ),
        }
    };
    if device != DEVICE.load(Ordering::Acquire) {
        violation(
            EXPORT,
            "not the physical device object of the started device",
        );
    }
    if !lock.is_null() {
        violation(
            EXPORT,
            "the rig has no interrupt with a lock of the driver's",
        );
    }
    if !OBJECTS.lock().is_empty() {
        violation(EXPORT, "the interrupt is connected");
    }
    // SAFETY: as above.
    unsafe {
        match (version, line) {
            (LINE_BASED, Some(one)) => {
                let asked = &*parameters.cast::<LineParameters>();
                let object = new(one.level, 0, Routine::Line(asked.routine), asked.context);
                asked.object.write(object);
                OBJECTS.lock().push(object as u64);
            }
            (MESSAGE_BASED, Some(one)) => {
                let asked = &*parameters.cast::<MessageParameters>();
                let Some(routine) = asked.fall_back else {
                    return STATUS_NOT_FOUND;
                };
                let object = new(one.level, 0, Routine::Line(routine), asked.context);
                asked.table.cast::<*mut Interrupt>().write(object);
                OBJECTS.lock().push(object as u64);
                parameters.write(LINE_BASED);
            }
            (MESSAGE_BASED, None) => {
                let asked = &*parameters.cast::<MessageParameters>();
                let mut table = Box::new(MessageTable {
                    unified_irql: 0,
                    count: messages.len() as u32,
                    entries: core::mem::zeroed(),
                });
                for (message, (entry, one)) in table.entries.iter_mut().zip(&messages).enumerate() {
                    let routine = Routine::Message(asked.routine);
                    entry.object = new(one.level, message as u32, routine, asked.context);
                    entry.irql = one.level;
                    entry.vector = one.vector;
                    entry.processors = one.affinity;
                    OBJECTS.lock().push(entry.object as u64);
                }
                asked.table.write(Box::leak(table));
            }
            // A device with messages has no line.
            _ => return STATUS_NOT_FOUND,
        }
    }
    let sink = InterruptSink {
        entry: serve,
        context: 0,
    };
    match rig.connect_interrupts(sink) {
        Ok(()) => STATUS_SUCCESS,
        Err(status) => {
            OBJECTS.lock().clear();
            status
        }
    }
}

/// IoDisconnectInterruptEx: no routine runs when it returns.
pub extern "system" fn io_disconnect_interrupt_ex(parameters: *const DisconnectParameters) {
    const EXPORT: &str = "IoDisconnectInterruptEx";
    rules::at_most(PASSIVE_LEVEL, EXPORT);
    // SAFETY: the caller's structure, and what it was given when it connected.
    let first = unsafe {
        let asked = &*parameters;
        match asked.version {
            LINE_BASED => asked.context as u64,
            MESSAGE_BASED => (*asked.context.cast::<MessageTable>()).entries[0].object as u64,
            _ => violation(EXPORT, "no version that was connected"),
        }
    };
    if OBJECTS.lock().first() != Some(&first) {
        violation(EXPORT, "that interrupt is not connected");
    }
    // SAFETY: as in `io_connect_interrupt_ex`, which has succeeded.
    if let Some(rig) = unsafe { RIG.load(Ordering::Acquire).as_ref() } {
        rig.disconnect_interrupts();
    }
    for object in core::mem::take(&mut *OBJECTS.lock()) {
        // SAFETY: interrupt objects are never freed, and nothing else writes this.
        unsafe { (*(object as *mut Interrupt)).connected = false };
    }
}

/// A connected interrupt of the framework's.
#[derive(Clone, Copy, Debug, Default)]
pub struct Connection(Option<(u32, usize)>);

impl Connection {
    /// Connects the interrupt that the device was granted, to the routine for its messages or to
    /// the one for its line.
    ///
    /// # Errors
    /// As [`io_connect_interrupt_ex`].
    pub fn connect(
        device: *mut DEVICE_OBJECT,
        routine: MessageService,
        line: Service,
        context: PVOID,
    ) -> Result<Self, NTSTATUS> {
        let mut received: PVOID = core::ptr::null_mut();
        let mut parameters = MessageParameters {
            version: MESSAGE_BASED,
            device,
            table: (&raw mut received).cast(),
            routine,
            context,
            lock: core::ptr::null_mut(),
            synchronize_irql: 0,
            floating_save: 0,
            fall_back: Some(line),
        };
        let status = io_connect_interrupt_ex((&raw mut parameters).cast());
        if !nt_success(status) {
            return Err(status);
        }
        Ok(Self(Some((parameters.version, received as usize))))
    }

    /// The interrupt object of a message; null if there is none.
    pub fn object(self, message: usize) -> *mut Interrupt {
        match self.0 {
            Some((LINE_BASED, object)) => object as *mut Interrupt,
            // SAFETY: the table that was received, which is never freed.
            Some((_, table)) => unsafe {
                (*(table as *const MessageTable)).entries[message].object
            },
            None => core::ptr::null_mut(),
        }
    }

    /// Disconnects it, if it was connected.
    pub fn disconnect(self) {
        if let Some((version, context)) = self.0 {
            io_disconnect_interrupt_ex(&DisconnectParameters {
                version,
                context: context as PVOID,
            });
        }
    }
}

/// KeSynchronizeExecution.
pub extern "system" fn ke_synchronize_execution(
    object: *mut Interrupt,
    routine: unsafe extern "system" fn(PVOID) -> u8,
    context: PVOID,
) -> u8 {
    const EXPORT: &str = "KeSynchronizeExecution";
    // SAFETY: an interrupt object is never freed. Another pointer is a page fault, or not
    // connected.
    let (level, connected) = unsafe { ((*object).level, (*object).connected) };
    if !connected {
        violation(EXPORT, "the interrupt is not connected");
    }
    rules::at_most(level, EXPORT);
    let old = irql::raise(level);
    // SAFETY: as above; the routine and its context are the driver's.
    let result = unsafe {
        spin::acquire(&raw mut (*object).lock, EXPORT);
        let result = routine(context);
        spin::release(&raw mut (*object).lock, EXPORT);
        result
    };
    irql::lower(old);
    SYNCHRONIZED.fetch_add(1, Ordering::Relaxed);
    result
}
