//! Presents: bringing what changed to the screen.

use super::Miniport;
use crate::adapter::Started;
use crate::irql::Passive;
use crate::present::PresentDisplayOnly;
use crate::status::Status;

/// The DDI about presents.
pub trait Presents: Miniport {
    /// DxgkDdiPresentDisplayOnly. Re-entrant, and concurrent with any other DDI but those of level three.
    ///
    /// dxgkrnl gets STATUS_PENDING exactly if [`pend`](PresentDisplayOnly::pend) was called, whatever is returned: the
    /// progress that is reported with the token is what counts then.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_presentdisplayonly).
    ///
    /// # Errors
    ///
    /// The status that dxgkrnl gets, if the present is not pending.
    fn present_display_only(
        &self,
        adapter: &Started<Self>,
        present: &PresentDisplayOnly<'_>,
        irql: &mut Passive<'_>,
    ) -> Result<(), Status>;
}
