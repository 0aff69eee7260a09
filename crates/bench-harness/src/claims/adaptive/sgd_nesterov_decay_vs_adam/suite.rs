//! The problems of the comparison, and a training run on one of them.

use std::borrow::Cow;
use std::sync::Arc;

use losses_optim::optim::Optimizer;
use nalgebra::DVector;
use rand::seq::SliceRandom;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::claim::Scale;
use crate::data::{Dataset, Split};
use crate::model::{Arm, LinearProblem, Mlp, Noise, Quadratic, Trainer, TrainerOptions, evaluate};
use crate::run::Laboratory;
use crate::run::seed::stream;

pub(super) const EPOCHS: u64 = 15;
pub(super) const BATCH: usize = 32;
/// A run whose loss is more than this many times its start has diverged.
const DIVERGED: f64 = 1e6;
/// Below this share of the start a loss counts as this share: its logarithm would be that of rounding errors.
const ZERO: f64 = 1e-12;

/// What is minimised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) enum Problem {
    Quadratic,
    Regression(Noise),
    Logistic,
    Narrow,
    Wide,
    WrongLabels,
    RareHalf,
    Mnist,
    Cifar10,
}

impl Problem {
    /// The problems on data that ship, from simple to complex.
    const SMALL: [Self; 8] = [
        Self::Quadratic,
        Self::Regression(Noise::Gaussian),
        Self::Regression(Noise::HeavyTails),
        Self::Logistic,
        Self::Narrow,
        Self::Wide,
        Self::WrongLabels,
        Self::RareHalf,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Quadratic => "quadratic",
            Self::Regression(Noise::Gaussian) => "regression",
            Self::Regression(_) => "regression, heavy tails",
            Self::Logistic => "logistic regression",
            Self::Narrow => "narrow net",
            Self::Wide => "wide net",
            Self::WrongLabels => "wrong labels",
            Self::RareHalf => "rare classes",
            Self::Mnist => "MNIST",
            Self::Cifar10 => "CIFAR-10",
        }
    }

    /// What it is, for the report's set-up.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::Quadratic => {
                "½ Σ λᵢxᵢ² in 20 dimensions, λ from 1 down to 0.001 at equal ratios, from a normal start; 10 exact steps count as an epoch"
            }
            Self::Regression(Noise::Gaussian) => {
                "least squares, 200 samples of 10 normal features, normal noise, from w = 0"
            }
            Self::Regression(_) => "the same with noise of Student's t with 2 degrees of freedom",
            Self::Logistic => "softmax regression, cross-entropy, digits",
            Self::Narrow => "perceptron of 16 rectifiers, digits",
            Self::Wide => "perceptron of 128 rectifiers, digits",
            Self::WrongLabels => "perceptron of 32 rectifiers, digits with 20 % of the training labels wrong",
            Self::RareHalf => {
                "perceptron of 32 rectifiers, digits with a tenth of the training samples of classes 0 to 4"
            }
            Self::Mnist => "perceptron of 128-128 rectifiers, 3000 of the training images",
            Self::Cifar10 => "perceptron of 32 rectifiers, 2000 of the training images",
        }
    }

    /// The hidden layers of its classifier.
    fn hidden(self) -> &'static [usize] {
        match self {
            Self::Quadratic | Self::Regression(_) | Self::Logistic => &[],
            Self::Narrow => &[16],
            Self::Wide => &[128],
            Self::WrongLabels | Self::RareHalf | Self::Cifar10 => &[32],
            Self::Mnist => &[128, 128],
        }
    }
}

/// The problems of a scale with their data.
pub(super) struct Suite {
    pub(super) problems: Vec<Problem>,
    digits: Arc<Dataset>,
    /// How many digits are trained on; the others are for testing.
    pub(super) digits_for_training: usize,
    large: Option<Large>,
}

/// The data of the full scale.
struct Large {
    mnist: Arc<Split>,
    cifar10: Arc<Split>,
}

/// A training run.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Run {
    pub(super) problem: Problem,
    pub(super) arm: Arm,
    pub(super) learning_rate: f64,
    pub(super) seed: u64,
}

impl Run {
    fn rate(&self, step: u64, epoch: u64) -> f64 {
        self.arm.learning_rate(self.learning_rate, step, epoch)
    }
}

/// Which epochs' losses are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Losses {
    /// All of them, and the test accuracy, for what is reported.
    EveryEpoch,
    /// The last one alone, for tuning.
    Final,
}

