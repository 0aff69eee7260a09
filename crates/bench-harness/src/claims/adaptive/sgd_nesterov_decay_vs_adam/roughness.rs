//! How rough the loss curves are.

use super::tuning::{ADAM, NESTEROV, Solved};
use crate::claim::{Criterion, Outcome, Verdict};
use crate::report::fixed;
use crate::stats::{self, CONFIDENCE, Interval, bootstrap, ratio_of_means};

/// What it decides.
pub(super) fn criterion() -> Criterion {
    Criterion::new(
        "interpretable",
        "Tuned with 16 trials; roughness, the mean |second difference| of ln training loss by epoch: the ratio of the means over \
         the seeds, Adam / SGD-Nesterov + decay, as a geometric mean over the problems, has a 95 % bootstrap interval over the seeds \
         above 1. Refuted if it lies below 1.",
    )
}

/// By problem and seed, the roughness of an arm and that of SGD-Nesterov + decay.
fn pairs(solved: &[Solved], name: &str) -> Vec<Vec<(f64, f64)>> {
    let of_problem = |solved: &Solved| {
        let (arm, favourite) = (solved.find(name).tuned(), solved.find(NESTEROV).tuned());
        arm.iter().zip(favourite).map(|(a, b)| (a.roughness(), b.roughness())).collect()
    };
    solved.iter().map(of_problem).collect()
}

/// How many times as rough an arm's curves are as those of SGD-Nesterov + decay.
pub(super) fn ratio(solved: &[Solved], name: &str, seed: u64) -> Result<Interval, stats::Error> {
    let pairs = pairs(solved, name);
    let seeds: Vec<usize> = (0..pairs[0].len()).collect();
    let geometric_mean = |seeds: &[usize]| {
        let drawn = |pairs: &Vec<(f64, f64)>| -> Vec<(f64, f64)> { seeds.iter().map(|&i| pairs[i]).collect() };
        let logs = pairs.iter().map(|pairs| ratio_of_means(&drawn(pairs)).ln());
        (logs.sum::<f64>() / pairs.len() as f64).exp()
    };
    bootstrap(&seeds, geometric_mean, CONFIDENCE, seed)
}

pub(super) fn outcome(solved: &[Solved], seed: u64) -> Result<Outcome, stats::Error> {
    let (adam, decayed) = (ratio(solved, ADAM, seed)?, ratio(solved, "Adam + decay", seed)?);
    let words = |interval: &Interval| {
        let [estimate, low, high] = [interval.estimate, interval.low, interval.high].map(|x| fixed(x, 2));
        format!("{estimate}, 95 % interval {low} to {high}")
    };
    let tested = format!(
        "roughness ratio Adam / SGD-Nesterov + decay = {} (> 1); with the same decay for Adam it is {}",
        words(&adam),
        words(&decayed)
    );
    Ok(Outcome::new("interpretable", Verdict::above(&adam, 1.0), tested))
}
