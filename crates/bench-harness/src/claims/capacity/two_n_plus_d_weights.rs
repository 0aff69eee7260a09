//! A network with 2n + d weights that gives n points any labels.

use std::collections::HashSet;

use num_bigint::BigInt;
use num_traits::{Float, ToPrimitive, Zero};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Scale, Verdict};
use crate::data::Dataset;
use crate::model::{Images, Mlp, Trainer, TrainerOptions, evaluate};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed, scientific};
use crate::run::Laboratory;
use crate::run::seed::stream;
use crate::stats::median;

/// The claim.
pub struct TwoNPlusDWeights;

const ID: &str = "two-n-plus-d-weights";
/// Directions that are drawn; the one whose closest two projections are farthest apart is kept.
const DIRECTIONS: usize = 100;
/// A direction's entries are multiples of 2⁻³², so that projections of images of integers are exact.
const FRACTION: f64 = 4_294_967_296.0;
/// Projections and biases count in halves of that, so that the middle between two projections is one too.
const UNIT: i64 = 2 * (1 << 32);
/// Stretches of the projection, from left to right, over which errors are shown.
const STRETCHES: usize = 48;
/// Widths of the hidden layer of the trained nets. The second has 2,935 weights for 64 inputs, as many as the constructed net.
const WIDTHS: [usize; 5] = [20, 39, 80, 160, 320];
const EPOCHS: u64 = 150;

/// The points on a line: projections in ascending order, the biases between them, and the labels in that order.
struct OnLine {
    projections: Vec<i64>,
    biases: Vec<i64>,
    labels: Vec<u8>,
}

impl OnLine {
    /// The least distance between two projections, in the unit of the pixels.
    fn smallest_gap(projections: &[i64]) -> i64 {
        projections.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap_or(i64::MAX)
    }

    /// Projects images of integers onto the best of [`DIRECTIONS`] directions.
    fn new(pixels: &[i64], dimension: usize, labels: &[u8], random: &mut ChaCha8Rng) -> Self {
        let mut best: (i64, Vec<(i64, u8)>) = (-1, Vec::new());
        for _ in 0..DIRECTIONS {
            let direction: Vec<i64> = (0..dimension)
                .map(|_| {
                    let normal: f64 = StandardNormal.sample(random);
                    (normal * FRACTION).round() as i64
                })
                .collect();
            let project = |image: &[i64]| 2 * direction.iter().zip(image).map(|(a, x)| a * x).sum::<i64>();
            let mut points: Vec<(i64, u8)> =
                pixels.chunks_exact(dimension).map(project).zip(labels.iter().copied()).collect();
            points.sort_unstable();
            let gap = points.windows(2).map(|pair| pair[1].0 - pair[0].0).min().unwrap_or(i64::MAX);
            if gap > best.0 {
                best = (gap, points);
            }
        }
        let (projections, labels): (Vec<i64>, Vec<u8>) = best.1.into_iter().unzip();
        // One unit of the pixels before the first point, and halfway between the others.
        let first = projections[0] - UNIT;
        let between = projections.windows(2).map(|pair| pair[0] + (pair[1] - pair[0]) / 2);
        let biases = std::iter::once(first).chain(between).collect();
        Self { projections, biases, labels }
    }

    fn len(&self) -> usize {
        self.labels.len()
    }

    /// Projections, biases and labels as floats. Those of f64 are exact: the integers are below 2⁵³.
    fn floats<T: Float>(&self) -> (Vec<T>, Vec<T>, Vec<T>) {
        let float = |&x: &i64| T::from(x as f64 / UNIT as f64).expect("a float");
        let labels = self.labels.iter().map(|&y| T::from(y).expect("a float")).collect();
        (self.projections.iter().map(float).collect(), self.biases.iter().map(float).collect(), labels)
    }

    /// The output weights in exact arithmetic, and the output at each point with them: how many outputs differ from their label.
    ///
    /// The weights are fractions over the product D of all distances zⱼ − bⱼ so far; S = Σ wⱼ and B = Σ wⱼbⱼ are kept as
    /// their numerators. Units further right are 0 at a point, so that its output is S z − B once its own weight is in.
    fn wrong_in_exact_arithmetic(&self) -> usize {
        let (mut denominator, mut sum, mut moment) = (BigInt::from(1), BigInt::zero(), BigInt::zero());
        let mut wrong = 0;
        for ((&z, &b), &y) in self.projections.iter().zip(&self.biases).zip(&self.labels) {
            let distance = z - b;
            // Labels in the unit of projections: w has no unit.
            let label = i64::from(y) * UNIT;
            let weight = &denominator * label - &sum * z + &moment;
            sum = sum * distance + &weight;
            moment = moment * distance + weight * b;
            denominator *= distance;
            // At its own bias or left of it a unit is 0, and no weight could help.
            wrong += usize::from(distance <= 0 || &sum * z - &moment != &denominator * label);
        }
        wrong
    }
}

