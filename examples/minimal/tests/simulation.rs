//! The example on the hosted machine, driven and judged by the port model: start, mode, presents, stop, remove, unload.

use std::sync::Arc;

use dxgk::adapter::Registry;
use dxgk::irql::Passive;
use minimal::{MODE, Minimal, System};
use port::Pdo;
use port::picture::Picture;
use port::port::{Config, Port};
use port::scenario::{self, Host, Plan, Step};
use port::summary::{Statistics, Verdict};
use sim::gpu::{self, Gpu};
use sim::kernel::{self, SimKernel};
use sim::machine::{Granted, Hosted, Setup};

static REGISTRY: Registry<Minimal<Simulation>> = Registry::new();

#[derive(Debug)]
enum Simulation {}

impl System for Simulation {
    type Kernel = SimKernel;

    fn registry() -> &'static Registry<Minimal<Self>> {
        &REGISTRY
    }
}

/// Looks at the memory that nobody else looks at.
struct Onlooker;

impl Host for Onlooker {
    fn step(&mut self, _: Step) {}

    fn compare(&mut self, expected: &Picture) -> Verdict {
        // SAFETY: the job's thread is at PASSIVE_LEVEL between two DDIs.
        let mut irql = unsafe { Passive::assume() };
        let mut shown = vec![0; (MODE.stride * MODE.height) as usize];
        let read = REGISTRY.with(0, &mut irql, |_, started, _| {
            started.device.memory.read_bytes(0, &mut shown)
        });
        assert_eq!(read, Some(Some(())));
        let pixels: Vec<u32> = shown
            .as_chunks()
            .0
            .iter()
            .map(|pixel| u32::from_le_bytes(*pixel))
            .collect();
        match expected.first_difference(&pixels, MODE.width) {
            Some((x, y, _, _)) => Verdict::Mismatch(x, y),
            None => Verdict::Match,
        }
    }

    fn statistics(&mut self) -> Option<Statistics> {
        None
    }

    fn framework_bound(&mut self) -> bool {
        false
    }
}

#[test]
fn it_starts_presents_and_stops_and_breaks_no_rule() {
    let gpu = Gpu::new(&gpu::Options::default());
    let setup = Setup {
        granted: Granted::Messages(1),
        ..Setup::default()
    };
    let machine = Hosted::start(setup, Arc::clone(&gpu) as _);
    kernel::install(machine);
    let port = Port::new(machine, Config::default());
    let table = dxgk::ddi::initialization_data::<Minimal<Simulation>>().into_raw();
    let object = Box::into_raw(Box::new([0_u64; 64]));
    // SAFETY: the example's own table; what stands for the objects outlives all of it.
    let registered = unsafe { port.initialize(object.cast(), std::ptr::null(), &raw const table) };
    assert_eq!(registered, 0);
    let plan = Plan {
        frames: 60,
        size: Some((MODE.width, MODE.height)),
        ..Plan::default()
    };
    let summary = scenario::run(port, Pdo(object.cast()), &plan, &mut Onlooker);
    machine.stop();
    gpu.power_off();

    assert_eq!(summary.verdict, Verdict::Match);
    assert_eq!((summary.frames, summary.failed), (60, 0));
    assert_eq!(summary.synchronous, 0, "each was reported at DIRQL");
    assert_eq!(summary.leaks, 0);
    assert_eq!(kernel::take_mistakes(), Vec::<String>::new());
    // There is a device in this machine, and a driver that means it would map its registers.
    let broken: Vec<_> = summary
        .broken
        .iter()
        .filter(|broken| !broken.to_string().contains("START/map-and-enable"))
        .collect();
    assert!(broken.is_empty(), "{broken:?}");
}
