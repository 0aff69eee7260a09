//! The zero-one loss offers nothing to descend.

use autograd::Elementary;
use losses_optim::loss::{Hinge, Perceptron, ZeroOne};
use losses_optim::optim::{GradientDescent, Optimizer};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use crate::data::Dataset;
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed};
use crate::run::Laboratory;
use crate::run::seed::stream;

/// The claim.
pub struct ZeroOneLossFlat;

const ID: &str = "zero-one-loss-flat";
const PROBES: usize = 10_000;
const STEP: f64 = 1e-6;
/// The two digits to be told apart.
const CLASSES: (u8, u8) = (3, 8);
const STEPS: usize = 200;
/// The places of the perceptron's criterion and of the hinge in [`ALL`].
const PERCEPTRON: usize = 2;
const HINGE: usize = 3;

/// What a linear classifier is penalised for, averaged over the samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Criterion01 {
    /// 1 for a sample that is not on the right side.
    ZeroOne,
    /// max(0, −sign m): the perceptron's, with the sign of the score in place of the score.
    PerceptronOfSign,
    /// max(0, −m): the perceptron's.
    Perceptron,
    /// max(0, 1 − m).
    Hinge,
}

const ALL: [(&str, Criterion01); 4] = [
    ("zero-one", Criterion01::ZeroOne),
    ("perceptron, with the sign", Criterion01::PerceptronOfSign),
    ("perceptron", Criterion01::Perceptron),
    ("hinge", Criterion01::Hinge),
];

/// 1, 0 or −1. (A label of ±1 moves in and out of it: sign(y·s) = y·sign s.)
fn sign(number: f64) -> f64 {
    f64::from(i8::from(number > 0.0) - i8::from(number < 0.0))
}

impl Criterion01 {
    fn loss(self, margin: f64) -> f64 {
        match self {
            Self::ZeroOne => ZeroOne.value(margin),
            Self::PerceptronOfSign => Perceptron.value(sign(margin)),
            Self::Perceptron => Perceptron.value(margin),
            Self::Hinge => Hinge.value(margin),
        }
    }

    /// The derivative by the margin, 0 at the kink.
    fn slope(self, margin: f64) -> f64 {
        match self {
            Self::ZeroOne => ZeroOne.derivative(&margin, &self.loss(margin)),
            // That of the sign, which the chain rule multiplies by.
            Self::PerceptronOfSign => 0.0,
            Self::Perceptron => Perceptron.derivative(&margin, &self.loss(margin)),
            Self::Hinge => Hinge.derivative(&margin, &self.loss(margin)),
        }
    }

    /// The mean over samples of these margins.
    fn mean(self, margins: &[f64]) -> f64 {
        margins.iter().map(|&margin| self.loss(margin)).sum::<f64>() / margins.len() as f64
    }
}

/// Two classes as vectors with labels ±1.
struct TwoClasses {
    samples: Vec<(Vec<f64>, f64)>,
    dimension: usize,
}

impl TwoClasses {
    fn of(digits: &Dataset) -> Self {
        let samples = (0..digits.len()).filter_map(|index| {
            let label = match digits.labels[index] {
                label if label == CLASSES.0 => 1.0,
                label if label == CLASSES.1 => -1.0,
                _ => return None,
            };
            Some((digits.example(index).iter().map(|&x| f64::from(x)).collect(), label))
        });
        Self { samples: samples.collect(), dimension: digits.dimension() }
    }

    /// The scores w·x of the samples.
    fn scores(&self, w: &[f64]) -> Vec<f64> {
        self.samples.iter().map(|(x, _)| x.iter().zip(w).map(|(x, w)| x * w).sum()).collect()
    }

    /// The margins of scores: positive for samples on the right side.
    fn margins(&self, scores: &[f64]) -> Vec<f64> {
        self.samples.iter().zip(scores).map(|((_, y), score)| y * score).collect()
    }

    /// How many samples a classifier of these scores puts into the wrong class, or into none.
    fn errors(&self, scores: &[f64]) -> usize {
        let wrong = |((_, y), score): &(&(Vec<f64>, f64), &f64)| {
            let class = (**score != 0.0).then_some(**score > 0.0);
            class != Some(*y > 0.0)
        };
        self.samples.iter().zip(scores).filter(wrong).count()
    }

