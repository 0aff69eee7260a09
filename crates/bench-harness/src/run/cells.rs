//! A grid of independent cells: run in parallel, each stored when finished, none run twice.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rayon::{ThreadPool, ThreadPoolBuilder};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Error;
use crate::claim::Scale;
use crate::data::checksum::sha256;
use crate::run::finite::unwritable;
use crate::run::turns::Pause;
use crate::run::{Laboratory, Store, store};

/// The hash of the code that all claims share, with the compiler's version.
const SHARED_CODE: &str = env!("HARNESS_CODE_HASH");
/// The hashes of the claims' own files, as "id=hash" with spaces between.
const CLAIMS_CODE: &str = env!("HARNESS_CLAIM_HASHES");

/// The hash of all code of this program that a result of the claim can depend on; a claim of one's own has no file here.
fn code(claim: &str) -> String {
    let own = CLAIMS_CODE.split(' ').find_map(|entry| entry.strip_prefix(claim)?.strip_prefix('='));
    [SHARED_CODE, own.unwrap_or_default()].concat()
}

/// Everything that a cell's result depends on. Its hash is the name of the cell's file.
#[derive(Debug, Serialize, Deserialize)]
struct Identity {
    claim: String,
    stage: String,
    scale: Scale,
    seed: u64,
    data: Vec<(String, String)>,
    configuration: Value,
    code: String,
}

/// A finished cell as stored.
#[derive(Serialize, Deserialize)]
struct Cell {
    identity: Identity,
    result: Value,
    /// SHA-256 of the two above, as text.
    checksum: String,
}

/// A grid whose types are forgotten: what runs and stores its cells is compiled once for all grids.
struct Grid<'a> {
    stage: &'a str,
    cells: usize,
    /// The turns that a cell takes.
    turns: usize,
    /// The configuration of a cell.
    configuration: &'a (dyn Fn(usize) -> Written + Sync),
    /// Runs a cell.
    run: &'a (dyn Fn(usize) -> Result<Written, Error> + Sync),
    /// Takes the result of a cell as it was stored.
    keep: &'a (dyn Fn(usize, Value) -> serde_json::Result<()> + Sync),
}

/// A value as JSON, or why there is none.
type Written = Result<Value, Unwritable>;

enum Unwritable {
    /// It holds a number that JSON cannot hold: which, and where.
    Number(String),
    /// Its own serialisation failed.
    Failed(serde_json::Error),
}

/// As a value, whose maps are sorted: the order of a hash map must not name another cell.
fn written(value: &impl Serialize) -> Written {
    match unwritable(value) {
        Some(place) => Err(Unwritable::Number(place)),
        None => serde_json::to_value(value).map_err(Unwritable::Failed),
    }
}

impl Laboratory {
    /// Runs a grid of independent cells, one for each of `configurations`, and returns the results in that order.
    ///
    /// As many cells run at a time as the run has jobs, those of other claims counted, each with one thread to itself:
    /// parallel array operations inside a cell stay on it. A thread that is done takes the next cell, so a long cell holds
    /// up no other; with the long cells first, the last ones end at about the same time.
    ///
    /// Each finished cell is stored at once, whole or not at all, under the hash of all that its result depends on:
    /// the claim, `stage`, scale, base seed, the data opened before, the configuration, and the code that all claims share
    /// with the claim's own. A run that was killed loses the cells in flight and finds the others. What `run` computes must follow
    /// from these alone: whatever else it uses belongs into the configuration. Open data sets before and not inside.
    ///
    /// Every result is handed out as read back from its stored form, so that a first and a resumed run agree to the
    /// last bit. Numbers that are not finite need [`run::float`](crate::run::float) at their fields.
    ///
    /// # Errors
    /// The first error of a cell, after which no further cells are begun; [`Error::Invalid`] if a cell panics, if a
    /// configuration or result cannot be written as JSON or read back, or if a data set is opened inside a cell;
    /// [`Error::Io`] if a cell cannot be stored.
    pub fn cells<C, R>(
        &self,
        stage: &str,
        configurations: &[C],
        run: impl Fn(&C) -> Result<R, Error> + Sync,
    ) -> Result<Vec<R>, Error>
    where
        C: Serialize + Sync,
        R: Serialize + DeserializeOwned + Send,
    {
        self.grid(stage, configurations, 1, run)
    }

