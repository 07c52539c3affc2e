//! A source that is not in the adapter's set has no lock there (G2, G12).
use dxgk::doc::*;
use dxgk::hosted::passive;

#[derive(Clone, Copy)]
struct Foreign;

impl Source for Foreign {
    type Device = Gpu;
    type State = u32;
    type Role = Silent;
    const INITIAL: u32 = 0;

    fn interrupt(_: &mut Isr<'_, Self>, _: &Gpu, _: Cause) {}
}

fn main() {
    let hosted = hosted();
    passive(|irql| {
        let _ = hosted.interrupts().synchronize(Foreign, irql, |isr| *isr.state);
    });
}
