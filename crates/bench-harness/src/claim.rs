//! What a claim is: a statement of the lecture, the criteria that decide it, and the run that supplies the numbers.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::report::{Figure, Table};
use crate::run::Laboratory;
use crate::stats::Interval;

/// A claim of the lecture that a run can decide. One file under `claims/`, one line in its register.
pub trait Claim: Sync {
    /// Everything that is known before the run: the statement, its sources and the criteria.
    fn about(&self) -> About;

    /// Runs the experiment at the laboratory's scale and seed and weighs the criteria of [`Claim::about`].
    ///
    /// # Errors
    /// Missing or damaged data, a failed write, or a run that failed its sanity gates.
    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error>;
}

/// What is fixed before the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// Stable name, used on the command line and as the stem of the report's files.
    pub id: String,
    /// A heading of a few words.
    pub title: String,
    /// The claim in one or two sentences of our own.
    pub statement: String,
    /// Where the lecture makes it, such as "part 3, stochastic gradient descent".
    pub lecture: String,
    /// The publications behind it, such as "Reddi, Kale & Kumar 2018, Theorem 1, arXiv:1904.09237".
    pub sources: Vec<String>,
    /// The criteria, fixed before the run, in the order in which they are reported.
    pub criteria: Vec<Criterion>,
    /// What other result, data or assumption would change the verdict.
    pub would_change: String,
}

/// One inequality that is fixed before the run and decided by it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    /// Short name, unique within the claim, such as "fits".
    pub id: String,
    /// The rule in words and numbers: what holds if the claim is reproduced, and what refutes it.
    pub rule: String,
}

/// How a criterion, or a whole claim, came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every criterion holds.
    Reproduced,
    /// Some criteria hold and others do not.
    Partly,
    /// The criterion does not hold, but the opposite was not shown either.
    NotReproduced,
    /// The opposite was shown: an interval that excludes zero on the other side, or a valid counterexample.
    Refuted,
    /// The run cannot decide, for a reason that the report gives.
    Inconclusive,
}

/// The outcome of one criterion: the inequality with its numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The [`Criterion::id`] that this decides.
    pub criterion: String,
    /// How it came out.
    pub verdict: Verdict,
    /// The tested inequality with the numbers put in.
    pub tested: String,
}

/// What a run found, ready to be drawn. All numbers are data here; nothing is formatted yet but prose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// The set-up as pairs of name and value: data, model, optimizer, budget, seeds.
    pub setup: Vec<(String, String)>,
    /// Checksums of the data that were used, as pairs of name and SHA-256.
    pub data: Vec<(String, String)>,
    /// The figures, the telling one first.
    pub figures: Vec<Figure>,
    /// The tables, the one with the paper's figures beside ours first.
    pub tables: Vec<Table>,
    /// One outcome per criterion, in the criteria's order.
    pub outcomes: Vec<Outcome>,
    /// The one number that decides the claim, for the table of verdicts.
    pub key_number: String,
    /// Where the set-up departs from the cited paper's, and anything else a careful reader must know.
    pub remarks: Vec<String>,
}

/// How much is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// On data that ships, in seconds to minutes.
    Quick,
    /// At the papers' scale, on data from a directory that the user names.
    Full,
}

impl Criterion {
    /// A criterion of this name and rule.
    pub fn new(id: &str, rule: &str) -> Self {
        Self { id: id.to_owned(), rule: rule.to_owned() }
    }
}

impl Outcome {
    /// The outcome of the criterion of this name: how it came out, and the inequality with its numbers.
    pub fn new(criterion: &str, verdict: Verdict, tested: impl Into<String>) -> Self {
        Self { criterion: criterion.to_owned(), verdict, tested: tested.into() }
    }
}

impl Verdict {
    /// [`Verdict::Reproduced`] where the criterion holds, else [`Verdict::Refuted`]: for criteria without a middle.
    pub fn holds_or_refuted(holds: bool) -> Self {
        if holds { Self::Reproduced } else { Self::Refuted }
    }

    /// [`Verdict::Reproduced`] where the criterion holds, else [`Verdict::NotReproduced`]: for criteria whose failure does
    /// not show the opposite.
    pub fn holds_or_not(holds: bool) -> Self {
        if holds { Self::Reproduced } else { Self::NotReproduced }
    }

    /// The verdict of a criterion that wants a quantity to be above `bound`: reproduced if its whole interval is, refuted if
    /// the whole interval lies below, and not reproduced if the bound lies within.
    pub fn above(interval: &Interval, bound: f64) -> Self {
        if interval.above(bound) {
            Self::Reproduced
        } else if interval.below(bound) {
            Self::Refuted
        } else {
            Self::NotReproduced
        }
    }

    /// The verdict of a whole claim from those of its criteria: unanimous, or else [`Verdict::Partly`] when some
    /// criterion holds; without any that holds the most telling failure stands.
    ///
    /// # Panics
    /// If there is no outcome: a claim without a criterion claims nothing.
    pub fn of(outcomes: &[Outcome]) -> Self {
        assert!(!outcomes.is_empty(), "a claim needs at least one criterion");
        let any = |verdict| outcomes.iter().any(|outcome| outcome.verdict == verdict);
        let all = |verdict| outcomes.iter().all(|outcome| outcome.verdict == verdict);
        if all(Self::Reproduced) {
            Self::Reproduced
        } else if any(Self::Reproduced) || any(Self::Partly) {
            Self::Partly
        } else if any(Self::Refuted) {
            Self::Refuted
        } else if any(Self::NotReproduced) {
            Self::NotReproduced
        } else {
            Self::Inconclusive
        }
    }
}

/// The remark of a claim whose criteria or set-up were changed after a run on the same seeds had been looked at, with what was
/// changed. What an investigator has seen, he may have fitted: only seeds that nobody has seen can confirm it.
pub fn exploratory(changed: &str) -> String {
    format!(
        "Criteria or set-up were changed after an earlier run on the same seeds had been looked at: {changed}. Read the verdict as \
         exploratory; a run with `--seed 10000` has seeds that were not seen."
    )
}
