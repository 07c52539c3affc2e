//! The adapter's interrupts: granting messages or the line, programming them, and handing each to the port.

use alloc::vec::Vec;
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use pci_types::capability::MultipleMessageSupport;
use pci_types::{CommandRegister, EndpointHeader, PciAddress, PciHeader};
use port::machine::{Interrupt, InterruptSink, Origin};

use super::pci::{self, Config};
use super::{apic, intx, neighbour};
use crate::bugcheck;
use crate::cpu::{idle, percpu};
use crate::memory::blocks;
use crate::sync::Lock;

/// What was granted.
#[derive(Clone, Debug)]
pub enum Grant {
    /// Nothing: the adapter has neither messages nor a pin.
    None,
    /// The line with this global system interrupt.
    Line(u32, Interrupt),
    /// Messages, in order.
    Messages(Vec<Interrupt>),
}

/// The lowest IRQL of a message; further ones get the next, so that one interrupts the other.
const FIRST_LEVEL: u8 = 5;
/// Levels that messages are spread over: 5 to 11.
const LEVELS: u8 = 7;
/// Level of the line.
const LINE_LEVEL: u8 = 9;
/// Low half of the vectors of the adapter.
const LOW: u8 = 0x8;
/// Unclaimed line interrupts in a row after which Windows, too, gives up on the device.
const MOST_UNCLAIMED: u32 = 10_000;

/// Most messages that are ever granted.
const MOST_MESSAGES: usize = 16;

/// How many interrupts each message brought.
pub static COUNTS: [AtomicU64; MOST_MESSAGES] = [const { AtomicU64::new(0) }; MOST_MESSAGES];
/// Line interrupts that nobody claimed.
pub static UNCLAIMED: AtomicU64 = AtomicU64::new(0);
static UNCLAIMED_IN_A_ROW: AtomicU32 = AtomicU32::new(0);
/// Processors that are in the sink now.
static INSIDE: AtomicU32 = AtomicU32::new(0);

struct Connection {
    sink: InterruptSink,
    address: PciAddress,
    vectors: Vec<u8>,
    /// Where each message goes.
    destinations: Vec<u8>,
    line: Option<u32>,
}

static CONNECTION: Lock<Option<Connection>> = Lock::new(None);

/// Decides what the adapter at `address` gets: at most `limit` messages, the line if `limit` is 0 or it has neither MSI-X nor
/// MSI, nothing if it has no pin either.
///
/// # Errors
/// Text, for a line whose wiring is not known.
pub fn grant(address: PciAddress, limit: u32) -> Result<Grant, &'static str> {
    // Of MSI one message is used.
    let msi = usize::from(pci::msi(address).is_some());
    let count = pci::msix(address).map_or(msi, |msix| usize::from(msix.table_size()));
    let count = count.min(limit as usize).min(MOST_MESSAGES);
    if count == 0 {
        if !intx::has_pin(address) {
            return Ok(Grant::None);
        }
        let processor = percpu::count() - 1;
        return Ok(Grant::Line(
            intx::line(address)?,
            Interrupt {
                level: LINE_LEVEL,
                vector: u32::from(LINE_LEVEL << 4 | LOW),
                affinity: 1 << processor,
            },
        ));
    }
    Ok(Grant::Messages(
        (0..count as u8)
            .map(|message| {
                let level = FIRST_LEVEL + message % LEVELS;
                Interrupt {
                    level,
                    vector: u32::from(level << 4 | (LOW + message / LEVELS)),
                    // From the second processor on: the first runs the program thread most of the time.
                    affinity: 1 << ((u32::from(message) + 1) % percpu::count()),
                }
            })
            .collect(),
    ))
}

fn apic_id(interrupt: &Interrupt) -> u8 {
    percpu::get(interrupt.affinity.trailing_zeros()).map_or(0, |processor| processor.apic_id)
}

/// What the PCI bus driver does before a driver starts: decoding and bus mastering on.
pub fn enable_function(address: PciAddress) {
    if let Some(mut endpoint) = EndpointHeader::from_header(PciHeader::new(address), Config) {
        endpoint.update_command(Config, |command| {
            command
                | CommandRegister::MEMORY_ENABLE
                | CommandRegister::IO_ENABLE
                | CommandRegister::BUS_MASTER_ENABLE
        });
    }
}

