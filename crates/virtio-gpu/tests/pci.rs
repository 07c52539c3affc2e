//! Finding the device's structures in configuration space, and refusing what cannot be there.

mod common;

use common::{Config, cases};
use virtio_gpu::pci::{
    ConfigReadError, DEVICE_GPU, Layout, LayoutError, MsiX, Region, Structure, VENDOR,
};

/// Where each capability of [`qemu`] is.
const MSIX: u16 = 0x98;
const ISR: u16 = 0x70;
const COMMON: u16 = 0x60;
const DEVICE: u16 = 0x50;
const NOTIFY: u16 = 0x84;

/// A vendor capability: next, cfg_type, BAR, offset, length.
fn capability(next: u8, cfg_type: u8, bar: u8, offset: u32, length: u32) -> Vec<u8> {
    let cap_len = if cfg_type == 2 { 20 } else { 16 };
    let mut bytes = vec![0x09, next, cap_len, cfg_type, bar, 0, 0, 0];
    bytes.extend(offset.to_le_bytes());
    bytes.extend(length.to_le_bytes());
    bytes
}

/// The configuration space of QEMU's virtio-gpu-pci: five capabilities in BAR 4 (16 KiB) and MSI-X with three vectors.
fn qemu() -> Config {
    let mut config = Config::default();
    config.set(0x00, &VENDOR.to_le_bytes());
    config.set(0x02, &DEVICE_GPU.to_le_bytes());
    config.set(0x06, &[0x10, 0]);
    config.set(0x34, &[MSIX as u8]);
    config.set(MSIX, &[0x11, NOTIFY as u8, 0x02, 0x80]);
    config.set(NOTIFY, &capability(ISR as u8, 2, 4, 0x3000, 0x1000));
    config.set(NOTIFY + 16, &4u32.to_le_bytes());
    config.set(ISR, &capability(COMMON as u8, 3, 4, 0x1000, 0x1000));
    config.set(COMMON, &capability(DEVICE as u8, 1, 4, 0x0000, 0x1000));
    config.set(DEVICE, &capability(0x40, 4, 4, 0x2000, 0x1000));
    // VIRTIO_PCI_CAP_PCI_CFG, which points nowhere.
    config.set(0x40, &capability(0, 5, 0, 0, 0));
    config
}

fn find(config: &Config) -> Result<Layout, LayoutError> {
    Layout::find(config, |bar| (bar == 4).then_some(0x4000))
}

/// QEMU's space with one change.
fn with(change: impl FnOnce(&mut Config)) -> Result<Layout, LayoutError> {
    let mut config = qemu();
    change(&mut config);
    find(&config)
}

#[test]
fn qemus_device_is_found() {
    let region = |offset| Region {
        bar: 4,
        offset,
        length: 0x1000,
    };
    assert_eq!(
        find(&qemu()),
        Ok(Layout {
            common: region(0),
            notify: region(0x3000),
            notify_off_multiplier: 4,
            isr: region(0x1000),
            device: region(0x2000),
            msix: Some(MsiX {
                table_size: 3,
                enabled: true,
                masked: false
            }),
        })
    );
}

#[test]
fn msix_may_be_absent_disabled_or_masked() {
    let skip = with(|c| c.set(0x34, &[NOTIFY as u8])).unwrap();
    assert_eq!(skip.msix, None);
    let disabled = with(|c| c.set(MSIX + 2, &[0xff, 0x47])).unwrap();
    assert_eq!(
        disabled.msix,
        Some(MsiX {
            table_size: 2048,
            enabled: false,
            masked: true
        })
    );
}

#[test]
fn another_device_is_refused() {
    assert_eq!(
        with(|c| c.set(2, &[0x41, 0x10])),
        Err(LayoutError::NotVirtioGpu {
            vendor: 0x1af4,
            device: 0x1041
        })
    );
    assert_eq!(
        with(|c| c.set(0, &[0xff, 0xff, 0xff, 0xff])),
        Err(LayoutError::NotVirtioGpu {
            vendor: 0xffff,
            device: 0xffff
        })
    );
}

