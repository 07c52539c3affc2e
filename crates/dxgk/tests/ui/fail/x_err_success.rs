// An error that NT_SUCCESS takes: dxgkrnl would read outputs that were never written.
use dxgk::irql::Passive;
use dxgk::status::Status;

fn ddi(_: &mut Passive<'_>) -> Result<(), Status> {
    Err(Status::GRAPHICS_DATASET_IS_EMPTY)
}

fn present() -> Result<(), Status> {
    Err(Status::PENDING)
}

fn main() {}
