//! What the operating system is told can hold pointers, so it is not made up (G9).
use dxgk::doc::*;
use dxgk::hosted::passive;
use dxgk::sys::DXGKARGCB_NOTIFY_INTERRUPT_DATA;

fn main() {
    let hosted = hosted();
    passive(|irql| {
        let _ = hosted.interrupts().synchronize(Control, irql, |isr| {
            isr.notify(DXGKARGCB_NOTIFY_INTERRUPT_DATA::default());
        });
    });
}
