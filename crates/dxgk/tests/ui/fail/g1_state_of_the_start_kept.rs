//! A state that is open while the device is started is lent until then, and not into the device (G1).
use dxgk::doc::{Control, ControlState};
use dxgk::interrupt::Contains;
use dxgk::miniport::{Miniport, StartDevice};

fn keep<'a, M: Miniport, P>(start: &mut StartDevice<'a, M>) -> &'a mut ControlState
where
    M::Sources: Contains<Control, P>,
{
    start.state(Control)
}

fn main() {}
