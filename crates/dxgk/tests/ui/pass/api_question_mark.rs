// `?` works in a DDI, whatever it was that refused.
use dxgk::doc::{Control, hosted};
use dxgk::interrupt::Interrupts;
use dxgk::irql::Passive;
use dxgk::status::Status;

fn in_a_ddi(interrupts: &Interrupts<(Control,)>, irql: &mut Passive<'_>) -> Result<u64, Status> {
    let seen = interrupts.synchronize(Control, irql, |at| at.completed)?;
    let bytes = interrupts.snapshot(Control, irql, |state| state.bytes)?;
    Ok(seen + bytes)
}

fn main() {
    let hosted = hosted();
    dxgk::hosted::passive(|irql| {
        assert_eq!(in_a_ddi(hosted.interrupts(), irql), Ok(0));
        hosted.connect(false);
        assert_eq!(in_a_ddi(hosted.interrupts(), irql), Err(Status::UNSUCCESSFUL));
    });
}
