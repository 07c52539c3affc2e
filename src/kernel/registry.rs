//! The adapter's software key in the registry. What is read and written there is small; what is read is not trusted.

use dxgk::status::Status;
use wdk_sys::ntddk::{IoOpenDeviceRegistryKey, ZwClose, ZwQueryValueKey, ZwSetValueKey};
use wdk_sys::{
    _KEY_VALUE_INFORMATION_CLASS, HANDLE, KEY_QUERY_VALUE, KEY_SET_VALUE, PDEVICE_OBJECT,
    PLUGPLAY_REGKEY_DRIVER, REG_DWORD, REG_SZ,
};

use crate::unicode;

/// The most characters of a text value, its NUL included.
const LONGEST_TEXT: usize = 64;

/// An open key, closed when dropped at PASSIVE_LEVEL.
#[derive(Debug)]
pub struct Key(HANDLE);

/// What a key is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// To read values.
    Read,
    /// To write values.
    Write,
}

/// KEY_VALUE_PARTIAL_INFORMATION with room for a number. A value that is longer does not fit, and is reported as such.
#[repr(C)]
#[derive(Default)]
struct PartialInformation {
    title_index: u32,
    kind: u32,
    length: u32,
    data: u32,
}

/// Opens the software key of an adapter by its physical device object. PASSIVE_LEVEL.
pub fn software_key(device: PDEVICE_OBJECT, access: Access) -> Result<Key, Status> {
    let access = match access {
        Access::Read => KEY_QUERY_VALUE,
        Access::Write => KEY_SET_VALUE,
    };
    let mut handle: HANDLE = core::ptr::null_mut();
    // SAFETY: the device object that DxgkDdiAddDevice got; our out-pointer.
    let status =
        unsafe { IoOpenDeviceRegistryKey(device, PLUGPLAY_REGKEY_DRIVER, access, &raw mut handle) };
    Status::check(status).map(|()| Key(handle))
}

impl Key {
    /// Writes a text value (REG_SZ) with its NUL. Only ASCII is expected; what is too long is cut.
    pub fn set_text(&self, name: &'static [u16], text: &str) -> Result<(), Status> {
        let mut wide = [0u16; LONGEST_TEXT];
        let mut length = size_of::<u16>();
        let (room, _nul) = wide.split_at_mut(LONGEST_TEXT.saturating_sub(1));
        for (place, character) in room.iter_mut().zip(text.bytes()) {
            *place = u16::from(character);
            length = length.saturating_add(size_of::<u16>());
        }
        self.set(name, REG_SZ, wide.as_ptr().cast(), length)
    }

    /// Writes a number (REG_DWORD).
    pub fn set_number(&self, name: &'static [u16], number: u32) -> Result<(), Status> {
        self.set(
            name,
            REG_DWORD,
            (&raw const number).cast(),
            size_of::<u32>(),
        )
    }

    /// Reads a number (REG_DWORD).
    ///
    /// # Errors
    ///
    /// STATUS_OBJECT_TYPE_MISMATCH if the value is of another type or size, or the kernel's status.
    pub fn number(&self, name: &'static [u16]) -> Result<u32, Status> {
        let mut name = unicode::string(name);
        let mut information = PartialInformation::default();
        let mut length = 0;
        // SAFETY: the key is open; the kernel writes at most as many bytes as the buffer is said to have.
        let status = unsafe {
            ZwQueryValueKey(
                self.0,
                &raw mut name,
                _KEY_VALUE_INFORMATION_CLASS::KeyValuePartialInformation,
                (&raw mut information).cast(),
                size_of::<PartialInformation>() as u32,
                &raw mut length,
            )
        };
        match Status::check(status) {
            Ok(())
                if information.kind == REG_DWORD
                    && information.length as usize == size_of::<u32>() =>
            {
                Ok(information.data)
            }
            Ok(()) | Err(Status::BUFFER_OVERFLOW | Status::BUFFER_TOO_SMALL) => {
                Err(Status::OBJECT_TYPE_MISMATCH)
            }
            Err(status) => Err(status),
        }
    }

    fn set(
        &self,
        name: &'static [u16],
        kind: u32,
        data: *const core::ffi::c_void,
        length: usize,
    ) -> Result<(), Status> {
        let mut name = unicode::string(name);
        // SAFETY: the key is open, and the kernel only reads name and data, which live for the call.
        let status = unsafe {
            ZwSetValueKey(
                self.0,
                &raw mut name,
                0,
                kind,
                data.cast_mut(),
                length as u32,
            )
        };
        Status::check(status)
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        // SAFETY: opened by `software_key`, and closed once.
        let _ = unsafe { ZwClose(self.0) };
    }
}