/// The output weights, by forward substitution in the triangular system Σⱼ wⱼ max(zᵢ − bⱼ, 0) = yᵢ with running sums.
fn construct<T: Float>(z: &[T], b: &[T], y: &[T]) -> Vec<T> {
    let (mut sum, mut moment) = (T::zero(), T::zero());
    z.iter()
        .zip(b)
        .zip(y)
        .map(|((&z, &b), &y)| {
            let weight = (y - (sum * z - moment)) / (z - b);
            sum = sum + weight;
            moment = moment + weight * b;
            weight
        })
        .collect()
}

/// The network: Σⱼ wⱼ max(z − bⱼ, 0), unit by unit.
fn output<T: Float>(z: T, b: &[T], w: &[T]) -> T {
    b.iter().zip(w).fold(T::zero(), |sum, (&b, &w)| sum + w * (z - b).max(T::zero()))
}

/// How far a network's outputs are from the labels.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Errors {
    #[serde(with = "crate::run::float")]
    largest: f64,
    /// The share of outputs that round to their label.
    right: f64,
    /// The largest error in each of [`STRETCHES`] stretches of the line with equally many points.
    #[serde(with = "crate::run::float::vec")]
    by_stretch: Vec<f64>,
}

fn errors<T: Float>(z: &[T], b: &[T], w: &[T], y: &[T]) -> Errors {
    let n = z.len();
    let mut by_stretch = vec![0.0_f64; STRETCHES];
    let (mut largest, mut right) = (0.0_f64, 0);
    for (i, (&z, &y)) in z.iter().zip(y).enumerate() {
        // Units to the right of a point are 0 there.
        let error = (output(z, &b[..=i], &w[..=i]) - y).abs().to_f64().expect("a float");
        let error = if error.is_nan() { f64::INFINITY } else { error };
        right += usize::from(error < 0.5);
        largest = largest.max(error);
        let stretch = &mut by_stretch[i * STRETCHES / n];
        *stretch = stretch.max(error);
    }
    Errors { largest, right: right as f64 / n as f64, by_stretch }
}

/// The arithmetics, in the order of [`Built::errors`].
const ARITHMETICS: [&str; 3] = ["f64", "weights of f64, evaluated in f32", "f32"];

/// A constructed network.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Built {
    points: usize,
    weights: usize,
    smallest_gap: f64,
    largest_weight: f64,
    wrong_exactly: usize,
    errors: Vec<Errors>,
}

/// Images as integers, each kept once: equal images cannot have different labels.
fn distinct_pixels(data: &Dataset, levels: f32) -> Vec<i64> {
    let mut seen = HashSet::new();
    (0..data.len())
        .map(|index| {
            data.example(index).iter().map(|&pixel| (pixel * levels).round() as i64).collect::<Vec<_>>()
        })
        .filter(|image| seen.insert(image.clone()))
        .flatten()
        .collect()
}

fn random_labels(count: usize, seed: u64) -> Vec<u8> {
    let mut random = stream(seed, "labels");
    (0..count).map(|_| random.random_range(0..10)).collect()
}

fn build(images: &Images, levels: f32, seed: u64) -> Built {
    let data = images.split(seed).train;
    let (pixels, dimension) = (distinct_pixels(&data, levels), data.dimension());
    drop(data);
    let labels = random_labels(pixels.len() / dimension, seed);
    let line = OnLine::new(&pixels, dimension, &labels, &mut stream(seed, "directions"));
    let (z, b, y) = line.floats::<f64>();
    let w = construct(&z, &b, &y);
    let (z32, b32, y32) = line.floats::<f32>();
    let rounded: Vec<f32> = w.iter().map(|&w| w as f32).collect();
    let w32 = construct(&z32, &b32, &y32);
    Built {
        points: line.len(),
        weights: dimension + b.len() + w.len(),
        smallest_gap: OnLine::smallest_gap(&line.projections).to_f64().expect("an integer") / UNIT as f64,
        largest_weight: w.iter().fold(0.0, |largest, w| largest.max(w.abs())),
        wrong_exactly: line.wrong_in_exact_arithmetic(),
        errors: vec![
            errors(&z, &b, &w, &y),
            errors(&z32, &b32, &rounded, &y32),
            errors(&z32, &b32, &w32, &y32),
        ],
    }
}

