//! Synchronizing inside a closure would wait forever for the spin lock that is held (G3).
use dirql::doc::*;
use dirql::hosted::passive;

fn main() {
    let hosted = hosted();
    let interrupts = hosted.interrupts();
    passive(|irql| {
        let _ = interrupts.synchronize(Control, irql, |_| {
            let _ = interrupts.synchronize(Control, irql, |at| at.completed);
        });
    });
}
