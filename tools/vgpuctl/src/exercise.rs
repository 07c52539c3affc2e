//! `vgpuctl exercise`: several threads have the driver run synchronized closures on every interrupt source, and the driver's
//! own counts, kept under each source's lock, must agree with what the threads were told.

use std::thread;

use ioctl::{Exercise, Request, Source};

use crate::connection::{Carrier, ask};
use crate::error::Error;

/// Closures in one request: few enough that an answer comes soon, on the rig too.
const CHUNK: u32 = 1000;

/// What became of one source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Closures that ran.
    pub ran: u64,
    /// Closures that the operating system refused to run.
    pub refused: u64,
    /// Closures that ran, by what the requests were told, and are missing in the driver's count.
    pub lost: u64,
    /// How often the driver found its counters at odds with one another.
    pub torn: u64,
    /// Interrupts of the source meanwhile.
    pub interrupts: u64,
}

impl Outcome {
    /// Whether all held.
    pub const fn is_good(&self) -> bool {
        self.refused == 0 && self.lost == 0 && self.torn == 0
    }
}

/// Runs `closures` closures on each source from each of `threads` threads.
///
/// # Errors
///
/// The first request that failed.
pub fn run(
    carrier: &dyn Carrier,
    adapter: u32,
    closures: u32,
    threads: u32,
) -> Result<Vec<(Source, Outcome)>, Error> {
    let totals = || ask::<Exercise>(carrier, Request::exercise(adapter, 0));
    let before = totals()?;
    let answers = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| thread(carrier, adapter, closures)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("a thread that asks does not panic"))
            .collect::<Result<Vec<_>, _>>()
    })?;
    let answers: Vec<Exercise> = answers.into_iter().flatten().collect();
    let after = totals()?;
    Ok(Source::ALL
        .into_iter()
        .map(|source| (source, outcome(source, &before, &answers, &after)))
        .collect())
}

fn thread(carrier: &dyn Carrier, adapter: u32, closures: u32) -> Result<Vec<Exercise>, Error> {
    (0..closures)
        .step_by(CHUNK as usize)
        .map(|done| {
            let rounds = CHUNK.min(closures - done);
            ask(carrier, Request::exercise(adapter, rounds))
        })
        .collect()
}

fn outcome(source: Source, before: &Exercise, answers: &[Exercise], after: &Exercise) -> Outcome {
    let place = source as usize;
    let sum = |of: fn(&Exercise) -> &[u64]| answers.iter().map(|answer| of(answer)[place]).sum();
    let ran: u64 = sum(|answer| &answer.ran);
    let counted = after.total_closures[place].wrapping_sub(before.total_closures[place]);
    Outcome {
        ran,
        refused: sum(|answer| &answer.refused),
        // Every answer is read in a closure too, the last one's included. The system's own come on top.
        lost: (ran + answers.len() as u64 + 1).saturating_sub(counted),
        torn: after.total_torn[place],
        interrupts: after.total_interrupts[place].wrapping_sub(before.total_interrupts[place]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zerocopy::FromZeros;

    fn answer(ran: u64, total: u64) -> Exercise {
        let mut answer = Exercise::new_zeroed();
        answer.ran[1] = ran;
        answer.total_closures[1] = total;
        answer
    }

    #[test]
    fn a_count_that_is_short_of_what_ran_is_a_loss() {
        let before = answer(0, 100);
        let answers = [answer(50, 0), answer(50, 0)];
        let seen = |total| outcome(Source::Control, &before, &answers, &answer(0, total));
        assert!(seen(203).is_good() && seen(999).is_good());
        assert_eq!(seen(201).lost, 2);
        assert!(!seen(202).is_good());
    }

    #[test]
    fn a_refusal_and_a_torn_count_are_not_good() {
        let (mut refused, mut torn) = (answer(0, 2), answer(0, 2));
        refused.refused[1] = 1;
        torn.total_torn[1] = 1;
        let seen = |answers: &[Exercise], after: Exercise| {
            outcome(Source::Control, &answer(0, 0), answers, &after).is_good()
        };
        assert!(seen(&[], answer(0, 2)));
        assert!(!seen(&[refused], answer(0, 2)));
        assert!(!seen(&[], torn));
    }
}
