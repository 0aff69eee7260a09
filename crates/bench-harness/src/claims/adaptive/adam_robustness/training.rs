//! What is learned, by which methods, and how a run goes.

use autograd::ArrayAlgebra;
use losses_optim::loss::{Loss, LossError, Reduction, SoftmaxCrossEntropy};
use losses_optim::optim::{self, Adam};
use losses_optim::state::SavableOptimizer;
use serde::{Deserialize, Serialize};

use crate::data::Dataset;
use crate::model::{Batch, Mlp, Task, Trainer, TrainerOptions, evaluate};
use crate::run::seed::stream;

/// The steps of a run: eight epochs of all the digits, and as many steps where there are fewer of them.
pub(super) const STEPS: u64 = 8 * 45;
pub(super) const BATCH: usize = 32;
/// The methods: name, name in the register, and the default rate of PyTorch 2, which is what "defaults" are for most.
pub(super) const METHODS: [(&str, &str, f64); 5] = [
    ("SGD", "gradient_descent", 1e-3),
    ("SGD-Nesterov", "nesterov", 1e-3),
    ("AdaGrad", "ada_grad", 1e-2),
    ("RMSProp", "rms_prop", 1e-2),
    ("Adam", "adam", 1e-3),
];
pub(super) const NESTEROV: usize = 1;
pub(super) const RMS_PROP: usize = 3;
pub(super) const ADAM: usize = 4;
/// The rates at which the invariance to scale is tried.
pub(super) const SCALED_RATES: [f64; 5] = [0.1, 0.03, 1e-2, 1e-3, 1e-3];

/// The softmax cross-entropy times a factor.
struct Scaled {
    factor: f64,
}

impl Task for Scaled {
    fn loss<A: ArrayAlgebra>(&self, outputs: &A, batch: &Batch<'_, A>) -> Result<A, LossError> {
        let loss = SoftmaxCrossEntropy.evaluate(outputs, batch.labels, Reduction::Mean)?;
        let factor = loss.number(self.factor);
        Ok(loss * factor)
    }
}

/// What is learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) enum Problem {
    /// The digits.
    Clean,
    /// The digits with 40 % of the labels drawn at random, tested on clean ones.
    Noisy,
    /// 200 of the digits.
    Few,
    /// The digits by a net of six narrow layers.
    Deep,
}

impl Problem {
    pub(super) const ALL: [Self; 4] = [Self::Clean, Self::Noisy, Self::Few, Self::Deep];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Clean => "digits",
            Self::Noisy => "40 % label noise",
            Self::Few => "200 digits",
            Self::Deep => "six layers of 32",
        }
    }

    pub(super) fn hidden(self) -> &'static [usize] {
        if self == Self::Deep { &[32; 6] } else { &[64] }
    }

    /// The rates of its sweep, as twice the decimal exponent: more of them where plateaus are measured.
    pub(super) fn half_decades(self) -> impl Iterator<Item = i32> {
        let (range, by) = if self == Self::Clean { (-8..=0, 1) } else { (-6..=-2, 2) };
        range.step_by(by)
    }
}

/// How an optimizer is made.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) enum Maker {
    /// That of [`METHODS`], with its defaults.
    Registered(usize),
    /// Adam with these constants.
    Adam { beta1: f64, beta2: f64, epsilon: f64 },
}

#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Run {
    pub(super) problem: Problem,
    pub(super) maker: Maker,
    pub(super) learning_rate: f64,
    pub(super) factor: f64,
    pub(super) steps: u64,
    pub(super) seed: u64,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct End {
    #[serde(with = "crate::run::float")]
    pub(super) training_loss: f64,
    pub(super) test_accuracy: f64,
}

pub(super) fn train(run: &Run, digits: &Dataset) -> End {
    let mut split = digits.split(if run.problem == Problem::Few { 200 } else { 1437 }, run.seed);
    if run.problem == Problem::Noisy {
        split.train.corrupt_labels(0.4, &mut stream(run.seed, "label noise"));
    }
    let model = Mlp::new(64, run.problem.hidden(), 10);
    let options = TrainerOptions { batch: BATCH, l2: 0.0, dropout: 0.0 };
    let optimizer: Box<dyn SavableOptimizer<f32>> = match run.maker {
        Maker::Registered(method) => (optim::find(METHODS[method].1).expect("registered").over_f32)(),
        Maker::Adam { beta1, beta2, epsilon } => Box::new(Adam { beta1, beta2, epsilon, ..Adam::default() }),
    };
    let mut trainer =
        Trainer::on(Scaled { factor: run.factor }, &model, &split.train, options, optimizer, run.seed);
    let epochs = run.steps / split.train.len().div_ceil(BATCH) as u64;
    for _ in 0..epochs {
        if !trainer.epoch(|_, _| run.learning_rate).loss.is_finite() {
            break;
        }
    }
    let training = evaluate(&model, trainer.parameters(), &split.train);
    let loss = if training.loss.is_nan() { f64::INFINITY } else { training.loss };
    End { training_loss: loss, test_accuracy: evaluate(&model, trainer.parameters(), &split.test).accuracy }
}

pub(super) fn rate(half_decades: i32) -> f64 {
    format!("{:.2e}", 10f64.powf(f64::from(half_decades) / 2.0)).parse().expect("a number was printed")
}
