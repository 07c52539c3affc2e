//! User mode: devices opened by name, controlled and closed, as the I/O manager does it for a program.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::io::{iof_call_driver, new_packet};
use super::{ke, objects};
use crate::abi::*;
use crate::bugcheck::{self, bugcheck};
use crate::log;
use crate::memory::{PAGE, blocks, pages};

/// Sends a request of user mode to `device` and waits for it: status and bytes of output.
///
/// For a device control, `buffer` is the system buffer of METHOD_BUFFERED: input before, output after.
fn send(
    device: *mut DEVICE_OBJECT,
    file: *mut FILE_OBJECT,
    major: u8,
    parameters: DEVICE_IO_CONTROL,
    buffer: PVOID,
) -> (NTSTATUS, usize) {
    let packet = new_packet(major, file, parameters, false);
    // SAFETY: the packet is ours until it is freed below; the event and the outcome outlive the request.
    unsafe {
        let mut event = core::mem::MaybeUninit::<KEVENT>::uninit();
        ke::ke_initialize_event(event.as_mut_ptr(), 0, 0);
        let irp = &raw mut (*packet).irp;
        (*irp).SystemBuffer = buffer;
        (*irp).RequestorMode = 1;
        (*irp).UserEvent = event.as_mut_ptr();
        let returned = super::run::on_kernel_stack(|| iof_call_driver(device, irp));
        if returned == STATUS_PENDING {
            ke::ke_wait_for_single_object(event.as_mut_ptr(), 0, 0, 0, core::ptr::null());
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

const NO_PARAMETERS: DEVICE_IO_CONTROL = DEVICE_IO_CONTROL {
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
    // SAFETY: a device in the table of names is there.
    unsafe { (*device).ReferenceCount += 1 };
    let (status, _) = send(
        device,
        file,
        IRP_MJ_CREATE,
        NO_PARAMETERS,
        core::ptr::null_mut(),
    );
    if nt_success(status) {
        return Ok(Opened { device, file });
    }
    // SAFETY: as above; the file was made above and the driver has refused it.
    unsafe {
        (*device).ReferenceCount -= 1;
        drop(Box::from_raw(file));
    }
    Err(status)
}

impl Opened {
    /// A device control of METHOD_BUFFERED: the driver's status, and `output` cut to what it returned. PASSIVE_LEVEL.
    pub fn control(&self, code: u32, input: &[u8], output_bytes: usize) -> (NTSTATUS, Vec<u8>) {
        let size = input.len().max(output_bytes);
        let parameters = DEVICE_IO_CONTROL {
            OutputBufferLength: output_bytes as u64,
            InputBufferLength: input.len() as u64,
            IoControlCode: u64::from(code),
            Type3InputBuffer: core::ptr::null_mut(),
        };
        // The system buffer has pages of its own and ends with them, so that the driver can't overrun it unnoticed.
        let count = pages(size);
        let start =
            blocks::allocate(blocks::Kind::Pool, count).expect("memory for a system buffer");
        let buffer = if size == 0 {
            core::ptr::null_mut()
        } else {
            (start + (count * PAGE - size) as u64).as_mut_ptr::<u8>()
        };
        if size != 0 {
            // SAFETY: the block has room for `size` bytes from `buffer` on.
            unsafe { core::ptr::copy_nonoverlapping(input.as_ptr(), buffer, input.len()) };
        }
        let (status, information) = send(
            self.device,
            self.file,
            IRP_MJ_DEVICE_CONTROL,
            parameters,
            buffer.cast(),
        );
        let mut output = Vec::new();
        // The I/O manager copies nothing back for an error.
        let failed = (status as u32) >> 30 == 3;
        if !failed && information != 0 {
            if information > output_bytes {
                bugcheck(
                    bugcheck::DRIVER_VERIFIER_DETECTED_VIOLATION,
                    [0, u64::from(code), information as u64, output_bytes as u64],
                    format_args!(
                        "control {code:#x}: {information} bytes returned into a buffer of {output_bytes}"
                    ),
                );
            }
            // SAFETY: inside the block, as checked.
            output.extend_from_slice(unsafe { core::slice::from_raw_parts(buffer, information) });
        }
        blocks::free(start, count);
        (status, output)
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
            );
            if !nt_success(status) {
                log!("closing: the driver answered {status:#x} to IRP {major:#x}");
            }
        }
        // SAFETY: `open` made the file and counted the handle.
        unsafe {
            (*self.device).ReferenceCount -= 1;
            drop(Box::from_raw(self.file));
        }
    }
}
