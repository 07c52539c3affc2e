//! The rig notices what it says it notices: one small driver a fault, each booted in QEMU.
//!
//! Ignored by default, since it needs clang, lld, QEMU and the built rig: `RIG_EFI=path cargo test -p rig --test faults --
//! --ignored`, which `cargo xtask test` does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// QEMU's exit status for each outcome of the rig.
const FAILED: i32 = 35;
const BUGCHECK: i32 = 37;
const RIG: i32 = 39;

const IMPORTS: &[(&str, &str)] = &[
    (
        "ntoskrnl.exe",
        "DbgPrint ExRaiseStatus ProbeForRead memcpy strcmp __C_specific_handler ExAllocatePoolWithTag \
         ExAllocatePool2 ExFreePoolWithTag KeInitializeEvent KeSetEvent KeWaitForSingleObject \
         KeQueryPerformanceCounter KeGetCurrentIrql MmAllocatePagesForMdlEx MmMapLockedPagesSpecifyCache \
         MmUnmapLockedPages MmFreePagesFromMdl MmCopyMemory ZwClose KeNoSuchRoutine KeNoSuchVariable \
         PsCreateSystemThread PsTerminateSystemThread ObReferenceObjectByHandle ObfDereferenceObject KeInitializeMutex \
         KeReleaseMutex KeInitializeSemaphore KeReleaseSemaphore KeInitializeTimerEx KeSetTimerEx KeCancelTimer \
         KeInitializeDpc KeInsertQueueDpc KeFlushQueuedDpcs KeInitializeSpinLock KeAcquireSpinLockRaiseToDpc \
         KeReleaseSpinLock ExInterlockedInsertTailList ExInterlockedRemoveHeadList MmAllocateContiguousMemory \
         MmFreeContiguousMemory MmGetPhysicalAddress IoAllocateMdl IoFreeMdl MmProbeAndLockPages MmUnlockPages \
         IoCreateNotificationEvent RtlInitUnicodeString RtlIntegerToUnicodeString _snwprintf _snprintf \
         MmGetSystemRoutineAddress MmUserProbeAddress KeDelayExecutionThread KeWaitForMultipleObjects KeSetPriorityThread \
         ExInitializeFastMutex ExAcquireFastMutex ExReleaseFastMutex wcscmp",
    ),
    ("WDFLDR.SYS", "WdfVersionBind"),
];

fn run(command: &mut Command) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Builds the driver in `source` with this definition.
fn build(folder: &Path, source: &str, definition: &str, subsystem: &str) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/faults")
        .join(source);
    let object = folder.join("driver.obj");
    // Control Flow Guard, of the one driver that is about it.
    let (compiled, linked): (&[&str], &[&str]) = match source.ends_with("guard.c") {
        true => (
            &["-Xclang", "-cfguard"],
            &["/guard:cf", "/include:_load_config_used"],
        ),
        false => (&[], &[]),
    };
    run(Command::new("clang")
        .args([
            "--target=x86_64-pc-windows-msvc",
            "-ffreestanding",
            "-fno-builtin",
            "-O1",
            "-fms-extensions",
            "-Wall",
            "-Wno-unused",
        ])
        .args(compiled)
        .args(["-c", &format!("-D{definition}")])
        .arg(&source)
        .arg("-o")
        .arg(&object));
    let image = folder.join("driver.sys");
    let mut link = Command::new("lld-link");
    link.args([
        "/nodefaultlib",
        "/driver",
        "/dynamicbase",
        "/entry:DriverEntry",
    ])
    .args(linked)
    .arg(format!("/subsystem:{subsystem}"))
    .arg(format!("/out:{}", image.display()))
    .arg(&object);
    for (index, (module, names)) in IMPORTS.iter().enumerate() {
        let (definitions, library) = (
            folder.join(format!("{index}.def")),
            folder.join(format!("{index}.lib")),
        );
        let lines: Vec<&str> = names.split_whitespace().collect();
        fs::write(
            &definitions,
            format!("LIBRARY {module}\nEXPORTS\n{}\n", lines.join("\n")),
        )
        .unwrap();
        run(Command::new("llvm-dlltool")
            .args(["-m", "i386:x86-64", "-d"])
            .arg(&definitions)
            .arg("-l")
            .arg(&library));
        link.arg(&library);
    }
    run(&mut link);
    image
}

/// Boots the rig with an image; QEMU's exit status and the log.
fn boot(image: &Path) -> (i32, String) {
    boot_with(
        image,
        "watchdog=10",
        &["-accel", "tcg,thread=multi", "-smp", "2"],
    )
}

