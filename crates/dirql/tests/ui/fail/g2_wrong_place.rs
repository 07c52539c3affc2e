//! A source is where the tuple has it (G2).
use dirql::doc::*;
use dirql::hosted::passive;
use dirql::{Has, Place};

macro_rules! source {
    ($Name:ident) => {
        #[derive(Clone, Copy)]
        struct $Name;

        impl Source for $Name {
            type Device = Gpu;
            type State = u32;
            type Role = Silent;
            const INITIAL: u32 = 0;

            fn interrupt(_: &mut AtDirql<'_, Self>, _: &Gpu, _: Cause) {}
        }
    };
}

source!(First);
source!(Second);

impl Has<First> for (First, Second) {
    type Place = Place<1>;
}

fn main() {
    passive(|_| ());
}
