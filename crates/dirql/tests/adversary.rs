//! Programs in safe code alone that try to break the crate: each says what holds it.
//! `tests/exploits.rs` has those that once did break it.
#![cfg(not(loom))]

/// An allocator that aligns to 16 bytes and no more, as pool memory is aligned below a page, where
/// this thread asks for it.
mod pool {
    use std::alloc::{GlobalAlloc, Layout, System};
    use std::cell::Cell;

    std::thread_local! {
        static COARSE: Cell<bool> = const { Cell::new(false) };
    }

    struct Pool;

    const MOST: usize = 16;

    // SAFETY: all memory is the system's. What is aligned less than was asked for is what is
    // tested.
    unsafe impl GlobalAlloc for Pool {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            if layout.align() <= MOST || !COARSE.get() {
                // SAFETY: the caller's promise.
                return unsafe { System.alloc(layout) };
            }
            // SAFETY: twice the alignment is a power of two, and the size is not zero.
            let place = unsafe { System.alloc(wider(layout)) };
            place.wrapping_add(MOST)
        }

        unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
            if place.addr().is_multiple_of(layout.align()) {
                // SAFETY: the caller's promise.
                unsafe { System.dealloc(place, layout) };
            } else {
                // SAFETY: what `alloc` had, with its layout.
                unsafe { System.dealloc(place.wrapping_sub(MOST), wider(layout)) };
            }
        }
    }

    fn wider(layout: Layout) -> Layout {
        Layout::from_size_align(layout.size() + MOST, layout.align()).expect("a layout")
    }

    #[global_allocator]
    static POOL: Pool = Pool;

    /// Runs `body` on coarse memory.
    pub fn coarse<R>(body: impl FnOnce() -> R) -> R {
        COARSE.set(true);
        let result = body();
        COARSE.set(false);
        result
    }
}

mod programs {
    #![forbid(unsafe_code)]

    use std::cell::Cell;
    use std::num::NonZeroU32;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    use std::sync::{Barrier, Mutex};

    use dirql::hosted::{self, HostConnection, Hosted, PortCall, dispatch, passive};
    use dirql::{
        AtDirql, Cause, HandOver, InterruptDevice, InterruptResource, Place, Published, Refusal,
        Silent, Source, SourceSet,
    };

    use super::pool::coarse;

    #[derive(Debug)]
    struct Wire;

    impl InterruptDevice for Wire {
        type Connection = HostConnection;

        fn acknowledge_line(&self) -> Option<u32> {
            Some(1)
        }
    }

