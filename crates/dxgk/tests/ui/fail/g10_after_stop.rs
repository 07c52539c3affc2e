//! Nothing of a stopped adapter can be used (G10).
use dxgk::doc::*;
use dxgk::hosted::passive;

fn main() {
    let hosted = hosted();
    let interrupts = hosted.interrupts();
    drop(hosted);
    passive(|irql| {
        let _ = interrupts.synchronize(Control, irql, |at| at.completed);
    });
}
