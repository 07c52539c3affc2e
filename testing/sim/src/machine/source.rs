//! Sources of presents: memory of the port that the driver may read only while a present runs.
//!
//! Nothing protects it from a direct access; the kernel's copy asks [`may_read`], which is how a source that faults is
//! turned into an error here.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::NonNull;
use std::sync::{PoisonError, RwLock};

struct Source {
    base: usize,
    length: usize,
    open: bool,
}

static SOURCES: RwLock<Vec<Source>> = RwLock::new(Vec::new());

fn layout(length: usize) -> Option<Layout> {
    Layout::from_size_align(length, 4096).ok().filter(|layout| layout.size() != 0)
}

/// Zeroed pages, open.
pub(super) fn allocate(length: usize) -> Option<NonNull<u8>> {
    let layout = layout(length)?;
    // SAFETY: the layout is not empty.
    let memory = NonNull::new(unsafe { alloc_zeroed(layout) })?;
    let source = Source { base: memory.as_ptr().addr(), length, open: true };
    SOURCES.write().unwrap_or_else(PoisonError::into_inner).push(source);
    Some(memory)
}

/// Frees them. Memory that is not a source is left alone.
pub(super) fn free(address: NonNull<u8>, length: usize) {
    let mut sources = SOURCES.write().unwrap_or_else(PoisonError::into_inner);
    let base = address.as_ptr().addr();
    let Some(index) = sources.iter().position(|source| source.base == base && source.length == length) else { return };
    sources.swap_remove(index);
    if let Some(layout) = layout(length) {
        // SAFETY: the table says that it came from `allocate` with this length, and it is taken out, so this is once.
        unsafe { dealloc(address.as_ptr(), layout) };
    }
}

/// Opens or closes a source.
pub(super) fn protect(address: NonNull<u8>, open: bool) {
    let mut sources = SOURCES.write().unwrap_or_else(PoisonError::into_inner);
    if let Some(source) = sources.iter_mut().find(|source| source.base == address.as_ptr().addr()) {
        source.open = open;
    }
}

/// Whether reading these bytes would not fault: they are no part of a closed source and do not leave an open one.
pub fn may_read(address: usize, length: usize) -> bool {
    let sources = SOURCES.read().unwrap_or_else(PoisonError::into_inner);
    let end = address.saturating_add(length);
    sources.iter().all(|source| {
        let after = source.base + source.length;
        let apart = end <= source.base || address >= after;
        apart || (source.open && address >= source.base && end <= after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_source_can_not_be_read() {
        let memory = allocate(8192).expect("two pages");
        let base = memory.as_ptr().addr();
        assert!(may_read(base, 8192) && !may_read(base + 1, 8192), "inside, and beyond the end");
        protect(memory, false);
        assert!(!may_read(base + 100, 1));
        assert!(may_read(base.wrapping_sub(1), 1));
        free(memory, 8192);
        assert!(may_read(base, 1), "no source any more");
    }
}
