//! A miniport that lacks groups of DDIs is told which, and what to write.
struct NoDriver;

fn main() {
    let _ = dxgk::ddi::initialization_data::<NoDriver>();
}
