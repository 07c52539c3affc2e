//! The pairs: a closure that captures 0, 1 or 4 words and returns 0, 8 or 64 bytes, and the callback that does the same.
//! Both functions of a pair take the same parameters, so that only the way to the port differs.

use core::ffi::c_void;
use core::hint::black_box;
use core::mem::MaybeUninit;
use core::sync::atomic::{AtomicUsize, Ordering};

use dxgk::interrupt::Interrupts;
use dxgk::irql::Passive;
use dxgk::sys::{BOOLEAN, PKSYNCHRONIZE_ROUTINE, TRUE};

use crate::adapter::{Control, Sources, State};
use crate::port;

/// The caller's words, of which a closure captures references to the first few.
pub type Words = [u64; 4];

/// The closure's way.
pub type Closure<R> = fn(&Interrupts<Sources>, &mut Passive<'_>, &mut Words) -> Option<R>;

/// The callback's way. The pointer is to the extension that is to be worked on.
pub type Callback<R> = unsafe fn(*mut Extension, &mut Passive<'_>, &mut Words) -> Option<R>;

/// What is done with each pair.
pub trait Visitor {
    /// Called once for each pair.
    fn pair<R>(&mut self, name: &'static str, closure: Closure<R>, callback: Callback<R>);
}

/// What a driver keeps in its device extension for the callback's way.
#[derive(Debug)]
pub struct Extension {
    handle: *mut c_void,
    synchronize: unsafe extern "system" fn(
        *mut c_void,
        PKSYNCHRONIZE_ROUTINE,
        *mut c_void,
        u32,
        *mut BOOLEAN,
    ) -> i32,
    message: u32,
    state: State,
}

impl Extension {
    /// An extension for the port of this library.
    #[expect(
        clippy::new_without_default,
        reason = "there is no extension by default"
    )]
    #[must_use]
    pub const fn new() -> Self {
        Self {
            handle: core::ptr::null_mut(),
            synchronize: port::synchronize,
            message: 0,
            state: State {
                count: 0,
                more: [0; 8],
            },
        }
    }
}

/// The two functions of one pair: how many words are captured, what is returned, and the work.
macro_rules! ways {
    ($name:literal, $closure:ident, $callback:ident, [$($word:ident),*], $result:ty, |$state:ident| $work:expr) => {
        #[inline(never)]
        #[unsafe(export_name = concat!("closure_", $name))]
        fn $closure(
            interrupts: &Interrupts<Sources>,
            irql: &mut Passive<'_>,
            words: &mut Words,
        ) -> Option<$result> {
            let [$($word,)* ..] = words;
            interrupts
                .synchronize(Control, irql, |at| {
                    let $state: &mut State = at;
                    $work
                })
                .ok()
        }

        #[inline(never)]
        #[unsafe(export_name = concat!("callback_", $name))]
        unsafe fn $callback(
            extension: *mut Extension,
            _: &mut Passive<'_>,
            words: &mut Words,
        ) -> Option<$result> {
            struct Context {
                extension: *mut Extension,
                $($word: *mut u64,)*
                result: MaybeUninit<$result>,
            }

            unsafe extern "system" fn routine(context: *mut c_void) -> BOOLEAN {
                // SAFETY: the context of the frame below.
                let context = unsafe { &mut *context.cast::<Context>() };
                // SAFETY: under the lock.
                let $state: &mut State = unsafe { &mut (*context.extension).state };
                $(
                    // SAFETY: the caller's word, which waits in the frame below.
                    let $word: &mut u64 = unsafe { &mut *context.$word };
                )*
                context.result.write($work);
                TRUE
            }

            let [$($word,)* ..] = words;
            let mut context = Context { extension, $($word,)* result: MaybeUninit::uninit() };
            let mut ran: BOOLEAN = 0;
            // SAFETY: the extension lives, and the routine fits the context.
            let status = unsafe {
                ((*extension).synchronize)(
                    (*extension).handle,
                    Some(routine),
                    (&raw mut context).cast(),
                    (*extension).message,
                    &raw mut ran,
                )
            };
            if status >= 0 && ran != 0 {
                // SAFETY: the routine ran and wrote it.
                Some(unsafe { context.result.assume_init() })
            } else {
                None
            }
        }
    };
}

/// The pairs, and the function that visits each.
macro_rules! pairs {
    ($($name:literal: $closure:ident, $callback:ident, $words:tt, $result:ty, |$state:ident| $work:expr;)*) => {
        $(ways!($name, $closure, $callback, $words, $result, |$state| $work);)*

        /// The pairs' names, in order.
        pub const NAMES: &[&str] = &[$($name),*];

        /// Visits each pair.
        pub fn each(visitor: &mut impl Visitor) {
            $(visitor.pair::<$result>($name, $closure, $callback);)*
        }
    };
}

pairs! {
    "0_words_0_bytes": closure_0_0, callback_0_0, [], (), |state| state.count += 1;
    "0_words_8_bytes": closure_0_8, callback_0_8, [], u64, |state| {
        state.count += 1;
        state.count
    };
    "0_words_64_bytes": closure_0_64, callback_0_64, [], [u64; 8], |state| {
        state.count += 1;
        state.more
    };
    "1_word_0_bytes": closure_1_0, callback_1_0, [a], (), |state| state.count += *a;
    "1_word_8_bytes": closure_1_8, callback_1_8, [a], u64, |state| {
        state.count += *a;
        state.count
    };
    "1_word_64_bytes": closure_1_64, callback_1_64, [a], [u64; 8], |state| {
        state.count += *a;
        state.more
    };
    "4_words_0_bytes": closure_4_0, callback_4_0, [a, b, c, d], (), |state| {
        *a += *b;
        *c += *d;
        state.count += *a;
    };
    "4_words_8_bytes": closure_4_8, callback_4_8, [a, b, c, d], u64, |state| {
        *a += *b;
        *c += *d;
        state.count += *a;
        state.count
    };
    "4_words_64_bytes": closure_4_64, callback_4_64, [a, b, c, d], [u64; 8], |state| {
        *a += *b;
        *c += *d;
        state.count += *a;
        state.more
    };
}

// The pair that stack is measured with: its work is to say where the stack is.
ways!(
    "stack",
    closure_stack,
    callback_stack,
    [a, b, c, d],
    [u64; 8],
    |state| {
        *a += *b;
        *c += *d;
        INSIDE.store(stack_pointer(), Ordering::Relaxed);
        state.more
    }
);

/// Where the stack pointer was in the routine.
static INSIDE: AtomicUsize = AtomicUsize::new(0);

/// The stack pointer, roughly: the address of a local.
#[inline(never)]
fn stack_pointer() -> usize {
    let here = 0u8;
    black_box(&raw const here).addr()
}

/// Bytes of stack from a caller to inside the routine, both ways.
#[derive(Debug, Clone, Copy)]
pub struct Stack {
    /// What was captured and returned.
    pub name: &'static str,
    /// By the closure's way.
    pub closure: usize,
    /// By the callback's way.
    pub callback: usize,
}

/// How deep the stack is in the routine, seen from the same caller, for both ways.
pub fn stack(interrupts: &Interrupts<Sources>, irql: &mut Passive<'_>) -> Stack {
    let mut words: Words = black_box([1, 2, 3, 4]);
    let mut extension = Extension::new();
    let outside = stack_pointer();
    let deep = || outside.wrapping_sub(INSIDE.load(Ordering::Relaxed));
    black_box(closure_stack(interrupts, irql, &mut words));
    let closure = deep();
    // SAFETY: the extension lives.
    black_box(unsafe { callback_stack(&raw mut extension, irql, &mut words) });
    Stack {
        name: "4_words_64_bytes",
        closure,
        callback: deep(),
    }
}
