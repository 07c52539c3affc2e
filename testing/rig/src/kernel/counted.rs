//! Objects that live as long as somebody refers to them: threads and named events. Each has a page of its own, so that a use
//! after the last reference faults.

use alloc::collections::BTreeMap;
use core::fmt;

use x86_64::VirtAddr;

use crate::memory::blocks::{self, Kind};
use crate::sync::Lock;

#[derive(Clone, Copy, Debug)]
struct Counted {
    what: &'static str,
    references: isize,
}

static OBJECTS: Lock<BTreeMap<u64, Counted>> = Lock::new(BTreeMap::new());

/// A new object with one reference, its memory zeroed; `None` when memory is used up. At most DISPATCH_LEVEL.
pub fn new(what: &'static str) -> Option<u64> {
    let address = blocks::allocate(Kind::Pool, 1)?.as_u64();
    let object = Counted {
        what,
        references: 1,
    };
    OBJECTS.lock().insert(address, object);
    Some(address)
}

/// One reference more; the new count, `None` if there is no such object.
pub fn reference(address: u64) -> Option<isize> {
    let mut objects = OBJECTS.lock();
    let object = objects.get_mut(&address)?;
    object.references += 1;
    Some(object.references)
}

/// One reference less; the new count, `None` if there is no such object. The last frees it.
pub fn dereference(address: u64) -> Option<isize> {
    let mut objects = OBJECTS.lock();
    let object = objects.get_mut(&address)?;
    object.references -= 1;
    let left = object.references;
    if left == 0 {
        objects.remove(&address);
        drop(objects);
        blocks::free(VirtAddr::new(address), 1);
    }
    Some(left)
}

/// Says what was not given back.
pub fn leaks(say: &mut dyn FnMut(fmt::Arguments<'_>)) {
    let objects = OBJECTS.lock().clone();
    for (address, object) in objects {
        say(format_args!(
            "{} at {address:#x}, {} references",
            object.what, object.references
        ));
    }
}
