//! DxgkDdiStartDevice: finds the device's registers, brings it up, asks what it shows on, and decides on a mode.
//!
//! Nothing is shown yet: the picture stays black until the first mode is committed and made visible. A start that fails
//! leaves the device reset, so that virtio-vga shows again what the firmware left, and everything freed.

use alloc::boxed::Box;
use core::sync::atomic::AtomicBool;

use dxgk::adapter::Started;
use dxgk::heap::try_new;
use dxgk::interface::Interface;
use dxgk::irql::Passive;
use dxgk::lock::PassiveMutex;
use dxgk::miniport::{Parts, StartDevice};
use dxgk::post_display::PostDisplay;
use dxgk::status::Status;
use dxgk::sys::STATUS_SUCCESS;
use virtio_gpu::edid::{Edid, EdidError, ReadError};
use virtio_gpu::pci::Layout;
use virtio_gpu::protocol::{DisplayInfo, GetDisplayInfo, GetEdid};
use virtio_gpu::transport::Transport;
use virtio_gpu::{ConfigSpace, Features, Memory};

use crate::bring_up::{Brought, Queues, ask, bring_up, listen};
use crate::device::{
    Bars, Counters, Device, DmaMemory, Identity, Output, PciConfig, Signals, Vectors, layout,
    quiesce,
};
use crate::interrupts::{Config, Control, Cursor, config_events};
use crate::modes;
use crate::modeset::ModeSetting;
use crate::screen::Screen;
use crate::{Fault, Platform, TraceEvent, Vgpu};

/// How many sources and children there are.
pub(crate) const OUTPUTS: u32 = 1;

/// DxgkDdiStartDevice.
pub(crate) fn start_device<P: Platform>(
    start: &mut StartDevice<'_, Vgpu<P>>,
    irql: &mut Passive<'_>,
) -> Result<Parts<Vgpu<P>>, Status> {
    let interface = start.interface;
    let post_display = acquire_post_display::<P>(interface, irql);
    match make_device(start, post_display, irql) {
        Ok(device) => {
            P::trace(&TraceEvent::Started {
                messages: if start.messages().is_line() {
                    0
                } else {
                    start.messages().messages()
                },
                features: device.identity.features.bits(),
                width: device.output.preferred.width,
                height: device.output.preferred.height,
            });
            Ok(Parts {
                device,
                context: (),
                video_present_sources: OUTPUTS,
                children: OUTPUTS,
            })
        }
        Err(fault) => {
            P::trace(&TraceEvent::StartFailed(fault));
            Err(fault.status)
        }
    }
}

/// Takes the display over from whoever lit it, which has to happen within DxgkDdiStartDevice. That this fails, or that
/// there is no display, changes nothing here: the mode is set anew in any case (POST/acquired-fields).
pub(crate) fn acquire_post_display<P: Platform>(
    interface: &Interface<P>,
    irql: &Passive<'_>,
) -> Option<PostDisplay> {
    let acquired = interface.acquire_post_display_ownership(irql);
    let (status, width, height) = match &acquired {
        Ok(Some(display)) => (STATUS_SUCCESS, display.width, display.height),
        Ok(None) => (STATUS_SUCCESS, 0, 0),
        Err(status) => (status.raw(), 0, 0),
    };
    P::trace(&TraceEvent::PostDisplay {
        status,
        width,
        height,
    });
    acquired.ok().flatten()
}

/// The last step of a start: interrupt routines run from here on. What the device reported before is taken up now.
///
/// Until here a line-based interrupt found no routine that would dismiss it. The queues' interrupts were suppressed, and a
/// configuration event in that time is what keeps the line asserted until now. The command register's interrupt disable bit
/// would prevent that, but the header of configuration space is Windows' ("Accessing PCI device configuration space").
pub(crate) fn started<P: Platform>(started: &Started<Vgpu<P>>, irql: &mut Passive<'_>) {
    if started.interrupts.map().is_line() {
        let _ = started.device.transport.isr_status();
    }
    config_events(started, irql);
}

/// Finds and maps the registers and makes a device of them.
fn make_device<P: Platform>(
    start: &mut StartDevice<'_, Vgpu<P>>,
    post_display: Option<PostDisplay>,
    irql: &mut Passive<'_>,
) -> Result<Box<Device<P>>, Fault> {
    let transport = find_registers(start, irql)?;
    let memory = DmaMemory::new(layout::LEN, irql)?;
    let interface = start.interface;
    let parts = talk(start, &transport, &memory, irql).and_then(|parts| {
        // What can run out has to be there before anything is given away.
        let modeset = PassiveMutex::new(ModeSetting::new(post_display), irql)?;
        let screen = PassiveMutex::new(Screen::new(), irql)?;
        let replied = P::new_event(irql).ok_or(Status::INSUFFICIENT_RESOURCES)?;
        Ok((parts, modeset, screen, replied))
    });
    match parts {
        Ok(((vectors, brought, identity, output), modeset, screen, replied)) => {
            let device = Device {
                transport,
                memory,
                kicks: brought.kicks,
                vectors,
                identity,
                output,
                modeset,
                screen,
                replied,
                signals: Signals::default(),
                counters: Counters::default(),
                quiet: AtomicBool::new(false),
            };
            Ok(try_new(device, irql)?)
        }
        Err(fault) => {
            // Before the memory goes.
            quiesce::<P>(&transport, interface, irql);
            Err(fault)
        }
    }
}

