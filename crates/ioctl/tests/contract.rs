//! The contract as both sides see it: codes, layouts, and requests with every kind of wrong length.

use ioctl::{
    Error, Exercise, ExerciseRequest, Header, MAX_BUFFER, MAX_ROUNDS, Operation, Request, Response,
    Statistics, VERSION, VersionAndIdentity,
};
use std::mem::offset_of;
use zerocopy::IntoBytes;

const STATUS_INVALID_PARAMETER: i32 = 0xC000_000D_u32.cast_signed();
const STATUS_INVALID_DEVICE_REQUEST: i32 = 0xC000_0010_u32.cast_signed();
const STATUS_BUFFER_TOO_SMALL: i32 = 0xC000_0023_u32.cast_signed();

fn good(operation: Operation) -> Vec<u8> {
    Request::new(operation, 3).message().as_bytes()[..operation.request_len()].to_vec()
}

fn status(code: u32, input: &[u8], output_len: usize) -> i32 {
    Request::parse(code, input, output_len).map_or_else(Error::status, |_| 0)
}

#[test]
fn codes_are_a_vendors_own_buffered_and_ask_for_access() {
    for operation in Operation::ALL {
        let code = operation.code();
        assert!(code >> 16 >= 0x8000, "device types below are Microsoft's");
        assert!(
            code >> 2 & 0xFFF >= 0x800,
            "functions below are Microsoft's"
        );
        assert_eq!(code & 3, 0, "METHOD_BUFFERED");
        assert_ne!(code >> 14 & 3, 0, "FILE_ANY_ACCESS");
        assert_eq!(Operation::from_code(code), Some(operation));
    }
    assert_eq!(Operation::VersionAndIdentity.code(), 0x8A67_6000);
    assert_eq!(Operation::Statistics.code(), 0x8A67_6004);
    assert_eq!(Operation::Exercise.code(), 0x8A67_E008);
}

#[test]
fn layouts_of_version_1_stay_as_they_are() {
    assert_eq!(VERSION, 1);
    assert_eq!(size_of::<Header>(), 16);
    assert_eq!(size_of::<VersionAndIdentity>(), 112);
    assert_eq!(offset_of!(VersionAndIdentity, driver_version), 16);
    assert_eq!(offset_of!(VersionAndIdentity, features), 32);
    assert_eq!(offset_of!(VersionAndIdentity, vendor_id), 40);
    assert_eq!(offset_of!(VersionAndIdentity, revision), 48);
    assert_eq!(offset_of!(VersionAndIdentity, source_messages), 64);
    assert_eq!(offset_of!(VersionAndIdentity, preferred_height), 108);
    assert_eq!(size_of::<Statistics>(), 16 + 21 * 8 + 2 * 8 * 8);
    assert_eq!(offset_of!(Statistics, frames_submitted), 16);
    assert_eq!(offset_of!(Statistics, mode_sets), 16 + 20 * 8);
    assert_eq!(offset_of!(Statistics, source_interrupts), 16 + 21 * 8);
    assert_eq!(size_of::<ExerciseRequest>(), 24);
    assert_eq!(offset_of!(ExerciseRequest, rounds), 16);
    assert_eq!(size_of::<Exercise>(), 16 + 5 * 8 * 8);
    assert_eq!(offset_of!(Exercise, ran), 16);
    assert_eq!(offset_of!(Exercise, total_torn), 16 + 4 * 8 * 8);
}

#[test]
fn a_good_request_is_understood() {
    for operation in Operation::ALL {
        let parsed = Request::parse(operation.code(), &good(operation), operation.response_len());
        assert_eq!(parsed, Ok(Request::new(operation, 3)));
        let mut escape = good(operation);
        escape.resize(operation.response_len(), 0xEE);
        if operation.acts() {
            assert_eq!(Request::parse_escape(&escape), Err(Error::NotThisWay));
        } else {
            assert_eq!(Request::parse_escape(&escape), parsed);
        }
    }
}

#[test]
fn more_rounds_than_are_allowed_are_refused() {
    let ask = |rounds| {
        let request = Request::exercise(0, rounds).message();
        Request::parse(request.header.code, request.as_bytes(), MAX_BUFFER)
    };
    assert_eq!(ask(MAX_ROUNDS), Ok(Request::exercise(0, MAX_ROUNDS)));
    for rounds in [MAX_ROUNDS + 1, u32::MAX] {
        let refused = ask(rounds).expect_err("too many");
        assert_eq!(refused.status(), STATUS_INVALID_PARAMETER);
        assert!(refused.to_string().contains(&rounds.to_string()));
    }
}

/// The distance of the lengths tried above the shortest right one: all, except where Miri, which is slow, runs this.
const LENGTHS: usize = if cfg!(miri) { 97 } else { 1 };

#[test]
fn every_wrong_length_has_its_status() {
    for operation in Operation::ALL {
        let (code, input) = (operation.code(), good(operation));
        for len in 0..input.len() {
            assert_eq!(status(code, &input[..len], 4096), STATUS_BUFFER_TOO_SMALL);
            let escape = Request::parse_escape(&input[..len]).map_err(Error::status);
            let enough = operation.acts() && len >= size_of::<Header>();
            assert_eq!(
                escape,
                Err(if enough {
                    STATUS_INVALID_PARAMETER
                } else {
                    STATUS_BUFFER_TOO_SMALL
                })
            );
        }
        for len in 0..operation.response_len() {
            assert_eq!(status(code, &input, len), STATUS_BUFFER_TOO_SMALL);
        }
        for len in (operation.response_len()..=MAX_BUFFER).step_by(LENGTHS) {
            assert_eq!(status(code, &input, len), 0);
        }
        for len in [MAX_BUFFER + 1, u32::MAX as usize, usize::MAX] {
            assert_eq!(status(code, &input, len), STATUS_INVALID_PARAMETER);
        }
        for more in [1, 4096, 1 << 20] {
            let mut input = input.clone();
            input.resize(input.len() + more, 0);
            assert_eq!(status(code, &input, 4096), STATUS_INVALID_PARAMETER);
        }
    }
}

