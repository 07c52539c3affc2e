//! Every export, in one table: its name and its address, of a routine or of a variable.
//!
//! ntoskrnl.exe's table serves HAL.dll too, whose exports it has had since Windows 10 2004, and MmGetSystemRoutineAddress. What
//! the project's own driver may import stands in wdk-lite's imports.tsv.

use crate::cpu::raise;

use super::{
    connect, contiguous, crt, debug, dpc, etw, interlocked, io, iospace, ke, locks, mdl, mm,
    objects, pool, ps, registry, rtl, seh, spin, stack, strings, threads, time, timers, variables,
    waits, wdf, wmi,
};

struct Export(&'static str, *const ());

// SAFETY: addresses of routines and of statics, which every processor may have.
unsafe impl Sync for Export {}

/// The address of an export; module names compare without case, as Windows' loader does.
pub fn find(module: &str, name: &str) -> Option<u64> {
    let exports: &[Export] =
        if module.eq_ignore_ascii_case("ntoskrnl.exe") || module.eq_ignore_ascii_case("hal.dll") {
            &KERNEL
        } else if module.eq_ignore_ascii_case("wdfldr.sys") {
            &LOADER
        } else {
            return None;
        };
    exports
        .iter()
        .find(|export| export.0 == name)
        .map(|export| export.1 as u64)
}

macro_rules! exports {
    ($table:ident $($name:literal $item:expr;)*) => {
        static $table: [Export; { [$($name),*].len() }] = [$(Export($name, $item as *const ())),*];
    };
}

exports! { LOADER
    "WdfVersionBind" wdf::wdf_version_bind;
    "WdfVersionUnbind" wdf::wdf_version_unbind;
}

exports! { KERNEL
    "DbgPrint" debug::dbg_print;
    "DbgPrintEx" debug::dbg_print_ex;
    "EtwRegister" etw::etw_register;
    "EtwRegisterClassicProvider" wmi::etw_register_classic_provider;
    "EtwSetInformation" etw::etw_set_information;
    "EtwUnregister" etw::etw_unregister;
    "EtwWriteTransfer" etw::etw_write_transfer;
    "ExAcquireFastMutex" locks::ex_acquire_fast_mutex;
    "ExAcquireFastMutexUnsafe" locks::ex_acquire_fast_mutex_unsafe;
    "ExAllocatePool" pool::ex_allocate_pool;
    "ExAllocatePool2" pool::ex_allocate_pool2;
    "ExAllocatePoolWithQuotaTag" pool::ex_allocate_pool_with_tag;
    "ExAllocatePoolWithTag" pool::ex_allocate_pool_with_tag;
    "ExAllocatePoolWithTagPriority" pool::ex_allocate_pool_with_tag;
    "ExEventObjectType" &raw const variables::OBJECT_TYPES;
    "ExFreePool" pool::ex_free_pool;
    "ExFreePoolWithTag" pool::ex_free_pool_with_tag;
    "ExInitializeFastMutex" locks::ex_initialize_fast_mutex;
    "ExInterlockedInsertHeadList" interlocked::ex_interlocked_insert_head_list;
    "ExInterlockedInsertTailList" interlocked::ex_interlocked_insert_tail_list;
    "ExInterlockedRemoveHeadList" interlocked::ex_interlocked_remove_head_list;
    "ExRaiseAccessViolation" seh::ex_raise_access_violation;
    "ExRaiseDatatypeMisalignment" seh::ex_raise_datatype_misalignment;
    "ExRaiseStatus" raise::raise_status;
    "ExReleaseFastMutex" locks::ex_release_fast_mutex;
    "ExReleaseFastMutexUnsafe" locks::ex_release_fast_mutex_unsafe;
    "ExTryToAcquireFastMutex" locks::ex_try_to_acquire_fast_mutex;
    "InitSafeBootMode" &raw const variables::SAFE_BOOT_MODE;
    "IoAcquireRemoveLockEx" stack::io_acquire_remove_lock_ex;
    "IoAllocateMdl" mdl::io_allocate_mdl;
    "IoAttachDeviceToDeviceStack" stack::io_attach_device_to_device_stack;
    "IoBuildDeviceIoControlRequest" io::io_build_device_io_control_request;
    "IoBuildPartialMdl" mdl::io_build_partial_mdl;
    "IoConnectInterruptEx" connect::io_connect_interrupt_ex;
    "IoCreateDevice" io::io_create_device;
    "IoCreateNotificationEvent" objects::io_create_notification_event;
    "IoCreateSymbolicLink" objects::io_create_symbolic_link;
    "IoCreateSynchronizationEvent" objects::io_create_synchronization_event;
    "IoDeleteDevice" io::io_delete_device;
    "IoDeleteSymbolicLink" objects::io_delete_symbolic_link;
    "IoDetachDevice" stack::io_detach_device;
    "IoDisconnectInterruptEx" connect::io_disconnect_interrupt_ex;
    "IoFileObjectType" &raw const variables::OBJECT_TYPES;
    "IoForwardIrpSynchronously" io::io_forward_irp_synchronously;
    "IoFreeMdl" mdl::io_free_mdl;
    "IoGetDeviceObjectPointer" objects::io_get_device_object_pointer;
    "IoInitializeRemoveLockEx" stack::io_initialize_remove_lock_ex;
    "IoOpenDeviceRegistryKey" registry::io_open_device_registry_key;
    "IoReleaseRemoveLockAndWaitEx" stack::io_release_remove_lock_and_wait_ex;
    "IoReleaseRemoveLockEx" stack::io_release_remove_lock_ex;
    "IoWMIRegistrationControl" wmi::io_wmi_registration_control;
    "IofCallDriver" io::iof_call_driver;
    "IofCompleteRequest" io::iof_complete_request;
    "KdDebuggerEnabled" &raw const variables::DEBUGGER_ENABLED;
    "KdDebuggerNotPresent" &raw const variables::DEBUGGER_NOT_PRESENT;
    "KeAcquireInStackQueuedSpinLock" spin::ke_acquire_in_stack_queued_spin_lock;
    "KeAcquireInStackQueuedSpinLockAtDpcLevel" spin::ke_acquire_in_stack_queued_spin_lock_at_dpc_level;
    "KeAcquireSpinLockAtDpcLevel" spin::ke_acquire_spin_lock_at_dpc_level;
    "KeAcquireSpinLockRaiseToDpc" spin::ke_acquire_spin_lock_raise_to_dpc;
    "KeBugCheck" ke::ke_bug_check;
    "KeBugCheckEx" ke::ke_bug_check_ex;
    "KeCancelTimer" timers::ke_cancel_timer;
    "KeClearEvent" ke::ke_clear_event;
    "KeDelayExecutionThread" waits::ke_delay_execution_thread;
    "KeEnterCriticalRegion" ke::ke_enter_critical_region;
    "KeFlushQueuedDpcs" ke::ke_flush_queued_dpcs;
    "KeGetCurrentIrql" ke::ke_get_current_irql;
    "KeGetCurrentProcessorNumberEx" ps::ke_get_current_processor_number_ex;
    "KeGetProcessorNumberFromIndex" ps::ke_get_processor_number_from_index;
    "KeGetCurrentThread" threads::ke_get_current_thread;
    "KeInitializeDpc" dpc::ke_initialize_dpc;
    "KeInitializeEvent" ke::ke_initialize_event;
    "KeInitializeMutex" locks::ke_initialize_mutex;
    "KeInitializeSemaphore" locks::ke_initialize_semaphore;
    "KeInitializeSpinLock" spin::ke_initialize_spin_lock;
    "KeInitializeTimer" timers::ke_initialize_timer;
    "KeInitializeTimerEx" timers::ke_initialize_timer_ex;
    "KeInsertQueueDpc" dpc::ke_insert_queue_dpc;
    "KeLeaveCriticalRegion" ke::ke_leave_critical_region;
    "KeLowerIrql" spin::ke_lower_irql;
    "KeQueryActiveProcessorCount" ps::ke_query_active_processor_count;
    "KeQueryActiveProcessorCountEx" ps::ke_query_active_processor_count_ex;
    "KeQueryActiveProcessors" ps::ke_query_active_processors;
    "KeQueryInterruptTime" time::ke_query_interrupt_time;
    "KeQueryInterruptTimePrecise" time::ke_query_interrupt_time_precise;
    "KeQueryPerformanceCounter" ke::ke_query_performance_counter;
    "KeQuerySystemTimePrecise" time::ke_query_system_time_precise;
    "KeQueryTimeIncrement" time::ke_query_time_increment;
    "KeQueryUnbiasedInterruptTime" time::ke_query_interrupt_time;
    "KeReadStateEvent" ke::ke_read_state_event;
    "KeReadStateMutex" locks::ke_read_state;
    "KeReadStateSemaphore" locks::ke_read_state;
    "KeReadStateTimer" timers::ke_read_state_timer;
    "KeReleaseInStackQueuedSpinLock" spin::ke_release_in_stack_queued_spin_lock;
    "KeReleaseInStackQueuedSpinLockFromDpcLevel" spin::ke_release_in_stack_queued_spin_lock_from_dpc_level;
    "KeReleaseMutex" locks::ke_release_mutex;
    "KeReleaseSemaphore" locks::ke_release_semaphore;
    "KeReleaseSpinLock" spin::ke_release_spin_lock;
    "KeReleaseSpinLockFromDpcLevel" spin::ke_release_spin_lock_from_dpc_level;
    "KeRemoveQueueDpc" dpc::ke_remove_queue_dpc;
    "KeResetEvent" ke::ke_reset_event;
    "KeSetCoalescableTimer" timers::ke_set_coalescable_timer;
    "KeSetEvent" ke::ke_set_event;
    "KeSetImportanceDpc" dpc::ke_set_importance_dpc;
    "KeSetPriorityThread" threads::ke_set_priority_thread;
    "KeSetTargetProcessorDpc" dpc::ke_set_target_processor_dpc;
    "KeSetTargetProcessorDpcEx" dpc::ke_set_target_processor_dpc_ex;
    "KeSetTimer" timers::ke_set_timer;
    "KeSetTimerEx" timers::ke_set_timer_ex;
    "KeStallExecutionProcessor" ke::ke_stall_execution_processor;
    "KeSynchronizeExecution" connect::ke_synchronize_execution;
    "KeTryToAcquireSpinLockAtDpcLevel" spin::ke_try_to_acquire_spin_lock_at_dpc_level;
    "KeWaitForMultipleObjects" waits::ke_wait_for_multiple_objects;
    "KeWaitForMutexObject" waits::ke_wait_for_single_object;
    "KeWaitForSingleObject" waits::ke_wait_for_single_object;
    "KfRaiseIrql" spin::kf_raise_irql;
    "MmAllocateContiguousMemory" contiguous::mm_allocate_contiguous_memory;
    "MmAllocateContiguousMemorySpecifyCache" contiguous::mm_allocate_contiguous_memory_specify_cache;
    "MmAllocateContiguousMemorySpecifyCacheNode" contiguous::mm_allocate_contiguous_node_memory;
    "MmAllocateContiguousNodeMemory" contiguous::mm_allocate_contiguous_node_memory;
    "MmAllocatePagesForMdl" mm::mm_allocate_pages_for_mdl;
    "MmAllocatePagesForMdlEx" mm::mm_allocate_pages_for_mdl_ex;
    "MmBuildMdlForNonPagedPool" mdl::mm_build_mdl_for_non_paged_pool;
    "MmCopyMemory" mm::mm_copy_memory;
    "MmFreeContiguousMemory" contiguous::mm_free_contiguous_memory;
    "MmFreeContiguousMemorySpecifyCache" contiguous::mm_free_contiguous_memory_specify_cache;
    "MmFreePagesFromMdl" mm::mm_free_pages_from_mdl;
    "MmGetPhysicalAddress" contiguous::mm_get_physical_address;
    "MmGetSystemRoutineAddress" ps::mm_get_system_routine_address;
    "MmHighestUserAddress" &raw const variables::HIGHEST_USER_ADDRESS;
    "MmIsAddressValid" contiguous::mm_is_address_valid;
    "MmMapIoSpace" iospace::mm_map_io_space;
    "MmMapIoSpaceEx" iospace::mm_map_io_space;
    "MmMapLockedPages" mm::mm_map_locked_pages;
    "MmMapLockedPagesSpecifyCache" mm::mm_map_locked_pages_specify_cache;
    "MmProbeAndLockPages" mdl::mm_probe_and_lock_pages;
    "MmSizeOfMdl" mdl::mm_size_of_mdl;
    "MmSystemRangeStart" &raw const variables::SYSTEM_RANGE_START;
    "MmUnlockPages" mdl::mm_unlock_pages;
    "MmUnmapIoSpace" iospace::mm_unmap_io_space;
    "MmUnmapLockedPages" mm::mm_unmap_locked_pages;
    "MmUserProbeAddress" &raw const variables::USER_PROBE_ADDRESS;
    "NtBuildNumber" &raw const variables::BUILD_NUMBER;
    "ObOpenObjectByPointer" objects::ob_open_object_by_pointer;
    "ObReferenceObjectByHandle" objects::ob_reference_object_by_handle;
    "ObfDereferenceObject" objects::obf_dereference_object;
    "ObfReferenceObject" objects::obf_reference_object;
    "ProbeForRead" mdl::probe_for_read;
    "ProbeForWrite" mdl::probe_for_write;
    "PsCreateSystemThread" threads::ps_create_system_thread;
    "PsGetCurrentProcessId" threads::ps_get_current_process_id;
    "PsGetCurrentThread" threads::ke_get_current_thread;
    "PsGetCurrentThreadId" threads::ps_get_current_thread_id;
    "PsGetVersion" ps::ps_get_version;
    "PsTerminateSystemThread" threads::ps_terminate_system_thread;
    "PsThreadType" &raw const variables::OBJECT_TYPES;
    "RtlAnsiStringToUnicodeString" rtl::rtl_ansi_string_to_unicode_string;
    "RtlAppendUnicodeStringToString" rtl::rtl_append_unicode_string_to_string;
    "RtlAppendUnicodeToString" rtl::rtl_append_unicode_to_string;
    "RtlCompareMemory" rtl::rtl_compare_memory;
    "RtlCompareUnicodeString" rtl::rtl_compare_unicode_string;
    "RtlCopyUnicodeString" rtl::rtl_copy_unicode_string;
    "RtlEqualUnicodeString" rtl::rtl_equal_unicode_string;
    "RtlFreeUnicodeString" rtl::rtl_free_unicode_string;
    "RtlGetVersion" ps::rtl_get_version;
    "RtlInitAnsiString" rtl::rtl_init_ansi_string;
    "RtlInitUnicodeString" rtl::rtl_init_unicode_string;
    "RtlIntegerToUnicodeString" rtl::rtl_integer_to_unicode_string;
    "RtlUnwind" seh::rtl_unwind;
    "RtlUnwindEx" seh::rtl_unwind_ex;
    "WmiQueryTraceInformation" wmi::wmi_query_trace_information;
    "WmiTraceMessage" wmi::wmi_trace_message;
    "ZwClose" objects::zw_close;
    "ZwCreateKey" registry::zw_create_key;
    "ZwLoadDriver" registry::zw_load_driver;
    "ZwOpenKey" registry::zw_open_key;
    "ZwQueryValueKey" registry::zw_query_value_key;
    "ZwSetSecurityObject" objects::zw_set_security_object;
    "ZwSetValueKey" registry::zw_set_value_key;
    "ZwUnloadDriver" registry::zw_unload_driver;
    "__C_specific_handler" seh::c_specific_handler;
    "__chkstk" crt::chkstk;
    "_local_unwind" seh::local_unwind;
    "_snprintf" strings::snprintf;
    "_snwprintf" strings::snwprintf;
    "_stricmp" strings::stricmp;
    "_vsnprintf" strings::vsnprintf;
    "_vsnwprintf" strings::vsnwprintf;
    "_wcsicmp" strings::wcsicmp;
    "memcmp" crt::memcmp;
    "memcpy" crt::memcpy;
    "memmove" crt::memmove;
    "memset" crt::memset;
    "strcmp" strings::strcmp;
    "strlen" strings::strlen;
    "strncmp" strings::strncmp;
    "vDbgPrintEx" debug::v_dbg_print_ex;
    "wcscmp" strings::wcscmp;
    "wcslen" strings::wcslen;
    "wcsncmp" strings::wcsncmp;
}
