//! Nor is it returned from it (G1).
use dirql::doc::*;
use dirql::hosted::passive;

fn main() {
    let hosted = hosted();
    passive(|irql| {
        let _ = hosted.interrupts().synchronize(Control, irql, |at| &mut **at);
    });
}
