//! vgpudod: a WDDM display-only miniport for the virtio GPU.
#![no_std]

extern crate wdk_panic;

mod driver;

#[global_allocator]
static ALLOCATOR: wdk_alloc::WdkAllocator = wdk_alloc::WdkAllocator;
