//! E1 and E2: methods with tuned learning rates on logistic regression and on perceptrons.

use serde::{Deserialize, Serialize};

use super::{BATCH, Data, ID};
use crate::Error;
use crate::claim::Scale;
use crate::data::{Dataset, Split};
use crate::model::{Arm, Decay, Grid, Mlp, Trainer, TrainerOptions, Tuned, evaluate, gradient_check, tune};
use crate::run::Laboratory;

/// The arms of the comparison, with the grid on which each one's learning rate is tuned: four rates apiece, around the
/// value that is usual for it. Steps α/√t want an α some ten times as large as constant steps.
fn arms(decay: Decay) -> Vec<(Arm, Grid)> {
    let shift = match decay {
        Decay::InverseSquareRoot => 2,
        Decay::Constant | Decay::TenfoldEvery(_) => 0,
    };
    let arm = |name, optimizer, lowest| {
        (Arm::new(name, optimizer, decay), Grid { lowest: lowest + shift, count: 4 })
    };
    vec![
        arm("SGD-Nesterov", "nesterov", -3),
        arm("AdaGrad", "ada_grad", -4),
        arm("RMSProp", "rms_prop", -6),
        arm("Adam", "adam", -6),
    ]
}

/// An experiment: a model, how it is regularised, and for how long it is trained.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Experiment {
    pub(super) name: &'static str,
    pub(super) hidden: Vec<usize>,
    l2: f32,
    dropout: f32,
    decay: Decay,
    pub(super) epochs: u64,
}

/// A training run.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Run {
    experiment: Experiment,
    arm: Arm,
    learning_rate: f64,
    seed: u64,
}

/// How a run went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Course {
    /// The training loss after each epoch, without dropout, in double precision; infinite from a divergence on.
    #[serde(with = "crate::run::float::vec")]
    pub(super) losses: Vec<f64>,
    pub(super) test_accuracy: f64,
}

/// An experiment's tuned arms with their runs, by seed.
pub(super) struct Results {
    pub(super) experiment: Experiment,
    pub(super) arms: Vec<(Arm, Tuned, Vec<Course>)>,
}

impl Results {
    fn courses(&self, arm: &str) -> &[Course] {
        &self.arms.iter().find(|(other, ..)| other.name == arm).expect("an arm of the comparison").2
    }

    /// The losses of an arm after so many epochs, by seed.
    pub(super) fn after(&self, arm: &str, epoch: u64) -> Vec<f64> {
        self.courses(arm).iter().map(|course| course.losses[epoch as usize - 1]).collect()
    }

    pub(super) fn last(&self, arm: &str) -> Vec<f64> {
        self.after(arm, self.experiment.epochs)
    }
}

pub(super) fn experiments(scale: Scale) -> [Experiment; 3] {
    // At quick scale half as wide, for its cost: with 256 the products alone take a core 17 s.
    let hidden = match scale {
        Scale::Quick => vec![128, 128],
        Scale::Full => vec![256, 256],
    };
    let perceptron = |name, dropout| Experiment {
        name,
        hidden: hidden.clone(),
        l2: 0.0,
        dropout,
        decay: Decay::Constant,
        epochs: 20,
    };
    [
        Experiment {
            name: "E1 logistic regression",
            hidden: vec![],
            l2: 1e-4,
            dropout: 0.0,
            decay: Decay::InverseSquareRoot,
            epochs: 45,
        },
        perceptron("E2 perceptron", 0.0),
        perceptron("E2 perceptron, dropout", 0.5),
    ]
}

fn model(experiment: &Experiment, data: &Dataset) -> Mlp {
    Mlp::new(data.dimension(), &experiment.hidden, data.classes)
}

fn train(run: &Run, split: &Split, wanted: Losses) -> Course {
    let experiment = &run.experiment;
    let model = model(experiment, &split.train);
    let options = TrainerOptions { batch: BATCH, l2: experiment.l2, dropout: experiment.dropout };
    let mut trainer = Trainer::new(&model, &split.train, options, run.arm.make(), run.seed);
    let mut losses = Vec::new();
    for epoch in 1..=experiment.epochs {
        let seen = trainer.epoch(|step, epoch| run.arm.learning_rate(run.learning_rate, step, epoch));
        let loss = if !seen.loss.is_finite() {
            f64::INFINITY
        } else if wanted == Losses::Final && epoch < experiment.epochs {
            continue;
        } else {
            let loss = evaluate(&model, trainer.parameters(), &split.train).loss;
            if loss.is_finite() { loss } else { f64::INFINITY }
        };
        losses.push(loss);
        if loss.is_infinite() {
            losses.resize(experiment.epochs as usize, f64::INFINITY);
            break;
        }
    }
    Course { losses, test_accuracy: evaluate(&model, trainer.parameters(), &split.test).accuracy }
}

/// Which epochs' losses are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Losses {
    /// All of them, for the reported curves.
    EveryEpoch,
    /// The last one alone, for tuning.
    Final,
}

pub(super) fn study(
    laboratory: &Laboratory,
    experiment: Experiment,
    seeds: &[u64],
    tuning_seeds: &[u64],
    data: &Data,
) -> Result<Results, Error> {
    let arms = arms(experiment.decay);
    let run = |arm: &Arm, learning_rate, seed| Run {
        experiment: experiment.clone(),
        arm: *arm,
        learning_rate,
        seed,
    };
    let stage = |what: &str| format!("{}, {what}", experiment.name);
    let score = |run: &Run| {
        Ok(train(run, &data(run.seed), Losses::Final).losses.last().copied().unwrap_or(f64::INFINITY))
    };
    let tuned = tune(laboratory, &stage("tuning"), &arms, tuning_seeds, run, score)?;
    let mut runs = Vec::new();
    for ((arm, _), tuned) in arms.iter().zip(&tuned) {
        runs.extend(seeds.iter().map(|&seed| run(arm, tuned.rate, seed)));
    }
    let mut courses = laboratory
        .cells(&stage("reported"), &runs, |run| Ok(train(run, &data(run.seed), Losses::EveryEpoch)))?
        .into_iter();
    let arms = arms.into_iter().zip(tuned);
    let arms = arms.map(|((arm, _), tuned)| (arm, tuned, courses.by_ref().take(seeds.len()).collect()));
    Ok(Results { experiment, arms: arms.collect() })
}

/// The sanity gates: exact gradients, finite losses, better than a constant prediction.
pub(super) fn gate(results: &[Results], data: &Dataset) -> Result<String, Error> {
    let mut largest: f64 = 0.0;
    for Results { experiment, arms } in results {
        largest = largest.max(gradient_check(&model(experiment, data), data, 0));
        for (arm, _, courses) in arms {
            if courses
                .iter()
                .any(|course| course.losses.last().is_none_or(|&loss| loss >= (data.classes as f64).ln()))
            {
                return Err(Error::Invalid {
                    claim: ID.to_owned(),
                    reason: format!(
                        "{}: a tuned run of {} is no better than a constant",
                        experiment.name, arm.name
                    ),
                });
            }
        }
    }
    if largest > 1e-6 {
        return Err(Error::Invalid {
            claim: ID.to_owned(),
            reason: format!("exact and numeric gradients differ by {largest:e}, more than 10⁻⁶"),
        });
    }
    Ok(format!(
        "Sanity gates: every reported run beats a constant prediction and none diverged; exact and numeric derivatives agree \
         to {largest:.1e} on 20 coordinates of each model."
    ))
}
