//! Bad requests to the control device: each gets its status, no output, and changes nothing.

use core::mem::size_of;
use core::sync::atomic::{AtomicU64, Ordering};

use ioctl::{Exercise, Header, MAX_BUFFER, MAX_ROUNDS, Operation, Request, Statistics};
use zerocopy::{FromBytes, IntoBytes};

use super::channel::control;
use crate::abi::{NTSTATUS, STATUS_INVALID_DEVICE_REQUEST, STATUS_INVALID_PARAMETER, nt_success};
use crate::log;

/// Requests made.
pub static ASKED: AtomicU64 = AtomicU64::new(0);
/// Those that were not answered as they should.
pub static WRONG: AtomicU64 = AtomicU64::new(0);

const STATUS_BUFFER_TOO_SMALL: NTSTATUS = 0xC000_0023_u32 as i32;
const ANSWER: usize = size_of::<Statistics>();

/// The request for statistics of the first adapter.
pub fn request() -> Header {
    Request::new(Operation::Statistics, 0).header()
}

fn statistics() -> Option<Statistics> {
    let header = request();
    let (status, output) = control(header.code, header.as_bytes(), ANSWER);
    if nt_success(status) {
        Statistics::read_from_bytes(&output).ok()
    } else {
        None
    }
}

fn probe(what: &str, code: u32, input: &[u8], output: usize, expected: NTSTATUS) {
    ASKED.fetch_add(1, Ordering::Relaxed);
    let (status, answer) = control(code, input, output);
    if status != expected || !answer.is_empty() {
        WRONG.fetch_add(1, Ordering::Relaxed);
        log!(
            "request with {what}: {status:#x} with {} bytes instead of {expected:#x}",
            answer.len()
        );
    }
}

/// Makes the bad requests. The adapter is started and has nothing to do. PASSIVE_LEVEL.
pub fn run() {
    let before = statistics();
    let good = request();
    let bytes = good.as_bytes();
    let header = |change: fn(&mut Header)| {
        let mut header = good;
        change(&mut header);
        header
    };
    probe("no input", good.code, &[], ANSWER, STATUS_BUFFER_TOO_SMALL);
    probe(
        "half a header",
        good.code,
        &bytes[..8],
        ANSWER,
        STATUS_BUFFER_TOO_SMALL,
    );
    probe(
        "no output buffer",
        good.code,
        bytes,
        0,
        STATUS_BUFFER_TOO_SMALL,
    );
    probe(
        "an output buffer a byte short",
        good.code,
        bytes,
        ANSWER - 1,
        STATUS_BUFFER_TOO_SMALL,
    );
    probe(
        "a huge output buffer",
        good.code,
        bytes,
        MAX_BUFFER + 1,
        STATUS_INVALID_PARAMETER,
    );
    probe(
        "a huge input",
        good.code,
        &[0; 5000],
        ANSWER,
        STATUS_INVALID_PARAMETER,
    );
    probe(
        "another size",
        good.code,
        header(|one| one.size = 8).as_bytes(),
        ANSWER,
        STATUS_INVALID_PARAMETER,
    );
    probe(
        "version 0",
        good.code,
        header(|one| one.version = 0).as_bytes(),
        ANSWER,
        STATUS_INVALID_PARAMETER,
    );
    probe(
        "another code inside",
        good.code,
        header(|one| one.code ^= 4).as_bytes(),
        ANSWER,
        STATUS_INVALID_PARAMETER,
    );
    probe(
        "an unknown code",
        good.code + 0x400,
        bytes,
        ANSWER,
        STATUS_INVALID_DEVICE_REQUEST,
    );
    // The input is all the buffer that these methods have: a driver that takes the output's length for the buffer's
    // overruns it.
    for (what, method) in [
        ("METHOD_IN_DIRECT", 1),
        ("METHOD_OUT_DIRECT", 2),
        ("METHOD_NEITHER", 3),
    ] {
        probe(
            what,
            good.code | method,
            bytes,
            ANSWER,
            STATUS_INVALID_DEVICE_REQUEST,
        );
    }
    let excessive = Request::exercise(0, MAX_ROUNDS + 1).message();
    probe(
        "more rounds than allowed",
        excessive.header.code,
        excessive.as_bytes(),
        size_of::<Exercise>(),
        STATUS_INVALID_PARAMETER,
    );
    let after = statistics();
    let unchanged = before.zip(after).is_some_and(|(before, after)| {
        before
            .counters()
            .zip(after.counters())
            // The snapshots themselves are such calls.
            .filter(|((name, _), _)| *name != "synchronized_calls")
            .all(|(before, after)| before == after)
    });
    if !unchanged {
        WRONG.fetch_add(1, Ordering::Relaxed);
        log!("bad requests changed the statistics: {before:?}, {after:?}");
    }
}