/// Programs the interrupts and sends them to `sink` from now on. PASSIVE_LEVEL.
///
/// # Errors
/// Text, when the adapter has no table of messages after all.
pub fn connect(
    address: PciAddress,
    grant: &Grant,
    sink: InterruptSink,
) -> Result<(), &'static str> {
    let (all, line) = match grant {
        Grant::None => return Ok(()),
        Grant::Line(line, interrupt) => (core::slice::from_ref(interrupt), Some(*line)),
        Grant::Messages(all) => (all.as_slice(), None),
    };
    let vectors = all.iter().map(|one| one.vector as u8).collect();
    let destinations = all.iter().map(apic_id).collect();
    if let Some(line) = line {
        neighbour::find(address, line);
    }
    *CONNECTION.lock() = Some(Connection {
        sink,
        address,
        vectors,
        destinations,
        line,
    });
    match grant {
        Grant::None => {}
        Grant::Line(line, interrupt) => {
            intx::connect(*line, apic_id(interrupt), interrupt.vector as u8)
        }
        Grant::Messages(all) => {
            let Some(mut msix) = pci::msix(address) else {
                return connect_msi(address, all);
            };
            let bar = pci::memory_bar(address, msix.table_bar())
                .ok_or("the MSI-X table has no memory")?;
            msix.set_function_mask(true, Config);
            msix.set_enabled(true, Config);
            let size = usize::from(msix.table_size()) * 16;
            let table = blocks::map_device(bar + u64::from(msix.table_offset()), size);
            for entry in 0..usize::from(msix.table_size()) {
                let words: [u32; 4] = match all.get(entry) {
                    Some(one) => [
                        0xFEE0_0000 | u32::from(apic_id(one)) << 12,
                        0,
                        one.vector,
                        0,
                    ],
                    None => [0, 0, 0, 1],
                };
                for (word, value) in words.into_iter().enumerate() {
                    let place = (table.as_u64() as usize + entry * 16 + word * 4) as *mut u32;
                    // SAFETY: the table was just mapped with this size.
                    unsafe { place.write_volatile(value) };
                }
            }
            blocks::unmap_device(table, size);
            msix.set_function_mask(false, Config);
        }
    }
    Ok(())
}

/// Programs the one message of an adapter without MSI-X.
fn connect_msi(address: PciAddress, all: &[Interrupt]) -> Result<(), &'static str> {
    let msi = pci::msi(address).ok_or("the adapter has neither MSI-X nor MSI")?;
    let [one] = all else {
        return Err("of MSI the rig has one message");
    };
    let place = 0xFEE0_0000 | u64::from(apic_id(one)) << 12;
    msi.set_message_info(place, one.vector, Config);
    msi.set_multiple_message_enable(MultipleMessageSupport::Int1, Config);
    msi.set_enabled(true, Config);
    Ok(())
}

/// Turns the interrupts off; none is being served when it returns. PASSIVE_LEVEL.
pub fn disconnect() {
    let Some(connection) = CONNECTION.lock().take() else {
        return;
    };
    match connection.line {
        Some(line) => intx::disconnect(line),
        None => {
            if let Some(mut msix) = pci::msix(connection.address) {
                msix.set_enabled(false, Config);
            } else if let Some(msi) = pci::msi(connection.address) {
                msi.set_enabled(false, Config);
            }
        }
    }
    idle::wait(None, || INSIDE.load(Ordering::SeqCst) == 0);
}

/// Sends one of the adapter's messages, in turn by `number`, that the adapter did not send: a driver copes with an interrupt
/// for which there is nothing to do. Says whether it has; on a line it would be nobody's.
pub fn stray(number: u64) -> bool {
    let connection = CONNECTION.lock();
    let Some(connection) = connection.as_ref().filter(|one| one.line.is_none()) else {
        return false;
    };
    let message = (number % connection.vectors.len().max(1) as u64) as usize;
    let target = connection
        .destinations
        .get(message)
        .zip(connection.vectors.get(message));
    if let Some((&destination, &vector)) = target {
        apic::send(destination, vector);
    }
    target.is_some()
}

/// Whether the adapter asserts its line, from the status register of its configuration space.
pub fn line_asserted(address: PciAddress) -> bool {
    let mut status = [0; 2];
    pci::read(address, 0x06, &mut status);
    status[0] & 1 << 3 != 0
}

/// Serves a device interrupt, at its IRQL.
pub fn serve(vector: u8) {
    INSIDE.fetch_add(1, Ordering::SeqCst);
    let target = CONNECTION.lock().as_ref().map(|connection| {
        let message = connection.vectors.iter().position(|&one| one == vector);
        (
            connection.sink,
            message,
            connection.line,
            connection.address,
        )
    });
    match target {
        Some((sink, Some(message), line, address)) => {
            COUNTS[message].fetch_add(1, Ordering::Relaxed);
            let origin = match line {
                None => Origin::Device,
                Some(_) if neighbour::is_alone() => Origin::Foreign,
                Some(_) if line_asserted(address) => Origin::Device,
                Some(_) => Origin::Unknown,
            };
            let claimed = (sink.entry)(sink.context, message as u32, origin);
            if line.is_some() {
                // Every routine of a shared line is called, whoever claims.
                let other = neighbour::serve();
                note_claim(claimed || other);
            }
        }
        // A message that was on its way when the interrupts were turned off.
        _ => crate::log!("interrupt {vector:#x} belongs to nobody"),
    }
    INSIDE.fetch_sub(1, Ordering::SeqCst);
    idle::wake_waiting();
}

fn note_claim(claimed: bool) {
    if claimed {
        UNCLAIMED_IN_A_ROW.store(0, Ordering::Relaxed);
        return;
    }
    UNCLAIMED.fetch_add(1, Ordering::Relaxed);
    if UNCLAIMED_IN_A_ROW.fetch_add(1, Ordering::Relaxed) >= MOST_UNCLAIMED {
        bugcheck::bugcheck(
            bugcheck::HARDWARE_INTERRUPT_STORM,
            [u64::from(MOST_UNCLAIMED), 0, 0, 0],
            format_args!(
                "the line stays asserted and the driver's ISR claims none of its interrupts"
            ),
        );
    }
}
