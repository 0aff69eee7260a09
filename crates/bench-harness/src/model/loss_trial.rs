//! One training run of a classifier under a loss of one's choice: what comparisons of losses consist of.

use losses_optim::loss::{JanochaCzarnecki, Loss, LossError, Reduction};
use losses_optim::optim;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use autograd::ArrayAlgebra;

use crate::data::{Dataset, Split, WrongLabels};
use crate::model::{Batch, Images, Mlp, Task, Trainer, TrainerOptions, evaluate};
use crate::run::seed::stream;

/// Classification by one of the twelve losses.
impl Task for JanochaCzarnecki {
    fn loss<A: ArrayAlgebra>(&self, outputs: &A, batch: &Batch<'_, A>) -> Result<A, LossError> {
        self.evaluate(outputs, batch.labels, Reduction::Mean)
    }
}

/// A training run of a perceptron of 128-128 rectifiers by Adam.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LossTrial {
    /// What is minimised.
    pub loss: JanochaCzarnecki,
    /// Adam's rate.
    pub learning_rate: f64,
    /// The number of samples in a mini-batch.
    pub batch: usize,
    /// The passes over the training data.
    pub epochs: u64,
    /// The share of training labels that are replaced by another class.
    pub label_noise: f64,
    /// Which other class.
    pub wrong_labels: WrongLabels,
    /// How many training samples of each class there are.
    pub classes: Classes,
    /// The standard deviation of the noise that is added to the test inputs.
    pub input_noise: f64,
    /// What the initial weights of the last layer are multiplied by.
    pub last_layer: f64,
    /// When to stop.
    pub stop: Stop,
    /// What the accuracy is measured on.
    pub measured_on: MeasuredOn,
    /// The seed of everything random.
    pub seed: u64,
}

/// How many training samples of each class there are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub enum Classes {
    /// As many as the data have.
    AsTheyAre,
    /// A tenth of the classes below 5, all of the others.
    HalfRare,
}

/// When a trial ends before its last epoch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub enum Stop {
    /// Never.
    AtTheEnd,
    /// Once the test accuracy has reached this.
    At(f64),
}

/// What a trial's accuracy is measured on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum MeasuredOn {
    /// The test part.
    Test,
    /// A fifth of the training part, held out: for tuning.
    HeldOut,
}

/// How a trial went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LossCourse {
    /// The test accuracy after each epoch.
    pub accuracies: Vec<f64>,
    /// The share of training samples, each when its batch was used, that were given their training label, wrong or not, by
    /// epoch.
    pub fitted: Vec<f64>,
    /// The accuracy of guessing.
    pub guessing: f64,
}

impl LossCourse {
    /// The test accuracy at the end; that of guessing for a run that diverged in its first epoch.
    pub fn last(&self) -> f64 {
        self.accuracies.last().copied().unwrap_or(self.guessing)
    }

    /// The first epoch after which the test accuracy was at least this; infinite if none.
    pub fn epochs_to(&self, accuracy: f64) -> f64 {
        let epoch = self.accuracies.iter().position(|&found| found >= accuracy);
        epoch.map_or(f64::INFINITY, |epoch| (epoch + 1) as f64)
    }
}

impl LossTrial {
    /// A run of 40 epochs in batches of 32 with Adam's default rate, on clean data.
    pub fn new(loss: JanochaCzarnecki, seed: u64) -> Self {
        Self {
            loss,
            learning_rate: 1e-3,
            batch: 32,
            epochs: 40,
            label_noise: 0.0,
            wrong_labels: WrongLabels::AnyOther,
            classes: Classes::AsTheyAre,
            input_noise: 0.0,
            last_layer: 1.0,
            stop: Stop::AtTheEnd,
            measured_on: MeasuredOn::Test,
            seed,
        }
    }

    /// The error at the end on a held-out fifth of the training part: what a rate is chosen by.
    pub fn tuning_error(&self, images: &Images) -> f64 {
        1.0 - Self { measured_on: MeasuredOn::HeldOut, ..*self }.run(images).last()
    }

    /// Trains on the images that belong to the seed, and returns the course.
    pub fn run(&self, images: &Images) -> LossCourse {
        self.run_on(images.split(self.seed))
    }

    /// Trains on other data, and returns the course.
    pub fn run_on(&self, split: Split) -> LossCourse {
        let Split { mut train, test } = match self.measured_on {
            MeasuredOn::Test => split,
            MeasuredOn::HeldOut => split.for_tuning(self.seed),
        };
        if self.classes == Classes::HalfRare {
            train = train.with_rare_half();
        }
        train.replace_labels(self.label_noise, self.wrong_labels, &mut stream(self.seed, "label noise"));
        let test = with_noise(test, self.input_noise, self.seed);
        let model = Mlp::new(train.dimension(), &[128, 128], train.classes);
        let options = TrainerOptions { batch: self.batch, l2: 0.0, dropout: 0.0 };
        let adam = (optim::find("adam").expect("registered").over_f32)();
        let mut trainer = Trainer::on(self.loss, &model, &train, options, adam, self.seed);
        if self.last_layer != 1.0 {
            let parameters = trainer.parameters_mut();
            let layout = parameters.layout();
            let range = layout.entries()[layout.entries().len() - 2].range();
            for weight in &mut parameters.as_mut_slice()[range] {
                *weight *= self.last_layer as f32;
            }
        }
        let mut course = LossCourse {
            accuracies: Vec::new(),
            fitted: Vec::new(),
            guessing: (train.classes as f64).recip(),
        };
        for _ in 0..self.epochs {
            let seen = trainer.epoch(|_, _| self.learning_rate);
            if !seen.loss.is_finite() {
                break;
            }
            let accuracy = evaluate(&model, trainer.parameters(), &test).accuracy;
            course.accuracies.push(accuracy);
            course.fitted.push(seen.accuracy);
            if matches!(self.stop, Stop::At(target) if accuracy >= target) {
                break;
            }
        }
        course
    }
}

/// The same examples with Gaussian noise of this standard deviation added to each number.
fn with_noise(mut data: Dataset, deviation: f64, seed: u64) -> Dataset {
    if deviation > 0.0 {
        let mut random = stream(seed, "input noise");
        for feature in &mut data.features {
            let normal: f64 = StandardNormal.sample(&mut random);
            *feature += (deviation * normal) as f32;
        }
    }
    data
}
