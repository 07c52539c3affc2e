//! Batches of commands: what the device sees, and nothing half done.

mod common;

use common::gpu::{BOTH, DATA, NOTHING, PAGES, PLACE, frame, header, obey, set_up, take_all};
use common::{DeviceQueue, PAGE, Ram};
use virtio_gpu::backing::{EntryList, write_entries};
use virtio_gpu::commands::{
    Batch, ControlQueue, CursorQueue, MAX_BATCH, Place, PushError, ReserveError, SubmitError,
};
use virtio_gpu::memory::{Memory, Segment};
use virtio_gpu::protocol::{
    CursorPosition, DisplayInfo, GetDisplayInfo, MoveCursor, ResourceAttachBacking, ResourceUnref,
};
use virtio_gpu::queue::SetupError;
use virtio_gpu::rect::Rect;

#[test]
fn commands_arrive_in_order_and_the_last_is_fenced() {
    for features in [BOTH, NOTHING] {
        let ram = Ram::scattered(PAGES);
        let (mut queue, mut device) = set_up(&ram, 128, features);
        for round in 1..4u64 {
            let mut batch = frame(&mut queue, &ram, 2);
            let _ = queue.submit(&ram, &mut batch, 0).unwrap();
            let requests: Vec<Vec<u8>> = take_all(&mut device, &ram)
                .iter()
                .inspect(|chain| assert_eq!(chain.room(), 24))
                .map(|chain| chain.request(&ram))
                .collect();
            let kinds: Vec<u32> = requests
                .iter()
                .map(|r| u32::from_le_bytes(r[..4].try_into().unwrap()))
                .collect();
            assert_eq!(kinds, [0x105, 0x105, 0x104]);
            let lengths: Vec<usize> = requests.iter().map(Vec::len).collect();
            assert_eq!(lengths, [56, 56, 48]);
            assert_eq!(requests[0][4..16], [0; 12]);
            assert_eq!(requests[1][4..16], [0; 12]);
            assert_eq!(requests[2][4..8], [1, 0, 0, 0]);
            let fence = u64::from_le_bytes(requests[2][8..16].try_into().unwrap());
            assert_eq!(fence, round, "a fence of its own for each batch");
        }
    }
}

#[test]
fn slots_run_out_and_come_back() {
    let ram = Ram::scattered(PAGES);
    let (mut queue, mut device) = set_up(&ram, 64, NOTHING);
    // Two descriptors a command.
    assert_eq!(queue.free_slots(), 32);
    assert_eq!(queue.max_batch(), 32);
    let mut batches = [const { Batch::new() }; 3];
    queue.reserve(20, &mut batches[0]).unwrap();
    queue.reserve(8, &mut batches[1]).unwrap();
    assert_eq!(
        queue.reserve(5, &mut batches[2]),
        Err(ReserveError::Full { free: 4 })
    );
    assert_eq!(batches[2].reserved(), 0);
    assert_eq!(queue.reserve(1, &mut batches[0]), Err(ReserveError::InUse));
    queue.release(&mut batches[1]);
    assert_eq!(queue.free_slots(), 12);
    queue.release(&mut batches[1]);
    assert_eq!(queue.free_slots(), 12, "released twice");
    for count in [0, MAX_BATCH + 1] {
        assert_eq!(
            queue.reserve(count, &mut batches[1]),
            Err(ReserveError::Count)
        );
    }
    // Twenty reserved, three used: seventeen come back at once, three with the answers.
    for _ in 0..3 {
        batches[0].push(&ram, &ResourceUnref::new(1)).unwrap();
    }
    let _ = queue.submit(&ram, &mut batches[0], 0).unwrap();
    assert_eq!((queue.free_slots(), batches[0].reserved()), (29, 0));
    for chain in take_all(&mut device, &ram) {
        obey(&mut device, &ram, &chain);
    }
    assert!(queue.poll(&ram).unwrap().is_some());
    assert_eq!(queue.free_slots(), 32);
}

