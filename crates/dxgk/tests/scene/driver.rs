//! A driver with two sources that counts, and does what DxgkDdiEscape tells it to.

use std::sync::atomic::{AtomicU32 as StdAtomicU32, Ordering as StdOrdering};

use dxgk::adapter::{Registry, Started};
use dxgk::id::{Sources, VidPnSourceId};
use dxgk::interrupt::{
    AtDirql, Cause, Dxgkrnl, InterruptDevice, Notify, Notifying, Report, Silent, Source,
};
use dxgk::irql::{Dispatch, Passive};
use dxgk::memory::MappedRange;
use dxgk::miniport::{
    Children, Escape, Miniport, Parts, PhysicalDevice, Pointer, Presents, StartDevice,
    StartRefusal, SystemDisplay, VidPns,
};
use dxgk::present::{PendingPresent, PresentDisplayOnly, PresentProgress, Presented};
use dxgk::status::Status;
use dxgk::vidpn::{Cofunctional, Commit, Path, VidPn};

use super::kernel::Machine;

/// Requests of DxgkDdiEscape.
pub const COUNT_CONTROL: u32 = 0;
/// As [`COUNT_CONTROL`], on the other source.
pub const COUNT_CONFIG: u32 = 1;
/// Reads the control source's count.
pub const READ_CONTROL: u32 = 2;
/// Reads the other's.
pub const READ_CONFIG: u32 = 3;
/// Reports a present's end.
pub const REPORT: u32 = 4;
/// Maps registers and keeps the mapping past the stop.
pub const KEEP_MAPPING: u32 = 5;
/// Reads a register through the mapping that was kept; 1 if it is dead.
pub const USE_KEPT: u32 = 6;
/// Drops it.
pub const DROP_KEPT: u32 = 7;
/// Has [`Miniport::stop_device`] report a present's end.
pub const REPORT_AT_STOP: u32 = 8;

/// Has the next DPC queue one more.
pub const CHAIN: u32 = 9;

/// What is touched while the device is used and written when it is dropped, so that a use that is not ordered before the
/// drop is found: by the model checker, by a race detector, or by its value.
#[derive(Debug)]
pub struct Alive {
    #[cfg(loom)]
    cell: loom::cell::UnsafeCell<bool>,
    #[cfg(not(loom))]
    cell: std::cell::UnsafeCell<bool>,
}

// SAFETY: that accesses are ordered is what the tests are about.
unsafe impl Sync for Alive {}
// SAFETY: as above.
unsafe impl Send for Alive {}

#[cfg(loom)]
impl Alive {
    fn new() -> Self {
        Self {
            cell: loom::cell::UnsafeCell::new(true),
        }
    }

    pub fn check(&self) {
        // SAFETY: ordered before the drop, or the model checker stops here.
        assert!(self.cell.with(|alive| unsafe { *alive }), "used after drop");
    }

    fn end(&self) {
        // SAFETY: as above.
        self.cell.with_mut(|alive| unsafe { *alive = false });
    }
}

#[cfg(not(loom))]
impl Alive {
    fn new() -> Self {
        Self {
            cell: std::cell::UnsafeCell::new(true),
        }
    }

    pub fn check(&self) {
        // SAFETY: ordered before the drop, or a race detector stops here.
        assert!(unsafe { self.cell.get().read() }, "used after drop");
    }

    fn end(&self) {
        // SAFETY: as above.
        unsafe { self.cell.get().write(false) };
    }
}

#[derive(Debug)]
pub struct Device {
    pub alive: &'static Alive,
    registers: MappedRange<Machine>,
    /// Line-based only: whether the device raised the line.
    pub line: StdAtomicU32,
}

impl Drop for Device {
    fn drop(&mut self) {
        self.alive.end();
    }
}

impl InterruptDevice for Device {
    type Connection = Dxgkrnl;

    fn acknowledge_line(&self) -> Option<u32> {
        self.alive.check();
        (self.line.swap(0, StdOrdering::SeqCst) != 0).then_some(1)
    }
}

