//! The virtio GPU: registers, queues, protocol
#![no_std]
