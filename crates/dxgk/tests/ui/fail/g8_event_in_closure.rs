//! Setting an event is for DISPATCH_LEVEL at most, so not for a closure (G8).
use dxgk::doc::*;
use dxgk::hosted::{Host, dispatch};
use dxgk::kernel::Kernel;

fn main() {
    let hosted = hosted();
    let event = dxgk::hosted::Event::default();
    dispatch(|irql| {
        let _ = hosted.interrupts().synchronize(Control, irql, |_| Host::set_event(irql, &event));
    });
}