/// How a run went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Course {
    /// The training loss of the best constant prediction, or of the starting point where nothing is predicted.
    pub(super) start: f64,
    /// The training loss after each epoch, above its minimum where that is known; infinite from a divergence on.
    #[serde(with = "crate::run::float::vec")]
    pub(super) losses: Vec<f64>,
    /// The test accuracy of a classifier.
    pub(super) accuracy: Option<f64>,
}

impl Course {
    pub(super) fn last(&self) -> f64 {
        *self.losses.last().expect("a run has an epoch")
    }

    pub(super) fn diverged(&self) -> bool {
        self.last().is_infinite()
    }

    /// ln of a loss, that of a diverged run at the bound of divergence.
    fn ln(&self, loss: f64) -> f64 {
        loss.min(DIVERGED * self.start).ln()
    }

    /// log₁₀ of the final loss.
    pub(super) fn log10(&self) -> f64 {
        self.ln(self.last()) / std::f64::consts::LN_10
    }

    /// The mean absolute second difference of the logarithm of the loss by epoch: how far the curve is from smooth.
    pub(super) fn roughness(&self) -> f64 {
        let logs: Vec<f64> = self.losses.iter().map(|&loss| self.ln(loss)).collect();
        let bends = logs.windows(3).map(|w| (w[2] - 2.0 * w[1] + w[0]).abs());
        bends.sum::<f64>() / (logs.len() - 2) as f64
    }

    /// Notes the loss after an epoch; says whether the run has diverged, for good.
    fn note(&mut self, loss: f64) -> bool {
        let diverged = loss.is_nan() || loss > DIVERGED * self.start;
        if diverged {
            self.losses.resize(EPOCHS as usize, f64::INFINITY);
        } else {
            self.losses.push(loss.max(ZERO * self.start));
        }
        diverged
    }
}

impl Suite {
    pub(super) fn open(laboratory: &Laboratory) -> Result<Self, Error> {
        let digits = laboratory.digits()?;
        Ok(match laboratory.scale() {
            Scale::Quick => {
                Self { problems: Problem::SMALL.to_vec(), digits, digits_for_training: 480, large: None }
            }
            Scale::Full => Self {
                problems: [&Problem::SMALL[..], &[Problem::Mnist, Problem::Cifar10]].concat(),
                digits,
                digits_for_training: 1437,
                large: Some(Large { mnist: laboratory.mnist()?, cifar10: laboratory.cifar10()? }),
            },
        })
    }

    /// The problem whose curves are shown.
    pub(super) fn shown(&self) -> Problem {
        if self.large.is_some() { Problem::Mnist } else { Problem::Wide }
    }

    pub(super) fn model(&self, problem: Problem, data: &Dataset) -> Mlp {
        Mlp::new(data.dimension(), problem.hidden(), data.classes)
    }

    /// The examples of a classifier for training and for testing.
    pub(super) fn examples(&self, problem: Problem, seed: u64) -> (Dataset, Cow<'_, Dataset>) {
        let large = || self.large.as_ref().expect("these problems are of the full scale");
        match problem {
            Problem::Mnist => (large().mnist.train.sample(3000, seed), Cow::Borrowed(&large().mnist.test)),
            Problem::Cifar10 => (large().cifar10.train.sample(2000, seed), Cow::Borrowed(&large().cifar10.test)),
            _ => {
                let Split { mut train, test } = self.digits.split(self.digits_for_training, seed);
                match problem {
                    Problem::WrongLabels => train.replace_labels(0.2, &mut stream(seed, "label noise")),
                    Problem::RareHalf => train = train.with_rare_half(),
                    _ => {}
                }
                (train, Cow::Owned(test))
            }
        }
    }

    pub(super) fn train(&self, run: &Run, wanted: Losses) -> Course {
        match run.problem {
            Problem::Quadratic => quadratic(run),
            Problem::Regression(noise) => regression(run, noise),
            _ => self.classify(run, wanted),
        }
    }

