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
        let drawn =
            |pairs: &Vec<(f64, f64)>| -> Vec<(f64, f64)> { seeds.iter().map(|&i| pairs[i]).collect() };
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

#[cfg(test)]
mod tests {
    use super::super::course::Course;
    use super::super::suite::Problem;
    use super::super::tuning::{Tried, contenders};
    use super::*;

    /// Adam's curves bend twice as much on one problem and eight times as much on the other: four times by the geometric mean.
    #[test]
    fn the_ratio_is_a_geometric_mean_over_the_problems() {
        let course = |bend: f64| {
            let losses = [0.0, bend, 0.0, bend].map(f64::exp).to_vec();
            Course { start: 1.0, losses, accuracy: None }
        };
        let solved = |factor: f64| {
            let tried = contenders().into_iter().map(|contender| {
                let bend = if contender.arm.name == ADAM { 0.1 * factor } else { 0.1 };
                let courses = [(); 3].map(|()| vec![course(bend), course(2.0 * bend)]);
                Tried { contender, trials: Vec::new(), chosen: [0.1; 3], courses }
            });
            Solved { problem: Problem::Wide, start: 1.0, floor: 0.0, tried: tried.collect() }
        };
        let solved = [solved(2.0), solved(8.0)];
        let ratio = ratio(&solved, ADAM, 0).unwrap();
        for found in [ratio.estimate, ratio.low, ratio.high] {
            assert!((found - 4.0).abs() < 1e-9, "{found}");
        }
        assert_eq!(outcome(&solved, 0).unwrap().verdict, Verdict::Reproduced);
    }
}
