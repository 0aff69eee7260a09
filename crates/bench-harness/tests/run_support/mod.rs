//! A claim to test the machinery with, and looks at what a run left behind.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bench_harness::Error;
use bench_harness::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use bench_harness::report::{Axis, Figure, Point, Series, Spacing};
use bench_harness::run::{Laboratory, Options, seed};
use rand::RngExt;
use serde::{Deserialize, Serialize};

/// The number of cells of [`Walk`].
pub(crate) const CELLS: usize = 12;

/// Random walks on seeds of their own: many digits, cheap, and different whenever a seed is.
pub(crate) struct Walk {
    /// How often a cell was run, over all runs.
    pub(crate) ran: AtomicUsize,
    /// The cell that fails, if any.
    pub(crate) fails_at: Option<usize>,
    /// How long each cell takes at least.
    pub(crate) delay: Duration,
    /// How it comes out.
    pub(crate) verdict: Verdict,
}

impl Default for Walk {
    fn default() -> Self {
        Self { ran: AtomicUsize::new(0), fails_at: None, delay: Duration::ZERO, verdict: Verdict::Reproduced }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Cell {
    index: usize,
    seed: u64,
    rate: f32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Path32 {
    end: f64,
    #[serde(with = "bench_harness::run::float")]
    worst: f64,
    single: f32,
}

impl Walk {
    pub(crate) fn runs(&self) -> usize {
        self.ran.load(Ordering::SeqCst)
    }
}

impl Claim for Walk {
    fn about(&self) -> About {
        about("walk")
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let digits = laboratory.digits()?;
        let cells: Vec<Cell> = laboratory
            .seeds(CELLS, 2 * CELLS)
            .into_iter()
            .enumerate()
            .map(|(index, seed)| Cell { index, seed, rate: 0.1 })
            .collect();
        let paths = laboratory.cells("walk", &cells, |cell| {
            if self.fails_at == Some(cell.index) {
                return Err(Error::Invalid { claim: "walk".into(), reason: "told to fail".into() });
            }
            self.ran.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(self.delay);
            let mut stream = seed::stream(cell.seed, "steps");
            let first = f64::from(digits.features[cell.index + 2]);
            let end = (0..1000).fold(first, |sum, _| sum + stream.random::<f64>() - 0.5);
            Ok(Path32 { end, worst: f64::INFINITY, single: end as f32 * cell.rate })
        })?;
        let point =
            |(index, path): (usize, &Path32)| Point { x: index as f64, y: Some(path.end), bounds: None };
        let axis = |label: &str| Axis { label: label.into(), spacing: Spacing::Linear };
        Ok(Findings {
            setup: vec![("walks".into(), paths.len().to_string())],
            data: laboratory.data_used(),
            figures: vec![Figure {
                id: "ends".into(),
                title: "Ends".into(),
                caption: "Where the walks end.".into(),
                x: axis("walk"),
                y: axis("end"),
                series: vec![Series::dots("end", paths.iter().enumerate().map(point).collect())],
            }],
            tables: vec![],
            outcomes: vec![outcome(self.verdict)],
            key_number: format!("{}", paths.iter().map(|path| path.single).sum::<f32>()),
            remarks: laboratory.data_notes(),
        })
    }
}

/// A claim that needs MNIST.
pub(crate) struct NeedsMnist;

impl Claim for NeedsMnist {
    fn about(&self) -> About {
        about("needs-mnist")
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        laboratory.mnist()?;
        Ok(findings(Verdict::Reproduced))
    }
}

/// A claim whose findings are what a function makes of the laboratory.
pub(crate) struct Ask<F>(pub F);

impl<F: Fn(&Laboratory) -> Result<Findings, Error> + Sync> Claim for Ask<F> {
    fn about(&self) -> About {
        about("ask")
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        self.0(laboratory)
    }
}

pub(crate) fn about(id: &str) -> About {
    About {
        id: id.into(),
        title: format!("The test claim {id}"),
        statement: "Holds.".into(),
        lecture: "none".into(),
        sources: vec![],
        criteria: vec![Criterion { id: "holds".into(), rule: "it holds".into() }],
        would_change: "nothing".into(),
    }
}

fn outcome(verdict: Verdict) -> Outcome {
    Outcome { criterion: "holds".into(), verdict, tested: "1 = 1".into() }
}

pub(crate) fn findings(verdict: Verdict) -> Findings {
    Findings {
        setup: vec![],
        data: vec![],
        figures: vec![],
        tables: vec![],
        outcomes: vec![outcome(verdict)],
        key_number: "1".into(),
        remarks: vec![],
    }
}

/// The defaults with another directory.
pub(crate) fn into(out: &Path) -> Options {
    Options { out: out.to_owned(), jobs: 2, ..Options::default() }
}

/// The files below `directory` with their contents, by path.
pub(crate) fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut places = vec![directory.to_owned()];
    while let Some(place) = places.pop() {
        for entry in std::fs::read_dir(&place).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                places.push(path);
            } else {
                let name = path.strip_prefix(directory).unwrap().to_string_lossy().into_owned();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// The files that are reports or parts of them.
pub(crate) fn reports(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    files(directory).into_iter().filter(|(name, _)| !name.starts_with(".cells")).collect()
}

/// The files of finished cells.
pub(crate) fn cells(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    files(&directory.join(".cells")).into_iter().filter(|(name, _)| name.ends_with(".json")).collect()
}
