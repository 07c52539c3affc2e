//! A capability belongs to the thread it was lent to (G4).
use dxgk::doc::*;
use dxgk::hosted::passive;

fn main() {
    passive(|irql| {
        std::thread::scope(|scope| {
            scope.spawn(|| {
                hosted().interrupts().synchronize(Control, irql, |_| ()).ok();
            });
        });
    });
}
