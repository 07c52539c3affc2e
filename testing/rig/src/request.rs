//! The request channel on the second serial port: how user mode reaches the driver's control device from outside QEMU.
//!
//! All numbers are little-endian. A request is `b"VGRQ"`, `sequence: u32`, `control_code: u32`, `input: u32` and
//! `output: u32` (lengths in bytes), then `input` bytes. The answer is `b"VGRS"`, the same `sequence`, `status: i32` (the
//! NTSTATUS of the IRP), `information: u32`, then `information` bytes of output. A lone `b'G'` between requests
//! means "go on": it ends the serving of requests, and says that the screen shows the expected picture. `b'N'`, then `x: u32`
//! and `y: u32`, says that the screen differs there. Anything else is skipped.

/// First bytes of a request.
pub const REQUEST_MAGIC: [u8; 4] = *b"VGRQ";
/// First bytes of an answer.
pub const ANSWER_MAGIC: [u8; 4] = *b"VGRS";
/// The byte that says "go on".
pub const GO_ON: u8 = b'G';
/// The byte that says "the screen shows another picture"; two numbers follow it.
pub const OTHER_PICTURE: u8 = b'N';
/// Bytes of a request before its input.
pub const REQUEST_HEADER: usize = 20;
/// Bytes of an answer before its output.
pub const ANSWER_HEADER: usize = 16;
/// Most bytes of input or output: what user mode may ask for is the driver's to judge, but a frame must end.
pub const MOST_BYTES: u32 = 1 << 20;

/// The fixed part of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// Comes back in the answer.
    pub sequence: u32,
    /// IOCTL code.
    pub control_code: u32,
    /// Bytes of input that follow.
    pub input: u32,
    /// Bytes of the caller's output buffer.
    pub output: u32,
}

/// What a byte completed, see [`Parser::take`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A request's header; its `input` bytes come next on the channel.
    Request(Request),
    /// "Go on".
    GoOn,
    /// "The screen shows another picture"; where, comes next on the channel.
    OtherPicture,
    /// A request whose lengths are above [`MOST_BYTES`], with its sequence number: to be refused, nothing follows it.
    TooLong(u32),
}

/// Finds requests in a stream of bytes.
#[derive(Clone, Debug, Default)]
pub struct Parser {
    header: [u8; REQUEST_HEADER],
    length: usize,
}

impl Parser {
    /// Takes the next byte.
    pub fn take(&mut self, byte: u8) -> Option<Event> {
        if self.length < REQUEST_MAGIC.len() && byte != REQUEST_MAGIC[self.length] {
            // A broken magic may itself be the start of one: its first letter occurs once.
            let between = self.length == 0;
            self.length = 0;
            if byte == REQUEST_MAGIC[0] {
                self.header[0] = byte;
                self.length = 1;
            }
            return match byte {
                GO_ON if between => Some(Event::GoOn),
                OTHER_PICTURE if between => Some(Event::OtherPicture),
                _ => None,
            };
        }
        self.header[self.length] = byte;
        self.length += 1;
        if self.length < REQUEST_HEADER {
            return None;
        }
        self.length = 0;
        let word = |at: usize| {
            u32::from_le_bytes([
                self.header[at],
                self.header[at + 1],
                self.header[at + 2],
                self.header[at + 3],
            ])
        };
        let request = Request {
            sequence: word(4),
            control_code: word(8),
            input: word(12),
            output: word(16),
        };
        if request.input > MOST_BYTES || request.output > MOST_BYTES {
            return Some(Event::TooLong(request.sequence));
        }
        Some(Event::Request(request))
    }
}

/// The fixed part of an answer.
pub fn answer(sequence: u32, status: i32, information: u32) -> [u8; ANSWER_HEADER] {
    let mut bytes = [0; ANSWER_HEADER];
    bytes[..4].copy_from_slice(&ANSWER_MAGIC);
    bytes[4..8].copy_from_slice(&sequence.to_le_bytes());
    bytes[8..12].copy_from_slice(&status.to_le_bytes());
    bytes[12..].copy_from_slice(&information.to_le_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(sequence: u32, code: u32, input: u32, output: u32) -> Vec<u8> {
        let mut bytes = REQUEST_MAGIC.to_vec();
        for word in [sequence, code, input, output] {
            bytes.extend(word.to_le_bytes());
        }
        bytes
    }

    fn events(parser: &mut Parser, bytes: &[u8]) -> Vec<Event> {
        bytes.iter().filter_map(|&byte| parser.take(byte)).collect()
    }

    #[test]
    fn a_request_is_found_after_noise_and_a_broken_magic() {
        let mut stream = b"\r\nVVGR".to_vec();
        stream.extend(bytes(7, 0x22_2000, 0, 64));
        let expected = Request {
            sequence: 7,
            control_code: 0x22_2000,
            input: 0,
            output: 64,
        };
        assert_eq!(
            events(&mut Parser::default(), &stream),
            [Event::Request(expected)]
        );
    }

    #[test]
    fn go_on_counts_only_between_requests() {
        let mut parser = Parser::default();
        assert_eq!(events(&mut parser, b"xG"), [Event::GoOn]);
        assert_eq!(events(&mut parser, b"VGRxN"), [Event::OtherPicture]);
        // 0x47 is the letter: inside a header it is a number.
        let stream = bytes(u32::from(GO_ON), 0, 0, 0);
        assert!(matches!(
            events(&mut parser, &stream)[..],
            [Event::Request(_)]
        ));
    }

    #[test]
    fn lengths_that_no_frame_may_have_are_refused() {
        let mut parser = Parser::default();
        assert_eq!(
            events(&mut parser, &bytes(3, 0, MOST_BYTES + 1, 0)),
            [Event::TooLong(3)]
        );
        assert_eq!(
            events(&mut parser, &bytes(4, 0, 0, u32::MAX)),
            [Event::TooLong(4)]
        );
        assert!(matches!(
            events(&mut parser, &bytes(5, 0, MOST_BYTES, 0))[..],
            [Event::Request(_)]
        ));
    }

    #[test]
    fn an_answer_has_its_fields_in_place() {
        let bytes = answer(9, -1, 5);
        assert_eq!(&bytes[..4], b"VGRS");
        assert_eq!(bytes[4..], [9, 0, 0, 0, 255, 255, 255, 255, 5, 0, 0, 0]);
    }
}
