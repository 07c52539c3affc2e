//! The state does not leave the closure (G1).
use dirql::doc::*;
use dirql::hosted::passive;

fn main() {
    let hosted = hosted();
    let mut stolen = None;
    passive(|irql| {
        let _ = hosted.interrupts().synchronize(Control, irql, |at| {
            stolen = Some(&mut **at);
        });
    });
    drop(stolen);
}