/// The same with other options, accelerator and processors.
fn boot_with(image: &Path, options: &str, processors: &[&str]) -> (i32, String) {
    let rig = std::env::var_os("RIG_EFI").expect("RIG_EFI names the built rig (rig.efi)");
    let output = Command::new("timeout")
        .args(["90", "qemu-system-x86_64", "-machine", "q35", "-cpu", "max"])
        .args(processors)
        .args([
            "-m", "256", "-display", "none", "-vga", "none", "-monitor", "none", "-net", "none",
        ])
        .args([
            "-no-reboot",
            "-device",
            "virtio-gpu-pci",
            "-bios",
            "/usr/share/ovmf/OVMF.fd",
            "-kernel",
        ])
        .arg(rig)
        .arg("-fw_cfg")
        .arg(format!(
            "name=opt/org.vgpudod/driver,file={}",
            image.display()
        ))
        .arg("-fw_cfg")
        .arg(format!("name=opt/org.vgpudod/options,string={options}"))
        .args([
            "-serial",
            "stdio",
            "-device",
            "isa-debug-exit,iobase=0xf4,iosize=4",
        ])
        .output()
        .expect("QEMU starts");
    let log = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code().unwrap_or(-1), log)
}

fn run_fault(fault: u32, subsystem: &str) -> (i32, String) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fault-{fault}-{subsystem}"));
    fs::create_dir_all(&folder).unwrap();
    boot(&build(
        &folder,
        "driver.c",
        &format!("FAULT={fault}"),
        subsystem,
    ))
}

/// Builds and boots another of the drivers.
fn run_source(source: &str, definition: &str) -> (i32, String) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{source}-{definition}"));
    fs::create_dir_all(&folder).unwrap();
    boot(&build(&folder, source, definition, "native"))
}

/// A driver that checks the rig's services says so at its end, and nothing was wrong.
fn expect_checked(source: &str, last: &str) {
    let (ended, log) = run_source(source, "CHECKED=1");
    assert!(log.contains(last), "{log}");
    assert!(!log.contains("WRONG") && !log.contains("rule "), "{log}");
    assert!(log.contains("\"leaks\": 0"), "{log}");
    assert_eq!(ended, FAILED, "{log}");
}

/// The run with this fault ends so, and its log has all of these.
fn expect(fault: u32, status: i32, words: &[&str]) {
    let (ended, log) = run_fault(fault, "native");
    assert_eq!(ended, status, "{log}");
    for word in words {
        assert!(log.contains(word), "`{word}` is not in the log:\n{log}");
    }
}

macro_rules! faults {
    ($($name:ident $fault:literal $status:ident $words:expr;)*) => {
        $(#[test]
        #[ignore = "needs clang, lld, QEMU and RIG_EFI"]
        fn $name() {
            expect($fault, $status, &$words);
        })*
    };
}

faults! {
    a_null_pointer_is_caught 1 BUGCHECK ["bugcheck 0x50", "the NULL page", "vgpudod.sys+0x"];
    a_stack_of_24_kib_ends_in_a_guard_page 2 BUGCHECK ["the kernel stack of 24 KiB is used up"];
    an_overrun_of_pool_faults 3 BUGCHECK ["page fault: write", "pool: an overrun"];
    an_overrun_that_stays_in_the_page_is_found_when_freed 4 BUGCHECK ["bugcheck 0x19", "a byte behind the block of 30 bytes"];
    a_double_free_is_caught 5 BUGCHECK ["bugcheck 0xc2", "was freed before", "vgpudod.sys+0x"];
    a_use_after_free_faults 6 BUGCHECK ["page fault: read", "a block after it was freed"];
    code_is_not_writable 7 BUGCHECK ["page fault: write", "its protection forbids it (the driver image)"];
    data_is_not_executable 8 BUGCHECK ["page fault: execute", "its protection forbids it (the driver image)"];
    an_unknown_import_is_named_when_it_is_called 9 RIG ["error: the driver called ntoskrnl.exe!KeNoSuchRoutine, which the rig does not have", "vgpudod.sys+0x"];
    a_call_at_too_high_an_irql_is_a_violation 10 FAILED ["rule IRQL/callback broken at ZwClose", "IRQL 2 (DISPATCH_LEVEL)"];
    a_leak_is_counted 11 FAILED ["\"leaks\": 1", "leak: 48 bytes"];
    an_unused_framework_function_is_named 12 BUGCHECK ["bugcheck 0x10d", "which the rig's framework does not have", "WdfDevice"];
    a_physical_address_is_no_virtual_one 13 BUGCHECK ["page fault: write at 0x400000", "a physical address, or a wild pointer"];
    pages_freed_while_mapped_are_caught 14 BUGCHECK ["bugcheck 0xc4", "MmFreePagesFromMdl: the MDL is still mapped"];
    a_hang_says_where 16 BUGCHECK ["no progress for 10 s: interrupted at vgpudod.sys+0x", "bugcheck 0x101"];
    an_exception_without_a_handler_is_a_bugcheck 15 BUGCHECK ["bugcheck 0x1e", "exception 3 (0x80000003), and no handler takes it", "vgpudod.sys+0x"];
    a_failed_nt_assert_is_named 18 BUGCHECK ["bugcheck 0x1e", "NT_ASSERT failed (int 2Ch, STATUS_ASSERTION_FAILURE 0xc0000420)"];
    a_fast_fail_is_a_security_check_failure 19 BUGCHECK ["bugcheck 0x139", "__fastfail(5)"];
    an_unknown_variable_is_named_when_it_is_read 20 RIG ["error: the driver used ntoskrnl.exe!KeNoSuchVariable, which the rig does not have"];
}

