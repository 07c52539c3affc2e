//! The run: load the driver, let the port play Windows against it, serve user mode, report.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use core::ffi::c_void;
use core::mem::size_of;
use core::sync::atomic::{AtomicUsize, Ordering};

use dxgk_sys::KMDDOD_INITIALIZATION_DATA;
use ioctl::Statistics as Answer;
use port::Pdo;
use port::config::{Config, PostDisplay};
use port::machine::{Machine, Range};
use port::pattern::Pattern;
use port::picture::Picture;
use port::port::{Port, initialize_display_only_driver};
use port::rules::Rule;
use port::scenario::{self, Host, Plan, Step, WHOLE_FRAMES};
use port::summary::{Statistics, Verdict};
use port::variants::Variant;
use zerocopy::{FromBytes, IntoBytes};

use super::channel::{Channel, control};
use super::{framework, io, iospace, pnp, probes, registry, report, rtl, rules, stress, time, wdf};
use crate::abi::{DRIVER_OBJECT, NTSTATUS, UNICODE_STRING, nt_success};
use crate::boot::fail;
use crate::boot::firmware::{Found, Screen};
use crate::cpu::{count, percpu, stack, watchdog};
use crate::devices::exit::{Outcome, exit};
use crate::devices::{log, neighbour, pci};
use crate::image::{self, Driver};
use crate::log;
use crate::machine::Rig;
use crate::memory::frames;
use crate::options::Options;

/// The key of all services.
const SERVICES: &str = "\\Registry\\Machine\\System\\CurrentControlSet\\Services\\";
/// The device that shares the line interrupts before each so many presents.
const NEIGHBOUR: u32 = 5;
/// A word on progress after so many presents.
const PROGRESS: u32 = 50;

/// Most bytes of kernel stack that DriverEntry or a dispatch routine used.
static STACK: AtomicUsize = AtomicUsize::new(0);

/// Address of the function that `\Device\DxgKrnl` hands out.
pub fn initializer() -> u64 {
    initialize_display_only_driver as *const () as u64
}

/// Calls `body` on a measured kernel stack, for calls into the driver that the port does not make.
pub fn on_kernel_stack<R>(body: impl FnOnce() -> R) -> R {
    struct Call<F, R>(Option<F>, Option<R>);
    fn run<F: FnOnce() -> R, R>(context: *mut c_void) {
        // SAFETY: `context` is the call below, which waits for this.
        let call = unsafe { &mut *context.cast::<Call<F, R>>() };
        call.1 = call.0.take().map(|body| body());
    }
    fn routine<F: FnOnce() -> R, R>(_: &Call<F, R>) -> fn(*mut c_void) {
        run::<F, R>
    }
    let mut call = Call(Some(body), None);
    // SAFETY: the routine fits the context, which lives until the call returns.
    let used = unsafe { stack::call_measured(routine(&call), (&raw mut call).cast()) };
    STACK.fetch_max(used, Ordering::Relaxed);
    call.1.expect("the routine ran")
}

