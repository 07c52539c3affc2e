//! DXGK_DRIVERCAPS: the part that display-only drivers differ in.

use dxgk_sys::{BOOLEAN, DXGK_DRIVERCAPS, DXGK_POINTERFLAGS, DXGKDDI_WDDMv1_2};

/// What a display-only driver can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DriverCaps {
    /// It works where there is no VGA device (SupportNonVGA).
    pub non_vga: bool,
    /// It changes a rotation without a black screen (SupportSmoothRotation).
    pub smooth_rotation: bool,
    /// The pointer images that it draws itself; none has the operating system draw them.
    pub pointer: Option<PointerCaps>,
}

/// The pointer images that a driver draws itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PointerCaps {
    /// The widest, in pixels.
    pub max_width: u32,
    /// The highest, in lines.
    pub max_height: u32,
    /// Images of one bit for each pixel.
    pub monochrome: bool,
    /// Images with an alpha channel.
    pub color: bool,
    /// Images with a mask instead of an alpha channel.
    pub masked_color: bool,
}

impl Default for DriverCaps {
    fn default() -> Self {
        Self {
            non_vga: true,
            smooth_rotation: true,
            pointer: None,
        }
    }
}

impl DriverCaps {
    /// Fills in what dxgkrnl asked for. `caps` is zero; the fields are written in place, since they are too many for the
    /// stack.
    pub(crate) fn write(self, caps: &mut DXGK_DRIVERCAPS) {
        caps.HighestAcceptableAddress.QuadPart = -1;
        caps.WDDMVersion = DXGKDDI_WDDMv1_2;
        caps.SupportNonVGA = BOOLEAN::from(self.non_vga);
        caps.SupportSmoothRotation = BOOLEAN::from(self.smooth_rotation);
        if let Some(pointer) = self.pointer {
            caps.MaxPointerWidth = pointer.max_width;
            caps.MaxPointerHeight = pointer.max_height;
            caps.PointerCaps = DXGK_POINTERFLAGS {
                Value: u32::from(pointer.monochrome)
                    | u32::from(pointer.color) << 1
                    | u32::from(pointer.masked_color) << 2,
            };
        }
        // The notifying source's message, by the rule of the message map: nothing else is true.
        caps.InterruptMessageNumber = 0;
    }
}
