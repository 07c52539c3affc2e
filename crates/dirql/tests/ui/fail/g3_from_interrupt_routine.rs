//! An interrupt routine has no capability to synchronize with (G3, G4).
use dirql::doc::*;
use dirql::hosted::passive;

fn in_the_interrupt_routine(hosted: &Hosted<(Control,)>, at: &mut AtDirql<'_, Control>) {
    let _ = hosted.interrupts().synchronize(Control, at, |at| at.completed);
}

fn main() {
    let _ = in_the_interrupt_routine;
    passive(|_| ());
}
