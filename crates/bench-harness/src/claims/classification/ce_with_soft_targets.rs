//! Cross-entropy with targets that are not one-hot.

use autograd::ArrayAlgebra;
use losses_optim::loss::{BinaryCrossEntropy, Loss, LossError, Reduction};
use losses_optim::optim;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Scale, Verdict};
use crate::data::Split;
use crate::model::{
    Batch, Grid, Images, Mlp, Task, Trainer, TrainerOptions, evaluate_on, gradient_gate, tune,
};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed};
use crate::run::Laboratory;
use crate::stats::{CONFIDENCE, mean, minimum_detectable_effect, paired_difference};

/// The claim.
pub struct CeWithSoftTargets;

const ID: &str = "ce-with-soft-targets";
const TARGETS: [f64; 3] = [0.1, 0.3, 0.7];
/// Reconstruction errors whose ratio is closer to 1 than this are the same.
const MARGIN: f64 = 0.1;

/// Which form of cross-entropy is minimised over one output p = σ(u).
#[derive(Clone, Copy)]
enum Form {
    /// −t ln p, as the slide sums it over the outputs.
    Printed,
    /// −t ln p − (1 − t) ln(1 − p).
    Bernoulli,
}

/// The output p after each of 20,000 steps of gradient descent from u = 0 at rate 1.
fn descend(form: Form, target: f64) -> Vec<f64> {
    let mut u = 0.0_f64;
    (0..20_000)
        .map(|_| {
            let p = (1.0 + (-u).exp()).recip();
            u -= match form {
                Form::Printed => -target * (1.0 - p),
                Form::Bernoulli => p - target,
            };
            (1.0 + (-u).exp()).recip()
        })
        .collect()
}

/// Reconstruction of the inputs, which lie between 0 and 1, through a sigmoid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
enum Reconstruction {
    /// By the cross-entropy of each output.
    CrossEntropy,
    /// By half the squared error of the outputs.
    SquaredError,
}

impl Reconstruction {
    fn name(self) -> &'static str {
        match self {
            Self::CrossEntropy => "cross-entropy",
            Self::SquaredError => "squared error",
        }
    }
}

/// σ(u), in a form that does not overflow.
fn sigmoid<A: ArrayAlgebra>(u: &A) -> A {
    crate::model::Activation::Sigmoid.apply(u)
}

