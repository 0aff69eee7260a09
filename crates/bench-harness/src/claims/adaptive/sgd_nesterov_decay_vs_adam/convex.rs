//! Runs on the problems whose minimum is known.

use losses_optim::optim::Optimizer;
use nalgebra::DVector;
use rand::seq::SliceRandom;
use rand_distr::{Distribution, StandardNormal};

use super::course::Course;
use super::suite::{BATCH, EPOCHS, Run};
use crate::model::{LinearProblem, Noise, Quadratic};
use crate::run::seed::stream;

pub(super) fn quadratic(run: &Run) -> Course {
    let problem = Quadratic { curvatures: (0..20).map(|i| 10f64.powf(-3.0 * f64::from(i) / 19.0)).collect() };
    let mut random = stream(run.seed, "initialisation");
    let start = (0..20).map(|_| StandardNormal.sample(&mut random)).collect();
    let batches = || vec![Vec::new(); 10];
    descend(run, start, batches, |x, _| problem.gradient(x), |x| problem.value(x))
}

/// Half the mean squared error, above that of the least squares.
pub(super) fn regression(run: &Run, noise: Noise) -> Course {
    let problem = LinearProblem::draw(noise, run.seed);
    let LinearProblem { inputs, targets, .. } = &problem;
    let (samples, features) = inputs.shape();
    let best = problem.least_squares(&DVector::repeat(samples, 1.0));
    let mut order: Vec<usize> = (0..samples).collect();
    let mut random = stream(run.seed, "batch order");
    let batches = || {
        order.shuffle(&mut random);
        order.chunks(BATCH).map(<[usize]>::to_vec).collect()
    };
    let gradient = |w: &[f64], batch: &[usize]| {
        let mut gradient = vec![0.0; features];
        for &sample in batch {
            let row = inputs.row(sample);
            let output: f64 = row.iter().zip(w).map(|(x, w)| x * w).sum();
            let slope = (output - targets[sample]) / batch.len() as f64;
            gradient.iter_mut().zip(row.iter()).for_each(|(g, x)| *g += slope * x);
        }
        gradient
    };
    // About the best weights the loss is the quadratic of its second derivative.
    let excess = |w: &[f64]| {
        (inputs * (DVector::from_column_slice(w) - &best)).norm_squared() / (2.0 * samples as f64)
    };
    descend(run, vec![0.0; features], batches, gradient, excess)
}

/// Minimises `loss` by the gradients of each epoch's batches.
fn descend(
    run: &Run,
    mut w: Vec<f64>,
    mut batches: impl FnMut() -> Vec<Vec<usize>>,
    gradient: impl Fn(&[f64], &[usize]) -> Vec<f64>,
    loss: impl Fn(&[f64]) -> f64,
) -> Course {
    let mut optimizer = (run.arm.optimizer.over_f64)();
    let mut course = Course::begin(loss(&w));
    let mut step = 0;
    for epoch in 1..=EPOCHS {
        for batch in batches() {
            step += 1;
            let slopes = gradient(&w, &batch);
            optimizer.step(&mut w, &slopes, run.rate(step, epoch)).expect("schedules give finite rates");
        }
        if course.note(loss(&w)) {
            break;
        }
    }
    course
}

#[cfg(test)]
mod tests {
    use super::super::suite::Problem;
    use super::*;
    use crate::model::{Arm, Decay};

    /// Descent at a good rate reaches the least squares and the minimum; at twice the bound of stability it diverges.
    #[test]
    fn convex_problems_are_solved_or_diverge() {
        let arm = Arm::new("SGD", "gradient_descent", Decay::TenfoldEvery(5));
        let left = |train: &dyn Fn(&Run) -> Course, problem, learning_rate| {
            let course = train(&Run { problem, arm, learning_rate, seed: 7 });
            course.last() / course.start
        };
        let noise = Noise::Gaussian;
        assert!(left(&|run| regression(run, noise), Problem::Regression(noise), 0.5) < 1e-3);
        assert!(left(&quadratic, Problem::Quadratic, 1.0) < 0.1);
        assert!(left(&quadratic, Problem::Quadratic, 4.0).is_infinite());
    }
}
