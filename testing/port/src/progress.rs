//! Presents under way, one for each source: from the call to PresentDisplayOnly to its progress report.
//!
//! The report may come before the call has returned. All transitions are atomic and work at DIRQL.

use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};

/// Most sources an adapter may have (D3DKMDT_MAX_VIDPN_SOURCES).
pub(crate) const SOURCES: usize = 16;

/// Where a source's present stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Stage {
    /// None is under way.
    Idle = 0,
    /// The DDI has not returned yet.
    InCall = 1,
    /// The DDI has not returned yet, but progress was notified already.
    InCallNotified = 2,
    /// The same, and NotifyDpc came too.
    InCallDone = 3,
    /// STATUS_PENDING was returned.
    Pending = 4,
    /// Progress was notified; NotifyDpc is missing.
    Notified = 5,
    /// Notified and NotifyDpc: the present is over.
    Done = 6,
}

impl Stage {
    fn from(value: u8) -> Self {
        match value {
            1 => Stage::InCall,
            2 => Stage::InCallNotified,
            3 => Stage::InCallDone,
            4 => Stage::Pending,
            5 => Stage::Notified,
            6 => Stage::Done,
            _ => Stage::Idle,
        }
    }
}

/// One source's present.
#[derive(Debug, Default)]
pub(crate) struct Source {
    stage: AtomicU8,
    /// Presents that the watchdog gave up on and whose report may still come.
    owed: AtomicU32,
    /// Reports of failure since the present began, which may come before its call returns.
    pub failed: AtomicU64,
    crowd: Crowd,
}

/// Several presents of one source at once: they are only counted.
#[derive(Debug, Default)]
struct Crowd {
    here: AtomicBool,
    /// In the DDI.
    inside: AtomicU64,
    /// Those that returned STATUS_PENDING.
    pending: AtomicU64,
    /// Reports.
    reported: AtomicU64,
}

impl Source {
    /// The present stage.
    pub fn stage(&self) -> Stage {
        Stage::from(self.stage.load(Ordering::Acquire))
    }

    /// Moves on by `step`, which says the next stage, or `None` if the present one does not allow the step.
    #[allow(
        deprecated,
        reason = "its new name, try_update, is newer than the oldest compiler that will do"
    )]
    fn advance(&self, step: impl Fn(Stage) -> Option<Stage>) -> Result<Stage, Stage> {
        self.stage
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |stage| {
                step(Stage::from(stage)).map(|next| next as u8)
            })
            .map(Stage::from)
            .map_err(Stage::from)
    }

    /// The DDI is about to be called.
    pub fn begin(&self) -> bool {
        let begun = self
            .advance(|stage| matches!(stage, Stage::Idle | Stage::Done).then_some(Stage::InCall))
            .is_ok();
        if begun {
            self.failed.store(0, Ordering::Relaxed);
        }
        begun
    }

    /// From now on presents of this source may come at once.
    pub fn gather(&self) {
        for counter in [
            &self.crowd.inside,
            &self.crowd.pending,
            &self.crowd.reported,
        ] {
            counter.store(0, Ordering::SeqCst);
        }
        self.crowd.here.store(true, Ordering::SeqCst);
    }

    /// One of them is about to be called.
    pub fn enter_crowd(&self) {
        self.crowd.inside.fetch_add(1, Ordering::SeqCst);
    }

    /// It returned.
    pub fn leave_crowd(&self, pending: bool) {
        if pending {
            self.crowd.pending.fetch_add(1, Ordering::SeqCst);
        }
        self.crowd.inside.fetch_sub(1, Ordering::SeqCst);
    }

    /// Whether every one that is pending was reported.
    pub fn gathered(&self) -> bool {
        let reported = self.crowd.reported.load(Ordering::SeqCst);
        reported >= self.crowd.pending.load(Ordering::SeqCst)
    }

    /// They come one at a time again; says whether all were reported.
    pub fn disperse(&self) -> bool {
        self.crowd.here.store(false, Ordering::SeqCst);
        self.gathered()
    }

    /// Progress was notified; the error is the stage that does not allow it.
    #[allow(
        deprecated,
        reason = "its new name, try_update, is newer than the oldest compiler that will do"
    )]
    pub fn notify(&self) -> Result<(), Stage> {
        if self.crowd.here.load(Ordering::SeqCst) {
            let reported = self.crowd.reported.fetch_add(1, Ordering::SeqCst) + 1;
            let inside = self.crowd.inside.load(Ordering::SeqCst);
            let owed = inside + self.crowd.pending.load(Ordering::SeqCst);
            return if reported <= owed {
                Ok(())
            } else {
                Err(Stage::Idle)
            };
        }
        let step = self.advance(|stage| match stage {
            Stage::InCall => Some(Stage::InCallNotified),
            Stage::Pending => Some(Stage::Notified),
            _ => None,
        });
        let late = |owed: u32| owed.checked_sub(1);
        match step {
            Ok(_) => Ok(()),
            Err(_)
                if self
                    .owed
                    .fetch_update(Ordering::AcqRel, Ordering::Acquire, late)
                    .is_ok() =>
            {
                Ok(())
            }
            Err(stage) => Err(stage),
        }
    }

    /// NotifyDpc was called.
    pub fn acknowledge(&self) {
        let _ = self.advance(|stage| match stage {
            Stage::InCallNotified => Some(Stage::InCallDone),
            Stage::Notified => Some(Stage::Done),
            _ => None,
        });
    }

    /// The DDI returned STATUS_PENDING.
    pub fn pend(&self) {
        let _ = self.advance(|stage| match stage {
            Stage::InCall => Some(Stage::Pending),
            Stage::InCallNotified => Some(Stage::Notified),
            Stage::InCallDone => Some(Stage::Done),
            _ => None,
        });
    }

    /// The DDI returned anything else; says whether no progress had been notified, as it must be.
    pub fn finish(&self) -> bool {
        let stage = Stage::from(self.stage.swap(Stage::Idle as u8, Ordering::AcqRel));
        stage == Stage::InCall
    }

    /// The watchdog gave up on it; its report may still come, once.
    pub fn abandon(&self) {
        self.owed.fetch_add(1, Ordering::AcqRel);
        self.stage.store(Stage::Idle as u8, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_counts_once_whether_it_comes_before_or_after_the_return() {
        let early = Source::default();
        assert!(
            early.begin() && early.notify().is_ok() && early.notify() == Err(Stage::InCallNotified)
        );
        early.acknowledge();
        early.pend();
        assert_eq!(early.stage(), Stage::Done);
        let late = Source::default();
        assert!(late.begin() && !late.begin());
        late.pend();
        late.acknowledge();
        assert_eq!(
            late.stage(),
            Stage::Pending,
            "NotifyDpc without a notification ends nothing"
        );
        assert!(late.notify().is_ok());
        assert_eq!(late.stage(), Stage::Notified);
        late.acknowledge();
        assert_eq!(
            (late.stage(), late.notify()),
            (Stage::Done, Err(Stage::Done))
        );
    }

    #[test]
    fn a_late_report_is_taken_once() {
        let source = Source::default();
        assert!(source.begin());
        source.pend();
        source.abandon();
        assert_eq!(
            (source.stage(), source.notify(), source.notify()),
            (Stage::Idle, Ok(()), Err(Stage::Idle))
        );
    }

    #[test]
    fn a_synchronous_present_has_no_report() {
        let source = Source::default();
        assert!(source.begin() && source.finish());
        assert!(source.begin() && source.notify().is_ok() && !source.finish());
        assert_eq!(source.notify(), Err(Stage::Idle));
    }
}
