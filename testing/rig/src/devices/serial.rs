//! The two serial ports, polled: COM1 carries the log, COM2 the requests.
//!
//! Polled because the log must work in any interrupt routine and in a bugcheck; QEMU's ports take a byte at once.

use x86_64::instructions::port::Port;

/// A 16550 at its usual I/O address.
#[derive(Clone, Copy, Debug)]
pub struct Serial {
    base: u16,
}

/// COM1, for the log.
pub const COM1: Serial = Serial { base: 0x3F8 };
/// COM2, for requests.
pub const COM2: Serial = Serial { base: 0x2F8 };

const DATA: u16 = 0;
const INTERRUPTS: u16 = 1;
const FIFO: u16 = 2;
const LINE_CONTROL: u16 = 3;
const MODEM_CONTROL: u16 = 4;
const LINE_STATUS: u16 = 5;

const RECEIVED: u8 = 1 << 0;
const TRANSMITTER_EMPTY: u8 = 1 << 5;

impl Serial {
    /// 8 data bits, no parity, FIFOs on, interrupts off.
    pub fn initialize(self) {
        for (register, value) in [
            (INTERRUPTS, 0),
            (LINE_CONTROL, 0x80),
            (DATA, 1),
            (INTERRUPTS, 0),
            (LINE_CONTROL, 3),
            (FIFO, 7),
            (MODEM_CONTROL, 3),
        ] {
            self.write(register, value);
        }
    }

    /// Sends one byte; waits for room.
    pub fn send(self, byte: u8) {
        while self.read(LINE_STATUS) & TRANSMITTER_EMPTY == 0 {
            core::hint::spin_loop();
        }
        self.write(DATA, byte);
    }

    /// The next received byte, if there is one.
    pub fn receive(self) -> Option<u8> {
        // An absent port reads as all ones.
        let status = self.read(LINE_STATUS);
        (status != 0xFF && status & RECEIVED != 0).then(|| self.read(DATA))
    }

    fn read(self, register: u16) -> u8 {
        // SAFETY: the ports of a 16550 (or of nothing) have no effect on memory.
        unsafe { Port::<u8>::new(self.base + register).read() }
    }

    fn write(self, register: u16, value: u8) {
        // SAFETY: as above; interrupts of the ports stay off.
        unsafe { Port::<u8>::new(self.base + register).write(value) }
    }
}
