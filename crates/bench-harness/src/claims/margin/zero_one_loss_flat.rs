//! The zero-one loss offers nothing to descend.

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

/// What a linear classifier is penalised for, averaged over the samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Criterion01 {
    /// 1 for a sample that is not on the right side.
    ZeroOne,
    /// max(0, −m): the perceptron's.
    Perceptron,
    /// max(0, 1 − m).
    Hinge,
}

const ALL: [(&str, Criterion01); 3] = [
    ("zero-one", Criterion01::ZeroOne),
    ("perceptron", Criterion01::Perceptron),
    ("hinge", Criterion01::Hinge),
];

impl Criterion01 {
    fn loss(self, margin: f64) -> f64 {
        match self {
            Self::ZeroOne => f64::from(u8::from(margin <= 0.0)),
            Self::Perceptron => (-margin).max(0.0),
            Self::Hinge => (1.0 - margin).max(0.0),
        }
    }

    /// The derivative by the margin, 0 at the kink.
    fn slope(self, margin: f64) -> f64 {
        match self {
            Self::ZeroOne => 0.0,
            Self::Perceptron => -f64::from(u8::from(margin < 0.0)),
            Self::Hinge => -f64::from(u8::from(margin < 1.0)),
        }
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

    fn margins<'a>(&'a self, w: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
        self.samples.iter().map(move |(x, y)| y * x.iter().zip(w).map(|(x, w)| x * w).sum::<f64>())
    }

    fn value(&self, criterion: Criterion01, w: &[f64]) -> f64 {
        self.margins(w).map(|margin| criterion.loss(margin)).sum::<f64>() / self.samples.len() as f64
    }

    fn gradient(&self, criterion: Criterion01, w: &[f64]) -> Vec<f64> {
        let mut gradient = vec![0.0; self.dimension];
        for ((x, y), margin) in self.samples.iter().zip(self.margins(w)) {
            let slope = criterion.slope(margin) * y / self.samples.len() as f64;
            gradient.iter_mut().zip(x).for_each(|(g, x)| *g += slope * x);
        }
        gradient
    }
}

fn normal(dimension: usize, random: &mut ChaCha8Rng) -> Vec<f64> {
    (0..dimension).map(|_| StandardNormal.sample(random)).collect()
}

/// How many probes found a derivative of exactly 0, of all and of those at a classifier with a margin below 1.
#[derive(Clone, Copy, Default)]
struct Flat {
    zero: [usize; 3],
    violated: usize,
    hinge_zero_where_violated: usize,
}

