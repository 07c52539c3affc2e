//! The way to a driver in the simulation, which runs for what is asked: start, a mode, a few presents, the requests, and
//! an orderly end.

use super::{Call, Carrier};
use crate::error::{Error, Refusal};

/// How many presents there are before the request, so that the statistics have something to say.
const FRAMES: u32 = 30;

/// Runs the simulation, and `body` with its driver.
pub fn run<T>(body: impl FnOnce(&dyn Carrier) -> Result<T, Error>) -> Result<T, Error> {
    let options = sim::Options {
        frames: FRAMES,
        ..sim::Options::default()
    };
    let mut body = Some(body);
    let mut answer = None;
    let outcome = sim::run_and_ask(&options, &mut |driver| {
        answer = body.take().map(|body| body(&Simulated(driver.clone())));
    });
    match answer {
        Some(answer) if outcome.is_good() => answer,
        _ => Err(Error::Simulation(outcome.complaint())),
    }
}

struct Simulated(sim::Driver);

impl Carrier for Simulated {
    fn exchange(&self, call: &Call<'_>) -> Result<Vec<u8>, Error> {
        self.0
            .clone()
            .request(call.code, call.input, call.output)
            .map_err(|status| Error::Refused(Refusal::Status(status)))
    }
}
