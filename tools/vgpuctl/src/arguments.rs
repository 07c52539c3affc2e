//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::connection::Target;

/// Ask the virtio GPU display driver who it is and what it has done.
#[derive(Debug, Parser)]
#[command(name = "vgpuctl", version)]
pub struct Arguments {
    #[command(flatten)]
    way: Way,
    /// Which adapter, counted from zero
    #[arg(long, global = true, default_value_t = 0, value_name = "NUMBER")]
    pub adapter: u32,
    /// What to ask for.
    #[command(subcommand)]
    pub command: Command,
}

/// Where the driver is.
#[derive(Debug, Args)]
#[group(multiple = false)]
struct Way {
    /// Ask the driver in the simulation, which is run for this (the default where there is no Windows)
    #[arg(long, global = true)]
    sim: bool,
    /// Ask the driver in the test rig behind this socket of its virtual machine
    #[arg(long, global = true, value_name = "SOCKET", conflicts_with = "sim")]
    rig: Option<PathBuf>,
}

/// What to ask for.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Which interface, driver and device this is
    Info {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// What the adapter has done since it was started
    Stats {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Put the driver's synchronization to the test: closures on every interrupt source, from several threads at once
    Exercise {
        /// How many closures each thread runs on each source
        #[arg(long, default_value_t = 10_000, value_name = "NUMBER")]
        closures: u32,
        /// How many threads
        #[arg(long, default_value_t = 4, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=64))]
        threads: u32,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

impl Arguments {
    /// Whom to ask.
    pub fn target(&self) -> Target {
        match &self.way.rig {
            Some(socket) => Target::Rig(socket.clone()),
            None if self.way.sim || cfg!(not(windows)) => Target::Simulation,
            None => Target::Device,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_rig_and_the_simulation_exclude_each_other() {
        let both = ["vgpuctl", "--sim", "--rig", "s", "info"];
        assert!(Arguments::try_parse_from(both).is_err());
        let rig = Arguments::try_parse_from(["vgpuctl", "stats", "--json", "--rig", "s"]);
        let rig = rig.expect("options may stand behind the command");
        assert_eq!(rig.target(), Target::Rig("s".into()));
    }
}
