//! The machine-readable end of a run: one line `summary: {...}` on the log.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};
use core::sync::atomic::{AtomicU64, Ordering};

use ioctl::Source;
use port::ddi::{Calls, Ddi};
use port::machine::Pool;
use port::summary::Summary;

use super::{etw, mm, pool, probes, registry, stress};
use crate::cpu::percpu;
use crate::devices::{log, msix, neighbour};
use crate::image::guard;
use crate::log;

/// The tag's four characters.
fn tag_text(tag: u32) -> String {
    tag.to_le_bytes().escape_ascii().map(char::from).collect()
}

/// Most bytes that interrupts and deferred calls used of their stacks, on any processor.
pub fn stack_marks() -> (usize, usize) {
    percpu::all().fold((0, 0), |(interrupt, deferred), processor| {
        (
            interrupt.max(processor.stacks.interrupt.high_water()),
            deferred.max(processor.stacks.deferred.high_water()),
        )
    })
}

/// Figures that the port does not know, as members of the summary's object.
fn own_members(calls: &Calls, requests: u64, stack: usize) -> String {
    let (interrupt, deferred) = stack_marks();
    let mut members = String::new();
    let _ = write!(
        members,
        "\"machine\": \"rig\", \"processors\": {}",
        percpu::count()
    );
    let _ = write!(
        members,
        ", \"interrupt_stack\": {interrupt}, \"dpc_stack\": {deferred}, \"dispatch_stack\": {stack}"
    );
    let _ = write!(
        members,
        ", \"unclaimed\": {}",
        msix::UNCLAIMED.load(Ordering::Relaxed)
    );
    let _ = write!(
        members,
        ", \"foreign_interrupts\": {{\"raised\": {}, \"served\": {}}}",
        neighbour::RAISED.load(Ordering::Relaxed),
        neighbour::SERVED.load(Ordering::Relaxed)
    );
    let _ = write!(
        members,
        ", \"etw_events\": {}",
        etw::EVENTS.load(Ordering::Relaxed)
    );
    let _ = write!(members, ", \"registry_values\": {}", registry::count());
    let _ = write!(members, ", \"requests\": {requests}");
    let _ = write!(
        members,
        ", \"guarded_calls\": {}",
        guard::CALLS.load(Ordering::Relaxed)
    );
    let _ = write!(
        members,
        ", \"bad_requests\": {{\"asked\": {}, \"wrong\": {}}}",
        probes::ASKED.load(Ordering::Relaxed),
        probes::WRONG.load(Ordering::Relaxed)
    );
    let _ = write!(
        members,
        ", \"contiguous_pieces\": {}",
        mm::PIECES.load(Ordering::Relaxed)
    );
    members.push_str(&instructions_member(calls));
    members.push_str(&stress_member());
    let mut tags = String::new();
    pool::each_tag(|tag, usage| {
        let comma = if tags.is_empty() { "" } else { ", " };
        let _ = write!(
            tags,
            "{comma}\"{}\": {{\"allocations\": {}, \"most_bytes\": {}}}",
            tag_text(tag).replace('\\', "/"),
            usage.allocations,
            usage.most_bytes
        );
    });
    let _ = write!(members, ", \"pool\": {{{tags}}}");
    members
}

/// Instructions of DriverEntry, if they were counted.
pub static ENTRY: AtomicU64 = AtomicU64::new(0);

/// Calls and instructions of each routine of the driver's, if they were counted.
fn instructions_member(calls: &Calls) -> String {
    let entry = ENTRY.load(Ordering::Relaxed);
    if entry == 0 {
        return String::new();
    }
    let mut member =
        format!(", \"instructions\": {{\"DriverEntry\": {{\"calls\": 1, \"total\": {entry}}}");
    for &ddi in Ddi::ALL {
        let (count, total) = calls.instructions(ddi);
        if count != 0 {
            let _ = write!(
                member,
                ", \"{}\": {{\"calls\": {count}, \"total\": {total}}}",
                ddi.name()
            );
        }
    }
    member.push('}');
    member
}

/// What the stress run counted, if there was one.
fn stress_member() -> String {
    let snapshots = stress::SNAPSHOTS.load(Ordering::Relaxed);
    if snapshots == 0 {
        return String::new();
    }
    let mut member = format!(", \"stress\": {{\"snapshots\": {snapshots}");
    let closures = Source::ALL.iter().zip(&stress::CLOSURES);
    for (source, ran) in closures {
        let _ = write!(
            member,
            ", \"{}_closures\": {}",
            source.name(),
            ran.load(Ordering::Relaxed)
        );
    }
    for (name, figure) in [
        ("synchronized_calls", &stress::CALLS),
        ("interrupts", &stress::INTERRUPTS),
        ("stray_messages", &stress::STRAY),
        ("presents", &stress::PRESENTS),
        ("wrong", &stress::WRONG),
    ] {
        let _ = write!(member, ", \"{name}\": {}", figure.load(Ordering::Relaxed));
    }
    member.push('}');
    member
}

/// What the driver still holds, each on a line of the log.
pub fn log_leaks() -> Pool {
    pool::each_block(|address, size, tag| {
        log!("leak: {size} bytes at {address:#x}, tag {}", tag_text(tag));
    });
    let mut others = Vec::new();
    // Listed before it is logged: what lists holds locks.
    super::leaks(&mut |what| others.push(format!("{what}")));
    for what in &others {
        log!("leak: {what}");
    }
    super::held()
}

/// Writes the summary of a run that came to its end.
pub fn finish(summary: &Summary, calls: &Calls, requests: u64, stack: usize) {
    for text in &summary.broken {
        log!("violation: {text}");
    }
    for text in &summary.taken.0 {
        log!("told: {text}");
    }
    log_leaks();
    let json = summary.to_json(&own_members(calls, requests, stack));
    let line: String = json.lines().map(str::trim).collect();
    log::raw(format_args!("summary: {line}"));
}

/// Writes the summary of a run that a bugcheck ended. Allocates nothing.
pub fn finish_after_bugcheck(code: u32, parameters: [u64; 4], why: fmt::Arguments<'_>) {
    let [one, two, three, four] = parameters;
    log::raw(format_args!(
        "summary: {{\"machine\": \"rig\", \"bugcheck\": \"{code:#x}\", \"parameters\": [\"{one:#x}\", \"{two:#x}\", \"{three:#x}\", \"{four:#x}\"]}}"
    ));
    log::raw(format_args!("error: bugcheck {code:#x}: {why}"));
}

/// Writes the summary of a run whose driver did not come to register.
pub fn finish_without_driver(what: &str, status: i32) {
    let held = log_leaks();
    let text = format!("{what}: {status:#010x}");
    log::raw(format_args!(
        "summary: {{\"machine\": \"rig\", \"error\": \"{status:#010x}\", \"step\": \"{what}\", \"leaks\": {}}}",
        held.blocks + held.others
    ));
    log::raw(format_args!("error: {text}"));
}
