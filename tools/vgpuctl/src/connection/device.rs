//! The way to the driver on this computer: DeviceIoControl on its control device.

use std::io;
use std::ptr;

use ioctl::USER_MODE_NAME;
use windows_sys::Win32::Foundation::{
    CloseHandle, GENERIC_READ, GENERIC_WRITE, HANDLE, INVALID_HANDLE_VALUE,
};
use windows_sys::Win32::Storage::FileSystem::{
    CreateFileW, FILE_SHARE_READ, FILE_SHARE_WRITE, OPEN_EXISTING,
};
use windows_sys::Win32::System::IO::DeviceIoControl;

use super::{Call, Carrier};
use crate::error::{Error, Refusal};

/// An open control device.
pub struct Device(HANDLE);

// SAFETY: a handle may be used by any thread, and by several: the I/O manager takes care of that.
unsafe impl Sync for Device {}

impl Drop for Device {
    fn drop(&mut self) {
        // SAFETY: opened by `open`, closed once.
        unsafe { CloseHandle(self.0) };
    }
}

impl Device {
    /// Opens the control device.
    pub fn open() -> Result<Self, Error> {
        let name: Vec<u16> = USER_MODE_NAME.encode_utf16().chain([0]).collect();
        // SAFETY: the name ends with a NUL; everything else is by value or absent.
        let handle = unsafe {
            CreateFileW(
                name.as_ptr(),
                // Every code asks for FILE_READ_DATA, and the one that acts for FILE_WRITE_DATA.
                GENERIC_READ | GENERIC_WRITE,
                FILE_SHARE_READ | FILE_SHARE_WRITE,
                ptr::null(),
                OPEN_EXISTING,
                0,
                ptr::null_mut(),
            )
        };
        if handle == INVALID_HANDLE_VALUE {
            return Err(Error::NoDevice(io::Error::last_os_error()));
        }
        Ok(Self(handle))
    }
}

impl Carrier for Device {
    fn exchange(&self, call: &Call<'_>) -> Result<Vec<u8>, Error> {
        let mut output = vec![0; call.output];
        let mut written = 0;
        // SAFETY: both buffers are as long as it says, the handle is open, and the call is synchronous.
        let succeeded = unsafe {
            DeviceIoControl(
                self.0,
                call.code,
                call.input.as_ptr().cast(),
                call.input.len() as u32,
                output.as_mut_ptr().cast(),
                output.len() as u32,
                &raw mut written,
                ptr::null_mut(),
            )
        };
        if succeeded == 0 {
            let code = io::Error::last_os_error().raw_os_error().unwrap_or(0);
            return Err(Error::Refused(Refusal::Win32(code.cast_unsigned())));
        }
        output.truncate(written as usize);
        Ok(output)
    }
}
