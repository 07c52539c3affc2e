//! The request channel on COM2: requests of user mode from outside QEMU, and the answer to "is this the picture?".

use alloc::vec;
use alloc::vec::Vec;

use ioctl::frame::{AnswerFrame, RequestFrame};
use port::summary::Verdict;

use super::user;
use crate::abi::{NTSTATUS, STATUS_INVALID_PARAMETER};
use crate::cpu::{idle, watchdog};
use crate::devices::clock::{self, PERFORMANCE_HZ};
use crate::devices::serial::COM2;
use crate::log;
use crate::request::{Event, Parser};

/// The control device, as user mode names it.
pub const CONTROL_DEVICE: &str = "\\??\\VgpuDod";
/// Time between two looks at the port, in 100 ns.
const PAUSE: u64 = PERFORMANCE_HZ / 1000;
/// How long the rest of a request that has begun may take, in 100 ns.
const PATIENCE: u64 = 5 * PERFORMANCE_HZ;

/// The channel's state between bytes.
#[derive(Debug, Default)]
pub struct Channel {
    parser: Parser,
    /// Requests served.
    pub served: u64,
}

impl Channel {
    /// Serves the requests that have arrived, and returns the first other event, if there is one.
    fn next(&mut self) -> Option<Event> {
        while let Some(byte) = COM2.receive() {
            watchdog::progress();
            match self.parser.take(byte) {
                None => {}
                Some(Event::TooLong(sequence)) => send(sequence, STATUS_INVALID_PARAMETER, &[]),
                Some(Event::Request(request)) => self.serve(&request),
                Some(event) => return Some(event),
            }
        }
        None
    }

    /// Serves what has arrived, and returns; true if the word to go on was there. PASSIVE_LEVEL.
    pub fn poll(&mut self) -> bool {
        self.next() == Some(Event::GoOn)
    }

    /// Serves requests for `seconds`, or until told to go on; returns whether it was. PASSIVE_LEVEL.
    pub fn wait(&mut self, seconds: u32) -> bool {
        let end = clock::since_start() + u64::from(seconds) * PERFORMANCE_HZ;
        while clock::since_start() < end {
            if self.poll() {
                return true;
            }
            pause();
        }
        false
    }

    /// Waits for the word on the picture: [`GO_ON`](ioctl::frame::GO_ON) says that it is the expected one, [`OTHER_PICTURE`](crate::request::OTHER_PICTURE) and two numbers of
    /// 32 bits where it first differs. Requests are served meanwhile. PASSIVE_LEVEL.
    pub fn verdict(&mut self, seconds: u32) -> Verdict {
        let end = clock::since_start() + u64::from(seconds) * PERFORMANCE_HZ;
        while clock::since_start() < end {
            match self.next() {
                Some(Event::GoOn) => return Verdict::Match,
                Some(Event::OtherPicture) => {
                    let place = receive(8).unwrap_or_default();
                    let word = |at: usize| {
                        place.get(at..at + 4).map_or(0, |bytes| {
                            u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
                        })
                    };
                    return Verdict::Mismatch(word(0), word(4));
                }
                _ => {
                    pause();
                }
            }
        }
        Verdict::Unknown
    }

    fn serve(&mut self, request: &RequestFrame) {
        let Some(input) = receive(request.input as usize) else {
            log!("request {}: its input did not arrive", request.sequence);
            return;
        };
        let (status, output) = control(request.code, &input, request.output as usize);
        send(request.sequence, status, &output);
        self.served += 1;
    }
}

/// Lets a little time pass; the wait for the world outside is no hang.
fn pause() {
    watchdog::progress();
    idle::sleep(Some(clock::since_start() + PAUSE));
}

fn receive(length: usize) -> Option<Vec<u8>> {
    let end = clock::since_start() + PATIENCE;
    let mut bytes = vec![0; length];
    for place in &mut bytes {
        *place = loop {
            if let Some(byte) = COM2.receive() {
                break byte;
            }
            if clock::since_start() > end {
                return None;
            }
        };
    }
    Some(bytes)
}

fn send(sequence: u32, status: NTSTATUS, output: &[u8]) {
    let answer = AnswerFrame {
        sequence,
        status,
        information: output.len() as u32,
    };
    answer
        .to_bytes()
        .iter()
        .chain(output)
        .for_each(|&byte| COM2.send(byte));
}

/// A request of user mode: opens the control device, asks, closes it. PASSIVE_LEVEL.
pub fn control(code: u32, input: &[u8], output: usize) -> (NTSTATUS, Vec<u8>) {
    match user::open(CONTROL_DEVICE) {
        Ok(device) => {
            let answer = device.control(code, input, output);
            device.close();
            answer
        }
        Err(status) => (status, Vec::new()),
    }
}