#[test]
#[ignore = "needs clang, lld, QEMU and RIG_EFI"]
fn the_services_answer_as_documented() {
    let (ended, log) = run_fault(0, "native");
    assert!(
        log.contains("driver: text narrow, -5, 0000beef, 1099511627776"),
        "{log}"
    );
    assert!(log.contains("driver: services checked"), "{log}");
    assert!(!log.contains("WRONG") && !log.contains("rule "), "{log}");
    assert!(log.contains("\"leaks\": 0"), "{log}");
    assert_eq!(ended, FAILED, "{log}");
}

#[test]
#[ignore = "needs clang, lld, QEMU and RIG_EFI"]
fn instructions_are_counted_one_by_one() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("counted");
    fs::create_dir_all(&folder).unwrap();
    let image = build(&folder, "driver.c", "FAULT=21", "native");
    for shift in ["3", "4"] {
        let icount = format!("shift={shift},sleep=off");
        let processors = [
            "-accel",
            "tcg,thread=single",
            "-smp",
            "1",
            "-icount",
            &icount,
        ];
        let (_, log) = boot_with(&image, "watchdog=60 count=1", &processors);
        let count = log
            .split("DriverEntry ran ")
            .nth(1)
            .and_then(|rest| rest.split(' ').next()?.parse::<u64>().ok());
        // A million turns of two, and what is around them.
        let exact = count.is_some_and(|count| (2_000_000..2_010_000).contains(&count));
        assert!(exact, "shift {shift}: {log}");
    }
}

#[test]
#[ignore = "needs clang, lld, QEMU and RIG_EFI"]
fn a_call_through_a_pointer_is_checked_where_the_image_has_control_flow_guard() {
    expect_checked("guard.c", "guard checked");
    let (ended, log) = run_source("guard.c", "BESIDE=1");
    assert_eq!(ended, BUGCHECK, "{log}");
    for word in [
        "guard checked",
        "bugcheck 0x139",
        "__fastfail(10)",
        "vgpudod.sys+0x",
    ] {
        assert!(log.contains(word), "`{word}` is not in the log:\n{log}");
    }
}

#[test]
#[ignore = "needs clang, lld, QEMU and RIG_EFI"]
fn a_program_is_no_driver() {
    let (ended, log) = run_fault(17, "console");
    assert_eq!(ended, RIG, "{log}");
    assert!(log.contains("its subsystem is not native"), "{log}");
}

#[test]
#[ignore = "needs clang, lld, QEMU and RIG_EFI"]
fn exceptions_find_their_handlers() {
    expect_checked("seh.c", "driver: exceptions checked");
}

#[test]
#[ignore = "needs clang, lld, QEMU and RIG_EFI"]
fn an_exception_that_nothing_takes_is_a_bugcheck() {
    let (ended, log) = run_source("seh.c", "UNHANDLED=1");
    assert_eq!(ended, BUGCHECK, "{log}");
    let said = "bugcheck 0x1e (0xc0001234";
    assert!(log.contains(said), "{log}");
    assert!(
        log.contains("0xc0001234 was raised, and no handler takes it"),
        "{log}"
    );
}

#[test]
#[ignore = "needs clang, lld, QEMU and RIG_EFI"]
fn a_bad_address_of_the_kernels_is_a_bugcheck_whatever_handlers_there_are() {
    let (ended, log) = run_source("seh.c", "UNHANDLED=2");
    assert_eq!(ended, BUGCHECK, "{log}");
    assert!(log.contains("bugcheck 0x50"), "{log}");
    let (ended, log) = run_source("seh.c", "UNHANDLED=3");
    assert_eq!(ended, BUGCHECK, "{log}");
    assert!(log.contains("page fault: read at 0x10000"), "{log}");
}

#[test]
#[ignore = "needs clang, lld, QEMU and RIG_EFI"]
fn threads_timers_locks_and_memory_are_as_documented() {
    expect_checked("services.c", "driver: kernel services checked");
}

#[test]
#[ignore = "needs clang, lld, QEMU and RIG_EFI"]
fn what_is_not_given_back_is_named() {
    let (_, log) = run_source("services.c", "LEAK=1");
    let named: Vec<&str> = log
        .lines()
        .filter_map(|line| Some(line.split_once(" leak: ")?.1))
        .collect();
    for (what, times) in [
        ("4096 bytes of contiguous memory at ", 1),
        ("an event at ", 1),
        ("timer 0x", 1),
        ("handle ", 2),
        ("a thread at ", 1),
        ("64 bytes at ", 1),
        ("the pages of the MDL at ", 1),
    ] {
        let count = named.iter().filter(|name| name.starts_with(what)).count();
        assert_eq!(count, times, "{what}: {named:#?}");
    }
    let all = format!("\"leaks\": {}", named.len());
    assert!(log.contains(&all), "{all}: {log}");
}
