//! The connection can't be copied: a copy would reach dxgkrnl when its adapter is gone (G10, G14).
use dxgk::doc::*;

fn main() {
    let hosted = hosted();
    let kept: Dxgkrnl = *hosted.interrupts().connection();
    drop(hosted);
    drop(kept);
}
