//! The lowest training loss is not what generalises best.

use losses_optim::optim;
use nalgebra::{DMatrix, SymmetricEigen};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use crate::data::Dataset;
use crate::model::{Mlp, Trainer, TrainerOptions, evaluate, gradient_check};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed};
use crate::run::Laboratory;
use crate::run::seed::stream;
use crate::stats::{CONFIDENCE, Interval, median, minimum_detectable_effect, paired_difference, sign_test};

/// The claim.
pub struct GlobalMinimumMayOverfit;

const ID: &str = "global-minimum-may-overfit";
const TRAINING: usize = 200;
const VALIDATION: usize = 300;
const NOISE: f64 = 0.3;
const HIDDEN: usize = 512;
const BATCH: usize = 32;
const RATE: f64 = 2e-3;
/// The training loss below which a network interpolates, and the epochs after which it is given up.
const INTERPOLATES: f64 = 1e-3;
const MOST_EPOCHS: u64 = 500;
/// Every epoch is looked at up to here, every fifth after it.
const EARLY: u64 = 20;
/// λ = 10^(k/2) of the kernel regression.
const PENALTIES: std::ops::RangeInclusive<i32> = -12..=4;

/// The three parts of the digits: noisy labels to train and to choose by, true ones to report.
struct Parts {
    train: Dataset,
    validation: Dataset,
    test: Dataset,
}

fn parts(digits: &Dataset, seed: u64) -> Parts {
    let split = digits.split(TRAINING + VALIDATION, seed);
    let mut noisy = split.train;
    corrupt(&mut noisy, seed);
    let (train, validation): (Vec<usize>, Vec<usize>) = (0..noisy.len()).partition(|&i| i < TRAINING);
    Parts { train: noisy.select(&train), validation: noisy.select(&validation), test: split.test }
}

/// Replaces three labels in ten by another class, uniformly.
fn corrupt(data: &mut Dataset, seed: u64) {
    let classes = data.classes as f64;
    // A label drawn from all classes is the old one in one case of K.
    data.corrupt_labels(NOISE * classes / (classes - 1.0), &mut stream(seed, "corruption"));
}

/// What an epoch left behind.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Look {
    epoch: u64,
    train_loss: f64,
    validation_loss: f64,
    /// On the true labels of the test part.
    accuracy: f64,
}

fn model(data: &Dataset) -> Mlp {
    Mlp::new(data.dimension(), &[HIDDEN], data.classes)
}

fn train(parts: &Parts, seed: u64) -> Vec<Look> {
    let model = model(&parts.train);
    let adam = (optim::find("adam").expect("it is registered").over_f32)();
    let options = TrainerOptions { batch: BATCH, l2: 0.0, dropout: 0.0 };
    let mut trainer = Trainer::new(&model, &parts.train, options, adam, seed);
    let mut course = Vec::new();
    for epoch in 1..=MOST_EPOCHS {
        trainer.epoch(|_, _| RATE);
        if epoch > EARLY && epoch % 5 != 0 {
            continue;
        }
        let on = |data| evaluate(&model, trainer.parameters(), data);
        let look = Look {
            epoch,
            train_loss: on(&parts.train).loss,
            validation_loss: on(&parts.validation).loss,
            accuracy: on(&parts.test).accuracy,
        };
        course.push(look);
        if look.train_loss.is_nan() || look.train_loss < INTERPOLATES {
            break;
        }
    }
    course
}

/// The look with the lowest validation loss.
fn early(course: &[Look]) -> Look {
    *course.iter().min_by(|a, b| a.validation_loss.total_cmp(&b.validation_loss)).expect("there are looks")
}

fn last(course: &[Look]) -> Look {
    course[course.len() - 1]
}

/// Kernel regression of the classes as unit vectors, by penalty; the first has none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Kernel {
    /// The mean squared residual of the training targets without a penalty.
    residual: f64,
    /// Of each penalty, the accuracies on the validation part and on the test part.
    accuracies: Vec<(f64, f64)>,
}

impl Kernel {
    fn ridgeless(&self) -> f64 {
        self.accuracies[0].1
    }

