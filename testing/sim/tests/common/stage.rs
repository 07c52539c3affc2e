//! A stage for tests that call single DDIs: an adapter with a mode on the simulated machine, and what the monitor shows.
#![allow(dead_code, reason = "each test program uses a part of it")]

use display::Vgpu;
use dxgk::irql::Passive;
use dxgk::sys::*;
use ioctl::{Operation, Request, Response, Statistics};
use port::Pdo;
use port::adapter::Adapter;
use port::picture::{Frame, Frames, Picture};
use port::port::{Config, Port};
use port::power::ADAPTER;
use port::present::{Presented, Surface};
use port::rules::Rule;
use port::scenario::bring_up;
use sim::gpu::{self, Gpu};
use sim::kernel::{self, SimKernel};
use sim::machine::{Granted, Hosted, Setup};
use sim::memory::MEMORY;
use sim::{heap, mapping, platform};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use zerocopy::IntoBytes;

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// An adapter with a mode, nothing presented yet and the source not visible.
pub struct Stage {
    pub gpu: Arc<Gpu>,
    pub adapter: &'static Adapter,
    pub target: u32,
    pub surface: Surface,
    pub frames: Frames,
    /// The port or the device does not do its part, so a source may not become as visible as it should.
    pub visibility_may_fail: bool,
}

/// Sets the stage, plays, and looks whether anything was broken or left behind.
pub fn on_stage(device: &gpu::Options, play: impl FnOnce(&mut Stage)) {
    on_stage_of(device, Config::default(), play);
}

/// The same, with a port that is not as usual.
pub fn on_stage_of(device: &gpu::Options, config: Config, play: impl FnOnce(&mut Stage)) {
    on_stage_with(device, config, &[], play);
}

/// The same, with values in the adapter's software key.
pub fn on_stage_with(
    device: &gpu::Options,
    config: Config,
    settings: &[platform::Value],
    play: impl FnOnce(&mut Stage),
) {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let gpu = Gpu::new(device);
    let setup = Setup {
        processors: 4,
        granted: Granted::Messages(3),
        verbose: false,
        pool: kernel::held,
    };
    let machine = Hosted::start(setup, gpu.clone());
    kernel::install(machine);
    kernel::hurry(1);
    platform::set_settings(settings);
    let port = Port::new(machine, sim::patient(config));
    let table = dxgk::ddi::initialization_data::<Vgpu<SimKernel>>().into_raw();
    let object = Box::into_raw(Box::new([0_u64; 64]));
    // SAFETY: the driver's own table.
    let registered = unsafe { port.initialize(object.cast(), std::ptr::null(), &raw const table) };
    assert_eq!(registered, 0);
    let adapter = port.add_device(Pdo(object.cast())).expect("added");
    let target = bring_up(adapter).expect("started, with a monitor");
    let mode = adapter.set_mode(0, target, None).expect("a mode");
    let surface =
        Surface::new(machine, adapter.port().config(), mode.width, mode.height).expect("memory");
    let mut stage = Stage {
        gpu: gpu.clone(),
        adapter,
        target,
        surface,
        frames: Frames::new(7, true),
        visibility_may_fail: false,
    };
    let played = catch_unwind(AssertUnwindSafe(|| play(&mut stage)));
    kernel::exhaust(false);
    kernel::tick(1);
    let forgiven = stage.visibility_may_fail;
    drop(stage);
    if adapter.is_started() {
        adapter.stop().expect("stopped");
    }
    adapter.remove().expect("removed");
    port.unload(|| false);
    let pool = port.machine().pool();
    machine.stop();
    gpu.power_off();
    if let Err(panic) = played {
        resume_unwind(panic);
    }
    let mut wrong: Vec<String> = gpu.faults().iter().map(ToString::to_string).collect();
    wrong.extend(MEMORY.take_faults().iter().map(ToString::to_string));
    wrong.extend(mapping::take_faults());
    wrong.extend(kernel::take_mistakes());
    let broken = port.violations().kept();
    let broken = broken.filter(|broken| !forgiven || broken.rule != Rule::VisibilityResult);
    wrong.extend(broken.map(|broken| format!("{broken:?}")));
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(heap::take_raised(), 0, "allocations above PASSIVE_LEVEL");
    assert_eq!(pool.blocks + pool.others, 0, "something was not given back");
    let _ = platform::take_traces();
}

impl Stage {
    pub fn first_frame(&mut self) -> Presented {
        let frame = Frame::whole(&self.adapter.picture(), 1);
        self.present(&frame).expect("presented")
    }

    pub fn next_frame(&mut self) -> Result<Presented, i32> {
        let frame = self.frames.frame(&self.adapter.picture());
        self.present(&frame)
    }

    pub fn present(&mut self, frame: &Frame) -> Result<Presented, i32> {
        self.adapter.present(0, &mut self.surface, frame)
    }

    /// A visible source with a picture on it.
    pub fn show(&mut self) {
        self.first_frame();
        self.adapter.set_visibility(0, true).expect("visible");
    }

    pub fn sleep(&self) {
        self.adapter
            .set_power(ADAPTER, PowerDeviceD3, PowerActionSleep);
    }

    pub fn wake(&self) {
        self.adapter
            .set_power(ADAPTER, PowerDeviceD0, PowerActionNone);
    }

    pub fn commit(&self, flags: u32) {
        let (vidpn, _) = self.adapter.build(0, self.target, None).expect("built");
        let flags = DXGKARG_COMMITVIDPN_FLAGS { Value: flags };
        self.adapter.commit(vidpn, 0, flags).expect("committed");
    }

    pub fn seen(&self) -> Option<gpu::Picture> {
        self.gpu.picture(0)
    }

    pub fn is_black(&self) -> bool {
        let picture = self.seen();
        picture.is_some_and(|picture| picture.pixels.iter().all(|pixel| *pixel == 0))
    }

    pub fn assert_up_to_date(&self) {
        let expected: Picture = self.adapter.picture();
        let seen = self.seen().expect("a signal");
        assert_eq!(expected.first_difference(&seen.pixels, seen.width), None);
    }

    pub fn statistics(&self) -> Statistics {
        let mut buffer = vec![0; size_of::<Statistics>()];
        let header = Request::new(Operation::Statistics, 0).header();
        buffer[..16].copy_from_slice(header.as_bytes());
        // SAFETY: a test's thread is at PASSIVE_LEVEL between two DDIs.
        let mut irql = unsafe { Passive::assume() };
        let length = buffer.len();
        let code = Operation::Statistics.code();
        let written =
            display::requests::handle::<SimKernel>(code, &mut buffer, 16, length, &mut irql);
        assert_eq!(written, Ok(length));
        Statistics::read(&buffer).expect("statistics")
    }
}

/// DXGKARG_COMMITVIDPN_FLAGS.
pub const POWER_TRANSITION: u32 = 1;
/// DXGKARG_COMMITVIDPN_FLAGS.
pub const POWERED_OFF: u32 = 2;
