//! The answers as text for people, and as JSON for programs.

use std::fmt::Write;

use ioctl::{Architecture, Source, Statistics, VersionAndIdentity};
use serde_json::{Map, Value, json};

use crate::connection::Target;
use crate::exercise::Outcome;

/// Feature bits by their names in VIRTIO 1.2 (5.7.3 and 6).
const FEATURES: [(u32, &str); 10] = [
    (0, "VIRGL"),
    (1, "EDID"),
    (2, "RESOURCE_UUID"),
    (3, "RESOURCE_BLOB"),
    (4, "CONTEXT_INIT"),
    (28, "INDIRECT_DESC"),
    (29, "EVENT_IDX"),
    (32, "VERSION_1"),
    (33, "ACCESS_PLATFORM"),
    (36, "ORDER_PLATFORM"),
];

/// The counters that stand together, by how their names begin; what no line names comes last.
const SECTIONS: [(&str, &[&str]); 4] = [
    ("frames", &["frames_"]),
    (
        "commands",
        &["batches", "commands", "kicks", "bytes_", "dirty_"],
    ),
    (
        "interrupts",
        &[
            "notifications",
            "dpcs",
            "synchronized",
            "refused_",
            "idle_",
            "foreign_",
        ],
    ),
    ("other", &[""]),
];

fn feature_names(bits: u64) -> Vec<String> {
    (0..64)
        .filter(|bit| bits >> bit & 1 != 0)
        .map(
            |bit| match FEATURES.iter().find(|(known, _)| *known == bit) {
                Some((_, name)) => (*name).to_string(),
                None => format!("bit {bit}"),
            },
        )
        .collect()
}

fn architecture(number: u32) -> &'static str {
    match number {
        number if number == Architecture::X64 as u32 => "x64",
        number if number == Architecture::Arm64 as u32 => "ARM64",
        _ => "other",
    }
}

fn version(identity: &VersionAndIdentity) -> String {
    let [major, minor, patch, _] = identity.driver_version;
    format!("{major}.{minor}.{patch}")
}

/// `name  value`, the names in one column.
fn rows(rows: &[(&str, String)]) -> String {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    rows.iter().fold(String::new(), |mut text, (name, value)| {
        let _ = writeln!(text, "  {name:width$}  {value}");
        text
    })
}

/// The identity for people.
pub fn info(identity: &VersionAndIdentity, target: &Target) -> String {
    let interrupt = match identity.messages {
        0 => "one line".to_string(),
        count => {
            let sources = Source::ALL.map(|source| {
                format!(
                    "{} on {}",
                    source.name(),
                    identity.source_messages[source as usize]
                )
            });
            format!("{count} messages ({})", sources.join(", "))
        }
    };
    let checked = if identity.checked_build != 0 {
        ", with its own checks"
    } else {
        ""
    };
    let text = rows(&[
        (
            "driver",
            format!(
                "{} for {}{checked}",
                version(identity),
                architecture(identity.architecture)
            ),
        ),
        ("interface", format!("version {}", identity.header.version)),
        (
            "device",
            format!(
                "PCI {:04x}:{:04x}, subsystem {:04x}:{:04x}, revision {}",
                identity.vendor_id,
                identity.device_id,
                identity.subsystem_vendor_id,
                identity.subsystem_id,
                identity.revision
            ),
        ),
        ("features", feature_names(identity.features).join(" ")),
        ("interrupts", interrupt),
        ("scanouts", identity.scanouts.to_string()),
        (
            "preferred mode",
            format!("{}x{}", identity.preferred_width, identity.preferred_height),
        ),
        (
            "control queue",
            format!("{} descriptors", identity.control_queue_size),
        ),
        (
            "adapters",
            format!(
                "{} started, this is number {}",
                identity.adapters, identity.header.adapter
            ),
        ),
    ]);
    format!("virtio GPU display driver on {target}\n{text}")
}

/// The identity for programs.
pub fn info_json(identity: &VersionAndIdentity) -> String {
    let sources: Map<String, Value> = Source::ALL
        .iter()
        .map(|source| {
            (
                source.name().into(),
                identity.source_messages[*source as usize].into(),
            )
        })
        .collect();
    pretty(&json!({
        "driver_version": version(identity),
        "architecture": architecture(identity.architecture),
        "checked_build": identity.checked_build != 0,
        "interface_version": identity.header.version,
        "adapter": identity.header.adapter,
        "adapters": identity.adapters,
        "pci": {
            "vendor": identity.vendor_id,
            "device": identity.device_id,
            "subsystem_vendor": identity.subsystem_vendor_id,
            "subsystem": identity.subsystem_id,
            "revision": identity.revision,
        },
        "features": identity.features,
        "feature_names": feature_names(identity.features),
        "messages": identity.messages,
        "source_messages": sources,
        "scanouts": identity.scanouts,
        "control_queue_size": identity.control_queue_size,
        "preferred_mode": [identity.preferred_width, identity.preferred_height],
    }))
}

