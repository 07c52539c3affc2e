//! The way it is meant.
use dxgk::doc::*;
use dxgk::hosted::passive;

fn main() {
    let hosted = hosted();
    let seen = passive(|irql| {
        hosted.interrupts().synchronize(Control, irql, |isr| {
            isr.state.completed += 1;
            isr.notify(PresentProgress { source: 0, outcome: Presented::Complete });
            isr.state.completed
        })
    });
    assert_eq!(seen.ok(), Some(1));
}
