//! DxgkDdiStartDevice: finds the device's registers, brings it up, asks what it shows on, and decides on a mode.
//!
//! Nothing is shown yet: the picture stays black until the first mode is committed and made visible. A start that fails
//! leaves the device reset, so that virtio-vga shows again what the firmware left, and everything freed.

use alloc::boxed::Box;
use core::sync::atomic::AtomicBool;

use dxgk::adapter::Started;
use dxgk::event::Event;
use dxgk::heap::try_new;
use dxgk::interface::Interface;
use dxgk::irql::Passive;
use dxgk::lock::PassiveMutex;
use dxgk::miniport::{Parts, StartDevice};
use dxgk::post_display::PostDisplay;
use dxgk::status::Status;
use dxgk::sys::STATUS_SUCCESS;
use once_cell::race::OnceBox;
use virtio_gpu::edid::{Edid, EdidError, ReadError};
use virtio_gpu::pci::Layout;
use virtio_gpu::protocol::{DisplayInfo, GetDisplayInfo, GetEdid};
use virtio_gpu::transport::Transport;
use virtio_gpu::{ConfigSpace, Features, Memory};

use crate::bring_up::{Brought, Queues, bring_up, listen};
use crate::commands::NotDone;
use crate::device::{
    Bars, Connector, Counters, Device, DmaMemory, Identity, Output, PciConfig, Signals, Vectors,
    layout,
};
use crate::interrupts::{Config, Control, Cursor, config_events};
use crate::modes;
use crate::modeset::ModeSetting;
use crate::screen::Screen;
use crate::settings::Settings;
use crate::{Fault, Platform, TraceEvent, Vgpu};

/// How many sources and children there are.
pub(crate) const OUTPUTS: u32 = 1;

/// The first half of DxgkDdiStartDevice: finds the registers and makes the device.
///
/// QEMU raises the line with the first buffer that it uses after a reset, whatever the driver has suppressed. So where a line is
/// connected already, no command is sent here: see [`enable_interrupts`].
pub(crate) fn start_device<P: Platform>(
    start: &mut StartDevice<'_, Vgpu<P>>,
    settings: Settings,
    irql: &mut Passive<'_>,
) -> Result<Parts<Vgpu<P>>, Status> {
    let interface = start.interface;
    let post_display = acquire_post_display::<P>(interface, irql);
    let made = make_device(start, settings, post_display, irql);
    let device = traced::<P, _>(made)?;
    if !start.messages().is_line() || !start.is_connected(irql) {
        let talked = talk(&device, start, irql);
        if talked.is_err() {
            // Before the memory goes.
            device.quiesce(interface, irql);
        }
        traced::<P, _>(talked)?;
    }
    Ok(Parts {
        device,
        context: (),
        video_present_sources: OUTPUTS,
        children: OUTPUTS,
    })
}

/// Tells the trace why a start failed.
fn traced<P: Platform, T>(result: Result<T, Fault>) -> Result<T, Status> {
    result.map_err(|fault| {
        P::trace(&TraceEvent::StartFailed(fault));
        fault.status
    })
}

/// The second half: interrupt routines run, so that a line is dismissed and claimed from here on. Brings the device up if that
/// had to wait for this, and takes up what the device has reported before.
pub(crate) fn enable_interrupts<P: Platform>(
    started: &Started<Vgpu<P>>,
    irql: &mut Passive<'_>,
) -> Result<(), Status> {
    let device = &started.device;
    let map = started.interrupts.map();
    if device.output().is_err() {
        let mut queues = started;
        traced::<P, _>(talk(device, &mut queues, irql))?;
    }
    if map.is_line() {
        let _ = device.transport.isr_status();
    }
    config_events(started, irql);
    if let (Ok(brought), Ok(output)) = (device.brought(), device.output()) {
        P::trace(&TraceEvent::Started {
            messages: if map.is_line() { 0 } else { map.messages() },
            features: brought.features.bits(),
            width: output.preferred.width,
            height: output.preferred.height,
        });
    }
    Ok(())
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

/// Finds and maps the registers and makes a device of them. No command is sent.
fn make_device<P: Platform>(
    start: &mut StartDevice<'_, Vgpu<P>>,
    settings: Settings,
    post_display: Option<PostDisplay>,
    irql: &mut Passive<'_>,
) -> Result<Box<Device<P>>, Fault> {
    let transport = find_registers(start, irql)?;
    // What can run out has to be there before anything is given away.
    let memory = DmaMemory::new(start.interface, layout::LEN, irql)?;
    let modeset = PassiveMutex::new(ModeSetting::new(post_display), irql)?;
    let screen = PassiveMutex::new(Screen::new(), irql)?;
    let replied = Event::new(irql)?;
    let device = Device {
        transport,
        memory,
        vectors: vectors(start)?,
        identity: identity(start.interface, irql)?,
        brought: OnceBox::new(),
        output: OnceBox::new(),
        settings,
        modeset,
        screen,
        replied,
        signals: Signals::default(),
        counters: Counters::default(),
        quiet: AtomicBool::new(false),
    };
    Ok(try_new(device, irql)?)
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
    device: &Device<P>,
    queues: &mut impl Queues<P>,
    irql: &mut Passive<'_>,
) -> Result<(), Fault> {
    let memory = &device.memory;
    let brought = bring_up(
        &device.transport,
        memory,
        &device.vectors,
        Features::SUPPORTED,
        queues,
        irql,
    )?;
    // Nobody else sets them.
    let _ = device.brought.set(try_new(brought, irql)?);
    let output = find_output(device, &brought, queues, irql)?;
    let _ = device.output.set(try_new(output, irql)?);
    listen(memory, queues, irql)
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

fn identity<P: Platform>(interface: &Interface<P>, irql: &Passive<'_>) -> Result<Identity, Fault> {
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
    })
}

/// Chooses the scanout, the first that is enabled, and its mode.
fn find_output<P: Platform>(
    device: &Device<P>,
    brought: &Brought,
    queues: &mut impl Queues<P>,
    irql: &mut Passive<'_>,
) -> Result<Output, Fault> {
    let memory = &device.memory;
    queues.ask(device, irql, |batch| {
        batch.push_with_response(
            memory,
            &GetDisplayInfo::new(),
            layout::ANSWER,
            layout::ANSWER_LEN,
        )
    })?;
    let (scanout, rect) = enabled_scanout(memory, brought.scanouts)?;
    let edid = if brought.features.contains(Features::EDID) {
        let asked = queues.ask(device, irql, |batch| {
            batch.push_with_response(
                memory,
                &GetEdid::new(scanout),
                layout::ANSWER,
                layout::ANSWER_LEN,
            )
        });
        match asked {
            Ok(()) => read_edid::<P>(memory, irql)?,
            // A scanout whose monitor has no description is one that works.
            Err(failed @ NotDone::Failed(_)) => {
                P::trace(&TraceEvent::CommandFailed(failed.into()));
                None
            }
            Err(NotDone::Fault(fault)) => return Err(fault),
        }
    } else {
        None
    };
    Ok(Output {
        scanout,
        preferred: modes::preferred(rect, edid.as_deref()),
        edid,
        connector: if device.settings.internal_panel && device.identity.is_vga() {
            Connector::Internal
        } else {
            Connector::Analogue
        },
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
        Err(ReadError::Size { .. }) => 4,
        Err(ReadError::Access(error)) => return Err(error.into()),
    };
    P::trace(&TraceEvent::BadEdid { reason });
    Ok(None)
}
