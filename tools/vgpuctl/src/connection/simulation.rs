//! The way to a driver in the simulation, which runs for the one request: start, a mode, a few presents, the request, and
//! an orderly end.

use super::Call;
use crate::error::{Error, Refusal};

/// How many presents there are before the request, so that the statistics have something to say.
const FRAMES: u32 = 30;

/// Runs the simulation and asks its driver.
pub fn exchange(call: &Call<'_>) -> Result<Vec<u8>, Error> {
    let options = sim::Options {
        frames: FRAMES,
        ..sim::Options::default()
    };
    let mut answer = None;
    let outcome = sim::run_and_ask(&options, &mut |driver| {
        answer = Some(driver.request(call.code, call.input, call.output));
    });
    match answer {
        Some(Ok(output)) if outcome.is_good() => Ok(output),
        Some(Err(status)) => Err(Error::Refused(Refusal::Status(status))),
        _ => Err(Error::Simulation(outcome.complaint())),
    }
}
