//! A screen for a QEMU that draws with OpenGL, where QEMU's own screendump has nothing to save: an X server without a monitor,
//! whose frame buffer is a file.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use super::qemu::Running;

/// Larger than any window here, wherever it is put.
const SCREEN: &str = "4096x2400x24";
/// How long QEMU takes to draw what it was given, at most.
const DRAWN: Duration = Duration::from_secs(2);

/// The X server.
pub struct Window {
    display: String,
    folder: TempDir,
    _server: Running,
}

impl Window {
    /// Starts the server on a free display.
    pub fn open() -> Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
        let mut command = Command::new("Xvfb");
        command
            .args(["-displayfd", "1", "-screen", "0", SCREEN, "-wr"])
            .args(["-nocursor", "-nolisten", "tcp", "-fbdir"])
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut server = Running(command.spawn().context("cannot start Xvfb")?);
        let output = server.0.stdout.take().context("Xvfb has no output")?;
        let mut number = String::new();
        BufReader::new(output).read_line(&mut number)?;
        ensure!(!number.trim().is_empty(), "Xvfb does not start");
        Ok(Self {
            display: format!(":{}", number.trim()),
            folder,
            _server: server,
        })
    }

    /// Has this QEMU draw here.
    pub fn configure(&self, command: &mut Command) {
        command
            .env("DISPLAY", &self.display)
            .env("SDL_VIDEODRIVER", "x11")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .args(["-display", "sdl,gl=on"]);
    }

    /// Saves QEMU's window as a PNG.
    pub fn save(&self, to: &Path) -> Result<()> {
        thread::sleep(DRAWN);
        let file = self.folder.path().join("Xvfb_screen0");
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let picture = picture(&bytes)?;
        let file = File::create(to).with_context(|| format!("cannot write {}", to.display()))?;
        let mut encoder = png::Encoder::new(BufWriter::new(file), picture.width, picture.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder
            .write_header()?
            .write_image_data(&picture.rgb)
            .context("cannot write the picture")
    }
}

/// What is not the server's white background: QEMU's window.
struct Picture {
    width: u32,
    height: u32,
    rgb: Vec<u8>,
}

/// Reads the frame buffer's file (XWD, version 7, 32 bits a pixel, the lowest byte first).
fn picture(bytes: &[u8]) -> Result<Picture> {
    let word = |index: usize| {
        let word = bytes.get(index * 4..index * 4 + 4);
        word.and_then(|word| word.try_into().ok())
            .map(|word| u32::from_be_bytes(word) as usize)
            .context("the X server's frame buffer is cut off")
    };
    ensure!(
        (word(1)?, word(7)?, word(11)?) == (7, 0, 32),
        "the X server's frame buffer has another form"
    );
    let (width, height, pitch) = (word(4)?, word(5)?, word(12)?);
    let start = word(0)? + word(19)? * 12;
    let line = |y: usize| bytes.get(start + y * pitch..start + y * pitch + width * 4);
    let is_white = |pixel: &[u8]| pixel.iter().take(3).all(|color| *color == 0xFF);
    let (mut left, mut right, mut top, mut bottom) = (width, 0, height, 0);
    for y in 0..height {
        let line = line(y).context("the X server's frame buffer is cut off")?;
        for (x, _) in line
            .as_chunks::<4>()
            .0
            .iter()
            .enumerate()
            .filter(|(_, pixel)| !is_white(*pixel))
        {
            left = left.min(x);
            right = right.max(x + 1);
            top = top.min(y);
            bottom = y + 1;
        }
    }
    if right <= left {
        bail!("QEMU has no window on the X server");
    }
    let mut rgb = Vec::with_capacity((right - left) * (bottom - top) * 3);
    for y in top..bottom {
        let line = line(y).and_then(|line| line.get(left * 4..right * 4));
        for pixel in line.unwrap_or_default().as_chunks::<4>().0 {
            rgb.extend(pixel.iter().take(3).rev());
        }
    }
    Ok(Picture {
        width: u32::try_from(right - left)?,
        height: u32::try_from(bottom - top)?,
        rgb,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame buffer of 5 x 4 pixels with a window of 2 x 2 in it.
    fn screen() -> Vec<u8> {
        let mut words = [0_u32; 25];
        for (index, value) in [
            (0, 100),
            (1, 7),
            (4, 5),
            (5, 4),
            (11, 32),
            (12, 20),
            (19, 1),
        ] {
            words[index] = value;
        }
        let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        bytes.extend([0; 12]);
        bytes.extend([0xFF; 80]);
        for (x, y, pixel) in [
            (2, 1, [1, 2, 3]),
            (3, 1, [4, 5, 6]),
            (2, 2, [7, 8, 9]),
            (3, 2, [0; 3]),
        ] {
            let at = 112 + y * 20 + x * 4;
            bytes[at..at + 3].copy_from_slice(&pixel);
        }
        bytes
    }

    #[test]
    fn the_window_is_cut_out_of_the_screen() {
        let found = picture(&screen()).unwrap();
        assert_eq!((found.width, found.height), (2, 2));
        assert_eq!(found.rgb, [3, 2, 1, 6, 5, 4, 9, 8, 7, 0, 0, 0]);
    }

    #[test]
    fn a_screen_without_a_window_or_of_another_form_is_said() {
        let mut empty = screen();
        empty[112..].fill(0xFF);
        assert!(picture(&empty).is_err());
        let mut other = screen();
        other[47] = 24;
        assert!(picture(&other).is_err());
        assert!(picture(&screen()[..150]).is_err());
    }
}
