//! Every export, in one table: module, name, address. What the driver may import stands in wdk-lite's imports.tsv.

use super::{crt, debug, dpc, etw, io, ke, mm, objects, pool, registry, rtl, wdf};

const KERNEL: &str = "ntoskrnl.exe";
const LOADER: &str = "WDFLDR.SYS";

macro_rules! exports {
    ($($module:ident $name:literal $function:path;)*) => {
        /// The address of an export; module names compare without case, as Windows' loader does.
        pub fn find(module: &str, name: &str) -> Option<u64> {
            let table: &[(&str, &str, u64)] = &[$(($module, $name, $function as *const () as u64)),*];
            table
                .iter()
                .find(|(owner, export, _)| owner.eq_ignore_ascii_case(module) && *export == name)
                .map(|&(_, _, address)| address)
        }
    };
}

exports! {
    KERNEL "DbgPrint" debug::dbg_print;
    KERNEL "EtwRegister" etw::etw_register;
    KERNEL "EtwSetInformation" etw::etw_set_information;
    KERNEL "EtwUnregister" etw::etw_unregister;
    KERNEL "EtwWriteTransfer" etw::etw_write_transfer;
    KERNEL "ExAllocatePool2" pool::ex_allocate_pool2;
    KERNEL "ExFreePool" pool::ex_free_pool;
    KERNEL "ExFreePoolWithTag" pool::ex_free_pool_with_tag;
    KERNEL "IoBuildDeviceIoControlRequest" io::io_build_device_io_control_request;
    KERNEL "IoCreateDevice" io::io_create_device;
    KERNEL "IoCreateSymbolicLink" objects::io_create_symbolic_link;
    KERNEL "IoDeleteDevice" io::io_delete_device;
    KERNEL "IoDeleteSymbolicLink" objects::io_delete_symbolic_link;
    KERNEL "IoGetDeviceObjectPointer" objects::io_get_device_object_pointer;
    KERNEL "IoOpenDeviceRegistryKey" registry::io_open_device_registry_key;
    KERNEL "IofCallDriver" io::iof_call_driver;
    KERNEL "IofCompleteRequest" io::iof_complete_request;
    KERNEL "KeBugCheckEx" ke::ke_bug_check_ex;
    KERNEL "KeClearEvent" ke::ke_clear_event;
    KERNEL "KeDelayExecutionThread" ke::ke_delay_execution_thread;
    KERNEL "KeEnterCriticalRegion" ke::ke_enter_critical_region;
    KERNEL "KeFlushQueuedDpcs" ke::ke_flush_queued_dpcs;
    KERNEL "KeGetCurrentIrql" ke::ke_get_current_irql;
    KERNEL "KeGetProcessorNumberFromIndex" dpc::ke_get_processor_number_from_index;
    KERNEL "KeInitializeDpc" dpc::ke_initialize_dpc;
    KERNEL "KeInitializeEvent" ke::ke_initialize_event;
    KERNEL "KeInsertQueueDpc" dpc::ke_insert_queue_dpc;
    KERNEL "KeLeaveCriticalRegion" ke::ke_leave_critical_region;
    KERNEL "KeQueryActiveProcessorCountEx" dpc::ke_query_active_processor_count_ex;
    KERNEL "KeQueryPerformanceCounter" ke::ke_query_performance_counter;
    KERNEL "KeReadStateEvent" ke::ke_read_state_event;
    KERNEL "KeResetEvent" ke::ke_reset_event;
    KERNEL "KeSetEvent" ke::ke_set_event;
    KERNEL "KeSetTargetProcessorDpcEx" dpc::ke_set_target_processor_dpc_ex;
    KERNEL "KeStallExecutionProcessor" ke::ke_stall_execution_processor;
    KERNEL "KeWaitForSingleObject" ke::ke_wait_for_single_object;
    KERNEL "MmAllocatePagesForMdlEx" mm::mm_allocate_pages_for_mdl_ex;
    KERNEL "MmCopyMemory" mm::mm_copy_memory;
    KERNEL "MmFreePagesFromMdl" mm::mm_free_pages_from_mdl;
    KERNEL "MmMapLockedPagesSpecifyCache" mm::mm_map_locked_pages_specify_cache;
    KERNEL "MmUnmapLockedPages" mm::mm_unmap_locked_pages;
    KERNEL "ObOpenObjectByPointer" objects::ob_open_object_by_pointer;
    KERNEL "ObfDereferenceObject" objects::obf_dereference_object;
    KERNEL "RtlInitUnicodeString" rtl::rtl_init_unicode_string;
    KERNEL "ZwClose" objects::zw_close;
    KERNEL "ZwLoadDriver" registry::zw_load_driver;
    KERNEL "ZwSetSecurityObject" objects::zw_set_security_object;
    KERNEL "ZwSetValueKey" registry::zw_set_value_key;
    KERNEL "__C_specific_handler" crt::c_specific_handler;
    KERNEL "__chkstk" crt::chkstk;
    KERNEL "memcmp" crt::memcmp;
    KERNEL "memcpy" crt::memcpy;
    KERNEL "memmove" crt::memmove;
    KERNEL "memset" crt::memset;
    LOADER "WdfVersionBind" wdf::wdf_version_bind;
    LOADER "WdfVersionUnbind" wdf::wdf_version_unbind;
}
