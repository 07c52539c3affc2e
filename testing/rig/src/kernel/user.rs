//! User mode: devices opened by name, controlled and closed, as the I/O manager does it for a program.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use x86_64::VirtAddr;

use super::io::{Packet, count_handle, iof_call_driver, new_packet};
use super::{ke, objects, waits};
use crate::abi::*;
use crate::bugcheck::{self, bugcheck};
use crate::log;
use crate::memory::blocks::{self, Kind};
use crate::memory::{PAGE, pages};

/// Sends a request of user mode to `device` and waits for it: status and bytes of output.
///
/// For a device control, `buffer` is the system buffer of METHOD_BUFFERED: input before, output after. `measured`: on a kernel
/// stack whose high-water mark counts.
fn send(
    device: *mut DEVICE_OBJECT,
    file: *mut FILE_OBJECT,
    major: u8,
    parameters: DEVICE_IO_CONTROL,
    buffer: PVOID,
    measured: bool,
) -> (NTSTATUS, usize) {
    let packet = new_packet(major, file, parameters, false);
    send_packet(device, packet, buffer, 1, measured)
}

/// Sends a request of the PnP manager's to `device` and waits for it. PASSIVE_LEVEL.
pub fn pnp(device: *mut DEVICE_OBJECT, minor: u8, parameters: DEVICE_IO_CONTROL) -> NTSTATUS {
    let packet = new_packet(IRP_MJ_PNP, core::ptr::null_mut(), parameters, false);
    // SAFETY: just made; the first driver's location is the one before the current one.
    unsafe {
        (*(*packet).irp.CurrentStackLocation.sub(1)).MinorFunction = minor;
        (*packet).irp.IoStatus.Status = STATUS_NOT_SUPPORTED;
    }
    send_packet(device, packet, core::ptr::null_mut(), 0, true).0
}

/// A device control of another driver's, METHOD_BUFFERED: status and output. PASSIVE_LEVEL.
pub fn control(
    device: *mut DEVICE_OBJECT,
    code: u32,
    input: &[u8],
    output_bytes: usize,
) -> (NTSTATUS, Vec<u8>) {
    let mut output = vec![0; output_bytes];
    let opened = Opened {
        device,
        file: core::ptr::null_mut(),
    };
    let buffer = SystemBuffer::new(input.len().max(output_bytes));
    let (status, length) = opened.control_through(&buffer, code, input, &mut output, false);
    output.truncate(length);
    (status, output)
}

fn send_packet(
    device: *mut DEVICE_OBJECT,
    packet: *mut Packet,
    buffer: PVOID,
    mode: i8,
    measured: bool,
) -> (NTSTATUS, usize) {
    // SAFETY: the packet is ours until it is freed below; the event and the outcome outlive the request.
    unsafe {
        let mut event = core::mem::MaybeUninit::<KEVENT>::uninit();
        ke::ke_initialize_event(event.as_mut_ptr(), 0, 0);
        let irp = &raw mut (*packet).irp;
        (*irp).SystemBuffer = buffer;
        (*irp).RequestorMode = mode;
        (*irp).UserEvent = event.as_mut_ptr();
        let returned = if measured {
            super::run::on_kernel_stack(|| iof_call_driver(device, irp))
        } else {
            iof_call_driver(device, irp)
        };
        if returned == STATUS_PENDING {
            waits::ke_wait_for_single_object(event.as_mut_ptr(), 0, 0, 0, core::ptr::null());
        } else if !(*packet).done {
            bugcheck(
                bugcheck::DRIVER_VERIFIER_DETECTED_VIOLATION,
                [0, irp as u64, returned as u32 as u64, 0],
                format_args!(
                    "a dispatch routine returned {returned:#x} without having completed the request"
                ),
            );
        }
        let outcome = (*irp).IoStatus;
        if returned != STATUS_PENDING && returned != outcome.Status {
            bugcheck(
                bugcheck::DRIVER_VERIFIER_DETECTED_VIOLATION,
                [
                    0,
                    irp as u64,
                    returned as u32 as u64,
                    outcome.Status as u32 as u64,
                ],
                format_args!(
                    "a dispatch routine returned {returned:#x}, but the request's status is {:#x}",
                    outcome.Status
                ),
            );
        }
        drop(Box::from_raw(packet));
        (outcome.Status, outcome.Information)
    }
}

const METHOD_BUFFERED: u32 = 0;
const METHOD_NEITHER: u32 = 3;

/// For a request without parameters.
pub const NO_PARAMETERS: DEVICE_IO_CONTROL = DEVICE_IO_CONTROL {
    OutputBufferLength: 0,
    InputBufferLength: 0,
    IoControlCode: 0,
    Type3InputBuffer: core::ptr::null_mut(),
};

/// A device opened as user mode opens it.
#[derive(Debug)]
pub struct Opened {
    device: *mut DEVICE_OBJECT,
    file: *mut FILE_OBJECT,
}