    /// Runs one cell that measures time: as [`Laboratory::cells`], but nothing else of the run goes on meanwhile.
    /// Have [`Laboratory::machine`] in the configuration.
    ///
    /// # Errors
    /// As [`Laboratory::cells`].
    pub fn timed<C, R>(
        &self,
        stage: &str,
        configuration: C,
        run: impl Fn(&C) -> Result<R, Error> + Sync,
    ) -> Result<R, Error>
    where
        C: Serialize + Sync,
        R: Serialize + DeserializeOwned + Send,
    {
        let results = self.grid(stage, &[configuration], self.shared.turns.all(), run)?;
        Ok(results.into_iter().next().expect("a grid of one has one result"))
    }

    fn grid<C, R>(
        &self,
        stage: &str,
        configurations: &[C],
        turns: usize,
        run: impl Fn(&C) -> Result<R, Error> + Sync,
    ) -> Result<Vec<R>, Error>
    where
        C: Serialize + Sync,
        R: Serialize + DeserializeOwned + Send,
    {
        let results = Mutex::new(configurations.iter().map(|_| None).collect::<Vec<Option<R>>>());
        self.fill(&Grid {
            stage,
            cells: configurations.len(),
            turns,
            configuration: &|index| written(&configurations[index]),
            run: &|index| Ok(written(&run(&configurations[index])?)),
            keep: &|index, value| {
                let result = serde_json::from_value(value)?;
                locked(&results)[index] = Some(result);
                Ok(())
            },
        })?;
        let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(results.into_iter().flatten().collect())
    }

