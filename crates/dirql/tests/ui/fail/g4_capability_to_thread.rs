//! A capability belongs to the thread it was lent to (G4).
use dirql::doc::*;
use dirql::hosted::passive;

fn main() {
    passive(|irql| {
        std::thread::scope(|scope| {
            scope.spawn(|| {
                hosted().interrupts().synchronize(Control, irql, |_| ()).ok();
            });
        });
    });
}
