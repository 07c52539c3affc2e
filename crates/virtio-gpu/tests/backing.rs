//! The entries of RESOURCE_ATTACH_BACKING: neighbours joined, limits kept, and display information from the same memory.

mod common;

use common::{PAGE, Ram};
use virtio_gpu::backing::{BackingError, EntryList, MAX_ENTRIES, write_entries};
use virtio_gpu::memory::{AccessError, Memory, Segment, contiguous, segments};
use virtio_gpu::protocol::{DisplayInfo, MAX_EXTENT};
use virtio_gpu::rect::Rect;

fn run(address: u64, len: u32) -> Result<Segment, AccessError> {
    Ok(Segment { address, len })
}

/// What was written: address and length of each entry.
fn entries(ram: &Ram, list: &EntryList) -> Vec<(u64, u32)> {
    assert_eq!(list.len, list.entries * 16);
    (0..list.entries as usize)
        .map(|i| {
            let at = list.offset + 16 * i;
            assert_eq!(ram.read_u32(at + 12), Ok(0), "padding");
            (ram.read_u64(at).unwrap(), ram.read_u32(at + 8).unwrap())
        })
        .collect()
}

#[test]
fn neighbours_are_joined() {
    let ram = Ram::scattered(1);
    let pages = [
        run(0x1000, 0x1000),
        run(0x2000, 0x1000),
        run(0x4000, 0x1000),
        run(0x3000, 0x1000),
        run(0x4000, 0x800),
    ];
    let list = write_entries(&ram, 64, 256, pages.into_iter()).unwrap();
    assert_eq!(
        entries(&ram, &list),
        [(0x1000, 0x2000), (0x4000, 0x1000), (0x3000, 0x1800)]
    );
}

#[test]
fn an_entry_never_grows_beyond_32_bits() {
    let ram = Ram::scattered(1);
    let halves = [run(0, 0x8000_0000), run(0x8000_0000, 0x8000_0000)];
    let list = write_entries(&ram, 0, 64, halves.into_iter()).unwrap();
    assert_eq!(
        entries(&ram, &list),
        [(0, 0x8000_0000), (0x8000_0000, 0x8000_0000)]
    );
    let end = [run(u64::MAX - 0xfff, 0x1000), run(0, 0x1000)];
    let list = write_entries(&ram, 0, 64, end.into_iter()).unwrap();
    assert_eq!(list.entries, 2);
}

#[test]
#[cfg_attr(miri, ignore = "a list of all 16,384 entries takes Miri minutes")]
fn a_list_has_limits() {
    let ram = Ram::scattered(65);
    let scattered = |count: u64| (0..count).map(|i| run(i * 0x2000, 0x1000));
    assert_eq!(
        write_entries(&ram, 0, 47, scattered(3)),
        Err(BackingError::NoRoom { room: 2 })
    );
    assert_eq!(write_entries(&ram, 0, 48, scattered(3)).unwrap().entries, 3);
    assert_eq!(
        write_entries(&ram, 0, 48, scattered(0)),
        Err(BackingError::Empty)
    );
    let most = u64::from(MAX_ENTRIES);
    let whole = ram.len();
    assert_eq!(
        write_entries(&ram, 0, whole, scattered(most))
            .unwrap()
            .entries,
        MAX_ENTRIES
    );
    assert_eq!(
        write_entries(&ram, 0, whole, scattered(most + 1)),
        Err(BackingError::TooScattered)
    );
    let bad = AccessError {
        offset: 5,
        width: 1,
    };
    let broken = [run(0, 1), Err(bad)];
    assert_eq!(
        write_entries(&ram, 0, 64, broken.into_iter()),
        Err(BackingError::Access(bad))
    );
    assert!(matches!(
        write_entries(&ram, whole - 16, 64, scattered(2)),
        Err(BackingError::Access(_))
    ));
    assert!(matches!(
        write_entries(&ram, usize::MAX - 8, 64, scattered(2)),
        Err(BackingError::Access(_))
    ));
}

#[test]
fn a_memory_lists_its_own_segments() {
    let scattered = Ram::scattered(3);
    let lengths: Vec<u32> = segments(&scattered, 100, 2 * PAGE)
        .map(|s| s.unwrap().len)
        .collect();
    assert_eq!(lengths, [3996, 4096, 100]);
    let whole = Ram::contiguous(3);
    assert_eq!(segments(&whole, 100, 2 * PAGE).count(), 1);
    assert_eq!(contiguous(&whole, 100, 2 * PAGE), Ok(0x7f00_0064));
    assert!(contiguous(&scattered, 100, 3996).is_ok());
    assert!(contiguous(&scattered, 100, 3997).is_err());
    let beyond: Vec<_> = segments(&scattered, 2 * PAGE, PAGE + 1).collect();
    assert!(matches!(beyond[..], [Err(_)]));
    assert_eq!(segments(&scattered, 0, 0).count(), 0);
}

#[test]
fn an_access_is_inside_and_aligned_or_an_error() {
    let ok = |offset, width, align| AccessError::check(offset, width, align, 64).is_ok();
    assert!(ok(0, 8, 8) && ok(56, 8, 8) && ok(64, 0, 1) && ok(63, 1, 1));
    assert!(!ok(60, 8, 4) && !ok(64, 1, 1) && !ok(65, 0, 1));
    assert!(!ok(2, 4, 4) && !ok(4, 8, 8) && !ok(1, 2, 2) && ok(1, 2, 1));
    assert!(!ok(usize::MAX, 2, 1) && !ok(usize::MAX - 7, 8, 8));
}

/// Writes a response to GET_DISPLAY_INFO with one scanout set.
fn display_info(scanout: usize, rect: Rect, enabled: u32) -> Ram<'static> {
    let ram = Ram::scattered(1);
    ram.write_bytes(0, &[0; 408]).unwrap();
    let words = [rect.x, rect.y, rect.width, rect.height, enabled];
    for (i, word) in words.into_iter().enumerate() {
        ram.write_u32(24 + 24 * scanout + 4 * i, word).unwrap();
    }
    ram
}

#[test]
fn a_scanouts_rectangle_is_handed_out_as_the_host_has_it() {
    let rect = |x, y, width, height| Rect {
        x,
        y,
        width,
        height,
    };
    for any in [
        rect(0, 0, 1, 1),
        rect(u32::MAX - MAX_EXTENT, 7, MAX_EXTENT, MAX_EXTENT),
        rect(0, 0, 0, 0),
        rect(0, 0, 1, u32::MAX),
        rect(u32::MAX, u32::MAX, 1, 1),
    ] {
        let info = DisplayInfo::read(&display_info(3, any, 1), 0, 4).unwrap();
        assert_eq!(info.scanouts[3], Some(any));
        assert_eq!(info.scanouts.iter().flatten().count(), 1);
        // Disabled, or one the device says it does not have.
        let nothing = Ok(DisplayInfo::default());
        assert_eq!(DisplayInfo::read(&display_info(3, any, 0), 0, 4), nothing);
        assert_eq!(DisplayInfo::read(&display_info(3, any, 1), 0, 3), nothing);
    }
    let ram = Ram::scattered(1);
    assert!(DisplayInfo::read(&ram, PAGE - 407, 1).is_err());
}
