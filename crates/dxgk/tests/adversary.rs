//! Programs in safe code alone that try to break the layer: each says what holds it.
//! `tests/exploits.rs` has those that once did.
#![cfg(not(loom))]

mod scene;

/// A miniport that does what a test tells it to, wherever it is called.
mod attacker {
    #![forbid(unsafe_code)]

    use std::cell::Cell;
    use std::marker::PhantomData;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

    use dxgk::adapter::{Registry, Started};
    use dxgk::id::{Sources as Which, VidPnTargetId};
    use dxgk::interrupt::{
        AtDirql, Cause, Dxgkrnl, InterruptDevice, Notifying, Silent, Source, SourceSet,
    };
    use dxgk::irql::{Dispatch, High, Passive};
    use dxgk::miniport::*;
    use dxgk::present::{PendingPresent, PendingPresents, PresentDisplayOnly};
    use dxgk::status::Status;
    use dxgk::vidpn::{Cofunctional, Commit, Path, PixelFormat, VidPn};

    use super::scene::kernel::Machine;

    #[derive(Debug)]
    pub struct Device;

    impl InterruptDevice for Device {
        type Connection = Dxgkrnl;

        fn acknowledge_line(&self) -> Option<u32> {
            Some(1)
        }
    }

    impl Drop for Device {
        fn drop(&mut self) {
            if let Some(hook) = ON_DROP.take() {
                hook();
            }
        }
    }

    #[derive(Clone, Copy)]
    pub struct Control;

    impl Source for Control {
        type Device = Device;
        type State = PendingPresents;
        type Role = Notifying;
        const INITIAL: PendingPresents = PendingPresents::NONE;

        fn interrupt(_: &mut AtDirql<'_, Self>, _: &Device, _: Cause) {}
    }

    #[derive(Clone, Copy)]
    pub struct Config;

    impl Source for Config {
        type Device = Device;
        type State = u32;
        type Role = Silent;
        const INITIAL: u32 = 0;

        fn interrupt(at: &mut AtDirql<'_, Self>, _: &Device, _: Cause) {
            **at += 1;
        }
    }

    pub type Both = (Control, Config);

    /// What a step of the adapter's does.
    pub type Step<T> = fn(&Started<Attacker<T>>, &mut Passive<'_>) -> Result<(), Status>;

    std::thread_local! {
        pub static ON_ENABLE: Cell<Option<Step<Both>>> = const { Cell::new(None) };
        pub static ON_STOP: Cell<Option<Step<Both>>> = const { Cell::new(None) };
        pub static ON_ESCAPE: Cell<Option<Step<Both>>> = const { Cell::new(None) };
        pub static ON_RESET: Cell<Option<fn()>> = const { Cell::new(None) };
        pub static ON_DROP: Cell<Option<fn()>> = const { Cell::new(None) };
        pub static REFUSAL: Cell<Option<StartRefusal>> = const { Cell::new(None) };
        /// How often `has_worker` still says true.
        pub static WORKERS: Cell<u32> = const { Cell::new(0) };
        /// What a present does with its token.
        pub static PEND: Cell<bool> = const { Cell::new(false) };
    }

    /// Tokens that are kept, by whatever adapter.
    pub static KEPT: Mutex<Vec<PendingPresent>> = Mutex::new(Vec::new());

    /// How often a worker has worked.
    pub static WORKED: AtomicU32 = AtomicU32::new(0);

    pub struct Attacker<T> {
        sources: PhantomData<fn() -> T>,
    }

    fn run<T: 'static>(
        hook: Option<Step<Both>>,
        adapter: &Started<Attacker<T>>,
        irql: &mut Passive<'_>,
    ) -> Result<(), Status>
    where
        Attacker<T>: Miniport,
    {
        match (hook, (adapter as &dyn std::any::Any).downcast_ref()) {
            (Some(hook), Some(adapter)) => hook(adapter, irql),
            _ => Ok(()),
        }
    }

