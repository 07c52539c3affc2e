//! Which device the driver gets: asked of QEMU before the run, with the same devices and no program in the machine.

use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::place::Place;
use super::qemu::{self, Machine};
use super::qmp::Qmp;
use crate::inf::device::HardwareId;

/// How long QEMU may take to open its socket.
const PATIENCE: Duration = Duration::from_secs(20);

/// The device on the bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Adapter {
    /// What it is.
    pub id: HardwareId,
    /// Its device number on bus 0; none behind a bridge.
    pub slot: Option<u64>,
}

/// Starts QEMU, looks at the bus, ends QEMU. What QEMU says about a device that it does not have is the error.
pub fn adapter(machine: &Machine<'_>, place: &Place) -> Result<Adapter> {
    let socket = place.socket("probe");
    // With OpenGL it is the same device on the bus, and wants a screen.
    let plain = machine.device.replace("-gl", "");
    let mut command = qemu::devices(&Machine {
        device: &plain,
        ..*machine
    });
    command
        .args(["-S", "-display", "none", "-serial", "none", "-qmp"])
        .arg(qemu::server(&socket))
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let child = command
        .spawn()
        .with_context(|| format!("cannot start {}", machine.qemu.display()))?;
    let mut running = qemu::Running(child);
    let began = Instant::now();
    let mut qmp = loop {
        if running.0.try_wait()?.is_some() {
            let mut said = String::new();
            if let Some(mut stderr) = running.0.stderr.take() {
                let _ = std::io::Read::read_to_string(&mut stderr, &mut said);
            }
            let first = said.lines().next().unwrap_or("QEMU ended at once");
            bail!("QEMU does not start with {}: {first}", machine.device);
        }
        match Qmp::connect(&socket) {
            Ok(qmp) => break qmp,
            Err(error) if began.elapsed() > PATIENCE => return Err(error),
            Err(_) => thread::sleep(Duration::from_millis(50)),
        }
    };
    let buses = qmp.execute("query-pci", &serde_json::json!({}))?;
    find(&buses, &qemu::id(machine.device))
        .with_context(|| format!("QEMU has no PCI device for {}: is it one?", machine.device))
}

/// The device with this id in the answer to query-pci.
fn find(buses: &Value, id: &str) -> Option<Adapter> {
    buses.as_array()?.iter().find_map(|bus| {
        let on_first = bus.get("bus").and_then(Value::as_u64) == Some(0);
        find_among(bus.get("devices")?, id, on_first)
    })
}

fn find_among(devices: &Value, id: &str, on_first: bool) -> Option<Adapter> {
    devices.as_array()?.iter().find_map(|device| {
        if device.get("qdev_id").and_then(Value::as_str) == Some(id) {
            let number = |name: &str| {
                let value = device.get("id")?.get(name)?.as_u64()?;
                u16::try_from(value).ok()
            };
            let subsystem = number("subsystem").zip(number("subsystem-vendor"));
            return Some(Adapter {
                id: HardwareId {
                    vendor: number("vendor")?,
                    device: number("device")?,
                    subsystem,
                },
                slot: on_first
                    .then(|| device.get("slot").and_then(Value::as_u64))
                    .flatten(),
            });
        }
        find_among(device.get("pci_bridge")?.get("devices")?, id, false)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_device_is_found_by_its_id_on_the_bus_and_behind_bridges() {
        let device = |id: &str, slot: u64| {
            json!({"qdev_id": id, "slot": slot, "id": {"vendor": 6900, "device": 4176,
                   "subsystem": 4352, "subsystem-vendor": 6900}})
        };
        let mut bridge = device("bridge", 4);
        bridge["pci_bridge"] = json!({"devices": [device("far", 0)]});
        let buses = json!([{"bus": 0, "devices": [device("", 1), device("near", 2), bridge]}]);
        let near = find(&buses, "near").unwrap();
        assert_eq!(near.slot, Some(2));
        assert_eq!(near.id.subsystem, Some((4352, 6900)));
        assert_eq!(find(&buses, "far").unwrap().slot, None);
        assert_eq!(find(&buses, "nowhere"), None);
    }
}
