//! The contract between the driver and user mode
#![no_std]
