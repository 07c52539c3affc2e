//! The pairs: a closure that captures 0, 1 or 4 words and returns 0, 8 or 64 bytes, and the callback that does the same.
//! Both functions of a pair take the same parameters, so that only the way to the port differs.

use core::cell::Cell;
use core::ffi::c_void;
use core::hint::black_box;
use core::mem::MaybeUninit;

use dxgk::interrupt::Interrupts;
use dxgk::irql::Passive;
use dxgk::sys::{BOOLEAN, TRUE};

use crate::adapter::{Control, State};
use crate::port;

type Sources = (Control,);

thread_local! {
    /// Where the stack pointer was in the routine.
    static INSIDE: Cell<usize> = const { Cell::new(0) };
}

/// The stack pointer, roughly: the address of a local.
#[inline(never)]
fn stack_pointer() -> usize {
    let here = 0u8;
    black_box(&raw const here).addr()
}

/// What a driver keeps in its device extension for the callback's way.
#[derive(Debug)]
pub struct Extension {
    handle: *mut c_void,
    synchronize: unsafe extern "system" fn(
        *mut c_void,
        dxgk::sys::PKSYNCHRONIZE_ROUTINE,
        *mut c_void,
        u32,
        *mut BOOLEAN,
    ) -> i32,
    message: u32,
    state: State,
}

thread_local! {
    static EXTENSION: core::cell::UnsafeCell<Extension> = const { core::cell::UnsafeCell::new(Extension {
        handle: core::ptr::null_mut(),
        synchronize: port::synchronize,
        message: 0,
        state: State { count: 0, more: [0; 8] },
    }) };
}

/// One pair: how many words are captured, what is returned, and the work.
macro_rules! pair {
    ($name:literal, $closure:ident, $callback:ident, [$($word:ident),*], $result:ty, |$state:ident| $work:expr) => {
        #[inline(never)]
        #[unsafe(export_name = concat!("closure_", $name))]
        pub fn $closure(
            interrupts: &Interrupts<Sources>,
            irql: &mut Passive<'_>,
            $($word: &mut u64),*
        ) -> Option<$result> {
            interrupts
                .synchronize(Control, irql, |isr| {
                    let $state: &mut State = isr.state;
                    $work
                })
                .ok()
        }

        #[inline(never)]
        #[unsafe(export_name = concat!("callback_", $name))]
        pub fn $callback(
            extension: *mut Extension,
            _: &mut Passive<'_>,
            $($word: &mut u64),*
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

pair!(
    "0_words_0_bytes",
    closure_0_0,
    callback_0_0,
    [],
    (),
    |state| state.count += 1
);
pair!(
    "0_words_8_bytes",
    closure_0_8,
    callback_0_8,
    [],
    u64,
    |state| {
        state.count += 1;
        state.count
    }
);
pair!(
    "0_words_64_bytes",
    closure_0_64,
    callback_0_64,
    [],
    [u64; 8],
    |state| {
        state.count += 1;
        state.more
    }
);
pair!(
    "1_word_0_bytes",
    closure_1_0,
    callback_1_0,
    [a],
    (),
    |state| state.count += *a
);
pair!(
    "1_word_8_bytes",
    closure_1_8,
    callback_1_8,
    [a],
    u64,
    |state| {
        state.count += *a;
        state.count
    }
);
pair!(
    "1_word_64_bytes",
    closure_1_64,
    callback_1_64,
    [a],
    [u64; 8],
    |state| {
        state.count += *a;
        state.more
    }
);
pair!(
    "4_words_0_bytes",
    closure_4_0,
    callback_4_0,
    [a, b, c, d],
    (),
    |state| {
        *a += *b;
        *c += *d;
        state.count += *a;
    }
);
pair!(
    "4_words_8_bytes",
    closure_4_8,
    callback_4_8,
    [a, b, c, d],
    u64,
    |state| {
        *a += *b;
        *c += *d;
        state.count += *a;
        state.count
    }
);
pair!(
    "4_words_64_bytes",
    closure_4_64,
    callback_4_64,
    [a, b, c, d],
    [u64; 8],
    |state| {
        *a += *b;
        *c += *d;
        state.count += *a;
        state.more
    }
);

// The pair that stack is measured with: its work is to say where the stack is.
pair!(
    "stack",
    closure_stack,
    callback_stack,
    [a, b, c, d],
    [u64; 8],
    |state| {
        *a += *b;
        *c += *d;
        INSIDE.set(stack_pointer());
        state.more
    }
);

fn sum(words: Option<[u64; 8]>) -> u64 {
    words.map_or(0, |words| {
        words.iter().fold(0, |sum, word| sum.wrapping_add(*word))
    })
}

/// Calls every function once.
pub fn run_all(interrupts: &Interrupts<Sources>, irql: &mut Passive<'_>, seed: u64) -> u64 {
    let [mut a, mut b, mut c, mut d] = black_box([seed, 2, 3, 4]);
    let extension = EXTENSION.with(core::cell::UnsafeCell::get);
    let mut total = 0u64;
    closure_0_0(interrupts, irql);
    callback_0_0(extension, irql);
    total += closure_0_8(interrupts, irql).unwrap_or(0);
    total += callback_0_8(extension, irql).unwrap_or(0);
    total += sum(closure_0_64(interrupts, irql));
    total += sum(callback_0_64(extension, irql));
    closure_1_0(interrupts, irql, &mut a);
    callback_1_0(extension, irql, &mut a);
    total += closure_1_8(interrupts, irql, &mut a).unwrap_or(0);
    total += callback_1_8(extension, irql, &mut a).unwrap_or(0);
    total += sum(closure_1_64(interrupts, irql, &mut a));
    total += sum(callback_1_64(extension, irql, &mut a));
    closure_4_0(interrupts, irql, &mut a, &mut b, &mut c, &mut d);
    callback_4_0(extension, irql, &mut a, &mut b, &mut c, &mut d);
    total += closure_4_8(interrupts, irql, &mut a, &mut b, &mut c, &mut d).unwrap_or(0);
    total += callback_4_8(extension, irql, &mut a, &mut b, &mut c, &mut d).unwrap_or(0);
    total += sum(closure_4_64(
        interrupts, irql, &mut a, &mut b, &mut c, &mut d,
    ));
    total += sum(callback_4_64(
        extension, irql, &mut a, &mut b, &mut c, &mut d,
    ));
    total
}

/// How deep the stack is in the routine, seen from the same caller, for both ways.
pub fn stack(
    interrupts: &Interrupts<Sources>,
    irql: &mut Passive<'_>,
) -> [(&'static str, usize, usize); 1] {
    let [mut a, mut b, mut c, mut d] = black_box([1, 2, 3, 4]);
    let extension = EXTENSION.with(core::cell::UnsafeCell::get);
    let outside = stack_pointer();
    closure_stack(interrupts, irql, &mut a, &mut b, &mut c, &mut d);
    let closure = outside.wrapping_sub(INSIDE.get());
    callback_stack(extension, irql, &mut a, &mut b, &mut c, &mut d);
    let callback = outside.wrapping_sub(INSIDE.get());
    [("4_words_64_bytes", closure, callback)]
}
