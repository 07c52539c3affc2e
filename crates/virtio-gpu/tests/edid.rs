//! EDIDs as they should be and as they should not.

mod common;

use common::{PAGE, Ram, cases};
use proptest::prelude::*;
use virtio_gpu::edid::{BLOCK_LEN, DetailedTiming, Edid, EdidError, ReadError};
use virtio_gpu::memory::Memory;

/// A base block with one timing, 1280x800 at 75 Hz, made up by hand from E-EDID 1.4, with `extensions` announced.
fn base(extensions: u8) -> [u8; BLOCK_LEN] {
    let mut block = [0; BLOCK_LEN];
    block[..8].copy_from_slice(&[0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0]);
    // RHT, product 0x1234, EDID 1.4.
    block[8..12].copy_from_slice(&[0x49, 0x14, 0x34, 0x12]);
    block[18..20].copy_from_slice(&[1, 4]);
    // 1280 + 448 wide with 320 and 64, 800 + 28 high with 4 and 4, 107.3 MHz, 325 mm by 203 mm.
    block[54..72].copy_from_slice(&[
        0xea, 0x29, 0x00, 0xc0, 0x51, 0x20, 0x1c, 0x30, 0x40, 0x40, 0x44, 0x40, 0x45, 0xcb, 0x10,
        0, 0, 0x18,
    ]);
    // Display range limits, and a name: descriptors that are no timings.
    block[72 + 3] = 0xfd;
    block[90 + 3] = 0xfc;
    block[126] = extensions;
    block[127] = checksum(&block[..127]);
    block
}

fn checksum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0u8, |sum, byte| sum.wrapping_sub(*byte))
}

fn extension(tag: u8) -> [u8; BLOCK_LEN] {
    let mut block = [tag; BLOCK_LEN];
    block[127] = checksum(&block[..127]);
    block
}

/// Puts the sum right after a change to the base block.
fn changed(change: impl FnOnce(&mut [u8; BLOCK_LEN])) -> [u8; BLOCK_LEN] {
    let mut block = base(0);
    change(&mut block);
    block[127] = checksum(&block[..127]);
    block
}

#[test]
fn the_preferred_timing_is_read_field_by_field() {
    let edid = Edid::parse(&base(0)).unwrap();
    let timing = DetailedTiming {
        pixel_clock: 107_300_000,
        width: 1280,
        horizontal_blanking: 448,
        horizontal_front_porch: 320,
        horizontal_sync: 64,
        height: 800,
        vertical_blanking: 28,
        vertical_front_porch: 4,
        vertical_sync: 4,
        millimetres: (325, 203),
        interlaced: false,
    };
    assert_eq!(edid.preferred(), Some(timing));
    assert_eq!(timing.refresh_rate(), (107_300_000, 1728 * 828));
    assert_eq!(edid.detailed_timings().collect::<Vec<_>>(), [timing]);
}

#[test]
fn each_bit_of_a_timing_reaches_its_field() {
    let all = changed(|block| block[54..72].fill(0xff));
    let timing = Edid::parse(&all).unwrap().preferred().unwrap();
    assert_eq!(
        timing,
        DetailedTiming {
            pixel_clock: 655_350_000,
            width: 4095,
            horizontal_blanking: 4095,
            horizontal_front_porch: 1023,
            horizontal_sync: 1023,
            height: 4095,
            vertical_blanking: 4095,
            vertical_front_porch: 63,
            vertical_sync: 63,
            millimetres: (4095, 4095),
            interlaced: true,
        }
    );
}

#[test]
fn a_timing_without_clock_or_pixels_is_none() {
    for (from, to) in [(54, 56), (56, 57), (59, 60)] {
        let block = changed(|block| {
            block[from..to].fill(0);
            if from == 56 {
                block[58] &= 0x0f;
            }
            if from == 59 {
                block[61] &= 0x0f;
            }
        });
        let edid = Edid::parse(&block).unwrap();
        assert_eq!(edid.preferred(), None);
        assert_eq!(edid.detailed_timings().count(), 0);
    }
}

#[test]
fn what_is_no_base_block_is_refused() {
    assert_eq!(Edid::parse(&[]), Err(EdidError::TooShort { len: 0 }));
    assert_eq!(
        Edid::parse(&base(0)[..127]),
        Err(EdidError::TooShort { len: 127 })
    );
    assert_eq!(
        Edid::parse(&changed(|block| block[7] = 1)),
        Err(EdidError::Header)
    );
    assert_eq!(Edid::parse(&[0; 128]), Err(EdidError::Header));
    let mut block = base(0);
    block[60] ^= 1;
    assert_eq!(Edid::parse(&block), Err(EdidError::Checksum { block: 0 }));
}

