//! The rig's options: `key=value` words in the fw_cfg item `opt/org.vgpudod/options`.

#[cfg(target_os = "uefi")]
use alloc::vec::Vec;
use core::fmt;

use port::pattern::Pattern;
use port::variants::Variant;

/// What a run is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// `frames=N`: how many presents.
    pub frames: u32,
    /// `messages=N`: most interrupt messages granted; 0 grants the line. The device may have fewer.
    pub messages: u32,
    /// `screendump=SECONDS`: how long to wait, with the last picture shown, for the word to go on.
    pub screendump: u32,
    /// `serve=SECONDS`: how long to serve requests after the presents; ends early when told to go on.
    pub serve: u32,
    /// `connected=0|1`: whether interrupts are connected before StartDevice is called, as Windows was seen to do it.
    pub connected: bool,
    /// `stress=N`: closures that each processor runs on each source in the stress run; 0 runs none.
    pub stress: u32,
    /// `scattered=0|1`: whether memory is given out in single pages only, as on a system that has run for long.
    pub scattered: bool,
    /// `only_enter=0|1`: call the image's entry point and end, with its status: for an image that is no display driver.
    pub only_enter: bool,
    /// `watchdog=SECONDS`: how long the run may make no progress.
    pub watchdog: u32,
    /// `presents=N`: the least number of presents, and so of interrupts, of the stress run.
    pub presents: u32,
    /// `foreign=0|1`: whether the image is not this project's. Its violations are reported and the run goes on; it has no control
    /// device that could be asked.
    pub foreign: bool,
    /// `strict=0|1`: whether the first violation ends the run.
    pub strict: bool,
    /// `count=0|1`: whether instructions are counted. QEMU runs with `-icount` and one processor then, so that the time-stamp
    /// counter advances by the same number of ticks with each instruction. The summary's `instructions` has, for DriverEntry and each DDI by its name,
    /// `{"calls": N, "total": N}`.
    pub count: bool,
    /// `pnp=0|1`: whether the image is the driver of a device that is no display: it is added, started, exercised with `stress`
    /// closures and `presents` interrupts, and removed.
    pub pnp: bool,
    /// `vendor=N device=N`: the PCI ids of the adapter, in decimal.
    pub ids: (u16, u16),
    /// `variant=NAME`, any number of them: what goes another way in this run, see [`port::variants`].
    pub variants: Vec<&'static str>,
    /// `pattern=NAME`: what the presents draw, see [`port::pattern`].
    pub pattern: Option<&'static str>,
    /// `slot=N`: the adapter's device number on PCI bus 0; without it, the first function with these ids.
    pub slot: Option<u8>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            frames: 300,
            messages: 16,
            screendump: 0,
            serve: 0,
            connected: true,
            scattered: false,
            only_enter: false,
            stress: 0,
            presents: 0,
            watchdog: 60,
            foreign: false,
            strict: false,
            count: false,
            pnp: false,
            ids: VIRTIO_GPU,
            variants: Vec::new(),
            pattern: None,
            slot: None,
        }
    }
}

/// Vendor and device of a modern virtio GPU: 0x1040 + 16.
pub const VIRTIO_GPU: (u16, u16) = (0x1AF4, 0x1050);

/// A word that is not an option, or a value that is not a number in range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadOption<'a>(pub &'a str);

impl fmt::Display for BadOption<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "unknown option or value `{}`; there are variant and pattern (a name), frames, messages, screendump, serve, stress, presents, watchdog, vendor, device, slot, \
             and connected, scattered, only_enter, foreign, strict, count, pnp (0 or 1), each =NUMBER",
            self.0
        )
    }
}

impl Options {
    /// Reads the options from text.
    ///
    /// # Errors
    /// The first word that is none.
    pub fn parse(text: &str) -> Result<Self, BadOption<'_>> {
        let mut options = Self::default();
        for word in text.split_ascii_whitespace() {
            let bad = BadOption(word);
            let (key, value) = word.split_once('=').ok_or(bad)?;
            if key == "variant" {
                options
                    .variants
                    .push(Variant::named(value).ok_or(bad)?.name);
                continue;
            }
            if key == "pattern" {
                options.pattern = Some(Pattern::named(value).ok_or(bad)?.name);
                continue;
            }
            let number = value.parse::<u32>().map_err(|_| bad)?;
            match (key, number) {
                ("frames", _) => options.frames = number,
                ("messages", _) => options.messages = number,
                ("screendump", _) => options.screendump = number,
                ("serve", _) => options.serve = number,
                ("connected", 0 | 1) => options.connected = number == 1,
                ("scattered", 0 | 1) => options.scattered = number == 1,
                ("only_enter", 0 | 1) => options.only_enter = number == 1,
                ("stress", _) => options.stress = number,
                ("watchdog", 1..) => options.watchdog = number,
                ("presents", _) => options.presents = number,
                ("foreign", 0 | 1) => options.foreign = number == 1,
                ("strict", 0 | 1) => options.strict = number == 1,
                ("count", 0 | 1) => options.count = number == 1,
                ("pnp", 0 | 1) => options.pnp = number == 1,
                ("vendor", _) => options.ids.0 = number.try_into().map_err(|_| bad)?,
                ("device", _) => options.ids.1 = number.try_into().map_err(|_| bad)?,
                ("slot", 0..=31) => options.slot = number.try_into().ok(),
                _ => return Err(bad),
            }
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_the_default_run() {
        assert_eq!(Options::parse(" \n"), Ok(Options::default()));
    }

    #[test]
    fn each_key_sets_its_field() {
        let parsed = Options::parse(
            "frames=7 messages=0 screendump=5\nserve=60 connected=0 scattered=1 only_enter=1 stress=9 presents=8 watchdog=4 \
             foreign=1 strict=1 count=1 pnp=1 vendor=4660 device=4369 slot=31 variant=user-source variant=end-remove pattern=caret",
        )
        .unwrap();
        let expected = Options {
            frames: 7,
            messages: 0,
            screendump: 5,
            serve: 60,
            connected: false,
            scattered: true,
            only_enter: true,
            stress: 9,
            presents: 8,
            watchdog: 4,
            foreign: true,
            strict: true,
            count: true,
            pnp: true,
            ids: (0x1234, 0x1111),
            variants: vec!["user-source", "end-remove"],
            pattern: Some("caret"),
            slot: Some(31),
        };
        assert_eq!(parsed, expected);
    }

    #[test]
    fn a_word_that_is_no_option_is_named() {
        for word in [
            "frame=1",
            "frames",
            "frames=x",
            "frames=-1",
            "connected=2",
            "watchdog=0",
            "vendor=65536",
            "slot=32",
            "variant=user",
            "pattern=carets",
        ] {
            let text = format!("messages=1 {word}");
            assert_eq!(Options::parse(&text), Err(BadOption(word)));
        }
    }
}
