//! dxgkrnl's services are lent until the adapter is stopped, and not copied (G10).
use dxgk::interface::Interface;
use dxgk::hosted::passive;

fn keep(interface: &Interface) -> Interface {
    interface.clone()
}

fn main() {
    let _ = keep;
    passive(|_| ());
}
