//! Requests from user mode that come through dxgkrnl.

use super::Miniport;
use crate::adapter::Started;
use crate::irql::Passive;
use crate::status::Status;

/// The DDI about escapes.
pub trait Escape: Miniport {
    /// DxgkDdiEscape. `data` is the kernel's copy of a buffer from user mode, answered in place.
    ///
    /// IRQL: PASSIVE_LEVEL. [Microsoft's page](https://learn.microsoft.com/windows-hardware/drivers/ddi/d3dkmddi/nc-d3dkmddi-dxgkddi_escape).
    ///
    /// # Errors
    ///
    /// The status that the caller in user mode gets.
    fn escape(
        &self,
        adapter: &Started<Self>,
        data: &mut [u8],
        irql: &mut Passive<'_>,
    ) -> Result<(), Status> {
        let _ = (adapter, data, irql);
        Err(Status::INVALID_PARAMETER)
    }
}
