//! The port driver's ABI for WDDM display-only miniports
#![no_std]
