//! Setting an event is for DISPATCH_LEVEL at most, so not for a closure (G8).
use dxgk::doc::*;
use dxgk::event::Event;
use dxgk::hosted::{Host, passive};

fn main() {
    let hosted = hosted();
    passive(|irql| {
        let event = Event::<Host>::new(irql).unwrap();
        let _ = hosted.interrupts().synchronize(Control, irql, |_| event.set(irql));
    });
}
