//! Reading and writing requests and answers, with every length checked.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::{
    Exercise, ExerciseRequest, Header, MAX_ROUNDS, Operation, Statistics, VERSION,
    VersionAndIdentity,
};

/// The largest buffer that is accepted, in bytes: what comes in with more is not a request of this contract.
pub const MAX_BUFFER: usize = 4096;

/// Why a request is refused. Nothing was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// No such operation.
    UnknownOperation {
        /// The code.
        code: u32,
    },
    /// A buffer is shorter than the structure that belongs into it.
    BufferTooSmall {
        /// The length it needs at least, in bytes.
        needed: usize,
        /// The length it has.
        found: usize,
    },
    /// A buffer is longer than [`MAX_BUFFER`], or the request longer than it says.
    BufferTooLarge {
        /// The length it may have at most, in bytes.
        allowed: usize,
        /// The length it has.
        found: usize,
    },
    /// The header does not describe this request: its size, its version or its code is another.
    Header,
    /// A number in the request is out of range.
    Argument {
        /// The largest that is accepted.
        allowed: u32,
        /// The one that came.
        found: u32,
    },
    /// The request acts on the driver, and this way to it is open to every program.
    NotThisWay,
}

impl Error {
    /// The NTSTATUS that the caller gets.
    #[must_use]
    pub const fn status(self) -> i32 {
        const STATUS_INVALID_PARAMETER: u32 = 0xC000_000D;
        const STATUS_INVALID_DEVICE_REQUEST: u32 = 0xC000_0010;
        const STATUS_BUFFER_TOO_SMALL: u32 = 0xC000_0023;
        let status = match self {
            Self::UnknownOperation { .. } => STATUS_INVALID_DEVICE_REQUEST,
            Self::BufferTooSmall { .. } => STATUS_BUFFER_TOO_SMALL,
            Self::BufferTooLarge { .. }
            | Self::Header
            | Self::Argument { .. }
            | Self::NotThisWay => STATUS_INVALID_PARAMETER,
        };
        status.cast_signed()
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::UnknownOperation { code } => write!(f, "there is no request with code {code:#x}"),
            Self::BufferTooSmall { needed, found } => {
                write!(
                    f,
                    "expected a buffer of {needed} bytes or more, got {found}"
                )
            }
            Self::BufferTooLarge { allowed, found } => {
                write!(
                    f,
                    "expected a buffer of at most {allowed} bytes, got {found}"
                )
            }
            Self::Header => f.write_str("the header's size, version or code is not this request's"),
            Self::Argument { allowed, found } => {
                write!(f, "expected at most {allowed}, got {found}")
            }
            Self::NotThisWay => f.write_str("the request is for the control device alone"),
        }
    }
}

impl core::error::Error for Error {}

/// A request: what is asked of which adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// What is asked for.
    pub operation: Operation,
    /// Which adapter is asked.
    pub adapter: u32,
    /// The version its answer has to be given in.
    pub version: u32,
    /// How many rounds of [`Operation::Exercise`]; otherwise zero.
    pub rounds: u32,
}

impl Request {
    /// A request in the newest version.
    #[must_use]
    pub const fn new(operation: Operation, adapter: u32) -> Self {
        Self {
            operation,
            adapter,
            version: VERSION,
            rounds: 0,
        }
    }

    /// A request to run `rounds` closures on each source.
    #[must_use]
    pub const fn exercise(adapter: u32, rounds: u32) -> Self {
        Self {
            rounds,
            ..Self::new(Operation::Exercise, adapter)
        }
    }

    /// The header as it is sent.
    #[must_use]
    pub const fn header(&self) -> Header {
        Header {
            size: self.operation.request_len() as u32,
            version: self.version,
            code: self.operation.code(),
            adapter: self.adapter,
        }
    }

    /// The longest form of the request; what is sent of it are the first [`Operation::request_len`] bytes.
    #[must_use]
    pub const fn message(&self) -> ExerciseRequest {
        ExerciseRequest {
            header: self.header(),
            rounds: self.rounds,
            reserved: 0,
        }
    }

    /// Checks what came in as a control code with its input, and whether the answer fits in `output_len` bytes.
    ///
    /// # Errors
    ///
    /// [`Error`] says what is wrong.
    pub fn parse(code: u32, input: &[u8], output_len: usize) -> Result<Self, Error> {
        let operation = Operation::from_code(code).ok_or(Error::UnknownOperation { code })?;
        let allowed = operation.request_len();
        if input.len() > allowed {
            return Err(Error::BufferTooLarge {
                allowed,
                found: input.len(),
            });
        }
        Self::read(operation, input, output_len)
    }

