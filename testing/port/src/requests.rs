//! The small DDIs: interfaces, ACPI events, debug information, VSync control, escapes, the pointer.

use crate::adapter::Adapter;
use crate::config::VSync;
use crate::ddi::Ddi;
use crate::machine::NtStatus;
use crate::port::check;
use crate::rules::{Fact, Rule};
use crate::table;
use dxgk_sys::*;

const GUARD: u8 = 0xC9;

impl Adapter {
    /// DxgkDdiQueryInterface for an interface that no driver has. PASSIVE_LEVEL.
    pub fn query_unknown_interface(&self) {
        let Some(query) = self.table().DxgkDdiQueryInterface else {
            return;
        };
        let unknown = GUID {
            Data1: 0x6E6F_6E65,
            Data2: 0x6B6E,
            Data3: 0x6F77,
            Data4: *b"nobodyhs",
        };
        let mut interface = INTERFACE::default();
        let mut arguments = QUERY_INTERFACE {
            InterfaceType: &raw const unknown,
            Size: size_of::<INTERFACE>() as u16,
            Version: 1,
            Interface: &raw mut interface,
            InterfaceSpecificData: core::ptr::null_mut(),
            DeviceUid: u32::MAX,
        };
        let argument = &raw mut arguments;
        // SAFETY: the driver gave this function for this purpose; the arguments are live.
        let status = self.call(Ddi::QueryInterface, || unsafe {
            query(self.context(), argument)
        });
        self.documented(
            Rule::IfaceNotSupported,
            Ddi::QueryInterface,
            status,
            &[STATUS_NOT_SUPPORTED],
        );
    }

    /// DxgkDdiNotifyAcpiEvent; returns the flags that count. PASSIVE_LEVEL.
    pub fn acpi_event(&self, kind: DXGK_EVENT_TYPE, event: u32) -> u32 {
        const AT: &str = "DxgkDdiNotifyAcpiEvent";
        let Some(notify) = self.table().DxgkDdiNotifyAcpiEvent else {
            return 0;
        };
        let mut flags = 0;
        let argument = &raw mut flags;
        let status = self.call(Ddi::NotifyAcpiEvent, || {
            // SAFETY: the driver gave this function for this purpose; the flags are live.
            unsafe { notify(self.context(), kind, event, core::ptr::null_mut(), argument) }
        });
        let known = DXGK_ACPI_CHANGE_DISPLAY_MODE | DXGK_ACPI_POLL_DISPLAY_CHILDREN;
        check!(self.port(), AcpiFlags, AT, flags & !known == 0, "flags in {known:#x}"; "{flags:#x}");
        if NT_SUCCESS(status) { flags } else { 0 }
    }

    /// DxgkDdiCollectDbgInfo into a buffer of `size` bytes. PASSIVE_LEVEL.
    pub fn collect_debug(&self, size: usize) {
        const AT: &str = "DxgkDdiCollectDbgInfo";
        let Some(collect) = self.table().DxgkDdiCollectDbgInfo else {
            return;
        };
        let mut buffer = alloc::vec![GUARD; size + 64];
        let mut extension = DXGKARG_COLLECTDBGINFO_EXT::default();
        let mut arguments = DXGKARG_COLLECTDBGINFO {
            Reason: 0x116,
            pBuffer: buffer.as_mut_ptr().cast(),
            BufferSize: size,
            pExtension: &raw mut extension,
        };
        let argument = &raw mut arguments;
        // SAFETY: the driver gave this function for this purpose; the buffer has more than that size.
        let status = self.call(Ddi::CollectDbgInfo, || unsafe {
            collect(self.context(), argument)
        });
        let inside = buffer[size..].iter().all(|byte| *byte == GUARD);
        check!(self.port(), DbgCollect, AT, inside, "at most {size} bytes written"; "more");
        let named = [STATUS_SUCCESS, STATUS_NO_MEMORY, STATUS_UNSUCCESSFUL];
        self.documented(Rule::DbgCollect, Ddi::CollectDbgInfo, status, &named);
    }

