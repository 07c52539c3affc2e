//! Nor is it returned from it (G1).
use dxgk::doc::*;
use dxgk::hosted::passive;

fn main() {
    let hosted = hosted();
    passive(|irql| {
        let _ = hosted.interrupts().synchronize(Control, irql, |isr| &mut *isr.state);
    });
}