    impl<T: SourceSet<Device = Device, Connection = Dxgkrnl>> Miniport for Attacker<T> {
        type Kernel = Machine;
        type Sources = T;
        type Device = Device;
        type Context = ();

        /// Another one every time.
        fn registry() -> &'static Registry<Self> {
            Box::leak(Box::new(Registry::new()))
        }

        fn add_device(_: PhysicalDevice, _: &mut Passive<'_>) -> Result<Self, Status> {
            Ok(Self {
                sources: PhantomData,
            })
        }

        fn start_device(
            &self,
            _: &mut StartDevice<'_, Self>,
            _: &mut Passive<'_>,
        ) -> Result<Parts<Self>, Status> {
            Ok(Parts {
                device: Device,
                context: (),
                video_present_sources: 1,
                children: 1,
            })
        }

        fn start_refused(&self, refusal: StartRefusal, _: &mut Passive<'_>) {
            REFUSAL.set(Some(refusal));
        }

        fn enable_interrupts(
            &self,
            adapter: &Started<Self>,
            irql: &mut Passive<'_>,
        ) -> Result<(), Status> {
            run(ON_ENABLE.take(), adapter, irql)
        }

        fn stop_device(&self, adapter: &Started<Self>, irql: &mut Passive<'_>) {
            assert_eq!(run(ON_STOP.take(), adapter, irql), Ok(()));
        }

        fn has_worker(&self) -> bool {
            let left = WORKERS.get();
            WORKERS.set(left.saturating_sub(1));
            left != 0
        }

        fn work(&self, _: &Started<Self>, _: &mut Passive<'_>) {
            WORKED.fetch_add(1, SeqCst);
        }

        fn dpc(&self, _: &Started<Self>, _: &mut Dispatch<'_>) {}

        fn reset_device(&self) {
            if let Some(hook) = ON_RESET.take() {
                hook();
            }
        }
    }

    impl<T: SourceSet<Device = Device, Connection = Dxgkrnl>> Escape for Attacker<T> {
        fn escape(
            &self,
            adapter: &Started<Self>,
            data: &mut [u8],
            irql: &mut Passive<'_>,
        ) -> Result<(), Status> {
            data.fill(0);
            run(ON_ESCAPE.take(), adapter, irql)
        }
    }

    impl<T: SourceSet<Device = Device, Connection = Dxgkrnl>> Presents for Attacker<T> {
        fn present_display_only(
            &self,
            _: &Started<Self>,
            present: &PresentDisplayOnly<'_>,
            _: &mut Passive<'_>,
        ) -> Result<(), Status> {
            if PEND.get() {
                let tokens = [present.pend(), present.pend()];
                let mut kept = KEPT.lock().expect("no panic");
                kept.extend(tokens.into_iter().flatten());
            }
            Err(Status::IO_DEVICE_ERROR)
        }
    }

    impl<T: SourceSet<Device = Device, Connection = Dxgkrnl>> Children for Attacker<T> {}

    impl<T: SourceSet<Device = Device, Connection = Dxgkrnl>> Pointer for Attacker<T> {}

    impl<T: SourceSet<Device = Device, Connection = Dxgkrnl>> SystemDisplay for Attacker<T> {
        fn system_display_enable(
            &self,
            _: &Started<Self>,
            target: Option<VidPnTargetId>,
            _: &mut High<'_>,
        ) -> Result<SystemMode, Status> {
            let target = target.ok_or(Status::NOT_SUPPORTED)?;
            Ok(SystemMode {
                width: 640 + target.number(),
                height: 480,
                format: PixelFormat::X8R8G8B8,
            })
        }
    }

    impl<T: SourceSet<Device = Device, Connection = Dxgkrnl>> VidPns for Attacker<T> {
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
            Ok(())
        }

        fn commit_vidpn(
            &self,
            _: &Started<Self>,
            _: &Commit<'_>,
            _: &mut Passive<'_>,
        ) -> Result<(), Status> {
            Ok(())
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
            _: Which,
            _: bool,
            _: &mut Passive<'_>,
        ) -> Result<(), Status> {
            Ok(())
        }
    }
}

