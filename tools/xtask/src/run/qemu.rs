//! QEMU with the rig in it: started, listened to, answered, ended.
//!
//! The rig speaks on its first serial port, a line at a time. Lines that start with `ready:` want something done outside the
//! machine; the one that starts with `summary:` carries the figures.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use bench::ICOUNT_SHIFT;
use ioctl::frame::GO_ON;
use port::scenario::Plan;
use rig::presets::Presets;
use rig::request::OTHER_PICTURE;
use serde_json::Value;

use super::picture::{self, Difference, Verdict};
use super::place::Place;
use super::qmp::Qmp;
use super::window::Window;
use super::{Options, number, trace};
use crate::process;

/// The firmware, of Debian's package ovmf.
const FIRMWARE: &str = "/usr/share/ovmf/OVMF.fd";
/// How long the rig may be silent.
const SILENCE: Duration = Duration::from_secs(120);
/// The program, where no other is asked for.
pub const QEMU: &str = "qemu-system-x86_64";
/// The id of the driven device.
const DRIVEN: &str = "driven";
/// fw_cfg items: the image, the options, the registry.
const IMAGE: &str = "opt/org.vgpudod/driver";
const OPTIONS: &str = "opt/org.vgpudod/options";
const REGISTRY: &str = "opt/org.vgpudod/registry";
/// How many of the driver's lines an error repeats.
const LAST_WORDS: usize = 3;
/// QEMU's exit status when the rig says that everything held: isa-debug-exit makes `value * 2 + 1` of the rig's 0x10.
pub const PASSED: i32 = 0x10 * 2 + 1;
/// The same when a rule was broken, something leaked or a step failed.
const FAILED: i32 = 0x11 * 2 + 1;

/// What is booted.
#[derive(Clone, Copy)]
pub struct Machine<'a> {
    /// QEMU.
    pub qemu: &'a Path,
    /// rig.efi
    pub rig: &'a Path,
    /// The driver's image.
    pub image: &'a Path,
    /// The service's name and the registry.
    pub presets: &'a Presets,
    /// The argument of -device, with the id by which the driven device is known.
    pub device: &'a str,
    /// The rig's options.
    pub words: &'a str,
    /// The run's options.
    pub options: &'a Options,
    /// Sockets, log and screendump.
    pub place: &'a Place,
    /// The test program; none for a driver that it can't ask.
    pub vgpuctl: Option<&'a Path>,
}

/// How it ended.
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
    /// The last lines that the driver printed.
    pub last_words: VecDeque<String>,
    /// How QEMU ended.
    status: Option<ExitStatus>,
}

impl Outcome {
    /// How it ended, for a message.
    pub fn end(&self) -> String {
        match (&self.error, self.status) {
            (Some(error), _) => error.clone(),
            (None, Some(status)) => match status.code() {
                Some(FAILED) => "something was not as it must be (above)".to_owned(),
                _ => format!("QEMU: {status}"),
            },
            (None, None) => format!("silent for {} s, ended", SILENCE.as_secs()),
        }
    }

    /// Whether QEMU itself crashed: it was ended by a signal, which nothing here sends to one that still answers.
    #[cfg(unix)]
    pub fn crashed(&self) -> bool {
        use std::os::unix::process::ExitStatusExt;
        self.error.is_none() && self.status.is_some_and(|status| status.signal().is_some())
    }

    /// Whether QEMU itself crashed.
    #[cfg(not(unix))]
    pub fn crashed(&self) -> bool {
        false
    }

    /// What the driver said last, for a message; empty if it said nothing.
    pub fn said(&self) -> String {
        if self.last_words.is_empty() {
            return String::new();
        }
        let lines: Vec<&str> = self.last_words.iter().map(String::as_str).collect();
        format!("; the driver's last words: {}", lines.join(" / "))
    }

    fn keep(&mut self, line: &str) {
        if let Some((_, words)) = line.split_once("] driver: ") {
            if self.last_words.len() == LAST_WORDS {
                self.last_words.pop_front();
            }
            self.last_words.push_back(words.to_owned());
        }
    }
}