impl Task for Reconstruction {
    fn loss<A: ArrayAlgebra>(&self, outputs: &A, batch: &Batch<'_, A>) -> Result<A, LossError> {
        match self {
            Self::CrossEntropy => BinaryCrossEntropy.evaluate(outputs, batch.inputs, Reduction::Mean),
            Self::SquaredError => losses_optim::loss::HalfSquaredError.evaluate(
                &sigmoid(outputs),
                batch.inputs,
                Reduction::Mean,
            ),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct Run {
    loss: Reconstruction,
    epochs: u64,
    learning_rate: f64,
    seed: u64,
}

/// The mean squared errors of reconstruction, per pixel.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Ends {
    train: f64,
    test: f64,
}

fn train(run: &Run, images: &Images) -> Ends {
    let Split { train, test } = images.split(run.seed);
    let dimension = images.dimension();
    let model = Mlp::new(dimension, &[16], dimension);
    let adam = (optim::find("adam").expect("registered").over_f32)();
    let options = TrainerOptions { batch: 64, l2: 0.0, dropout: 0.0 };
    let mut trainer = Trainer::on(run.loss, &model, &train, options, adam, run.seed);
    for _ in 0..run.epochs {
        if !trainer.epoch(|_, _| run.learning_rate).loss.is_finite() {
            return Ends { train: 1.0, test: 1.0 };
        }
    }
    // Half the sum over the pixels becomes the mean over them.
    let error = |data| {
        2.0 * evaluate_on(&Reconstruction::SquaredError, &model, trainer.parameters(), data).loss
            / dimension as f64
    };
    Ends { train: error(&train), test: error(&test) }
}

impl Claim for CeWithSoftTargets {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "Cross-entropy with soft targets".to_owned(),
            statement: "Cross-entropy serves for regression too if the outputs lie between 0 and 1 by a sigmoid: labels simply stop being \
                        one-hot."
                .to_owned(),
            lecture: "part 1, cross-entropy for regression".to_owned(),
            sources: vec!["C. M. Bishop 2006, Pattern Recognition and Machine Learning, section 4.3.2".to_owned()],
            criteria: vec![
                Criterion::new(
                    "printed-form-fails",
                    "Minimised over one output, the printed −t ln p drives p above 0.999 for the targets 0.1, 0.3 and 0.7 alike. Refuted if \
                     it recovers one of them.",
                ),
                Criterion::new(
                    "bernoulli-form-works",
                    "With the term −(1 − t) ln(1 − p) the output returns each target to 10⁻⁶. Refuted otherwise.",
                ),
                Criterion::new(
                    "as-good-as-squared-error",
                    "An autoencoder with 16 hidden units and sigmoid outputs, trained by cross-entropy or by squared error with tuned rates: \
                     the ratio of the test mean squared errors lies within 10 % of 1 (90 % interval of the mean difference of logarithms, two \
                     one-sided tests at 5 %). Refuted if the interval lies outside.",
                ),
            ],
            would_change: "Targets outside [0, 1], for which the loss is not defined; longer training, which helps the squared error's vanishing \
                           gradients at saturated outputs."
                .to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let images = Images::open(laboratory, 5_000)?;
        let (seeds, tuning_seeds) = (laboratory.seeds(6, 6), laboratory.tuning_seeds(1));
        let epochs = match laboratory.scale() {
            Scale::Quick => 60,
            Scale::Full => 30,
        };
        let last = |form, target| descend(form, target).pop().expect("steps");
        let printed = TARGETS.map(|target| last(Form::Printed, target));
        let bernoulli = TARGETS.map(|target| last(Form::Bernoulli, target));

        let losses = [Reconstruction::CrossEntropy, Reconstruction::SquaredError];
        let arms = losses.map(|loss| (loss, Grid { lowest: -6, count: 4 }));
        let run = |&loss: &Reconstruction, learning_rate, seed| Run { loss, epochs, learning_rate, seed };
        let tuned =
            tune(laboratory, "tuning", &arms, &tuning_seeds, run, |run| Ok(train(run, &images).train))?;
        let mut runs = Vec::new();
        for (loss, tuned) in losses.iter().zip(&tuned) {
            runs.extend(seeds.iter().map(|&seed| run(loss, tuned.rate, seed)));
        }
        let ends = laboratory.cells("reported", &runs, |run| Ok(train(run, &images)))?;
        let (by_entropy, by_squares) = ends.split_at(seeds.len());
        let undecidable = Error::undecidable(ID);
        let logs = |ends: &[Ends]| ends.iter().map(|ends| ends.test.ln()).collect::<Vec<f64>>();
        let (entropy, squares) = (logs(by_entropy), logs(by_squares));
        let interval = paired_difference(&entropy, &squares, 0.9).map_err(&undecidable)?;
        let wide = paired_difference(&entropy, &squares, CONFIDENCE).map_err(&undecidable)?;
        let differences: Vec<f64> = entropy.iter().zip(&squares).map(|(a, b)| a - b).collect();
        let detectable = minimum_detectable_effect(&differences).map_err(&undecidable)?;
        let bounds = [(1.0 - MARGIN).ln(), (1.0 + MARGIN).ln()];
        let verdict = if interval.above(bounds[0]) && interval.below(bounds[1]) {
            Verdict::Reproduced
        } else if interval.below(bounds[0]) || interval.above(bounds[1]) {
            Verdict::Refuted
        } else {
            Verdict::NotReproduced
        };
        let dimension = images.dimension();
        let example = images.split(seeds[0]).train;
        let gate = gradient_gate(
            ID,
            &Reconstruction::CrossEntropy,
            &Mlp::new(dimension, &[16], dimension),
            &example,
        )?;
        let list = |values: [f64; 3]| values.map(|p| fixed(p, 4)).join(", ");
        let close = TARGETS.iter().zip(&bernoulli).all(|(target, p)| (target - p).abs() <= 1e-6);
        let mut rows = Vec::new();
        for ((loss, tuned), ends) in losses.iter().zip(&tuned).zip([by_entropy, by_squares]) {
            let average =
                |of: fn(&Ends) -> f64| mean(&ends.iter().map(of).collect::<Vec<_>>()).map_err(&undecidable);
            rows.push(vec![
                Cell::from(loss.name()),
                Cell::from(format!("{}{}", tuned.rate, if tuned.on_edge { " (edge optimum)" } else { "" })),
                Cell::number(average(|ends| ends.train)?, 5),
                Cell::number(average(|ends| ends.test)?, 5),
            ]);
        }
        let ratio = wide.estimate.exp();
        let mut remarks = vec![
            "The slide's formula is right for a softmax over classes, where the probabilities sum to 1 and raising one lowers the others; a \
             sigmoid has no such tie, and nothing keeps p from 1."
                .to_owned(),
            format!(
                "Whichever is better, the ratio of the test errors, cross-entropy to squared error, is {} with a 95 % interval of {} to {}; a \
                 difference of {} % would have been found with 80 % power.",
                fixed(ratio, 3),
                fixed(wide.low.exp(), 3),
                fixed(wide.high.exp(), 3),
                fixed(100.0 * (detectable.exp() - 1.0), 1)
            ),
            gate,
        ];
        remarks.extend(laboratory.data_notes());
        Ok(Findings {
            setup: vec![
                (
                    "one output".to_owned(),
                    "p = σ(u), gradient descent from u = 0, rate 1, 20,000 steps, f64".to_owned(),
                ),
                ("data".to_owned(), images.describe()),
                (
                    "model".to_owned(),
                    format!("autoencoder {dimension}-16-{dimension}, rectifiers, sigmoid outputs"),
                ),
                (
                    "training".to_owned(),
                    format!(
                        "Adam, mini-batches of 64, {epochs} epochs; 4 rates from 0.001 on at ratio √10, extended at an edge, by training error on a seed of its own"
                    ),
                ),
                (
                    "seeds".to_owned(),
                    format!("{}, {} to {}, paired", seeds.len(), seeds[0], seeds[seeds.len() - 1]),
                ),
            ],
            data: laboratory.data_used(),
            figures: vec![outputs_figure()],
            tables: vec![Table {
                id: "autoencoder".to_owned(),
                title: "Reconstruction by either loss".to_owned(),
                caption: "Mean squared error of a pixel, the mean over the seeds.".to_owned(),
                columns: ["trained by", "rate", "training error", "test error"].map(str::to_owned).to_vec(),
                rows,
            }],
            key_number: format!(
                "targets 0.1, 0.3, 0.7: printed form {}, with both terms {}",
                list(printed),
                list(bernoulli)
            ),
            outcomes: vec![
                Outcome::new(
                    "printed-form-fails",
                    Verdict::holds_or_refuted(printed.iter().all(|&p| p > 0.999)),
                    format!("outputs {} (> 0.999)", list(printed)),
                ),
                Outcome::new(
                    "bernoulli-form-works",
                    Verdict::holds_or_refuted(close),
                    format!("outputs {}", list(bernoulli)),
                ),
                Outcome::new(
                    "as-good-as-squared-error",
                    verdict,
                    format!(
                        "ratio of test errors {} with a 90 % interval of {} to {} (within 0.9 to 1.1)",
                        fixed(ratio, 3),
                        fixed(interval.low.exp(), 3),
                        fixed(interval.high.exp(), 3)
                    ),
                ),
            ],
            remarks,
        })
    }
}

fn outputs_figure() -> Figure {
    let kept = [1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300, 500, 1_000, 2_000, 3_000, 5_000, 10_000, 20_000];
    let mut series = Vec::new();
    for (name, form) in [("printed", Form::Printed), ("with both terms", Form::Bernoulli)] {
        for target in TARGETS {
            let course = descend(form, target);
            let points = kept.iter().map(|&step: &usize| Point::new(step as f64, course[step - 1]));
            series.push(Series::line(&format!("{name}, target {target}"), points.collect()));
        }
    }
    Figure {
        id: "outputs".to_owned(),
        title: "The printed form forgets the target".to_owned(),
        caption: "One sigmoid output during gradient descent on either form, for three targets: all end at 1 with the printed form, and at their \
                  target with both terms."
            .to_owned(),
        x: Axis::logarithmic("step"),
        y: Axis::linear("output p"),
        series,
    }
}