    /// Checks what came in through D3DKMTEscape: one buffer, which is answered in place.
    ///
    /// # Errors
    ///
    /// [`Error`] says what is wrong.
    pub fn parse_escape(data: &[u8]) -> Result<Self, Error> {
        let header = read::<Header>(data)?;
        let code = header.code;
        let operation = Operation::from_code(code).ok_or(Error::UnknownOperation { code })?;
        if operation.acts() {
            return Err(Error::NotThisWay);
        }
        Self::read(operation, data, data.len())
    }

    fn read(operation: Operation, input: &[u8], output_len: usize) -> Result<Self, Error> {
        let header = read::<Header>(input)?;
        if header.size as usize != operation.request_len()
            || header.version == 0
            || header.code != operation.code()
        {
            return Err(Error::Header);
        }
        let rounds = match operation {
            Operation::VersionAndIdentity | Operation::Statistics => 0,
            Operation::Exercise => read::<ExerciseRequest>(input)?.rounds,
        };
        if rounds > MAX_ROUNDS {
            return Err(Error::Argument {
                allowed: MAX_ROUNDS,
                found: rounds,
            });
        }
        let needed = operation.response_len();
        if output_len < needed {
            return Err(Error::BufferTooSmall {
                needed,
                found: output_len,
            });
        }
        if output_len > MAX_BUFFER {
            return Err(Error::BufferTooLarge {
                allowed: MAX_BUFFER,
                found: output_len,
            });
        }
        Ok(Self {
            operation,
            adapter: header.adapter,
            version: header.version.min(VERSION),
            rounds,
        })
    }

    /// The header of the answer.
    #[must_use]
    pub const fn answer_header(&self) -> Header {
        Header {
            size: self.operation.response_len() as u32,
            version: self.version,
            code: self.operation.code(),
            adapter: self.adapter,
        }
    }
}

fn read<T: FromBytes>(input: &[u8]) -> Result<T, Error> {
    let (value, _) = T::read_from_prefix(input).map_err(|_| Error::BufferTooSmall {
        needed: size_of::<T>(),
        found: input.len(),
    })?;
    Ok(value)
}

/// An answer.
pub trait Response: FromBytes + IntoBytes + Immutable + KnownLayout + Copy {
    /// What it answers.
    const OPERATION: Operation;

    /// Its header.
    fn header(&self) -> &Header;

    /// An answer to `request` in which everything but the header is zero.
    fn empty(request: &Request) -> Self;

    /// Writes the answer to the beginning of `output` and returns its length.
    ///
    /// # Errors
    ///
    /// [`Error::BufferTooSmall`].
    fn write(&self, output: &mut [u8]) -> Result<usize, Error> {
        let found = output.len();
        let needed = size_of::<Self>();
        self.write_to_prefix(output)
            .map_err(|_| Error::BufferTooSmall { needed, found })?;
        Ok(needed)
    }

    /// Reads an answer that the driver gave.
    ///
    /// # Errors
    ///
    /// [`AnswerError`]: the driver is not one of this contract.
    fn read(output: &[u8]) -> Result<Self, AnswerError> {
        let (answer, _) = Self::read_from_prefix(output).map_err(|_| AnswerError {
            expected: size_of::<Self>(),
            found: output.len(),
        })?;
        let header = answer.header();
        if header.code != Self::OPERATION.code()
            || header.version == 0
            || (header.size as usize) < size_of::<Self>()
            || header.size as usize > output.len()
        {
            return Err(AnswerError {
                expected: size_of::<Self>(),
                found: header.size as usize,
            });
        }
        Ok(answer)
    }
}

/// Bytes that came back are not the answer to the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerError {
    /// The length of the answer in bytes.
    pub expected: usize,
    /// The length that came, or that its header claims.
    pub found: usize,
}

impl core::fmt::Display for AnswerError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(
            f,
            "expected an answer of {} bytes to the request, got {}; is the driver of the same version?",
            self.expected, self.found
        )
    }
}

impl core::error::Error for AnswerError {}

macro_rules! response {
    ($Answer:ty, $operation:expr) => {
        impl Response for $Answer {
            const OPERATION: Operation = $operation;

            fn header(&self) -> &Header {
                &self.header
            }

            fn empty(request: &Request) -> Self {
                let mut answer: Self = zerocopy::FromZeros::new_zeroed();
                answer.header = request.answer_header();
                answer
            }
        }
    };
}

response!(VersionAndIdentity, Operation::VersionAndIdentity);
response!(Statistics, Operation::Statistics);
response!(Exercise, Operation::Exercise);