macro_rules! source {
    ($name:ident, $role:ty, $interrupt:expr) => {
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl Source for $name {
            type Device = Device;
            type State = u32;
            type Role = $role;
            const INITIAL: u32 = 0;

            fn interrupt(at: &mut AtDirql<'_, Self>, device: &Device, _: Cause) {
                device.alive.check();
                **at += 1;
                let interrupt: fn(&mut AtDirql<'_, Self>) = $interrupt;
                interrupt(at);
            }
        }
    };
}

source!(Config, Silent, |_| ());
source!(Control, Notifying, |at| assert!(at.notify(done())));

/// What the worker adds to the count of the config source.
pub const WORKED: u32 = 1000;

/// A present that is reported, pending or not.
pub fn done() -> PresentProgress {
    // SAFETY: the port of these tests takes any report of the only source.
    let present = unsafe { PendingPresent::assume(VidPnSourceId::FIRST) };
    present.ended(Presented::Complete)
}

#[derive(Debug, Default)]
pub struct Driver {
    kept: std::sync::Mutex<Option<MappedRange<Machine>>>,
    report_at_stop: std::sync::atomic::AtomicBool,
    /// How many DPCs still queue one more.
    chained: StdAtomicU32,
}

/// A step of a start.
pub type Enable = fn(&Started<Driver>, &mut Passive<'_>) -> Result<(), Status>;

/// Why the last start on this thread was refused.
pub fn last_refusal() -> Option<StartRefusal> {
    REFUSAL.take()
}

std::thread_local! {
    /// Whether adapters that are started on this thread have a worker.
    pub static WORKER: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
    /// What the next start on this thread does when interrupts are enabled.
    pub static ON_ENABLE: std::cell::Cell<Option<Enable>> = const { std::cell::Cell::new(None) };
    static REFUSAL: std::cell::Cell<Option<StartRefusal>> = const { std::cell::Cell::new(None) };
}

#[cfg(not(loom))]
static REGISTRY: Registry<Driver> = Registry::new();

#[cfg(not(loom))]
pub fn registry() -> &'static Registry<Driver> {
    &REGISTRY
}

#[cfg(loom)]
std::thread_local! {
    static REGISTRY: std::cell::Cell<Option<&'static Registry<Driver>>> =
        const { std::cell::Cell::new(None) };
}

/// The registry of the model that runs.
#[cfg(loom)]
pub fn registry() -> &'static Registry<Driver> {
    REGISTRY.get().expect("a registry")
}

/// A new registry for a new model.
#[cfg(loom)]
pub fn new_registry() {
    REGISTRY.set(Some(Box::leak(Box::new(Registry::new()))));
}

impl Miniport for Driver {
    type Kernel = Machine;
    type Sources = (Config, Control);
    type Device = Device;
    type Context = ();

    fn registry() -> &'static Registry<Self> {
        registry()
    }

    fn add_device(_: PhysicalDevice, _: &mut Passive<'_>) -> Result<Self, Status> {
        Ok(Self::default())
    }

    fn start_device(
        &self,
        start: &mut StartDevice<'_, Self>,
        irql: &mut Passive<'_>,
    ) -> Result<Parts<Self>, Status> {
        let range = start
            .resources
            .memory()
            .next()
            .ok_or(Status::DEVICE_NOT_READY)?;
        Ok(Parts {
            device: Device {
                alive: Box::leak(Box::new(Alive::new())),
                registers: MappedRange::map(start.interface, range, irql)?,
                line: StdAtomicU32::new(0),
            },
            context: (),
            video_present_sources: 1,
            children: 1,
        })
    }

    fn enable_interrupts(
        &self,
        adapter: &Started<Self>,
        irql: &mut Passive<'_>,
    ) -> Result<(), Status> {
        adapter.device.alive.check();
        match ON_ENABLE.take() {
            Some(enable) => enable(adapter, irql),
            None => Ok(()),
        }
    }

    fn start_refused(&self, refusal: StartRefusal, _: &mut Passive<'_>) {
        REFUSAL.set(Some(refusal));
    }

    fn stop_device(&self, adapter: &Started<Self>, irql: &mut Passive<'_>) {
        adapter.device.alive.check();
        if self
            .report_at_stop
            .load(std::sync::atomic::Ordering::SeqCst)
        {
            adapter
                .interrupts
                .report(Control, irql, done())
                .expect("connected");
        }
    }

    fn has_worker(&self) -> bool {
        WORKER.get()
    }

    fn work(&self, adapter: &Started<Self>, irql: &mut Passive<'_>) {
        adapter.device.alive.check();
        let counted = adapter
            .interrupts
            .synchronize(Config, irql, |at| **at += WORKED);
        assert!(counted.is_ok(), "the port is connected");
        adapter.device.alive.check();
    }

    #[allow(
        deprecated,
        reason = "its new name, try_update, is newer than the oldest compiler that will do"
    )]
    fn dpc(&self, adapter: &Started<Self>, irql: &mut Dispatch<'_>) {
        adapter.device.alive.check();
        adapter.wake_worker(irql);
        let chain = self
            .chained
            .fetch_update(
                std::sync::atomic::Ordering::SeqCst,
                std::sync::atomic::Ordering::SeqCst,
                |left| left.checked_sub(1),
            )
            .is_ok();
        let _ = adapter.interrupts.synchronize(Config, irql, |at| {
            **at += 1;
            if chain {
                at.queue_dpc();
            }
        });
        adapter.device.alive.check();
    }
}

