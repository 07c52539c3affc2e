//! What must be on the screen, and whether it is: QEMU's screendump against the frames that were presented, pixel by pixel.
//!
//! The expected picture is made here, from the run's seed and size, not taken from the machine that ran.

use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use port::picture::{Frames, Picture};
use port::scenario::{Plan, planned};

/// Whether the screen shows the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every pixel.
    Match,
    /// Not.
    Mismatch(Difference),
}

impl Verdict {
    /// "match" or "mismatch".
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::Mismatch(_) => "mismatch",
        }
    }
}

/// The first difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// Width and height of the screen, and of the picture.
    Size((u32, u32), (u32, u32)),
    /// x, y, expected and seen pixel.
    Pixel(u32, u32, u32, u32),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Size((width, height), (wanted, high)) => {
                write!(
                    f,
                    "the screen has {width}x{height} pixels, the picture {wanted}x{high}"
                )
            }
            Self::Pixel(x, y, expected, seen) => {
                write!(
                    f,
                    "at ({x}, {y}) it shows {seen:06x} instead of {expected:06x}"
                )
            }
        }
    }
}

/// Compares the screendump with the picture of this width and height after all frames of the plan.
pub fn compare(screendump: &Path, size: (u32, u32), plan: &Plan) -> Result<Verdict> {
    difference(screendump, size, || expected(size, plan))
}

/// Compares the screendump with a black picture of this width and height.
pub fn compare_with_black(screendump: &Path, size: (u32, u32)) -> Result<Verdict> {
    difference(screendump, size, || black(size))
}

fn difference(
    screendump: &Path,
    size: (u32, u32),
    expected: impl Fn() -> Picture,
) -> Result<Verdict> {
    let (seen, pixels) = read_png(screendump)?;
    if seen != size {
        return Ok(Verdict::Mismatch(Difference::Size(seen, size)));
    }
    Ok(match expected().first_difference(&pixels, size.0) {
        None => Verdict::Match,
        Some((x, y, expected, seen)) => Verdict::Mismatch(Difference::Pixel(x, y, expected, seen)),
    })
}

fn black((width, height): (u32, u32)) -> Picture {
    let mut picture = Picture::default();
    picture.resize(width, height);
    picture
}

/// The picture after all frames of the plan.
fn expected(size: (u32, u32), plan: &Plan) -> Picture {
    let mut picture = black(size);
    let mut frames = Frames::new(plan.seed, plan.moves);
    for number in 0..plan.frames {
        let frame = planned(plan, &mut frames, &picture, number);
        frame.apply(&mut picture);
    }
    picture
}

/// Size and pixels (0x00RRGGBB) of a PNG without transparency.
fn read_png(file: &Path) -> Result<((u32, u32), Vec<u32>)> {
    let open = File::open(file)
        .with_context(|| format!("there is no screendump at {}", file.display()))?;
    let mut reader = png::Decoder::new(BufReader::new(open))
        .read_info()
        .context("the screendump is no PNG")?;
    let mut bytes = vec![
        0;
        reader
            .output_buffer_size()
            .context("the screendump is too large")?
    ];
    let info = reader.next_frame(&mut bytes)?;
    ensure!(
        info.bit_depth == png::BitDepth::Eight,
        "the screendump has not 8 bits for each color"
    );
    let step = match info.color_type {
        png::ColorType::Rgb => 3,
        png::ColorType::Rgba => 4,
        other => bail!("the screendump is {other:?}"),
    };
    let pixels = bytes[..info.buffer_size()]
        .chunks_exact(step)
        .map(|pixel| u32::from_be_bytes([0, pixel[0], pixel[1], pixel[2]]))
        .collect();
    Ok(((info.width, info.height), pixels))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufWriter;

    fn save(file: &Path, width: u32, height: u32, pixels: &[u32]) {
        let mut encoder = png::Encoder::new(
            BufWriter::new(File::create(file).expect("a file")),
            width,
            height,
        );
        encoder.set_color(png::ColorType::Rgb);
        let bytes: Vec<u8> = pixels
            .iter()
            .flat_map(|pixel| pixel.to_be_bytes()[1..].to_vec())
            .collect();
        let mut writer = encoder.write_header().expect("a header");
        writer.write_image_data(&bytes).expect("pixels");
    }

    fn plan() -> Plan {
        Plan {
            frames: 12,
            ..Plan::default()
        }
    }

    fn verdict(change: impl FnOnce(&mut Vec<u32>), width: u32, height: u32) -> Verdict {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("frame.png");
        let mut pixels = expected((40, 30), &plan()).pixels().to_vec();
        change(&mut pixels);
        save(&file, width, height, &pixels);
        compare(&file, (40, 30), &plan()).expect("a verdict")
    }

    #[test]
    fn the_right_picture_matches() {
        assert_eq!(verdict(|_| (), 40, 30), Verdict::Match);
    }

    #[test]
    fn one_wrong_pixel_is_found() {
        let wrong = verdict(|pixels| pixels[7 * 40 + 3] ^= 1, 40, 30);
        assert!(
            matches!(wrong, Verdict::Mismatch(Difference::Pixel(3, 7, _, _))),
            "{wrong:?}"
        );
    }

    #[test]
    fn a_plan_without_moves_has_another_picture() {
        let other = Plan {
            moves: false,
            ..plan()
        };
        assert_ne!(
            expected((40, 30), &other).pixels(),
            expected((40, 30), &plan()).pixels()
        );
    }

    #[test]
    fn black_is_told_from_a_frame() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("end.png");
        for (pixel, verdict) in [(0, "match"), (1, "mismatch")] {
            save(&file, 2, 2, &[0, 0, 0, pixel]);
            let seen = compare_with_black(&file, (2, 2)).expect("a verdict");
            assert_eq!(seen.word(), verdict);
        }
    }

    #[test]
    fn another_size_is_a_mismatch() {
        let turned = verdict(|_| (), 30, 40);
        assert_eq!(
            turned,
            Verdict::Mismatch(Difference::Size((30, 40), (40, 30)))
        );
    }
}
