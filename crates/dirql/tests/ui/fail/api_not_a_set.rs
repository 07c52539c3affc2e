//! A type that is no tuple of sources of one device is said to be none.
use dirql::doc::*;
use dirql::{Interrupts, SourceSet};

type Nine = (Control, Control, Control, Control, Control, Control, Control, Control, Control);

fn counts<T: SourceSet>() -> usize {
    T::COUNT
}

fn started(_: &Interrupts<Control>) {}

fn main() {
    counts::<Nine>();
}