mod programs {
    #![forbid(unsafe_code)]

    use std::panic::catch_unwind;
    use std::sync::atomic::Ordering::SeqCst;

    use dxgk::check::Violation;
    use dxgk::event::Event;
    use dxgk::hosted;
    use dxgk::id::ChildUid;
    use dxgk::interrupt::{PrepareError, Refusal, Report};
    use dxgk::irql::Passive;
    use dxgk::lock::{PassiveMutex, SpinLock};
    use dxgk::memory::SharedPages;
    use dxgk::miniport::{Miniport, StartRefusal};
    use dxgk::present::Presented;
    use dxgk::status::Status;
    use dxgk::sys::{STATUS_PENDING, STATUS_SUCCESS, StatusConnection as CONNECTION};

    use super::attacker::*;
    use super::scene::kernel::{Machine, at, violations};
    use super::scene::{Port, lock};

    fn capability_is_had() -> bool {
        catch_unwind(|| hosted::passive(|_| ())).is_ok()
    }

    fn added() -> &'static Port {
        Port::add_of::<Attacker<Both>>(2, 2, false)
    }

    fn started() -> &'static Port {
        let port = added();
        assert_eq!(port.start(), STATUS_SUCCESS);
        port
    }

    /// What DxgkDdiEscape answers when it does this.
    fn escape(port: &Port, step: Step<Both>) {
        ON_ESCAPE.set(Some(step));
        assert_eq!(port.escape(0).0, STATUS_SUCCESS);
    }

    /// A set with one source twice would have two states of it: the start is refused, and says why.
    #[test]
    fn a_source_twice_is_refused_at_the_start() {
        let port = Port::add_of::<Attacker<(Config, Config)>>(2, 2, false);
        let twice = StartRefusal::Sources(PrepareError::SourceTwice);
        assert_eq!(port.start(), Status::DEVICE_CONFIGURATION_ERROR.raw());
        assert_eq!(REFUSAL.take(), Some(twice));
        assert_eq!(port.remove(), STATUS_SUCCESS);
    }

    /// DxgkDdiResetDevice comes at any IRQL, so no capability of PASSIVE_LEVEL is had there.
    #[test]
    fn no_capability_is_had_while_the_device_is_reset() {
        let port = started();
        ON_RESET.set(Some(|| assert!(!capability_is_had())));
        port.reset();
        assert!(ON_RESET.take().is_none(), "it was called");
        assert!(capability_is_had());
        assert_eq!(port.remove(), STATUS_SUCCESS);
    }

    /// The picture of a bug check goes to a target that there is; what a driver can't show leaves
    /// dxgkrnl's outputs alone.
    #[test]
    fn the_system_display_is_enabled_on_a_target_that_there_is() {
        let port = started();
        assert_eq!(port.system_display(0), (STATUS_SUCCESS, 640, 480));
        for target in [1, 16, u32::MAX] {
            let refused = (Status::NOT_SUPPORTED.raw(), 0, 0);
            assert_eq!(port.system_display(target), refused, "{target}");
        }
        assert_eq!(port.stop(), STATUS_SUCCESS);
        assert_eq!(port.system_display(0).0, Status::NOT_SUPPORTED.raw());
        assert_eq!(port.remove(), STATUS_SUCCESS);
    }

    /// A child's connection is asked for, and nothing else of it, and no other child's.
    #[test]
    fn a_child_is_asked_for_its_connection_alone() {
        let port = started();
        assert_eq!(port.child_status(0, CONNECTION), (STATUS_SUCCESS, true));
        let refused = (Status::INVALID_PARAMETER.raw(), false);
        assert_eq!(port.child_status(1, CONNECTION), refused);
        assert_eq!(port.child_status(u32::MAX, CONNECTION), refused);
        assert_eq!(port.child_status(0, CONNECTION + 1), refused, "rotation");
        assert_eq!(port.remove(), STATUS_SUCCESS);
    }

    /// A device that is dropped as the adapter stops gets no capability and finds no adapter.
    #[test]
    fn a_device_that_is_dropped_has_no_capability() {
        let port = started();
        ON_DROP.set(Some(|| assert!(!capability_is_had())));
        assert_eq!(port.stop(), STATUS_SUCCESS);
        assert!(ON_DROP.take().is_none(), "it was dropped");
        assert_eq!(port.remove(), STATUS_SUCCESS);
    }

    /// dxgkrnl hears of no child before the start has succeeded, not while interrupts are being
    /// enabled either.
    #[test]
    fn no_child_is_indicated_before_the_start_has_succeeded() {
        let port = added();
        ON_ENABLE.set(Some(|adapter, irql| {
            let said = adapter
                .interface
                .indicate_connection(ChildUid::FIRST, true, irql);
            assert_eq!(said, Err(Status::INVALID_PARAMETER));
            Ok(())
        }));
        assert_eq!(port.start(), STATUS_SUCCESS);
        escape(port, |adapter, irql| {
            adapter
                .interface
                .indicate_connection(ChildUid::FIRST, true, irql)
        });
        assert_eq!(port.remove(), STATUS_SUCCESS);
    }

    /// What a miniport does while it stops its device, short of waiting for itself.
    #[test]
    fn a_stop_takes_whatever_is_done_in_it() {
        WORKERS.set(2);
        let port = started();
        ON_STOP.set(Some(|adapter, irql| {
            adapter.wake_worker(irql);
            let registry = Attacker::<Both>::registry();
            assert!(registry.with(0, irql, |_, _, _| ()).is_none());
            let queued = adapter
                .interrupts
                .synchronize(Config, irql, |at| at.queue_dpc());
            assert!(queued.is_ok());
            Ok(())
        }));
        assert_eq!(port.stop(), STATUS_SUCCESS);
        assert!(!port.run_dpc(), "it was waited for");
        assert_eq!(port.remove(), STATUS_SUCCESS);
    }

    /// A miniport that has a worker at one look and none at the other starts and stops.
    #[test]
    fn a_worker_that_is_there_only_at_times_keeps_no_stop() {
        for looks in 0..3 {
            WORKERS.set(looks);
            let port = started();
            escape(port, |adapter, irql| {
                adapter.wake_worker(irql);
                Ok(())
            });
            assert_eq!(port.stop(), STATUS_SUCCESS);
            assert_eq!(port.remove(), STATUS_SUCCESS);
        }
        WORKERS.set(0);
    }

    /// A present that pended is pending whatever it returns, and has one token, which is good for
    /// its adapter's start alone.
    #[test]
    fn a_token_is_good_for_its_own_start_alone() {
        fn report(
            adapter: &dxgk::adapter::Started<Attacker<Both>>,
            irql: &mut Passive<'_>,
        ) -> bool {
            let token = KEPT.lock().expect("no panic").pop().expect("kept");
            let progress = token.ended(Presented::Complete);
            match adapter.interrupts.report(Control, irql, progress) {
                Ok(()) => true,
                Err(refused) => {
                    assert_eq!(refused.reason, Refusal::InvalidParameter);
                    false
                }
            }
        }
        let (port, other) = (started(), started());
        PEND.set(true);
        for _ in 0..3 {
            assert_eq!(port.present(), STATUS_PENDING);
        }
        PEND.set(false);
        assert_eq!(port.present(), Status::IO_DEVICE_ERROR.raw());
        assert_eq!(KEPT.lock().expect("no panic").len(), 3, "one for each");

        escape(port, |adapter, irql| {
            assert!(report(adapter, irql));
            Ok(())
        });
        assert_eq!(lock(&port.dpcs).notifications, 1);
        escape(other, |adapter, irql| {
            assert!(!report(adapter, irql), "of another adapter");
            Ok(())
        });
        assert_eq!(port.stop(), STATUS_SUCCESS);
        assert_eq!(port.start(), STATUS_SUCCESS);
        escape(port, |adapter, irql| {
            assert!(!report(adapter, irql), "of an earlier start");
            Ok(())
        });
        assert_eq!(lock(&port.dpcs).notifications, 1);
        assert_eq!(lock(&other.dpcs).notifications, 0);
        for port in [port, other] {
            assert_eq!(port.remove(), STATUS_SUCCESS);
        }
    }

    /// The token that examples are given is the hosted port's, and no other port's.
    #[test]
    fn the_examples_token_is_no_other_ports() {
        let port = started();
        escape(port, |adapter, irql| {
            let made_up = dxgk::doc::pending().ended(Presented::Complete);
            let refused = adapter.interrupts.report(Control, irql, made_up);
            let refused = refused.expect_err("refused");
            assert_eq!(refused.reason, Refusal::InvalidParameter);
            // Nor is it by way of the state, next to none of the adapter's own.
            let extended = adapter.interrupts.synchronize(Control, irql, |at| {
                at.extend(Some(dxgk::doc::pending()));
                let token = at.take_one()?;
                Some(dxgk::interrupt::Notify::notify(
                    at,
                    token.ended(Presented::Failed),
                ))
            });
            assert_eq!(extended.ok(), Some(Some(false)));
            Ok(())
        });
        assert_eq!(lock(&port.dpcs).notifications, 0);
        assert_eq!(port.remove(), STATUS_SUCCESS);
    }

    /// An event of the kernel's that is dropped at DIRQL is left alone, and said.
    #[test]
    fn an_event_is_not_freed_at_dirql() {
        let hosted = dxgk::doc::hosted();
        let _ = violations();
        hosted::passive(|irql| {
            let mut event = Event::<Machine>::new(irql).ok();
            assert!(event.is_some());
            let dropped = hosted
                .interrupts()
                .synchronize(dxgk::doc::Control, irql, |_| at(5, || event = None));
            assert!(dropped.is_ok());
        });
        let said = violations();
        assert!(
            matches!(
                said[..],
                [Violation::Irql {
                    at: "Event dropped",
                    found: 5,
                    ..
                }]
            ),
            "{said:?}"
        );
        at(2, || {
            hosted::passive(|irql| drop(Event::<Machine>::new(irql)))
        });
        assert_eq!(violations(), [], "DISPATCH_LEVEL is low enough");
    }

    /// As many pages as no machine has are refused before anything is computed from their number.
    #[test]
    fn more_pages_than_addresses_are_refused() {
        let interface = hosted::interface();
        for length in [usize::MAX, usize::MAX - 4096, isize::MAX as usize + 1] {
            let pages =
                hosted::passive(|irql| SharedPages::<Machine>::new(&interface, length, irql));
            assert_eq!(pages.err(), Some(Status::INSUFFICIENT_RESOURCES));
        }
    }

    /// Locks inside of locks, each with the capability that the outer one lends.
    #[test]
    fn locks_are_nested_with_what_the_outer_lends() {
        let hosted = dxgk::doc::hosted();
        let spin = SpinLock::<Machine, u32>::new(1);
        hosted::passive(|irql| {
            let mutex = PassiveMutex::<Machine, u32>::new(2, irql).expect("memory");
            let sum = mutex.with(irql, |outer, irql| {
                let inner = spin.with(irql, |inner, irql| {
                    let seen = hosted
                        .interrupts()
                        .synchronize(dxgk::doc::Control, irql, |at| at.completed);
                    seen.ok().map(|seen| seen + u64::from(*inner))
                });
                inner.map(|inner| inner + u64::from(*outer))
            });
            assert_eq!(sum, Some(3));
        });
    }

    /// What the worker was woken for before its thread ran is done: no waking is lost.
    #[test]
    fn a_worker_is_woken_before_it_runs() {
        WORKERS.set(2);
        let port = added();
        ON_ENABLE.set(Some(|adapter, irql| {
            adapter.wake_worker(irql);
            Ok(())
        }));
        let before = WORKED.load(SeqCst);
        assert_eq!(port.start(), STATUS_SUCCESS);
        while WORKED.load(SeqCst) == before {
            std::thread::yield_now();
        }
        assert_eq!(port.remove(), STATUS_SUCCESS);
    }
}