    /// Runs the cells of a grid; each has kept its result if all went well.
    fn fill(&self, grid: &Grid<'_>) -> Result<(), Error> {
        let identities =
            (0..grid.cells).map(|index| self.identity(grid, index)).collect::<Result<Vec<_>, _>>()?;
        self.shared.meter.stage(&self.claim, grid.stage, grid.cells);
        if self.options.store != Store::Off {
            store::prepare(&self.cell_directory())?;
        }

        let workers = (0..self.options.jobs.min(grid.cells))
            .map(|_| ThreadPoolBuilder::new().num_threads(1).build())
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| self.invalid(format!("cannot start {} threads: {error}", self.options.jobs)))?;
        let next = AtomicUsize::new(0);
        let failure = Mutex::new(None);
        let work = |worker: &ThreadPool| {
            while locked(&failure).is_none() {
                self.shared.turns.take(grid.turns);
                // Drawn in one's turn, so that cells begin in their order.
                let index = next.fetch_add(1, Ordering::Relaxed);
                let outcome = identities.get(index).map(|identity| self.cell(grid, index, identity, worker));
                self.shared.turns.give(grid.turns);
                match outcome {
                    Some(Ok(())) => {}
                    Some(Err(error)) => {
                        locked(&failure).get_or_insert(error);
                    }
                    None => break,
                }
            }
        };
        {
            // Whoever waits for the cells does not compute.
            let _pause = Pause::begin(&self.shared.turns);
            std::thread::scope(|scope| {
                for worker in &workers {
                    let work = &work;
                    scope.spawn(move || work(worker));
                }
            });
        }
        failure.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
    }

    /// One cell: from the store if it is there and sound, else by running it.
    fn cell(
        &self,
        grid: &Grid<'_>,
        index: usize,
        identity: &Identity,
        worker: &ThreadPool,
    ) -> Result<(), Error> {
        let name = serde_json::to_value(identity)
            .and_then(|value| serde_json::to_string(&value))
            .map_err(|error| self.fault(identity, &format!("has a name that cannot be written: {error}")))?;
        let path = self.cell_directory().join(sha256(&[name.as_bytes()]) + ".json");
        if self.options.store == Store::Reuse
            && let Ok(text) = std::fs::read_to_string(&path)
            && let Some(result) = stored(&text, &name)
            && (grid.keep)(index, result).is_ok()
        {
            self.shared.meter.reused();
            return Ok(());
        }

        let outcome = worker.install(|| catch_unwind(AssertUnwindSafe(|| (grid.run)(index))));
        let result =
            outcome.map_err(|panic| self.fault(identity, &format!("panicked: {}", message(&*panic))))??;
        if self.data_used() != identity.data {
            return Err(self
                .fault(identity, "opened a data set: open it before the grid, which is stored by its data"));
        }
        let result = result.map_err(|unwritable| {
            let what = match unwritable {
                Unwritable::Number(place) => format!(
                    "gave a number that JSON cannot hold, {place}: write it by \
                     #[serde(with = \"bench_harness::run::float\")]"
                ),
                Unwritable::Failed(error) => format!("gave what cannot be written: {error}"),
            };
            self.fault(identity, &what)
        })?;
        let text = result.to_string();
        let checksum = sha256(&[name.as_bytes(), text.as_bytes()]);
        let text = format!("{{\"identity\":{name},\"result\":{text},\"checksum\":\"{checksum}\"}}\n");
        // The same way back as for a stored cell: the bits of a result must not tell which way it came.
        let result = stored(&text, &name)
            .ok_or_else(|| self.fault(identity, "gave a result that JSON does not give back as it was"))?;
        (grid.keep)(index, result).map_err(|error| {
            self.fault(identity, &format!("gave a result that cannot be read back: {error}"))
        })?;
        if self.options.store != Store::Off {
            store::write(&path, text.as_bytes())?;
        }
        self.shared.meter.ran();
        Ok(())
    }

    fn identity(&self, grid: &Grid<'_>, index: usize) -> Result<Identity, Error> {
        let stage = grid.stage;
        let configuration = (grid.configuration)(index).map_err(|unwritable| {
            self.invalid(match unwritable {
                Unwritable::Number(place) => {
                    format!("stage {stage}: a configuration holds a number that JSON cannot hold, {place}")
                }
                Unwritable::Failed(error) => {
                    format!("stage {stage}: a configuration cannot be written: {error}")
                }
            })
        })?;
        Ok(Identity {
            claim: self.claim.clone(),
            stage: stage.to_owned(),
            scale: self.scale(),
            seed: self.seed(),
            data: self.data_used(),
            configuration,
            code: code(&self.claim),
        })
    }

    fn cell_directory(&self) -> PathBuf {
        self.options.out.join(".cells").join(&self.claim)
    }

    fn invalid(&self, reason: String) -> Error {
        Error::Invalid { claim: self.claim.clone(), reason }
    }

    /// What went wrong in a cell.
    fn fault(&self, identity: &Identity, what: &str) -> Error {
        let Identity { stage, configuration, .. } = identity;
        self.invalid(format!("stage {stage}: the cell {configuration} {what}"))
    }
}

/// The result in a stored cell, if the file is whole and the cell is the one of this name.
fn stored(text: &str, name: &str) -> Option<Value> {
    let cell: Cell = serde_json::from_str(text).ok()?;
    let written = |value: Result<Value, _>| value.ok().and_then(|value| serde_json::to_string(&value).ok());
    let (identity, result) =
        (written(serde_json::to_value(&cell.identity))?, written(Ok(cell.result.clone()))?);
    let sound = identity == name && cell.checksum == sha256(&[name.as_bytes(), result.as_bytes()]);
    sound.then_some(cell.result)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a panic says.
pub(super) fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}
