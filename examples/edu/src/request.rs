//! The request that a driver of the device takes, and its result: what is asked through
//! IRP_MJ_DEVICE_CONTROL, METHOD_BUFFERED.

use crate::State;

/// Runs [`stress`](crate::stress): CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED,
/// FILE_READ_DATA | FILE_WRITE_DATA).
pub const EXERCISE: u32 = 0x22 << 16 | 3 << 14 | 0x800 << 2;

/// Bytes of a [`Request`].
pub const REQUEST_BYTES: usize = 2 * WORD;
/// Bytes of an [`Exercise`].
pub const RESULT_BYTES: usize = 8 * WORD;

const WORD: usize = size_of::<u64>();

/// How much to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// Closures, at least.
    pub closures: u64,
    /// Interrupts that the device is told to raise.
    pub raise: u64,
}

/// What was run, and the state after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exercise {
    /// Closures.
    pub ran: u64,
    /// Interrupts that the device was told to raise, all of which it has raised.
    pub raised: u64,
    /// What the interrupt routine, the DPC and the closures of all callers have counted.
    pub state: State,
}

/// The words of a buffer, in the byte order of the processor that both sides run on.
fn words<const WORDS: usize>(bytes: &[u8]) -> Option<[u64; WORDS]> {
    let mut words = [0; WORDS];
    let (chunks, rest) = bytes.as_chunks::<WORD>();
    if chunks.len() != WORDS || !rest.is_empty() {
        return None;
    }
    for (word, chunk) in words.iter_mut().zip(chunks) {
        *word = u64::from_ne_bytes(*chunk);
    }
    Some(words)
}

fn bytes<const BYTES: usize>(words: &[u64]) -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    for (chunk, word) in bytes.as_chunks_mut::<WORD>().0.iter_mut().zip(words) {
        *chunk = word.to_ne_bytes();
    }
    bytes
}

impl Request {
    /// Reads a request; none if its length is another.
    #[must_use]
    pub fn from_bytes(buffer: &[u8]) -> Option<Self> {
        let [closures, raise] = words(buffer)?;
        Some(Self { closures, raise })
    }

    /// The request as it is sent.
    #[must_use]
    pub fn to_bytes(self) -> [u8; REQUEST_BYTES] {
        bytes(&[self.closures, self.raise])
    }
}

impl Exercise {
    /// Reads a result; none if its length is another.
    #[must_use]
    pub fn from_bytes(buffer: &[u8]) -> Option<Self> {
        let [
            ran,
            raised,
            interrupts,
            closures,
            sum,
            pending,
            collected,
            torn,
        ] = words(buffer)?;
        let state = State {
            interrupts,
            closures,
            sum,
            pending,
            collected,
            torn,
        };
        Some(Self { ran, raised, state })
    }

    /// The result as it is sent back.
    #[must_use]
    pub fn to_bytes(self) -> [u8; RESULT_BYTES] {
        let State {
            interrupts,
            closures,
            sum,
            pending,
            collected,
            torn,
        } = self.state;
        bytes(&[
            self.ran,
            self.raised,
            interrupts,
            closures,
            sum,
            pending,
            collected,
            torn,
        ])
    }
}
