//! The three kinds of mode sets: source, target, monitor. What differs between them is here, the rest is generic.

use super::modeset::Sets;
use super::same::Same;
use super::store::Store;
use crate::adapter::Adapter;
use crate::handle;
use crate::machine::NtStatus;
use crate::port::check;
use crate::rules::{Fact, Rule};
use crate::version::Sizes;
use dxgk_sys::*;

/// One kind of mode set.
pub(crate) trait Kind: Sized + 'static {
    /// What a mode of this kind is described by.
    type Info: Same + Send + 'static;
    /// What the handle points to, by type.
    type Handle;
    /// The handle's kind.
    const HANDLE: handle::Kind;
    /// The status for an invalid set.
    const INVALID_SET: NtStatus;
    /// The status for an invalid mode.
    const INVALID_MODE: NtStatus;
    /// The status for an invalid source or target.
    const INVALID_OWNER: NtStatus;
    /// The rule about new infos.
    const ADD_XOR_RELEASE: Rule;

    /// The sets of this kind.
    fn sets(store: &mut Store) -> &mut Sets<Self>;
    /// A mode's id.
    fn id(info: &Self::Info) -> &u32;
    /// A new mode with this id, everything else as the port leaves it.
    fn fresh(id: u32) -> Self::Info;
    /// Whether two modes are the same but for their ids.
    fn same(one: &Self::Info, other: &Self::Info) -> bool;
    /// Checks a mode that is to be added; the error is what pfnAddMode returns.
    fn validate(adapter: &Adapter, info: &Self::Info, at: &'static str) -> Result<(), NtStatus>;
}

/// Modes of a video present source.
pub(crate) enum Source {}
/// Modes of a video present target.
pub(crate) enum Target {}
/// Modes of a monitor.
pub(crate) enum Monitor {}

type SignalKey = (i32, [u32; 4], [u32; 4], usize);

fn signal_key(signal: &D3DKMDT_VIDEO_SIGNAL_INFO) -> SignalKey {
    let (total, active) = (signal.TotalSize, signal.ActiveSize);
    let (v, h) = (signal.VSyncFreq, signal.HSyncFreq);
    (
        signal.VideoStandard,
        [total.cx, total.cy, active.cx, active.cy],
        [v.Numerator, v.Denominator, h.Numerator, h.Denominator],
        signal.PixelRate,
    )
}

fn scan_order(signal: &D3DKMDT_VIDEO_SIGNAL_INFO) -> i32 {
    // SAFETY: all bit patterns of the union are valid.
    unsafe { signal.Anonymous.ScanLineOrdering }
}

/// The size that a signal shows: its active region, or all of it where a known driver filled in no more.
pub(crate) fn shown(signal: &D3DKMDT_VIDEO_SIGNAL_INFO) -> (u32, u32) {
    let (active, total) = (signal.ActiveSize, signal.TotalSize);
    if (active.cx, active.cy) == (0, 0) {
        (total.cx, total.cy)
    } else {
        (active.cx, active.cy)
    }
}

/// A frequency that says "ignore".
pub(crate) fn not_specified(frequency: D3DDDI_RATIONAL) -> bool {
    frequency.Numerator == D3DKMDT_FREQUENCY_NOTSPECIFIED
        && frequency.Denominator == D3DKMDT_FREQUENCY_NOTSPECIFIED
}

fn real(frequency: D3DDDI_RATIONAL) -> bool {
    let usable = |part| part != 0 && part < D3DKMDT_FREQUENCY_NOTSPECIFIED;
    usable(frequency.Numerator) && usable(frequency.Denominator)
}

fn region_ok(region: D3DKMDT_2DREGION) -> bool {
    let fits = |part| part != 0 && part <= 32_768;
    fits(region.cx) && fits(region.cy)
}

/// Checks a signal's sizes, order and that its frequencies are either all real or all not specified.
fn check_signal(sizes: &Sizes, signal: &D3DKMDT_VIDEO_SIGNAL_INFO) -> Result<(), NtStatus> {
    let (total, active) = (signal.TotalSize, signal.ActiveSize);
    let unspecified = |region: D3DKMDT_2DREGION| {
        region.cx == D3DKMDT_DIMENSION_NOTSPECIFIED && region.cy == D3DKMDT_DIMENSION_NOTSPECIFIED
    };
    if !region_ok(active) {
        return Err(STATUS_GRAPHICS_INVALID_ACTIVE_REGION);
    }
    if !unspecified(total) && (!region_ok(total) || total.cx < active.cx || total.cy < active.cy) {
        return Err(STATUS_GRAPHICS_INVALID_TOTAL_REGION);
    }
    let frequencies = [signal.VSyncFreq, signal.HSyncFreq];
    let all_real = frequencies.into_iter().all(real) && signal.PixelRate != 0;
    let none = frequencies.into_iter().all(not_specified);
    if !all_real && !none {
        return Err(STATUS_GRAPHICS_INVALID_FREQUENCY);
    }
    match sizes.scan_order(scan_order(signal)) {
        D3DDDI_VSSLO_PROGRESSIVE
        | D3DDDI_VSSLO_INTERLACED_UPPERFIELDFIRST
        | D3DDDI_VSSLO_INTERLACED_LOWERFIELDFIRST
        | D3DDDI_VSSLO_OTHER => Ok(()),
        _ => Err(STATUS_GRAPHICS_INVALID_SCANLINE_ORDERING),
    }
}

