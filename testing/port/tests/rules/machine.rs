//! A machine with one processor where everything happens when the test says so, and time is a number.
//!
//! Deferred calls run when the IRQL falls below DISPATCH_LEVEL; the device's interrupts are taken when the port waits.

use port::machine::{
    Caching, Deferred, Grant, Interrupt, InterruptGrant, InterruptSink, Job, JobId, Machine,
    NtStatus, Origin, Pool, Range, SourceAccess,
};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::ffi::c_void;
use std::fmt;
use std::ptr::NonNull;

/// Physical address and length of the device's memory range.
pub const BAR: (u64, u64) = (0xF000_0000, 0x4000);

/// The machine. Used by one thread only.
pub struct TestMachine {
    pub line: bool,
    /// There is no interrupt.
    pub silent: bool,
    irql: Cell<u8>,
    time: Cell<u64>,
    deferred: RefCell<VecDeque<Deferred>>,
    sink: Cell<Option<InterruptSink>>,
    /// Messages that the device has sent and nobody has taken.
    pub due: RefCell<VecDeque<u32>>,
    /// The device asserts its line.
    pub asserted: Cell<bool>,
    pub pool: Cell<Pool>,
    /// What call_on_kernel_stack says was used.
    pub stack: Cell<usize>,
    /// The port's log.
    pub lines: RefCell<Vec<String>>,
    ranges: [Range; 1],
    interrupts: [Interrupt; 2],
}

// SAFETY: each test has a machine of its own and uses it on its own thread only.
unsafe impl Sync for TestMachine {}

impl TestMachine {
    pub fn new(line: bool) -> &'static Self {
        Self::with(line, false)
    }

    pub fn without_interrupt() -> &'static Self {
        Self::with(false, true)
    }

    fn with(line: bool, silent: bool) -> &'static Self {
        let interrupt = |level| Interrupt {
            level,
            vector: 0x40 + u32::from(level),
            affinity: 1,
        };
        Box::leak(Box::new(Self {
            line,
            silent,
            irql: Cell::new(0),
            time: Cell::new(1),
            deferred: RefCell::default(),
            sink: Cell::new(None),
            due: RefCell::default(),
            asserted: Cell::new(false),
            pool: Cell::new(Pool::default()),
            stack: Cell::new(1000),
            lines: RefCell::default(),
            ranges: [Range {
                start: BAR.0,
                length: BAR.1,
                io_space: false,
                prefetchable: false,
            }],
            interrupts: [interrupt(5), interrupt(7)],
        }))
    }

    /// Whether interrupts are connected.
    pub fn is_connected(&self) -> bool {
        self.sink.get().is_some()
    }

    /// Lets time pass without anything happening.
    pub fn advance(&self, hundred_ns: u64) {
        self.time.set(self.time.get() + hundred_ns);
    }

    /// The adapter's interrupt, taken now.
    pub fn interrupt(&self, message: u32, origin: Origin) -> bool {
        let Some(sink) = self.sink.get() else {
            return false;
        };
        let old = self.raise_irql(self.interrupts[message as usize].level);
        let claimed = (sink.entry)(sink.context, message, origin);
        self.lower_irql(old);
        claimed
    }

    /// Takes everything the device has sent; an asserted line as often as it takes, up to a storm.
    pub fn take_interrupts(&self) {
        loop {
            let next = self.due.borrow_mut().pop_front();
            match next {
                Some(message) => self.interrupt(message, Origin::Device),
                None => break,
            };
        }
        for _ in 0..10_050 {
            if !self.asserted.get() || self.sink.get().is_none() {
                break;
            }
            self.interrupt(0, Origin::Device);
        }
        // What is still asserted is given up, as a storm.
        self.asserted.set(false);
    }

    /// The device sends message `message`, or asserts its line.
    pub fn send(&self, message: u32) {
        if self.line {
            self.asserted.set(true);
        } else {
            self.due.borrow_mut().push_back(message);
        }
    }

    fn run_deferred(&self) {
        while self.irql.get() < 2 {
            let next = self.deferred.borrow_mut().pop_front();
            let Some(call) = next else { return };
            let old = self.irql.replace(2);
            (call.routine)(call.context);
            self.irql.set(old);
        }
    }
}

