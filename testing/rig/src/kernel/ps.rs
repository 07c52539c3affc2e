//! The system and its version: PsGetVersion, RtlGetVersion, processors, MmGetSystemRoutineAddress.

use super::{rtl, rules, table};
use crate::abi::{NTSTATUS, PVOID, STATUS_INVALID_PARAMETER, STATUS_SUCCESS, UNICODE_STRING};
use crate::cpu::irql::{DISPATCH_LEVEL, PASSIVE_LEVEL};
use crate::cpu::percpu;

/// Windows 10 2004: the oldest that this project's driver supports.
const MAJOR: u32 = 10;
const MINOR: u32 = 0;
const BUILD: u32 = 19041;

/// PsGetVersion: TRUE on a checked build.
pub extern "system" fn ps_get_version(
    major: *mut u32,
    minor: *mut u32,
    build: *mut u32,
    service_pack: *mut UNICODE_STRING,
) -> u8 {
    // SAFETY: out-parameters, each of which may be NULL.
    unsafe {
        for (place, value) in [(major, MAJOR), (minor, MINOR), (build, BUILD)] {
            if !place.is_null() {
                place.write(value);
            }
        }
        if let Some(text) = service_pack.as_mut() {
            text.Length = 0;
        }
    }
    0
}

/// RtlGetVersion: the first five members of RTL_OSVERSIONINFOW; its size says that there are so many.
pub extern "system" fn rtl_get_version(version: *mut u32) -> NTSTATUS {
    // SAFETY: the caller's structure.
    unsafe {
        for (index, value) in [MAJOR, MINOR, BUILD, 2].into_iter().enumerate() {
            version.add(1 + index).write(value);
        }
        version.add(5).write(0);
    }
    STATUS_SUCCESS
}

/// ALL_PROCESSOR_GROUPS.
const ALL_PROCESSOR_GROUPS: u16 = 0xFFFF;

/// PROCESSOR_NUMBER.
#[derive(Debug)]
#[repr(C)]
pub struct ProcessorNumber {
    group: u16,
    number: u8,
    reserved: u8,
}

impl ProcessorNumber {
    /// The processor, if there is one with this number.
    pub fn index(&self) -> Option<u32> {
        let index = u32::from(self.number);
        (self.group == 0 && self.reserved == 0 && index < percpu::count()).then_some(index)
    }
}

/// KeQueryActiveProcessorCount.
pub extern "system" fn ke_query_active_processor_count(_set: PVOID) -> u32 {
    percpu::count()
}

/// KeQueryActiveProcessorCountEx.
pub extern "system" fn ke_query_active_processor_count_ex(group: u16) -> u32 {
    match group {
        0 | ALL_PROCESSOR_GROUPS => percpu::count(),
        _ => 0,
    }
}

/// KeGetProcessorNumberFromIndex.
pub extern "system" fn ke_get_processor_number_from_index(
    index: u32,
    number: *mut ProcessorNumber,
) -> NTSTATUS {
    rules::at_most(DISPATCH_LEVEL, "KeGetProcessorNumberFromIndex");
    if index >= percpu::count() {
        return STATUS_INVALID_PARAMETER;
    }
    // SAFETY: the caller's structure.
    unsafe {
        number.write(ProcessorNumber {
            group: 0,
            number: index as u8,
            reserved: 0,
        });
    }
    STATUS_SUCCESS
}

/// KeQueryActiveProcessors.
pub extern "system" fn ke_query_active_processors() -> u64 {
    u64::MAX >> (64 - percpu::count())
}

/// KeGetCurrentProcessorNumberEx.
pub extern "system" fn ke_get_current_processor_number_ex(number: *mut ProcessorNumber) -> u32 {
    let index = percpu::index();
    if !number.is_null() {
        ke_get_processor_number_from_index(index, number);
    }
    index
}

/// MmGetSystemRoutineAddress: NULL for what the rig does not have.
pub extern "system" fn mm_get_system_routine_address(name: *const UNICODE_STRING) -> PVOID {
    rules::at_most(PASSIVE_LEVEL, "MmGetSystemRoutineAddress");
    // SAFETY: the caller's string.
    let name = unsafe { rtl::text(name) };
    let address = table::find("ntoskrnl.exe", &name);
    crate::log!(
        "MmGetSystemRoutineAddress({name}): {}",
        if address.is_some() { "there" } else { "NULL" }
    );
    address.unwrap_or(0) as PVOID
}
