//! The exchange of EnumVidPnCofuncModality and IsSupportedVidPn that goes on for many rounds, also while a picture is shown
//! (F058, F059).

use crate::adapter::Adapter;
use crate::machine::NtStatus;
use crate::port::check;
use crate::vidpn::{Pivot, Sizes};

/// What a VidPN offers: the sizes of the modes at both ends.
type Offer = (Sizes, Sizes);

impl Adapter {
    /// Asks for a path of `source` and `target` again and again, with every pivot in the order that Windows was seen to have,
    /// and checks that the answers stay the same. PASSIVE_LEVEL.
    ///
    /// # Errors
    /// The driver's status.
    pub fn rounds(&self, source: u32, target: u32, count: u32) -> Result<(), NtStatus> {
        const AT: &str = "DxgkDdiEnumVidPnCofuncModality";
        let mut first: Option<Offer> = None;
        for _ in 0..count {
            let vidpn = self.new_vidpn(&[(source, target)]);
            let offered = self.round(vidpn, source, target);
            self.drop_vidpn(vidpn);
            let offered = offered?;
            let steady = first.as_ref().is_none_or(|first| *first == offered);
            check!(self.port(), FieldSteady, AT, steady, "the modes of the round before"; "others");
            first = Some(offered);
        }
        Ok(())
    }

    fn round(&self, vidpn: u32, source: u32, target: u32) -> Result<Offer, NtStatus> {
        self.ask_and_enumerate(vidpn, Pivot::None)?;
        let offered = self.offered(vidpn, source, target);
        for pivot in [
            Pivot::Source(source),
            Pivot::Target(target),
            Pivot::Scaling(source, target),
            Pivot::Rotation(source, target),
            Pivot::None,
        ] {
            self.ask_and_enumerate(vidpn, pivot)?;
        }
        Ok(offered)
    }

    /// Asks with a source mode pinned that the driver does not offer, as Windows does with a mode that it remembers for the
    /// monitor (F054, F070). "No" is the answer to expect, and any is taken. PASSIVE_LEVEL.
    ///
    /// # Errors
    /// The driver's status.
    pub fn ask_remembered(
        &self,
        source: u32,
        target: u32,
        size: (u32, u32),
    ) -> Result<bool, NtStatus> {
        let vidpn = self.new_vidpn(&[(source, target)]);
        self.pin_remembered(vidpn, source, size);
        let answer = self.is_supported(Some(vidpn));
        self.drop_vidpn(vidpn);
        answer
    }

    /// Asks whether nothing is supported, while something is shown (F069). PASSIVE_LEVEL.
    ///
    /// # Errors
    /// The driver's status.
    pub fn ask_empty(&self) -> Result<(), NtStatus> {
        let empty = self.new_vidpn(&[]);
        let asked = self.is_supported(Some(empty));
        self.drop_vidpn(empty);
        asked.map(|_| ())
    }
}
