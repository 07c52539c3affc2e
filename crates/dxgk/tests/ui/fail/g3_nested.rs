//! Synchronizing inside a closure would wait for ever for the spin lock that is held (G3).
use dxgk::doc::*;
use dxgk::hosted::passive;

fn main() {
    let hosted = hosted();
    let interrupts = hosted.interrupts();
    passive(|irql| {
        let _ = interrupts.synchronize(Control, irql, |_| {
            let _ = interrupts.synchronize(Control, irql, |isr| isr.state.completed);
        });
    });
}
