//! The summary of a run: its JSON, the table made of it, and whether it is good.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::trace::Trace;
use super::{broken, number};

/// The figures of a run.
#[derive(Debug, Clone)]
pub struct Summary(pub Value);

/// The rows of the table: member of the summary, and what to call it.
const ROWS: &[(&str, &str)] = &[
    ("image", "image"),
    ("device", "device"),
    ("processors", "processors"),
    ("mode", "mode"),
    ("frames", "frames"),
    ("picture", "picture"),
    ("unreadable_source", "present of unreadable memory"),
    ("interrupt", "interrupt"),
    ("interrupts", "interrupts per message"),
    ("interrupts_per_frame", "interrupts per frame"),
    ("dpcs", "DPCs"),
    ("kicks", "kicks"),
    ("kicks_per_frame", "kicks per frame"),
    ("synchronized_calls", "synchronized calls"),
    ("bytes_transferred", "bytes transferred"),
    ("dirty_bytes", "dirty bytes"),
    (
        "bytes_transferred_per_dirty_byte",
        "transferred per dirty byte",
    ),
    ("seen_kicks_per_frame", "QEMU saw: kicks per frame"),
    (
        "seen_interrupts_per_frame",
        "QEMU saw: interrupts per frame",
    ),
    ("seen_commands_per_frame", "QEMU saw: commands per frame"),
    (
        "seen_bytes_flushed_per_dirty_byte",
        "QEMU saw: flushed per dirty byte",
    ),
    ("rules_checked", "rules checked"),
    ("checks", "checks made"),
    ("violations", "violations"),
    ("leaks", "leaks"),
];

