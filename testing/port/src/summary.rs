//! The figures of a run, and their JSON.

use crate::ddi::Ddi;
use crate::interrupt::Figures;
use crate::machine::NtStatus;
use crate::port::Port;
use crate::rules::Merged;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

/// What the driver says about itself through its statistics request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Notifications of the device (doorbell writes) for presents.
    pub kicks: u64,
    /// Bytes that the driver asked the device to transfer.
    pub bytes_transferred: u64,
    /// Presents that the driver took.
    pub presents: u64,
}

/// Whether the screen shows the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// Every pixel.
    Match,
    /// Not; the first pixel that differs (x, y).
    Mismatch(u32, u32),
    /// The machine has no way to look, or the job never got so far.
    #[default]
    Unknown,
}

impl Verdict {
    /// "match", "mismatch" or "unknown".
    pub const fn word(self) -> &'static str {
        match self {
            Verdict::Match => "match",
            Verdict::Mismatch(..) => "mismatch",
            Verdict::Unknown => "unknown",
        }
    }
}

/// The stack that a DDI used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// Which.
    pub ddi: Ddi,
    /// How often it was called.
    pub calls: u64,
    /// The most bytes of kernel stack it used; 0 if not measured.
    pub stack: usize,
}

/// What came of a run.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// The status that ended the job early.
    pub error: Option<NtStatus>,
    /// The DDI that it came from.
    pub error_at: Option<Ddi>,
    /// Presents made.
    pub frames: u32,
    /// Those that ended in their call.
    pub synchronous: u32,
    /// Those that failed or were lost.
    pub failed: u32,
    /// Whether a present from memory that faults ended as an error; none was made where memory can't be taken away.
    pub unreadable: Option<bool>,
    /// Presents whose source was at an address of user mode.
    pub user_presents: u64,
    /// Stops that came while a present was pending.
    pub busy_stops: u32,
    /// Displays that the driver gave back lit when it was stopped.
    pub displays_given_back: u32,
    /// The mode, in pixels and lines.
    pub mode: Option<(u32, u32)>,
    /// Bytes of all dirty rectangles and moves; without the whole frames that a pattern begins with.
    pub dirty_bytes: u64,
    /// Whether the screen shows the picture.
    pub verdict: Verdict,
    /// The driver's own figures.
    pub statistics: Option<Statistics>,
    /// Interrupts, DPCs, synchronized calls.
    pub figures: Figures,
    /// Interrupts while presents were made.
    pub present_interrupts: u64,
    /// Rules that were checked at least once.
    pub rules_checked: usize,
    /// Checks made.
    pub checks: u64,
    /// Rules broken, counted.
    pub violations: u64,
    /// Their texts, as far as kept.
    pub broken: Vec<String>,
    /// Each broken rule and how often, with its class and source.
    pub merged: Vec<Merged>,
    /// What pages forbid and Windows takes: the texts of the first time, and each rule with how often and by which fact.
    pub taken: (Vec<String>, Vec<Merged>),
    /// The job ended with the bugcheck screen: nothing was stopped, removed or unloaded.
    pub bugchecked: bool,
    /// Things not given back at unload.
    pub leaks: u64,
    /// DDIs that were called.
    pub ddis: Vec<Use>,
}

fn ratio(part: u64, whole: impl Into<u64>) -> Option<(u64, u64)> {
    let thousandths = (part * 1000).checked_div(whole.into())?;
    Some((thousandths / 1000, thousandths % 1000))
}

impl Summary {
    /// Takes over what the port has counted.
    pub(crate) fn finish(&mut self, port: &Port) {
        let violations = port.violations();
        self.rules_checked = violations.rules_checked();
        self.checks = violations.checks();
        self.violations = violations.count();
        self.broken = violations
            .kept()
            .map(|violation| alloc::format!("{violation}"))
            .collect();
        self.merged = violations.merged().collect();
        let words = violations
            .kept_taken()
            .map(|one| alloc::format!("{one}"))
            .collect();
        self.taken = (words, violations.taken().collect());
        let calls = port.calls();
        self.ddis = Ddi::ALL
            .iter()
            .map(|ddi| Use {
                ddi: *ddi,
                calls: calls.count(*ddi),
                stack: calls.stack(*ddi),
            })
            .filter(|entry| entry.calls != 0)
            .collect();
    }

    /// Whether the job came to its end with the right picture, whatever was broken on the way: all that is asked of a driver
    /// that is not this project's.
    pub fn went_through(&self) -> bool {
        self.error.is_none() && self.verdict == Verdict::Match
    }

    /// Whether the job went through, the picture matches, and nothing was broken or leaked.
    pub fn is_good(&self) -> bool {
        self.went_through() && self.violations == 0 && self.leaks == 0 && self.failed == 0
    }

