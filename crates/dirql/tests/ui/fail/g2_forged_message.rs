//! A message number comes from the map and nowhere else (G2).
use dirql::doc::*;
use dirql::hosted::passive;

fn main() {
    let forged = dirql::Message(1);
    let _ = (forged, hosted());
    passive(|_| ());
}