#[derive(Debug, Clone, Copy, Serialize)]
struct Training {
    width: usize,
    seed: u64,
}

/// The training accuracy of a net of one hidden layer on the labels that the constructed net fits.
fn train(training: &Training, images: &Images) -> f64 {
    let mut data = images.split(training.seed).train;
    data.labels = random_labels(data.len(), training.seed);
    let model = Mlp::new(data.dimension(), &[training.width], 10);
    let adam = (losses_optim::optim::find("adam").expect("registered").over_f32)();
    let options = TrainerOptions { batch: 64, l2: 0.0, dropout: 0.0 };
    let mut trainer = Trainer::new(&model, &data, options, adam, training.seed);
    for _ in 0..EPOCHS {
        if trainer.epoch(|_, _| 3e-3).accuracy == 1.0 {
            break;
        }
    }
    evaluate(&model, trainer.parameters(), &data).accuracy
}

impl Claim for TwoNPlusDWeights {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "2n + d weights give n points any labels".to_owned(),
            statement: "A network of two layers of rectifiers with 2n + d weights can represent any labelling of n distinct points in d \
                        dimensions. It is constructed here, for images with random labels."
                .to_owned(),
            lecture: "part 3, over-provisioning; the theorem behind the experiment with random labels".to_owned(),
            sources: vec![
                "C. Zhang, S. Bengio, M. Hardt, B. Recht & O. Vinyals 2017, Understanding deep learning requires rethinking \
                 generalization, Theorem 1, arXiv:1611.03530"
                    .to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "count",
                    "The constructed network has 2n + d weights: d of the direction that all units share, n biases, n output weights. \
                     Refuted by another number.",
                ),
                Criterion::new(
                    "exact",
                    "In exact arithmetic its output equals the label at every point, for every seed. Refuted by one point.",
                ),
                Criterion::new(
                    "double-precision",
                    "In f64 every output is within 10⁻³ of its label and rounds to it, for every seed. Not reproduced otherwise: the \
                     theorem is about real numbers.",
                ),
            ],
            would_change: "Two equal points with different labels. In floating point, more points: the closest projections come closer, \
                           the weights grow, and digits are lost."
                .to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let images = Images::open(laboratory, 60_000)?;
        let undecidable = Error::undecidable(ID);
        let quick = laboratory.scale() == Scale::Quick;
        let levels = if quick { 16.0 } else { 255.0 };
        let seeds = laboratory.seeds(20, 3);
        let built = laboratory.cells("construction", &seeds, |&seed| Ok(build(&images, levels, seed)))?;
        let mut trainings = Vec::new();
        if quick {
            for width in WIDTHS {
                trainings.extend(seeds.iter().take(3).map(|&seed| Training { width, seed }));
            }
        }
        let accuracies = laboratory.cells("training", &trainings, |training| Ok(train(training, &images)))?;
        let trained: Vec<(usize, f64)> = if quick {
            let by_width = accuracies.chunks_exact(accuracies.len() / WIDTHS.len());
            WIDTHS
                .iter()
                .zip(by_width)
                .map(|(&width, of)| {
                    Ok((Mlp::new(images.dimension(), &[width], 10).parameters(), median(of)?))
                })
                .collect::<Result<_, _>>()
                .map_err(&undecidable)?
        } else {
            Vec::new()
        };
        let (dimension, first) = (images.dimension(), &built[0]);
        let counted = built.iter().all(|built| built.weights == 2 * built.points + dimension);
        let wrong: usize = built.iter().map(|built| built.wrong_exactly).sum();
        let points: usize = built.iter().map(|built| built.points).sum();
        let worst = |arithmetic: usize| {
            built.iter().map(|built| built.errors[arithmetic].largest).fold(0.0, f64::max)
        };
        let least_right =
            |arithmetic: usize| built.iter().map(|built| built.errors[arithmetic].right).fold(1.0, f64::min);
        let mut rows = vec![vec![
            Cell::from("constructed, exact"),
            Cell::number(first.weights as f64, 0),
            Cell::number(100.0 * (1.0 - wrong as f64 / points as f64), 1),
            Cell::from(if wrong == 0 { "0" } else { "not 0" }),
        ]];
        for (arithmetic, name) in ARITHMETICS.iter().enumerate() {
            rows.push(vec![
                Cell::from(format!("constructed, {name}")),
                Cell::number(first.weights as f64, 0),
                Cell::number(100.0 * least_right(arithmetic), 1),
                Cell::from(scientific(worst(arithmetic))),
            ]);
        }
        for (weights, accuracy) in &trained {
            rows.push(vec![
                Cell::from("trained"),
                Cell::number(*weights as f64, 0),
                Cell::number(100.0 * accuracy, 1),
                Cell::Empty,
            ]);
        }
        let mut figures = vec![error_figure(&built)];
        figures.push(line_figure());
        if quick {
            figures.push(trained_figure(first.weights, &trained));
        }
        let mut remarks = vec![
            "The images keep their integer grey values, and the direction's entries are multiples of 2⁻³², so that projections and \
             biases are exact in f64 and only the output weights are rounded. The exact run keeps them as fractions of integers of \
             many thousand digits."
                .to_owned(),
            "The theorem says that such a network exists, not that training finds it, nor that a machine can hold it: in f32 the closest \
             projections coincide or nearly do, and the outputs are off by far more than the distance between labels."
                .to_owned(),
        ];
        if quick {
            remarks.push(format!(
                "The trained nets, for comparison: one hidden layer, softmax cross-entropy, Adam at 3·10⁻³, mini-batches of 64, {EPOCHS} \
                 epochs, the median of three seeds. They have ten outputs and weights of their own for each unit."
            ));
        }
        remarks.extend(laboratory.data_notes());
        Ok(Findings {
            setup: vec![
                (
                    "points".to_owned(),
                    format!("{}; n = {} distinct images of d = {dimension} pixels, labels 0 … 9 drawn at random", images.describe(), first.points),
                ),
                (
                    "construction".to_owned(),
                    format!("a: the best of {DIRECTIONS} normal directions by the smallest gap of z = a·x; biases halfway between neighbours, the first one unit before the first point; w by forward substitution with running sums"),
                ),
                ("network".to_owned(), "c(x) = Σⱼ wⱼ max(a·x − bⱼ, 0)".to_owned()),
                ("seeds".to_owned(), format!("{}, {} to {}", seeds.len(), seeds[0], seeds[seeds.len() - 1])),
            ],
            data: laboratory.data_used(),
            figures,
            tables: vec![Table {
                id: "networks".to_owned(),
                title: format!("Networks that give {} images random labels", first.points),
                caption: "Weights, the share of labels that come out in percent, and the largest error of an output; for constructed nets the worst \
                          over the seeds. Zhang et al. 2017, Theorem 1: 2n + d weights suffice [S]."
                    .to_owned(),
                columns: ["network", "weights", "labels right", "largest error"].map(str::to_owned).to_vec(),
                rows,
            }],
            outcomes: vec![
                Outcome::new(
                    "count",
                    Verdict::holds_or_refuted(counted),
                    format!("2·{} + {dimension} = {} weights", first.points, first.weights),
                ),
                Outcome::new(
                    "exact",
                    Verdict::holds_or_refuted(wrong == 0),
                    format!("{wrong} of {points} outputs over {} seeds differ from their label (= 0)", seeds.len()),
                ),
                Outcome::new(
                    "double-precision",
                    Verdict::holds_or_not(worst(0) < 1e-3 && least_right(0) == 1.0),
                    format!(
                        "largest error {} (< 10⁻³), at least {} % of the labels right; smallest gap {}, largest weight {}",
                        scientific(worst(0)),
                        fixed(100.0 * least_right(0), 1),
                        scientific(built.iter().map(|built| built.smallest_gap).fold(f64::INFINITY, f64::min)),
                        scientific(built.iter().map(|built| built.largest_weight).fold(0.0, f64::max)),
                    ),
                ),
            ],
            key_number: format!(
                "{} weights fit {} random labels: largest error {} in f64; in f32 {} % right",
                first.weights,
                first.points,
                scientific(worst(0)),
                fixed(100.0 * least_right(2), 1)
            ),
            remarks,
        })
    }
}