impl Escape for Driver {
    fn escape(
        &self,
        adapter: &Started<Self>,
        data: &mut [u8],
        irql: &mut Passive<'_>,
    ) -> Result<(), Status> {
        let request = <[u8; 4]>::try_from(&*data).map_err(|_| Status::INVALID_PARAMETER)?;
        let refused = Status::INVALID_PARAMETER;
        let interrupts = &adapter.interrupts;
        adapter.device.alive.check();
        let count = |state: &mut u32| {
            *state += 1;
            *state
        };
        let answer = match u32::from_ne_bytes(request) {
            COUNT_CONTROL => interrupts
                .synchronize(Control, irql, |at| count(at))
                .map_err(|_| refused)?,
            COUNT_CONFIG => interrupts
                .synchronize(Config, irql, |at| count(at))
                .map_err(|_| refused)?,
            READ_CONTROL => interrupts
                .snapshot(Control, irql, |state| *state)
                .map_err(|_| refused)?,
            READ_CONFIG => interrupts
                .snapshot(Config, irql, |state| *state)
                .map_err(|_| refused)?,
            REPORT => {
                interrupts
                    .report(Control, irql, done())
                    .map_err(|_| refused)?;
                0
            }
            KEEP_MAPPING => {
                let range = adapter.interface.resources(irql)?.memory().next();
                let range = range.ok_or(refused)?;
                let mapping = MappedRange::map(&adapter.interface, range, irql)?;
                *self.kept.lock().expect("no panic") = Some(mapping);
                0
            }
            USE_KEPT => {
                let kept = self.kept.lock().expect("no panic");
                let kept = kept.as_ref().ok_or(refused)?;
                u32::from(
                    kept.read_u32(0).is_none() && adapter.device.registers.read_u32(0).is_some(),
                )
            }
            DROP_KEPT => {
                *self.kept.lock().expect("no panic") = None;
                0
            }
            REPORT_AT_STOP => {
                self.report_at_stop
                    .store(true, std::sync::atomic::Ordering::SeqCst);
                0
            }
            CHAIN => self
                .chained
                .fetch_add(1, std::sync::atomic::Ordering::SeqCst),
            _ => return Err(Status::INVALID_PARAMETER),
        };
        data.copy_from_slice(&answer.to_ne_bytes());
        Ok(())
    }
}

impl Children for Driver {}

impl Pointer for Driver {}

impl SystemDisplay for Driver {}

impl VidPns for Driver {
    fn is_supported_vidpn(
        &self,
        _: &Started<Self>,
        _: &VidPn<'_>,
        _: &mut Passive<'_>,
    ) -> Result<bool, Status> {
        Ok(false)
    }

    fn enum_vidpn_cofunc_modality(
        &self,
        _: &Started<Self>,
        _: &Cofunctional<'_>,
        _: &mut Passive<'_>,
    ) -> Result<(), Status> {
        Err(Status::NOT_SUPPORTED)
    }

    fn commit_vidpn(
        &self,
        _: &Started<Self>,
        _: &Commit<'_>,
        _: &mut Passive<'_>,
    ) -> Result<(), Status> {
        Err(Status::NOT_SUPPORTED)
    }

    fn update_active_vidpn_present_path(
        &self,
        _: &Started<Self>,
        _: &Path,
        _: &mut Passive<'_>,
    ) -> Result<(), Status> {
        Ok(())
    }

    fn set_vidpn_source_visibility(
        &self,
        _: &Started<Self>,
        _: Sources,
        _: bool,
        _: &mut Passive<'_>,
    ) -> Result<(), Status> {
        Ok(())
    }
}

impl Presents for Driver {
    fn present_display_only(
        &self,
        _: &Started<Self>,
        _: &PresentDisplayOnly<'_>,
        _: &mut Passive<'_>,
    ) -> Result<(), Status> {
        Ok(())
    }
}