    /// The accuracy at the penalty that does best in validation, the largest of several.
    fn chosen(&self) -> f64 {
        let best = self.accuracies.iter().max_by(|a, b| a.0.total_cmp(&b.0));
        best.expect("there are penalties").1
    }
}

fn penalties() -> Vec<f64> {
    [0.0].into_iter().chain(PENALTIES.map(|k| 10f64.powf(f64::from(k) / 2.0))).collect()
}

/// exp(−‖x − y‖²/2s²) between the examples of two sets, s² the median squared distance within the training part.
fn kernel_regression(parts: &Parts) -> Result<Kernel, crate::stats::Error> {
    let distances = |data: &Dataset| {
        DMatrix::from_fn(data.len(), TRAINING, |row, column| {
            let pairs = data.example(row).iter().zip(parts.train.example(column));
            pairs.map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>()
        })
    };
    let within = distances(&parts.train);
    let scale = median(&within.iter().copied().filter(|&square| square > 0.0).collect::<Vec<_>>())?;
    let kernel = |squares: DMatrix<f64>| squares.map(|square| (-square / (2.0 * scale)).exp());
    let gram = kernel(within);
    let targets = DMatrix::from_fn(TRAINING, parts.train.classes, |row, class| {
        f64::from(u8::from(usize::from(parts.train.labels[row]) == class))
    });
    let eigen = SymmetricEigen::new(gram.clone());
    let along = eigen.eigenvectors.tr_mul(&targets);
    let solve = |penalty: f64| {
        let mut scaled = along.clone();
        for (mut row, value) in scaled.row_iter_mut().zip(&eigen.eigenvalues) {
            row /= value + penalty;
        }
        &eigen.eigenvectors * scaled
    };
    let (validation, test) = (kernel(distances(&parts.validation)), kernel(distances(&parts.test)));
    let accuracy = |kernel: &DMatrix<f64>, weights: &DMatrix<f64>, labels: &[u8]| {
        let scores = kernel * weights;
        let right = scores
            .row_iter()
            .zip(labels)
            .filter(|(row, label)| row.transpose().imax() == usize::from(**label));
        right.count() as f64 / labels.len() as f64
    };
    let residual = (&gram * solve(0.0) - &targets).norm_squared() / targets.len() as f64;
    let accuracies = penalties().into_iter().map(|penalty| {
        let weights = solve(penalty);
        (
            accuracy(&validation, &weights, &parts.validation.labels),
            accuracy(&test, &weights, &parts.test.labels),
        )
    });
    Ok(Kernel { residual, accuracies: accuracies.collect() })
}