#[inline(never)]
fn find_registers<P: Platform>(
    start: &StartDevice<'_, Vgpu<P>>,
    irql: &Passive<'_>,
) -> Result<Transport<Bars<P>>, Fault> {
    let config = PciConfig {
        interface: start.interface,
        irql,
    };
    let ranges = config.bars(start.resources)?;
    let layout = Layout::find(&config, |bar| {
        let range = ranges.get(usize::from(bar)).copied().flatten();
        range.map(|range| range.length())
    })?;
    let bars = Bars::map(&layout, &ranges, start.interface, irql)?;
    Ok(Transport::new(bars, layout))
}

/// Brings the device up and asks what it has to say about itself.
fn talk<P: Platform>(
    start: &mut StartDevice<'_, Vgpu<P>>,
    transport: &Transport<Bars<P>>,
    memory: &DmaMemory<P>,
    irql: &mut Passive<'_>,
) -> Result<(Vectors, Brought, Identity, Output), Fault> {
    let vectors = vectors(start)?;
    let brought = bring_up(
        transport,
        memory,
        &vectors,
        Features::SUPPORTED,
        start,
        irql,
    )?;
    let identity = identity(start.interface, &brought, irql)?;
    let output = find_output(transport, memory, &brought, start, irql)?;
    listen(memory, start, irql)?;
    Ok((vectors, brought, identity, output))
}

/// Which MSI-X vector each source gets: entry i of the table has message i.
fn vectors<P: Platform>(start: &StartDevice<'_, Vgpu<P>>) -> Result<Vectors, Fault> {
    if start.messages().is_line() {
        return Ok(Vectors {
            config: None,
            control: None,
            cursor: None,
        });
    }
    let vector =
        |message: u32| u16::try_from(message).map_err(|_| Status::DEVICE_CONFIGURATION_ERROR);
    Ok(Vectors {
        config: Some(vector(start.message(Config::<P>::SOURCE).number())?),
        control: Some(vector(start.message(Control::<P>::SOURCE).number())?),
        cursor: Some(vector(start.message(Cursor::<P>::SOURCE).number())?),
    })
}

fn identity<P: Platform>(
    interface: &Interface<P>,
    brought: &Brought,
    irql: &Passive<'_>,
) -> Result<Identity, Fault> {
    let config = PciConfig { interface, irql };
    let mut class = [0; 4];
    config.read(0x08, &mut class)?;
    let [revision, class_code @ ..] = class;
    Ok(Identity {
        vendor: config.read_u16(0x00)?,
        device: config.read_u16(0x02)?,
        subsystem_vendor: config.read_u16(0x2C)?,
        subsystem: config.read_u16(0x2E)?,
        revision,
        class_code,
        features: brought.features,
        scanouts: brought.scanouts,
        control_queue_size: brought.control_queue_size,
    })
}

/// Chooses the scanout, the first that is enabled, and its mode.
fn find_output<P: Platform>(
    transport: &Transport<Bars<P>>,
    memory: &DmaMemory<P>,
    brought: &Brought,
    queues: &mut impl Queues,
    irql: &mut Passive<'_>,
) -> Result<Output, Fault> {
    ask(transport, memory, &brought.kicks, queues, irql, |batch| {
        batch.push_with_response(
            memory,
            &GetDisplayInfo::new(),
            layout::ANSWER,
            layout::ANSWER_LEN,
        )
    })?;
    let (scanout, rect) = enabled_scanout(memory, brought.scanouts)?;
    let edid = if brought.features.contains(Features::EDID) {
        let asked = ask(transport, memory, &brought.kicks, queues, irql, |batch| {
            batch.push_with_response(
                memory,
                &GetEdid::new(scanout),
                layout::ANSWER,
                layout::ANSWER_LEN,
            )
        });
        match asked {
            Ok(()) => read_edid::<P>(memory, irql)?,
            // A scanout without EDID is one that works.
            Err(refused) if refused.status == Status::IO_DEVICE_ERROR => {
                P::trace(&TraceEvent::CommandFailed(refused));
                None
            }
            Err(fault) => return Err(fault),
        }
    } else {
        None
    };
    Ok(Output {
        scanout,
        preferred: modes::preferred(rect, edid.as_deref()),
        edid,
    })
}

/// The first scanout that the answer to GET_DISPLAY_INFO has as enabled, and its rectangle; scanout zero if there is none.
#[inline(never)]
fn enabled_scanout(
    memory: &impl Memory,
    scanouts: u32,
) -> Result<(u32, Option<virtio_gpu::rect::Rect>), Fault> {
    let info = DisplayInfo::read(memory, layout::ANSWER, scanouts)?;
    let mut enabled = (0u32..)
        .zip(&info.scanouts)
        .filter_map(|(scanout, rect)| rect.map(|rect| (scanout, Some(rect))));
    Ok(enabled.next().unwrap_or((0, None)))
}

/// The EDID in the answer to GET_EDID. One that is not well-formed is none: the monitor then has no descriptor.
#[inline(never)]
fn read_edid<P: Platform>(
    memory: &impl Memory,
    irql: &Passive<'_>,
) -> Result<Option<Box<Edid>>, Fault> {
    let reason = match Edid::read(memory, layout::ANSWER) {
        Ok(edid) => return Ok(Some(try_new(edid, irql)?)),
        Err(ReadError::Edid(EdidError::TooShort { .. })) => 1,
        Err(ReadError::Edid(EdidError::Header)) => 2,
        Err(ReadError::Edid(EdidError::Checksum { .. })) => 3,
        Err(ReadError::Size { size }) => {
            let fault = Fault::new("EDID length", Status::DEVICE_PROTOCOL_ERROR);
            return Err(fault.with("size", size));
        }
        Err(ReadError::Access(error)) => return Err(error.into()),
    };
    P::trace(&TraceEvent::BadEdid { reason });
    Ok(None)
}