fn probe(data: &TwoClasses, seed: u64) -> Flat {
    let mut random = stream(seed, "classifiers");
    let mut flat = Flat::default();
    for _ in 0..PROBES {
        let (w, direction) = (normal(data.dimension, &mut random), normal(data.dimension, &mut random));
        let moved: Vec<f64> = w.iter().zip(&direction).map(|(w, d)| w + STEP * d).collect();
        for (index, (_, criterion)) in ALL.iter().enumerate() {
            let zero = data.value(*criterion, &moved) == data.value(*criterion, &w);
            flat.zero[index] += usize::from(zero);
            if *criterion == Criterion01::Hinge && data.margins(&w).any(|margin| margin < 1.0) {
                flat.violated += 1;
                flat.hinge_zero_where_violated += usize::from(zero);
            }
        }
    }
    flat
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
                    "flat",
                    "Linear classifiers of two digits: the difference quotient of the share of errors (step 10⁻⁶ in a random direction) is \
                     exactly 0 at 99.9 % of 10,000 random classifiers or more. Refuted if at less than 99 %.",
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
        let flat = probe(&data, laboratory.seed());
        let descents = ALL.map(|(_, criterion)| descend(&data, criterion, laboratory.seed()));
        let share = flat.zero[0] as f64 / PROBES as f64;
        let last = |index: usize| descents[index].0[STEPS];
        let start = descents[0].0[0];
        let learned = [1, 2].iter().all(|&index| last(index) <= start / 3.0);
        let rows = ALL.iter().enumerate().map(|(index, (name, _))| {
            vec![
                Cell::from(*name),
                Cell::number(100.0 * flat.zero[index] as f64 / PROBES as f64, 2),
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
            figures: vec![line_figure(&data, laboratory.seed()), descent_figure(&descents)],
            tables: vec![Table {
                id: "criteria".to_owned(),
                title: "Three criteria, probed and descended".to_owned(),
                caption: format!(
                    "Probes with a difference quotient of exactly 0, in per cent; how far {STEPS} steps move the weights; the share of errors \
                     after them, in per cent, from {} at the start.",
                    fixed(100.0 * start, 1)
                ),
                columns: ["criterion", "flat probes", "moved by", "errors after descent"].map(str::to_owned).to_vec(),
                rows: rows.collect(),
            }],
            key_number: format!("the zero-one loss is flat at {} of {PROBES} classifiers", flat.zero[0]),
            outcomes: vec![
                Outcome::new(
                    "flat",
                    if share >= 0.999 {
                        Verdict::Reproduced
                    } else if share < 0.99 {
                        Verdict::Refuted
                    } else {
                        Verdict::NotReproduced
                    },
                    format!("{} of {PROBES} (≥ 99.9 %)", flat.zero[0]),
                ),
                Outcome::new(
                    "hinge-is-not",
                    Verdict::holds_or_refuted(flat.violated > 0 && flat.hinge_zero_where_violated == 0),
                    format!("flat at {} of {} classifiers with a margin below 1", flat.hinge_zero_where_violated, flat.violated),
                ),
                Outcome::new(
                    "does-not-move",
                    Verdict::holds_or_refuted(descents[0].1 == 0.0 && learned),
                    format!(
                        "moved by {} on the zero-one loss; errors from {} % to {} % (perceptron) and {} % (hinge)",
                        descents[0].1,
                        fixed(100.0 * start, 1),
                        fixed(100.0 * last(1), 1),
                        fixed(100.0 * last(2), 1)
                    ),
                ),
            ],
            remarks: vec![
                "The few probes that are not flat stepped over a sample's boundary, where the quotient is of the size of 1/step and says \
                 nothing of a slope."
                    .to_owned(),
            ],
        })
    }
}

/// The criteria along a line through the space of classifiers.
fn line_figure(data: &TwoClasses, seed: u64) -> Figure {
    let mut random = stream(seed, "line");
    let (w, direction) = (normal(data.dimension, &mut random), normal(data.dimension, &mut random));
    let line = |(name, criterion): (&str, Criterion01)| {
        let points = (-150..=150).map(|i| f64::from(i) / 100.0).map(|t| {
            let at: Vec<f64> = w.iter().zip(&direction).map(|(w, d)| w + t * d).collect();
            Point::new(t, data.value(criterion, &at))
        });
        Series::line(name, points.collect())
    };
    Figure {
        id: "line".to_owned(),
        title: "A staircase beside slopes".to_owned(),
        caption: "The mean of each criterion over the samples, along a line w + t·d through the space of classifiers. The share of errors is a \
                  staircase whose steps are flat; the other two slope."
            .to_owned(),
        x: Axis::linear("position t along the line"),
        y: Axis::linear("criterion"),
        series: ALL.map(line).to_vec(),
    }
}

fn descent_figure(descents: &[(Vec<f64>, f64); 3]) -> Figure {
    let line = |((name, _), (errors, _)): (&(&str, Criterion01), &(Vec<f64>, f64))| {
        Series::line(
            name,
            errors.iter().enumerate().map(|(step, &e)| Point::new(step as f64, 100.0 * e)).collect(),
        )
    };
    Figure {
        id: "descent".to_owned(),
        title: "Only what slopes can be descended".to_owned(),
        caption: "The share of errors during gradient descent on each criterion, from the same start."
            .to_owned(),
        x: Axis::linear("step"),
        y: Axis::linear("errors in per cent"),
        series: ALL.iter().zip(descents).map(line).collect(),
    }
}
