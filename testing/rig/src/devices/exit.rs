//! QEMU's isa-debug-exit: a byte written to its port ends QEMU with the exit code `byte << 1 | 1`.

use x86_64::instructions::port::Port;

/// How the run ended, as the byte written to the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Outcome {
    /// Everything held: QEMU ends with 33.
    Passed = 0x10,
    /// The scenario ended, but a rule was broken, something leaked or a step failed: 35.
    Failed = 0x11,
    /// A bugcheck: 37.
    Bugcheck = 0x12,
    /// The rig itself could not go on (no driver image, an unknown import, a broken option): 39.
    Rig = 0x13,
}

/// I/O port of isa-debug-exit, as given on QEMU's command line.
const PORT: u16 = 0xF4;

/// Ends QEMU. If the device is missing, the processor halts.
pub fn exit(outcome: Outcome) -> ! {
    // SAFETY: the port ends the machine or does nothing.
    unsafe { Port::<u8>::new(PORT).write(outcome as u8) };
    loop {
        x86_64::instructions::interrupts::disable();
        x86_64::instructions::hlt();
    }
}
