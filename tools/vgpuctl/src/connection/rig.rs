//! The way to a driver in the test rig: frames ([`ioctl::frame`]) over the socket of its virtual machine's serial port.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::{Call, Carrier};
use crate::error::Error;

/// A rig behind a socket. Its serial port carries one request at a time.
pub struct Rig(Mutex<PathBuf>);

impl Rig {
    /// The rig behind `socket`, which is looked for when it is asked.
    pub fn new(socket: &Path) -> Self {
        Self(Mutex::new(socket.to_path_buf()))
    }
}

impl Carrier for Rig {
    fn exchange(&self, call: &Call<'_>) -> Result<Vec<u8>, Error> {
        let socket = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        exchange(&socket, call)
    }
}

#[cfg(unix)]
use unix::exchange;

#[cfg(not(unix))]
fn exchange(_: &Path, _: &Call<'_>) -> Result<Vec<u8>, Error> {
    Err(Error::NoSuchWay("a rig's socket"))
}

#[cfg(unix)]
mod unix {
    use std::io::{self, ErrorKind, Read, Write};
    use std::os::unix::net::UnixStream;
    use std::path::Path;
    use std::time::{Duration, Instant};

    use ioctl::frame::{ANSWER_HEADER, ANSWER_MAGIC, AnswerFrame, RequestFrame};

    use crate::connection::Call;
    use crate::error::{Error, Refusal};

    /// How long an answer may take, however much noise comes meanwhile.
    const PATIENCE: Duration = Duration::from_secs(10);

    /// Sends a request and waits for its answer.
    pub fn exchange(socket: &Path, call: &Call<'_>) -> Result<Vec<u8>, Error> {
        let mut stream = UnixStream::connect(socket).map_err(|error| Error::NoRig {
            socket: socket.to_path_buf(),
            error,
        })?;
        stream
            .set_read_timeout(Some(PATIENCE))
            .and_then(|()| stream.set_write_timeout(Some(PATIENCE)))
            .map_err(|error| Error::RigLost {
                doing: "setting the connection up",
                error,
            })?;
        // Answers to whoever was connected before have other numbers.
        let sequence = std::process::id();
        let request = RequestFrame {
            sequence,
            code: call.code,
            input: call.input.len() as u32,
            output: call.output as u32,
        };
        stream
            .write_all(&[&request.to_bytes(), call.input].concat())
            .map_err(|error| Error::RigLost {
                doing: "the request was sent",
                error,
            })?;
        let lost = |error| Error::RigLost {
            doing: "its answer was awaited",
            error,
        };
        let (answer, output) = receive(&mut stream, sequence, call.output).map_err(lost)?;
        if answer.status < 0 {
            Err(Error::Refused(Refusal::Status(answer.status)))
        } else {
            Ok(output)
        }
    }

    /// Skips noise and other answers up to the one with this number.
    fn receive(
        stream: &mut impl Read,
        sequence: u32,
        room: usize,
    ) -> io::Result<(AnswerFrame, Vec<u8>)> {
        let end = Instant::now() + PATIENCE;
        let mut window = [0; ANSWER_MAGIC.len()];
        loop {
            if Instant::now() > end {
                return Err(ErrorKind::TimedOut.into());
            }
            let mut byte = [0];
            stream.read_exact(&mut byte)?;
            window.rotate_left(1);
            window[3] = byte[0];
            if window != ANSWER_MAGIC {
                continue;
            }
            let mut header = [0; ANSWER_HEADER];
            header[..4].copy_from_slice(&window);
            stream.read_exact(&mut header[4..])?;
            let Some(answer) = AnswerFrame::from_bytes(&header) else {
                continue;
            };
            let length = answer.information as usize;
            if length > room {
                let text = format!("the answer has {length} bytes where there is room for {room}");
                return Err(io::Error::new(ErrorKind::InvalidData, text));
            }
            let mut output = vec![0; length];
            stream.read_exact(&mut output)?;
            if answer.sequence == sequence {
                return Ok((answer, output));
            }
            window = [0; 4];
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn frame(sequence: u32, status: i32, output: &[u8]) -> Vec<u8> {
            let header = AnswerFrame {
                sequence,
                status,
                information: output.len() as u32,
            };
            [&header.to_bytes(), output].concat()
        }

        #[test]
        fn noise_and_the_answer_to_another_are_skipped() {
            let stream = [
                b"BdsDxe: VGR".to_vec(),
                frame(1, 0, b"old"),
                frame(2, 0, b"new"),
            ]
            .concat();
            let (answer, output) = receive(&mut stream.as_slice(), 2, 64).expect("an answer");
            assert_eq!((answer.sequence, output.as_slice()), (2, b"new".as_slice()));
        }

        #[test]
        fn an_answer_that_is_longer_than_its_room_is_refused_unread() {
            let stream = frame(2, 0, &[0; 65]);
            let error = receive(&mut stream.as_slice(), 2, 64).expect_err("too long");
            assert_eq!(error.kind(), ErrorKind::InvalidData);
        }

        #[test]
        fn a_rig_that_ends_is_an_error() {
            let stream = frame(2, 0, b"cut off");
            let error = receive(&mut &stream[..stream.len() - 1], 2, 64).expect_err("the end");
            assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
        }
    }
}
