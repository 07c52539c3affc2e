//! A state with drop glue would be freed at DIRQL sooner or later (G7).
use dirql::doc::*;
use dirql::hosted::passive;

#[derive(Clone, Copy)]
struct Owning;

impl Source for Owning {
    type Device = Gpu;
    type State = Option<Box<u32>>;
    type Role = Silent;
    const INITIAL: Option<Box<u32>> = None;

    fn interrupt(_: &mut AtDirql<'_, Self>, _: &Gpu, _: Cause) {}
}

fn main() {
    let _ = Hosted::<(Owning,)>::new(dirql::InterruptResource::Line, Gpu::default());
    passive(|_| ());
}
