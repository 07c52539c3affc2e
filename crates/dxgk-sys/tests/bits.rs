//! Shows that bit-fields are read and written where they lie, and nowhere else.

use dxgk_sys::*;

#[test]
fn a_bit_field_is_set_and_read_in_its_place() {
    let flags = DXGK_POINTERFLAGS::zeroed().with(DXGK_POINTERFLAGS::Color, 1);
    assert_eq!(flags.Value, 0b10);
    assert!(flags.has(DXGK_POINTERFLAGS::Color));
    assert!(!flags.has(DXGK_POINTERFLAGS::Monochrome));
    assert_eq!(flags.with(DXGK_POINTERFLAGS::Color, 0).Value, 0);
}

#[test]
fn a_wide_bit_field_keeps_its_neighbours_and_drops_what_does_not_fit() {
    type Info = D3DKMDT_VIDEO_SIGNAL_INFO_AdditionalSignalInfo;
    let info = Info { Value: u32::MAX }.with(Info::VSyncFreqDivider, 0b10_0101_0101);
    assert_eq!(info.get(Info::VSyncFreqDivider), 0b01_0101);
    assert_eq!(info.get(Info::ScanLineOrdering), 0b111);
    assert_eq!(info.Value, !(0b11_1111 << 3) | 0b01_0101 << 3);
    assert_eq!(Info::Reserved.mask(), 0xFFFF_FE00);
}

#[test]
fn a_field_as_wide_as_its_integer_is_all_of_it() {
    type Flags = DXGKARG_SYSTEM_DISPLAY_ENABLE_FLAGS;
    assert_eq!(Flags::Reserved.mask(), 0xFFFF_FFFF);
    assert_eq!(
        Flags::default()
            .with(Flags::Reserved, 0x8000_0001)
            .get(Flags::Reserved),
        0x8000_0001
    );
}

#[test]
fn zeroed_is_what_default_gives() {
    assert_eq!(KMDDOD_INITIALIZATION_DATA::default().Version, 0);
    assert!(
        KMDDOD_INITIALIZATION_DATA::zeroed()
            .DxgkDdiStartDevice
            .is_none()
    );
    assert_eq!(LARGE_INTEGER::new(-2).get(), -2);
}

#[test]
fn information_is_a_success_and_an_error_is_not() {
    assert!(NT_SUCCESS(STATUS_PENDING));
    assert!(NT_SUCCESS(STATUS_GRAPHICS_NO_MORE_ELEMENTS_IN_DATASET));
    assert!(!NT_SUCCESS(STATUS_GRAPHICS_INVALID_VIDPN));
}
