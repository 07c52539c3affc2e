//! Another device on the adapter's interrupt line: QEMU's `edu`, if it is there and wired to the same line.
//!
//! A line may be shared, and a driver must answer FALSE to an interrupt that is not its device's. While the adapter has
//! nothing to do, the rig lets the neighbour interrupt and sees who claims it.

use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use pci_types::PciAddress;

use super::clock::{self, PERFORMANCE_HZ};
use super::{intx, msix, pci};
use crate::cpu::idle;
use crate::log;
use crate::memory::blocks;

/// Vendor and device id of `edu`.
const EDU: (u16, u16) = (0x1234, 0x11E8);
/// Bytes of its registers that are used.
const REGISTERS: usize = 0x100;
const STATUS: u64 = 0x24;
const RAISE: u64 = 0x60;
const ACKNOWLEDGE: u64 = 0x64;

/// Address of the registers; 0 without a neighbour.
static BASE: AtomicU64 = AtomicU64::new(0);
/// Only the neighbour interrupts now.
static ALONE: AtomicBool = AtomicBool::new(false);
/// Interrupts that the neighbour has raised.
pub static RAISED: AtomicU64 = AtomicU64::new(0);
/// Those that reached the processor and were acknowledged.
pub static SERVED: AtomicU64 = AtomicU64::new(0);

/// Finds the neighbour of `adapter` on `line`.
pub fn find(adapter: PciAddress, line: u32) {
    let found = pci::find(EDU.0, &[EDU.1]).filter(|&found| found != adapter);
    let Some(address) = found else {
        return;
    };
    if intx::line(address) != Ok(line) {
        log!("neighbour {address} is wired to another line than {line}");
        return;
    }
    msix::enable_function(address);
    if let Some(bar) = pci::memory_bar(address, 0) {
        BASE.store(
            blocks::map_device(bar, REGISTERS).as_u64(),
            Ordering::Release,
        );
        log!("neighbour {address} shares line {line}");
    }
}

fn register(offset: u64) -> Option<*mut u32> {
    let base = BASE.load(Ordering::Acquire);
    (base != 0).then_some((base + offset) as *mut u32)
}

/// Whether what interrupts now can only be the neighbour.
pub fn is_alone() -> bool {
    ALONE.load(Ordering::SeqCst)
}

/// The neighbour's interrupt routine: acknowledges and claims what is its own. DIRQL.
pub fn serve() -> bool {
    let (Some(status), Some(acknowledge)) = (register(STATUS), register(ACKNOWLEDGE)) else {
        return false;
    };
    // SAFETY: registers of the mapped device.
    let raised = unsafe { status.read_volatile() };
    if raised == 0 {
        return false;
    }
    // SAFETY: as above.
    unsafe { acknowledge.write_volatile(raised) };
    SERVED.fetch_add(1, Ordering::SeqCst);
    true
}

/// Lets the neighbour interrupt, while the adapter is idle, and waits until it was served. PASSIVE_LEVEL.
pub fn interrupt() {
    let Some(raise) = register(RAISE) else { return };
    let target = RAISED.fetch_add(1, Ordering::SeqCst) + 1;
    ALONE.store(true, Ordering::SeqCst);
    // SAFETY: a register of the mapped device.
    unsafe { raise.write_volatile(1) };
    let patience = clock::since_start() + PERFORMANCE_HZ;
    if !idle::wait(Some(patience), || SERVED.load(Ordering::SeqCst) >= target) {
        log!("the neighbour's interrupt did not arrive");
    }
    ALONE.store(false, Ordering::SeqCst);
}