/// The interrupts of each source that exists, and of each message up to the last that had any.
fn by_source(statistics: &Statistics) -> impl Iterator<Item = (&'static str, u64)> + '_ {
    Source::ALL.iter().map(|source| {
        (
            source.name(),
            statistics.source_interrupts[*source as usize],
        )
    })
}

fn by_message(statistics: &Statistics) -> &[u64] {
    let used = statistics
        .message_interrupts
        .iter()
        .rposition(|count| *count != 0);
    &statistics.message_interrupts[..used.map_or(0, |last| last + 1)]
}

/// A number with its digits in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index != 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// The statistics for people.
pub fn stats(statistics: &Statistics, target: &Target) -> String {
    let mut left: Vec<(String, String)> = statistics
        .counters()
        .map(|(name, value)| (name.into(), grouped(value)))
        .collect();
    let mut sections: Vec<(&str, Vec<(String, String)>)> = Vec::new();
    for (title, prefixes) in SECTIONS {
        let belongs = |name: &str| prefixes.iter().any(|prefix| name.starts_with(prefix));
        let (here, rest) = left.into_iter().partition(|(name, _)| belongs(name));
        left = rest;
        sections.push((title, here));
    }
    let sources =
        by_source(statistics).map(|(name, count)| (format!("source {name}"), grouped(count)));
    let messages = by_message(statistics)
        .iter()
        .enumerate()
        .map(|(message, count)| (format!("message {message}"), grouped(*count)));
    sections[2].1.extend(sources.chain(messages));
    let all = || sections.iter().flat_map(|(_, rows)| rows);
    let names = all().map(|(name, _)| name.len()).max().unwrap_or(0);
    let values = all().map(|(_, value)| value.len()).max().unwrap_or(0);
    let mut text = format!("adapter {} on {target}\n", statistics.header.adapter);
    for (title, rows) in sections.iter().filter(|(_, rows)| !rows.is_empty()) {
        let _ = writeln!(text, "{title}");
        for (name, value) in rows {
            let _ = writeln!(
                text,
                "  {:names$}  {value:>values$}",
                name.replace('_', " ")
            );
        }
    }
    text
}

/// The statistics for programs.
pub fn stats_json(statistics: &Statistics) -> String {
    let mut object: Map<String, Value> = statistics
        .counters()
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    let sources: Map<String, Value> = by_source(statistics)
        .map(|(name, count)| (name.into(), count.into()))
        .collect();
    object.insert("interface_version".into(), statistics.header.version.into());
    object.insert("adapter".into(), statistics.header.adapter.into());
    object.insert("source_interrupts".into(), sources.into());
    object.insert("message_interrupts".into(), by_message(statistics).into());
    pretty(&Value::Object(object))
}

/// The columns of an exercise, by what [`Outcome`] calls them.
fn columns(outcome: &Outcome) -> [(&'static str, u64); 5] {
    [
        ("ran", outcome.ran),
        ("refused", outcome.refused),
        ("lost", outcome.lost),
        ("torn", outcome.torn),
        ("interrupts", outcome.interrupts),
    ]
}

/// An exercise for people.
pub fn exercise(outcomes: &[(Source, Outcome)], target: &Target) -> String {
    let mut text = format!("synchronized closures on {target}\n  {:8}", "source");
    for (name, _) in columns(&Outcome::default()) {
        let _ = write!(text, "  {name:>10}");
    }
    for (source, outcome) in outcomes {
        let _ = write!(text, "\n  {:8}", source.name());
        for (_, value) in columns(outcome) {
            let _ = write!(text, "  {:>10}", grouped(value));
        }
    }
    let good = outcomes.iter().all(|(_, outcome)| outcome.is_good());
    let verdict = if good {
        "every closure ran once, alone"
    } else {
        "wrong: closures were refused or lost, or ran beside one another"
    };
    format!("{text}\n{verdict}\n")
}

/// An exercise for programs.
pub fn exercise_json(outcomes: &[(Source, Outcome)]) -> String {
    let sources: Map<String, Value> = outcomes
        .iter()
        .map(|(source, outcome)| {
            let numbers: Map<String, Value> = columns(outcome)
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect();
            (source.name().into(), numbers.into())
        })
        .collect();
    pretty(&Value::Object(sources))
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use zerocopy::FromZeros;

    fn statistics() -> Statistics {
        let mut statistics = Statistics::new_zeroed();
        statistics.frames_submitted = 300;
        statistics.kicks = 299;
        statistics.bytes_transferred = 1_234_567;
        statistics.source_interrupts[Source::Control as usize] = 298;
        statistics.message_interrupts[0] = 298;
        statistics
    }

    #[test]
    fn every_counter_is_in_the_table_once() {
        let text = stats(&statistics(), &Target::Simulation);
        let names: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("  ")?.split("  ").next())
            .collect();
        for (name, _) in statistics().counters() {
            let name = name.replace('_', " ");
            let rows = names.iter().filter(|row| **row == name).count();
            assert_eq!(rows, 1, "{name} in\n{text}");
        }
        assert!(text.contains("1 234 567"), "{text}");
    }

    #[test]
    fn the_json_has_every_counter_as_a_number() {
        let json: Value = serde_json::from_str(&stats_json(&statistics())).expect("JSON");
        for (name, value) in statistics().counters() {
            assert_eq!(json[name], value, "{name}");
        }
        assert_eq!(json["source_interrupts"]["control"], 298);
        assert_eq!(json["message_interrupts"], json!([298]));
    }

    #[test]
    fn an_identity_names_what_it_has() {
        let mut identity = VersionAndIdentity::new_zeroed();
        identity.features = 1 << 32 | 1 << 29 | 1 << 50;
        identity.vendor_id = 0x1AF4;
        let text = info(&identity, &Target::Simulation);
        assert!(text.contains("EVENT_IDX VERSION_1 bit 50"), "{text}");
        assert!(
            text.contains("PCI 1af4:0000") && text.contains("one line"),
            "{text}"
        );
        let json: Value = serde_json::from_str(&info_json(&identity)).expect("JSON");
        assert_eq!(json["pci"]["vendor"], 0x1AF4);
    }
}
