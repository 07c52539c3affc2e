//! A set of interrupts of one's own has no connection: it would outlive the adapter, and notify on another message (G9, G10).
use dxgk::doc::*;
use dxgk::hosted::passive;
use dxgk::interrupt::{MessageMap, Prepared};

fn main() {
    let hosted = hosted();
    let connection = hosted.interrupts().connection().clone();
    let map = MessageMap::new(None, 0, None).unwrap();
    let kept = passive(|irql| Prepared::<(Control,)>::new(connection, map, irql).unwrap());
    drop(hosted);
    drop(kept.connect(Gpu::default()));
}
