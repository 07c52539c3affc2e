//! The one mode an output is driven in, and the questions that VidPNs ask about it. Pure decisions; nothing is done here.

use dxgk::status::Status;
use dxgk::vidpn::{
    GammaRamp, GraphicsMode, Path, PixelFormat, Rotation, Scaling, SignalMode, SourceMode,
    TargetMode,
};
use virtio_gpu::edid::Edid;
use virtio_gpu::protocol::MAX_EXTENT;
use virtio_gpu::rect::Rect;

use crate::frame::PIXEL;

/// A size in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mode {
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Mode {
    /// What is used where neither scanout nor monitor say anything: every monitor can show it.
    const FALLBACK: Self = Self {
        width: 1024,
        height: 768,
    };

    /// The smallest desktop: that of VGA.
    const LEAST: Self = Self {
        width: 640,
        height: 480,
    };

    /// The most pixels of a picture: those of an 8K display (8192x4320). Its memory is a part of the guest's, and twice of what QEMU
    /// keeps for all resources by default (max_hostmem, 256 MiB).
    const MOST_PIXELS: u32 = 8192 * 4320;

    /// A window may be of any size, and an EDID may say anything. A desktop has a least size, and a picture has to fit in memory:
    /// one that is too large keeps its width and is cut below.
    fn within_limits(width: u32, height: u32) -> Self {
        let width = width.clamp(Self::LEAST.width, MAX_EXTENT);
        let most = Self::MOST_PIXELS.checked_div(width).unwrap_or(0);
        Self {
            width,
            height: height.clamp(
                Self::LEAST.height,
                most.clamp(Self::LEAST.height, MAX_EXTENT),
            ),
        }
    }

    /// Bytes of a picture.
    pub(crate) const fn bytes(self) -> usize {
        (self.width as usize)
            .saturating_mul(self.height as usize)
            .saturating_mul(PIXEL as usize)
    }

    /// As a source mode. A8R8G8B8 is the format that display-only drivers offer (FIELDS/stride-and-format); the device is
    /// told to ignore the alpha byte.
    pub(crate) const fn graphics(self) -> GraphicsMode {
        GraphicsMode {
            width: self.width,
            height: self.height,
            stride: self.width.saturating_mul(PIXEL),
            format: PixelFormat::A8R8G8B8,
        }
    }

    /// As a target mode.
    pub(crate) const fn signal(self) -> SignalMode {
        SignalMode {
            width: self.width,
            height: self.height,
            preferred: true,
        }
    }

    /// Whether a pinned source mode is this one. Its stride is not looked at: display-only drivers have no primary surface that it
    /// could be about, and what Windows leaves there is not documented.
    pub(crate) fn is_source_mode(self, mode: &SourceMode) -> bool {
        let stride = self.graphics().stride;
        mode.graphics()
            .is_some_and(|mode| GraphicsMode { stride, ..mode } == self.graphics())
    }

    pub(crate) fn is_target_mode(self, mode: &TargetMode) -> bool {
        *mode == TargetMode::new(self.width, self.height)
    }
}

/// The mode for a scanout: the size that the host says it has, or the monitor's preferred timing. Both are hints of the device's: a
/// size of nothing is none, and one that is too large is cut.
pub(crate) fn preferred(scanout: Option<Rect>, edid: Option<&Edid>) -> Mode {
    let sized = scanout.filter(|rect| rect.width != 0 && rect.height != 0);
    sized
        .map(|rect| Mode::within_limits(rect.width, rect.height))
        .or_else(|| of_edid(edid?))
        .unwrap_or(Mode::FALLBACK)
}

/// The first timing of an EDID that is sent line after line. An interlaced one has the lines of half a picture.
fn of_edid(edid: &Edid) -> Option<Mode> {
    let timing = edid.detailed_timings().find(|timing| !timing.interlaced)?;
    Some(Mode::within_limits(timing.width, timing.height))
}

