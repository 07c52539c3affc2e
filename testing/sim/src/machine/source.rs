//! Sources of presents: memory of the port that the driver may touch only while a present runs.
//!
//! On Unix a closed source has no access at all: reading it faults, which the kernel's copy ([`crate::fault`]) turns into
//! an error and anything else does not survive. Elsewhere nothing protects it, and the port scribbles over it instead.

use std::ptr::NonNull;

#[cfg(unix)]
mod system {
    use super::NonNull;

    const PAGE: usize = 4096;

    fn pages(length: usize) -> usize {
        length.next_multiple_of(PAGE)
    }

    pub(super) fn allocate(length: usize) -> Option<NonNull<u8>> {
        if length == 0 {
            return None;
        }
        let (access, kind) = (
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
        );
        let whole = pages(length) + PAGE;
        // SAFETY: a new anonymous mapping, at an address of the system's choice.
        let memory = unsafe { libc::mmap(std::ptr::null_mut(), whole, access, kind, -1, 0) };
        if memory == libc::MAP_FAILED {
            return None;
        }
        let memory = NonNull::new(memory.cast::<u8>())?;
        // SAFETY: the last page of the new mapping.
        let guarded = unsafe {
            let behind = memory.as_ptr().add(pages(length));
            libc::mprotect(behind.cast(), PAGE, libc::PROT_NONE)
        };
        assert_eq!(guarded, 0, "a page of a new mapping can be protected");
        Some(memory)
    }

    /// # Safety
    /// `address` and `length` are those of one [`allocate`], freed once.
    pub(super) unsafe fn free(address: NonNull<u8>, length: usize) {
        // SAFETY: the caller's promise.
        unsafe { libc::munmap(address.as_ptr().cast(), pages(length) + PAGE) };
    }

    /// # Safety
    /// `address` and `length` are those of one [`allocate`], not freed.
    pub(super) unsafe fn protect(address: NonNull<u8>, length: usize, open: bool) -> bool {
        let access = if open {
            libc::PROT_READ | libc::PROT_WRITE
        } else {
            libc::PROT_NONE
        };
        // SAFETY: the caller's promise.
        unsafe { libc::mprotect(address.as_ptr().cast(), pages(length), access) == 0 }
    }
}

#[cfg(not(unix))]
mod system {
    use super::NonNull;
    use std::alloc::{Layout, alloc_zeroed, dealloc};

    fn layout(length: usize) -> Option<Layout> {
        Layout::from_size_align(length, 4096)
            .ok()
            .filter(|layout| layout.size() != 0)
    }

    pub(super) fn allocate(length: usize) -> Option<NonNull<u8>> {
        // SAFETY: the layout is not empty.
        NonNull::new(unsafe { alloc_zeroed(layout(length)?) })
    }

    /// # Safety
    /// `address` and `length` are those of one [`allocate`], freed once.
    pub(super) unsafe fn free(address: NonNull<u8>, length: usize) {
        if let Some(layout) = layout(length) {
            // SAFETY: the caller's promise.
            unsafe { dealloc(address.as_ptr(), layout) };
        }
    }

    /// # Safety
    /// None to keep.
    pub(super) unsafe fn protect(_address: NonNull<u8>, _length: usize, _open: bool) -> bool {
        false
    }
}

/// Zeroed pages, open.
pub(super) fn allocate(length: usize) -> Option<NonNull<u8>> {
    system::allocate(length)
}

/// Frees them.
pub(super) fn free(address: NonNull<u8>, length: usize) {
    // SAFETY: the port frees what it allocated, once.
    unsafe { system::free(address, length) }
}

/// Opens or closes a source; false if nothing protects it.
pub(super) fn protect(address: NonNull<u8>, length: usize, open: bool) -> bool {
    // SAFETY: the port protects what it allocated and has not freed.
    unsafe { system::protect(address, length, open) }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn reading_behind_a_source_is_a_fault() {
        let memory = allocate(4096).expect("a page");
        let read = |offset| {
            let mut copy = [1; 8];
            crate::fault::read(memory.as_ptr().wrapping_add(offset), &mut copy).map(|()| copy)
        };
        assert_eq!(read(4088), Ok([0; 8]));
        assert_eq!(read(4096), Err(crate::fault::Faulted));
        free(memory, 4096);
    }

    #[test]
    fn reading_a_closed_source_is_a_fault() {
        let memory = allocate(5000).expect("two pages");
        let read = || {
            let mut copy = [1; 8];
            crate::fault::read(memory.as_ptr(), &mut copy).map(|()| copy)
        };
        assert_eq!(read(), Ok([0; 8]));
        assert!(protect(memory, 5000, false));
        assert_eq!(read(), Err(crate::fault::Faulted));
        assert!(protect(memory, 5000, true));
        assert_eq!(read(), Ok([0; 8]));
        free(memory, 5000);
    }
}