/// The distance of the codes tried. It has no factor of two, so that all low bits are seen. Miri has time for a few hundred.
const STEP: usize = if cfg!(miri) { 0x101_0001 } else { 0x1_0001 };

#[test]
fn every_code_that_is_not_ours_is_refused_before_its_buffers_are_looked_at() {
    for code in
        (0..=u32::MAX)
            .step_by(STEP)
            .chain([0x8A67_2000, 0x8A67_6001, 0x8A67_6008, 0x8A67_A008])
    {
        if Operation::from_code(code).is_none() {
            assert_eq!(status(code, &[], 0), STATUS_INVALID_DEVICE_REQUEST);
        }
    }
}

#[test]
fn a_header_that_contradicts_its_request_is_refused() {
    let code = Operation::Statistics.code();
    let right = Request::new(Operation::Statistics, 0).header();
    let wrong = [
        Header { size: 0, ..right },
        Header { size: 15, ..right },
        Header {
            size: u32::MAX,
            ..right
        },
        Header {
            version: 0,
            ..right
        },
        Header {
            code: Operation::VersionAndIdentity.code(),
            ..right
        },
    ];
    for header in wrong {
        assert_eq!(
            status(code, header.as_bytes(), 4096),
            STATUS_INVALID_PARAMETER
        );
    }
}

#[test]
fn a_newer_sender_is_answered_in_the_version_known_here() {
    let header = Header {
        version: 9,
        ..Request::new(Operation::Statistics, 0).header()
    };
    let request = Request::parse(header.code, header.as_bytes(), 4096).expect("accepted");
    assert_eq!(Statistics::empty(&request).header.version, VERSION);
}

#[test]
fn an_answer_goes_there_and_back() {
    let request = Request::new(Operation::Statistics, 2);
    let mut answer = Statistics::empty(&request);
    answer.frames_submitted = 300;
    answer.source_interrupts[1] = 299;
    let mut output = [0xEE; 1000];
    let length = answer.write(&mut output).expect("it fits");
    assert!(output[length..].iter().all(|byte| *byte == 0xEE));
    let read = Statistics::read(&output[..length]).expect("it is one");
    assert_eq!(read, answer);
    assert!(
        read.counters()
            .any(|counter| counter == ("frames_submitted", 300))
    );
    assert!(answer.write(&mut [0; 100]).is_err());
}

#[test]
fn bytes_that_are_no_answer_are_refused() {
    let answer = Statistics::empty(&Request::new(Operation::Statistics, 0));
    let mut output = vec![0; size_of::<Statistics>()];
    answer.write(&mut output).expect("it fits");
    for len in 0..output.len() {
        assert!(Statistics::read(&output[..len]).is_err());
    }
    assert!(VersionAndIdentity::read(&output).is_err());
    for (at, byte) in [(0, 1), (1, 0xFF), (4, 0), (8, 0)] {
        let mut bad = output.clone();
        bad[at] = byte;
        assert!(Statistics::read(&bad).is_err(), "byte {at} set to {byte}");
    }
}

/// A generator of numbers for inputs that nobody would think of (xorshift64*).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }
}

/// How many arbitrary requests are made. Miri runs a few hundred times slower than the processor.
const REQUESTS: u32 = if cfg!(miri) { 300 } else { 200_000 };

/// Whatever comes in, what is accepted is exactly what the contract describes.
#[test]
fn arbitrary_bytes_are_accepted_only_if_they_are_a_request() {
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    let mut accepted = 0;
    for _ in 0..REQUESTS {
        let operation = Operation::ALL[numbers.next() as usize % Operation::ALL.len()];
        let mut input = good(operation);
        // Up to three bytes are changed, and the length now and then.
        for _ in 0..numbers.next() % 4 {
            let at = numbers.next() as usize % input.len();
            input[at] = [0, 1, 2, 16, 0x60, 0xFF][numbers.next() as usize % 6];
        }
        if numbers.next().is_multiple_of(4) {
            input.resize(numbers.next() as usize % 40, 0);
        }
        let output_len = numbers.next() as usize % 5000;
        let parsed = Request::parse(operation.code(), &input, output_len);
        let word = |at: usize| {
            input
                .get(at..at + 4)
                .map(|bytes| u32::from_le_bytes(bytes.try_into().expect("four")))
        };
        let length = operation.request_len();
        let is_request = input.len() == length
            && word(0) == Some(length as u32)
            && (!operation.acts() || word(16).is_some_and(|rounds| rounds <= MAX_ROUNDS))
            && word(4) != Some(0)
            && word(8) == Some(operation.code())
            && (operation.response_len()..=MAX_BUFFER).contains(&output_len);
        assert_eq!(parsed.is_ok(), is_request, "{input:x?} {output_len}");
        accepted += u32::from(is_request);
    }
    assert!(
        accepted > REQUESTS / 20,
        "the generator makes too few good requests"
    );
}
