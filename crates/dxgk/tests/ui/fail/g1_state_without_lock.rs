//! There is no way to the state but the interrupt routine and a closure (G1).
use dxgk::doc::*;
use dxgk::hosted::passive;

fn main() {
    let hosted = hosted();
    let _ = hosted.interrupts().cells;
    passive(|_| ());
}
