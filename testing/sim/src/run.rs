//! The main job on the hosted machine, and what came of it.
//!
//! [`run`] does what the rig does with the image: start, a mode, presents with changing dirty rectangles, statistics, stop,
//! remove, unload, with the port's rules checked throughout; and it asks the device, the memory and the kernel whether the
//! driver did anything that it must not.

use crate::gpu::{self, Figures, Gpu, Picture};
use crate::kernel::SimKernel;
use crate::machine::{Granted, Hosted, Setup};
use crate::memory::MEMORY;
use crate::sync::Mutex;
use crate::{heap, kernel, mapping, platform};
use display::{TraceEvent, Vgpu};
use dxgk::irql::Passive;
use ioctl::{Operation, Request, Response, Statistics};
use port::Pdo;
use port::pattern::Pattern;
use port::picture::Picture as Expected;
use port::port::{Config, Port};
use port::scenario::{self, End, Host, Plan, Step};
use port::summary::{self, Summary, Verdict};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};
use zerocopy::IntoBytes;

/// There is one machine, one memory and one registry of adapters in a process.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// The physical device object, and the driver object too. Nobody looks into it: it is a name here.
static OBJECT: [AtomicU64; 64] = [const { AtomicU64::new(0) }; 64];

/// What to run, and on what.
#[derive(Clone, Debug)]
pub struct Options {
    /// The device.
    pub device: gpu::Options,
    /// The interrupts that the adapter gets.
    pub granted: Granted,
    /// Processors that run deferred calls.
    pub processors: u32,
    /// Presents.
    pub frames: u32,
    /// Whether some frames move rectangles too.
    pub moves: bool,
    /// What the presents draw; none: rectangles by chance.
    pub pattern: Option<Pattern>,
    /// How the job ends.
    pub end: End,
    /// Whether the adapter is started and stopped once before anything is asked of it.
    pub restart: bool,
    /// How the port behaves.
    pub port: Config,
    /// The values in the adapter's software key.
    pub settings: Vec<platform::Value>,
    /// How much faster the driver's clock runs, see [`kernel::hurry`].
    pub haste: u32,
    /// Whether the port's log goes to standard error.
    pub verbose: bool,
}

impl Default for Options {
    /// 300 presents with three messages on four processors.
    fn default() -> Self {
        Self {
            device: gpu::Options::default(),
            granted: Granted::Messages(3),
            processors: 4,
            frames: 300,
            moves: true,
            pattern: None,
            end: End::Stop,
            restart: false,
            port: Config::default(),
            settings: Vec::new(),
            haste: 1,
            verbose: false,
        }
    }
}

/// The driver while it runs, as user mode reaches it: from any thread, at any time.
#[derive(Clone, Debug)]
pub struct Driver(());

impl Driver {
    /// Sends a request as to the control device (METHOD_BUFFERED) and returns the output.
    ///
    /// # Errors
    ///
    /// The driver's NTSTATUS.
    pub fn request(&mut self, code: u32, input: &[u8], output: usize) -> Result<Vec<u8>, i32> {
        let mut buffer = vec![0; input.len().max(output)];
        buffer[..input.len()].copy_from_slice(input);
        // SAFETY: a thread is at PASSIVE_LEVEL unless the machine has raised it, which it does only around its own calls.
        let mut irql = unsafe { Passive::assume() };
        let written = display::requests::handle::<SimKernel>(
            code,
            &mut buffer,
            input.len(),
            output,
            &mut irql,
        );
        let written = written.map_err(|status| status.raw())?;
        buffer.truncate(written);
        Ok(buffer)
    }

    /// The first adapter's statistics.
    pub fn statistics(&mut self) -> Option<Statistics> {
        let header = Request::new(Operation::Statistics, 0).header();
        let code = Operation::Statistics.code();
        let output = self
            .request(code, header.as_bytes(), size_of::<Statistics>())
            .ok()?;
        Statistics::read(&output).ok()
    }
}

/// What an observer sees.
#[derive(Debug)]
pub struct Scene<'a> {
    /// The device, which may be made to lie.
    pub gpu: &'a Arc<Gpu>,
    /// The machine.
    pub machine: &'static Hosted,
    /// The port, which can be made to refuse.
    pub port: &'static Port,
    /// The driver; it answers requests while its adapter is started.
    pub driver: &'a mut Driver,
}