impl Claim for GlobalMinimumMayOverfit {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "The global minimum may overfit".to_owned(),
            statement: "A local minimum of the training loss may serve better than the global one, which may overfit.".to_owned(),
            lecture: "part 3, the loss surface".to_owned(),
            sources: vec![
                "A. Choromanska et al. 2015, The Loss Surfaces of Multilayer Networks, arXiv:1412.0233 (finding the global minimum \
                 may lead to overfitting)"
                    .to_owned(),
                "L. Prechelt 1998, Early Stopping – But When?, doi:10.1007/3-540-49430-8_3".to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "network",
                    "200 digits, 30 % of the labels wrong, a perceptron of 512 units. Test accuracy on true labels where the \
                     validation loss is lowest minus that where the training loss is below 10⁻³ (its infimum is 0): the mean over \
                     seeds is above 3 points and the 95 % interval above 0. Refuted if the interval lies below 0.",
                ),
                Criterion::new(
                    "closed-form",
                    "The same for Gaussian-kernel regression, which has its global minimum in closed form: the accuracy at the \
                     ridge penalty chosen in validation minus that without a penalty.",
                ),
            ],
            would_change: "Clean labels: then the interpolating solution generalises as well or better. More data per parameter, or \
                           a network so wide that interpolation is benign, narrows the gap."
                .to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let digits = laboratory.digits()?;
        let seeds = laboratory.seeds(6, 20);
        let courses = laboratory.cells("network", &seeds, |&seed| Ok(train(&parts(&digits, seed), seed)))?;
        let undecidable = Error::undecidable(ID);
        let kernels = laboratory.cells("kernel", &seeds, |&seed| {
            kernel_regression(&parts(&digits, seed)).map_err(&undecidable)
        })?;
        let invalid = |reason| Err(Error::Invalid { claim: ID.to_owned(), reason });
        for (course, seed) in courses.iter().zip(&seeds) {
            let loss = last(course).train_loss;
            if loss.is_nan() || loss >= INTERPOLATES {
                return invalid(format!(
                    "seed {seed}: the training loss is {loss:.1e} after {MOST_EPOCHS} epochs, not below 10⁻³"
                ));
            }
        }
        let residual = kernels.iter().map(|kernel| kernel.residual).fold(0.0, f64::max);
        let data = parts(&digits, seeds[0]).train;
        let gate = gradient_check(&model(&data), &data, seeds[0]);
        if gate > 1e-6 || residual > 1e-12 {
            return invalid(format!(
                "gradients differ by {gate:e}, or the kernel's residual {residual:e} is above 10⁻¹²"
            ));
        }

        let percent =
            |values: &mut dyn Iterator<Item = f64>| values.map(|value| 100.0 * value).collect::<Vec<_>>();
        let stopped = percent(&mut courses.iter().map(|course| early(course).accuracy));
        let interpolating = percent(&mut courses.iter().map(|course| last(course).accuracy));
        let chosen = percent(&mut kernels.iter().map(Kernel::chosen));
        let ridgeless = percent(&mut kernels.iter().map(Kernel::ridgeless));
        let outcome = |criterion: &str,
                       better: &[f64],
                       worse: &[f64]|
         -> Result<(Interval, Outcome), crate::stats::Error> {
            let gain = paired_difference(better, worse, CONFIDENCE)?;
            let signs = sign_test(better, worse)?;
            let differences: Vec<f64> = better.iter().zip(worse).map(|(a, b)| a - b).collect();
            let verdict = if gain.below(0.0) {
                Verdict::Refuted
            } else {
                Verdict::holds_or_not(gain.above(0.0) && gain.estimate > 3.0)
            };
            let tested = format!(
                "{} points > 3, 95 % interval {} to {} (> 0); better in {} of {} seeds, p = {:.3}; detectable at 80 % power: {:.1}",
                fixed(gain.estimate, 1),
                fixed(gain.low, 1),
                fixed(gain.high, 1),
                signs.larger,
                better.len(),
                signs.p_value,
                minimum_detectable_effect(&differences)?
            );
            Ok((gain, Outcome::new(criterion, verdict, tested)))
        };
        let (gain, network) = outcome("network", &stopped, &interpolating).map_err(&undecidable)?;
        let (kernel_gain, closed) = outcome("closed-form", &chosen, &ridgeless).map_err(&undecidable)?;

        Ok(Findings {
            setup: vec![
                (
                    "data".to_owned(),
                    format!(
                        "digits: {TRAINING} to train and {VALIDATION} to choose by, both with 30 % of the labels replaced by another \
                         class; the remaining {} with their true labels to report",
                        digits.len() - TRAINING - VALIDATION
                    ),
                ),
                (
                    "network".to_owned(),
                    format!("64-{HIDDEN}-10, ReLU, softmax cross-entropy, Adam, η = {RATE}, batches of {BATCH}, until the training loss is below 10⁻³; looked at after each of the first {EARLY} epochs and every fifth after them"),
                ),
                (
                    "kernel regression".to_owned(),
                    "classes as unit vectors, exp(−‖x − y‖²/2s²) with s² the median squared distance; λ = 0 and 10⁻⁶ to 10²".to_owned(),
                ),
                ("seeds".to_owned(), format!("{}, {} to {}", seeds.len(), seeds[0], seeds[seeds.len() - 1])),
            ],
            data: laboratory.data_used(),
            figures: vec![course_figure(&courses), kernel_figure(&kernels)],
            tables: vec![seeds_table(&courses, &kernels, &seeds)],
            outcomes: vec![network, closed],
            key_number: format!(
                "stopping early is {:.1} points better than interpolating; the ridge {:.1} points better than none",
                gain.estimate, kernel_gain.estimate
            ),
            remarks: vec![
                "The point of early stopping is no local minimum of the training loss but a point on the way down, and the ridge's \
                 solution is the minimum of another function. What is shown is what the statement comes to: the lowest training \
                 loss is not the aim."
                    .to_owned(),
                "The validation labels are as noisy as the training labels, as they would be in practice.".to_owned(),
                format!(
                    "Sanity gates: every network interpolates and the kernel without a penalty leaves a mean squared residual of at most \
                     {residual:.0e}; exact and numeric derivatives agree to {gate:.1e} on 20 coordinates."
                ),
            ],
        })
    }
}

