//! There is no way to the state but the interrupt routine and a closure (G1).
use dirql::doc::*;
use dirql::hosted::passive;

fn main() {
    let hosted = hosted();
    let _ = hosted.interrupts().cells;
    passive(|_| ());
}
