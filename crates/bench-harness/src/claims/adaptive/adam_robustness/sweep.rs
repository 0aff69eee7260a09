//! What the runs over learning rates and constants say: plateaus, regrets, effects.

use super::training::{End, METHODS, Problem, rate};

/// The test accuracies of every method over the rates of one problem: by method, rate, seed.
pub(super) struct Sweep {
    pub(super) problem: Problem,
    pub(super) accuracies: Vec<Vec<Vec<f64>>>,
}

impl Sweep {
    pub(super) fn of(problem: Problem, ends: &[End], seeds: usize) -> Self {
        let by_seed = |ends: &[End]| ends.iter().map(|end| end.test_accuracy).collect();
        let by_rate = |ends: &[End]| ends.chunks_exact(seeds).map(by_seed).collect();
        let rates = problem.half_decades().count();
        Self { problem, accuracies: ends.chunks_exact(rates * seeds).map(by_rate).collect() }
    }

    /// By seed: the longest stretch of rates, in decades, on which the accuracy stays within one point of this method's best.
    pub(super) fn plateaus(&self, method: usize) -> Vec<f64> {
        let by_rate = &self.accuracies[method];
        (0..by_rate[0].len())
            .map(|seed| {
                let best = by_rate.iter().map(|accuracies| accuracies[seed]).fold(0.0, f64::max);
                let good: Vec<bool> =
                    by_rate.iter().map(|accuracies| accuracies[seed] >= best - 0.01).collect();
                let longest = good.split(|good| !good).map(<[bool]>::len).max().unwrap_or(1);
                (longest - 1) as f64 / 2.0
            })
            .collect()
    }

    /// The best mean accuracy of a method at any rate.
    pub(super) fn best_of(&self, method: usize) -> f64 {
        self.accuracies[method].iter().map(|accuracies| average(accuracies)).fold(0.0, f64::max)
    }

    /// What a method's default rate loses against the best of all methods and rates, in points, by seed.
    pub(super) fn default_regret(&self, method: usize) -> Vec<f64> {
        let best = (0..METHODS.len()).map(|method| self.best_of(method)).fold(0.0, f64::max);
        self.at(method, METHODS[method].2).iter().map(|accuracy| 100.0 * (best - accuracy)).collect()
    }

    /// The test accuracies of a method at one of the default rates, by seed.
    pub(super) fn at(&self, method: usize, default: f64) -> &[f64] {
        let is_default = |half: i32| (rate(half) / default - 1.0).abs() < 0.01;
        let index = self.problem.half_decades().position(is_default).expect("the grids hold the defaults");
        &self.accuracies[method][index]
    }
}

pub(super) fn average(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The mean regret over the problems of a method's default, by seed.
pub(super) fn mean_regret(sweeps: &[Sweep], method: usize) -> Vec<f64> {
    let regrets: Vec<Vec<f64>> = sweeps.iter().map(|sweep| sweep.default_regret(method)).collect();
    (0..regrets[0].len())
        .map(|seed| average(&regrets.iter().map(|regret| regret[seed]).collect::<Vec<_>>()))
        .collect()
}

/// The grid of Adam's constants for the analysis of variance: three values of each, around the defaults.
pub(super) const GRID: [[f64; 3]; 4] =
    [[1e-4, 1e-3, 1e-2], [0.0, 0.9, 0.99], [0.9, 0.99, 0.999], [1e-10, 1e-8, 1e-6]];
pub(super) const CONSTANTS: [&str; 4] = ["learning rate", "β₁", "β₂", "ε"];

/// The share of the variance of `values` over the 3⁴ grid that each constant explains by itself.
pub(super) fn main_effects(values: &[f64]) -> [f64; 4] {
    let all = values.iter().sum::<f64>() / values.len() as f64;
    let total: f64 = values.iter().map(|value| (value - all).powi(2)).sum();
    [0, 1, 2, 3].map(|constant| {
        let stride = 3_usize.pow(3 - constant);
        let levels = (0..3).map(|level| {
            let of_level =
                values.iter().enumerate().filter(|(i, _)| i / stride % 3 == level).map(|(_, value)| value);
            of_level.sum::<f64>() / 27.0
        });
        levels.map(|level| 27.0 * (level - all).powi(2)).sum::<f64>() / total
    })
}
