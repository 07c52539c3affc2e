//! A presented picture, its rectangles and a VidPN are dxgkrnl's again when the DDI returns, and no other thread's (G14).
use dxgk::present::{PresentDisplayOnly, PresentedRect};
use dxgk::vidpn::{Cofunctional, VidPn};

fn rect(present: &PresentDisplayOnly<'_>) -> Option<PresentedRect<'static>> {
    present.rects().next()
}

fn vidpn(request: Cofunctional<'_>) -> VidPn<'static> {
    request.vidpn
}

fn may_be_sent<T: Send>() {}

fn elsewhere() {
    may_be_sent::<Cofunctional<'static>>();
}

fn main() {}