#[test]
fn extensions_are_handed_out_block_by_block() {
    let mut bytes = base(2).to_vec();
    bytes.extend(extension(2));
    bytes.extend(extension(0x70));
    // Not announced.
    bytes.extend(extension(3));
    let edid = Edid::parse(&bytes).unwrap();
    assert_eq!(edid.block_count(), 3);
    assert_eq!(edid.as_bytes(), &bytes[..3 * BLOCK_LEN]);
    assert_eq!(edid.block(2), Some(&extension(0x70)));
    assert_eq!(edid.block(3), None);
    assert_eq!(edid.block(usize::MAX), None);
}

#[test]
fn missing_or_broken_extensions_are_left_out_and_the_count_is_put_right() {
    let mut broken = extension(5);
    broken[9] ^= 0x10;
    for (given, kept) in [
        (vec![], 0),
        (vec![extension(2)], 1),
        (vec![extension(2), broken, extension(4)], 1),
        (vec![broken], 0),
    ] {
        let mut bytes = base(3).to_vec();
        bytes.extend(given.concat());
        let edid = Edid::parse(&bytes).unwrap();
        assert_eq!(edid.block_count(), 1 + kept);
        // What is handed on is a good EDID in itself.
        assert_eq!(edid.as_bytes()[126], kept as u8);
        assert_eq!(Edid::parse(edid.as_bytes()), Ok(edid.clone()));
    }
}

#[test]
fn more_extensions_than_there_can_be_are_no_trouble() {
    let mut bytes = base(255).to_vec();
    for _ in 0..20 {
        bytes.extend(extension(2));
    }
    let edid = Edid::parse(&bytes).unwrap();
    assert_eq!(edid.block_count(), 8);
    assert_eq!(edid.as_bytes().len(), 1024);
}

#[test]
fn a_response_is_read_from_shared_memory_whatever_it_claims() {
    let ram = Ram::scattered(2);
    let at = PAGE - 200;
    let mut bytes = base(1).to_vec();
    bytes.extend(extension(2));
    ram.write_bytes(at, &[0; 1056]).unwrap();
    ram.write_bytes(at + 32, &bytes).unwrap();
    let read = |size: u32| {
        ram.write_u32(at + 24, size).unwrap();
        Edid::read(&ram, at)
    };
    let whole = Ok(Edid::parse(&bytes).unwrap());
    assert_eq!(read(256), whole);
    // The rest of the response is zero, which is no announced block.
    assert_eq!(read(1024), whole);
    assert_eq!(read(255).unwrap().block_count(), 1);
    assert_eq!(
        read(127),
        Err(ReadError::Edid(EdidError::TooShort { len: 127 }))
    );
    assert_eq!(
        read(0),
        Err(ReadError::Edid(EdidError::TooShort { len: 0 }))
    );
    for size in [1025, u32::MAX] {
        assert_eq!(read(size), Err(ReadError::Size { size }));
    }
    ram.write_u32(2 * PAGE - 40 + 24, 1024).unwrap();
    assert!(matches!(
        Edid::read(&ram, 2 * PAGE - 40),
        Err(ReadError::Access(_))
    ));
    assert!(matches!(
        Edid::read(&ram, usize::MAX - 24),
        Err(ReadError::Access(_))
    ));
}

proptest! {
    #![proptest_config(cases(256, 8))]
    #[test]
    fn any_bytes_are_an_edid_or_an_error(
        mut bytes in prop::collection::vec(any::<u8>(), 0..1400),
        fix: bool,
    ) {
        if fix && bytes.len() >= BLOCK_LEN {
            bytes[..8].copy_from_slice(&base(0)[..8]);
            bytes[127] = checksum(&bytes[..127]);
        }
        if let Ok(edid) = Edid::parse(&bytes) {
            prop_assert!((1..=8).contains(&edid.block_count()));
            for timing in edid.detailed_timings() {
                let (clock, pixels) = timing.refresh_rate();
                prop_assert!(clock > 0 && pixels > 0);
            }
            prop_assert_eq!(Edid::parse(edid.as_bytes()), Ok(edid.clone()));
        }
    }
}
