//! DxgkDdiQueryAdapterInfo(DXGKQAITYPE_DRIVERCAPS) and what a display-only driver must and may not claim.

use crate::adapter::Adapter;
use crate::ddi::Ddi;
use crate::machine::NtStatus;
use crate::port::check;
use crate::rules::{Fact, Rule};
use dxgk_sys::*;

const AT: &str = "DxgkDdiQueryAdapterInfo";

/// What the bytes behind the buffer must stay as.
const GUARD: u8 = 0xC5;

impl Adapter {
    /// The capabilities that the driver reported at its last start.
    pub fn caps(&self) -> DXGK_DRIVERCAPS {
        *self.caps.lock(self.machine())
    }

    /// Asks for the capabilities, checks and keeps them. PASSIVE_LEVEL.
    ///
    /// # Errors
    /// The driver's status.
    pub fn query_caps(&self) -> Result<(), NtStatus> {
        let Some(query) = self.table().DxgkDdiQueryAdapterInfo else {
            return Err(STATUS_NOT_SUPPORTED);
        };
        let (sizes, extra) = (self.port().sizes(), self.port().config().caps_extra);
        let size = sizes.caps + extra as usize;
        let mut output = alloc::vec![0_u64; (size + 64).div_ceil(8)];
        let bytes = output.as_mut_ptr().cast::<u8>();
        let behind = output.len() * 8 - size;
        // SAFETY: the bytes of the vector behind the first `size`.
        unsafe { bytes.add(size).write_bytes(GUARD, behind) };
        let arguments = DXGKARG_QUERYADAPTERINFO {
            Type: DXGKQAITYPE_DRIVERCAPS,
            pOutputData: bytes.cast(),
            OutputDataSize: size as u32,
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
        // SAFETY: the bytes of the vector behind the first `size`.
        let guard = unsafe { core::slice::from_raw_parts(bytes.add(size), behind) };
        let inside = guard.iter().all(|byte| *byte == GUARD);
        check!(self.port(), CapsAnswer, AT, inside, "nothing behind the buffer written"; "written: {}", !inside);
        if !NT_SUCCESS(status) {
            return Err(status);
        }
        // SAFETY: every version's capabilities begin with WIN8's; all their bit patterns are valid.
        let caps = unsafe { bytes.cast::<DXGK_DRIVERCAPS>().read() };
        *self.caps.lock(self.machine()) = caps;
        self.interrupts()
            .set_notify_message(caps.InterruptMessageNumber);
        self.check_caps(&caps);
        self.probe_query_types();
        Ok(())
    }

    /// Asks for what no display-only driver has: Windows tries many types and goes on (F030, F031).
    fn probe_query_types(&self) {
        /// DXGKQAITYPE_DISPLAY_DRIVERCAPS_EXTENSION of d3dkmddi.h, from WDDM 2.0 on.
        const EXTENSION: DXGK_QUERYADAPTERINFOTYPE = 16;
        /// What only rendering drivers have, and a type that no version has.
        const OTHERS: [DXGK_QUERYADAPTERINFOTYPE; 2] = [DXGKQAITYPE_QUERYSEGMENT3, 0x7777];
        let Some(query) = self.table().DxgkDdiQueryAdapterInfo else {
            return;
        };
        let newer = self.port().sizes().version > DXGKDDI_INTERFACE_VERSION_WIN8;
        let extension = newer.then_some(EXTENSION);
        for kind in extension.into_iter().chain(OTHERS) {
            let (mut input, mut output) = ([0_u64; 8], [0_u64; 32]);
            let arguments = DXGKARG_QUERYADAPTERINFO {
                Type: kind,
                pInputData: input.as_mut_ptr().cast(),
                InputDataSize: size_of_val(&input) as u32,
                pOutputData: output.as_mut_ptr().cast(),
                OutputDataSize: size_of_val(&output) as u32,
            };
            let argument = &raw const arguments;
            // SAFETY: the driver gave this function for this purpose; the arguments and both buffers are live.
            let status = self.call(Ddi::QueryAdapterInfo, || unsafe {
                query(self.context(), argument)
            });
            let known = kind == EXTENSION && NT_SUCCESS(status);
            check!(self.port(), FieldQueryTypes, AT, known || status == STATUS_NOT_SUPPORTED,
                "STATUS_NOT_SUPPORTED for type {kind}"; "{:#010x}", status as u32);
        }
    }

    fn check_caps(&self, caps: &DXGK_DRIVERCAPS) {
        let port = self.port();
        let version = caps.WDDMVersion;
        let (non_vga, rotation) = (caps.SupportNonVGA, caps.SupportSmoothRotation);
        let complete = version >= DXGKDDI_WDDMv1_2 && non_vga != 0 && rotation != 0;
        let known = match (version >= DXGKDDI_WDDMv1_2, non_vga) {
            (false, _) => None,
            (true, 0) => Some(Fact(27)),
            (true, _) => Some(Fact(28)),
        };
        for rule in [Rule::CapsMandatory, Rule::LogoCaps] {
            port.check_unless_known(
                rule,
                AT,
                complete,
                known,
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
    }
}
