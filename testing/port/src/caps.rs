//! DxgkDdiQueryAdapterInfo(DXGKQAITYPE_DRIVERCAPS) and what a display-only driver must and may not claim.

use crate::adapter::Adapter;
use crate::ddi::Ddi;
use crate::machine::NtStatus;
use crate::port::check;
use crate::rules::Rule;
use dxgk_sys::*;

const AT: &str = "DxgkDdiQueryAdapterInfo";

/// The capabilities with bytes behind them that must stay as they are.
#[repr(C)]
struct Guarded {
    caps: DXGK_DRIVERCAPS,
    guard: [u8; 64],
}

impl Adapter {
    /// The capabilities that the driver reported at its last start.
    pub fn caps(&self) -> DXGK_DRIVERCAPS {
        *self.caps.lock(self.machine())
    }

    /// Asks for the capabilities, checks and keeps them. PASSIVE_LEVEL.
    ///
    /// # Errors
    /// The driver's status; STATUS_NOT_SUPPORTED if dxgkrnl would not create the adapter.
    pub fn query_caps(&self) -> Result<(), NtStatus> {
        let Some(query) = self.table().DxgkDdiQueryAdapterInfo else {
            return Err(STATUS_NOT_SUPPORTED);
        };
        let mut output = Guarded {
            caps: DXGK_DRIVERCAPS::zeroed(),
            guard: [0xC5; 64],
        };
        let output_pointer: *mut Guarded = &raw mut output;
        let arguments = DXGKARG_QUERYADAPTERINFO {
            Type: DXGKQAITYPE_DRIVERCAPS,
            pOutputData: output_pointer.cast(),
            OutputDataSize: size_of::<DXGK_DRIVERCAPS>() as u32,
            ..Default::default()
        };
        let argument = &raw const arguments;
        // SAFETY: the driver gave this function for this purpose; the arguments are live and the buffer has that size.
        let status = self.call(Ddi::QueryAdapterInfo, || unsafe {
            query(self.context(), argument)
        });
        let named = [
            STATUS_SUCCESS,
            STATUS_INVALID_PARAMETER,
            STATUS_NO_MEMORY,
            STATUS_GRAPHICS_DRIVER_MISMATCH,
        ];
        self.documented(Rule::CapsAnswer, Ddi::QueryAdapterInfo, status, &named);
        let inside = output.guard.iter().all(|byte| *byte == 0xC5);
        check!(self.port(), CapsAnswer, AT, inside, "nothing behind the buffer written"; "written: {}", !inside);
        if !NT_SUCCESS(status) {
            return Err(status);
        }
        *self.caps.lock(self.machine()) = output.caps;
        self.interrupts()
            .set_notify_message(output.caps.InterruptMessageNumber);
        self.check_caps(&output.caps)
    }

    fn check_caps(&self, caps: &DXGK_DRIVERCAPS) -> Result<(), NtStatus> {
        let port = self.port();
        let version = caps.WDDMVersion;
        let (non_vga, rotation) = (caps.SupportNonVGA, caps.SupportSmoothRotation);
        let complete = version >= DXGKDDI_WDDMv1_2 && non_vga != 0 && rotation != 0;
        for rule in [Rule::CapsMandatory, Rule::LogoCaps] {
            port.violations().check(
                rule,
                AT,
                complete,
                format_args!("WDDMVersion at least 1.2, SupportNonVGA, SupportSmoothRotation"),
                format_args!("{version:#x}, {non_vga}, {rotation}"),
            );
        }
        let count = self.interrupts().count();
        let message = caps.InterruptMessageNumber;
        check!(port, DpcFixedLevel, AT, message < count.max(1), "InterruptMessageNumber below {count}"; "{message}");
        let preemption = caps.PreemptionCaps;
        let foreign = [
            (
                "PreemptionCaps",
                preemption.GraphicsPreemptionGranularity | preemption.ComputePreemptionGranularity,
            ),
            (
                "FlipOnVSyncMmIo",
                caps.FlipCaps.get(DXGK_FLIPCAPS::FlipOnVSyncMmIo) as i32,
            ),
            ("SupportPerEngineTDR", i32::from(caps.SupportPerEngineTDR)),
            ("SupportDirectFlip", i32::from(caps.SupportDirectFlip)),
            (
                "SupportKernelModeCommandBuffer",
                caps.PresentationCaps
                    .get(DXGK_PRESENTATIONCAPS::SupportKernelModeCommandBuffer)
                    as i32,
            ),
        ];
        let claimed = foreign
            .iter()
            .find(|(_, value)| *value != 0)
            .map_or("none", |(name, _)| name);
        check!(port, CapsNotApplicable, AT, claimed == "none", "no caps of rendering drivers"; "{claimed}");
        let scheduling = caps.SchedulingCaps;
        let has = |bit| scheduling.has(bit);
        let multi = has(DXGK_VIDSCHCAPS::MultiEngineAware);
        let preemption = has(DXGK_VIDSCHCAPS::PreemptionAware);
        let needs_multi = preemption || has(DXGK_VIDSCHCAPS::CancelCommandAware);
        let sound = (multi || !needs_multi)
            && (!has(DXGK_VIDSCHCAPS::NoDmaPatching) || (preemption && multi));
        check!(port, CapsScheduling, AT, sound, "bits with what they need"; "{:#x}", scheduling.Value);
        // SAFETY: all bit patterns of the union are valid.
        let gamma = unsafe { caps.Anonymous.GammaRampCaps };
        let (pointer, gamma) = (
            caps.PointerCaps.get(DXGK_POINTERFLAGS::Reserved),
            gamma.get(DXGK_GAMMARAMPCAPS::Reserved),
        );
        check!(port, CapsReservedBits, AT, pointer == 0 && gamma == 0, "reserved bits 0"; "{pointer:#x}, {gamma:#x}");
        let runtime = caps.SupportRuntimePowerManagement != 0;
        let both = self.table().DxgkDdiSetPowerComponentFState.is_some()
            && self.table().DxgkDdiPowerRuntimeControlRequest.is_some();
        check!(port, PowerRuntimeGate, AT, !runtime || both, "both runtime power DDIs"; "announced without");
        let surprise = caps.SupportSurpriseRemovalInHibernation != 0;
        let there = self.table().DxgkDdiNotifySurpriseRemoval.is_some();
        check!(port, SurpriseGate, AT, !surprise || there, "NotifySurpriseRemoval"; "announced without");
        if complete {
            Ok(())
        } else {
            Err(STATUS_NOT_SUPPORTED)
        }
    }
}
