//! SGD and the two searches, on mini-batches of a fixed budget.

use autograd::{Array, ArrayAlgebra, ArrayOps, Layout, Parameters, Tape, Var};
use losses_optim::line_search::{Line, LineSearch, ProbabilisticLineSearch, Room, StochasticArmijo};
use losses_optim::loss::{Loss, SoftmaxCrossEntropy};
use losses_optim::objective::{Counted, Estimate, Objective, SampledObjective, variance_of_mean};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::data::Dataset;
use crate::model::{FullBatch, Mlp, Trainer, TrainerOptions};
use crate::run::seed::stream;

pub(super) const SAMPLES: usize = 1437;

/// The budget, as multiples of the data set: every sample whose loss is evaluated counts.
pub(super) const EPOCHS: usize = 20;

pub(super) fn network() -> Mlp {
    Mlp::new(64, &[64], 10)
}

/// Mini-batches in a new order each epoch.
struct Batches<'a> {
    pub(super) data: &'a Dataset,
    size: usize,
    order: Vec<usize>,
    used: usize,
    random: ChaCha8Rng,
}

impl<'a> Batches<'a> {
    fn new(data: &'a Dataset, size: usize, seed: u64) -> Self {
        let order: Vec<usize> = (0..data.len()).collect();
        Self { data, size, used: order.len(), order, random: stream(seed, "batch order") }
    }

    fn next(&mut self) -> Dataset {
        if self.used + self.size > self.order.len() {
            self.order.shuffle(&mut self.random);
            self.used = 0;
        }
        self.used += self.size;
        self.data.select(&self.order[self.used - self.size..self.used])
    }
}

/// The loss of a perceptron of rectifiers, seen through mini-batches, with the variances within each.
struct Noisy<'a> {
    layout: Layout,
    pub(super) batches: Batches<'a>,
    /// Batches drawn so far.
    drawn: usize,
}

impl<'a> Noisy<'a> {
    fn new(model: &Mlp, batches: Batches<'a>) -> Self {
        Self { layout: model.layout(), batches, drawn: 0 }
    }
}

impl SampledObjective<f64> for Noisy<'_> {
    /// One sweep gives more than the mean gradient. A weight's gradient on sample i is xᵢδᵢ, with xᵢ the unit before it and δᵢ the
    /// derivative of the loss by the sum behind it, so that the mean of its squares over the batch is that of xᵢ²δᵢ², a product
    /// of matrices like the gradient itself.
    fn sample(&mut self, w: &[f64], estimate: &mut Estimate<f64>) {
        let batch = self.batches.next();
        self.drawn += 1;
        let count = batch.len();
        let features = batch.features.iter().map(|&x| f64::from(x)).collect();
        let inputs =
            Array::new(&[count, batch.dimension()], features).expect("each example has its dimension");
        let labels: Vec<usize> = batch.labels.iter().map(|&label| usize::from(label)).collect();
        let (tape, parameters) = (Tape::new(), Parameters::new(self.layout.clone(), w.to_vec()));
        let variables = parameters.record(&tape);
        // δ is the derivative by a shift of zero that is added to each sum: a sweep keeps those of leaves, not of what lies between.
        let (mut shifts, mut befores) = (Vec::new(), Vec::new());
        let mut outputs = Var::constant(inputs);
        for (layer, pair) in variables.chunks_exact(2).enumerate() {
            let before = if layer == 0 { outputs } else { outputs.relu() };
            let width = pair[1].array().len();
            let shift = tape.var(Array::zeros(&[count, width]));
            outputs = before.matmul(&pair[0]) + pair[1].clone() + shift.clone();
            shifts.push(shift);
            befores.push(before);
        }
        let losses = SoftmaxCrossEntropy.per_sample(&outputs, &labels).expect("labels are below ten");
        let loss = losses.mean_all();
        let sweep = tape.gradient(&loss);
        let mean_square = losses.array().to_vec().iter().map(|loss| loss * loss).sum::<f64>() / count as f64;
        estimate.value = loss.array().item().expect("a mean is one number");
        estimate.value_variance = variance_of_mean(estimate.value, mean_square, count);
        estimate.gradient = variables.iter().flat_map(|variable| sweep.wrt(variable).to_vec()).collect();
        let mut squares = Vec::with_capacity(w.len());
        for (before, shift) in befores.iter().zip(&shifts) {
            let (x, delta) = (before.array(), sweep.wrt(shift));
            let (x_squared, delta_squared) = (x * x, &delta * &delta);
            // The sweep's δ is that of the mean loss, a B-th of the sample's: B²/B in front of the mean over the batch.
            let weights = x_squared.transpose().matmul(&delta_squared) * count as f64;
            squares.extend(weights.to_vec());
            squares.extend((delta_squared.sum(&[0]) * count as f64).to_vec());
        }
        estimate.gradient_variance = estimate
            .gradient
            .iter()
            .zip(squares)
            .map(|(&g, square)| variance_of_mean(g, square, count))
            .collect();
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Method {
    /// A constant rate.
    Sgd,
    /// Mahsereci and Hennig's search.
    Probabilistic,
    /// Backtracking on the batch that gave the gradient.
    Armijo,
}

impl Method {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sgd => "SGD, constant rate",
            Self::Probabilistic => "probabilistic line search",
            Self::Armijo => "Armijo on the same batch",
        }
    }
}

