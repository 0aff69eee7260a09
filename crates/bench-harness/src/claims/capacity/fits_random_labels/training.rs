//! The nets, and how they are trained.

use losses_optim::schedule::{Exponential, Schedule};
use serde::{Deserialize, Serialize};

use super::condition::Condition;
use crate::data::{Dataset, Split};
use crate::model::{Mlp, Trainer, TrainerOptions, evaluate, fits_all, gradient_check};

/// A data set with the settings that all its conditions share.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Problem {
    pub(super) name: &'static str,
    /// Training and test samples, drawn anew for each seed.
    pub(super) train: usize,
    pub(super) test: usize,
    pub(super) learning_rate: f64,
    /// The factor of the learning rate after each epoch.
    pub(super) factor: f64,
    /// Epochs after which a run that has not fitted is given up.
    pub(super) most_epochs: u64,
}

pub(super) const DIGITS: Problem =
    Problem { name: "digits", train: 640, test: 1157, learning_rate: 0.05, factor: 0.99, most_epochs: 400 };

pub(super) const MNIST: Problem =
    Problem { name: "MNIST", train: 5000, test: 2000, learning_rate: 0.05, factor: 0.99, most_epochs: 100 };
pub(super) const CIFAR_10: Problem = Problem {
    name: "CIFAR-10",
    train: 5000,
    test: 2000,
    learning_rate: 0.01,
    factor: 0.99,
    most_epochs: 100,
};

/// A training run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Run {
    pub(super) problem: Problem,
    pub(super) hidden: Vec<usize>,
    pub(super) condition: Condition,
    pub(super) seed: u64,
}

/// How a run went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Fit {
    /// The mean loss of each epoch, while it ran.
    #[serde(with = "crate::run::float::vec")]
    pub(super) losses: Vec<f64>,
    /// The epoch after which every training sample was classified rightly, if that happened.
    pub(super) fitted: Option<u64>,
    pub(super) train_accuracy: f64,
    pub(super) test_accuracy: f64,
}

/// The hidden layers of the two nets of Zhang et al.
pub(super) fn nets() -> [Vec<usize>; 2] {
    [vec![512; 3], vec![512]]
}

/// Trains one epoch of the three-layer net on random labels of the digits: what a benchmark times.
pub fn one_epoch(digits: &Dataset) -> f64 {
    let split = Condition::RandomLabels.apply(digits.split(DIGITS.train, 0), 0);
    let model = Mlp::new(digits.dimension(), &nets()[0], digits.classes);
    trainer(&model, &split.train, 0).epoch(|_, _| DIGITS.learning_rate).loss
}

fn trainer<'a>(model: &'a Mlp, data: &'a Dataset, seed: u64) -> Trainer<'a> {
    let momentum = losses_optim::optim::find("momentum").expect("registered");
    let options = TrainerOptions { batch: 64, l2: 0.0, dropout: 0.0 };
    Trainer::new(model, data, options, (momentum.over_f32)(), seed)
}

pub(super) fn train(run: &Run, split: Split) -> Fit {
    let split = run.condition.apply(split, run.seed);
    let model = model(run, &split);
    let schedule = Exponential { initial: run.problem.learning_rate, factor: run.problem.factor };
    let mut trainer = trainer(&model, &split.train, run.seed);
    let (mut losses, mut fitted) = (Vec::new(), None);
    for epoch in 1..=run.problem.most_epochs {
        let seen = trainer.epoch(|_, epoch| schedule.learning_rate(epoch));
        losses.push(seen.loss);
        if !seen.loss.is_finite() {
            break;
        }
        // Far from fitting there is no need to ask.
        if seen.accuracy > 0.95 && fits_all(&model, trainer.parameters(), &split.train) {
            fitted = Some(epoch);
            break;
        }
    }
    Fit {
        losses,
        fitted,
        train_accuracy: evaluate(&model, trainer.parameters(), &split.train).accuracy,
        test_accuracy: evaluate(&model, trainer.parameters(), &split.test).accuracy,
    }
}

/// The largest relative error of a derivative at the start of a run.
pub(super) fn gradient_error(run: &Run, split: Split) -> f64 {
    let split = run.condition.apply(split, run.seed);
    gradient_check(&model(run, &split), &split.train, run.seed)
}

fn model(run: &Run, split: &Split) -> Mlp {
    Mlp::new(split.train.dimension(), &run.hidden, split.train.classes)
}
