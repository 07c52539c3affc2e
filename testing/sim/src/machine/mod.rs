//! The hosted machine: threads as processors, under the port model.
//!
//! Every thread is a processor with an IRQL of its own. Interrupts are taken by threads of their own, one for each
//! message (or one for the line), and deferred calls by one thread for each processor, so that the driver's ISR, its DPC
//! and its DDIs really run at the same time, as they do on other processors of a real machine. What does not exist here
//! is one processor interrupting itself: raising the IRQL keeps nothing out but is recorded and checked.
//!
//! There is one machine at a time in a process (the device's memory is the process'), made by [`Hosted::start`].

mod deferred;
mod interrupts;
mod jobs;
pub mod processor;
mod source;

use crate::device::Device;
use crate::exempt::exempt;
use crate::{kernel, mapping};
use deferred::Queue;
use interrupts::Controller;
use jobs::Jobs;
use port::machine::{
    Caching, Deferred, Grant, Interrupt, InterruptGrant, InterruptSink, Job, JobId, Machine,
    NtStatus, Pool, Range, SourceAccess, irql,
};
use std::ffi::c_void;
use std::fmt;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What the adapter is granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Granted {
    /// That many messages, as many as the device has at most.
    Messages(u32),
    /// The line.
    Line,
    /// No interrupt at all.
    Nothing,
}

/// How the machine is made.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// Processors that deferred calls are spread over.
    pub processors: u32,
    /// Interrupts.
    pub granted: Granted,
    /// Whether log lines go to standard error.
    pub verbose: bool,
    /// What the driver holds; by default what the kernel's services count.
    pub pool: fn() -> Pool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            processors: 4,
            granted: Granted::Messages(3),
            verbose: false,
            pool: kernel::held,
        }
    }
}

/// The machine.
pub struct Hosted {
    setup: Setup,
    device: Arc<dyn Device>,
    ranges: Vec<Range>,
    interrupts: Vec<Interrupt>,
    controller: Arc<Controller>,
    queues: Vec<Arc<Queue>>,
    jobs: Jobs,
    start: Instant,
    running: AtomicBool,
    lines: AtomicU64,
}

impl fmt::Debug for Hosted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hosted")
            .field("setup", &self.setup)
            .finish_non_exhaustive()
    }
}

impl Hosted {
    /// Makes the machine, plugs the device in and starts the threads. The machine is leaked: the port may call it as
    /// long as the process lives; [`Hosted::stop`] ends its threads.
    pub fn start(setup: Setup, device: Arc<dyn Device>) -> &'static Self {
        // The index is taken now: later may be inside an interrupt routine, where nothing may be allocated.
        processor::index();
        let (line, count) = match setup.granted {
            Granted::Messages(count) => (false, count.min(device.vectors())),
            Granted::Line => (true, 1),
            Granted::Nothing => (false, 0),
        };
        let interrupts: Vec<Interrupt> = (0..count)
            .map(|index| Interrupt {
                level: irql::LOWEST_DIRQL + (index % 8) as u8,
                vector: 0x50 + index,
                affinity: (1_u64 << setup.processors.min(63)) - 1,
            })
            .collect();
        let levels: Vec<u8> = interrupts.iter().map(|interrupt| interrupt.level).collect();
        let controller = Controller::start(&levels, line, Arc::clone(&device));
        let queues = (0..setup.processors.max(1)).map(Queue::start).collect();
        let ranges = device.ranges();
        device.plug(controller.clone());
        Box::leak(Box::new(Self {
            setup,
            device,
            ranges,
            interrupts,
            controller,
            queues,
            jobs: Jobs::default(),
            start: Instant::now(),
            running: AtomicBool::new(true),
            lines: AtomicU64::new(0),
        }))
    }

    /// Unplugs the device and ends the threads. Nothing of the driver may run any more.
    pub fn stop(&self) {
        if self.running.swap(false, Ordering::SeqCst) {
            self.device.unplug();
            self.controller.stop();
            for queue in &self.queues {
                queue.stop();
            }
        }
    }

    /// Another device on the shared line asserts it: the adapter's interrupt runs once with nothing for it. Does nothing
    /// where messages were granted. Returns whether the driver claimed it.
    pub fn foreign_interrupt(&self) -> bool {
        self.controller.foreign()
    }

    /// The device that is plugged in.
    pub fn device(&self) -> &Arc<dyn Device> {
        &self.device
    }

    /// Lines that were logged.
    pub fn lines(&self) -> u64 {
        self.lines.load(Ordering::Relaxed)
    }
}

