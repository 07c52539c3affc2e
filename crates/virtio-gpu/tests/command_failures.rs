//! What a batch reports when the device refuses, answers wrongly, breaks the queue's rules, or is reset.

mod common;

use common::Ram;
use common::gpu::{BOTH, DATA, NOTHING, OK, PAGES, PLACE, frame, header, obey, set_up, take_all};
use virtio_gpu::commands::{
    Batch, ControlQueue, FailedCommand, Failure, Reason, ReserveError, SubmitError,
};
use virtio_gpu::protocol::{CommandType, GetEdid, ResourceUnref, ResponseType};
use virtio_gpu::queue::DeviceError;

/// Submits two transfers and a flush, lets `answer` make the response to one of them, and returns the outcome.
fn outcome_of(position: usize, answer: impl Fn(&[u8]) -> Vec<u8>) -> Result<(), Failure> {
    let ram = Ram::scattered(PAGES);
    let (mut queue, mut device) = set_up(&ram, 16, NOTHING);
    let mut batch = frame(&mut queue, &ram, 2);
    let _ = queue.submit(&ram, &mut batch, 0).unwrap();
    for (index, chain) in take_all(&mut device, &ram).iter().enumerate() {
        let request = chain.request(&ram);
        let response = if index == position {
            answer(&request)
        } else {
            header(OK, &request)
        };
        device.finish(&ram, chain, &response);
    }
    let done = queue.poll(&ram).unwrap().expect("the batch is complete");
    assert_eq!(queue.poll(&ram), Ok(None));
    assert_eq!(queue.free_slots(), 8, "slots are free whatever came back");
    done.result
}

fn failed(position: u8, command: CommandType, reason: Reason) -> Result<(), Failure> {
    Err(Failure::Command(FailedCommand {
        position,
        command,
        reason,
    }))
}

#[test]
fn every_answer_is_checked() {
    use CommandType::{ResourceFlush, TransferToHost2d};
    assert_eq!(outcome_of(0, |r| header(OK, r)), Ok(()));
    for error in [
        ResponseType::ErrUnspec,
        ResponseType::ErrOutOfMemory,
        ResponseType::ErrInvalidScanoutId,
        ResponseType::ErrInvalidResourceId,
        ResponseType::ErrInvalidContextId,
        ResponseType::ErrInvalidParameter,
    ] {
        assert_eq!(
            outcome_of(1, |r| header(error as u32, r)),
            failed(1, TransferToHost2d, Reason::Refused(error))
        );
    }
    for got in [0, 0x100, 0x1101, 0x1104, 0x1206, u32::MAX] {
        assert_eq!(
            outcome_of(0, |r| header(got, r)),
            failed(0, TransferToHost2d, Reason::WrongType { got })
        );
    }
    for got in [0, 1, 23] {
        assert_eq!(
            outcome_of(2, |r| header(OK, r)[..got as usize].to_vec()),
            failed(2, ResourceFlush, Reason::TooShort { got, needed: 24 })
        );
    }
    let fence = |flags: u8, id: u8| {
        outcome_of(2, move |r| {
            let mut answer = header(OK, r);
            (answer[4], answer[8]) = (flags, id);
            answer
        })
    };
    assert_eq!(fence(1, 1), Ok(()));
    let wrong = |got| failed(2, ResourceFlush, Reason::WrongFence { wanted: 1, got });
    assert_eq!(fence(0, 1), wrong(0));
    assert_eq!(fence(1, 2), wrong(2));
}

#[test]
fn the_first_failure_in_the_batch_is_reported_whatever_the_order() {
    let ram = Ram::scattered(PAGES);
    let (mut queue, mut device) = set_up(&ram, 128, BOTH);
    let mut batch = frame(&mut queue, &ram, 3);
    let _ = queue.submit(&ram, &mut batch, 0).unwrap();
    let chains = take_all(&mut device, &ram);
    for position in [3, 1, 2, 0] {
        assert_eq!(queue.poll(&ram), Ok(None));
        let kind = if position == 0 {
            OK
        } else {
            ResponseType::ErrUnspec as u32 + position as u32
        };
        let response = header(kind, &chains[position].request(&ram));
        device.finish(&ram, &chains[position], &response);
    }
    let refused = Reason::Refused(ResponseType::ErrOutOfMemory);
    assert_eq!(
        queue.poll(&ram).unwrap().unwrap().result,
        failed(1, CommandType::TransferToHost2d, refused)
    );
}

