//! A message number comes from the map and nowhere else (G2).
use dxgk::doc::*;
use dxgk::hosted::passive;

fn main() {
    let forged = dxgk::interrupt::Message(1);
    let _ = (forged, hosted());
    passive(|_| ());
}