#[test]
fn without_capabilities_it_is_no_modern_device() {
    assert_eq!(with(|c| c.set(6, &[0])), Err(LayoutError::NoCapabilities));
    assert_eq!(
        with(|c| c.set(0x34, &[0])),
        Err(LayoutError::Missing(Structure::Notify))
    );
    for (at, structure) in [
        (NOTIFY, Structure::Notify),
        (ISR, Structure::Isr),
        (COMMON, Structure::Common),
        (DEVICE, Structure::Device),
    ] {
        // A type that is reserved is ignored, and so is a BAR.
        assert_eq!(
            with(|c| c.set(at + 3, &[0x77])),
            Err(LayoutError::Missing(structure))
        );
        for bar in [6, 0xff] {
            assert_eq!(
                with(|c| c.set(at + 4, &[bar])),
                Err(LayoutError::Missing(structure))
            );
        }
    }
}

#[test]
fn a_reserved_bar_is_not_even_asked_for() {
    let mut config = qemu();
    config.set(COMMON + 4, &[6]);
    let found = Layout::find(&config, |bar| {
        assert!(bar <= 5);
        Some(0x4000)
    });
    assert_eq!(found, Err(LayoutError::Missing(Structure::Common)));
}

#[test]
fn the_first_structure_in_a_mapped_bar_counts() {
    let second = |bar_of_first| {
        with(|c| {
            c.set(NOTIFY + 4, &[bar_of_first]);
            c.set(0x40, &capability(0, 2, 4, 0x3800, 0x800));
            c.set(0x50, &capability(0xb0, 4, 4, 0x2000, 0x1000));
            c.set(0xb0, &capability(0, 2, 4, 0x3800, 0x800));
            c.set(0xb0 + 16, &8u32.to_le_bytes());
        })
        .unwrap()
    };
    // BAR 0 is an I/O BAR here: the caller has not mapped it.
    let layout = second(0);
    assert_eq!(
        (layout.notify.offset, layout.notify_off_multiplier),
        (0x3800, 8)
    );
    let layout = second(4);
    assert_eq!(
        (layout.notify.offset, layout.notify_off_multiplier),
        (0x3000, 4)
    );
}

#[test]
fn a_list_that_loops_or_leaves_its_area_is_refused() {
    for to in [0x40, 0x50, DEVICE as u8, MSIX as u8] {
        assert_eq!(
            with(|c| c.set(0x41, &[to])),
            Err(LayoutError::Loop { at: to })
        );
    }
    for to in [0x04, 0x3c] {
        assert_eq!(
            with(|c| c.set(0x41, &[to])),
            Err(LayoutError::BadPointer { pointer: to })
        );
    }
    // The two lowest bits are reserved and ignored.
    assert!(with(|c| c.set(0x34, &[MSIX as u8 | 3])).is_ok());
    // A chain through every place there is ends.
    let mut config = qemu();
    for at in (0x40u16..0x100).step_by(4) {
        config.set(at, &[0x05, (at + 4) as u8]);
    }
    config.set(0x34, &[0x40]);
    assert_eq!(find(&config), Err(LayoutError::Missing(Structure::Notify)));
}

#[test]
fn a_capability_that_is_too_short_or_runs_out_of_the_space_is_refused() {
    for (at, structure, cap_len) in [
        (COMMON, Structure::Common, 15),
        (NOTIFY, Structure::Notify, 19),
        (ISR, Structure::Isr, 0),
        (NOTIFY, Structure::Notify, 0x7d),
        (NOTIFY, Structure::Notify, 0xff),
    ] {
        assert_eq!(
            with(|c| c.set(at + 2, &[cap_len])),
            Err(LayoutError::CapabilityLength { structure, cap_len })
        );
    }
    assert!(with(|c| c.set(NOTIFY + 2, &[0x7c])).is_ok());
}

