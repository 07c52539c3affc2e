//! vgpudod: a WDDM display-only miniport for the virtio GPU.
#![no_std]

extern crate alloc;
extern crate wdk_panic;

mod driver;
mod kernel;

#[global_allocator]
static ALLOCATOR: wdk_alloc::WdkAllocator = wdk_alloc::WdkAllocator;