#[test]
fn a_batch_takes_no_more_than_was_reserved() {
    let ram = Ram::scattered(PAGES);
    let (mut queue, _) = set_up(&ram, 64, BOTH);
    let mut batch = Batch::new();
    assert_eq!(
        batch.push(&ram, &ResourceUnref::new(1)),
        Err(PushError::Full)
    );
    assert_eq!(queue.submit(&ram, &mut batch, 0), Err(SubmitError::Empty));
    queue.reserve(2, &mut batch).unwrap();
    assert_eq!(queue.submit(&ram, &mut batch, 0), Err(SubmitError::Empty));
    for result in [Ok(()), Ok(()), Err(PushError::Full)] {
        assert_eq!(batch.push(&ram, &ResourceUnref::new(1)), result);
    }
    assert_eq!(batch.len(), 2);
}

#[test]
fn slots_are_never_shared() {
    let ram = Ram::scattered(PAGES);
    let (mut queue, mut device) = set_up(&ram, 128, BOTH);
    let mut batches: Vec<Batch> = (0..8).map(|_| Batch::new()).collect();
    for batch in &mut batches {
        queue.reserve(8, batch).unwrap();
    }
    for (batch, number) in batches.iter_mut().zip(0u32..) {
        for i in 0..8 {
            batch
                .push(&ram, &ResourceUnref::new(number * 8 + i))
                .unwrap();
        }
    }
    for batch in batches.iter_mut().rev() {
        let _ = queue.submit(&ram, batch, 0).unwrap();
    }
    let mut ids: Vec<u8> = take_all(&mut device, &ram)
        .iter()
        .map(|chain| chain.request(&ram)[24])
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, (0..64).collect::<Vec<u8>>());
}

/// A backing whose entries fill `pages` scattered pages, and the list of them.
fn long_list(ram: &Ram, pages: usize) -> EntryList {
    let runs = (0..(pages * PAGE / 16) as u64).map(|i| {
        Ok(Segment {
            address: i * 0x2000,
            len: 0x1000,
        })
    });
    write_entries(ram, DATA, pages * PAGE, runs).unwrap()
}

#[test]
fn entries_follow_the_attach_command() {
    for features in [BOTH, NOTHING] {
        let ram = Ram::scattered(PAGES);
        let (mut queue, mut device) = set_up(&ram, 16, features);
        let list = long_list(&ram, 3);
        assert_eq!(list.entries, 768);
        let mut batch = Batch::new();
        queue.reserve(1, &mut batch).unwrap();
        let attach = ResourceAttachBacking::new(5, list.entries);
        batch.push_with_data(&ram, &attach, &list).unwrap();
        let _ = queue.submit(&ram, &mut batch, 0).unwrap();
        let chain = device.take(&ram).unwrap();
        assert_eq!(chain.descriptors, 5);
        let request = chain.request(&ram);
        assert_eq!(request.len(), 32 + 768 * 16);
        let last = &request[32 + 767 * 16..];
        assert_eq!(last[..8], (767u64 * 0x2000).to_le_bytes());
        assert_eq!(last[8..12], 0x1000u32.to_le_bytes());
        obey(&mut device, &ram, &chain);
        assert_eq!(queue.poll(&ram).unwrap().unwrap().result, Ok(()));
    }
}

