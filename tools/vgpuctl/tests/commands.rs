//! The program as its user sees it: what it prints, what it says when something is missing, and how it ends.

use std::process::{Command, Output};

use serde_json::Value;

fn vgpuctl(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vgpuctl"))
        .args(arguments)
        .output()
        .expect("the program was built for this test")
}

#[track_caller]
fn printed(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout.clone()).expect("text")
}

#[test]
fn the_simulation_tells_who_it_is() {
    let text = printed(&vgpuctl(&["--sim", "info"]));
    assert!(
        text.contains("PCI 1af4:1050") && text.contains("VERSION_1"),
        "{text}"
    );
    let json: Value =
        serde_json::from_str(&printed(&vgpuctl(&["--sim", "info", "--json"]))).expect("JSON");
    assert_eq!(
        (&json["messages"], &json["adapters"]),
        (&3.into(), &1.into())
    );
}

#[test]
fn the_simulations_statistics_add_up() {
    let json: Value =
        serde_json::from_str(&printed(&vgpuctl(&["--sim", "stats", "--json"]))).expect("JSON");
    let number = |name: &str| json[name].as_u64().expect("a counter");
    // One present comes before the first commit, and is skipped.
    assert_eq!(number("frames_submitted") + number("frames_skipped"), 31);
    assert_eq!(
        number("frames_submitted"),
        number("frames_completed") + number("frames_failed") + number("frames_outstanding")
    );
    assert!(number("kicks") > 0 && number("bytes_transferred") > 0);
    let text = printed(&vgpuctl(&["--sim", "stats"]));
    assert!(
        text.contains("frames submitted") && text.contains("message 0"),
        "{text}"
    );
}

#[test]
fn an_exercise_of_the_simulation_loses_nothing() {
    let arguments = ["--sim", "exercise", "--closures", "2500", "--threads", "2"];
    let text = printed(&vgpuctl(&arguments));
    assert!(text.contains("every closure ran once, alone"), "{text}");
    let json = printed(&vgpuctl(&[&arguments[..], &["--json"]].concat()));
    let json: Value = serde_json::from_str(&json).expect("JSON");
    for source in ["config", "control", "cursor"] {
        assert_eq!(json[source]["ran"], 5000);
        assert_eq!(json[source]["lost"], 0);
    }
    assert!(json["cursor"]["interrupts"].as_u64() > Some(0), "{json}");
}

#[test]
fn an_adapter_that_is_not_there_is_refused_with_the_next_step() {
    let output = vgpuctl(&["--sim", "--adapter", "3", "stats"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && output.stdout.is_empty());
    assert!(errors.contains("--adapter"), "{errors}");
}

#[test]
fn a_rig_that_is_not_there_is_named_with_the_next_step() {
    let output = vgpuctl(&["--rig", "/nonexistent/rig.sock", "stats"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        errors.contains("/nonexistent/rig.sock") && errors.contains("cargo xtask run"),
        "{errors}"
    );
}

#[cfg(unix)]
mod rig {
    use super::*;
    use ioctl::frame::{ANSWER_HEADER, AnswerFrame, REQUEST_HEADER, RequestFrame};
    use ioctl::{Operation, Request, Response, Statistics};
    use std::io::{Read, Write};
    use std::os::unix::net::UnixListener;
    use std::thread;
    use zerocopy::{FromBytes, IntoBytes};

    /// Plays a rig that answers one request with what `answer` makes of it, after some noise.
    fn asked(
        name: &str,
        arguments: &[&str],
        answer: fn(&RequestFrame, &[u8]) -> (i32, Vec<u8>),
    ) -> Output {
        let socket = std::env::temp_dir().join(format!("vgpuctl-{}-{name}", std::process::id()));
        let _ = std::fs::remove_file(&socket);
        let listener = UnixListener::bind(&socket).expect("a socket");
        let rig = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a caller");
            let mut header = [0; REQUEST_HEADER];
            stream.read_exact(&mut header).expect("a request");
            let request = RequestFrame::from_bytes(&header).expect("its magic");
            let mut input = vec![0; request.input as usize];
            stream.read_exact(&mut input).expect("its input");
            let (status, output) = answer(&request, &input);
            let header = AnswerFrame {
                sequence: request.sequence,
                status,
                information: output.len() as u32,
            }
            .to_bytes();
            let frame = [b"noise VGR", &header[..ANSWER_HEADER], &output].concat();
            stream.write_all(&frame).expect("the caller waits");
        });
        let path = socket.to_str().expect("a plain path").to_string();
        let output = vgpuctl(&[&["--rig", &path], arguments].concat());
        rig.join().expect("the rig has seen a good request");
        let _ = std::fs::remove_file(&socket);
        output
    }

    #[test]
    fn a_rig_is_asked_as_the_control_device_would_be() {
        let output = asked("asked", &["stats", "--json"], |request, input| {
            let parsed =
                Request::parse(request.code, input, request.output as usize).expect("good");
            assert_eq!(parsed, Request::new(Operation::Statistics, 0));
            let statistics = Statistics {
                kicks: 7,
                ..Statistics::empty(&parsed)
            };
            (0, statistics.as_bytes().to_vec())
        });
        let json: Value = serde_json::from_str(&printed(&output)).expect("JSON");
        assert_eq!(json["kicks"], 7);
    }

    #[test]
    fn a_newer_drivers_longer_answer_is_understood() {
        let output = asked("newer", &["stats", "--json"], |request, input| {
            let parsed =
                Request::parse(request.code, input, request.output as usize).expect("good");
            let mut statistics = Statistics {
                kicks: 8,
                ..Statistics::empty(&parsed)
            };
            statistics.header.size += 8;
            (0, [statistics.as_bytes(), &[0; 8]].concat())
        });
        let json: Value = serde_json::from_str(&printed(&output)).expect("JSON");
        assert_eq!(json["kicks"], 8);
    }

    #[test]
    fn a_refusal_and_a_short_answer_are_errors() {
        let refused = asked("refused", &["stats"], |_, _| {
            (0xC000_0010_u32.cast_signed(), Vec::new())
        });
        let errors = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(
            !refused.status.success() && errors.contains("0xc0000010"),
            "{errors}"
        );
        let short = asked("short", &["stats"], |_, _| (0, vec![0; 10]));
        let errors = String::from_utf8_lossy(&short.stderr).into_owned();
        assert!(
            !short.status.success() && errors.contains("try: "),
            "{errors}"
        );
        // So that the structure's own reader is known to see nothing in it.
        assert!(Statistics::read_from_bytes(&[0; 10]).is_err());
    }
}