/// Everything from the driver's file to the end of QEMU.
pub fn run(found: &'static Found) -> ! {
    let options = &found.options;
    let (vendor, device) = options.ids;
    let adapter = match options.slot {
        Some(slot) => pci::at_slot(slot, vendor, device),
        None => pci::find(vendor, &[device]),
    };
    let Some(address) = adapter else {
        fail(format_args!(
            "there is no device {vendor:04x}:{device:04x}: start QEMU with -device virtio-gpu-pci, virtio-vga, or the image's own"
        ));
    };
    let rig: &'static Rig = match Rig::new(address, options.messages) {
        Ok(rig) => Box::leak(Box::new(rig)),
        Err(why) => fail(format_args!("{why}")),
    };
    watchdog::start(options.watchdog);
    if options.scattered {
        frames::scatter();
    }
    log!("adapter {address}: {}", rig.description());
    time::initialize();
    iospace::initialize(rig.grant().ranges);
    let name = found.presets.service.as_str();
    let service = String::from(SERVICES) + name;
    registry::preset(&found.presets.values, &service);
    let post = post_display(found.screen, rig.grant().ranges);
    if let Some(post) = &post {
        log!(
            "the firmware shows {}x{}, {} bytes a line, at {:#x}",
            post.width,
            post.height,
            post.pitch,
            post.address
        );
    }
    let judged = if options.foreign {
        Config::foreign()
    } else {
        Config::default()
    };
    let mut config = Config {
        interrupt_connected_during_start: options.connected,
        post,
        ..judged
    };
    let mut plan = Plan {
        frames: options.frames,
        pattern: options.pattern.and_then(Pattern::named),
        ..Plan::default()
    };
    for variant in options
        .variants
        .iter()
        .filter_map(|name| Variant::named(name))
    {
        log!("variant: {}", variant.name);
        (variant.change)(&mut config, &mut plan);
    }
    let port = Port::new(rig, config);
    rules::report_to(port.violations());
    io::make_port_device();
    let driver = match image::load(&found.driver, format!("{name}.sys").leak()) {
        Ok(driver) => driver,
        Err(why) => fail(format_args!("{why}")),
    };
    if options.count {
        if percpu::count() != 1 {
            fail(format_args!(
                "instructions are counted on one processor: start QEMU with -smp 1 -icount shift=3"
            ));
        }
        if let Err(why) = count::start() {
            fail(format_args!("{why}"));
        }
    }
    if options.pnp {
        framework::expect();
    }
    let object = io::new_driver(name);
    let status = enter(&driver, object, &service);
    log!("DriverEntry returned {status:#x}");
    if options.only_enter {
        exit(if nt_success(status) {
            Outcome::Passed
        } else {
            Outcome::Failed
        });
    }
    if !nt_success(status) {
        report::finish_without_driver("DriverEntry", status);
        exit(Outcome::Failed);
    }
    if options.pnp {
        driver.discard();
        finish_pnp(rig, port, driver, object, options);
    }
    check_table(port);
    driver.discard();
    let bus = io::new_driver("pci");
    let pdo = Pdo(io::new_own_device(bus, None).cast());
    let mut host = User {
        port,
        options: options.clone(),
        channel: Channel::default(),
        before: None,
        uncounted: plan.uncounted(),
    };
    let summary = scenario::run(port, pdo, &plan, &mut host);
    driver.unload();
    report::finish(
        &summary,
        port.calls(),
        host.channel.served,
        STACK.load(Ordering::Relaxed),
    );
    let held =
        stress::WRONG.load(Ordering::Relaxed) == 0 && probes::WRONG.load(Ordering::Relaxed) == 0;
    exit(if summary.is_good() && held {
        Outcome::Passed
    } else {
        Outcome::Failed
    })
}

/// dxgkrnl calls the driver's DDIs through pointers, so each must be one of its image's functions that may be called so.
fn check_table(port: &Port) {
    let table = port.table();
    // SAFETY: the table is a version and pointers to functions, some of them NULL: integers all.
    let words: [u64; size_of::<KMDDOD_INITIALIZATION_DATA>() / 8] =
        unsafe { core::mem::transmute(table) };
    if let Some(index) = words[1..]
        .iter()
        .position(|&ddi| !image::guard::allows(ddi))
    {
        fail(format_args!(
            "Control Flow Guard does not know the driver's DDI {index}, at {:#x}",
            words[index + 1]
        ));
    }
}

/// The session of a driver that is not the port's, to the end of QEMU.
fn finish_pnp(
    rig: &'static Rig,
    port: &'static Port,
    driver: Driver,
    object: *mut DRIVER_OBJECT,
    options: &Options,
) -> ! {
    let (closures, interrupts) = (u64::from(options.stress), u64::from(options.presents));
    let held = pnp::run(rig, object, closures, interrupts);
    // SAFETY: the I/O manager's object; all devices are removed.
    if let Some(unload) = unsafe { (*object).DriverUnload } {
        // SAFETY: the driver's own routine.
        on_kernel_stack(|| unsafe { unload(object) });
    }
    driver.unload();
    let held = pnp::finish(held, port.violations().count() == 0);
    exit(if held {
        Outcome::Passed
    } else {
        Outcome::Failed
    })
}

/// What the firmware shows, if it shows it with the adapter's memory: then the adapter is the POST device.
fn post_display(screen: Option<Screen>, ranges: &[Range]) -> Option<PostDisplay> {
    let screen = screen?;
    let inside = |range: &Range| {
        !range.io_space && (range.start..range.start + range.length).contains(&screen.address)
    };
    ranges.iter().any(inside).then_some(PostDisplay {
        width: screen.width,
        height: screen.height,
        pitch: screen.pitch,
        address: screen.address,
    })
}

