//! Runs claims, as many at a time as there are jobs, and publishes what they found.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::Error;
use crate::claim::{About, Claim, Findings, Verdict};
use crate::report::{Provenance, Report, SCHEMA_VERSION};
use crate::run::cells::message;
use crate::run::laboratory::Shared;
use crate::run::provenance::provenance;
use crate::run::{Laboratory, Options, publish, store};

/// What became of every claim of a run, in the order in which they were given.
#[derive(Debug)]
pub struct Summary {
    /// One for each claim.
    pub runs: Vec<Run>,
    /// Whether the index of all reports in the directory could be drawn, those of earlier runs included.
    pub index: Result<(), Error>,
}

/// What became of one claim.
#[derive(Debug)]
pub struct Run {
    /// The claim's name.
    pub id: String,
    /// The report as written, or why there is none.
    pub outcome: Result<Report, Error>,
    /// The verdict of the report that stood in its place before, at the same scale and seed.
    pub recorded: Option<Verdict>,
}

impl Run {
    /// The verdict recorded before and the new one, if they differ.
    pub fn change(&self) -> Option<(Verdict, Verdict)> {
        let new = self.outcome.as_ref().ok()?.verdict;
        self.recorded.filter(|&recorded| recorded != new).map(|recorded| (recorded, new))
    }
}

impl Summary {
    /// The program's exit code: that of the gravest failure, else 1 if a verdict differs from the recorded one, else 0.
    pub fn exit_code(&self) -> u8 {
        let failures = self.runs.iter().filter_map(|run| run.outcome.as_ref().err());
        failures
            .chain(self.index.as_ref().err())
            .map(Error::exit_code)
            .max()
            .unwrap_or_else(|| u8::from(self.runs.iter().any(|run| run.change().is_some())))
    }
}

/// Runs `claims`, begun in the order given, and writes a report for each as soon as it is done. A claim that fails does
/// not keep the others from running. Claims run side by side, so that what one does between its grids does not leave
/// threads idle; no more than [`Options::jobs`] threads compute at a time, and what measures time
/// ([`Laboratory::timed`]) computes alone.
///
/// The claims need not be the registered ones: a claim of your own runs like ours.
///
/// ```
/// use bench_harness::Error;
/// use bench_harness::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
/// use bench_harness::run::{Laboratory, Options, run_claims};
///
/// struct SumOfOdds;
///
/// impl Claim for SumOfOdds {
///     fn about(&self) -> About {
///         About {
///             id: "sum-of-odds".into(),
///             title: "Odd numbers sum to squares".into(),
///             statement: "The first n odd numbers sum to n².".into(),
///             lecture: "none".into(),
///             sources: vec!["Nicomachus of Gerasa, Introduction to Arithmetic".into()],
///             criteria: vec![Criterion { id: "equal".into(), rule: "equal for n = 1 to 100".into() }],
///             would_change: "a counterexample".into(),
///         }
///     }
///
///     fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
///         let numbers: Vec<u64> = (1..=100).collect();
///         let sums = laboratory.cells("sum", &numbers, |&n| Ok((0..n).map(|k| 2 * k + 1).sum::<u64>()))?;
///         let equal = numbers.iter().zip(&sums).filter(|&(&n, &sum)| sum == n * n).count();
///         let verdict = if equal == 100 { Verdict::Reproduced } else { Verdict::Refuted };
///         Ok(Findings {
///             setup: vec![],
///             data: laboratory.data_used(),
///             figures: vec![],
///             tables: vec![],
///             outcomes: vec![Outcome { criterion: "equal".into(), verdict, tested: format!("{equal} = 100") }],
///             key_number: format!("{equal} of 100"),
///             remarks: vec![],
///         })
///     }
/// }
///
/// let out = tempfile::tempdir().unwrap();
/// let options = Options { out: out.path().to_owned(), ..Options::default() };
/// let summary = run_claims(&[&SumOfOdds], &options)?;
/// assert_eq!(summary.runs[0].outcome.as_ref().unwrap().verdict, Verdict::Reproduced);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Usage`] if no run can be done as the options say or two claims have one name, [`Error::Io`] if nothing can
/// be written to their directory: both before anything is run. What befalls a claim is in its [`Run`].
pub fn run_claims(claims: &[&dyn Claim], options: &Options) -> Result<Summary, Error> {
    options.check()?;
    let ids: Vec<String> = claims.iter().map(|claim| claim.about().id).collect();
    if let Some(id) = ids.iter().enumerate().find_map(|(index, id)| ids[..index].contains(id).then_some(id)) {
        return Err(Error::Usage(format!(
            "claims: expected each name once, found {id} twice; they share their files"
        )));
    }
    store::prepare(&options.out)?;
    let shared = Arc::new(Shared::new(options));
    shared.meter.begin(claims.len());
    let provenance = provenance();
    // What a claim does between its grids runs on one thread; another claim's cells fill the others.
    let pools = (0..options.jobs.min(claims.len()))
        .map(|_| ThreadPoolBuilder::new().num_threads(1).build())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| {
            Error::Usage(format!("cannot start {} threads: {error}; choose fewer jobs", options.jobs))
        })?;
    let next = AtomicUsize::new(0);
    let runs = Mutex::new(claims.iter().map(|_| None).collect::<Vec<Option<Run>>>());
    let work = |pool: &ThreadPool| {
        while let index = next.fetch_add(1, Ordering::Relaxed)
            && let Some(&claim) = claims.get(index)
        {
            let run = pool.install(|| run_claim(claim, options, &shared, &provenance));
            runs.lock().unwrap_or_else(PoisonError::into_inner)[index] = Some(run);
        }
    };
    thread::scope(|scope| {
        for pool in &pools {
            let work = &work;
            scope.spawn(move || work(pool));
        }
    });
    let runs = runs.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().flatten().collect();
    let index = publish::redraw(&options.out, &publish::outline()).map(|_| ());
    Ok(Summary { runs, index })
}

