//! dxgkrnl's services are lent until the adapter is stopped, and not copied (G10).
use dxgk::hosted::Host;
use dxgk::interface::Interface;
use dxgk::hosted::passive;

fn keep(interface: &Interface<Host>) -> Interface<Host> {
    interface.clone()
}

fn main() {
    let _ = keep;
    passive(|_| ());
}