/// Who looks on while the job runs. Everything is called on the job's thread, between two DDIs.
pub trait Observer {
    /// The job has come to `step`.
    fn step(&mut self, step: Step, scene: &mut Scene<'_>) {
        let _ = (step, scene);
    }

    /// All presents are done and the adapter is still started.
    fn ask(&mut self, driver: &mut Driver) {
        let _ = driver;
    }
}

/// Nobody.
impl Observer for () {}

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The port's figures.
    pub summary: Summary,
    /// The device's figures.
    pub device: Figures,
    /// The driver's statistics after the presents.
    pub statistics: Option<Statistics>,
    /// What the driver did wrong that is not a rule of the port: on the device, the memory, the kernel's services.
    pub problems: Vec<String>,
    /// What the driver told of itself.
    pub traces: Vec<TraceEvent>,
    /// What the monitor showed after the last present.
    pub picture: Option<Picture>,
}

impl Outcome {
    /// Whether everything went as it should.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.summary.is_good() && self.problems.is_empty()
    }

    /// What is wrong, one line for each; empty if nothing is.
    #[must_use]
    pub fn complaint(&self) -> String {
        let summary = &self.summary;
        let mut lines = Vec::new();
        if let Some(status) = summary.error {
            lines.push(format!(
                "the job ended early with {:#010x}",
                status.cast_unsigned()
            ));
        }
        match summary.verdict {
            Verdict::Match => {}
            Verdict::Mismatch(x, y) => lines.push(format!("the picture differs at ({x}, {y})")),
            Verdict::Unknown => lines.push("there was no picture".into()),
        }
        if summary.failed != 0 {
            lines.push(format!("{} presents failed", summary.failed));
        }
        if summary.leaks != 0 {
            lines.push(format!("{} things were not given back", summary.leaks));
        }
        lines.extend(summary.broken.iter().map(|broken| format!("rule {broken}")));
        lines.extend(self.problems.iter().cloned());
        lines.join("\n")
    }

    /// The figures as JSON, with the members that the rig's have; `extra` is more of them, or empty.
    #[must_use]
    pub fn to_json(&self, extra: &str) -> String {
        let quoted: Vec<String> = self
            .problems
            .iter()
            .map(|problem| format!("{problem:?}"))
            .collect();
        let device = &self.device;
        let comma = if extra.is_empty() { "" } else { ",\n  " };
        let extra = format!(
            "{extra}{comma}\"machine\": \"simulation\",\n  \"device_kicks\": {:?},\n  \"device_messages\": {:?},\n  \
             \"device_line_interrupts\": {},\n  \"device_bytes_transferred\": {},\n  \"problems\": [{}]",
            device.kicks,
            &device.messages[..self.summary.figures.messages.min(gpu::VECTORS as u32) as usize],
            device.line_interrupts,
            device.bytes_transferred,
            quoted.join(", ")
        );
        self.summary.to_json(&extra)
    }
}

/// The machine's part of the job.
struct Stage<'a> {
    gpu: &'a Arc<Gpu>,
    machine: &'static Hosted,
    port: &'static Port,
    observer: &'a mut dyn Observer,
    driver: Driver,
    /// The statistics before the first present: what starting took is no present's.
    before: Option<Statistics>,
    /// How many presents come before those that count.
    uncounted: u32,
    after: Option<Statistics>,
    picture: Option<Picture>,
}

