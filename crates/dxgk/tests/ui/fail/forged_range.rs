//! Memory that is not the adapter's can not be mapped: a range comes from its resources.
use dxgk::hosted::passive;
use dxgk::resources::MemoryRange;

fn main() {
    let _ = MemoryRange { start: 0, length: 4096 };
    passive(|_| ());
}
