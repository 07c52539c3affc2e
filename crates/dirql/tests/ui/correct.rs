//! The way it is meant.
use dirql::doc::*;
use dirql::hosted::passive;

fn main() {
    let hosted = hosted();
    let seen = passive(|irql| {
        hosted.interrupts().synchronize(Control, irql, |at| {
            at.completed += 1;
            at.queue_dpc();
            at.completed
        })
    });
    assert_eq!(seen.ok(), Some(1));
}
