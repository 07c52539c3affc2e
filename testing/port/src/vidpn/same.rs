//! Whether a structure that was lent is as it was: field by field, because padding has no value that could be read.

use super::store::Path;
use dxgk_sys::{
    D3DKMDT_GAMMA_RAMP, D3DKMDT_MONITOR_SOURCE_MODE, D3DKMDT_VIDEO_SIGNAL_INFO,
    D3DKMDT_VIDPN_SOURCE_MODE, D3DKMDT_VIDPN_TARGET_MODE,
};

/// A structure that the VidPN interfaces lend.
pub(crate) trait Same: Copy {
    /// Whether every field has the same value in both.
    fn same(&self, other: &Self) -> bool;
}

impl Same for D3DKMDT_VIDPN_SOURCE_MODE {
    fn same(&self, other: &Self) -> bool {
        // SAFETY: both were made by this model, whose modes are graphics modes, and any bits are a value of every field.
        let (format, theirs) = unsafe { (self.Format.Graphics, other.Format.Graphics) };
        self.Id == other.Id && self.Type == other.Type && format == theirs
    }
}

impl Same for D3DKMDT_VIDPN_TARGET_MODE {
    fn same(&self, other: &Self) -> bool {
        self.Id == other.Id
            && self.VideoSignalInfo.same(&other.VideoSignalInfo)
            && self.Preference == other.Preference
    }
}

impl Same for D3DKMDT_MONITOR_SOURCE_MODE {
    fn same(&self, other: &Self) -> bool {
        self.Id == other.Id
            && self.VideoSignalInfo.same(&other.VideoSignalInfo)
            && self.ColorBasis == other.ColorBasis
            && self.ColorCoeffDynamicRanges == other.ColorCoeffDynamicRanges
            && self.Origin == other.Origin
            && self.Preference == other.Preference
    }
}

impl Same for D3DKMDT_VIDEO_SIGNAL_INFO {
    fn same(&self, other: &Self) -> bool {
        // SAFETY: both members of the union are four bytes without padding, of which any bits are a value.
        let (order, theirs) = unsafe {
            (
                self.Anonymous.ScanLineOrdering,
                other.Anonymous.ScanLineOrdering,
            )
        };
        self.VideoStandard == other.VideoStandard
            && self.TotalSize == other.TotalSize
            && self.ActiveSize == other.ActiveSize
            && self.VSyncFreq == other.VSyncFreq
            && self.HSyncFreq == other.HSyncFreq
            && self.PixelRate == other.PixelRate
            && order == theirs
    }
}

impl Same for Path {
    fn same(&self, Self(other): &Self) -> bool {
        let Self(path) = self;
        path.VidPnSourceId == other.VidPnSourceId
            && path.VidPnTargetId == other.VidPnTargetId
            && path.ImportanceOrdinal == other.ImportanceOrdinal
            && path.ContentTransformation == other.ContentTransformation
            && path.VisibleFromActiveTLOffset == other.VisibleFromActiveTLOffset
            && path.VisibleFromActiveBROffset == other.VisibleFromActiveBROffset
            && path.VidPnTargetColorBasis == other.VidPnTargetColorBasis
            && path.VidPnTargetColorCoeffDynamicRanges == other.VidPnTargetColorCoeffDynamicRanges
            && path.Content == other.Content
            && path.CopyProtection == other.CopyProtection
            && path.GammaRamp.same(&other.GammaRamp)
    }
}

impl Same for D3DKMDT_GAMMA_RAMP {
    fn same(&self, other: &Self) -> bool {
        // SAFETY: the members of the union are pointers, which are compared and not followed.
        let (data, theirs) = unsafe { (self.Data.pRaw, other.Data.pRaw) };
        self.Type == other.Type && self.DataSize == other.DataSize && data == theirs
    }
}
