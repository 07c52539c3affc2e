//! A model of the display port driver (dxgkrnl) for display-only miniports, with its documented rules checked.
//!
//! It plays the part of Windows between the PnP manager and the miniport: life cycle, resources, interrupts and DPCs,
//! `DxgkCbSynchronizeExecution`, VidPN objects, presents, power. It runs on two machines that implement [`machine::Machine`]:
//! a hosted one with threads as processors, and a rig at ring 0. Each rule it checks is in [`rules::Rule`], under its id
//! and with its source, and has a test that breaks it (`tests/`); RULES.md lists the rest.
//!
//! - [`port::Port`]: one loaded driver. [`adapter::Adapter`]: one adapter, with a method for each DDI.
//! - [`scenario`]: the main job, from start to unload, and its figures.
//!
//! Rules are of three classes ([`rules::Class`]). A driver of this project has to keep all; any other driver is told and goes on
//! ([`config::Judge`]). Where documents say nothing and drivers of the field differ, [`config::Config`] varies, and
//! [`variants`] lists how. FIELD.md has the facts of the field, one by one, and where each is modelled.
//!
//! What it can't show: only Windows is Windows.
#![no_std]
#![deny(unsafe_op_in_unsafe_fn)]
// Constants have Microsoft's names, also in patterns.
#![allow(non_upper_case_globals)]

extern crate alloc;

pub mod adapter;
mod callbacks;
mod caps;
pub mod children;
pub mod config;
pub mod ddi;
pub mod descriptor;
mod granted;
mod handle;
pub mod interrupt;
mod lifecycle;
pub mod lock;
pub mod machine;
mod mapping;
pub mod pattern;
pub mod picture;
pub mod port;
pub mod power;
pub mod present;
mod progress;
mod refusal;
mod requests;
pub mod resources;
pub mod rules;
pub mod scenario;
mod section;
pub mod summary;
mod table;
pub mod text;
pub mod variants;
pub mod version;
pub mod vidpn;
pub mod windows;

pub use lifecycle::Pdo;
pub use refusal::Refuse;
