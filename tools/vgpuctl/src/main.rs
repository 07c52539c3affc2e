//! Asks the driver who it is and what it has done, and puts its synchronization to the test.
//!
//! The same requests go three ways: to the driver on this computer (Windows), to one in the test rig's virtual machine
//! (`--rig`), or to the simulation inside this program (`--sim`). This file reads the command line and prints; how a
//! request travels is [`connection`]'s affair, how an answer looks [`report`]'s.

mod arguments;
mod connection;
mod error;
mod exercise;
mod report;

use std::io::Write;
use std::process::ExitCode;

use arguments::{Arguments, Command};
use clap::Parser;
use connection::{Carrier, ask};
use error::Error;
use ioctl::{Operation, Request, Statistics, VersionAndIdentity};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match connection::with(&arguments.target(), |carrier| run(&arguments, carrier)) {
        Ok((text, good)) => {
            // Whoever reads may have stopped reading (`| head`), which is no failure of this program.
            let _ = std::io::stdout().write_all(text.as_bytes());
            if good {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(error) => {
            eprintln!("error: {error}");
            eprintln!("  try: {}", error.advice());
            ExitCode::FAILURE
        }
    }
}

/// What to print, and whether all is well.
fn run(arguments: &Arguments, carrier: &dyn Carrier) -> Result<(String, bool), Error> {
    let (target, adapter) = (arguments.target(), arguments.adapter);
    match arguments.command {
        Command::Info { json } => {
            let request = Request::new(Operation::VersionAndIdentity, adapter);
            let identity: VersionAndIdentity = ask(carrier, request)?;
            let text = if json {
                report::info_json(&identity)
            } else {
                report::info(&identity, &target)
            };
            Ok((text, true))
        }
        Command::Stats { json } => {
            let request = Request::new(Operation::Statistics, adapter);
            let statistics: Statistics = ask(carrier, request)?;
            let text = if json {
                report::stats_json(&statistics)
            } else {
                report::stats(&statistics, &target)
            };
            Ok((text, true))
        }
        Command::Exercise {
            closures,
            threads,
            json,
        } => {
            let outcomes = exercise::run(carrier, adapter, closures, threads)?;
            let good = outcomes.iter().all(|(_, outcome)| outcome.is_good());
            let text = if json {
                report::exercise_json(&outcomes)
            } else {
                report::exercise(&outcomes, &target)
            };
            Ok((text, good))
        }
    }
}