fn error_figure(built: &[Built]) -> Figure {
    let mut series: Vec<Series> = ARITHMETICS
        .iter()
        .enumerate()
        .map(|(arithmetic, name)| {
            let points = (0..STRETCHES).map(|stretch| {
                let errors: Vec<f64> = built
                    .iter()
                    .map(|built| built.errors[arithmetic].by_stretch[stretch].max(1e-20))
                    .collect();
                Point::spread((stretch as f64 + 0.5) / STRETCHES as f64, &errors)
            });
            Series::line(name, points.collect())
        })
        .collect();
    series.push(Series::level("half the distance of labels", 0.0, 1.0, 0.5));
    Figure {
        id: "errors".to_owned(),
        title: "The network needs more digits than f32 has".to_owned(),
        caption: format!(
            "The largest error of an output in each of {STRETCHES} stretches of the line onto which the images are projected, from left to \
             right: median and range over the seeds. Above the dashed line outputs round to wrong labels. Every unit to the left of a \
             point takes part in its output, so that errors add up to the right."
        ),
        x: Axis::linear("share of the images to the left"),
        y: Axis::logarithmic("largest error of an output"),
        series,
    }
}

/// The function of a small network, so that it can be seen.
fn line_figure() -> Figure {
    let mut random = stream(0, "illustration");
    let count = 12;
    let pixels: Vec<i64> = (0..2 * count).map(|_| random.random_range(0..17)).collect();
    let labels: Vec<u8> = (0..count).map(|_| random.random_range(0..10)).collect();
    let line = OnLine::new(&pixels, 2, &labels, &mut random);
    let (z, b, y) = line.floats::<f64>();
    let w = construct(&z, &b, &y);
    let (from, to) = (b[0] - 1.0, z[count - 1] + 1.0);
    // A point at each kink, and the ends.
    let corners = std::iter::once(from).chain(b.iter().copied()).chain(std::iter::once(to));
    Figure {
        id: "function".to_owned(),
        title: "The network of twelve points".to_owned(),
        caption: "Twelve random points of the plane with random labels, seen along the direction a: the network is a broken line with a kink \
                  between neighbours, bent so that it meets every label. How far it swings between them is nobody's concern."
            .to_owned(),
        x: Axis::linear("projection a·x"),
        y: Axis::linear("output of the network"),
        series: vec![
            Series::line("network", corners.map(|at| Point::new(at, output(at, &b, &w))).collect()),
            Series::dots("labels", z.iter().zip(&y).map(|(&z, &y)| Point::new(z, y)).collect()),
        ],
    }
}

