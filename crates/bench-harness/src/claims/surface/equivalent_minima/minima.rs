//! Minima, their copies and the lines between them.

use std::collections::HashSet;

use losses_optim::optim::{Adam, Optimizer};
use serde::{Deserialize, Serialize};

use super::symmetry::{Symmetry, distance, rearranged};
use crate::data::Dataset;
use crate::model::{Activation, CriticalPoint, FullBatch, Mlp, norm};
use crate::run::seed::stream;

pub(super) const SAMPLES: usize = 200;

pub(super) const UNITS: usize = 5;

pub(super) const L2: f64 = 5e-3;

/// Places on the line between two points at which the loss is looked at, the ends apart.
pub(super) const PLACES: usize = 19;

/// 2⁵·5!.
pub(super) const COPIES: usize = 3_840;

/// How many of the copies are joined to the original by a line: every so-manieth.
const EVERY: usize = 40;

/// By which the rectified units are scaled.
const SCALES: [f64; 7] = [1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0, 1e3];

pub(super) fn network(activation: Activation) -> Mlp {
    Mlp::new(16, &[UNITS], 10).with_activation(activation)
}

/// The loss on the line from a to b, ends included.
pub(super) fn profile(objective: &FullBatch<'_>, a: &[f64], b: &[f64]) -> Vec<f64> {
    let at = |place: usize| {
        let t = place as f64 / (PLACES + 1) as f64;
        objective.loss(&a.iter().zip(b).map(|(a, b)| (1.0 - t) * a + t * b).collect::<Vec<_>>())
    };
    (0..=PLACES + 1).map(at).collect()
}

/// How far the loss on a line rises above its higher end.
pub(super) fn barrier(profile: &[f64]) -> f64 {
    let inner = profile[1..=PLACES].iter().copied().fold(f64::NEG_INFINITY, f64::max);
    inner - profile[0].max(profile[PLACES + 1])
}

/// A minimum that training reached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Minimum {
    pub(super) w: Vec<f64>,
    pub(super) loss: f64,
    pub(super) gradient: f64,
    /// The smallest eigenvalue of the Hessian.
    pub(super) lowest_curvature: f64,
}

/// Trains by Adam on the exact gradient and lets a second-order method take it to the critical point nearby.
pub(super) fn minimise(objective: &FullBatch<'_>, model: &Mlp, seed: u64) -> Option<Minimum> {
    let mut w = model.initialise::<f64>(&mut stream(seed, "initialisation")).as_slice().to_vec();
    let mut adam = Adam::default();
    for step in 0..800 {
        let (_, gradient) = objective.loss_and_gradient(&w);
        adam.step(&mut w, &gradient, 0.03 * 0.995_f64.powi(step)).expect("a finite rate");
    }
    let CriticalPoint { w, loss, gradient, spectrum } = CriticalPoint::search(objective, w, 0, 1e-9, 300)?;
    Some(Minimum { w, loss, gradient, lowest_curvature: spectrum[0] })
}

/// What became of the copies of a minimum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Copies {
    pub(super) distinct: usize,
    pub(super) largest_change: f64,
    pub(super) largest_gradient: f64,
    /// The smallest distance between two copies: of any from the original, since the changes keep distances.
    pub(super) smallest_distance: f64,
    pub(super) barriers: Vec<f64>,
    /// The lines with the lowest and the highest barrier.
    pub(super) profiles: [Vec<f64>; 2],
}

pub(super) fn copy(objective: &FullBatch<'_>, minimum: &Minimum) -> Copies {
    let symmetries = Symmetry::all();
    let mut seen = HashSet::new();
    let (mut largest_change, mut largest_gradient, mut smallest_distance): (f64, f64, f64) =
        (0.0, 0.0, f64::INFINITY);
    for symmetry in &symmetries {
        let moved = symmetry.apply(&minimum.w);
        let (loss, gradient) = objective.loss_and_gradient(&moved);
        largest_change = largest_change.max((loss - minimum.loss).abs());
        largest_gradient = largest_gradient.max(norm(&gradient));
        // Adding 0 makes −0 and 0 one number.
        if seen.insert(moved.iter().map(|w| (w + 0.0).to_bits()).collect::<Vec<_>>()) && seen.len() > 1 {
            smallest_distance = smallest_distance.min(distance(&moved, &minimum.w));
        }
    }
    let joined = symmetries.iter().skip(1).step_by(EVERY);
    let mut profiles: Vec<Vec<f64>> =
        joined.map(|symmetry| profile(objective, &minimum.w, &symmetry.apply(&minimum.w))).collect();
    let barriers = profiles.iter().map(|profile| barrier(profile)).collect();
    profiles.sort_by(|a, b| barrier(a).total_cmp(&barrier(b)));
    let highest = profiles.pop().expect("there are copies");
    Copies {
        distinct: seen.len(),
        largest_change,
        largest_gradient,
        smallest_distance,
        barriers,
        profiles: [profiles.swap_remove(0), highest],
    }
}

/// Two independent runs, joined as they are and after the second took the copy nearest to the first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Pair {
    pub(super) seeds: [u64; 2],
    pub(super) distance: f64,
    pub(super) barrier: f64,
    pub(super) aligned_distance: f64,
    pub(super) aligned_barrier: f64,
}

pub(super) fn join(
    objective: &FullBatch<'_>,
    (first, a): &(u64, Minimum),
    (second, b): &(u64, Minimum),
) -> Pair {
    let copies = Symmetry::all().into_iter().map(|symmetry| symmetry.apply(&b.w));
    let by_distance = copies.map(|copy| (distance(&a.w, &copy), copy));
    let (aligned_distance, nearest) =
        by_distance.min_by(|a, b| a.0.total_cmp(&b.0)).expect("there are copies");
    Pair {
        seeds: [*first, *second],
        distance: distance(&a.w, &b.w),
        barrier: barrier(&profile(objective, &a.w, &b.w)),
        aligned_distance,
        aligned_barrier: barrier(&profile(objective, &a.w, &nearest)),
    }
}

/// A rectified network with its incoming weights scaled by `scale` and its outgoing ones by 1/`scale`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Rescaled {
    pub(super) scale: f64,
    /// The largest change of an output over the largest output.
    pub(super) change: f64,
    pub(super) distance: f64,
    pub(super) curvature: f64,
}

pub(super) fn rescale(data: &Dataset, seed: u64) -> Vec<Rescaled> {
    let model = network(Activation::Relu);
    let objective = FullBatch::new(&model, data, 0.0);
    let mut w = model.initialise::<f64>(&mut stream(seed, "initialisation")).as_slice().to_vec();
    let mut adam = Adam::default();
    for _ in 0..500 {
        let (_, gradient) = objective.loss_and_gradient(&w);
        adam.step(&mut w, &gradient, 0.01).expect("a finite rate");
    }
    let outputs = objective.outputs(&w).to_vec();
    let largest = outputs.iter().fold(0.0_f64, |largest, output| largest.max(output.abs()));
    SCALES
        .iter()
        .map(|&scale| {
            let moved = rearranged(&w, |unit| (unit, scale, scale.recip()));
            let changes = objective
                .outputs(&moved)
                .to_vec()
                .into_iter()
                .zip(&outputs)
                .map(|(new, old)| (new - old).abs());
            Rescaled {
                scale,
                change: changes.fold(0.0, f64::max) / largest,
                distance: distance(&moved, &w),
                curvature: objective.largest_curvature(&moved, &mut stream(seed, "power iteration")),
            }
        })
        .collect()
}
