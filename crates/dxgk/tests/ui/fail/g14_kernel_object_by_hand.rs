//! The kernel's objects and pages are had through the types that look at the IRQL when they are dropped (G7, G14).
use dxgk::hosted::{Host, passive};
use dxgk::kernel::Kernel;

fn main() {
    passive(|irql| {
        drop(Host::new_event(irql));
        drop(Host::new_mutex(irql));
        drop(Host::allocate_pages(irql, 1));
    });
}
