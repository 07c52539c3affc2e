//! What needs a capability can not be called from a closure: it is lent for the call (G3, G8).
use dxgk::doc::*;
use dxgk::hosted::passive;

fn wait(_: &dxgk::irql::Passive<'_>) {}

fn main() {
    let hosted = hosted();
    passive(|irql| {
        let _ = hosted.interrupts().synchronize(Control, irql, |_| wait(irql));
    });
}