    /// The figures as the members of one JSON object; `extra` (such members, or empty) is put in front.
    pub fn to_json(&self, extra: &str) -> String {
        let mut json = String::from("{\n");
        if !extra.is_empty() {
            let _ = writeln!(json, "  {extra},");
        }
        let fixed = |value: Option<(u64, u64)>| match value {
            Some((whole, rest)) => alloc::format!("{whole}.{rest:03}"),
            None => String::from("null"),
        };
        let number = |value: Option<u64>| {
            value.map_or_else(|| String::from("null"), |value| alloc::format!("{value}"))
        };
        let statistics = self.statistics;
        let error = match self.error {
            Some(status) => alloc::format!("\"{:#010x}\"", status as u32),
            None => String::from("null"),
        };
        let messages = self.figures.messages as usize;
        let interrupts = &self.figures.interrupts[..messages.min(self.figures.interrupts.len())];
        let mode = match self.mode {
            Some((width, height)) => alloc::format!("\"{width}x{height}\""),
            None => String::from("null"),
        };
        let error_at = match self.error_at {
            Some(ddi) => alloc::format!("\"{}\"", ddi.name()),
            None => String::from("null"),
        };
        let members: [(&str, String); 31] = [
            ("error", error),
            ("error_at", error_at),
            ("mode", mode),
            ("frames", alloc::format!("{}", self.frames)),
            ("frames_synchronous", alloc::format!("{}", self.synchronous)),
            ("frames_failed", alloc::format!("{}", self.failed)),
            (
                "unreadable_source",
                String::from(match self.unreadable {
                    None => "null",
                    Some(true) => "\"error\"",
                    Some(false) => "\"unnoticed\"",
                }),
            ),
            (
                "presents_of_user_addresses",
                alloc::format!("{}", self.user_presents),
            ),
            (
                "stops_with_a_present_pending",
                alloc::format!("{}", self.busy_stops),
            ),
            (
                "displays_given_back",
                alloc::format!("{}", self.displays_given_back),
            ),
            ("picture", alloc::format!("\"{}\"", self.verdict.word())),
            (
                "interrupt",
                String::from(match (self.figures.line, messages) {
                    (true, _) => "\"line\"",
                    (false, 0) => "\"none\"",
                    (false, _) => "\"messages\"",
                }),
            ),
            ("messages", alloc::format!("{messages}")),
            ("interrupts", alloc::format!("{interrupts:?}")),
            (
                "interrupts_per_frame",
                fixed(ratio(self.present_interrupts, self.frames)),
            ),
            ("dpcs", alloc::format!("{}", self.figures.dpcs)),
            ("notifications", alloc::format!("{}", self.figures.notified)),
            ("kicks", number(statistics.map(|figures| figures.kicks))),
            (
                "kicks_per_frame",
                fixed(statistics.and_then(|figures| ratio(figures.kicks, self.frames))),
            ),
            (
                "synchronized_calls",
                alloc::format!("{}", self.figures.synchronized),
            ),
            (
                "bytes_transferred",
                number(statistics.map(|figures| figures.bytes_transferred)),
            ),
            ("dirty_bytes", alloc::format!("{}", self.dirty_bytes)),
            (
                "bytes_transferred_per_dirty_byte",
                fixed(
                    statistics
                        .and_then(|figures| ratio(figures.bytes_transferred, self.dirty_bytes)),
                ),
            ),
            ("rules_checked", alloc::format!("{}", self.rules_checked)),
            ("checks", alloc::format!("{}", self.checks)),
            ("violations", alloc::format!("{}", self.violations)),
            ("leaks", alloc::format!("{}", self.leaks)),
            ("broken", list(self.broken.iter().map(|text| quote(text)))),
            ("broken_rules", list(self.merged.iter().map(merged))),
            ("taken", list(self.taken.0.iter().map(|text| quote(text)))),
            ("taken_rules", list(self.taken.1.iter().map(merged))),
        ];
        for (name, value) in members {
            let _ = writeln!(json, "  \"{name}\": {value},");
        }
        let stack = self
            .ddis
            .iter()
            .map(|entry| alloc::format!("\"{}\": {}", entry.ddi.name(), entry.stack));
        let _ = writeln!(json, "  \"stack\": {{{}}}\n}}", join(stack));
        json
    }
}

/// One broken rule as a JSON object.
fn merged(merged: &Merged) -> String {
    let rule = merged.rule;
    let fact = match merged.taken {
        Some(fact) => alloc::format!(", \"fact\": \"{fact}\""),
        None => String::new(),
    };
    alloc::format!(
        "{{\"id\": {}, \"count\": {}, \"class\": {}, \"text\": {}, \"source\": {}{fact}}}",
        quote(rule.id()),
        merged.count,
        quote(rule.class().name()),
        quote(rule.text()),
        quote(rule.source())
    )
}

fn join(items: impl Iterator<Item = String>) -> String {
    let mut text = String::new();
    for (index, item) in items.enumerate() {
        if index != 0 {
            text.push_str(", ");
        }
        text.push_str(&item);
    }
    text
}

fn list(items: impl Iterator<Item = String>) -> String {
    alloc::format!("[{}]", join(items))
}

fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            control if control < ' ' => {
                let _ = write!(quoted, "\\u{:04x}", control as u32);
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_have_three_digits_and_no_frames_no_ratio() {
        assert_eq!(ratio(301, 300_u32), Some((1, 3)));
        assert_eq!(ratio(5, 0_u32), None);
        let summary = Summary {
            broken: alloc::vec![String::from("a \"b\"\n")],
            ..Summary::default()
        };
        let json = summary.to_json("\"image_sha256\": \"00\"");
        assert!(json.contains(r#""broken": ["a \"b\"\u000a"]"#), "{json}");
        assert!(
            json.contains("\"kicks_per_frame\": null") && json.contains("\"picture\": \"unknown\"")
        );
        assert!(!summary.is_good());
    }
}