#[test]
fn an_answer_left_over_from_before_does_not_count() {
    let ram = Ram::scattered(PAGES);
    let (mut queue, mut device) = set_up(&ram, 16, BOTH);
    for (answer, expected) in [
        (true, Ok(())),
        (
            false,
            failed(0, CommandType::ResourceUnref, Reason::WrongType { got: 0 }),
        ),
    ] {
        let mut batch = Batch::new();
        queue.reserve(1, &mut batch).unwrap();
        batch.push(&ram, &ResourceUnref::new(1)).unwrap();
        let _ = queue.submit(&ram, &mut batch, 0).unwrap();
        let chain = device.take(&ram).unwrap();
        if answer {
            obey(&mut device, &ram, &chain);
        } else {
            // Claims to have written, and has not.
            device.put(&ram, u32::from(chain.head), 24);
        }
        assert_eq!(queue.poll(&ram).unwrap().unwrap().result, expected);
    }
}

#[test]
fn a_long_answer_cut_short_is_a_failure() {
    let ram = Ram::scattered(PAGES);
    let (mut queue, mut device) = set_up(&ram, 16, BOTH);
    let mut batch = Batch::new();
    queue.reserve(1, &mut batch).unwrap();
    batch
        .push_with_response(&ram, &GetEdid::new(0), DATA, 1056)
        .unwrap();
    let _ = queue.submit(&ram, &mut batch, 0).unwrap();
    let chain = device.take(&ram).unwrap();
    let mut response = header(0x1104, &chain.request(&ram));
    response.resize(1055, 0);
    device.finish(&ram, &chain, &response);
    let short = Reason::TooShort {
        got: 1055,
        needed: 1056,
    };
    assert_eq!(
        queue.poll(&ram).unwrap().unwrap().result,
        failed(0, CommandType::GetEdid, short)
    );
}

#[test]
fn after_a_lie_the_queue_is_down_until_the_reset_and_everything_is_reported() {
    let ram = Ram::scattered(PAGES);
    let (mut queue, mut device) = set_up(&ram, 128, BOTH);
    let mut half = frame(&mut queue, &ram, 3);
    let mut whole = frame(&mut queue, &ram, 0);
    let mut unsent = frame(&mut queue, &ram, 1);
    let first = queue.submit(&ram, &mut half, 10).unwrap().id;
    let second = queue.submit(&ram, &mut whole, 11).unwrap().id;
    let chains = take_all(&mut device, &ram);
    obey(&mut device, &ram, &chains[0]);
    assert_eq!(queue.poll(&ram), Ok(None));
    device.put(&ram, 99, 0);
    let lie = Err(DeviceError::UsedId { id: 99 });
    assert_eq!(queue.poll(&ram), lie);
    // The device corrects itself; nobody believes it any more.
    device.set_used_index(&ram, 1);
    assert_eq!(queue.poll(&ram), lie);
    assert_eq!(queue.down(), lie.err());
    let mut batch = Batch::new();
    assert_eq!(queue.reserve(1, &mut batch), Err(ReserveError::Down));
    assert_eq!(queue.submit(&ram, &mut unsent, 0), Err(SubmitError::Down));

    let mut reported = vec![];
    queue.abandon(|done| reported.push((done.id, done.tag, done.result)));
    let abandoned = Err(Failure::Abandoned);
    assert_eq!(reported, [(first, 10, abandoned), (second, 11, abandoned)]);
    assert_eq!(queue.reserve(1, &mut batch), Err(ReserveError::Down));

    queue.configure(&ram, &PLACE, 128, BOTH).unwrap();
    assert_eq!(queue.free_slots(), 62, "reserved slots are still reserved");
    assert_eq!(queue.submit(&ram, &mut unsent, 0), Err(SubmitError::Stale));
    queue.release(&mut unsent);
    assert_eq!(queue.free_slots(), 64);
    let mut again = frame(&mut queue, &ram, 1);
    assert!(queue.submit(&ram, &mut again, 0).is_ok());
    queue.abandon(|done| assert_eq!(done.tag, 0));
}

#[test]
fn abandoning_reports_the_oldest_first_even_when_ids_have_been_reused() {
    let ram = Ram::scattered(PAGES);
    let (mut queue, mut device) = set_up(&ram, 128, BOTH);
    let submit = |queue: &mut ControlQueue, tag| {
        let mut batch = frame(queue, &ram, 0);
        let _ = queue.submit(&ram, &mut batch, tag).unwrap();
    };
    for tag in 0..6 {
        submit(&mut queue, tag);
    }
    let chains = take_all(&mut device, &ram);
    for index in [0, 1, 3] {
        obey(&mut device, &ram, &chains[index]);
        assert!(queue.poll(&ram).unwrap().is_some());
    }
    // These take the places in the table that came free.
    submit(&mut queue, 6);
    submit(&mut queue, 7);
    let mut tags = vec![];
    queue.abandon(|done| tags.push(done.tag));
    assert_eq!(tags, [2, 4, 5, 6, 7]);
}
