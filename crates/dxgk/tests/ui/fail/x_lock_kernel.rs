//! A mapping belongs to the kernel of its adapter, and a critical region is a guard's.
use dxgk::hosted::{Host, passive};
use dxgk::interface::Interface;
use dxgk::irql::Passive;
use dxgk::kernel::Kernel;
use dxgk::memory::MappedRange;
use dxgk::resources::MemoryRange;

fn of_another<K: Kernel>(interface: &Interface<K>, range: MemoryRange, irql: &mut Passive<'_>) {
    let _ = MappedRange::<Host>::map(interface, range, irql);
}

fn never_left<K: Kernel>(irql: &mut Passive<'_>) {
    K::enter_critical_region(irql);
}

fn main() {
    passive(|_| ());
}
