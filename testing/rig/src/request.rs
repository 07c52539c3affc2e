//! The request channel on the second serial port: how user mode reaches the driver's control device from outside QEMU.
//!
//! Requests and answers are frames of [`ioctl::frame`]; this is the reader of the rig's side, which takes a byte at a time. Between
//! requests it knows two words of the world outside: a lone [`GO_ON`] ends the serving of requests, and says that the screen
//! shows the expected picture; [`OTHER_PICTURE`], then `x: u32` and `y: u32`, says that the screen differs there. Anything
//! else is skipped.

use ioctl::frame::{GO_ON, MAX_BYTES, REQUEST_HEADER, REQUEST_MAGIC, RequestFrame};

/// The byte that says "the screen shows another picture"; two numbers follow it.
pub const OTHER_PICTURE: u8 = b'N';

/// What a byte completed, see [`Parser::take`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A request's header; its `input` bytes come next on the channel.
    Request(RequestFrame),
    /// "Go on".
    GoOn,
    /// "The screen shows another picture"; where, comes next on the channel.
    OtherPicture,
    /// A request whose lengths are above [`MAX_BYTES`], with its sequence number: to be refused, nothing follows it.
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
        // The magic was compared byte by byte.
        let request = RequestFrame::from_bytes(&self.header)?;
        if request.input > MAX_BYTES || request.output > MAX_BYTES {
            return Some(Event::TooLong(request.sequence));
        }
        Some(Event::Request(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(sequence: u32, code: u32, input: u32, output: u32) -> Vec<u8> {
        let request = RequestFrame {
            sequence,
            code,
            input,
            output,
        };
        request.to_bytes().to_vec()
    }

    fn events(parser: &mut Parser, bytes: &[u8]) -> Vec<Event> {
        bytes.iter().filter_map(|&byte| parser.take(byte)).collect()
    }

    #[test]
    fn a_request_is_found_after_noise_and_a_broken_magic() {
        let mut stream = b"\r\nVVGR".to_vec();
        stream.extend(bytes(7, 0x22_2000, 0, 64));
        let expected = RequestFrame {
            sequence: 7,
            code: 0x22_2000,
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
            events(&mut parser, &bytes(3, 0, MAX_BYTES + 1, 0)),
            [Event::TooLong(3)]
        );
        assert_eq!(
            events(&mut parser, &bytes(4, 0, 0, u32::MAX)),
            [Event::TooLong(4)]
        );
        assert!(matches!(
            events(&mut parser, &bytes(5, 0, MAX_BYTES, 0))[..],
            [Event::Request(_)]
        ));
    }
}