#[test]
fn a_structure_outside_its_bar_is_refused() {
    for (offset, length) in [
        (0x3000u32, 0x1001u32),
        (0x4000, 0x1000),
        (0x3fff, 2),
        (0xffff_f000, 0x1000),
        (0xffff_ffff, 0xffff_ffff),
        (0, 0xffff_ffff),
    ] {
        for (at, structure) in [
            (COMMON, Structure::Common),
            (NOTIFY, Structure::Notify),
            (ISR, Structure::Isr),
            (DEVICE, Structure::Device),
        ] {
            let found = with(|c| {
                c.set(at + 8, &offset.to_le_bytes());
                c.set(at + 12, &length.to_le_bytes());
            });
            let region = Region {
                bar: 4,
                offset,
                length,
            };
            assert_eq!(
                found,
                Err(LayoutError::OutsideBar {
                    structure,
                    region,
                    bar_length: 0x4000
                })
            );
        }
    }
    // To the last byte is inside.
    assert!(with(|c| c.set(NOTIFY + 8, &0x3000u32.to_le_bytes())).is_ok());
}

#[test]
fn a_structure_without_room_for_its_registers_is_refused() {
    for (at, structure, needed) in [
        (COMMON, Structure::Common, 0x38),
        (NOTIFY, Structure::Notify, 2),
        (ISR, Structure::Isr, 1),
        (DEVICE, Structure::Device, 12),
    ] {
        let length = needed - 1;
        assert_eq!(
            with(|c| c.set(at + 12, &u32::to_le_bytes(length))),
            Err(LayoutError::TooShort {
                structure,
                length,
                needed
            })
        );
        assert!(with(|c| c.set(at + 12, &u32::to_le_bytes(needed))).is_ok());
    }
}

#[test]
fn a_misaligned_structure_is_refused() {
    for (at, structure, offset) in [
        (COMMON, Structure::Common, 0x102u32),
        (NOTIFY, Structure::Notify, 0x101),
        (DEVICE, Structure::Device, 0x102),
    ] {
        assert_eq!(
            with(|c| c.set(at + 8, &offset.to_le_bytes())),
            Err(LayoutError::Misaligned { structure, offset })
        );
    }
    assert!(with(|c| c.set(ISR + 8, &0x101u32.to_le_bytes())).is_ok());
}

#[test]
fn the_notify_multiplier_is_zero_or_an_even_power_of_two() {
    for (multiplier, ok) in [
        (0u32, true),
        (1, false),
        (2, true),
        (3, false),
        (4, true),
        (6, false),
        (0x1000, true),
        (0x8000_0000, true),
        (u32::MAX, false),
    ] {
        let found = with(|c| c.set(NOTIFY + 16, &multiplier.to_le_bytes()));
        if ok {
            assert_eq!(found.unwrap().notify_off_multiplier, multiplier);
        } else {
            assert_eq!(found, Err(LayoutError::NotifyMultiplier(multiplier)));
        }
    }
}

#[test]
fn an_unreadable_space_is_an_error_wherever_it_is_read() {
    for offset in (0..0x100).filter(|at| qemu().bytes.contains_key(at)) {
        let found = with(|c| c.unreadable = Some(offset));
        // Some bytes of it are never looked at.
        if let Err(error) = found {
            assert!(matches!(error, LayoutError::Config(ConfigReadError { .. })));
        }
    }
    for offset in [0, 2, 6, 0x34, COMMON + 8, NOTIFY + 16, MSIX + 2, MSIX + 1] {
        assert!(
            with(|c| c.unreadable = Some(offset)).is_err(),
            "{offset:#x}"
        );
    }
}

proptest::proptest! {
    #![proptest_config(cases(256, 8))]
    #[test]
    fn no_configuration_space_makes_it_hang_or_panic(
        bytes in proptest::collection::vec(proptest::num::u8::ANY, 0xc0),
        start in proptest::num::u8::ANY,
        bar_length in proptest::num::u64::ANY,
    ) {
        let mut config = qemu();
        config.set(0x40, &bytes);
        config.set(0x34, &[start]);
        if let Ok(layout) = Layout::find(&config, |_| Some(bar_length)) {
            for region in [layout.common, layout.notify, layout.isr, layout.device] {
                assert!(u64::from(region.offset) + u64::from(region.length) <= bar_length);
            }
        }
    }
}
