//! What QEMU itself saw of the driver: its trace events, in the order in which they happened.
//!
//! No driver has to cooperate: a write to the doorbell is `virtio_queue_notify`, an interrupt of a queue `virtio_notify`, and every
//! command of the GPU has an event. The rig's own log is in the same trace, byte for byte (`serial_write`), and says which part of
//! the run an event belongs to.

use std::collections::BTreeMap;

use port::scenario::WHOLE_FRAMES;
use serde_json::{Map, Value, json};

/// The events that QEMU is asked for.
pub const EVENTS: &[&str] = &[
    "virtio_queue_notify",
    "virtio_notify",
    "virtio_gpu_cmd_*",
    "virtio_gpu_update_cursor",
    "serial_write",
];

/// The rig's word when the first frame is presented that is not whole: what follows is the steady state.
const STEADY: &str = "present 3 of ";
const _: () = assert!(WHOLE_FRAMES == 2, "STEADY has the number after that");
/// The rig's word when all have been.
const END: &str = "step: picture";

/// What happened between two marks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Writes to the doorbell, by queue.
    pub kicks: BTreeMap<u64, u64>,
    /// Interrupts raised for a queue.
    pub interrupts: u64,
    /// Commands by name.
    pub commands: BTreeMap<String, u64>,
    /// Bytes of the rectangles flushed to the screen, at 4 bytes a pixel.
    pub flushed: u64,
}

/// A trace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// The whole run.
    pub all: Counts,
    /// From the first frame that is not whole to the last.
    pub frames: Counts,
}

impl Trace {
    /// Reads QEMU's log of its events.
    pub fn read(text: &str) -> Self {
        let mut trace = Self::default();
        let mut line = String::new();
        let mut in_frames = false;
        for event in text.lines() {
            // With time stamps, `PID@SECONDS:` stands in front.
            let event = match event.split_once(':') {
                Some((stamp, rest)) if stamp.contains('@') && !stamp.contains(' ') => rest,
                _ => event,
            };
            let (name, rest) = event.split_once(' ').unwrap_or((event, ""));
            if name == "serial_write" {
                match written(rest) {
                    Some(b'\n') => {
                        if line.contains(STEADY) {
                            in_frames = true;
                        } else if line.contains(END) {
                            in_frames = false;
                        }
                        line.clear();
                    }
                    Some(byte) => line.push(char::from(byte)),
                    None => {}
                }
                continue;
            }
            trace.all.count(name, rest);
            if in_frames {
                trace.frames.count(name, rest);
            }
        }
        trace
    }

    /// The figures for the summary; `frames` is how many were presented, `dirty` how many bytes of them were to be drawn, and `whole` how
    /// many of those were the whole frames'.
    pub fn members(&self, frames: u64, dirty: u64, whole: u64) -> Map<String, Value> {
        let steady = frames.saturating_sub(u64::from(WHOLE_FRAMES));
        let per_frame = |count: u64| ratio(count, steady);
        let kicks = self.frames.kicks.values().sum();
        let commands: Map<String, Value> = self
            .frames
            .commands
            .iter()
            .map(|(name, count)| (name.clone(), per_frame(*count)))
            .collect();
        let members = json!({
            "seen_kicks": self.all.kicks.values().sum::<u64>(),
            "seen_kicks_per_frame": per_frame(kicks),
            "seen_interrupts": self.all.interrupts,
            "seen_interrupts_per_frame": per_frame(self.frames.interrupts),
            "seen_commands": self.all.commands,
            "seen_commands_per_frame": commands,
            "seen_bytes_flushed": self.all.flushed,
            "seen_bytes_flushed_per_dirty_byte": ratio(self.frames.flushed, dirty.saturating_sub(whole)),
        });
        match members {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }
}

impl Counts {
    fn count(&mut self, event: &str, rest: &str) {
        let field = |name: &str| {
            let mut words = rest.split([' ', ',']).filter(|word| !word.is_empty());
            words.find(|word| *word == name)?;
            words.next()?.parse::<u64>().ok()
        };
        match event {
            "virtio_queue_notify" => {
                *self.kicks.entry(field("n").unwrap_or(0)).or_default() += 1;
            }
            "virtio_notify" => self.interrupts += 1,
            _ => {
                let name = event
                    .strip_prefix("virtio_gpu_cmd_")
                    .or_else(|| event.strip_prefix("virtio_gpu_"));
                let Some(name) = name else {
                    return;
                };
                *self.commands.entry(name.to_owned()).or_default() += 1;
                if name == "res_flush" {
                    self.flushed += 4 * field("w").unwrap_or(0) * field("h").unwrap_or(0);
                }
            }
        }
    }
}

/// The byte that went to a serial port's data register.
fn written(rest: &str) -> Option<u8> {
    let value = rest.strip_prefix("write addr 0x00 val 0x")?;
    u8::from_str_radix(value.trim(), 16).ok()
}

/// Two decimals; null without a divisor.
fn ratio(part: u64, whole: u64) -> Value {
    if whole == 0 {
        return Value::Null;
    }
    let ratio = part as f64 / whole as f64;
    json!((ratio * 100.0).round() / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn serial(text: &str) -> String {
        text.bytes()
            .map(|byte| format!("serial_write write addr 0x00 val 0x{byte:02x}\n"))
            .collect()
    }

    fn frame() -> &'static str {
        "virtio_queue_notify vdev 0x55 n 0 vq 0x66\nvirtio_gpu_cmd_res_xfer_toh_2d res 0x1\n\
         virtio_gpu_cmd_res_flush res 0x1, w 10, h 3, x 0, y 0\nvirtio_notify vdev 0x55 vq 0x66\n"
    }

    #[test]
    fn events_are_counted_from_the_first_partial_frame_to_the_picture() {
        let text = [
            frame().to_owned(),
            serial("[  1.0 p0] present 3 of 4\r\n"),
            frame().to_owned(),
            "4711@1.5:virtio_queue_notify vdev 0x55 n 1 vq 0x66\n".to_owned(),
            "serial_write write addr 0x01 val 0x0a\n".to_owned(),
            frame().to_owned(),
            serial("[  1.0 p0] step: picture\r\n"),
            frame().to_owned(),
        ]
        .concat();
        let trace = Trace::read(&text);
        assert_eq!(trace.all.kicks, BTreeMap::from([(0, 4), (1, 1)]));
        assert_eq!(trace.frames.kicks, BTreeMap::from([(0, 2), (1, 1)]));
        assert_eq!((trace.all.interrupts, trace.frames.interrupts), (4, 2));
        assert_eq!(trace.frames.commands["res_xfer_toh_2d"], 2);
        assert_eq!(trace.frames.flushed, 2 * 10 * 3 * 4);
        let members = trace.members(4, 1000, 520);
        assert_eq!(members["seen_kicks_per_frame"], json!(1.5));
        assert_eq!(members["seen_interrupts_per_frame"], json!(1.0));
        assert_eq!(members["seen_bytes_flushed_per_dirty_byte"], json!(0.5));
        assert_eq!(members["seen_commands_per_frame"]["res_flush"], json!(1.0));
    }

    #[test]
    fn one_frame_has_no_steady_state() {
        assert_eq!(
            Trace::read(frame()).members(1, 0, 0)["seen_kicks_per_frame"],
            Value::Null
        );
    }
}
