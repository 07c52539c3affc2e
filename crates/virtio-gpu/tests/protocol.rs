//! The layouts against VIRTIO 1.2, 5.7.6: sizes, and where each field's bytes stand.

use std::mem::{offset_of, size_of};
use virtio_gpu::protocol::*;
use virtio_gpu::rect::Rect;

#[test]
fn messages_have_the_sizes_of_the_specification() {
    assert_eq!(size_of::<CtrlHdr>(), 24);
    assert_eq!(size_of::<WireRect>(), 16);
    assert_eq!(size_of::<GetDisplayInfo>(), 24);
    assert_eq!(size_of::<DisplayOne>(), 24);
    assert_eq!(size_of::<RespDisplayInfo>(), 24 + 16 * 24);
    assert_eq!(size_of::<GetEdid>(), 32);
    assert_eq!(size_of::<RespEdid>(), 24 + 8 + 1024);
    assert_eq!(size_of::<ResourceCreate2d>(), 40);
    assert_eq!(size_of::<ResourceUnref>(), 32);
    assert_eq!(size_of::<SetScanout>(), 48);
    assert_eq!(size_of::<ResourceFlush>(), 48);
    assert_eq!(size_of::<TransferToHost2d>(), 56);
    assert_eq!(size_of::<ResourceAttachBacking>(), 32);
    assert_eq!(size_of::<MemEntry>(), 16);
    assert_eq!(size_of::<ResourceDetachBacking>(), 32);
    assert_eq!(size_of::<UpdateCursor>(), 56);
    assert_eq!(size_of::<MoveCursor>(), 56);
}

#[test]
fn header_fields_stand_where_the_specification_puts_them() {
    assert_eq!(offset_of!(CtrlHdr, kind), 0);
    assert_eq!(offset_of!(CtrlHdr, flags), 4);
    assert_eq!(offset_of!(CtrlHdr, fence_id), 8);
    assert_eq!(offset_of!(CtrlHdr, ctx_id), 16);
    assert_eq!(offset_of!(CtrlHdr, ring_idx), 20);
    assert_eq!(offset_of!(RespEdid, size), 24);
    assert_eq!(offset_of!(RespEdid, edid), 32);
    assert_eq!(offset_of!(RespDisplayInfo, pmodes), 24);
    assert_eq!(offset_of!(DisplayOne, enabled), 16);
    assert_eq!(offset_of!(MemEntry, length), 8);
}

/// The 32-bit words of a message behind its header, and its command number.
fn words(message: &impl Request) -> (u32, Vec<u32>) {
    let all: Vec<u32> = message
        .as_bytes()
        .chunks(4)
        .map(|word| u32::from_le_bytes(word.try_into().unwrap()))
        .collect();
    assert!(all[1..6].iter().all(|word| *word == 0), "header not clean");
    (all[0], all[6..].to_vec())
}

const RECT: Rect = Rect {
    x: 11,
    y: 12,
    width: 13,
    height: 14,
};

#[test]
fn commands_put_each_argument_in_its_field() {
    assert_eq!(words(&GetDisplayInfo::new()), (0x100, vec![]));
    assert_eq!(
        words(&ResourceCreate2d::new(7, Format::B8G8R8X8, 640, 480)),
        (0x101, vec![7, 2, 640, 480])
    );
    assert_eq!(words(&ResourceUnref::new(7)), (0x102, vec![7, 0]));
    assert_eq!(
        words(&SetScanout::new(3, 7, RECT)),
        (0x103, vec![11, 12, 13, 14, 3, 7])
    );
    assert_eq!(
        words(&SetScanout::disable(3)),
        (0x103, vec![0, 0, 0, 0, 3, 0])
    );
    assert_eq!(
        words(&ResourceFlush::new(7, RECT)),
        (0x104, vec![11, 12, 13, 14, 7, 0])
    );
    assert_eq!(
        words(&TransferToHost2d::new(7, RECT, 0x1_0000_0002)),
        (0x105, vec![11, 12, 13, 14, 2, 1, 7, 0])
    );
    assert_eq!(
        words(&ResourceAttachBacking::new(7, 9)),
        (0x106, vec![7, 9])
    );
    assert_eq!(words(&ResourceDetachBacking::new(7)), (0x107, vec![7, 0]));
    assert_eq!(words(&GetEdid::new(3)), (0x10a, vec![3, 0]));
    let at = CursorPosition::new(3, -1, 5);
    assert_eq!(
        words(&UpdateCursor::new(7, 8, 9, at)),
        (0x300, vec![3, u32::MAX, 5, 0, 7, 8, 9, 0])
    );
    assert_eq!(
        words(&MoveCursor::new(7, at)),
        (0x301, vec![3, u32::MAX, 5, 0, 7, 0, 0, 0])
    );
}

#[test]
fn the_command_number_in_the_header_is_the_one_the_request_reports() {
    fn check<R: Request>(request: &R) {
        assert_eq!(words(request).0, R::COMMAND as u32);
    }
    check(&GetDisplayInfo::new());
    check(&ResourceCreate2d::new(1, Format::B8G8R8A8, 1, 1));
    check(&ResourceUnref::new(1));
    check(&SetScanout::disable(0));
    check(&ResourceFlush::new(1, RECT));
    check(&TransferToHost2d::new(1, RECT, 0));
    check(&ResourceAttachBacking::new(1, 1));
    check(&ResourceDetachBacking::new(1));
    check(&GetEdid::new(0));
    check(&UpdateCursor::new(1, 0, 0, CursorPosition::default()));
    check(&MoveCursor::new(1, CursorPosition::default()));
}

#[test]
fn responses_are_known_by_number_and_errors_are_told_apart() {
    for response in ResponseType::ALL {
        assert_eq!(ResponseType::from_number(response as u32), Some(response));
        assert_eq!(response.is_error(), response as u32 & 0xff00 == 0x1200);
    }
    for unknown in [0, 0x100, 0x10ff, 0x1107, 0x11ff, 0x1206, u32::MAX] {
        assert_eq!(ResponseType::from_number(unknown), None);
    }
}

#[test]
fn an_edid_longer_than_the_response_is_refused() {
    let mut response = RespEdid::zeroed();
    response.size.set(1024);
    assert_eq!(response.bytes().map(<[u8]>::len), Some(1024));
    response.size.set(1025);
    assert_eq!(response.bytes(), None);
    response.size.set(u32::MAX);
    assert_eq!(response.bytes(), None);
}