    fn value(&self, criterion: Criterion01, w: &[f64]) -> f64 {
        criterion.mean(&self.margins(&self.scores(w)))
    }

    fn gradient(&self, criterion: Criterion01, w: &[f64]) -> Vec<f64> {
        let mut gradient = vec![0.0; self.dimension];
        for ((x, y), margin) in self.samples.iter().zip(self.margins(&self.scores(w))) {
            let slope = criterion.slope(margin) * y / self.samples.len() as f64;
            gradient.iter_mut().zip(x).for_each(|(g, x)| *g += slope * x);
        }
        gradient
    }
}

fn normal(dimension: usize, random: &mut ChaCha8Rng) -> Vec<f64> {
    (0..dimension).map(|_| StandardNormal.sample(random)).collect()
}

/// What the probes found.
#[derive(Clone, Copy, Default)]
struct Found {
    /// How many had a difference quotient of exactly 0, by criterion.
    zero: [usize; 4],
    /// Classifiers with a margin below 1.
    violated: usize,
    /// Those of them at which the hinge's quotient was 0.
    hinge_zero_where_violated: usize,
    /// Classifiers at which the perceptron's criterion with the sign, summed, was not the number of errors.
    miscounted: usize,
    /// The errors of all classifiers together.
    errors: usize,
}

fn probe(data: &TwoClasses, seed: u64) -> Found {
    let mut random = stream(seed, "classifiers");
    let mut found = Found::default();
    for _ in 0..PROBES {
        let (w, direction) = (normal(data.dimension, &mut random), normal(data.dimension, &mut random));
        let moved: Vec<f64> = w.iter().zip(&direction).map(|(w, d)| w + STEP * d).collect();
        let scores = data.scores(&w);
        let (here, there) = (data.margins(&scores), data.margins(&data.scores(&moved)));
        let zero = ALL.map(|(_, criterion)| criterion.mean(&there) == criterion.mean(&here));
        found.zero.iter_mut().zip(zero).for_each(|(count, zero)| *count += usize::from(zero));
        if here.iter().any(|&margin| margin < 1.0) {
            found.violated += 1;
            found.hinge_zero_where_violated += usize::from(zero[HINGE]);
        }
        let errors = data.errors(&scores);
        let criterion: f64 = here.iter().map(|&margin| Criterion01::PerceptronOfSign.loss(margin)).sum();
        found.errors += errors;
        found.miscounted += usize::from(criterion != errors as f64);
    }
    found
}

/// The share of errors after each step of gradient descent on a criterion, and how far the weights have moved.
fn descend(data: &TwoClasses, criterion: Criterion01, seed: u64) -> (Vec<f64>, f64) {
    let start = normal(data.dimension, &mut stream(seed, "start"));
    let mut w = start.clone();
    let mut errors = vec![data.value(Criterion01::ZeroOne, &w)];
    for _ in 0..STEPS {
        let gradient = data.gradient(criterion, &w);
        GradientDescent::default().step(&mut w, &gradient, 0.5).expect("a finite rate");
        errors.push(data.value(Criterion01::ZeroOne, &w));
    }
    let moved = w.iter().zip(&start).map(|(w, start)| (w - start).powi(2)).sum::<f64>().sqrt();
    (errors, moved)
}

