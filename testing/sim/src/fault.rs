//! Copies from memory that may fault when it is read: a fault becomes an error.
//!
//! The operating system does the reading: a system call that is given a bad address says so instead of crashing.

use std::ptr::NonNull;

#[cfg(unix)]
use dxgk::kernel::write_shared;

/// The memory could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Faulted;

/// Copies `length` bytes.
///
/// # Errors
///
/// [`Faulted`]; a part may have been copied.
///
/// # Safety
///
/// As for [`write_shared`], but that reading may fail.
#[cfg(unix)]
pub unsafe fn copy(to: NonNull<u8>, from: *const u8, length: usize) -> Result<(), Faulted> {
    use std::io::{PipeReader, PipeWriter, Read};
    use std::os::fd::AsRawFd;

    /// What a pipe takes and gives in one piece.
    const PIECE: usize = 4096;

    thread_local! {
        static PIPE: Option<(PipeReader, PipeWriter)> = std::io::pipe().ok();
    }

    PIPE.with(|pipe| {
        let (reader, writer) = pipe.as_ref().ok_or(Faulted)?;
        let mut reader = reader;
        let mut done = 0;
        while done < length {
            let piece = (length - done).min(PIECE);
            // SAFETY: the kernel reads the bytes and answers EFAULT for those that it can't.
            let written =
                unsafe { libc::write(writer.as_raw_fd(), from.wrapping_add(done).cast(), piece) };
            let Ok(written) = usize::try_from(written) else {
                return Err(Faulted);
            };
            let mut read = [0; PIECE];
            let read = read.get_mut(..written).ok_or(Faulted)?;
            reader.read_exact(read).map_err(|_| Faulted)?;
            // SAFETY: inside what the caller promises.
            unsafe { write_shared(to.add(done), read.as_ptr(), written) };
            done += written;
        }
        Ok(())
    })
}

/// Copies `length` bytes.
///
/// # Errors
///
/// [`Faulted`]; a part may have been copied.
///
/// # Safety
///
/// As for [`write_shared`], but that reading may fail.
#[cfg(windows)]
pub unsafe fn copy(to: NonNull<u8>, from: *const u8, length: usize) -> Result<(), Faulted> {
    use windows_sys::Win32::System::Diagnostics::Debug::ReadProcessMemory;
    use windows_sys::Win32::System::Threading::GetCurrentProcess;

    let mut moved = 0;
    // SAFETY: the caller's promise; memory that can't be read is an error here.
    let copied = unsafe {
        ReadProcessMemory(
            GetCurrentProcess(),
            from.cast(),
            to.as_ptr().cast(),
            length,
            &raw mut moved,
        )
    };
    if copied != 0 && moved == length {
        Ok(())
    } else {
        Err(Faulted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_an_error_and_the_next_copy_works() {
        let from: Vec<u8> = (0..10_000_u32).map(|number| number as u8).collect();
        let mut to = vec![0_u64; from.len() / 8];
        let place = NonNull::from(to.as_mut_slice()).cast::<u8>();
        let mut copy_of = vec![0; from.len()];
        for _ in 0..2 {
            // SAFETY: both are as long as it says.
            let copied = unsafe { copy(place, from.as_ptr(), from.len()) };
            // SAFETY: as above.
            unsafe { dxgk::kernel::read_shared(place, &mut copy_of) };
            assert_eq!((copied, &copy_of), (Ok(()), &from));
            let nowhere = std::ptr::without_provenance(8);
            // SAFETY: the destination is long enough; the source is nobody's.
            let copied = unsafe { copy(place, nowhere, 16) };
            assert_eq!(copied, Err(Faulted));
        }
    }
}
