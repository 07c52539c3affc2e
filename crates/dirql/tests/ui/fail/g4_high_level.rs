//! At HIGH_LEVEL nothing is synchronized (G4).
use dirql::High;
use dirql::doc::*;
use dirql::hosted::passive;

fn bug_check(hosted: &Hosted<(Control,)>, irql: &mut High<'_>) {
    let _ = hosted.interrupts().snapshot(Control, irql, |state| state.completed);
}

fn main() {
    let _ = bug_check;
    passive(|_| ());
}