impl Claim for ZeroOneLossFlat {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "The zero-one loss has no useful gradient".to_owned(),
            statement: "With the sign function in the perceptron's criterion one merely counts errors, and the gradient vanishes almost \
                        everywhere."
                .to_owned(),
            lecture: "part 2, the perceptron and its criterion".to_owned(),
            sources: vec!["F. Rosenblatt 1958, The Perceptron, doi:10.1037/h0042519".to_owned()],
            criteria: vec![
                Criterion::new(
                    "counts-errors",
                    "At each of 10,000 random linear classifiers of two digits, the perceptron's criterion with the sign of the score in \
                     place of the score, Σ max(0, −y · sign s) over the samples, equals the number of samples that are put into the wrong \
                     class, exactly. Refuted by one classifier.",
                ),
                Criterion::new(
                    "flat",
                    "At the same classifiers the difference quotient of the share of errors (step 10⁻⁶ in a random direction) is \
                     exactly 0 at 99.9 % of them or more. Refuted if at less than 99 %.",
                ),
                Criterion::new(
                    "hinge-is-not",
                    "The quotient of the hinge is different from 0 at every one of these classifiers that leaves a margin below 1. Refuted \
                     otherwise.",
                ),
                Criterion::new(
                    "does-not-move",
                    "200 steps of gradient descent from a random start: on the zero-one loss the weights move by exactly 0; on the \
                     perceptron's criterion and on the hinge the share of errors falls to a third of the start's or less. Refuted otherwise.",
                ),
            ],
            would_change: "A method that needs no gradient.".to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let digits = laboratory.digits()?;
        let data = TwoClasses::of(&digits);
        let found = probe(&data, laboratory.seed());
        let descents = ALL.map(|(_, criterion)| descend(&data, criterion, laboratory.seed()));
        let share = found.zero[0] as f64 / PROBES as f64;
        let last = |index: usize| descents[index].0[STEPS];
        let start = descents[0].0[0];
        let learned = [PERCEPTRON, HINGE].iter().all(|&index| last(index) <= start / 3.0);
        let rows = ALL.iter().enumerate().map(|(index, (name, _))| {
            vec![
                Cell::from(*name),
                Cell::number(100.0 * found.zero[index] as f64 / PROBES as f64, 2),
                Cell::number(descents[index].1, 3),
                Cell::number(100.0 * last(index), 1),
            ]
        });
        Ok(Findings {
            setup: vec![
                ("data".to_owned(), format!("the {} images of the digits {} and {}", data.samples.len(), CLASSES.0, CLASSES.1)),
                ("probes".to_owned(), format!("{PROBES} classifiers and directions, standard normal in each of {} weights", data.dimension)),
                ("descent".to_owned(), format!("rate 0.5, {STEPS} steps, f64; the derivative by a margin is 0 at a kink")),
            ],
            data: laboratory.data_used(),
            figures: vec![
                line_figure(&data, laboratory.seed()),
                steps_figure(&data, laboratory.seed()),
                descent_figure(&descents),
            ],
            tables: vec![Table {
                id: "criteria".to_owned(),
                title: "Four criteria, probed and descended".to_owned(),
                caption: format!(
                    "Probes with a difference quotient of exactly 0, in per cent; how far {STEPS} steps move the weights; the share of errors \
                     after them, in per cent, from {} at the start.",
                    fixed(100.0 * start, 1)
                ),
                columns: ["criterion", "flat probes", "moved by", "errors after descent"].map(str::to_owned).to_vec(),
                rows: rows.collect(),
            }],
            key_number: format!(
                "with the sign the criterion counts the errors at {} of {PROBES} classifiers and is flat at {}",
                PROBES - found.miscounted,
                found.zero[1]
            ),
            outcomes: vec![
                Outcome::new(
                    "counts-errors",
                    Verdict::holds_or_refuted(found.errors > 0 && found.miscounted == 0),
                    format!(
                        "equal at {} of {PROBES} classifiers, which make {} errors between them",
                        PROBES - found.miscounted,
                        found.errors
                    ),
                ),
                Outcome::new(
                    "flat",
                    if share >= 0.999 {
                        Verdict::Reproduced
                    } else if share < 0.99 {
                        Verdict::Refuted
                    } else {
                        Verdict::NotReproduced
                    },
                    format!("{} of {PROBES} (≥ 99.9 %)", found.zero[0]),
                ),
                Outcome::new(
                    "hinge-is-not",
                    Verdict::holds_or_refuted(found.violated > 0 && found.hinge_zero_where_violated == 0),
                    format!("flat at {} of {} classifiers with a margin below 1", found.hinge_zero_where_violated, found.violated),
                ),
                Outcome::new(
                    "does-not-move",
                    Verdict::holds_or_refuted(descents[0].1 == 0.0 && learned),
                    format!(
                        "moved by {} on the zero-one loss; errors from {} % to {} % (perceptron) and {} % (hinge)",
                        descents[0].1,
                        fixed(100.0 * start, 1),
                        fixed(100.0 * last(PERCEPTRON), 1),
                        fixed(100.0 * last(HINGE), 1)
                    ),
                ),
            ],
            remarks: vec![
                "A sample on the boundary itself is neither right nor wrong, and there the two counts part: at w = 0, where every score is 0, \
                 the criterion with the sign is 0, while the zero-one loss, to which undecided is wrong, is 1."
                    .to_owned(),
                "The few probes that are not flat stepped over a sample's boundary, where the quotient is of the size of 1/step and says \
                 nothing of a slope."
                    .to_owned(),
            ],
        })
    }
}