/// Ends QEMU on every way out.
pub struct Running(pub Child);

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
    let place = machine.place;
    let requests = place.socket("requests");
    let window = match draws_with_opengl(machine.device) {
        true => Some(Window::open()?),
        false => None,
    };
    let mut command = command(machine)?;
    match &window {
        Some(window) => window.configure(&mut command),
        None => {
            command.args(["-display", "none"]);
        }
    }
    command.stdout(Stdio::piped());
    let mut child = command
        .spawn()
        .with_context(|| format!("cannot start {}", machine.qemu.display()))?;
    let output = child.stdout.take().context("QEMU has no output")?;
    let mut running = Running(child);
    let (sender, lines) = channel();
    let reader = thread::spawn(move || read_lines(BufReader::new(output), &sender));
    let mut log = File::create(place.file("rig.log"))?;
    let mut outcome = Outcome::default();
    while let Some(line) = next(&lines)? {
        writeln!(log, "{line}")?;
        outcome.keep(&line);
        if let Some(what) = line.strip_prefix("ready: ") {
            if let Some(picture) = what.strip_prefix("screendump ") {
                let wanted = Wanted::parse(picture)?;
                let screendump = place.file(if wanted.black { "end.png" } else { "frame.png" });
                match &window {
                    Some(window) => window.save(&screendump)?,
                    None => Qmp::connect(&place.socket("qmp"))?
                        .screendump(&screendump, &id(machine.device))?,
                }
                tell_verdict(&requests, &wanted, &screendump, &machine.options.plan())?;
            } else if what.starts_with("requests")
                && let Some(vgpuctl) = machine.vgpuctl
            {
                outcome.statistics = Some(ask(vgpuctl, &requests)?);
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

fn command(machine: &Machine<'_>) -> Result<Command> {
    let options = machine.options;
    let place = machine.place;
    let registry = place.file("registry");
    std::fs::write(&registry, machine.presets.to_text())?;
    let mut command = devices(machine);
    load(&mut command, machine.rig, machine.image, machine.words);
    command
        .arg("-fw_cfg")
        .arg(fw_cfg(REGISTRY, &registry))
        .args(["-m", &options.memory().to_string()])
        .args(["-smp", &options.smp.to_string()])
        .arg("-serial")
        .arg(server(&place.socket("requests")))
        .arg("-qmp")
        .arg(server(&place.socket("qmp")));
    if options.count {
        command.args(["-accel", "tcg,thread=single", "-icount"]);
        command.arg(format!("shift={ICOUNT_SHIFT},sleep=off"));
    } else {
        command.args(["-accel", "tcg,thread=multi"]);
    }
    // A stress is a hundred thousand frames.
    if options.stress == 0 {
        command.arg("-D").arg(place.file("trace.log"));
        for event in trace::EVENTS {
            command.args(["-trace", event]);
        }
    }
    Ok(command)
}

/// QEMU with the run's devices and nothing to run yet.
pub fn devices(machine: &Machine<'_>) -> Command {
    let mut command = base(machine.qemu, machine.device);
    command.args(&machine.options.qemu);
    command
}

/// QEMU with the rig, an image for it, its options, and its log on standard output. How it computes, processors and memory are the
/// caller's to say.
pub fn rig(program: &Path, image: &Path, device: &str, options: &str) -> Command {
    let mut command = base(Path::new(QEMU), device);
    load(&mut command, program, image, options);
    command.args(["-display", "none"]);
    command
}

fn base(qemu: &Path, device: &str) -> Command {
    let mut command = Command::new(qemu);
    command
        .args(["-machine", "q35", "-cpu", "max", "-no-reboot"])
        .args(["-vga", "none", "-monitor", "none"])
        .args(["-net", "none", "-device", device])
        .stdin(Stdio::null());
    command
}

fn load(command: &mut Command, program: &Path, image: &Path, options: &str) {
    command
        .args(["-bios", FIRMWARE, "-kernel"])
        .arg(program)
        .arg("-fw_cfg")
        .arg(fw_cfg(IMAGE, image))
        .arg("-fw_cfg")
        .arg(format!("name={OPTIONS},string={options}"))
        .args(["-serial", "stdio"])
        .args(["-device", "isa-debug-exit,iobase=0xf4,iosize=4"]);
}

/// A path as a value among QEMU's options, where a comma ends a value and two are one.
fn escaped(path: &Path) -> String {
    path.display().to_string().replace(',', ",,")
}

/// The argument of -fw_cfg for a file that the rig reads under this name.
fn fw_cfg(name: &str, file: &Path) -> String {
    format!("name={name},file={}", escaped(file))
}

/// A socket that QEMU listens on.
pub fn server(socket: &Path) -> String {
    format!("unix:{},server=on,wait=off", escaped(socket))
}

/// The argument of -device with an id, by which screendumps and the bus know the device. Doorbells are never bundled: each write is an
/// event of the trace.
pub fn with_id(device: &str) -> String {
    let mut device = device.to_owned();
    if id(&device) == DRIVEN && !device.contains(",id=") {
        device.push_str(&format!(",id={DRIVEN}"));
    }
    if device.starts_with("virtio-") && !device.contains("ioeventfd=") {
        device.push_str(",ioeventfd=off");
    }
    device
}

/// Whether QEMU needs OpenGL for this device.
fn draws_with_opengl(device: &str) -> bool {
    let name = device.split(',').next().unwrap_or(device);
    name.contains("-gl")
}

/// The device's id.
pub fn id(device: &str) -> String {
    let named = device
        .split(',')
        .find_map(|property| property.strip_prefix("id="));
    named.unwrap_or(DRIVEN).to_owned()
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

/// The picture that the rig says is on the screen.
#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    size: (u32, u32),
    /// Nothing is shown, since the display was given back; else the last frame.
    black: bool,
}

impl Wanted {
    /// Reads `WIDTHxHEIGHT`, and `black` behind it.
    fn parse(text: &str) -> Result<Self> {
        let parse = || {
            let mut words = text.split_whitespace();
            let (width, height) = words.next()?.split_once('x')?;
            Some(Self {
                size: (width.parse().ok()?, height.parse().ok()?),
                black: words.next() == Some("black"),
            })
        };
        parse().with_context(|| format!("the rig wants a screendump of {text:?}"))
    }
}

/// Compares the screendump and tells the rig, which is waiting with that picture on the screen.
fn tell_verdict(requests: &Path, wanted: &Wanted, screendump: &Path, plan: &Plan) -> Result<()> {
    let verdict = match wanted.black {
        true => picture::compare_with_black(screendump, wanted.size)?,
        false => picture::compare(screendump, wanted.size, plan)?,
    };
    let word = match verdict {
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
    use std::path::Path;

    use super::{LAST_WORDS, Outcome, Wanted, fw_cfg, id, plain, server, with_id};

    #[test]
    fn the_rig_says_which_picture_is_on_the_screen() {
        let wanted = |black| Wanted {
            size: (1280, 800),
            black,
        };
        assert_eq!(Wanted::parse("1280x800").unwrap(), wanted(false));
        assert_eq!(Wanted::parse("1280x800 black").unwrap(), wanted(true));
        assert!(Wanted::parse("1280 800").is_err());
    }

    #[test]
    fn commas_in_paths_are_doubled_and_nothing_else() {
        let path = Path::new("/a,b=c/%d e");
        assert_eq!(fw_cfg("opt/x", path), "name=opt/x,file=/a,,b=c/%d e");
        assert_eq!(server(path), "unix:/a,,b=c/%d e,server=on,wait=off");
    }

    #[test]
    fn the_last_words_are_the_drivers_own_last_lines() {
        let mut outcome = Outcome::default();
        assert_eq!(outcome.said(), "");
        outcome.keep("[  1.000] driver: too old to count");
        for number in 0..LAST_WORDS {
            outcome.keep("[  1.001] rig: something else");
            outcome.keep(&format!("[  1.002] driver: word {number}"));
        }
        let said = outcome.said();
        assert!(said.contains("word 0 / word 1"), "{said}");
        assert!(
            !said.contains("too old") && !said.contains("else"),
            "{said}"
        );
    }

    #[test]
    fn the_driven_device_has_an_id_and_keeps_its_own() {
        let device = with_id("virtio-gpu-pci,vectors=0");
        assert_eq!(device, "virtio-gpu-pci,vectors=0,id=driven,ioeventfd=off");
        assert_eq!(id(&device), "driven");
        let own = with_id("VGA,id=mine");
        assert_eq!((own.as_str(), id(&own).as_str()), ("VGA,id=mine", "mine"));
    }

    #[test]
    fn what_the_firmware_does_to_its_screen_is_not_in_the_log() {
        assert_eq!(
            plain("\u{1b}[2J\u{1b}[01;01H\u{1b}[=3h[  0.013] rig: \u{7}4\r\n"),
            "[  0.013] rig: 4"
        );
    }
}