    macro_rules! source {
        ($Name:ident, $State:ty, $initial:expr, $interrupt:expr) => {
            #[derive(Clone, Copy)]
            struct $Name;

            impl Source for $Name {
                type Device = Wire;
                type State = $State;
                type Role = Silent;
                const INITIAL: $State = $initial;

                fn interrupt(at: &mut AtDirql<'_, Self>, _: &Wire, _: Cause) {
                    let interrupt: fn(&mut AtDirql<'_, Self>) = $interrupt;
                    interrupt(at);
                }
            }
        };
    }

    #[repr(align(64))]
    struct Aligned([u8; 64]);

    source!(Count, u32, 0, |at| **at += 1);
    source!(Other, u32, 0, |at| **at += 1);
    source!(Empty, (), (), |at| at.queue_dpc());
    source!(Wide, Aligned, Aligned([1; 64]), |at| at.0[0] += 1);
    source!(Lent, Option<&'static mut [u8]>, None, |_| ());

    fn messages(count: u32) -> InterruptResource {
        InterruptResource::Messages(NonZeroU32::new(count).expect("not zero"))
    }

    fn started<T: SourceSet<Connection = HostConnection, Device = Wire>>(count: u32) -> Hosted<T> {
        Hosted::new(messages(count), Wire).expect("a map")
    }

    /// A state that wants more alignment than the allocator gives is refused, not misaligned.
    #[test]
    fn a_state_is_aligned_or_refused() {
        let made = coarse(|| catch_unwind(|| started::<(Wide,)>(1)).is_ok());
        assert!(!made, "refused: no aligned memory");
        let hosted = started::<(Wide,)>(1);
        let at = passive(|irql| {
            hosted.interrupts().synchronize(Wide, irql, |at| {
                let state: &mut Aligned = at;
                (&raw const *state).addr() % 64
            })
        });
        assert_eq!(at.ok(), Some(0));
    }

    /// A source that is in a set twice would have two states, each with a lock of its own.
    #[test]
    fn a_source_twice_is_refused_at_the_start() {
        let made = catch_unwind(|| started::<(Count, Other, Count)>(3));
        let said = made.err().expect("refused");
        let said = said.downcast_ref::<String>().expect("a text");
        assert!(said.contains("SourceTwice"), "{said}");
        let hosted = started::<(Count, Other)>(2);
        let seen = passive(|irql| {
            // The place may be named; there is one.
            hosted
                .interrupts()
                .snapshot::<Count, Place<0>, _, _>(Count, irql, |count| *count)
        });
        assert_eq!(seen.ok(), Some(0));
    }

    /// A state of size zero, and the DPC that is asked for at it.
    #[test]
    fn a_state_of_size_zero_has_its_lock() {
        let hosted = started::<(Empty, Count)>(2);
        assert!(hosted.interrupt(0));
        assert_eq!(
            hosted.take_calls(),
            [PortCall::Lock(0), PortCall::QueueDpc, PortCall::Unlock(0)]
        );
        let seen = dispatch(|irql| hosted.interrupts().synchronize(Empty, irql, |at| **at));
        assert_eq!(seen.ok(), Some(()));
    }

    /// What a closure takes out of a state, exclusive references included, is the caller's; there
    /// is never a second.
    #[test]
    fn an_exclusive_reference_in_a_state_is_had_once() {
        let hosted = started::<(Lent,)>(1);
        static KEPT: Mutex<Option<&'static mut [u8]>> = Mutex::new(None);
        let mine: &'static mut [u8] = vec![7; 4].leak();
        passive(|irql| {
            let mut mine = Some(mine);
            let put = |at: &mut AtDirql<'_, Lent>| **at = mine.take();
            assert!(hosted.interrupts().synchronize(Lent, irql, put).is_ok());
            let taken = |irql: &mut _| {
                let taken = hosted.interrupts().synchronize(Lent, irql, |at| at.take());
                let bytes = taken.ok().flatten()?;
                let first = bytes[0];
                *KEPT.lock().expect("no panic") = Some(bytes);
                Some(first)
            };
            assert_eq!((taken(irql), taken(irql)), (Some(7), None));
        });
    }

    /// Closures of every kind: boxed, by reference, a function, one that is generic over every
    /// lifetime, one of a closure.
    #[test]
    fn every_kind_of_closure_runs_under_its_lock() {
        fn function(at: &mut AtDirql<'_, Count>) -> u32 {
            **at += 1;
            **at
        }
        let hosted = started::<(Count,)>(1);
        let interrupts = hosted.interrupts();
        type Boxed = Box<dyn for<'a, 'b> FnMut(&'a mut AtDirql<'b, Count>) -> u32>;
        let mut boxed: Boxed = Box::new(function);
        passive(|irql| {
            let lent = &mut boxed;
            assert_eq!(
                interrupts.synchronize(Count, irql, &mut *lent).ok(),
                Some(1)
            );
            assert_eq!(interrupts.synchronize(Count, irql, boxed).ok(), Some(2));
            assert_eq!(interrupts.synchronize(Count, irql, function).ok(), Some(3));
            let nested = |at: &mut AtDirql<'_, Count>| {
                let mut inside = || function(at);
                inside() + inside()
            };
            assert_eq!(interrupts.synchronize(Count, irql, nested).ok(), Some(9));
        });
    }

    /// What is forgotten instead of dropped, refused or not, leaves lock and state as they are.
    #[test]
    fn what_is_forgotten_keeps_no_lock() {
        struct Forgotten;
        impl Drop for Forgotten {
            fn drop(&mut self) {
                panic!("dropped");
            }
        }
        let hosted = started::<(Count,)>(1);
        passive(|irql| {
            hosted.refuse(Some(-1));
            let captured = Forgotten;
            let closure = move |at: &mut AtDirql<'_, Count>| {
                let _ = &captured;
                **at
            };
            let refused = hosted.interrupts().synchronize(Count, irql, closure);
            let refused = refused.expect_err("refused");
            assert_eq!(refused.reason, Refusal::Other(-1));
            std::mem::forget(refused);
            let held = hosted
                .interrupts()
                .synchronize(Count, irql, |_| std::mem::forget(Forgotten));
            assert!(held.is_ok());
        });
        assert_eq!(hosted::held_message(), None);
        assert!(hosted.interrupt(0));
    }

