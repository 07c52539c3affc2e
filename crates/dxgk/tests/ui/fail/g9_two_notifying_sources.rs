//! DxgkCbNotifyInterrupt has one fixed message, so one source notifies (G9).
use dxgk::doc::*;
use dxgk::hosted::passive;

#[derive(Clone, Copy)]
struct Second;

impl Source for Second {
    type Device = Gpu;
    type State = u32;
    type Role = Notifying;
    const INITIAL: u32 = 0;

    fn interrupt(_: &mut Isr<'_, Self>, _: &Gpu, _: Cause) {}
}

fn main() {
    let _ = Hosted::<(Control, Second)>::new(dxgk::resources::InterruptResource::Line, Gpu::default());
    passive(|_| ());
}
