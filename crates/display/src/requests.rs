//! Requests from user mode: through the control device, and through DxgkDdiEscape.
//!
//! They are answered by the same code; only the way in differs. Statistics are read in one synchronized closure on the
//! control source, so that they are what was true at one moment; what the other sources count is theirs, and takes one each.

use dxgk::adapter::{MAX_ADAPTERS, Started};
use dxgk::irql::Passive;
use dxgk::status::Status;
use ioctl::{
    Architecture, Error, Operation, Request, Response, Source, Statistics, VersionAndIdentity,
};

use crate::exercise::exercise;
use crate::interrupts::{Tally, config, control, cursor};
use crate::start::OUTPUTS;
use crate::{Platform, Vgpu};

/// Answers IRP_MJ_DEVICE_CONTROL for the control device: `code` with the system buffer of METHOD_BUFFERED, of which the first
/// `input_len` bytes came in and `output_len` may go out. Returns how many bytes go out.
///
/// IRQL: PASSIVE_LEVEL.
///
/// # Errors
///
/// The status for the IRP. The buffer is then as it was.
pub fn handle<P: Platform>(
    code: u32,
    buffer: &mut [u8],
    input_len: usize,
    output_len: usize,
    irql: &mut Passive<'_>,
) -> Result<usize, Status> {
    let input = buffer.get(..input_len).ok_or(Status::INVALID_PARAMETER)?;
    let request = Request::parse(code, input, output_len).map_err(status)?;
    let output = buffer
        .get_mut(..output_len)
        .ok_or(Status::INVALID_PARAMETER)?;
    let adapters = count_adapters::<P>(irql);
    let index = usize::try_from(request.adapter).unwrap_or(usize::MAX);
    P::registry()
        .with(index, irql, |_, started, irql| {
            answer(started, &request, adapters, output, irql)
        })
        .unwrap_or(Err(if index < MAX_ADAPTERS {
            Status::DEVICE_NOT_READY
        } else {
            Status::INVALID_PARAMETER
        }))
}

/// Answers DxgkDdiEscape in place. dxgkrnl has chosen the adapter.
///
/// # Errors
///
/// The status that the caller of D3DKMTEscape gets; the data are then as they were.
pub(crate) fn escape<P: Platform>(
    started: &Started<Vgpu<P>>,
    data: &mut [u8],
    irql: &mut Passive<'_>,
) -> Result<(), Status> {
    // STATUS_BUFFER_TOO_SMALL and STATUS_INVALID_DEVICE_REQUEST are not among the statuses of DxgkDdiEscape
    // (ESCAPE/escape-return-codes).
    let request = Request::parse_escape(data).map_err(|_| Status::INVALID_PARAMETER)?;
    let adapters = count_adapters::<P>(irql);
    answer(started, &request, adapters, data, irql)
        .map(|_| ())
        .map_err(|_| Status::INVALID_PARAMETER)
}

fn status(error: Error) -> Status {
    Status::new(error.status()).unwrap_or(Status::UNSUCCESSFUL)
}

fn count_adapters<P: Platform>(irql: &mut Passive<'_>) -> u32 {
    (0..MAX_ADAPTERS).fold(0, |count: u32, index| {
        let started = P::registry().with(index, irql, |_, _, _| ());
        count.saturating_add(u32::from(started.is_some()))
    })
}

fn answer<P: Platform>(
    started: &Started<Vgpu<P>>,
    request: &Request,
    adapters: u32,
    output: &mut [u8],
    irql: &mut Passive<'_>,
) -> Result<usize, Status> {
    match request.operation {
        Operation::VersionAndIdentity => identity(started, request, adapters)?.write(output),
        Operation::Statistics => statistics(started, request, irql)?.write(output),
        Operation::Exercise => exercise(started, request, irql)?.write(output),
    }
    .map_err(status)
}

