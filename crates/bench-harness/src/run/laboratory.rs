//! The laboratory a claim works in.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::Error;
use crate::claim::Scale;
use crate::data::{self, Dataset, Split};
use crate::run::progress::Meter;
use crate::run::turns::Turns;
use crate::run::{Options, Store};
use crate::run::{provenance, seed};

/// The laboratory a claim works in: its scale, seeds, data and store of finished cells.
///
/// [`run_claims`](crate::run::run_claims) makes one for each claim. A benchmark or a program of one's own makes one
/// by [`Laboratory::new`] or [`Laboratory::for_bench`]:
///
/// ```
/// use bench_harness::run::Laboratory;
///
/// let laboratory = Laboratory::for_bench();
/// let squares = laboratory.cells("square", &[1, 2, 3], |&n: &i32| Ok(n * n))?;
/// assert_eq!(squares, [1, 4, 9]);
/// # Ok::<(), bench_harness::Error>(())
/// ```
pub struct Laboratory {
    pub(super) claim: String,
    pub(super) options: Options,
    pub(super) shared: Arc<Shared>,
    /// The data sets that this claim has opened, by name.
    opened: Mutex<BTreeMap<String, Opened>>,
}

/// What the laboratories of one run have in common.
pub(super) struct Shared {
    pub(super) meter: Meter,
    /// Each laboratory holds one, but while it waits for its cells.
    pub(super) turns: Turns,
    digits: Mutex<Option<Arc<Dataset>>>,
    mnist: Mutex<Option<Arc<Split>>>,
    cifar10: Mutex<Option<Arc<Split>>>,
}

/// What a laboratory remembers of data that it handed out.
#[derive(Debug, Clone)]
struct Opened {
    checksum: String,
    note: Option<String>,
    origin: Origin,
}

/// Where data come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    Shipped,
    DataDir,
}

impl Shared {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            meter: Meter::new(options.progress),
            turns: Turns::new(options.jobs),
            digits: Mutex::default(),
            mnist: Mutex::default(),
            cifar10: Mutex::default(),
        }
    }
}

impl Laboratory {
    /// A laboratory for the claim of this name, which is part of the names of its stored cells.
    ///
    /// # Errors
    /// [`Error::Usage`] if the name is not made of small letters, digits and hyphens, or if no run can be done as the
    /// options say.
    pub fn new(claim: &str, options: &Options) -> Result<Self, Error> {
        Self::within(Arc::new(Shared::new(options)), claim, options)
    }

    /// A laboratory for timing: at quick scale, seed 0, one cell at a time, nothing stored, nothing shown.
    pub fn for_bench() -> Self {
        let options = Options { jobs: 1, store: Store::Off, ..Options::default() };
        Self::new("bench", &options).expect("these options are sound")
    }

    /// Waits until it is this laboratory's turn to compute.
    pub(super) fn within(shared: Arc<Shared>, claim: &str, options: &Options) -> Result<Self, Error> {
        options.check()?;
        let sound = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        if claim.is_empty() || !claim.chars().all(sound) {
            return Err(Error::Usage(format!(
                "claim {claim:?}: expected a name of small letters, digits and hyphens, since it names files"
            )));
        }
        shared.turns.take(1);
        Ok(Self { claim: claim.to_owned(), options: options.clone(), shared, opened: Mutex::default() })
    }

    /// How much is to be run.
    pub fn scale(&self) -> Scale {
        self.options.scale
    }

    /// The base that shifts every seed. For streams that belong to no seed of [`Laboratory::seeds`], such as those of
    /// a bootstrap.
    pub fn seed(&self) -> u64 {
        self.options.seed
    }

    /// The seeds to report: as many as the claim wants at the laboratory's scale, unless the user named a number.
    pub fn seeds(&self, quick: usize, full: usize) -> Vec<u64> {
        let count = self.options.seeds.unwrap_or(match self.scale() {
            Scale::Quick => quick,
            Scale::Full => full,
        });
        seed::range(seed::REPORTED, self.seed(), count)
    }

    /// Seeds to choose hyper-parameters on, disjoint from those of [`Laboratory::seeds`].
    ///
    /// # Panics
    /// If there are not as many: at most 500.
    #[track_caller]
    pub fn tuning_seeds(&self, count: usize) -> Vec<u64> {
        let most = (seed::REPORTED - seed::TUNING) as usize;
        assert!(count <= most, "{count} tuning seeds, of which {most} are disjoint from the reported ones");
        seed::range(seed::TUNING, self.seed(), count)
    }