fn course_figure(courses: &[Vec<Look>]) -> Figure {
    let longest = courses.iter().map(Vec::len).max().unwrap_or(0);
    let epochs: Vec<u64> = courses
        .iter()
        .find(|course| course.len() == longest)
        .map_or_else(Vec::new, |course| course.iter().map(|look| look.epoch).collect());
    let line = |name: &str, of: fn(&Look) -> f64| {
        let points = epochs.iter().enumerate().map(|(position, &epoch)| {
            // A run that has ended keeps its last value, so that the band does not narrow as runs end.
            let at = |course: &Vec<Look>| of(course.get(position).unwrap_or(&last(course)));
            Point::spread(epoch as f64, &courses.iter().map(at).collect::<Vec<_>>())
        });
        Series::line(name, points.collect())
    };
    Figure {
        id: "course".to_owned(),
        title: "The training loss falls to zero, and the test error rises again".to_owned(),
        caption: "A perceptron on 200 digits with 30 % wrong labels: training loss on those labels in nats and test error on true labels \
                  as a share, median and range over the seeds."
            .to_owned(),
        x: Axis::logarithmic("epoch"),
        y: Axis::logarithmic("training loss (nats), test error (share)"),
        series: vec![
            line("training loss", |look| look.train_loss),
            line("test error, true labels", |look| 1.0 - look.accuracy),
        ],
    }
}

fn kernel_figure(kernels: &[Kernel]) -> Figure {
    let points = |first: usize, penalties: &[f64]| -> Vec<Point> {
        let errors = |position: usize| kernels.iter().map(move |kernel| 1.0 - kernel.accuracies[position].1);
        penalties
            .iter()
            .enumerate()
            .map(|(i, &x)| Point::spread(x, &errors(first + i).collect::<Vec<_>>()))
            .collect()
    };
    let penalties = penalties();
    let none = points(0, &[0.0]);
    let level = none[0].y.unwrap_or(f64::NAN);
    Figure {
        id: "kernel".to_owned(),
        title: "Kernel regression: the error is lowest where the fit is not".to_owned(),
        caption: "Test error on true labels by ridge penalty, median and range over the seeds. The dashed line is the median without a \
                  penalty, where the training targets are met exactly."
            .to_owned(),
        x: Axis::logarithmic("ridge penalty λ"),
        y: Axis::linear("test error, true labels (share)"),
        series: vec![
            Series::line("kernel regression", points(1, &penalties[1..])),
            Series::level("no penalty", penalties[1], penalties[penalties.len() - 1], level),
        ],
    }
}

fn seeds_table(courses: &[Vec<Look>], kernels: &[Kernel], seeds: &[u64]) -> Table {
    let rows = courses.iter().zip(kernels).zip(seeds).map(|((course, kernel), seed)| {
        let stopped = early(course);
        vec![
            Cell::from(seed.to_string()),
            Cell::number(stopped.epoch as f64, 0),
            Cell::number(stopped.train_loss, 3),
            Cell::number(100.0 * stopped.accuracy, 2),
            Cell::number(last(course).epoch as f64, 0),
            Cell::number(100.0 * last(course).accuracy, 2),
            Cell::number(100.0 * kernel.chosen(), 2),
            Cell::number(100.0 * kernel.ridgeless(), 2),
        ]
    });
    Table {
        id: "seeds".to_owned(),
        title: "Every seed".to_owned(),
        caption: "The epoch of the lowest validation loss with its training loss and test accuracy; the epoch at which the training loss \
                  fell below 10⁻³ and the accuracy there; the kernel regression with the chosen penalty and without one. Accuracies in \
                  per cent, on true labels."
            .to_owned(),
        columns: [
            "seed",
            "stopped at",
            "training loss",
            "accuracy",
            "interpolates at",
            "accuracy",
            "kernel, chosen λ",
            "kernel, λ = 0",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: rows.collect(),
    }
}
