//! Which statuses a DDI's page lets the driver return.
//!
//! dxgkrnl was seen to trace a status outside of the documented ones as a driver's fault, and to drop every candidate VidPN of that
//! driver. Source of each row: the section "Return value" of the DDI's page; for the DDIs of the VidPN the comments on their
//! types in d3dkmddi.h (WDK 10.0.16299), which add the graphics statuses that the VidPN interfaces return.

use crate::{
    NTSTATUS, STATUS_GRAPHICS_CHILD_DESCRIPTOR_NOT_SUPPORTED, STATUS_GRAPHICS_DRIVER_MISMATCH,
    STATUS_GRAPHICS_INVALID_VIDPN, STATUS_GRAPHICS_INVALID_VIDPN_TOPOLOGY,
    STATUS_GRAPHICS_NO_RECOMMENDED_FUNCTIONAL_VIDPN,
    STATUS_GRAPHICS_PATH_CONTENT_GEOMETRY_TRANSFORMATION_NOT_SUPPORTED,
    STATUS_GRAPHICS_PATH_NOT_IN_TOPOLOGY, STATUS_INVALID_PARAMETER, STATUS_MONITOR_NO_DESCRIPTOR,
    STATUS_MONITOR_NO_MORE_DESCRIPTOR_DATA, STATUS_NO_MEMORY, STATUS_NOT_SUPPORTED, STATUS_PENDING,
    STATUS_SUCCESS, STATUS_UNSUCCESSFUL,
};

/// ntstatus.h.
const STATUS_ILLEGAL_INSTRUCTION: NTSTATUS = 0xC000_001D_u32.cast_signed();
/// ntstatus.h.
const STATUS_PRIVILEGED_INSTRUCTION: NTSTATUS = 0xC000_0096_u32.cast_signed();

