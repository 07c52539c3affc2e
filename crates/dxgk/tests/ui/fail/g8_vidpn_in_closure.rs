//! A VidPN is asked at PASSIVE_LEVEL, so not from a closure (G8).
use dxgk::doc::*;
use dxgk::hosted::passive;
use dxgk::id::VidPnSourceId;
use dxgk::irql::Passive;
use dxgk::vidpn::VidPn;

fn ask(hosted: &Hosted<(Control,)>, vidpn: &VidPn<'_>, irql: &mut Passive<'_>) {
    let _ = hosted.interrupts().synchronize(Control, irql, |_| {
        vidpn.pinned_source_mode(VidPnSourceId::FIRST, irql).is_ok()
    });
}

fn main() {
    let _ = ask;
    passive(|_| ());
}
