//! Reads of memory that may fault: a fault becomes an error.
//!
//! The operating system does the reading: a system call that is given a bad address says so instead of crashing.

/// The memory could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Faulted;

/// Reads `to.len()` bytes.
///
/// # Errors
///
/// [`Faulted`]; a part may have been read.
#[cfg(unix)]
pub fn read(from: *const u8, to: &mut [u8]) -> Result<(), Faulted> {
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
        let mut from = from;
        let mut to = to;
        while !to.is_empty() {
            let piece = to.len().min(PIECE);
            // SAFETY: the kernel reads the bytes and answers EFAULT for those that it can't.
            let written = unsafe { libc::write(writer.as_raw_fd(), from.cast(), piece) };
            let Ok(written) = usize::try_from(written) else {
                return Err(Faulted);
            };
            let (now, later) = to.split_at_mut_checked(written).ok_or(Faulted)?;
            reader.read_exact(now).map_err(|_| Faulted)?;
            from = from.wrapping_add(written);
            to = later;
        }
        Ok(())
    })
}

/// Reads `to.len()` bytes.
///
/// # Errors
///
/// [`Faulted`]; a part may have been read.
#[cfg(windows)]
pub fn read(from: *const u8, to: &mut [u8]) -> Result<(), Faulted> {
    use windows_sys::Win32::System::Diagnostics::Debug::ReadProcessMemory;
    use windows_sys::Win32::System::Threading::GetCurrentProcess;

    let mut moved = 0;
    // SAFETY: the slice takes so many bytes; memory that can't be read is an error here.
    let copied = unsafe {
        ReadProcessMemory(
            GetCurrentProcess(),
            from.cast(),
            to.as_mut_ptr().cast(),
            to.len(),
            &raw mut moved,
        )
    };
    if copied != 0 && moved == to.len() {
        Ok(())
    } else {
        Err(Faulted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_an_error_and_the_next_read_works() {
        let from: Vec<u8> = (0..10_000_u32).map(|number| number as u8).collect();
        let mut to = vec![0; from.len()];
        for _ in 0..2 {
            to.fill(0);
            assert_eq!(read(from.as_ptr(), &mut to), Ok(()));
            assert_eq!(to, from);
            let nowhere = std::ptr::without_provenance(8);
            assert_eq!(read(nowhere, &mut to), Err(Faulted));
        }
    }
}