/// What a DDI may return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// These and no others.
    Listed(&'static [NTSTATUS]),
    /// These, and every error of the graphics facility (0xC01Exxxx).
    ListedAndGraphics(&'static [NTSTATUS]),
    /// These, and every error ("one of the error codes defined in Ntstatus.h").
    ListedAndErrors(&'static [NTSTATUS]),
}

/// A DDI with what it may return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The DDI's name.
    pub ddi: &'static str,
    /// What it may return.
    pub allowed: Allowed,
    /// What stands for an error that it may not return.
    pub otherwise: NTSTATUS,
}

const fn row(ddi: &'static str, allowed: Allowed, otherwise: NTSTATUS) -> Row {
    Row {
        ddi,
        allowed,
        otherwise,
    }
}

const SUCCESS_ALONE: &[NTSTATUS] = &[STATUS_SUCCESS];

const fn any_error(ddi: &'static str) -> Row {
    row(
        ddi,
        Allowed::ListedAndErrors(SUCCESS_ALONE),
        STATUS_UNSUCCESSFUL,
    )
}

/// All DDIs of a display-only driver that return a status.
pub const ROWS: &[Row] = &[
    any_error("DxgkDdiAddDevice"),
    any_error("DxgkDdiStartDevice"),
    any_error("DxgkDdiStopDevice"),
    any_error("DxgkDdiRemoveDevice"),
    any_error("DxgkDdiDispatchIoRequest"),
    any_error("DxgkDdiQueryChildRelations"),
    any_error("DxgkDdiQueryChildStatus"),
    row(
        "DxgkDdiQueryDeviceDescriptor",
        Allowed::Listed(&[
            STATUS_SUCCESS,
            STATUS_GRAPHICS_CHILD_DESCRIPTOR_NOT_SUPPORTED,
            STATUS_MONITOR_NO_DESCRIPTOR,
            STATUS_MONITOR_NO_MORE_DESCRIPTOR_DATA,
        ]),
        STATUS_MONITOR_NO_DESCRIPTOR,
    ),
    row(
        "DxgkDdiSetPowerState",
        Allowed::Listed(SUCCESS_ALONE),
        STATUS_SUCCESS,
    ),
    any_error("DxgkDdiNotifyAcpiEvent"),
    any_error("DxgkDdiQueryInterface"),
    // Its page does not list NOT_SUPPORTED, which shipped drivers return for types that they do not know.
    row(
        "DxgkDdiQueryAdapterInfo",
        Allowed::Listed(&[
            STATUS_SUCCESS,
            STATUS_INVALID_PARAMETER,
            STATUS_NO_MEMORY,
            STATUS_GRAPHICS_DRIVER_MISMATCH,
            STATUS_NOT_SUPPORTED,
        ]),
        STATUS_INVALID_PARAMETER,
    ),
    any_error("DxgkDdiSetPalette"),
    any_error("DxgkDdiSetPointerPosition"),
    row(
        "DxgkDdiSetPointerShape",
        Allowed::Listed(&[STATUS_SUCCESS, STATUS_NO_MEMORY]),
        STATUS_NO_MEMORY,
    ),
    row(
        "DxgkDdiEscape",
        Allowed::Listed(&[
            STATUS_SUCCESS,
            STATUS_INVALID_PARAMETER,
            STATUS_NO_MEMORY,
            STATUS_PRIVILEGED_INSTRUCTION,
            STATUS_ILLEGAL_INSTRUCTION,
            STATUS_GRAPHICS_DRIVER_MISMATCH,
        ]),
        STATUS_INVALID_PARAMETER,
    ),
    row(
        "DxgkDdiCollectDbgInfo",
        Allowed::Listed(&[STATUS_SUCCESS, STATUS_NO_MEMORY, STATUS_UNSUCCESSFUL]),
        STATUS_UNSUCCESSFUL,
    ),
    row(
        "DxgkDdiIsSupportedVidPn",
        Allowed::Listed(&[
            STATUS_SUCCESS,
            STATUS_GRAPHICS_INVALID_VIDPN_TOPOLOGY,
            STATUS_NO_MEMORY,
        ]),
        STATUS_GRAPHICS_INVALID_VIDPN_TOPOLOGY,
    ),
    row(
        "DxgkDdiRecommendFunctionalVidPn",
        Allowed::Listed(&[
            STATUS_SUCCESS,
            STATUS_GRAPHICS_NO_RECOMMENDED_FUNCTIONAL_VIDPN,
            STATUS_NO_MEMORY,
        ]),
        STATUS_GRAPHICS_NO_RECOMMENDED_FUNCTIONAL_VIDPN,
    ),
    row(
        "DxgkDdiEnumVidPnCofuncModality",
        Allowed::ListedAndGraphics(&[STATUS_SUCCESS, STATUS_NO_MEMORY]),
        STATUS_GRAPHICS_INVALID_VIDPN,
    ),
    any_error("DxgkDdiSetVidPnSourceVisibility"),
    row(
        "DxgkDdiCommitVidPn",
        Allowed::ListedAndGraphics(&[STATUS_SUCCESS, STATUS_NO_MEMORY]),
        STATUS_GRAPHICS_INVALID_VIDPN,
    ),
    row(
        "DxgkDdiUpdateActiveVidPnPresentPath",
        Allowed::Listed(&[
            STATUS_SUCCESS,
            STATUS_GRAPHICS_PATH_NOT_IN_TOPOLOGY,
            STATUS_GRAPHICS_PATH_CONTENT_GEOMETRY_TRANSFORMATION_NOT_SUPPORTED,
        ]),
        STATUS_GRAPHICS_PATH_NOT_IN_TOPOLOGY,
    ),
    // The page also lets errors of the operating system through. dxgkrnl was seen to drop all candidates for it.
    row(
        "DxgkDdiRecommendMonitorModes",
        Allowed::Listed(&[STATUS_SUCCESS, STATUS_NO_MEMORY]),
        STATUS_NO_MEMORY,
    ),
    any_error("DxgkDdiQueryVidPnHWCapability"),
    row(
        "DxgkDdiPresentDisplayOnly",
        Allowed::ListedAndErrors(&[STATUS_SUCCESS, STATUS_PENDING]),
        STATUS_UNSUCCESSFUL,
    ),
    any_error("DxgkDdiStopDeviceAndReleasePostDisplayOwnership"),
    any_error("DxgkDdiSystemDisplayEnable"),
    any_error("DxgkDdiGetChildContainerId"),
    any_error("DxgkDdiSetPowerComponentFState"),
    any_error("DxgkDdiPowerRuntimeControlRequest"),
    any_error("DxgkDdiNotifySurpriseRemoval"),
];

/// The row of a DDI.
#[must_use]
pub fn of(ddi: &str) -> Option<&'static Row> {
    // Byte by byte: comparing slices takes a function of the C run time, which a kernel image need not have.
    let is_it = |row: &&Row| {
        row.ddi.len() == ddi.len() && row.ddi.bytes().zip(ddi.bytes()).all(|(a, b)| a == b)
    };
    ROWS.iter().find(is_it)
}

impl Row {
    /// Whether the DDI may return this.
    #[must_use]
    pub fn allows(&self, status: NTSTATUS) -> bool {
        let error = (status.cast_unsigned() >> 30) == 3;
        let graphics = status.cast_unsigned() >> 16 == 0xC01E;
        match self.allowed {
            Allowed::Listed(listed) => listed.contains(&status),
            Allowed::ListedAndGraphics(listed) => graphics || listed.contains(&status),
            Allowed::ListedAndErrors(listed) => error || listed.contains(&status),
        }
    }

    /// The status itself if the DDI may return it, and what stands for it otherwise.
    #[must_use]
    pub fn legal(&self, status: NTSTATUS) -> NTSTATUS {
        if self.allows(status) {
            status
        } else {
            self.otherwise
        }
    }
}
