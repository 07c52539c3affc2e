//! Which message a source has is the layer's to say: its traits can not be implemented outside (G2).
use dxgk::doc::*;
use dxgk::hosted::passive;
use dxgk::interrupt::{Contains, SourceCell};

struct Elsewhere;

impl Contains<Control, Elsewhere> for (Control,) {
    const INDEX: usize = 7;

    fn cell(cells: &(SourceCell<Control>,)) -> &SourceCell<Control> {
        &cells.0
    }

    fn cell_mut(cells: &mut (SourceCell<Control>,)) -> &mut SourceCell<Control> {
        &mut cells.0
    }
}

fn main() {
    passive(|_| ());
}
