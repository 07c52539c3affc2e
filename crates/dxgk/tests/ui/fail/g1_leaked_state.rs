//! The state does not leave the closure (G1).
use dxgk::doc::*;
use dxgk::hosted::passive;

fn main() {
    let hosted = hosted();
    let mut stolen = None;
    passive(|irql| {
        let _ = hosted.interrupts().synchronize(Control, irql, |isr| {
            stolen = Some(&mut *isr.state);
        });
    });
    drop(stolen);
}
