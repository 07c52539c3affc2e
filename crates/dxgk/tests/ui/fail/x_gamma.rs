//! No pointer of a miniport's goes to dxgkrnl, no progress of what is not pending, and none twice.
use dxgk::doc::*;
use dxgk::hosted::passive;
use dxgk::id::{VidPnSourceId, VidPnTargetId};
use dxgk::irql::Passive;
use dxgk::present::{PendingPresent, PresentDisplayOnly};
use dxgk::sys::D3DKMDT_VIDPN_PRESENT_PATH;
use dxgk::vidpn::VidPn;

fn pointer(vidpn: &VidPn<'_>, irql: &mut Passive<'_>) {
    let path = D3DKMDT_VIDPN_PRESENT_PATH::default();
    let _ = vidpn.update_path_support(VidPnSourceId::FIRST, VidPnTargetId::FIRST, path, irql);
}

fn made_up() -> PendingPresent {
    PendingPresent { source: VidPnSourceId::FIRST, life: None }
}

fn twice(present: &PresentDisplayOnly<'_>) -> Option<[PresentProgress; 2]> {
    let pending = present.pend()?;
    Some([pending.ended(Presented::Complete), pending.ended(Presented::Complete)])
}

fn number() -> VidPnSourceId {
    VidPnSourceId(7)
}

fn main() {
    passive(|_| ());
}
