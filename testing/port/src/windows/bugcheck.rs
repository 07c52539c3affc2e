//! The bugcheck screen: SystemDisplayEnable and SystemDisplayWrite at HIGH_LEVEL, after which nothing comes any more (F143 to
//! F149).

use crate::adapter::Adapter;
use crate::machine::irql::HIGH_LEVEL;
use crate::picture::Picture;
use alloc::vec::Vec;
use dxgk_sys::*;

impl Adapter {
    /// Does what a bugcheck does: takes the display and fills it. The picture that must be on the screen then; `None` if the
    /// driver refused, which costs no more than the picture. Whatever the driver calls meanwhile is an offence. PASSIVE_LEVEL.
    pub fn bugcheck_screen(&self, target: u32) -> Option<Picture> {
        let machine = self.machine();
        let old = machine.raise_irql(HIGH_LEVEL);
        let mode = self
            .system_display_enable(D3DDDI_ID_UNINITIALIZED)
            .or_else(|_| self.system_display_enable(target));
        machine.lower_irql(old);
        let (width, height) = mode.ok()?;
        let mut picture = Picture::default();
        picture.resize(width, height);
        let all = RECT {
            left: 0,
            top: 0,
            right: width as i32,
            bottom: height as i32,
        };
        picture.paint(&all, 0x1234);
        // 32 bits a pixel, as all drivers that draw it right read it (F148); in two pieces, as text comes.
        let mut pixels: Vec<u32> = picture.pixels().to_vec();
        let half = height / 2;
        let (upper, lower) = pixels.split_at_mut((half * width) as usize);
        let old = machine.raise_irql(HIGH_LEVEL);
        self.system_display_write(upper, width, half, 0, 0);
        self.system_display_write(lower, width, height - half, 0, half);
        machine.lower_irql(old);
        Some(picture)
    }
}
