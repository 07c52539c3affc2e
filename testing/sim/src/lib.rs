//! The hosted machine: threads as processors and a fake virtio GPU
#![no_std]
