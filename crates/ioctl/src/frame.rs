//! Requests over a byte stream, for a driver that runs in a virtual machine without user mode: the test rig serves them on
//! a serial port, whose other end is a socket of the virtual machine monitor.
//!
//! All numbers are little-endian, all lengths in bytes.
//!
//! | frame | fields | followed by |
//! | --- | --- | --- |
//! | request | [`REQUEST_MAGIC`], sequence, control code, input length, output length | the input |
//! | answer | [`ANSWER_MAGIC`], the same sequence, NTSTATUS, information | as many bytes of output as information says |
//!
//! Between two requests a lone [`GO_ON`] ends the serving. Bytes outside frames are noise, such as a firmware's messages,
//! and are skipped up to the next magic. The rig has its own reader, which takes a byte at a time; both sides
//! take the numbers from here.

/// The first bytes of a request.
pub const REQUEST_MAGIC: [u8; 4] = *b"VGRQ";
/// The first bytes of an answer.
pub const ANSWER_MAGIC: [u8; 4] = *b"VGRS";
/// Says that no more requests come.
pub const GO_ON: u8 = b'G';
/// The length of a request's header.
pub const REQUEST_HEADER: usize = 20;
/// The length of an answer's header.
pub const ANSWER_HEADER: usize = 16;
/// The most bytes of input or output that a frame carries: what may be asked for is the driver's to judge, but a frame has
/// to end.
pub const MAX_BYTES: u32 = 1 << 20;

/// A request without its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestFrame {
    /// Comes back in the answer.
    pub sequence: u32,
    /// The control code.
    pub code: u32,
    /// How many bytes of input follow.
    pub input: u32,
    /// How many bytes of output there is room for.
    pub output: u32,
}

impl RequestFrame {
    /// The header as it is sent.
    #[must_use]
    pub fn to_bytes(self) -> [u8; REQUEST_HEADER] {
        join([
            REQUEST_MAGIC,
            self.sequence.to_le_bytes(),
            self.code.to_le_bytes(),
            self.input.to_le_bytes(),
            self.output.to_le_bytes(),
        ])
    }

    /// Reads a header; none without the magic.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; REQUEST_HEADER]) -> Option<Self> {
        let [magic, sequence, code, input, output] = split(bytes);
        (magic == REQUEST_MAGIC).then_some(Self {
            sequence: u32::from_le_bytes(sequence),
            code: u32::from_le_bytes(code),
            input: u32::from_le_bytes(input),
            output: u32::from_le_bytes(output),
        })
    }
}

/// An answer without its output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerFrame {
    /// The request's.
    pub sequence: u32,
    /// The NTSTATUS of the request.
    pub status: i32,
    /// How many bytes of output follow.
    pub information: u32,
}

impl AnswerFrame {
    /// The header as it is sent.
    #[must_use]
    pub fn to_bytes(self) -> [u8; ANSWER_HEADER] {
        join([
            ANSWER_MAGIC,
            self.sequence.to_le_bytes(),
            self.status.to_le_bytes(),
            self.information.to_le_bytes(),
        ])
    }

    /// Reads a header; none without the magic.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; ANSWER_HEADER]) -> Option<Self> {
        let [magic, sequence, status, information] = split(bytes);
        (magic == ANSWER_MAGIC).then_some(Self {
            sequence: u32::from_le_bytes(sequence),
            status: i32::from_le_bytes(status),
            information: u32::from_le_bytes(information),
        })
    }
}

fn join<const WORDS: usize, const BYTES: usize>(words: [[u8; 4]; WORDS]) -> [u8; BYTES] {
    const { assert!(WORDS * 4 == BYTES) };
    let mut bytes = [0; BYTES];
    for (to, from) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(words) {
        *to = from;
    }
    bytes
}

fn split<const WORDS: usize, const BYTES: usize>(bytes: &[u8; BYTES]) -> [[u8; 4]; WORDS] {
    const { assert!(WORDS * 4 == BYTES) };
    let mut words = [[0; 4]; WORDS];
    for (to, from) in words.iter_mut().zip(bytes.as_chunks::<4>().0) {
        *to = *from;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_lie_where_both_sides_look_for_them() {
        let request = RequestFrame {
            sequence: 1,
            code: 0x0102_0304,
            input: 16,
            output: 0x100,
        };
        assert_eq!(
            request.to_bytes(),
            *b"VGRQ\x01\0\0\0\x04\x03\x02\x01\x10\0\0\0\0\x01\0\0"
        );
        let answer = AnswerFrame {
            sequence: 9,
            status: -1,
            information: 5,
        };
        assert_eq!(
            answer.to_bytes(),
            *b"VGRS\x09\0\0\0\xFF\xFF\xFF\xFF\x05\0\0\0"
        );
    }

    #[test]
    fn what_was_written_reads_back_and_another_magic_does_not() {
        let request = RequestFrame {
            sequence: 7,
            code: 1,
            input: 2,
            output: 3,
        };
        assert_eq!(RequestFrame::from_bytes(&request.to_bytes()), Some(request));
        let answer = AnswerFrame {
            sequence: 7,
            status: 0x0000_0103,
            information: 3,
        };
        let mut bytes = answer.to_bytes();
        assert_eq!(AnswerFrame::from_bytes(&bytes), Some(answer));
        bytes[3] = b'Q';
        assert_eq!(AnswerFrame::from_bytes(&bytes), None);
    }
}
