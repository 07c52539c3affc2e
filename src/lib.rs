//! vgpudod: a WDDM display-only miniport for the virtio GPU.
#![no_std]