impl Stage<'_> {
    /// Waits for presents that have ended in their calls, and are on their way to the screen.
    fn wait_until_shown(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while let Some(statistics) = self.driver.statistics()
            && statistics.frames_outstanding != 0
            && Instant::now() < deadline
        {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Host for Stage<'_> {
    fn step(&mut self, step: Step) {
        if matches!(step, Step::Present(number, _) if number == self.uncounted + 1) {
            self.before = self.driver.statistics();
        }
        let mut scene = Scene {
            gpu: self.gpu,
            machine: self.machine,
            port: self.port,
            driver: &mut self.driver,
        };
        self.observer.step(step, &mut scene);
    }

    fn compare(&mut self, expected: &Expected) -> Verdict {
        self.wait_until_shown();
        self.picture = self.gpu.picture(0);
        verdict(self.picture.as_ref(), expected)
    }

    fn glance(&mut self, expected: &Expected) -> Verdict {
        self.wait_until_shown();
        verdict(self.gpu.picture(0).as_ref(), expected)
    }

    fn statistics(&mut self) -> Option<summary::Statistics> {
        self.after = self.driver.statistics();
        self.observer.ask(&mut self.driver);
        let (before, after) = (self.before?, self.after?);
        Some(summary::Statistics {
            kicks: after.kicks - before.kicks,
            bytes_transferred: after.bytes_transferred - before.bytes_transferred,
            presents: after.frames_submitted - before.frames_submitted,
        })
    }

    fn framework_bound(&mut self) -> bool {
        false
    }
}

fn verdict(picture: Option<&Picture>, expected: &Expected) -> Verdict {
    let Some(picture) = picture else {
        return Verdict::Unknown;
    };
    if picture.height != expected.height() {
        return Verdict::Mismatch(0, picture.height.min(expected.height()));
    }
    match expected.first_difference(&picture.pixels, picture.width) {
        Some((x, y, _, _)) => Verdict::Mismatch(x, y),
        None => Verdict::Match,
    }
}

/// The same port with a watchdog that a busy host does not make bark, unless its time was chosen. Threads are processors here, and
/// one may wait for the host's longer than a present may take on Windows. The rig's runs have Windows' two seconds.
#[must_use]
pub fn patient(config: Config) -> Config {
    const PATIENCE: u64 = 200_000_000;
    let chosen = config.present_watchdog != Config::default().present_watchdog;
    Config {
        present_watchdog: if chosen {
            config.present_watchdog
        } else {
            PATIENCE
        },
        ..config
    }
}

/// Runs the job.
pub fn run(options: &Options) -> Outcome {
    observe(options, &mut ())
}

/// Runs the job and calls `ask` with the driver after the presents.
pub fn run_and_ask(options: &Options, ask: &mut dyn FnMut(&mut Driver)) -> Outcome {
    struct Asking<'a>(&'a mut dyn FnMut(&mut Driver));
    impl Observer for Asking<'_> {
        fn ask(&mut self, driver: &mut Driver) {
            (self.0)(driver);
        }
    }
    observe(options, &mut Asking(ask))
}

/// Runs the job with somebody looking on.
pub fn observe(options: &Options, observer: &mut dyn Observer) -> Outcome {
    let _alone = ONE_AT_A_TIME.lock();
    let _ = problems(&[]);
    let _ = platform::take_traces();
    platform::set_settings(&options.settings);

    let gpu = Gpu::new(&options.device);
    let setup = Setup {
        processors: options.processors,
        granted: options.granted,
        verbose: options.verbose,
        pool: kernel::held,
    };
    let machine = Hosted::start(setup, gpu.clone());
    kernel::install(machine);
    kernel::hurry(options.haste);
    let port = Port::new(machine, patient(options.port));
    let table = dxgk::ddi::initialization_data::<Vgpu<SimKernel>>().into_raw();
    let object = OBJECT.as_ptr().cast_mut();
    // SAFETY: the driver's own table.
    let registered = unsafe { port.initialize(object.cast(), std::ptr::null(), &raw const table) };

    let plan = Plan {
        frames: options.frames,
        moves: options.moves,
        pattern: options.pattern,
        end: options.end,
        restart: options.restart,
        ..Plan::default()
    };
    let mut stage = Stage {
        gpu: &gpu,
        machine,
        port,
        observer,
        driver: Driver(()),
        before: None,
        uncounted: plan.uncounted(),
        after: None,
        picture: None,
    };
    let mut summary = scenario::run(port, Pdo(object.cast()), &plan, &mut stage);
    if registered < 0 {
        summary.error = Some(registered);
    }
    let (statistics, picture) = (stage.after, stage.picture);
    machine.stop();
    gpu.power_off();
    let mut found = problems(&gpu.faults());
    if platform::adapters() != 0 && !summary.bugchecked {
        found.push(format!(
            "{} adapters were not removed",
            platform::adapters()
        ));
    }
    Outcome {
        summary,
        device: gpu.figures(),
        statistics,
        problems: found,
        traces: platform::take_traces(),
        picture,
    }
}

/// Everything that was noticed since the last call, beside the port's rules.
fn problems(faults: &[gpu::Fault]) -> Vec<String> {
    let mut found: Vec<String> = faults.iter().map(ToString::to_string).collect();
    found.extend(MEMORY.take_faults().iter().map(ToString::to_string));
    found.extend(mapping::take_faults());
    found.extend(kernel::take_mistakes());
    let raised = heap::take_raised();
    if raised != 0 {
        found.push(format!(
            "{raised} allocations or frees at DISPATCH_LEVEL or above (G7, G8)"
        ));
    }
    found
}