fn trained_figure(constructed: usize, trained: &[(usize, f64)]) -> Figure {
    let points = trained.iter().map(|&(weights, accuracy)| Point::new(weights as f64, accuracy));
    Figure {
        id: "trained".to_owned(),
        title: "What exists and what training finds".to_owned(),
        caption: "The share of random labels that a net with one hidden layer has learned after training, against its number of weights, and \
                  the constructed network."
            .to_owned(),
        x: Axis::logarithmic("weights"),
        y: Axis::linear("share of training labels right"),
        series: vec![
            Series::line("trained", points.collect()),
            Series::dots("constructed", vec![Point::new(constructed as f64, 1.0)]),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three points at 0, 2 and 3 with biases −1, 1 and 2.5: w₁ = y₁, 3w₁ + w₂ = y₂, 4w₁ + 2w₂ + ½w₃ = y₃.
    #[test]
    fn substitution_solves_the_triangular_system() {
        let (z, b, y) = ([0.0, 2.0, 3.0], [-1.0, 1.0, 2.5], [1.0, 5.0, 4.0]);
        let w = construct(&z, &b, &y);
        assert_eq!(w, [1.0, 2.0, -8.0]);
        assert!(z.iter().zip(y).all(|(&z, y)| output(z, &b, &w) == y));
    }

    #[test]
    fn a_wrong_label_would_be_counted() {
        let line = OnLine::new(&[0, 3, 1, 5, 9, 2], 2, &[4, 0, 9], &mut stream(1, "test"));
        assert!(OnLine::smallest_gap(&line.projections) > 0);
        assert_eq!(line.wrong_in_exact_arithmetic(), 0);
        // A bias at its point makes its unit 0 there: the label cannot be met.
        let mut broken = line;
        broken.biases[1] = broken.projections[1];
        assert!(broken.wrong_in_exact_arithmetic() > 0);
    }
}