impl Machine for TestMachine {
    fn processors(&self) -> u32 {
        1
    }

    fn processor(&self) -> u32 {
        0
    }

    fn irql(&self) -> u8 {
        self.irql.get()
    }

    fn raise_irql(&self, to: u8) -> u8 {
        self.irql.replace(to)
    }

    fn lower_irql(&self, to: u8) {
        self.irql.set(to);
        self.run_deferred();
    }

    fn relax(&self) {
        self.advance(1000);
        self.take_interrupts();
    }

    fn queue_deferred(&self, _processor: u32, call: Deferred) -> bool {
        self.deferred.borrow_mut().push_back(call);
        self.run_deferred();
        true
    }

    fn flush_deferred(&self) {
        self.run_deferred();
    }

    fn grant(&self) -> Grant<'_> {
        let interrupts = if self.silent {
            InterruptGrant::None
        } else if self.line {
            InterruptGrant::Line(self.interrupts[0])
        } else {
            InterruptGrant::Messages(&self.interrupts)
        };
        Grant {
            ranges: &self.ranges,
            interrupts,
        }
    }

    fn connect_interrupts(&self, sink: InterruptSink) -> Result<(), NtStatus> {
        self.sink.set(Some(sink));
        Ok(())
    }

    fn disconnect_interrupts(&self) {
        self.sink.set(None);
    }

    fn line_asserted(&self) -> Option<bool> {
        Some(self.asserted.get())
    }

    fn pci_read(&self, offset: u32, buffer: &mut [u8]) -> usize {
        for (byte, index) in buffer.iter_mut().zip(offset..) {
            *byte = index as u8;
        }
        buffer.len()
    }

    fn pci_write(&self, _offset: u32, bytes: &[u8]) -> usize {
        bytes.len()
    }

    fn map_memory(&self, physical: u64, _length: usize, _caching: Caching) -> Option<NonNull<u8>> {
        // An address that nobody follows: the stub has no registers.
        NonNull::new(std::ptr::without_provenance_mut(physical as usize))
    }

    fn unmap_memory(&self, _address: NonNull<u8>, _length: usize) {}

    fn allocate_source(&self, length: usize) -> Option<NonNull<u8>> {
        // SAFETY: the layout has bytes.
        NonNull::new(unsafe { std::alloc::alloc_zeroed(source(length)?) })
    }

    fn free_source(&self, address: NonNull<u8>, length: usize) {
        let layout = source(length).expect("a length that was allocated");
        // SAFETY: from `allocate_source` with this length, freed once.
        unsafe { std::alloc::dealloc(address.as_ptr(), layout) };
    }

    fn protect_source(&self, _address: NonNull<u8>, _length: usize, _access: SourceAccess) -> bool {
        false
    }

    fn pool(&self) -> Pool {
        self.pool.get()
    }

    fn now(&self) -> u64 {
        self.time.get()
    }

    fn delay(&self, hundred_ns: u64) {
        self.advance(hundred_ns);
        self.take_interrupts();
        self.run_deferred();
    }

    fn run_on(&self, _processor: u32, _job: Job) -> Option<JobId> {
        None
    }

    fn wait_for(&self, _job: JobId) {}

    fn call_on_kernel_stack(
        &self,
        routine: fn(*mut c_void),
        context: *mut c_void,
    ) -> Option<usize> {
        routine(context);
        Some(self.stack.get())
    }

    fn log(&self, line: fmt::Arguments<'_>) {
        self.lines.borrow_mut().push(line.to_string());
    }

    fn bugcheck(&self, code: u32, _parameters: [u64; 4], why: fmt::Arguments<'_>) -> ! {
        eprintln!("*** bugcheck {code:#x}: {why}");
        std::process::abort();
    }
}

/// Whole pages, as the trait promises. `None` for no bytes, and for too many.
fn source(length: usize) -> Option<std::alloc::Layout> {
    let layout = std::alloc::Layout::from_size_align(length, 4096).ok()?;
    (length != 0).then_some(layout)
}
