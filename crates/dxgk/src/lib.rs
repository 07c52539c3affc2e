//! A safe layer for WDDM display-only miniports
#![no_std]
