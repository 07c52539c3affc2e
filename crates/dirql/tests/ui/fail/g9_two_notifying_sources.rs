//! Reports to the operating system have one fixed message, so one source notifies (G9).
use dirql::doc::*;
use dirql::hosted::passive;

#[derive(Clone, Copy)]
struct Second;

impl Source for Second {
    type Device = Gpu;
    type State = u32;
    type Role = Notifying;
    const INITIAL: u32 = 0;

    fn interrupt(_: &mut AtDirql<'_, Self>, _: &Gpu, _: Cause) {}
}

fn main() {
    let _ = Hosted::<(Control, Second)>::new(dirql::InterruptResource::Line, Gpu::default());
    passive(|_| ());
}