    /// Another thread may have the state that a closure lends it, and gets a capability of its own:
    /// the lock is still held.
    #[test]
    fn a_thread_inside_a_closure_has_the_state_while_it_is_lent() {
        let hosted = started::<(Count, Other)>(2);
        passive(|irql| {
            let seen = hosted.interrupts().synchronize(Count, irql, |at| {
                let state: &mut u32 = at;
                std::thread::scope(|scope| {
                    scope.spawn(|| {
                        *state += 1;
                        // Not the lock that is held: that one would be waited for.
                        passive(|irql| {
                            hosted
                                .interrupts()
                                .synchronize(Other, irql, |at| **at += 1)
                                .is_ok()
                        })
                    });
                });
                **at
            });
            assert_eq!(seen.ok(), Some(1));
        });
    }

    /// A capability is had again after every way out of a callback, and never inside of one.
    #[test]
    fn a_panic_leaves_the_threads_level_as_it_was() {
        let hosted = started::<(Count,)>(1);
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            passive(|irql| {
                let inner = catch_unwind(AssertUnwindSafe(|| {
                    hosted
                        .interrupts()
                        .synchronize(Count, irql, |_| -> u32 { panic!("inside") })
                        .is_ok()
                }));
                assert!(inner.is_err());
                assert_eq!(hosted::current_irql(), hosted::PASSIVE_LEVEL);
                assert!(catch_unwind(|| passive(|_| ())).is_err(), "one is out");
                panic!("outside")
            })
        }));
        assert!(panicked.is_err());
        passive(|_| ());
    }

    /// A value that is dropped inside a closure, and asks for a capability as it goes, gets none.
    #[test]
    fn a_drop_at_dirql_gets_no_capability() {
        struct Asks<'a>(&'a Cell<Option<bool>>);
        impl Drop for Asks<'_> {
            fn drop(&mut self) {
                self.0.set(Some(catch_unwind(|| passive(|_| ())).is_ok()));
            }
        }
        let hosted = started::<(Count,)>(1);
        let got = Cell::new(None);
        passive(|irql| {
            let mut asks = Some(Asks(&got));
            let dropped = hosted
                .interrupts()
                .synchronize(Count, irql, |_| asks = None);
            assert!(dropped.is_ok());
        });
        assert_eq!(got.get(), Some(false));
    }

    /// An interrupt that safe code raises inside a closure or an interrupt routine of the same
    /// device is refused.
    #[test]
    fn an_interrupt_does_not_come_in_on_a_processor_that_holds_a_lock() {
        let hosted = started::<(Count, Other)>(2);
        passive(|irql| {
            let raised = hosted.interrupts().synchronize(Count, irql, |_| {
                let raise = |message| catch_unwind(AssertUnwindSafe(|| hosted.interrupt(message)));
                (raise(0).is_err(), raise(1).is_err())
            });
            assert_eq!(raised.ok(), Some((true, true)));
        });
    }

    /// Of several that publish at once, one is published, and each other gets its device back.
    #[test]
    fn one_of_many_is_published() {
        const ROUNDS: usize = if cfg!(miri) { 2 } else { 50 };
        static PLACES: [Published<u32>; ROUNDS] = [const { Published::new() }; ROUNDS];
        for place in &PLACES {
            let all = Barrier::new(3);
            let back = AtomicU32::new(0);
            std::thread::scope(|scope| {
                for number in 0..3 {
                    let (all, back) = (&all, &back);
                    scope.spawn(move || {
                        all.wait();
                        if place.publish(Box::new(number)).is_err() {
                            back.fetch_add(1, SeqCst);
                        }
                    });
                }
            });
            assert_eq!(back.load(SeqCst), 2);
            assert!(place.publish(Box::new(9)).is_err());
        }
    }

    /// A queue of no length takes nothing, and one that is full keeps what it has.
    #[test]
    fn a_queue_takes_what_fits() {
        let mut none = HandOver::<u32, 0>::new();
        assert_eq!((none.push(1), none.take().len()), (Err(1), 0));
        let mut two = HandOver::<u32, 2>::new();
        assert_eq!(
            (two.push(1), two.push(2), two.push(3)),
            (Ok(()), Ok(()), Err(3))
        );
        assert_eq!(two.take().iter().copied().collect::<Vec<_>>(), [1, 2]);
        assert!(two.is_empty());
    }
}