impl Kind for Source {
    type Info = D3DKMDT_VIDPN_SOURCE_MODE;
    type Handle = D3DKMDT_HVIDPNSOURCEMODESET__;
    const HANDLE: handle::Kind = handle::Kind::SourceSet;
    const INVALID_SET: NtStatus = STATUS_GRAPHICS_INVALID_VIDPN_SOURCEMODESET;
    const INVALID_MODE: NtStatus = STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE_MODE;
    const INVALID_OWNER: NtStatus = STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE;
    const ADD_XOR_RELEASE: Rule = Rule::ModeAddXorRelease;

    fn sets(store: &mut Store) -> &mut Sets<Self> {
        &mut store.source
    }

    fn id(info: &Self::Info) -> &u32 {
        &info.Id
    }

    fn fresh(id: u32) -> Self::Info {
        // What the page promises: the id, and a type that must be set. The rest is deliberately of no use.
        let mut info = D3DKMDT_VIDPN_SOURCE_MODE::zeroed();
        info.Id = id;
        info.Type = D3DKMDT_RMT_UNINITIALIZED;
        info
    }

    fn same(one: &Self::Info, other: &Self::Info) -> bool {
        // SAFETY: all bit patterns of the union are valid.
        let key = |info: &Self::Info| unsafe {
            let format = info.Format.Graphics;
            (
                info.Type,
                [
                    format.PrimSurfSize.cx,
                    format.PrimSurfSize.cy,
                    format.VisibleRegionSize.cx,
                    format.VisibleRegionSize.cy,
                ],
                (
                    format.Stride,
                    format.PixelFormat,
                    format.ColorBasis,
                    format.PixelValueAccessMode,
                ),
            )
        };
        key(one) == key(other)
    }

    fn validate(adapter: &Adapter, info: &Self::Info, at: &'static str) -> Result<(), NtStatus> {
        let port = adapter.port();
        let kind = info.Type;
        if !check!(port, ModeType, at, kind == D3DKMDT_RMT_GRAPHICS, "type GRAPHICS"; "{kind}") {
            return Err(STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_SOURCE_MODE);
        }
        // SAFETY: the type says that this member is filled; all its bit patterns are valid.
        let format = unsafe { info.Format.Graphics };
        let (size, visible) = (format.PrimSurfSize, format.VisibleRegionSize);
        let checked = if !region_ok(size) {
            Err(STATUS_GRAPHICS_INVALID_PRIMARYSURFACE_SIZE)
        } else if visible.cx != size.cx || visible.cy != size.cy {
            Err(STATUS_GRAPHICS_INVALID_VISIBLEREGION_SIZE)
        } else if !matches!(format.PixelFormat, D3DDDIFMT_A8R8G8B8 | D3DDDIFMT_X8R8G8B8) {
            Err(STATUS_GRAPHICS_INVALID_PIXELFORMAT)
        } else if format.Stride < size.cx * 4 {
            Err(STATUS_GRAPHICS_INVALID_STRIDE)
        } else if !matches!(format.ColorBasis, D3DKMDT_CB_SRGB | D3DKMDT_CB_SCRGB) {
            Err(STATUS_GRAPHICS_INVALID_COLORBASIS)
        } else if format.PixelValueAccessMode != D3DKMDT_PVAM_DIRECT {
            Err(STATUS_GRAPHICS_INVALID_PIXELVALUEACCESSMODE)
        } else {
            Ok(())
        };
        report(adapter, Rule::FieldsSource, at, checked, None, false)
    }
}

/// Notes what the fields are worth, and the fact by which Windows takes them; the error is what is refused. Known drivers leave the active region of a signal at zero, so
/// that is never refused, and to a foreign driver nothing is that only pages refuse.
fn report(
    adapter: &Adapter,
    rule: Rule,
    at: &'static str,
    checked: Result<(), NtStatus>,
    known: Option<Fact>,
    field_refuses: bool,
) -> Result<(), NtStatus> {
    let port = adapter.port();
    let status = checked.err().unwrap_or(STATUS_SUCCESS);
    port.check_unless_known(
        rule,
        at,
        checked.is_ok(),
        known,
        format_args!("fields that fit together"),
        format_args!("{:#010x}", status as u32),
    );
    if field_refuses || port.refuses() {
        checked
    } else {
        Ok(())
    }
}

/// What known drivers do: the active region is copied from a total that was still zero, or not filled in at all.
fn active_untouched(signal: &D3DKMDT_VIDEO_SIGNAL_INFO) -> bool {
    (signal.ActiveSize.cx, signal.ActiveSize.cy) == (0, 0)
}

