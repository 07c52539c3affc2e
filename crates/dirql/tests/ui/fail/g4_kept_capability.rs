//! A capability can not be kept past the callback it was lent for (G4).
use dirql::hosted::passive;

fn main() {
    let mut kept = None;
    passive(|irql| kept = Some(irql));
    let _ = kept;
}
