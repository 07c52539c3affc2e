//! Asks the driver who it is and what it has done.
//!
//! The same requests go three ways: to the driver on this computer (Windows), to one in the test rig's virtual machine
//! (`--rig`), or to the simulation inside this program (`--sim`). This file reads the command line and prints; how a
//! request travels is [`connection`]'s affair, how an answer looks [`report`]'s.

mod arguments;
mod connection;
mod error;
mod report;

use std::io::Write;
use std::process::ExitCode;

use arguments::{Arguments, Command};
use clap::Parser;
use connection::ask;
use error::Error;
use ioctl::{Statistics, VersionAndIdentity};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(text) => {
            // Whoever reads may have stopped reading (`| head`), which is no failure of this program.
            let _ = std::io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            eprintln!("  try: {}", error.advice());
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<String, Error> {
    let target = arguments.target();
    let adapter = arguments.adapter;
    match arguments.command {
        Command::Info { json } => {
            let identity: VersionAndIdentity = ask(&target, adapter)?;
            Ok(if json {
                report::info_json(&identity)
            } else {
                report::info(&identity, &target)
            })
        }
        Command::Stats { json } => {
            let statistics: Statistics = ask(&target, adapter)?;
            Ok(if json {
                report::stats_json(&statistics)
            } else {
                report::stats(&statistics, &target)
            })
        }
    }
}
