//! What is trained, and what is looked at on the way.

use losses_optim::optim;
use serde::{Deserialize, Serialize};

use crate::claim::Scale;
use crate::data::{Dataset, Split};
use crate::model::{FullBatch, Grid, Mlp, Trainer, TrainerOptions, evaluate};
use crate::run::seed::stream;

/// Keskar et al.'s box: every parameter may move by ε(|x| + 1).
const BOX: f64 = 1e-3;

/// Steps to the worst corner of the box.
const CORNERS: usize = 10;

/// Samples that sharpness is measured on, at most.
const SHARPNESS_SAMPLES: usize = 500;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Method {
    Sgd,
    Adam,
}

impl Method {
    pub(super) const ALL: [Self; 2] = [Self::Sgd, Self::Adam];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sgd => "SGD",
            Self::Adam => "Adam",
        }
    }

    fn registered(self) -> &'static str {
        match self {
            Self::Sgd => "gradient_descent",
            Self::Adam => "adam",
        }
    }
}

/// What is trained at a scale.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Problem {
    pub(super) name: &'static str,
    pub(super) training: usize,
    pub(super) validation: usize,
    pub(super) test: usize,
    pub(super) hidden: Vec<usize>,
    /// The share of the training and validation labels that are replaced by another class.
    pub(super) noise: f64,
    /// From small to large; the first and the last are compared.
    pub(super) batches: Vec<usize>,
    /// The training loss at which all are compared.
    pub(super) target: f64,
    /// The updates at which they are compared beside.
    pub(super) updates: usize,
    /// The updates after which a run that is not at the target is given up.
    pub(super) most_updates: usize,
    /// How many samples the largest curvature is measured on, if at all.
    pub(super) curvature: Option<usize>,
}

impl Problem {
    pub(super) fn at(scale: Scale) -> Self {
        match scale {
            Scale::Quick => Self {
                name: "digits",
                training: 200,
                validation: 400,
                test: 1197,
                hidden: vec![64, 64],
                noise: 0.2,
                batches: vec![8, 20, 200],
                target: 0.4,
                updates: 500,
                most_updates: 2_500,
                curvature: Some(200),
            },
            Scale::Full => Self {
                name: "MNIST",
                training: 4_000,
                validation: 2_000,
                test: 10_000,
                hidden: vec![512; 5],
                noise: 0.2,
                batches: vec![64, 400],
                target: 0.4,
                updates: 500,
                most_updates: 1_500,
                curvature: None,
            },
        }
    }

    pub(super) fn model(&self, data: &Dataset) -> Mlp {
        Mlp::new(data.dimension(), &self.hidden, data.classes)
    }

    /// Where the search for the learning rate of an arm begins.
    pub(super) fn grid(&self, method: Method, batch: usize) -> Grid {
        let large = batch * 10 > self.training;
        let lowest = match (method, large) {
            (Method::Sgd, false) => -3,
            (Method::Sgd, true) => -2,
            (Method::Adam, false) => -7,
            (Method::Adam, true) => -6,
        };
        Grid { lowest, count: 3 }
    }
}

/// Labels to train by and to choose by are noisy, those to report by are true.
pub(super) struct Parts {
    pub(super) train: Dataset,
    pub(super) validation: Dataset,
    pub(super) test: Dataset,
}

pub(super) fn parts(problem: &Problem, split: &Split, seed: u64) -> Parts {
    let mut noisy = split.train.clone();
    let classes = noisy.classes as f64;
    // A label drawn from all classes is the old one in one case of K.
    noisy.corrupt_labels(problem.noise * classes / (classes - 1.0), &mut stream(seed, "corruption"));
    let (train, validation): (Vec<usize>, Vec<usize>) = (0..noisy.len()).partition(|&i| i < problem.training);
    Parts { train: noisy.select(&train), validation: noisy.select(&validation), test: split.test.clone() }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Run {
    pub(super) problem: Problem,
    pub(super) method: Method,
    pub(super) batch: usize,
    pub(super) learning_rate: f64,
    pub(super) seed: u64,
}

/// A network at the moment at which it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Moment {
    pub(super) updates: usize,
    pub(super) train_loss: f64,
    pub(super) validation: f64,
    pub(super) test: f64,
    pub(super) sharpness: f64,
    pub(super) curvature: Option<f64>,
}