impl Machine for Hosted {
    fn processors(&self) -> u32 {
        self.queues.len() as u32
    }

    fn processor(&self) -> u32 {
        processor::index()
    }

    fn irql(&self) -> u8 {
        processor::irql()
    }

    fn raise_irql(&self, to: u8) -> u8 {
        processor::set_irql(to)
    }

    fn lower_irql(&self, to: u8) {
        processor::set_irql(to);
    }

    fn relax(&self) {
        std::thread::yield_now();
    }

    fn queue_deferred(&self, processor: u32, call: Deferred) -> bool {
        let count = self.queues.len();
        self.queues
            .get(processor as usize % count)
            .is_some_and(|queue| queue.push(call))
    }

    fn flush_deferred(&self) {
        for queue in &self.queues {
            queue.flush();
        }
    }

    fn see_every_processor(&self) {
        self.controller.wait();
        self.flush_deferred();
    }

    fn grant(&self) -> Grant<'_> {
        let interrupts = match (self.setup.granted, self.interrupts.first()) {
            (Granted::Messages(_), Some(_)) => InterruptGrant::Messages(&self.interrupts),
            (Granted::Line, Some(line)) => InterruptGrant::Line(*line),
            _ => InterruptGrant::None,
        };
        Grant {
            ranges: &self.ranges,
            interrupts,
        }
    }

    fn connect_interrupts(&self, sink: InterruptSink) -> Result<(), NtStatus> {
        exempt(|| self.controller.connect(sink));
        Ok(())
    }

    fn disconnect_interrupts(&self) {
        exempt(|| self.controller.disconnect());
    }

    fn line_asserted(&self) -> Option<bool> {
        Some(self.device.line_asserted())
    }

    fn pci_read(&self, offset: u32, buffer: &mut [u8]) -> usize {
        exempt(|| self.device.config_read(offset, buffer))
    }

    fn pci_write(&self, offset: u32, bytes: &[u8]) -> usize {
        exempt(|| self.device.config_write(offset, bytes))
    }

    fn map_memory(&self, physical: u64, length: usize, _caching: Caching) -> Option<NonNull<u8>> {
        exempt(|| mapping::map(&self.device, physical, length))
    }

    fn unmap_memory(&self, address: NonNull<u8>, _length: usize) {
        exempt(|| mapping::unmap(address));
    }

    fn allocate_source(&self, length: usize) -> Option<NonNull<u8>> {
        exempt(|| source::allocate(length))
    }

    fn free_source(&self, address: NonNull<u8>, length: usize) {
        exempt(|| source::free(address, length));
    }

    fn protect_source(&self, address: NonNull<u8>, length: usize, access: SourceAccess) -> bool {
        exempt(|| source::protect(address, length, access == SourceAccess::Open))
    }

    fn pool(&self) -> Pool {
        (self.setup.pool)()
    }

    fn now(&self) -> u64 {
        (self.start.elapsed().as_nanos() / 100) as u64
    }

    fn delay(&self, hundred_ns: u64) {
        std::thread::sleep(Duration::from_nanos(hundred_ns.saturating_mul(100)));
    }

    fn run_on(&self, _processor: u32, job: Job) -> Option<JobId> {
        exempt(|| self.jobs.start(job))
    }

    fn wait_for(&self, job: JobId) {
        exempt(|| self.jobs.wait(job));
    }

    fn call_on_kernel_stack(
        &self,
        routine: fn(*mut c_void),
        context: *mut c_void,
    ) -> Option<usize> {
        routine(context);
        None
    }

    fn log(&self, line: fmt::Arguments<'_>) {
        self.lines.fetch_add(1, Ordering::Relaxed);
        if self.setup.verbose {
            eprintln!("{line}");
        }
    }

    fn bugcheck(&self, code: u32, parameters: [u64; 4], why: fmt::Arguments<'_>) -> ! {
        eprintln!("*** bugcheck {code:#x} {parameters:x?}: {why}");
        std::process::abort();
    }
}
