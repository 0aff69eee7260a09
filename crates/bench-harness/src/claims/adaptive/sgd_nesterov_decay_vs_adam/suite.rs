//! The problems of the comparison, and a training run on one of them.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;

use super::convex;
use super::course::Course;
use crate::Error;
use crate::claim::Scale;
use crate::data::{Dataset, Split, WrongLabels};
use crate::model::{Arm, Mlp, Noise, Trainer, TrainerOptions, evaluate};
use crate::run::Laboratory;
use crate::run::seed::stream;

pub(super) const EPOCHS: u64 = 15;
pub(super) const BATCH: usize = 32;
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
    pub(super) fn rate(&self, step: u64, epoch: u64) -> f64 {
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
            Problem::Cifar10 => {
                (large().cifar10.train.sample(2000, seed), Cow::Borrowed(&large().cifar10.test))
            }
            _ => {
                let Split { mut train, test } = self.digits.split(self.digits_for_training, seed);
                match problem {
                    Problem::WrongLabels => {
                        train.replace_labels(0.2, WrongLabels::AnyOther, &mut stream(seed, "label noise"))
                    }
                    Problem::RareHalf => train = train.with_rare_half(),
                    _ => {}
                }
                (train, Cow::Owned(test))
            }
        }
    }

    pub(super) fn train(&self, run: &Run, wanted: Losses) -> Course {
        match run.problem {
            Problem::Quadratic => convex::quadratic(run),
            Problem::Regression(noise) => convex::regression(run, noise),
            _ => self.classify(run, wanted),
        }
    }

    fn classify(&self, run: &Run, wanted: Losses) -> Course {
        let (train, test) = self.examples(run.problem, run.seed);
        let model = self.model(run.problem, &train);
        let options = TrainerOptions { batch: BATCH, l2: 0.0, dropout: 0.0 };
        let mut trainer = Trainer::new(&model, &train, options, run.arm.make(), run.seed);
        let mut course = Course::begin(entropy(&train));
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
    let shares =
        counts.into_iter().filter(|&count| count > 0).map(|count| f64::from(count) / data.len() as f64);
    shares.map(|share| -share * share.ln()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Decay;

    #[test]
    fn a_classifier_learns_most_of_what_there_is() {
        let suite = Suite {
            problems: vec![Problem::Logistic],
            digits: Arc::new(crate::data::digits().unwrap()),
            digits_for_training: 480,
            large: None,
        };
        let arm = Arm::new("SGD", "gradient_descent", Decay::TenfoldEvery(5));
        let run = Run { problem: Problem::Logistic, arm, learning_rate: 1.0, seed: 7 };
        let [whole, last] = [Losses::EveryEpoch, Losses::Final].map(|wanted| suite.train(&run, wanted));
        // The decay ends the descent early.
        assert!(whole.last() < 0.5 * whole.start && whole.accuracy.unwrap() > 0.8, "{whole:?}");
        assert_eq!((last.losses.len(), last.last(), last.accuracy), (1, whole.last(), None));
    }

    #[test]
    fn the_best_constant_prediction_of_equal_classes_costs_ln_10() {
        let digits = crate::data::digits().unwrap();
        assert!((entropy(&digits) - 10f64.ln()).abs() < 1e-3);
        assert_eq!(entropy(&digits.select(&[0, 0, 0])), 0.0);
    }
}
