//! A closure lends what it captured: moving it out would drop it at DIRQL (G7).
use dirql::doc::*;
use dirql::hosted::passive;

fn main() {
    let hosted = hosted();
    let captured = vec![1];
    passive(|irql| {
        let _ = hosted.interrupts().synchronize(Control, irql, move |_| drop(captured));
    });
}
