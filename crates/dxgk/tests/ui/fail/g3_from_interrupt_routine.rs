//! An interrupt routine has no capability to synchronize with (G3, G4).
use dxgk::doc::*;
use dxgk::hosted::passive;

fn in_the_interrupt_routine(hosted: &Hosted<(Control,)>, isr: &mut Isr<'_, Control>) {
    let _ = hosted.interrupts().synchronize(Control, isr, |isr| isr.state.completed);
}

fn main() {
    let _ = in_the_interrupt_routine;
    passive(|_| ());
}
