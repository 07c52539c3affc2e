//! A monitor's EDID 1.4 base block with one preferred mode (VESA E-EDID).

/// The 128 bytes for a monitor whose preferred mode is `width` by `height` at 60 Hz, with the blanking of a reduced timing.
pub fn edid(width: u32, height: u32) -> [u8; 128] {
    /// Horizontal and vertical blanking.
    const BLANK: (u32, u32) = (160, 45);
    let mut block = [0_u8; 128];
    block[..8].copy_from_slice(&[0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0]);
    // Manufacturer "SIM", product 1, serial 1, week 1 of 2024, version 1.4.
    block[8..20].copy_from_slice(&[0x4D, 0x2D, 1, 0, 1, 0, 0, 0, 1, 34, 1, 4]);
    // Digital, 8 bits a colour; size unknown; gamma 2.2; the preferred timing is the native one.
    block[20..25].copy_from_slice(&[0xA5, 0, 0, 120, 0x06]);
    // sRGB's chromaticities.
    block[25..35].copy_from_slice(&[0xEE, 0x91, 0xA3, 0x54, 0x4C, 0x99, 0x26, 0x0F, 0x50, 0x54]);
    // No standard timings.
    block[38..54].fill(1);
    let clock = ((width + BLANK.0) * (height + BLANK.1) * 60 / 10_000).min(0xFFFF) as u16;
    let timing = &mut block[54..72];
    timing[..2].copy_from_slice(&clock.to_le_bytes());
    let halves = |active: u32, blank: u32| {
        [
            active as u8,
            blank as u8,
            (active >> 8 & 0xF) as u8 * 16 + (blank >> 8 & 0xF) as u8,
        ]
    };
    timing[2..5].copy_from_slice(&halves(width, BLANK.0));
    timing[5..8].copy_from_slice(&halves(height, BLANK.1));
    // Sync: 48 + 32 pixels, 3 + 5 lines; separate, positive.
    timing[8..12].copy_from_slice(&[48, 32, 0x35, 0]);
    timing[17] = 0x1E;
    // A name, and two descriptors that say nothing.
    block[72..90].copy_from_slice(b"\0\0\0\xFC\0simulated GPU");
    for start in [90, 108] {
        block[start + 3] = 0x10;
    }
    block[127] = block[..127]
        .iter()
        .fold(0, |sum: u8, byte| sum.wrapping_sub(*byte));
    block
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_block_sums_to_zero_and_holds_the_mode() {
        let block = super::edid(1280, 800);
        assert_eq!(
            block
                .iter()
                .fold(0, |sum: u8, byte| sum.wrapping_add(*byte)),
            0
        );
        let width = u32::from(block[56]) | u32::from(block[58] >> 4) << 8;
        let height = u32::from(block[59]) | u32::from(block[61] >> 4) << 8;
        assert_eq!((width, height), (1280, 800));
    }
}
