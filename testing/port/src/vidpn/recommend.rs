//! DxgkDdiRecommendFunctionalVidPn: the driver's own proposal of a VidPN.

use super::store::Access;
use crate::adapter::Adapter;
use crate::ddi::Ddi;
use crate::machine::NtStatus;
use crate::port::check;
use dxgk_sys::*;

/// How DxgkDdiRecommendFunctionalVidPn ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A functional VidPN.
    Recommended,
    /// STATUS_GRAPHICS_NO_RECOMMENDED_FUNCTIONAL_VIDPN.
    Declined,
    /// Another status.
    Failed(NtStatus),
}

impl Adapter {
    /// DxgkDdiRecommendFunctionalVidPn with an empty VidPN, which is then dropped. PASSIVE_LEVEL.
    pub fn recommend(&self) -> Outcome {
        const AT: &str = "DxgkDdiRecommendFunctionalVidPn";
        let Some(recommend) = self.table().DxgkDdiRecommendFunctionalVidPn else {
            return Outcome::Failed(STATUS_NOT_SUPPORTED);
        };
        let vidpn = self.new_vidpn(&[]);
        self.with_vidpn(vidpn, |object| object.access = Access::Topology);
        let arguments = DXGKARG_RECOMMENDFUNCTIONALVIDPN {
            hRecommendedFunctionalVidPn: self.vidpn_handle(vidpn),
            RequestReason: DXGK_RFVR_USERMODE,
            ..Default::default()
        };
        let argument = &raw const arguments;
        // SAFETY: the driver gave this function for this purpose; the argument is live.
        let status = self.call(Ddi::RecommendFunctionalVidPn, || unsafe {
            recommend(self.context(), argument)
        });
        self.judge_vidpn_status(Ddi::RecommendFunctionalVidPn, status);
        let functional = self.is_functional(vidpn);
        let declined = matches!(
            status,
            STATUS_GRAPHICS_NO_RECOMMENDED_FUNCTIONAL_VIDPN | STATUS_NO_MEMORY
        );
        check!(self.port(), RfvFunctional, AT, declined || (NT_SUCCESS(status) && functional),
            "a functional VidPN or a refusal"; "{:#010x}, functional: {functional}", status as u32);
        self.drop_vidpn(vidpn);
        match status {
            STATUS_GRAPHICS_NO_RECOMMENDED_FUNCTIONAL_VIDPN => Outcome::Declined,
            status if NT_SUCCESS(status) && functional => Outcome::Recommended,
            status => Outcome::Failed(status),
        }
    }

    /// Whether a VidPN has a path and a pinned mode at both ends of each.
    fn is_functional(&self, vidpn: u32) -> bool {
        let store = self.vidpn.lock(self.machine());
        let Some(object) = store.vidpns.get(&vidpn) else {
            return false;
        };
        let source = |id| store.source.all.get(object.sources.get(id)?)?.pinned;
        let target = |id| store.target.all.get(object.targets.get(id)?)?.pinned;
        !object.paths.is_empty()
            && object.paths.iter().all(|path| {
                source(&path.VidPnSourceId).is_some() && target(&path.VidPnTargetId).is_some()
            })
    }
}