/// Runs one claim and writes its report.
fn run_claim(claim: &dyn Claim, options: &Options, shared: &Arc<Shared>, provenance: &Provenance) -> Run {
    let about = claim.about();
    let id = about.id.clone();
    let laboratory = Laboratory::within(Arc::clone(shared), &id, options);
    let begun = Instant::now();
    let report = laboratory.and_then(|laboratory| {
        let findings = investigate(claim, &id, &laboratory)?;
        report(about, findings, &laboratory, provenance)
    });
    let (recorded, outcome) = match report {
        Ok(report) => {
            let recorded = publish::recorded(&report, &options.out);
            (recorded, publish::write(&report, &options.out).map(|()| report))
        }
        Err(error) => (None, Err(error)),
    };
    let verdict = outcome.as_ref().map_or("not run", |report| publish::name(report.verdict));
    shared.meter.finished(&id, verdict, begun);
    Run { id, outcome, recorded }
}

/// A claim's findings; a panic becomes an error, so that the other claims still run.
fn investigate(claim: &dyn Claim, id: &str, laboratory: &Laboratory) -> Result<Findings, Error> {
    catch_unwind(AssertUnwindSafe(|| claim.investigate(laboratory))).unwrap_or_else(|panic| {
        Err(Error::Invalid { claim: id.to_owned(), reason: format!("panicked: {}", message(&*panic)) })
    })
}

/// The report of findings, if they are findings on the claim's own criteria.
fn report(
    about: About,
    findings: Findings,
    laboratory: &Laboratory,
    provenance: &Provenance,
) -> Result<Report, Error> {
    let invalid = |reason| Err(Error::Invalid { claim: about.id.clone(), reason });
    let criteria: Vec<&str> = about.criteria.iter().map(|criterion| criterion.id.as_str()).collect();
    let decided: Vec<&str> = findings.outcomes.iter().map(|outcome| outcome.criterion.as_str()).collect();
    if criteria.is_empty() || decided != criteria {
        return invalid(format!("expected one outcome for each criterion, {criteria:?}, found {decided:?}"));
    }
    Ok(Report {
        schema_version: SCHEMA_VERSION,
        scale: laboratory.scale(),
        seed: laboratory.seed(),
        verdict: Verdict::of(&findings.outcomes),
        command: laboratory.command(),
        provenance: provenance.clone(),
        about,
        findings,
    })
}