fn enter(driver: &Driver, object: *mut DRIVER_OBJECT, service: &str) -> NTSTATUS {
    type Entry = extern "system" fn(*mut DRIVER_OBJECT, *const UNICODE_STRING) -> NTSTATUS;
    // SAFETY: just made; the entry point is in the image's code, as its loading checked, and has this type.
    let entry = unsafe {
        (*object).DriverStart = driver.base.as_mut_ptr();
        (*object).DriverSize = driver.size as u32;
        (*object).DriverInit = driver.entry as *mut c_void;
        core::mem::transmute::<u64, Entry>(driver.entry)
    };
    let path = rtl::leak(service);
    on_kernel_stack(|| {
        let before = count::instructions();
        let status = entry(object, &raw const path);
        if let (Some(before), Some(after)) = (before, count::instructions()) {
            report::ENTRY.store(after - before, Ordering::Relaxed);
            log!("DriverEntry ran {} instructions", after - before);
        }
        status
    })
}

/// The stacks that the port does not measure: those of interrupts, deferred calls and requests, with the machine's own frames.
fn check_stacks(limit: usize) {
    let (interrupt, deferred) = report::stack_marks();
    let requests = STACK.load(Ordering::Relaxed);
    for (at, used) in [
        ("DxgkDdiInterruptRoutine", interrupt),
        ("DxgkDdiDpcRoutine", deferred),
        ("IRP_MJ_DEVICE_CONTROL", requests),
    ] {
        rules::check(
            Rule::StackLimit,
            at,
            used <= limit,
            format_args!("at most {limit} bytes of stack"),
            format_args!("{used}"),
        );
    }
}

/// User mode and the world outside.
struct User {
    port: &'static Port,
    options: Options,
    channel: Channel,
    before: Option<Answer>,
    /// How many presents come before those that count.
    uncounted: u32,
}

impl User {
    /// The driver's statistics, through the control device that this project's driver has and no other.
    fn ask(&self) -> Option<Answer> {
        if self.options.foreign {
            return None;
        }
        let header = probes::request();
        let (status, output) = control(header.code, header.as_bytes(), size_of::<Answer>());
        if !nt_success(status) {
            log!("the statistics request: {status:#x}");
            return None;
        }
        Answer::read_from_bytes(&output).ok()
    }
}

impl Host for User {
    fn step(&mut self, step: Step) {
        watchdog::progress();
        if matches!(step, Step::Present(number, _) if number == self.uncounted + 1) {
            self.before = self.ask();
        }
        match step {
            Step::Present(1, _) => log!("step: presents"),
            Step::Present(number, of) => {
                // The first that is not whole begins the steady state, and is a mark in QEMU's trace.
                if number % PROGRESS == 0 || number == WHOLE_FRAMES + 1 {
                    log!("present {number} of {of}");
                }
                // Between two presents the adapter has nothing to say.
                if number % NEIGHBOUR == 0 {
                    neighbour::interrupt();
                }
            }
            step => {
                log!("step: {step}");
                if step == Step::Unload {
                    check_stacks(self.port.config().stack_limit);
                }
            }
        }
        if matches!(step, Step::Present(..)) {
            self.channel.poll();
        }
    }

    fn compare(&mut self, expected: &Picture) -> Verdict {
        if self.options.screendump == 0 {
            return Verdict::Unknown;
        }
        // What is black is no frame of the plan: the display is given back.
        let dark = expected.pixels().iter().all(|pixel| *pixel == 0);
        log::raw(format_args!(
            "ready: screendump {}x{}{}",
            expected.width(),
            expected.height(),
            if dark { " black" } else { "" }
        ));
        self.channel.verdict(self.options.screendump)
    }

    fn statistics(&mut self) -> Option<Statistics> {
        if self.options.serve != 0 {
            log::raw(format_args!("ready: requests"));
            self.channel.wait(self.options.serve);
        }
        if !self.options.foreign {
            probes::run();
        }
        let after = self.ask();
        if self.options.stress != 0
            && let Some(adapter) = self.port.adapters().first()
        {
            log!("step: stress");
            stress::run(
                self.port.machine(),
                adapter,
                u64::from(self.options.stress),
                u64::from(self.options.presents),
            );
        }
        let (before, after) = (self.before.or(after)?, after?);
        Some(Statistics {
            kicks: after.kicks - before.kicks,
            bytes_transferred: after.bytes_transferred - before.bytes_transferred,
            presents: after.frames_submitted - before.frames_submitted,
        })
    }

    fn framework_bound(&mut self) -> bool {
        wdf::is_bound()
    }
}