#[test]
fn a_batch_that_does_not_fit_leaves_no_trace_and_can_be_tried_again() {
    let ram = Ram::scattered(PAGES);
    let (mut queue, mut device) = set_up(&ram, 8, NOTHING);
    let mut first = frame(&mut queue, &ram, 1);
    let list = long_list(&ram, 3);
    let mut second = Batch::new();
    queue.reserve(2, &mut second).unwrap();
    second.push(&ram, &ResourceUnref::new(9)).unwrap();
    let attach = ResourceAttachBacking::new(5, list.entries);
    second.push_with_data(&ram, &attach, &list).unwrap();
    // Four descriptors, and then two and five: there are eight.
    let _ = queue.submit(&ram, &mut first, 1).unwrap();
    assert_eq!(queue.submit(&ram, &mut second, 2), Err(SubmitError::Full));
    assert_eq!((second.len(), second.reserved()), (2, 2));
    let chains = take_all(&mut device, &ram);
    assert_eq!(chains.len(), 2, "part of the second batch went out");
    for chain in &chains {
        obey(&mut device, &ram, chain);
    }
    assert_eq!(queue.poll(&ram).unwrap().unwrap().tag, 1);
    let _ = queue.submit(&ram, &mut second, 2).unwrap();
    let chains = take_all(&mut device, &ram);
    assert_eq!(chains.len(), 2);
    for chain in &chains {
        obey(&mut device, &ram, chain);
    }
    let done = queue.poll(&ram).unwrap().unwrap();
    assert_eq!((done.tag, done.result), (2, Ok(())));
}

/// The commands around an ATTACH_BACKING in one batch: as many before it and behind it.
fn attach_between(
    queue: &mut ControlQueue,
    ram: &Ram,
    list: &EntryList,
    around: (usize, usize),
) -> Result<(), SubmitError> {
    let mut batch = Batch::new();
    queue.reserve(around.0 + 1 + around.1, &mut batch).unwrap();
    for _ in 0..around.0 {
        batch.push(ram, &ResourceUnref::new(9)).unwrap();
    }
    let attach = ResourceAttachBacking::new(5, list.entries);
    batch.push_with_data(ram, &attach, list).unwrap();
    for _ in 0..around.1 {
        batch.push(ram, &ResourceUnref::new(9)).unwrap();
    }
    let submitted = queue.submit(ram, &mut batch, 7).map(|_| ());
    if submitted.is_err() {
        queue.release(&mut batch);
    }
    submitted
}

#[test]
fn a_list_of_any_length_fits_with_any_other_commands_of_its_batch() {
    // The longest list is of 64 pages, which here are all apart; the table is in the page behind them.
    const LIST_PAGES: usize = 64;
    let table = DATA + LIST_PAGES * PAGE;
    let ram = Ram::scattered(DATA / PAGE + LIST_PAGES + 1);
    let indirect = BOTH;
    for size in [16u16, 64] {
        for (features, has_table) in [(indirect, true), (indirect, false), (NOTHING, true)] {
            // Around every boundary of both sizes, and the longest list.
            for pieces in [1, 7, 8, 12, 13, 14, 15, 56, 57, 58, 60, 61, 62, 63, 64] {
                for around in [(0, 0), (1, 1), (0, 2), (5, 2)] {
                    let (mut queue, mut device) = set_up(&ram, size, features);
                    // What the entries say does not matter here.
                    let bytes = pieces * PAGE;
                    let list = EntryList {
                        offset: DATA,
                        len: bytes as u32,
                        entries: bytes as u32 / 16,
                        table: None,
                    };
                    let list = if has_table {
                        list.with_table(table)
                    } else {
                        list
                    };
                    let others = around.0 + around.1;
                    // The command, the pieces, the response; and what the others take of the ring.
                    let chain = pieces + 2;
                    let in_ring = match (features == indirect, has_table) {
                        (true, true) => 1 + others,
                        (true, false) => chain + others,
                        (false, _) => chain + 2 * others,
                    };
                    let size = usize::from(size);
                    let fits = chain <= size && in_ring <= size;
                    let submitted = attach_between(&mut queue, &ram, &list, around);
                    let what = format!("{size} {features:?} {has_table} {pieces} {around:?}");
                    assert_eq!(submitted.is_ok(), fits, "{what}: {submitted:?}");
                    let chains = take_all(&mut device, &ram);
                    assert_eq!(chains.len(), if fits { others + 1 } else { 0 }, "{what}");
                    if fits {
                        let sent = usize::from(chains[around.0].descriptors);
                        let one = features == indirect && has_table;
                        assert_eq!(sent, if one { 1 } else { chain }, "{what}");
                        for chain in &chains {
                            obey(&mut device, &ram, chain);
                        }
                        let done = queue.poll(&ram).unwrap().unwrap();
                        assert_eq!((done.tag, done.result), (7, Ok(())), "{what}");
                    } else {
                        assert!(queue.is_idle(), "{what}");
                    }
                }
            }
        }
    }
}

