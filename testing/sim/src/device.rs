//! The border between the hosted machine and the device that is plugged into it.
//!
//! The machine (`machine/`) owns processors, interrupts and what the adapter was granted; the device ([`crate::gpu`])
//! owns configuration space, registers and the interrupts it wants. Neither knows how the other does it. Registers have no
//! memory behind them: an access reaches [`Device::read`] or [`Device::write`] on the thread that makes it, through
//! [`crate::kernel::SimKernel`] and the mappings of [`crate::mapping`].

use port::machine::Range;
use std::sync::Arc;

/// A PCI function with memory BARs.
///
/// All methods may be called on any thread, at any IRQL of the caller, and from inside an interrupt routine. None calls back
/// into the machine except through [`Wires`], and none blocks for longer than another access takes.
pub trait Device: Send + Sync {
    /// Its memory ranges, in the order of its base address registers.
    fn ranges(&self) -> Vec<Range>;

    /// How many MSI-X vectors it has; 0 if it only has a line.
    fn vectors(&self) -> u32;

    /// Reads configuration space; returns how many bytes were read.
    fn config_read(&self, offset: u32, to: &mut [u8]) -> usize;

    /// Writes configuration space; returns how many bytes were written.
    fn config_write(&self, offset: u32, from: &[u8]) -> usize;

    /// Reads `width` (1, 2, 4 or 8) bytes at a physical address inside [`ranges`](Self::ranges), aligned to the width.
    fn read(&self, address: u64, width: usize) -> u64;

    /// Writes `width` bytes at a physical address.
    fn write(&self, address: u64, width: usize, value: u64);

    /// What the bus driver does when message interrupts are connected or disconnected: MSI-X is enabled and its vectors
    /// unmasked, or disabled.
    fn enable_messages(&self, enable: bool);

    /// Whether it asserts its interrupt line now. Never while MSI-X is enabled.
    fn line_asserted(&self) -> bool;

    /// Plugs it in: from now on it may use `wires`, until [`unplug`](Self::unplug).
    fn plug(&self, wires: Arc<dyn Wires>);

    /// Forgets the wires. No call of theirs runs when it returns.
    fn unplug(&self);
}

/// What leads from the device into the machine. Implemented by the machine. Called on the device's own thread or inside a
/// register access, with no lock of the device held that a register access needs; it returns without waiting for the
/// interrupt to be taken.
pub trait Wires: Send + Sync {
    /// Message `index` was sent. The machine runs its interrupt soon, once, on one of the message's processors; a second
    /// message before the first was taken may be merged with it.
    fn message(&self, index: u32);

    /// [`Device::line_asserted`] may have changed. While it says true the machine runs the line's interrupt again and
    /// again.
    fn line_changed(&self);
}