    /// DxgkDdiControlInterrupt with a type that must be refused, and with the one that is known, if the driver has VSync
    /// control. PASSIVE_LEVEL.
    pub fn probe_control_interrupt(&self) {
        let Some(control) = self.table().DxgkDdiControlInterrupt else {
            return;
        };
        if self.port().config().vsync == VSync::Never {
            return;
        }
        for (kind, named) in [
            (DXGK_INTERRUPT_DMA_COMPLETED, STATUS_NOT_IMPLEMENTED),
            (self.vsync_type(), STATUS_SUCCESS),
        ] {
            // SAFETY: the driver gave this function for this purpose, with this context.
            let status = self.call(Ddi::ControlInterrupt, || unsafe {
                control(self.context(), kind, FALSE)
            });
            self.documented(Rule::VsyncControl, Ddi::ControlInterrupt, status, &[named]);
        }
    }

    /// The VSync that the model enables. The page names one type, the field knows the other.
    fn vsync_type(&self) -> DXGK_INTERRUPT_TYPE {
        match self.port().config().vsync {
            VSync::Crtc | VSync::Never => DXGK_INTERRUPT_CRTC_VSYNC,
            VSync::DisplayOnly => DXGK_INTERRUPT_DISPLAYONLY_VSYNC,
        }
    }

    /// Enables VSync and waits for a report, then disables it, if the driver has VSync control. PASSIVE_LEVEL.
    pub fn probe_vsync(&self) {
        const AT: &str = "DxgkDdiControlInterrupt";
        let Some(control) = self.table().DxgkDdiControlInterrupt else {
            return;
        };
        if self.port().config().vsync == VSync::Never {
            return;
        }
        let (machine, kind) = (self.machine(), self.vsync_type());
        let set = |enable: BOOLEAN| {
            // SAFETY: the driver gave this function for this purpose, with this context.
            self.call(Ddi::ControlInterrupt, || unsafe {
                control(self.context(), kind, enable)
            })
        };
        let before = self.vsyncs();
        let status = set(TRUE);
        let start = machine.now();
        let limit = self.port().config().present_watchdog;
        while self.vsyncs() == before && machine.now().saturating_sub(start) < limit {
            machine.delay(1_000);
        }
        let reported = self.vsyncs() != before;
        check!(self.port(), VsyncEnabled, AT, NT_SUCCESS(status) && reported,
            "a VSync within {} ms", limit / 10_000; "{:#010x}, reported: {reported}", status as u32);
        set(FALSE);
    }

    /// DxgkDdiGetScanLine, if the driver has VSync control. PASSIVE_LEVEL.
    pub fn scan_line(&self, target: u32) -> Option<(bool, u32)> {
        const AT: &str = "DxgkDdiGetScanLine";
        let get = self.table().DxgkDdiGetScanLine?;
        let mut line = DXGKARG_GETSCANLINE {
            VidPnTargetId: target,
            InVerticalBlank: GUARD,
            ScanLine: u32::MAX,
        };
        let argument = &raw mut line;
        // SAFETY: the driver gave this function for this purpose; the argument is live.
        let status = self.call(Ddi::GetScanLine, || unsafe {
            get(self.context(), argument)
        });
        if !NT_SUCCESS(status) {
            return None;
        }
        let filled = line.InVerticalBlank <= TRUE && line.ScanLine != u32::MAX;
        check!(self.port(), VsyncScanLine, AT, filled, "both members filled"; "{}, {}", line.InVerticalBlank,
            line.ScanLine);
        Some((line.InVerticalBlank != 0, line.ScanLine))
    }

    /// Whether the driver claims VSync control.
    pub fn has_vsync(&self) -> bool {
        table::has_vsync(self.table())
    }