#[test]
fn data_in_more_pieces_than_the_ring_has_descriptors_is_refused() {
    let ram = Ram::scattered(PAGES);
    let (mut queue, mut device) = set_up(&ram, 4, BOTH);
    let list = long_list(&ram, 3);
    let mut batch = Batch::new();
    queue.reserve(1, &mut batch).unwrap();
    let attach = ResourceAttachBacking::new(5, list.entries);
    batch.push_with_data(&ram, &attach, &list).unwrap();
    assert_eq!(
        queue.submit(&ram, &mut batch, 0),
        Err(SubmitError::TooScattered)
    );
    assert_eq!(device.take(&ram), None);
    queue.release(&mut batch);
    assert_eq!(queue.free_slots(), 4);
}

#[test]
fn a_long_answer_goes_where_it_is_wanted() {
    for features in [BOTH, NOTHING] {
        let ram = Ram::scattered(PAGES);
        let (mut queue, mut device) = set_up(&ram, 16, features);
        let mut batch = Batch::new();
        queue.reserve(1, &mut batch).unwrap();
        let ask = GetDisplayInfo::new();
        assert_eq!(
            batch.push(&ram, &ask),
            Err(PushError::ResponseRoom { needed: 408 })
        );
        assert_eq!(
            batch.push_with_response(&ram, &ask, DATA, 407),
            Err(PushError::ResponseRoom { needed: 408 })
        );
        // Across a page boundary.
        let place = DATA + PAGE - 40;
        batch.push_with_response(&ram, &ask, place, 408).unwrap();
        let _ = queue.submit(&ram, &mut batch, 0).unwrap();
        let chain = device.take(&ram).unwrap();
        assert_eq!(chain.writable.len(), 2);
        let mut response = header(0x1101, &chain.request(&ram));
        response.resize(408, 0);
        response[24 + 8..24 + 17].copy_from_slice(&[0x40, 6, 0, 0, 0xb0, 4, 0, 0, 1]);
        device.finish(&ram, &chain, &response);
        assert_eq!(queue.poll(&ram).unwrap().unwrap().result, Ok(()));
        let info = DisplayInfo::read(&ram, place, 1).unwrap();
        assert_eq!(info.scanouts[0], Some(Rect::of_size(1600, 1200)));
        assert!(info.scanouts[1..].iter().all(Option::is_none));
    }
}

#[test]
fn the_cursor_queue_expects_no_answer() {
    let ram = Ram::scattered(PAGES);
    let mut queue = CursorQueue::new();
    let addresses = queue.configure(&ram, &PLACE, 16, BOTH).unwrap();
    let mut device = DeviceQueue::new(addresses, BOTH);
    for tag in 0..100 {
        let mut batch = Batch::new();
        queue.reserve(1, &mut batch).unwrap();
        batch
            .push(&ram, &MoveCursor::new(1, CursorPosition::new(0, 5, 6)))
            .unwrap();
        let _ = queue.submit(&ram, &mut batch, tag).unwrap();
        let chain = device.take(&ram).unwrap();
        assert_eq!((chain.room(), chain.descriptors), (0, 1));
        assert_eq!(chain.request(&ram)[4], 0, "nothing to fence");
        device.finish(&ram, &chain, &[]);
        let done = queue.poll(&ram).unwrap().unwrap();
        assert_eq!((done.tag, done.result), (tag, Ok(())));
    }
}

