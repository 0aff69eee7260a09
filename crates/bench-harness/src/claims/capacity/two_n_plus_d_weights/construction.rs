//! The network with 2n + d weights, and how exact a number format holds it.

use std::collections::HashSet;

use num_bigint::BigInt;
use num_traits::{Float, ToPrimitive, Zero};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use crate::data::Dataset;
use crate::model::Images;
use crate::run::seed::stream;

/// Directions that are drawn; the one whose closest two projections are farthest apart is kept.
pub(super) const DIRECTIONS: usize = 100;

/// A direction's entries are multiples of 2⁻³², so that projections of images of integers are exact.
const FRACTION: f64 = 4_294_967_296.0;

/// Projections and biases count in halves of that, so that the middle between two projections is one too.
const UNIT: i64 = 2 * (1 << 32);

/// Stretches of the projection, from left to right, over which errors are shown.
pub(super) const STRETCHES: usize = 48;

/// The points on a line: projections in ascending order, the biases between them, and the labels in that order.
pub(super) struct OnLine {
    pub(super) projections: Vec<i64>,
    pub(super) biases: Vec<i64>,
    pub(super) labels: Vec<u8>,
}

impl OnLine {
    /// The least distance between two projections, in the unit of the pixels.
    pub(super) fn smallest_gap(projections: &[i64]) -> i64 {
        projections.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap_or(i64::MAX)
    }

    /// Projects images of integers onto the best of [`DIRECTIONS`] directions.
    pub(super) fn new(pixels: &[i64], dimension: usize, labels: &[u8], random: &mut ChaCha8Rng) -> Self {
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

    pub(super) fn len(&self) -> usize {
        self.labels.len()
    }

    /// Projections, biases and labels as floats. Those of f64 are exact: the integers are below 2⁵³.
    pub(super) fn floats<T: Float>(&self) -> (Vec<T>, Vec<T>, Vec<T>) {
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
pub(super) fn construct<T: Float>(z: &[T], b: &[T], y: &[T]) -> Vec<T> {
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
pub(super) fn output<T: Float>(z: T, b: &[T], w: &[T]) -> T {
    b.iter().zip(w).fold(T::zero(), |sum, (&b, &w)| sum + w * (z - b).max(T::zero()))
}

/// How far a network's outputs are from the labels.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Errors {
    #[serde(with = "crate::run::float")]
    pub(super) largest: f64,
    /// The share of outputs that round to their label.
    pub(super) right: f64,
    /// The largest error in each of [`STRETCHES`] stretches of the line with equally many points.
    #[serde(with = "crate::run::float::vec")]
    pub(super) by_stretch: Vec<f64>,
}

pub(super) fn errors<T: Float>(z: &[T], b: &[T], w: &[T], y: &[T]) -> Errors {
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
pub(super) const ARITHMETICS: [&str; 3] = ["f64", "weights of f64, evaluated in f32", "f32"];

/// A constructed network.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Built {
    pub(super) points: usize,
    pub(super) weights: usize,
    pub(super) smallest_gap: f64,
    pub(super) largest_weight: f64,
    pub(super) wrong_exactly: usize,
    pub(super) errors: Vec<Errors>,
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

pub(super) fn random_labels(count: usize, seed: u64) -> Vec<u8> {
    let mut random = stream(seed, "labels");
    (0..count).map(|_| random.random_range(0..10)).collect()
}

pub(super) fn build(images: &Images, levels: f32, seed: u64) -> Built {
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
