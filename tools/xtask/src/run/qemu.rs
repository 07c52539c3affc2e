//! QEMU with the rig in it: started, listened to, answered, ended.
//!
//! The rig speaks on its first serial port, a line at a time. Lines that start with `ready:` want something done outside the
//! machine; the one that starts with `summary:` carries the figures.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use ioctl::frame::GO_ON;
use rig::request::OTHER_PICTURE;
use serde_json::Value;

use super::picture::{self, Difference, Verdict};
use super::qmp::Qmp;
use super::{Options, number};
use crate::process;

/// The firmware, of Debian's package ovmf.
const FIRMWARE: &str = "/usr/share/ovmf/OVMF.fd";
/// How long the rig may be silent.
const SILENCE: Duration = Duration::from_secs(120);
/// How long the rig waits for the world outside, in seconds.
const RIG_WAITS: u32 = 60;
/// QEMU's exit status when the rig says that everything held: isa-debug-exit makes `value * 2 + 1` of the rig's 0x10.
pub const PASSED: i32 = 0x10 * 2 + 1;

/// What is booted.
pub struct Machine<'a> {
    /// rig.efi
    pub rig: &'a Path,
    /// vgpudod.sys
    pub driver: &'a Path,
    /// The argument of -device.
    pub device: &'a str,
    /// The run's options.
    pub options: &'a Options,
    /// Where sockets, log and screendump go.
    pub folder: &'a Path,
    /// The test program.
    pub vgpuctl: &'a Path,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The rig's figures.
    pub summary: Option<Value>,
    /// What vgpuctl read through the request channel.
    pub statistics: Option<Value>,
    /// Whether the rig says that all is well.
    pub passed: bool,
    /// The rig's last word on an error.
    pub error: Option<String>,
    /// How QEMU ended.
    status: Option<ExitStatus>,
}

impl Outcome {
    /// How it ended, for a message.
    pub fn end(&self) -> String {
        match (&self.error, self.status) {
            (Some(error), _) => error.clone(),
            (None, Some(status)) => format!("QEMU: {status}"),
            (None, None) => format!("silent for {} s, ended", SILENCE.as_secs()),
        }
    }
}

/// Ends QEMU on every way out.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}

/// Boots the rig and stays with it to its end.
pub fn boot(machine: &Machine<'_>) -> Result<Outcome> {
    let qmp = machine.folder.join("qmp.sock");
    let requests = machine.folder.join("requests.sock");
    let screendump = machine.folder.join("frame.png");
    for old in [
        &qmp,
        &requests,
        &screendump,
        &machine.folder.join("summary.json"),
    ] {
        let _ = fs::remove_file(old);
    }
    let mut child = command(machine, &qmp, &requests)
        .spawn()
        .context("cannot start qemu-system-x86_64")?;
    let output = child.stdout.take().context("QEMU has no output")?;
    let mut running = Running(child);
    let (sender, lines) = channel();
    let reader = thread::spawn(move || read_lines(BufReader::new(output), &sender));
    let mut log = File::create(machine.folder.join("rig.log"))?;
    let mut outcome = Outcome::default();
    while let Some(line) = next(&lines)? {
        writeln!(log, "{line}")?;
        if let Some(what) = line.strip_prefix("ready: ") {
            if let Some(place) = what.strip_prefix("screendump ") {
                Qmp::connect(&qmp)?.screendump(&screendump)?;
                tell_verdict(&requests, place, &screendump, machine.options.frames)?;
            } else if what.starts_with("requests") {
                outcome.statistics = Some(ask(machine.vgpuctl, &requests)?);
                send(&requests, &[GO_ON])?;
            }
        } else if let Some(json) = line.strip_prefix("summary: ") {
            outcome.summary = Some(
                serde_json::from_str(json).with_context(|| format!("the rig's summary: {json}"))?,
            );
        } else if let Some(error) = line.strip_prefix("error: ") {
            outcome.error = Some(error.to_owned());
            process::say("Rig", &line);
        } else if !line.trim().is_empty() {
            process::say("Rig", &line);
        }
    }
    let _ = reader.join();
    let status = running.0.wait()?;
    outcome.passed = status.code() == Some(PASSED);
    outcome.status = Some(status);
    Ok(outcome)
}

fn command(machine: &Machine<'_>, qmp: &Path, requests: &Path) -> Command {
    let options = machine.options;
    let words = format!(
        "frames={} messages={} screendump={RIG_WAITS} serve={RIG_WAITS} stress={} presents={} scattered={}",
        options.frames,
        // As many as the driver has sources, which is what its INF asks for; 0 is the line.
        if options.line { 0 } else { 3 },
        options.stress,
        options.stress_presents,
        u8::from(options.scattered)
    );
    let mut command = rig(machine.rig, machine.driver, machine.device, &words);
    command
        .args(["-accel", "tcg,thread=multi", "-m", "512"])
        .args(["-smp", &options.smp.to_string()])
        .arg("-serial")
        .arg(format!("unix:{},server=on,wait=off", requests.display()))
        .arg("-qmp")
        .arg(format!("unix:{},server=on,wait=off", qmp.display()))
        .args(&options.qemu)
        .stdout(Stdio::piped());
    command
}