/// A method at a batch size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Arm {
    pub(super) method: Method,
    pub(super) batch: usize,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Run {
    pub(super) arm: Arm,
    /// The first step, or the constant rate.
    pub(super) step: f64,
    pub(super) seed: u64,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct End {
    #[serde(with = "crate::run::float")]
    pub(super) training_loss: f64,
    pub(super) steps: usize,
    pub(super) evaluations: usize,
}

pub(super) fn train(run: &Run, digits: &Dataset) -> End {
    let (model, data) = (network(), digits.split(SAMPLES, run.seed).train);
    let batches = Batches::new(&data, run.arm.batch, run.seed);
    let w: Vec<f64> = model.initialise(&mut stream(run.seed, "initialisation")).as_slice().to_vec();
    let (w, steps, evaluations) = match run.arm.method {
        Method::Sgd => return constant_rate(run, &model, &data),
        Method::Probabilistic => probabilistic(run.step, w, Noisy::new(&model, batches)),
        Method::Armijo => armijo(run.step, w, &model, batches),
    };
    let loss = FullBatch::new(&model, &data, 0.0).loss(&w);
    End { training_loss: if loss.is_nan() { f64::INFINITY } else { loss }, steps, evaluations }
}

fn constant_rate(run: &Run, model: &Mlp, data: &Dataset) -> End {
    let descent = (losses_optim::optim::find("gradient_descent").expect("registered").over_f32)();
    let options = TrainerOptions { batch: run.arm.batch, l2: 0.0, dropout: 0.0 };
    let mut trainer = Trainer::new(model, data, options, descent, run.seed);
    let steps = EPOCHS * SAMPLES.div_ceil(run.arm.batch);
    for _ in 0..EPOCHS {
        if !trainer.epoch(|_, _| run.step).loss.is_finite() {
            return End { training_loss: f64::INFINITY, steps, evaluations: steps };
        }
    }
    let w: Vec<f64> = trainer.parameters().as_slice().iter().map(|&w| f64::from(w)).collect();
    let loss = FullBatch::new(model, data, 0.0).loss(&w);
    End { training_loss: if loss.is_nan() { f64::INFINITY } else { loss }, steps, evaluations: steps }
}

fn probabilistic(first: f64, mut w: Vec<f64>, mut objective: Noisy<'_>) -> (Vec<f64>, usize, usize) {
    let mut search = ProbabilisticLineSearch { step: first, ..ProbabilisticLineSearch::default() };
    let mut steps = 0;
    while objective.drawn * objective.batches.size < EPOCHS * SAMPLES {
        // No trial was finite: the search has diverged, and the parameters stay where they were.
        if search.step(&mut w, &mut objective).is_err() {
            break;
        }
        steps += 1;
    }
    (w, steps, objective.drawn)
}

fn armijo(first: f64, mut w: Vec<f64>, model: &Mlp, mut batches: Batches<'_>) -> (Vec<f64>, usize, usize) {
    let growth = 2f64.powf(batches.size as f64 / SAMPLES as f64);
    let mut search =
        StochasticArmijo { largest: 10.0, growth, last: Some(first), ..StochasticArmijo::default() };
    let (mut room, mut gradient) = (Room::default(), vec![0.0; w.len()]);
    let (mut steps, mut evaluations) = (0, 0);
    while evaluations * batches.size < EPOCHS * SAMPLES {
        let mut objective = Counted::new(FullBatch::new(model, &batches.next(), 0.0));
        let value = objective.value_and_grad(&w, &mut gradient);
        let direction: Vec<f64> = gradient.iter().map(|g| -g).collect();
        let start = w.clone();
        let mut line = Line::new(&mut objective, &start, &direction, value, &gradient, &mut room);
        // A batch on which nothing is lower gives no step.
        if let Ok(step) = search.search(&mut line, 1.0) {
            w.iter_mut().zip(&direction).for_each(|(w, d)| *w += step * d);
            steps += 1;
        }
        evaluations += (objective.values + objective.gradients) as usize;
    }
    (w, steps, evaluations)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data;

    /// Against the gradients of the samples one by one.
    #[test]
    fn variances_are_those_of_the_samples() {
        let digits = data::digits().unwrap().select(&[3, 14, 15, 92, 65]);
        let model = Mlp::new(64, &[4], 10);
        let w: Vec<f64> = model.initialise(&mut stream(1, "test")).as_slice().to_vec();
        let mut objective = Noisy::new(&model, Batches::new(&digits, 5, 1));
        let mut estimate = Estimate::zeros(w.len());
        objective.sample(&w, &mut estimate);
        let samples: Vec<(f64, Vec<f64>)> = (0..5)
            .map(|sample| FullBatch::new(&model, &digits.select(&[sample]), 0.0).loss_and_gradient(&w))
            .collect();
        let variance = |values: Vec<f64>| {
            let mean = values.iter().sum::<f64>() / 5.0;
            (mean, values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (5.0 * 4.0))
        };
        let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
        let (value, spread) = variance(samples.iter().map(|sample| sample.0).collect());
        assert!(close(estimate.value, value) && close(estimate.value_variance, spread));
        for entry in 0..w.len() {
            let (mean, spread) = variance(samples.iter().map(|sample| sample.1[entry]).collect());
            assert!(
                close(estimate.gradient[entry], mean) && close(estimate.gradient_variance[entry], spread),
                "{entry}"
            );
        }
    }
}
