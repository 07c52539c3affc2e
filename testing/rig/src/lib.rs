//! Machine 2: a UEFI program in QEMU that gives the *unmodified* driver image ring 0 and real interrupts.
//!
//! The rig never links the driver. It reads `vgpudod.sys` from QEMU's fw_cfg, leaves the firmware, takes the processors,
//! the interrupt controllers and the page tables for itself, loads the image as Windows' loader does, resolves its
//! imports against its own stand-ins for ntoskrnl.exe and WDFLDR.SYS, and lets the port model (`testing/port`, which
//! plays dxgkrnl) run a scenario against it.
//!
//! | folder | what it is |
//! | --- | --- |
//! | `boot` | from the firmware to four running processors |
//! | `cpu` | per-processor state, CR8 as IRQL, interrupt entry, DPC queues, jobs, measured kernel stacks |
//! | `memory` | page frames, page tables, the rig's own heap, virtual ranges with guard pages |
//! | `devices` | serial ports, local and I/O APIC, clock, PCI, MSI-X |
//! | `image` | the loader of the driver image |
//! | `kernel` | the exports: pool, Mm, Ke, Ps, Io, Zw, Rtl, Etw, exceptions, DbgPrint, the C run-time, WDF |
//! | `machine` | all of that as the port's `Machine` |
//! | `bugcheck` | the end when something is wrong: code, parameters, stack |
//!
//! By hand (`cargo xtask run` does it):
//!
//! ```text
//! qemu-system-x86_64 -machine q35 -accel tcg,thread=multi -cpu max -smp 4 -m 512 -display none -vga none
//!     -device virtio-gpu-pci -bios /usr/share/ovmf/OVMF.fd -kernel rig.efi
//!     -fw_cfg name=opt/org.vgpudod/driver,file=vgpudod.sys -fw_cfg name=opt/org.vgpudod/options,string="frames=300"
//!     -serial stdio -serial unix:requests.sock,server=on,wait=off -device isa-debug-exit,iobase=0xf4,iosize=4
//! ```
//!
//! The first serial port is the log; the lines `ready: ...`, `summary: {json}` and `error: ...` are for programs. The second is
//! the request channel ([`request`]). QEMU ends with 33 if everything held, 35 if not, 37 after a bugcheck, 39 if the rig
//! could not do its part. With `-device edu` on the adapter's line, a neighbour shares it.
//!
//! With `pnp=1` the image is the driver of a device that is no display, `edu`: it is added, started, exercised and removed without the
//! port, through interrupt objects of WDM or of the framework (`kernel::pnp`, `kernel::connect`, `kernel::framework`).
//!
//! What it does not show: paging and pageable code, threads that are preempted (each processor has one), more than one driver,
//! PnP and power of Windows' own, the framework beyond what a miniport and the example in KMDF use, and time: TCG's processors are threads of
//! the host. Caches are coherent and memory strongly ordered beyond what x64 promises.
//!
//! What can be checked without a machine stands at the crate's root ([`abi`], [`guard`], [`pe`], [`presets`], [`printf`], [`request`], [`options`],
//! [`unwind`]) and is tested on the host with `cargo test -p rig`.
#![cfg_attr(target_os = "uefi", no_std)]

#[cfg(target_os = "uefi")]
extern crate alloc;

pub mod abi;
pub mod guard;
pub mod options;
pub mod pe;
pub mod presets;
pub mod printf;
pub mod request;
pub mod unwind;

#[cfg(target_os = "uefi")]
pub mod boot;
#[cfg(target_os = "uefi")]
mod bugcheck;
#[cfg(target_os = "uefi")]
mod cpu;
#[cfg(target_os = "uefi")]
mod devices;
#[cfg(target_os = "uefi")]
mod image;
#[cfg(target_os = "uefi")]
mod kernel;
#[cfg(target_os = "uefi")]
mod machine;
#[cfg(target_os = "uefi")]
mod memory;
#[cfg(target_os = "uefi")]
mod sync;
