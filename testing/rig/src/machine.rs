//! The rig as the port's [`Machine`].

use alloc::vec::Vec;
use core::ffi::c_void;
use core::fmt;
use core::ptr::NonNull;

use pci_types::PciAddress;
use port::machine::{
    Caching, Deferred, Grant, InterruptGrant, InterruptSink, Job, JobId, Machine, NtStatus, Pool,
    Range, SourceAccess,
};
use x86_64::VirtAddr;

use crate::cpu::{count, deferred, idle, irql, jobs, percpu, stack};
use crate::devices::{clock, log, msix, pci};
use crate::kernel;
use crate::memory::blocks::{self, Kind};
use crate::memory::{pages, paging, process};
use crate::{bugcheck, log};

/// STATUS_DEVICE_CONFIGURATION_ERROR.
const STATUS_DEVICE_CONFIGURATION_ERROR: NtStatus = 0xC000_0182_u32 as i32;

/// The machine with one adapter.
#[derive(Debug)]
pub struct Rig {
    address: PciAddress,
    ranges: Vec<Range>,
    grant: msix::Grant,
}

impl Rig {
    /// The machine around the adapter at `address`, granting it at most `messages` interrupt messages.
    ///
    /// # Errors
    /// Text, when no interrupt can be granted.
    pub fn new(address: PciAddress, messages: u32) -> Result<Self, &'static str> {
        msix::enable_function(address);
        Ok(Self {
            address,
            ranges: pci::ranges(address),
            grant: msix::grant(address, messages)?,
        })
    }
}

impl Rig {
    /// A line for the log.
    pub fn description(&self) -> impl fmt::Display + '_ {
        struct Description<'a>(&'a Rig);
        impl fmt::Display for Description<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{} ranges, ", self.0.ranges.len())?;
                match &self.0.grant {
                    msix::Grant::None => write!(f, "no interrupt"),
                    msix::Grant::Line(line, one) => write!(f, "line {line} at IRQL {}", one.level),
                    msix::Grant::Messages(all) => {
                        write!(f, "{} messages:", all.len())?;
                        all.iter().try_for_each(|one| {
                            write!(
                                f,
                                " IRQL {} on p{}",
                                one.level,
                                one.affinity.trailing_zeros()
                            )
                        })
                    }
                }
            }
        }
        Description(self)
    }
}

impl Machine for Rig {
    fn processors(&self) -> u32 {
        percpu::count()
    }

    fn processor(&self) -> u32 {
        percpu::index()
    }

    fn irql(&self) -> u8 {
        irql::current()
    }

    fn raise_irql(&self, to: u8) -> u8 {
        irql::raise(to)
    }

    fn lower_irql(&self, to: u8) {
        irql::lower(to);
    }

    fn relax(&self) {
        core::hint::spin_loop();
    }

    fn queue_deferred(&self, processor: u32, call: Deferred) -> bool {
        deferred::queue(processor, call)
    }

    fn flush_deferred(&self) {
        deferred::flush();
    }

    fn grant(&self) -> Grant<'_> {
        let interrupts = match &self.grant {
            msix::Grant::Line(_, interrupt) => InterruptGrant::Line(*interrupt),
            msix::Grant::Messages(all) => InterruptGrant::Messages(all),
            msix::Grant::None => InterruptGrant::None,
        };
        Grant {
            ranges: &self.ranges,
            interrupts,
        }
    }

    fn connect_interrupts(&self, sink: InterruptSink) -> Result<(), NtStatus> {
        msix::connect(self.address, &self.grant, sink).map_err(|why| {
            log!("interrupts: {why}");
            STATUS_DEVICE_CONFIGURATION_ERROR
        })
    }

    fn disconnect_interrupts(&self) {
        msix::disconnect();
    }

    fn line_asserted(&self) -> Option<bool> {
        match self.grant {
            msix::Grant::Line(..) => Some(msix::line_asserted(self.address)),
            _ => None,
        }
    }

    fn pci_read(&self, offset: u32, buffer: &mut [u8]) -> usize {
        pci::read(self.address, offset as usize, buffer)
    }

    fn pci_write(&self, offset: u32, bytes: &[u8]) -> usize {
        pci::write(self.address, offset as usize, bytes)
    }

    fn map_memory(&self, physical: u64, length: usize, _caching: Caching) -> Option<NonNull<u8>> {
        let last = physical.checked_add(length.checked_sub(1)? as u64)?;
        let inside = |range: &Range| {
            !range.io_space && physical >= range.start && last - range.start < range.length
        };
        if !self.ranges.iter().any(inside) {
            return None;
        }
        // Device registers are always mapped uncached; QEMU has no caches whose absence could be seen.
        NonNull::new(blocks::map_device(physical, length).as_mut_ptr())
    }

    fn unmap_memory(&self, address: NonNull<u8>, length: usize) {
        blocks::unmap_device(VirtAddr::from_ptr(address.as_ptr()), length);
    }

    fn allocate_source(&self, length: usize) -> Option<NonNull<u8>> {
        NonNull::new(blocks::allocate(Kind::Source, pages(length))?.as_mut_ptr())
    }

    fn allocate_user_source(&self, length: usize) -> Option<NonNull<u8>> {
        let source = blocks::allocate(Kind::Source, pages(length))?;
        NonNull::new(process::to_user(source).as_mut_ptr())
    }

    fn attach_process(&self, attached: bool) {
        process::attach(attached);
    }

    fn free_source(&self, address: NonNull<u8>, length: usize) {
        // Unmapping walks present entries only.
        self.protect_source(address, length, SourceAccess::Open);
        let start = process::to_rig(VirtAddr::from_ptr(address.as_ptr()));
        blocks::free(start, pages(length));
    }

    fn protect_source(&self, address: NonNull<u8>, length: usize, access: SourceAccess) -> bool {
        let start = process::to_rig(VirtAddr::from_ptr(address.as_ptr()));
        let units = (length as u64).div_ceil(paging::LARGE);
        for unit in (0..units).map(|index| start + index * paging::LARGE) {
            match access {
                SourceAccess::Open => paging::open(unit),
                SourceAccess::Closed => paging::close(unit),
            }
        }
        // Nobody keeps a translation of what was closed, so only closing needs it.
        if access == SourceAccess::Closed {
            paging::flush_everywhere();
        }
        true
    }

    fn pool(&self) -> Pool {
        kernel::held()
    }

    fn now(&self) -> u64 {
        clock::since_start()
    }

    fn delay(&self, hundred_ns: u64) {
        idle::sleep(Some(clock::since_start() + hundred_ns));
    }

    fn run_on(&self, processor: u32, job: Job) -> Option<JobId> {
        jobs::run_on(processor, job)
    }

    fn wait_for(&self, job: JobId) {
        jobs::wait_for(job);
    }

    fn instructions(&self) -> Option<u64> {
        count::instructions()
    }

    fn call_on_kernel_stack(
        &self,
        routine: fn(context: *mut c_void),
        context: *mut c_void,
    ) -> Option<usize> {
        // SAFETY: the port's routine is a safe function, which it passes with its own context.
        Some(unsafe { stack::call_measured(routine, context) })
    }

    fn log(&self, line: fmt::Arguments<'_>) {
        log::line(line);
    }

    fn bugcheck(&self, code: u32, parameters: [u64; 4], why: fmt::Arguments<'_>) -> ! {
        bugcheck::bugcheck(code, parameters, why)
    }
}