/// A line w + t·d through the space of classifiers: its point at t.
fn line_at(data: &TwoClasses, seed: u64) -> impl Fn(f64) -> Vec<f64> {
    let mut random = stream(seed, "line");
    let (w, direction) = (normal(data.dimension, &mut random), normal(data.dimension, &mut random));
    move |t| w.iter().zip(&direction).map(|(w, d)| w + t * d).collect()
}

/// The criteria along a line through the space of classifiers.
fn line_figure(data: &TwoClasses, seed: u64) -> Figure {
    let at = line_at(data, seed);
    let line = |(name, criterion): &(&str, Criterion01)| {
        let places = (-150..=150).map(|i| f64::from(i) / 100.0);
        Series::line(name, places.map(|t| Point::new(t, data.value(*criterion, &at(t)))).collect())
    };
    Figure {
        id: "line".to_owned(),
        title: "A staircase beside slopes".to_owned(),
        caption: "The mean of each criterion over the samples, along a line w + t·d through the space of classifiers. The share of errors is a \
                  staircase whose steps are flat (the next figure has some of them); the other two slope."
            .to_owned(),
        x: Axis::linear("position t along the line"),
        y: Axis::linear("criterion"),
        series: without_the_sign().map(line).collect(),
    }
}

/// The steps of the staircase, and the perceptron's criterion with the sign on them.
fn steps_figure(data: &TwoClasses, seed: u64) -> Figure {
    let at = line_at(data, seed);
    let errors = (-1000..=1000).map(|i| f64::from(i) / 10_000.0);
    let errors = errors.map(|t| Point::new(t, data.errors(&data.scores(&at(t))) as f64));
    let criterion = (-20..=20).map(|i| f64::from(i) / 200.0).map(|t| {
        Point::new(t, data.samples.len() as f64 * data.value(Criterion01::PerceptronOfSign, &at(t)))
    });
    Figure {
        id: "steps".to_owned(),
        title: "With the sign one counts errors".to_owned(),
        caption: "A piece of the same line: the number of samples in the wrong class, and the perceptron's criterion with the sign of the score \
                  in place of the score, summed over the samples. Between the steps both are constant."
            .to_owned(),
        x: Axis::linear("position t along the line"),
        y: Axis::linear("errors"),
        series: vec![
            Series::line("errors", errors.collect()),
            Series::dots("Σ max(0, −y · sign s)", criterion.collect()),
        ],
    }
}

/// The criteria whose lines differ: the perceptron's with the sign would lie on the zero-one loss.
fn without_the_sign() -> impl Iterator<Item = &'static (&'static str, Criterion01)> {
    ALL.iter().filter(|(_, criterion)| *criterion != Criterion01::PerceptronOfSign)
}

fn descent_figure(descents: &[(Vec<f64>, f64); 4]) -> Figure {
    let line = |((name, _), (errors, _)): (&(&str, Criterion01), &(Vec<f64>, f64))| {
        Series::line(
            name,
            errors.iter().enumerate().map(|(step, &e)| Point::new(step as f64, 100.0 * e)).collect(),
        )
    };
    Figure {
        id: "descent".to_owned(),
        title: "Only what slopes can be descended".to_owned(),
        caption: "The share of errors during gradient descent on each criterion, from the same start. With the sign the perceptron's \
                  criterion does not move either."
            .to_owned(),
        x: Axis::linear("step"),
        y: Axis::linear("errors in per cent"),
        series: ALL
            .iter()
            .zip(descents)
            .filter(|((_, criterion), _)| *criterion != Criterion01::PerceptronOfSign)
            .map(line)
            .collect(),
    }
}