/// Whether a path asks for nothing that can't be done. Source and target have the same size in every mode, so identity is
/// the only scaling that is offered; rotating pixels is not implemented yet.
///
/// Centering a picture on as many pixels as it has is identity too. A configuration that the operating system remembers
/// may ask for it, and the sample drivers take it (COMMIT/practice-validation).
///
/// # Errors
///
/// The status for DxgkDdiCommitVidPn.
pub(crate) fn check_path(path: &Path) -> Result<(), Status> {
    let scaling = matches!(
        path.scaling,
        Scaling::Open | Scaling::Identity | Scaling::Centered
    );
    let rotation = matches!(path.rotation, Rotation::Open | Rotation::Identity);
    if !scaling || !rotation {
        return Err(Status::GRAPHICS_VIDPN_MODALITY_NOT_SUPPORTED);
    }
    match path.gamma {
        GammaRamp::Default | GammaRamp::Unspecified => Ok(()),
        _ => Err(Status::GRAPHICS_GAMMA_RAMP_NOT_SUPPORTED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dxgk::id::{VidPnSourceId, VidPnTargetId};

    const MODE: Mode = Mode {
        width: 1280,
        height: 800,
    };

    fn path() -> Path {
        let mut path = Path::open(VidPnSourceId::FIRST, VidPnTargetId::FIRST);
        path.scaling = Scaling::Identity;
        path.rotation = Rotation::Identity;
        path
    }

    #[test]
    fn the_scanouts_size_counts_before_the_monitors() {
        let rect = Rect::of_size(1920, 1200);
        assert_eq!(preferred(Some(rect), None).width, 1920);
        assert_eq!(preferred(None, None), Mode::FALLBACK);
        assert_eq!(
            preferred(Some(Rect::of_size(300, 1000)), None),
            Mode {
                width: 640,
                height: 1000
            }
        );
    }

    #[test]
    fn a_size_of_nothing_is_the_monitors_or_any_monitors() {
        let nothing = Some(Rect::of_size(0, 0));
        assert_eq!(preferred(nothing, None), Mode::FALLBACK);
        let monitor = edid(&[(1280, 800, false)]);
        assert_eq!(preferred(nothing, Some(&monitor)), MODE);
        assert_eq!(preferred(Some(Rect::of_size(0, 600)), None), Mode::FALLBACK);
    }

    #[test]
    fn a_size_that_is_too_large_is_cut() {
        let of = |width, height| preferred(Some(Rect::of_size(width, height)), None);
        let mode = |width, height| Mode { width, height };
        assert_eq!(of(8192, 4320), mode(8192, 4320));
        assert_eq!(of(8192, 4321), mode(8192, 4320));
        assert_eq!(of(u32::MAX, u32::MAX), mode(16384, 2160));
        assert_eq!(of(u32::MAX, 1), mode(16384, 480));
        assert_eq!(of(1, u32::MAX), mode(640, 16384));
    }

    #[test]
    fn a_source_modes_stride_is_not_compared() {
        let graphics = MODE.graphics();
        let with_stride = |stride| SourceMode::Graphics(GraphicsMode { stride, ..graphics });
        assert!(MODE.is_source_mode(&with_stride(0)));
        assert!(MODE.is_source_mode(&with_stride(7)));
        let narrower = GraphicsMode {
            width: 1279,
            ..graphics
        };
        let narrower = SourceMode::Graphics(narrower);
        assert!(!MODE.is_source_mode(&narrower), "another size");
    }

    /// An EDID whose first descriptors are detailed timings of these sizes, interlaced or not.
    fn edid(timings: &[(u16, u16, bool)]) -> Edid {
        let mut block = [0u8; 128];
        block[1..7].fill(0xFF);
        let low = |size: u16| size.to_le_bytes()[0];
        let high = |size: u16| size.to_le_bytes()[1] << 4;
        for (&(width, height, interlaced), at) in timings.iter().zip((54..).step_by(18)) {
            block[at] = 1;
            block[at + 2] = low(width);
            block[at + 4] = high(width);
            block[at + 5] = low(height);
            block[at + 7] = high(height);
            block[at + 17] = u8::from(interlaced) << 7;
        }
        block[127] = block
            .iter()
            .fold(0, |sum: u8, byte| sum.wrapping_sub(*byte));
        Edid::parse(&block).expect("an EDID")
    }

    #[test]
    fn an_edids_mode_is_no_smaller_than_a_desktop() {
        let of = |width, height| preferred(None, Some(&edid(&[(width, height, false)])));
        assert_eq!(of(1, 1), Mode::LEAST);
        assert_eq!(of(1, 1024), Mode::within_limits(640, 1024));
        assert_eq!(of(1280, 800), MODE);
    }

    #[test]
    fn half_a_picture_is_no_mode() {
        let television = edid(&[(1920, 540, true), (1280, 800, false)]);
        assert_eq!(preferred(None, Some(&television)), MODE);
        let old_television = edid(&[(1920, 540, true)]);
        assert_eq!(preferred(None, Some(&old_television)), Mode::FALLBACK);
    }

    #[test]
    fn the_only_path_is_accepted() {
        assert_eq!(check_path(&path()), Ok(()));
        let open = Path::open(VidPnSourceId::FIRST, VidPnTargetId::FIRST);
        assert_eq!(check_path(&open), Ok(()));
    }

    #[test]
    fn centering_without_a_border_is_accepted() {
        let mut centered = path();
        centered.scaling = Scaling::Centered;
        assert_eq!(check_path(&centered), Ok(()));
        assert!(centered.scaling.is_pinned(), "and not ours to change");
    }

    #[test]
    fn what_the_device_cannot_do_is_refused_as_modality() {
        let refused = Err(Status::GRAPHICS_VIDPN_MODALITY_NOT_SUPPORTED);
        for scaling in [
            Scaling::Stretched,
            Scaling::AspectRatioCenteredMax,
            Scaling::Custom,
            Scaling::Other,
        ] {
            let mut wrong = path();
            wrong.scaling = scaling;
            assert_eq!(check_path(&wrong), refused);
        }
        for rotation in [Rotation::Rotate90, Rotation::Rotate270, Rotation::Other] {
            let mut wrong = path();
            wrong.rotation = rotation;
            assert_eq!(check_path(&wrong), refused);
        }
        let mut wrong = path();
        wrong.gamma = GammaRamp::Rgb256x3x16;
        let refused = Status::GRAPHICS_GAMMA_RAMP_NOT_SUPPORTED;
        assert_eq!(check_path(&wrong), Err(refused));
    }

    #[test]
    fn a_pinned_target_mode_of_another_size_is_not_the_mode() {
        assert!(MODE.is_target_mode(&TargetMode::new(MODE.width, MODE.height)));
        assert!(!MODE.is_target_mode(&TargetMode::new(MODE.width, 801)));
    }
}