/// A signal that goes into a mode set, and whether Windows was seen to refuse what is wrong with it.
fn check_added(
    adapter: &Adapter,
    rule: Rule,
    at: &'static str,
    signal: &D3DKMDT_VIDEO_SIGNAL_INFO,
) -> Result<(), NtStatus> {
    let checked = check_signal(&adapter.port().sizes(), signal);
    if active_untouched(signal) {
        // Told, and taken.
        let _ = report(adapter, rule, at, checked, Some(Fact(179)), false);
        return Ok(());
    }
    let frequency = checked == Err(STATUS_GRAPHICS_INVALID_FREQUENCY);
    report(adapter, rule, at, checked, None, frequency)
}

impl Kind for Target {
    type Info = D3DKMDT_VIDPN_TARGET_MODE;
    type Handle = D3DKMDT_HVIDPNTARGETMODESET__;
    const HANDLE: handle::Kind = handle::Kind::TargetSet;
    const INVALID_SET: NtStatus = STATUS_GRAPHICS_INVALID_VIDPN_TARGETMODESET;
    const INVALID_MODE: NtStatus = STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_TARGET_MODE;
    const INVALID_OWNER: NtStatus = STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_TARGET;
    const ADD_XOR_RELEASE: Rule = Rule::ModeAddXorRelease;

    fn sets(store: &mut Store) -> &mut Sets<Self> {
        &mut store.target
    }

    fn id(info: &Self::Info) -> &u32 {
        &info.Id
    }

    fn fresh(id: u32) -> Self::Info {
        let mut info = D3DKMDT_VIDPN_TARGET_MODE::zeroed();
        info.Id = id;
        info
    }

    fn same(one: &Self::Info, other: &Self::Info) -> bool {
        let (one, other) = (&one.VideoSignalInfo, &other.VideoSignalInfo);
        signal_key(one) == signal_key(other) && scan_order(one) == scan_order(other)
    }

    fn validate(adapter: &Adapter, info: &Self::Info, at: &'static str) -> Result<(), NtStatus> {
        let signal = info.VideoSignalInfo;
        let preference = adapter.port().sizes().preference(info.Preference);
        let known = matches!(preference, D3DKMDT_MP_PREFERRED | D3DKMDT_MP_NOTPREFERRED);
        let set = if known {
            Ok(())
        } else {
            Err(STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_TARGET_MODE)
        };
        report(adapter, Rule::FieldsSource, at, set, None, true)?;
        check_added(adapter, Rule::FieldsSource, at, &signal)?;
        let vsync = adapter.has_vsync();
        let none = not_specified(signal.VSyncFreq)
            && not_specified(signal.HSyncFreq)
            && signal.PixelRate == D3DKMDT_FREQUENCY_NOTSPECIFIED as usize;
        for rule in [Rule::ScanFrequencies, Rule::VsyncFrequencies] {
            adapter.port().violations().check(
                rule,
                at,
                vsync != none,
                format_args!(
                    "frequencies {}",
                    if vsync {
                        "that are real"
                    } else {
                        "NOTSPECIFIED"
                    }
                ),
                format_args!(
                    "PixelRate {:#x}, VSync {:#x}",
                    signal.PixelRate, signal.VSyncFreq.Numerator
                ),
            );
        }
        // Where the rule is enforced: the driver stays loaded, without a picture.
        if vsync == none {
            return Err(STATUS_GRAPHICS_INVALID_FREQUENCY);
        }
        Ok(())
    }
}

impl Kind for Monitor {
    type Info = D3DKMDT_MONITOR_SOURCE_MODE;
    type Handle = D3DKMDT_HMONITORSOURCEMODESET__;
    const HANDLE: handle::Kind = handle::Kind::MonitorSet;
    const INVALID_SET: NtStatus = STATUS_GRAPHICS_INVALID_MONITOR_SOURCEMODESET;
    const INVALID_MODE: NtStatus = STATUS_GRAPHICS_INVALID_MONITOR_SOURCE_MODE;
    const INVALID_OWNER: NtStatus = STATUS_GRAPHICS_INVALID_VIDEO_PRESENT_TARGET;
    const ADD_XOR_RELEASE: Rule = Rule::MonOwnership;

    fn sets(store: &mut Store) -> &mut Sets<Self> {
        &mut store.monitor
    }

    fn id(info: &Self::Info) -> &u32 {
        &info.Id
    }

    fn fresh(id: u32) -> Self::Info {
        let mut info = D3DKMDT_MONITOR_SOURCE_MODE::zeroed();
        info.Id = id;
        info
    }

    fn same(one: &Self::Info, other: &Self::Info) -> bool {
        let (one, other) = (&one.VideoSignalInfo, &other.VideoSignalInfo);
        signal_key(one) == signal_key(other) && scan_order(one) == scan_order(other)
    }

    fn validate(adapter: &Adapter, info: &Self::Info, at: &'static str) -> Result<(), NtStatus> {
        let origin = info.Origin;
        check!(adapter.port(), MonOrigin, at, origin == D3DKMDT_MCO_DRIVER, "origin DRIVER"; "{origin}");
        check_added(adapter, Rule::MonValid, at, &info.VideoSignalInfo)
    }
}