fn identity<P: Platform>(
    started: &Started<Vgpu<P>>,
    request: &Request,
    adapters: u32,
) -> Result<VersionAndIdentity, Status> {
    let device = &started.device;
    let (identity, map) = (&device.identity, started.interrupts.map());
    let brought = device.brought().map_err(|fault| fault.status)?;
    let preferred = device.output()?.preferred;
    let mut answer = VersionAndIdentity {
        driver_version: DRIVER_VERSION,
        architecture: ARCHITECTURE as u32,
        checked_build: u32::from(cfg!(debug_assertions)),
        features: brought.features.bits(),
        vendor_id: identity.vendor,
        device_id: identity.device,
        subsystem_vendor_id: identity.subsystem_vendor,
        subsystem_id: identity.subsystem,
        revision: identity.revision,
        class_code: identity.class_code,
        adapters,
        messages: if map.is_line() { 0 } else { map.messages() },
        sources: OUTPUTS.max(Source::ALL.len() as u32),
        scanouts: brought.scanouts,
        control_queue_size: u32::from(brought.control_queue_size),
        preferred_width: preferred.width,
        preferred_height: preferred.height,
        ..VersionAndIdentity::empty(request)
    };
    for (to, message) in answer.source_messages.iter_mut().zip(map.of_sources()) {
        *to = message.number();
    }
    Ok(answer)
}

fn statistics<P: Platform>(
    started: &Started<Vgpu<P>>,
    request: &Request,
    irql: &mut Passive<'_>,
) -> Result<Statistics, Status> {
    let counters = &started.device.counters;
    let configured = config(started, irql, |at| at.tally)?;
    let pointed = cursor(started, irql, |at| at.tally)?;
    // One closure: while it runs the control source's interrupt routine does not.
    let (totals, controlled) = control(started, irql, |at| (at.totals, at.tally))?;
    let by_source = [
        (Source::Config, configured),
        (Source::Control, controlled),
        (Source::Cursor, pointed),
    ];
    let ended = totals.frames_completed.wrapping_add(totals.frames_failed);
    let mut answer = Statistics {
        frames_submitted: totals.frames_submitted,
        frames_completed: totals.frames_completed,
        frames_failed: totals.frames_failed,
        frames_outstanding: totals.frames_submitted.wrapping_sub(ended),
        frames_skipped: counters.frames_skipped.get(),
        frames_deferred: totals.frames_deferred,
        frames_refused: counters.frames_refused.get(),
        batches: totals.batches,
        commands: totals.commands,
        kicks: totals.kicks,
        notifications: totals.notifications,
        dpcs: counters.dpcs.get(),
        synchronized_calls: by_source
            .iter()
            .fold(0, |sum, (_, tally)| sum.wrapping_add(tally.closures)),
        refused_synchronized_calls: counters.refused_synchronized_calls.get(),
        idle_interrupts: totals.idle_interrupts,
        foreign_interrupts: counters.foreign_interrupts.get(),
        bytes_transferred: totals.bytes_transferred,
        dirty_bytes: totals.dirty_bytes,
        device_errors: totals.device_errors,
        config_events: counters.config_events.get(),
        mode_sets: counters.mode_sets.get(),
        ..Statistics::empty(request)
    };
    let messages = started.interrupts.map().of_sources();
    for ((source, Tally { interrupts, .. }), message) in by_source.into_iter().zip(messages) {
        if let Some(to) = answer.source_interrupts.get_mut(source as usize) {
            *to = interrupts;
        }
        // A message runs the routines of all its sources, so each of them has counted it.
        let place = usize::try_from(message.number()).unwrap_or(usize::MAX);
        if let Some(to) = answer.message_interrupts.get_mut(place) {
            *to = interrupts.max(*to);
        }
    }
    Ok(answer)
}

const ARCHITECTURE: Architecture = if cfg!(target_arch = "x86_64") {
    Architecture::X64
} else if cfg!(target_arch = "aarch64") {
    Architecture::Arm64
} else {
    Architecture::Other
};

/// The package's version, which is the driver's.
const DRIVER_VERSION: [u16; 4] = [
    number(env!("CARGO_PKG_VERSION_MAJOR")),
    number(env!("CARGO_PKG_VERSION_MINOR")),
    number(env!("CARGO_PKG_VERSION_PATCH")),
    0,
];

const fn number(text: &str) -> u16 {
    match u16::from_str_radix(text, 10) {
        Ok(number) => number,
        Err(_) => 0,
    }
}