    /// DxgkDdiEscape with `data`, which comes from user mode. PASSIVE_LEVEL.
    ///
    /// # Errors
    /// The driver's status.
    pub fn escape(&self, data: &mut [u8]) -> Result<(), NtStatus> {
        let Some(escape) = self.table().DxgkDdiEscape else {
            return Err(STATUS_NOT_SUPPORTED);
        };
        let arguments = DXGKARG_ESCAPE {
            pPrivateDriverData: data.as_mut_ptr().cast(),
            PrivateDriverDataSize: data.len() as u32,
            ..Default::default()
        };
        let argument = &raw const arguments;
        // SAFETY: the driver gave this function for this purpose; the data has that size.
        let status = self.call(Ddi::Escape, || unsafe { escape(self.context(), argument) });
        if !self.is_started() {
            check!(self.port(), FieldUnstartedEscape, "DxgkDdiEscape", !NT_SUCCESS(status),
                "an error from an adapter that is not started"; "{:#010x}", status as u32);
        }
        if NT_SUCCESS(status) {
            Ok(())
        } else {
            Err(status)
        }
    }

    /// DxgkDdiSetPointerPosition. PASSIVE_LEVEL.
    ///
    /// # Errors
    /// The driver's status.
    pub fn move_pointer(&self, source: u32, x: i32, y: i32, visible: bool) -> Result<(), NtStatus> {
        let Some(set) = self.table().DxgkDdiSetPointerPosition else {
            return Err(STATUS_NOT_SUPPORTED);
        };
        let flags = DXGK_SETPOINTERPOSITIONFLAGS::zeroed()
            .with(DXGK_SETPOINTERPOSITIONFLAGS::Visible, u32::from(visible));
        let arguments = DXGKARG_SETPOINTERPOSITION {
            VidPnSourceId: source,
            X: x,
            Y: y,
            Flags: flags,
        };
        let argument = &raw const arguments;
        // SAFETY: the driver gave this function for this purpose; the argument is live.
        let status = self.call(Ddi::SetPointerPosition, || unsafe {
            set(self.context(), argument)
        });
        if !crate::vidpn::is_active(self, source) {
            // A driver without a pointer of its own may say so (F104).
            let none = self.caps().PointerCaps.Value == 0;
            let known = none && status == STATUS_NOT_IMPLEMENTED;
            let held = self.port().check_unless_known(
                Rule::PointerResults,
                Ddi::SetPointerPosition.name(),
                status == STATUS_SUCCESS,
                known.then_some(Fact(104)),
                format_args!("STATUS_SUCCESS"),
                format_args!("{:#010x}", status as u32),
            );
            if !held {
                self.log_unlisted(Ddi::SetPointerPosition, status);
            }
        }
        if NT_SUCCESS(status) {
            Ok(())
        } else {
            Err(status)
        }
    }

    /// DxgkDdiSetPointerShape with an A8R8G8B8 picture. PASSIVE_LEVEL.
    ///
    /// # Errors
    /// The driver's status.
    pub fn set_pointer(
        &self,
        source: u32,
        pixels: &[u32],
        width: u32,
        height: u32,
    ) -> Result<(), NtStatus> {
        let Some(set) = self.table().DxgkDdiSetPointerShape else {
            return Err(STATUS_NOT_SUPPORTED);
        };
        let arguments = DXGKARG_SETPOINTERSHAPE {
            Flags: DXGK_POINTERFLAGS::zeroed().with(DXGK_POINTERFLAGS::Color, 1),
            Width: width,
            Height: height,
            Pitch: width * 4,
            VidPnSourceId: source,
            pPixels: pixels.as_ptr().cast(),
            XHot: 0,
            YHot: 0,
        };
        let argument = &raw const arguments;
        // SAFETY: the driver gave this function for this purpose; the pixels are the caller's.
        let status = self.call(Ddi::SetPointerShape, || unsafe {
            set(self.context(), argument)
        });
        if NT_SUCCESS(status) {
            Ok(())
        } else {
            Err(status)
        }
    }
}
