//! Only the notifying source may call DxgkCbNotifyInterrupt (G9).
use dxgk::doc::*;
use dxgk::hosted::passive;

#[derive(Clone, Copy)]
struct Config;

impl Source for Config {
    type Device = Gpu;
    type State = u32;
    type Role = Silent;
    const INITIAL: u32 = 0;

    fn interrupt(at: &mut AtDirql<'_, Self>, _: &Gpu, _: Cause) {
        at.notify(pending().ended(Presented::Complete));
    }
}

fn main() {
    passive(|_| ());
}
