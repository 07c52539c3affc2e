//! A thread as a processor: its index and its IRQL.
//!
//! A thread gets an index when it first asks for one and gives it back when it ends, so that many short threads do not
//! use the indices up.

use crate::sync::Mutex;
use std::cell::Cell;

/// Threads that can be told apart at the same time: what the port's tables have room for.
const THREADS: usize = 256;

static TAKEN: Mutex<[bool; THREADS]> = Mutex::new([false; THREADS]);

struct Index(u32);

impl Index {
    fn take() -> Self {
        let mut taken = TAKEN.lock();
        let Some(free) = taken.iter().position(|taken| !taken) else {
            panic!("more than {THREADS} threads at the same time");
        };
        taken[free] = true;
        Self(free as u32)
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        TAKEN.lock()[self.0 as usize] = false;
    }
}

thread_local! {
    static INDEX: Index = Index::take();
    static IRQL: Cell<u8> = const { Cell::new(0) };
}

/// The index of the calling thread.
pub fn index() -> u32 {
    INDEX.with(|index| index.0)
}

/// The IRQL of the calling thread.
pub fn irql() -> u8 {
    IRQL.with(Cell::get)
}

/// Sets the IRQL of the calling thread; returns the old one.
pub fn set_irql(to: u8) -> u8 {
    IRQL.with(|level| level.replace(to))
}

/// Runs `body` at this IRQL.
pub fn at<R>(level: u8, body: impl FnOnce() -> R) -> R {
    let old = set_irql(level);
    let result = body();
    set_irql(old);
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn threads_are_different_processors_and_give_their_index_back() {
        let mine = index();
        let other = thread::spawn(|| (index(), irql()))
            .join()
            .expect("the thread ends");
        assert_ne!(mine, other.0);
        assert_eq!(other.1, 0);
        for _ in 0..2 * THREADS {
            thread::spawn(index).join().expect("indices are given back");
        }
        assert_eq!(at(5, irql), 5);
        assert_eq!(irql(), 0);
    }
}