/// Opens the device with this name. PASSIVE_LEVEL.
///
/// # Errors
/// The status of the look-up or of the driver's IRP_MJ_CREATE.
pub fn open(name: &str) -> Result<Opened, NTSTATUS> {
    let device = objects::find_device(name)?;
    let file = objects::new_file(device, false);
    count_handle(device, 1);
    let (status, _) = send(
        device,
        file,
        IRP_MJ_CREATE,
        NO_PARAMETERS,
        core::ptr::null_mut(),
        true,
    );
    if nt_success(status) {
        return Ok(Opened { device, file });
    }
    // SAFETY: the file was made above, and the driver has refused it.
    drop(unsafe { Box::from_raw(file) });
    count_handle(device, -1);
    Err(status)
}

impl Opened {
    /// A device control: the driver's status, and `output` cut to what it returned. PASSIVE_LEVEL.
    ///
    /// The system buffer is as long as the code's method makes it, and faults behind its end. The output's MDL of the direct
    /// methods is not there, nor are the addresses of METHOD_NEITHER.
    pub fn control(&self, code: u32, input: &[u8], output_bytes: usize) -> (NTSTATUS, Vec<u8>) {
        let (input, length) = match code & 3 {
            METHOD_BUFFERED => (input, input.len().max(output_bytes)),
            METHOD_NEITHER => (&[][..], 0),
            _ => (input, input.len()),
        };
        let buffer = SystemBuffer::new(length);
        let mut output = vec![0; output_bytes];
        let (status, length) = self.control_through(&buffer, code, input, &mut output, true);
        output.truncate(length);
        (status, output)
    }

    /// As [`control`](Self::control), through a buffer that is kept: status and bytes of output. `measured` as for the
    /// stack's high-water mark. PASSIVE_LEVEL.
    ///
    /// # Panics
    /// If the input is longer than the buffer, or what the driver returned is.
    pub fn control_through(
        &self,
        buffer: &SystemBuffer,
        code: u32,
        input: &[u8],
        output: &mut [u8],
        measured: bool,
    ) -> (NTSTATUS, usize) {
        assert!(input.len() <= buffer.size);
        let parameters = DEVICE_IO_CONTROL {
            OutputBufferLength: output.len() as u64,
            InputBufferLength: input.len() as u64,
            IoControlCode: u64::from(code),
            Type3InputBuffer: core::ptr::null_mut(),
        };
        if !input.is_empty() {
            // SAFETY: the buffer is at least as long, as asserted.
            unsafe {
                core::ptr::copy_nonoverlapping(input.as_ptr(), buffer.address(), input.len())
            };
        }
        let (status, information) = send(
            self.device,
            self.file,
            IRP_MJ_DEVICE_CONTROL,
            parameters,
            buffer.address().cast(),
            measured,
        );
        // The I/O manager copies nothing back for an error.
        let failed = (status as u32) >> 30 == 3;
        if failed || information == 0 {
            return (status, 0);
        }
        if information > output.len() {
            bugcheck(
                bugcheck::DRIVER_VERIFIER_DETECTED_VIOLATION,
                [0, u64::from(code), information as u64, output.len() as u64],
                format_args!(
                    "control {code:#x}: {information} bytes returned into a buffer of {}",
                    output.len()
                ),
            );
        }
        assert!(information <= buffer.size);
        // SAFETY: inside the buffer, and no longer than the output.
        unsafe {
            core::ptr::copy_nonoverlapping(buffer.address(), output.as_mut_ptr(), information)
        };
        (status, information)
    }

    /// Closes the handle: IRP_MJ_CLEANUP, then IRP_MJ_CLOSE. PASSIVE_LEVEL.
    pub fn close(self) {
        for major in [IRP_MJ_CLEANUP, IRP_MJ_CLOSE] {
            let (status, _) = send(
                self.device,
                self.file,
                major,
                NO_PARAMETERS,
                core::ptr::null_mut(),
                true,
            );
            if !nt_success(status) {
                log!("closing: the driver answered {status:#x} to IRP {major:#x}");
            }
        }
        // SAFETY: `open` made the file.
        drop(unsafe { Box::from_raw(self.file) });
        count_handle(self.device, -1);
    }
}

/// A system buffer on pages of its own, at whose end it ends, so that the driver can't overrun it unnoticed.
#[derive(Debug)]
pub struct SystemBuffer {
    start: VirtAddr,
    size: usize,
}

impl SystemBuffer {
    /// A buffer of `size` bytes; of none, its address is NULL.
    ///
    /// # Panics
    /// When memory is used up.
    pub fn new(size: usize) -> Self {
        let start = blocks::allocate(Kind::Pool, pages(size)).expect("memory for a system buffer");
        Self { start, size }
    }

    fn address(&self) -> *mut u8 {
        match self.size {
            0 => core::ptr::null_mut(),
            size => (self.start + (pages(size) * PAGE - size) as u64).as_mut_ptr(),
        }
    }
}

impl Drop for SystemBuffer {
    fn drop(&mut self) {
        blocks::free(self.start, pages(self.size));
    }
}
