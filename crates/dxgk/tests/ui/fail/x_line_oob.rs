//! No coordinate of a miniport's reaches the presented picture.
use dxgk::hosted::{Host, passive};
use dxgk::irql::Passive;
use dxgk::memory::{SharedPages, Turn};
use dxgk::present::{PresentDisplayOnly, PresentedRect};

fn copy(present: &PresentDisplayOnly<'_>, pages: &SharedPages<Host>, irql: &mut Passive<'_>) {
    let line = present.line(0x4000_0000, 0, 8);
    if let Some(rect) = present.rects().next() {
        let wider = PresentedRect { width: 8192, ..rect };
        let _ = pages.copy_rect(0, 64, &wider, Turn::None, irql);
    }
}

fn main() {
    passive(|_| ());
}
