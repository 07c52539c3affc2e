//! A model of the display port driver with its documented rules checked
#![no_std]
