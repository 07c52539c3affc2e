//! A source that is not in the adapter's set is said to be missing there, in a snapshot and in a report too.
use dxgk::doc::*;
use dxgk::hosted::passive;

#[derive(Clone, Copy)]
struct Other;

impl Source for Other {
    type Device = Gpu;
    type State = u32;
    type Role = Notifying;
    const INITIAL: u32 = 0;

    fn interrupt(_: &mut AtDirql<'_, Self>, _: &Gpu, _: Cause) {}
}

fn main() {
    let hosted = hosted();
    passive(|irql| {
        let _ = hosted.interrupts().snapshot(Other, irql, |state| *state);
        let done = pending().ended(Presented::Complete);
        let _ = hosted.interrupts().report(Other, irql, done);
    });
}