#[test]
fn at_most_sixteen_batches_are_outstanding() {
    let ram = Ram::scattered(PAGES);
    let (mut queue, mut device) = set_up(&ram, 128, BOTH);
    let submit = |queue: &mut ControlQueue, batch: &mut Batch, tag| {
        if batch.is_empty() {
            queue.reserve(1, batch).unwrap();
            batch.push(&ram, &ResourceUnref::new(1)).unwrap();
        }
        queue.submit(&ram, batch, tag).map(|_| ())
    };
    let mut batch = Batch::new();
    for tag in 0..16 {
        submit(&mut queue, &mut batch, tag).unwrap();
    }
    assert_eq!(submit(&mut queue, &mut batch, 16), Err(SubmitError::Full));
    // The device may use them in any order.
    let chains = take_all(&mut device, &ram);
    obey(&mut device, &ram, &chains[7]);
    assert_eq!(queue.poll(&ram).unwrap().unwrap().tag, 7);
    assert_eq!(submit(&mut queue, &mut batch, 16), Ok(()));
}

#[test]
fn a_batch_of_another_queue_is_refused() {
    let ram = Ram::scattered(2 * PAGES);
    let (mut one, _) = set_up(&ram, 16, BOTH);
    let mut other = ControlQueue::new();
    let place = Place {
        rings: PAGES * PAGE,
        slots: (PAGES + 2) * PAGE,
    };
    other.configure(&ram, &place, 16, BOTH).unwrap();
    let mut batch = frame(&mut one, &ram, 1);
    let _mine = frame(&mut other, &ram, 1);
    assert_eq!(other.submit(&ram, &mut batch, 0), Err(SubmitError::Stale));
}

#[test]
fn places_for_slots_that_do_not_do_are_refused() {
    let ram = Ram::scattered(PAGES);
    let mut queue = ControlQueue::new();
    let mut try_place = |slots, size| {
        let place = Place { rings: 0, slots };
        let result = queue.configure(&ram, &place, size, NOTHING).map(|_| ());
        if result.is_err() {
            let reserved = queue.reserve(1, &mut Batch::new());
            assert_eq!(reserved, Err(ReserveError::Down));
        }
        result
    };
    assert_eq!(try_place(2 * PAGE, 64), Ok(()));
    assert_eq!(
        try_place(2 * PAGE, 1),
        Err(SetupError::TooSmall { size: 1 })
    );
    assert!(matches!(
        try_place(2 * PAGE + 8, 64),
        Err(SetupError::Misaligned { .. })
    ));
    // Some slot would cross into a page that is elsewhere.
    assert!(matches!(
        try_place(2 * PAGE + 64, 128),
        Err(SetupError::Access(_))
    ));
    assert!(matches!(
        try_place((PAGES - 1) * PAGE, 128),
        Err(SetupError::Access(_))
    ));
}

#[test]
fn memory_that_fails_while_submitting_leaves_the_batch_as_it_was() {
    let ram = Ram::scattered(PAGES);
    let (mut queue, mut device) = set_up(&ram, 128, NOTHING);
    let whole = ram.len();
    let mut batch = frame(&mut queue, &ram, 3);
    for end in [
        0,
        2,
        512,
        2048,
        2060,
        2 * PAGE,
        2 * PAGE + 200,
        2 * PAGE + 300,
    ] {
        ram.end.set(end);
        assert!(matches!(
            queue.submit(&ram, &mut batch, 0),
            Err(SubmitError::Access(_))
        ));
        assert_eq!((batch.len(), batch.reserved()), (4, 4));
    }
    ram.end.set(whole);
    let _ = queue.submit(&ram, &mut batch, 0).unwrap();
    assert_eq!(take_all(&mut device, &ram).len(), 4);
}
