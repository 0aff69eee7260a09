//! Claims of the lecture, run from a benchmark.

use std::path::Path;
use std::process::exit;
use std::time::Instant;

use bench_harness::claim::Claim;
use bench_harness::claims::ALL;
use bench_harness::run::{Options, Progress, Store, publish, run_claims};

use crate::setting::{Purpose, purpose};

/// Runs the claims of these names as `bench-harness run` does, prints their verdicts, and writes their reports into the
/// directory `reports` within `scratch`: those of the workspace are kept for runs that somebody means to keep. Every cell
/// is run anew. Does nothing where nothing is to be measured.
///
/// Ends the program if a claim cannot be run.
///
/// # Panics
/// If no claim of such a name is registered.
pub fn reproduce(names: &[&str], scratch: &Path) {
    if purpose() == Purpose::Try {
        return;
    }
    let find = |name: &&str| {
        let found = ALL.iter().copied().find(|claim| claim.about().id == *name);
        found.unwrap_or_else(|| panic!("no claim {name:?} is registered"))
    };
    let claims: Vec<&dyn Claim> = names.iter().map(find).collect();
    let out = scratch.join("reports");
    let options =
        Options { out: out.clone(), store: Store::Off, progress: Progress::Terminal, ..Options::default() };
    let begun = Instant::now();
    let summary = run_claims(&claims, &options).unwrap_or_else(|error| {
        eprintln!("error: {error}");
        exit(error.exit_code().into())
    });
    println!("{}", publish::verdict_table(&summary));
    for run in &summary.runs {
        match &run.outcome {
            Ok(report) => println!("report: {}", out.join(report.stem() + ".md").display()),
            Err(error) => eprintln!("error: {}: {error}", run.id),
        }
    }
    println!("in {:.1} s\n", begun.elapsed().as_secs_f64());
    // A verdict that differs from the last run's is in the table; only what could not be run fails.
    if summary.exit_code() > 1 {
        exit(summary.exit_code().into());
    }
}
