//! Which message a source has is the crate's to say: its traits can not be implemented outside (G2).
use dirql::doc::*;
use dirql::hosted::passive;
use dirql::{Contains, Place};

#[derive(Clone, Copy)]
struct Own;

impl Source for Own {
    type Device = Gpu;
    type State = u32;
    type Role = Silent;
    const INITIAL: u32 = 0;

    fn interrupt(_: &mut AtDirql<'_, Self>, _: &Gpu, _: Cause) {}
}

impl Contains<Own, Place<7>> for (Own,) {
    const INDEX: usize = 7;
}

fn main() {
    passive(|_| ());
}