impl Summary {
    /// Adds or replaces a member.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        if let Value::Object(members) = &mut self.0 {
            members.insert(name.to_owned(), value.into());
        }
    }

    /// Adds what QEMU saw; `whole` is how many of the dirty bytes are the whole frames' at the beginning.
    pub fn add_trace(&mut self, trace: &Trace, whole: u64) {
        let figure = |name: &str| number(&self.0, name).unwrap_or_default() as u64;
        for (name, value) in trace.members(figure("frames"), figure("dirty_bytes"), whole) {
            self.set(&name, value);
        }
    }

    /// Why the run ended before its end, if it did: the DDI and its status with its name.
    pub fn early(&self) -> Option<String> {
        let text = |name: &str| self.0.get(name).and_then(Value::as_str);
        if let Some(code) = text("bugcheck") {
            return Some(format!(
                "the driver ended in bugcheck {code} (the log has its stack)"
            ));
        }
        let status = text("error")?;
        let at = text("error_at").or_else(|| text("step"));
        let number = u32::from_str_radix(status.trim_start_matches("0x"), 16).ok()?;
        let name = dxgk_sys::status_name(number as i32).unwrap_or("no name in ntstatus.h");
        Some(format!(
            "{} ended the run with {status} ({name})",
            at.unwrap_or("the job")
        ))
    }

    /// Width and height, if there was a mode.
    pub fn mode(&self) -> Option<(u32, u32)> {
        let (width, height) = self.0.get("mode")?.as_str()?.split_once('x')?;
        Some((width.parse().ok()?, height.parse().ok()?))
    }

    /// The table for the terminal.
    pub fn table(&self) -> String {
        let mut table = String::new();
        for (name, title) in ROWS {
            let value = match self.0.get(*name) {
                None | Some(Value::Null) => continue,
                Some(Value::String(text)) => text.clone(),
                Some(value) => value.to_string(),
            };
            let _ = writeln!(table, "{title:>34}  {value}");
        }
        let stress = self.0.get("stress").and_then(Value::as_object);
        for (name, value) in stress.into_iter().flatten() {
            let title = format!("stress: {}", name.replace('_', " "));
            let _ = writeln!(table, "{title:>34}  {value}");
        }
        if let Some((used, ddi)) = self.deepest() {
            let _ = writeln!(
                table,
                "{:>34}  {used} bytes, in {ddi}",
                "deepest kernel stack"
            );
        }
        for broken in broken::merged(&self.0) {
            let _ = writeln!(table, "{:>34}  {broken}", "broken");
        }
        for taken in broken::taken(&self.0) {
            let _ = writeln!(table, "{:>34}  {taken}", "told, Windows takes it");
        }
        table
    }

    /// The most bytes of kernel stack that a DDI used, and which one.
    pub fn deepest(&self) -> Option<(u64, &str)> {
        let stack = self.0.get("stack").and_then(Value::as_object)?;
        let used = stack
            .iter()
            .filter_map(|(ddi, used)| Some((used.as_u64()?, ddi.as_str())));
        used.max().filter(|(used, _)| *used != 0)
    }

    /// Writes the JSON.
    pub fn write(&self, file: &Path) -> Result<()> {
        fs::write(file, serde_json::to_string_pretty(&self.0)? + "\n")
            .with_context(|| format!("cannot write {}", file.display()))
    }

    /// An error that says what is not as it must be.
    pub fn check(&self) -> Result<()> {
        if let Some(early) = self.early() {
            anyhow::bail!("{early}");
        }
        for name in ["violations", "leaks", "frames_failed"] {
            let count =
                number(&self.0, name).with_context(|| format!("the summary has no {name}"))?;
            ensure!(count == 0.0, "{name}: {count}");
        }
        for part in ["stress", "bad_requests"] {
            let wrong = self.0.get(part).and_then(|part| number(part, "wrong"));
            ensure!(
                wrong.unwrap_or(0.0) == 0.0,
                "{part}: {} times wrong; the log says what",
                wrong.unwrap_or(0.0)
            );
        }
        let unreadable = self.0.get("unreadable_source").and_then(Value::as_str);
        ensure!(
            unreadable != Some("unnoticed"),
            "a present from memory that faults did not fail"
        );
        let picture = self.0.get("picture").and_then(Value::as_str);
        ensure!(
            picture == Some("match"),
            "the picture was not compared, or does not match"
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn good() -> Summary {
        Summary(json!({
            "error": null, "mode": "1280x800", "frames": 300, "frames_failed": 0, "picture": "match",
            "violations": 0, "leaks": 0, "broken": [], "stack": {"StartDevice": 100, "StopDevice": 2000}
        }))
    }

    #[test]
    fn a_good_run_is_good_and_shows_its_deepest_stack() {
        assert!(good().check().is_ok());
        assert!(
            good().table().contains("2000 bytes, in StopDevice"),
            "{}",
            good().table()
        );
        assert_eq!(good().mode(), Some((1280, 800)));
    }

    #[test]
    fn a_failed_start_is_told_with_its_ddi_and_the_status_s_name() {
        let mut summary = good();
        summary.set("error", "0xc000009d");
        summary.set("error_at", "DxgkDdiStartDevice");
        assert_eq!(
            summary.early().unwrap(),
            "DxgkDdiStartDevice ended the run with 0xc000009d (STATUS_DEVICE_NOT_CONNECTED)"
        );
        let crashed = Summary(json!({"machine": "rig", "bugcheck": "0xd1"}));
        assert!(crashed.early().unwrap().contains("bugcheck 0xd1"));
        assert_eq!(good().early(), None);
    }

    #[test]
    fn what_is_wrong_makes_it_fail() {
        for (name, value) in [
            ("stress", json!({"wrong": 2})),
            ("bad_requests", json!({"asked": 10, "wrong": 1})),
            ("violations", json!(1)),
            ("leaks", json!(1)),
            ("frames_failed", json!(2)),
            ("picture", json!("unknown")),
            ("error", json!("0xc0000001")),
        ] {
            let mut summary = good();
            summary.set(name, value);
            assert!(summary.check().is_err(), "{name}");
        }
    }
}
