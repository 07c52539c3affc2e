//! A source that is not in the device's set has no lock there (G2, G12).
use dirql::doc::*;
use dirql::hosted::passive;

#[derive(Clone, Copy)]
struct Foreign;

impl Source for Foreign {
    type Device = Gpu;
    type State = u32;
    type Role = Silent;
    const INITIAL: u32 = 0;

    fn interrupt(_: &mut AtDirql<'_, Self>, _: &Gpu, _: Cause) {}
}

fn main() {
    let hosted = hosted();
    passive(|irql| {
        let _ = hosted.interrupts().synchronize(Foreign, irql, |at| **at);
    });
}