/// What a run came to: when it had the target's training loss, and when it had made the fixed number of updates.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Trained {
    pub(super) at_loss: Option<Moment>,
    /// Test accuracy after the fixed number of updates.
    pub(super) at_updates: Option<f64>,
}

/// What is wanted of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The validation accuracy at the target, to tune by.
    Validation,
    /// Everything.
    All,
}

pub(super) fn train(run: &Run, data: &Parts, wanted: Wanted) -> Trained {
    let Run { problem, method, batch, learning_rate, seed } = run;
    let model = problem.model(&data.train);
    let optimizer = (optim::find(method.registered()).expect("it is registered").over_f32)();
    let options = TrainerOptions { batch: *batch, l2: 0.0, dropout: 0.0 };
    let mut trainer = Trainer::new(&model, &data.train, options, optimizer, *seed);
    let (mut trained, mut updates) = (Trained { at_loss: None, at_updates: None }, 0);
    while updates < problem.most_updates && (trained.at_loss.is_none() || trained.at_updates.is_none()) {
        let seen = trainer.epoch(|_, _| *learning_rate).loss;
        if !seen.is_finite() {
            break;
        }
        updates += problem.training.div_ceil(*batch);
        let on = |data| evaluate(&model, trainer.parameters(), data);
        // The epoch's own mean lags behind the loss after it: far above the target, no look at all data is needed.
        if trained.at_loss.is_none() && seen < 2.0 * problem.target {
            let train_loss = on(&data.train).loss;
            if train_loss <= problem.target {
                let w: Vec<f64> = trainer.parameters().as_slice().iter().map(|&w| f64::from(w)).collect();
                let (sharpness, curvature) = match wanted {
                    Wanted::Validation => (0.0, None),
                    Wanted::All => shape(problem, &model, &data.train, &w, *seed),
                };
                trained.at_loss = Some(Moment {
                    updates,
                    train_loss,
                    validation: on(&data.validation).accuracy,
                    test: on(&data.test).accuracy,
                    sharpness,
                    curvature,
                });
                if wanted == Wanted::Validation {
                    break;
                }
            }
        }
        if trained.at_updates.is_none() && updates >= problem.updates {
            trained.at_updates = Some(on(&data.test).accuracy);
        }
    }
    trained
}

/// The sharpness of the training loss at w, and the largest eigenvalue of its Hessian where that is wanted.
fn shape(problem: &Problem, model: &Mlp, data: &Dataset, w: &[f64], seed: u64) -> (f64, Option<f64>) {
    let first = |count: usize| data.select(&(0..count.min(data.len())).collect::<Vec<_>>());
    let sharpness = sharpness(&FullBatch::new(model, &first(SHARPNESS_SAMPLES), 0.0), w);
    let curvature = problem.curvature.map(|count| {
        FullBatch::new(model, &first(count), 0.0).largest_curvature(w, &mut stream(seed, "power iteration"))
    });
    (sharpness, curvature)
}

/// 100·(max f(x + z) − f(x))/(1 + f(x)) over the box |zᵢ| ≤ ε(|xᵢ| + 1): Keskar et al., equation 4, in the whole space. The
/// maximum is looked for by going to the corner to which the gradient points, again and again.
pub(super) fn sharpness(objective: &FullBatch<'_>, w: &[f64]) -> f64 {
    let (here, mut gradient) = objective.loss_and_gradient(w);
    let mut highest = here;
    for _ in 0..CORNERS {
        let corner = w.iter().zip(&gradient).map(|(w, slope)| w + BOX * (w.abs() + 1.0) * slope.signum());
        let (there, slope) = objective.loss_and_gradient(&corner.collect::<Vec<_>>());
        highest = highest.max(there);
        gradient = slope;
    }
    100.0 * (highest - here) / (1.0 + here)
}
