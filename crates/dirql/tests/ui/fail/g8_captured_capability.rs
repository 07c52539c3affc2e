//! What needs a capability can not be called from a closure: it is lent for the call (G3, G8).
use dirql::doc::*;
use dirql::hosted::passive;

fn wait(_: &dirql::Passive<'_>) {}

fn main() {
    let hosted = hosted();
    passive(|irql| {
        let _ = hosted.interrupts().synchronize(Control, irql, |_| wait(irql));
    });
}
