//! Progress on stderr: what runs, how far it is, and when it may be done.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::run::Progress;

/// One bar over all cells that are known so far, under a line per finished claim.
#[derive(Debug)]
pub(super) struct Meter {
    bar: ProgressBar,
    claims: AtomicUsize,
    finished: AtomicUsize,
}

impl Meter {
    /// A bar that is drawn only if `progress` wants it and stderr is a terminal.
    pub(super) fn new(progress: Progress) -> Self {
        let target = match progress {
            Progress::Terminal => ProgressDrawTarget::stderr(),
            Progress::Silent => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        if !bar.is_hidden() {
            let style =
                ProgressStyle::with_template("{prefix}{bar:24} {pos}/{len} cells, {eta} left · {wide_msg}");
            bar.set_style(style.expect("the template is well formed"));
            // A long cell must not look like a program that hangs.
            bar.enable_steady_tick(Duration::from_millis(250));
        }
        Self { bar, claims: AtomicUsize::new(0), finished: AtomicUsize::new(0) }
    }

    /// Says how many claims there are.
    pub(super) fn begin(&self, claims: usize) {
        self.claims.store(claims, Ordering::Relaxed);
        self.bar.set_prefix(format!("0 of {claims} claims "));
    }

    /// Names the claim and stage that run now, and adds the stage's cells to those to be done.
    pub(super) fn stage(&self, claim: &str, stage: &str, cells: usize) {
        self.bar.set_message(format!("{claim}: {stage}"));
        self.bar.inc_length(cells as u64);
    }

    /// Counts a cell that was run.
    pub(super) fn ran(&self) {
        self.bar.inc(1);
    }

    /// Counts a cell that was found in the store. It took no time, so the estimate must not learn from it.
    pub(super) fn reused(&self) {
        self.bar.inc(1);
        self.bar.reset_eta();
    }

    /// Prints the line of a finished claim.
    pub(super) fn finished(&self, claim: &str, outcome: &str, since: Instant) {
        let finished = self.finished.fetch_add(1, Ordering::Relaxed) + 1;
        self.bar.set_prefix(format!("{finished} of {} claims ", self.claims.load(Ordering::Relaxed)));
        self.bar.println(format!("{claim}: {outcome} ({:.1} s)", since.elapsed().as_secs_f64()));
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