    /// The digits that ship with the program, 8×8, in their original order.
    ///
    /// # Errors
    /// [`Error::Data`] if the program was built with a damaged file.
    pub fn digits(&self) -> Result<Arc<Dataset>, Error> {
        let digits = cached(&self.shared.digits, data::digits)?;
        self.note_opened(&digits, Origin::Shipped);
        Ok(digits)
    }

    /// MNIST, 28×28, from the data directory.
    ///
    /// # Errors
    /// [`Error::Data`] if no directory was named or its files are missing or damaged; [`Error::Io`] if they cannot be
    /// read.
    pub fn mnist(&self) -> Result<Arc<Split>, Error> {
        self.external(&self.shared.mnist, "MNIST", data::mnist::read)
    }

    /// CIFAR-10, 3×32×32, from the data directory.
    ///
    /// # Errors
    /// [`Error::Data`] if no directory was named or its files are missing or damaged; [`Error::Io`] if they cannot be
    /// read.
    pub fn cifar10(&self) -> Result<Arc<Split>, Error> {
        self.external(&self.shared.cifar10, "CIFAR-10", data::cifar10::read)
    }

    /// The checksums of the data that this laboratory handed out, as pairs of name and SHA-256, by name: the
    /// [`data`](crate::claim::Findings::data) of a claim's findings.
    pub fn data_used(&self) -> Vec<(String, String)> {
        self.opened().iter().map(|(name, opened)| (name.clone(), opened.checksum.clone())).collect()
    }

    /// What a reader of the report must know of the copies of the data that this laboratory handed out.
    pub fn data_notes(&self) -> Vec<String> {
        self.opened().values().filter_map(|opened| opened.note.clone()).collect()
    }

    /// The processor's name and threads. A cell that [measures time](Laboratory::timed) has it in its configuration: what
    /// was measured on one machine is no result of another.
    pub fn machine(&self) -> String {
        format!("{}, {} threads", provenance::processor(), provenance::threads())
    }

    /// Shows in the line of progress what runs now. [`Laboratory::cells`] does so by itself; this is for long work
    /// outside of cells.
    pub fn announce(&self, stage: &str) {
        self.shared.meter.stage(&self.claim, stage, 0);
    }

    /// The command that runs the claim again with the same result.
    pub(super) fn command(&self) -> String {
        let scale = match self.scale() {
            Scale::Quick => "quick",
            Scale::Full => "full",
        };
        let mut command =
            format!("cargo run --release -- run {} --scale {scale} --seed {}", self.claim, self.seed());
        if let Some(seeds) = self.options.seeds {
            command += &format!(" --seeds {seeds}");
        }
        // Where a user keeps data is no part of the result, and the same on no two machines.
        if self.opened().values().any(|opened| opened.origin == Origin::DataDir) {
            command += " --data-dir DIR";
        }
        command
    }

    fn external(
        &self,
        cache: &Mutex<Option<Arc<Split>>>,
        name: &str,
        read: impl FnOnce(&Path) -> Result<Split, Error>,
    ) -> Result<Arc<Split>, Error> {
        let Some(directory) = &self.options.data_dir else {
            return Err(Error::Data {
                path: "--data-dir".into(),
                expected: format!(
                    "a directory that holds {name}, which claim {} needs at this scale",
                    self.claim
                ),
                found: "none named".to_owned(),
                remedy:
                    "name one by --data-dir DIR (datasets/README.md says which files it should hold), or run \
                         --scale quick, which needs none"
                        .to_owned(),
            });
        };
        let split = cached(cache, || read(directory))?;
        self.note_opened(&split.train, Origin::DataDir);
        self.note_opened(&split.test, Origin::DataDir);
        Ok(split)
    }

    fn note_opened(&self, data: &Dataset, origin: Origin) {
        let opened = Opened { checksum: data.checksum.clone(), note: data.note.clone(), origin };
        self.opened().insert(data.name.clone(), opened);
    }

    fn opened(&self) -> MutexGuard<'_, BTreeMap<String, Opened>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Laboratory {
    fn drop(&mut self) {
        self.shared.turns.give(1);
    }
}

impl fmt::Debug for Laboratory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Laboratory")
            .field("claim", &self.claim)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// What `cache` holds, read first if need be. Whoever asks meanwhile waits instead of reading the same files.
fn cached<T>(
    cache: &Mutex<Option<Arc<T>>>,
    read: impl FnOnce() -> Result<T, Error>,
) -> Result<Arc<T>, Error> {
    let mut cache = cache.lock().unwrap_or_else(PoisonError::into_inner);
    match &*cache {
        Some(data) => Ok(Arc::clone(data)),
        None => Ok(Arc::clone(cache.insert(Arc::new(read()?)))),
    }
}