/// QEMU with the rig, an image for it, its options, and its log on standard output. How it computes, processors and memory are the
/// caller's to say.
pub fn rig(program: &Path, image: &Path, device: &str, options: &str) -> Command {
    let mut command = Command::new("qemu-system-x86_64");
    command
        .args(["-machine", "q35", "-cpu", "max", "-no-reboot"])
        .args(["-display", "none", "-vga", "none", "-monitor", "none"])
        .args(["-net", "none", "-device", device])
        .args(["-bios", FIRMWARE, "-kernel"])
        .arg(program)
        .arg("-fw_cfg")
        .arg(format!(
            "name=opt/org.vgpudod/driver,file={}",
            image.display()
        ))
        .arg("-fw_cfg")
        .arg(format!("name=opt/org.vgpudod/options,string={options}"))
        .args(["-serial", "stdio"])
        .args(["-device", "isa-debug-exit,iobase=0xf4,iosize=4"])
        .stdin(Stdio::null());
    command
}

/// Hands each line on, without what a terminal would make of its control characters.
fn read_lines(mut from: impl BufRead, to: &Sender<String>) {
    let mut bytes = Vec::new();
    while from
        .read_until(b'\n', &mut bytes)
        .is_ok_and(|count| count != 0)
    {
        if to.send(plain(&String::from_utf8_lossy(&bytes))).is_err() {
            return;
        }
        bytes.clear();
    }
}

/// The text without control characters, and without the sequences by which the firmware clears its screen.
fn plain(text: &str) -> String {
    let mut pieces = text.split('\u{1b}');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        // `[`, parameters, and one letter.
        let end = piece.find(|character: char| character.is_ascii_alphabetic());
        plain.push_str(end.map_or("", |end| &piece[end + 1..]));
    }
    plain.retain(|character| !character.is_control());
    plain
}

/// The next line, or none at the end.
fn next(lines: &Receiver<String>) -> Result<Option<String>> {
    match lines.recv_timeout(SILENCE) {
        Ok(line) => Ok(Some(line)),
        Err(RecvTimeoutError::Disconnected) => Ok(None),
        Err(RecvTimeoutError::Timeout) => {
            bail!(
                "the rig has said nothing for {} s: ended",
                SILENCE.as_secs()
            )
        }
    }
}

/// Compares the screendump and tells the rig, which is waiting with that picture on the screen.
fn tell_verdict(requests: &Path, place: &str, screendump: &Path, frames: u32) -> Result<()> {
    let size = place
        .split_whitespace()
        .next()
        .and_then(|size| size.split_once('x'))
        .and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)))
        .with_context(|| format!("the rig wants a screendump of {place:?}"))?;
    let word = match picture::compare(screendump, size, frames)? {
        Verdict::Match => vec![GO_ON],
        Verdict::Mismatch(difference) => {
            let (x, y): (u32, u32) = match difference {
                Difference::Size(..) => (0, 0),
                Difference::Pixel(x, y, ..) => (x, y),
            };
            process::say("Picture", &difference.to_string());
            [&[OTHER_PICTURE][..], &x.to_le_bytes(), &y.to_le_bytes()].concat()
        }
    };
    send(requests, &word)
}

fn send(requests: &Path, bytes: &[u8]) -> Result<()> {
    let mut stream = UnixStream::connect(requests).context("the rig's request channel")?;
    stream.write_all(bytes)?;
    // QEMU reads when the machine does; closing at once would lose what it has not taken yet.
    thread::sleep(Duration::from_millis(200));
    Ok(())
}

/// Statistics, as a user reads them: with vgpuctl, through the control device.
fn ask(vgpuctl: &Path, requests: &Path) -> Result<Value> {
    let began = Instant::now();
    let said = process::capture(
        Command::new(vgpuctl)
            .arg("--rig")
            .arg(requests)
            .args(["stats", "--json"]),
    )
    .context("vgpuctl")?;
    let value: Value =
        serde_json::from_str(&said).with_context(|| format!("vgpuctl said {said}"))?;
    process::say(
        "vgpuctl",
        &format!(
            "{} frames, in {} ms",
            number(&value, "frames_submitted").unwrap_or_default(),
            began.elapsed().as_millis()
        ),
    );
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn what_the_firmware_does_to_its_screen_is_not_in_the_log() {
        assert_eq!(
            plain("\u{1b}[2J\u{1b}[01;01H\u{1b}[=3h[  0.013] rig: \u{7}4\r\n"),
            "[  0.013] rig: 4"
        );
    }
}
