//! A grid of independent cells: run in parallel, each stored when finished, none run twice.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::{ThreadPool, ThreadPoolBuilder};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Error;
use crate::claim::Scale;
use crate::data::checksum::sha256;
use crate::run::finite::unwritable;
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

impl Laboratory {
    /// Runs a grid of independent cells, one for each of `configurations`, and returns the results in that order.
    ///
    /// As many cells run at a time as the run has jobs, each with one thread to itself: parallel array operations
    /// inside a cell stay on it. A thread that is done takes the next cell, so a long cell holds up no other; with the
    /// long cells first, the last ones end at about the same time.
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
        let identities = configurations
            .iter()
            .map(|configuration| self.identity(stage, configuration))
            .collect::<Result<Vec<_>, _>>()?;
        self.shared.meter.stage(&self.claim, stage, configurations.len());
        if self.options.store != Store::Off {
            store::prepare(&self.cell_directory())?;
        }

        let workers = (0..self.options.jobs.min(configurations.len()))
            .map(|_| ThreadPoolBuilder::new().num_threads(1).build())
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| self.invalid(format!("cannot start {} threads: {error}", self.options.jobs)))?;
        let next = AtomicUsize::new(0);
        let failed = AtomicBool::new(false);
        let results = Mutex::new(configurations.iter().map(|_| None).collect::<Vec<_>>());
        let work = |worker: &ThreadPool| {
            while !failed.load(Ordering::Relaxed) {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(configuration) = configurations.get(index) else { break };
                let result = self.cell(&identities[index], worker, || run(configuration));
                failed.fetch_or(result.is_err(), Ordering::Relaxed);
                results.lock().unwrap_or_else(PoisonError::into_inner)[index] = Some(result);
            }
        };
        std::thread::scope(|scope| {
            for worker in &workers {
                let work = &work;
                scope.spawn(move || work(worker));
            }
        });

        let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
        // After a failure some cells were never begun: `None` stands at them, and the failure itself is found here.
        let finished: Result<Vec<Option<R>>, Error> = results.into_iter().map(Option::transpose).collect();
        Ok(finished?.into_iter().flatten().collect())
    }

    /// One cell: from the store if it is there and sound, else by running it.
    fn cell<R: Serialize + DeserializeOwned + Send>(
        &self,
        identity: &Identity,
        worker: &ThreadPool,
        run: impl FnOnce() -> Result<R, Error> + Send,
    ) -> Result<R, Error> {
        let name = self.written(identity, identity)?;
        let path = self.cell_directory().join(sha256(&[name.as_bytes()]) + ".json");
        if self.options.store == Store::Reuse
            && let Ok(text) = std::fs::read_to_string(&path)
            && let Some(result) = stored(&text, &name)
            && let Ok(result) = serde_json::from_value(result)
        {
            self.shared.meter.reused();
            return Ok(result);
        }

        let outcome = worker.install(|| catch_unwind(AssertUnwindSafe(run)));
        let result =
            outcome.map_err(|panic| self.fault(identity, &format!("panicked: {}", message(&*panic))))??;
        if self.data_used() != identity.data {
            return Err(self
                .fault(identity, "opened a data set: open it before the grid, which is stored by its data"));
        }
        if let Some(place) = unwritable(&result) {
            let advice = "write it by #[serde(with = \"bench_harness::run::float\")]";
            return Err(
                self.fault(identity, &format!("gave a number that JSON cannot hold, {place}: {advice}"))
            );
        }
        let text = self.written(identity, &result)?;
        let checksum = sha256(&[name.as_bytes(), text.as_bytes()]);
        let text = format!("{{\"identity\":{name},\"result\":{text},\"checksum\":\"{checksum}\"}}\n");
        // The same way back as for a stored cell: the bits of a result must not tell which way it came.
        let result = stored(&text, &name)
            .ok_or_else(|| self.fault(identity, "gave a result that JSON does not give back as it was"))?;
        let result = serde_json::from_value(result).map_err(|error| {
            self.fault(identity, &format!("gave a result that cannot be read back: {error}"))
        })?;
        if self.options.store != Store::Off {
            store::write(&path, text.as_bytes())?;
        }
        self.shared.meter.ran();
        Ok(result)
    }

    fn identity(&self, stage: &str, configuration: &impl Serialize) -> Result<Identity, Error> {
        if let Some(place) = unwritable(configuration) {
            let reason =
                format!("stage {stage}: a configuration holds a number that JSON cannot hold, {place}");
            return Err(self.invalid(reason));
        }
        // As a value, whose maps are sorted: the order of a hash map must not name another cell.
        let configuration = serde_json::to_value(configuration).map_err(|error| {
            self.invalid(format!("stage {stage}: a configuration cannot be written: {error}"))
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

    fn written(&self, identity: &Identity, value: &impl Serialize) -> Result<String, Error> {
        let value = serde_json::to_value(value).and_then(|value| serde_json::to_string(&value));
        value.map_err(|error| self.fault(identity, &format!("gave what cannot be written: {error}")))
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

/// What a panic says.
pub(super) fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}