    fn classify(&self, run: &Run, wanted: Losses) -> Course {
        let (train, test) = self.examples(run.problem, run.seed);
        let model = self.model(run.problem, &train);
        let options = TrainerOptions { batch: BATCH, l2: 0.0, dropout: 0.0 };
        let mut trainer = Trainer::new(&model, &train, options, run.arm.make(), run.seed);
        let mut course = Course { start: entropy(&train), losses: Vec::new(), accuracy: None };
        for epoch in 1..=EPOCHS {
            let seen = trainer.epoch(|step, epoch| run.rate(step, epoch)).loss;
            if wanted == Losses::Final && epoch < EPOCHS && seen.is_finite() {
                continue;
            }
            let loss =
                if seen.is_finite() { evaluate(&model, trainer.parameters(), &train).loss } else { seen };
            if course.note(loss) {
                break;
            }
        }
        if wanted == Losses::EveryEpoch {
            course.accuracy = Some(evaluate(&model, trainer.parameters(), &test).accuracy);
        }
        course
    }
}

/// The entropy of the labels' frequencies: the cross-entropy of the best prediction that ignores its input.
fn entropy(data: &Dataset) -> f64 {
    let mut counts = vec![0; data.classes];
    data.labels.iter().for_each(|&label| counts[usize::from(label)] += 1);
    let shares = counts.into_iter().filter(|&count| count > 0).map(|count| f64::from(count) / data.len() as f64);
    shares.map(|share| -share * share.ln()).sum()
}

fn quadratic(run: &Run) -> Course {
    let problem = Quadratic { curvatures: (0..20).map(|i| 10f64.powf(-3.0 * f64::from(i) / 19.0)).collect() };
    let mut random = stream(run.seed, "initialisation");
    let start = (0..20).map(|_| StandardNormal.sample(&mut random)).collect();
    let batches = || vec![Vec::new(); 10];
    descend(run, start, batches, |x, _| problem.gradient(x), |x| problem.value(x))
}

/// Half the mean squared error, above that of the least squares.
fn regression(run: &Run, noise: Noise) -> Course {
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
    let mut course = Course { start: loss(&w), losses: Vec::new(), accuracy: None };
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
    use super::*;
    use crate::model::Decay;

    fn course(start: f64, losses: &[f64]) -> Course {
        Course { start, losses: losses.to_vec(), accuracy: None }
    }

    #[test]
    fn roughness_of_known_curves() {
        // A straight line of the logarithm is smooth, however steep.
        assert!(course(1.0, &[1.0, 0.1, 0.01, 0.001]).roughness() < 1e-12);
        let zigzag = course(1.0, &[1.0, 2.0, 1.0, 2.0]).roughness();
        assert!((zigzag - 2.0 * 2f64.ln()).abs() < 1e-12);
        // A run that diverges stays at the bound.
        let bend = course(1.0, &[1.0, 1.0, f64::INFINITY, f64::INFINITY]).roughness();
        assert!((bend - 1e6_f64.ln()).abs() < 1e-9, "{bend}");
    }

    #[test]
    fn divergence_is_noted_for_good() {
        let mut run = course(2.0, &[]);
        assert!(!run.note(1.9e6) && run.note(2.1e6) && run.diverged());
        assert!(run.losses.len() == 15 && (run.log10() - 2e6_f64.log10()).abs() < 1e-12);
        assert!(course(1.0, &[]).note(f64::NAN));
        let mut solved = course(2.0, &[]);
        assert!(!solved.note(1e-40) && solved.last() == 2e-12);
    }

    /// Descent at a good rate reaches the least squares and the minimum; at twice the bound of stability it diverges.
    #[test]
    fn convex_problems_are_solved_or_diverge() {
        let arm = Arm::new("SGD", "gradient_descent", Decay::TenfoldEvery(5));
        let last = |problem, learning_rate| {
            let suite = Suite {
                problems: vec![problem],
                digits: Arc::new(crate::data::digits().unwrap()),
                digits_for_training: 480,
                large: None,
            };
            let course = suite.train(&Run { problem, arm, learning_rate, seed: 7 }, Losses::EveryEpoch);
            course.last() / course.start
        };
        assert!(last(Problem::Regression(Noise::Gaussian), 0.5) < 1e-3);
        assert!(last(Problem::Quadratic, 1.0) < 0.1);
        assert!(last(Problem::Quadratic, 4.0).is_infinite());
        // The decay ends the descent early: it is enough to have learned most.
        let logistic = last(Problem::Logistic, 1.0);
        assert!(logistic < 0.5, "{logistic}");
    }

    #[test]
    fn the_best_constant_prediction_of_equal_classes_costs_ln_10() {
        let digits = crate::data::digits().unwrap();
        assert!((entropy(&digits) - 10f64.ln()).abs() < 1e-3);
        assert_eq!(entropy(&digits.select(&[0, 0, 0])), 0.0);
    }
}
