//! The way it is meant.
use dxgk::doc::*;
use dxgk::hosted::passive;

fn main() {
    let hosted = hosted();
    let seen = passive(|irql| {
        hosted.interrupts().synchronize(Control, irql, |at| {
            at.completed += 1;
            at.notify(pending().ended(Presented::Complete));
            at.completed
        })
    });
    assert_eq!(seen.ok(), Some(1));
}
