//! How a run is to be done.

use std::path::PathBuf;

use crate::Error;
use crate::claim::Scale;

/// The fewest seeds that a spread can be estimated from.
const MIN_SEEDS: usize = 2;
/// More cells than this at a time would be a slip of the keyboard.
const MAX_JOBS: usize = 1024;

/// How a run is to be done. Name what differs from the default:
///
/// ```
/// use bench_harness::claim::Scale;
/// use bench_harness::run::Options;
///
/// let options = Options { scale: Scale::Full, data_dir: Some("/data".into()), ..Options::default() };
/// assert_eq!(options.seed, 0);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How much is run. Default: [`Scale::Quick`].
    pub scale: Scale,
    /// The base that shifts every seed of the run. Default: 0. Neighbouring bases share seeds; for an independent
    /// repetition go further than the number of seeds, and not by 500 where tuning seeds begin: 10000, say.
    pub seed: u64,
    /// How many seeds are reported, in place of each claim's own number. Default: each claim's own.
    pub seeds: Option<usize>,
    /// How many threads compute at a time: those of cells, and of claims between their grids. Default: as many as the
    /// processor has. The results do not depend on it.
    pub jobs: usize,
    /// Where the reports go, and the finished cells in its directory `.cells`. Default: `reports`.
    pub out: PathBuf,
    /// Where the data of the full scale are. Default: nowhere.
    pub data_dir: Option<PathBuf>,
    /// What becomes of finished cells. Default: [`Store::Reuse`].
    pub store: Store,
    /// Whether to show progress. Default: [`Progress::Silent`].
    pub progress: Progress,
}

/// What becomes of finished cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    /// They are stored, and cells that were stored before are not run again.
    Reuse,
    /// They are stored in place of those of before: everything is run.
    Replace,
    /// Nothing is stored or looked up: for timing.
    Off,
}

/// Whether to show progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// On stderr, if that is a terminal.
    Terminal,
    /// Nowhere.
    Silent,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            scale: Scale::Quick,
            seed: 0,
            seeds: None,
            jobs: std::thread::available_parallelism().map_or(1, usize::from).min(MAX_JOBS),
            out: PathBuf::from("reports"),
            data_dir: None,
            store: Store::Reuse,
            progress: Progress::Silent,
        }
    }
}

impl Options {
    /// # Errors
    /// [`Error::Usage`] if no run can be done so.
    pub(super) fn check(&self) -> Result<(), Error> {
        if !(1..=MAX_JOBS).contains(&self.jobs) {
            return Err(Error::Usage(format!(
                "jobs: expected 1 to {MAX_JOBS} cells at a time, found {}",
                self.jobs
            )));
        }
        match self.seeds {
            Some(seeds) if seeds < MIN_SEEDS => Err(Error::Usage(format!(
                "seeds: expected at least {MIN_SEEDS}, since one run shows no spread to judge a difference by (6 are the \
                 fewest that a sign test can decide with), found {seeds}"
            ))),
            _ => Ok(()),
        }
    }
}
