//! A network's minimum comes in many copies.

use std::collections::HashSet;

use losses_optim::optim::{Adam, Optimizer};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use crate::data::Dataset;
use crate::model::{Activation, CriticalPoint, FullBatch, Mlp, norm};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, scientific};
use crate::run::Laboratory;
use crate::run::seed::stream;
use crate::stats::median;

/// The claim.
pub struct EquivalentMinima;

const ID: &str = "equivalent-minima";
const SAMPLES: usize = 200;
const UNITS: usize = 5;
/// 2⁵·5!.
const COPIES: usize = 3_840;
const L2: f64 = 5e-3;
/// Places on the line between two points at which the loss is looked at, the ends apart.
const PLACES: usize = 19;
/// How many of the copies are joined to the original by a line: every so-manieth.
const EVERY: usize = 40;
/// By which the rectified units are scaled.
const SCALES: [f64; 7] = [1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0, 1e3];

fn network(activation: Activation) -> Mlp {
    Mlp::new(16, &[UNITS], 10).with_activation(activation)
}

/// A change of the hidden units that leaves the network's function as it was: unit i takes the place of unit `from[i]`, and
/// its weights on both sides change their sign if `sign[i]` is −1.
#[derive(Debug, Clone, PartialEq)]
struct Symmetry {
    from: [usize; UNITS],
    sign: [f64; UNITS],
}

impl Symmetry {
    /// All 2ᵏk! of them, the one that changes nothing first.
    fn all() -> Vec<Self> {
        let mut orders = vec![vec![]];
        for _ in 0..UNITS {
            let longer = |order: &Vec<usize>| {
                let free = (0..UNITS).filter(|unit| !order.contains(unit)).collect::<Vec<_>>();
                let order = order.clone();
                free.into_iter().map(move |unit| [&order[..], &[unit]].concat())
            };
            orders = orders.iter().flat_map(longer).collect();
        }
        let signs = (0..1_usize << UNITS)
            .map(|bits| std::array::from_fn(|i| if bits >> i & 1 == 0 { 1.0 } else { -1.0 }));
        let signs: Vec<[f64; UNITS]> = signs.collect();
        let of = |order: Vec<usize>| std::array::from_fn(|unit| order[unit]);
        orders
            .into_iter()
            .map(of)
            .flat_map(|from| signs.iter().map(move |&sign| Self { from, sign }))
            .collect()
    }

    fn apply(&self, w: &[f64]) -> Vec<f64> {
        rearranged(w, |unit| (self.from[unit], self.sign[unit], self.sign[unit]))
    }
}

/// The parameters with unit i's incoming weights and bias, and its outgoing weights, taken from another unit and scaled.
fn rearranged(w: &[f64], of: impl Fn(usize) -> (usize, f64, f64)) -> Vec<f64> {
    let (inputs, outputs) = (16, 10);
    let (bias, outgoing) = (inputs * UNITS, inputs * UNITS + UNITS);
    let mut moved = w.to_vec();
    for unit in 0..UNITS {
        let (from, incoming_scale, outgoing_scale) = of(unit);
        for input in 0..inputs {
            moved[input * UNITS + unit] = incoming_scale * w[input * UNITS + from];
        }
        moved[bias + unit] = incoming_scale * w[bias + from];
        for output in 0..outputs {
            moved[outgoing + unit * outputs + output] =
                outgoing_scale * w[outgoing + from * outputs + output];
        }
    }
    moved
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    norm(&a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<_>>())
}

/// The loss on the line from a to b, ends included.
fn profile(objective: &FullBatch<'_>, a: &[f64], b: &[f64]) -> Vec<f64> {
    let at = |place: usize| {
        let t = place as f64 / (PLACES + 1) as f64;
        objective.loss(&a.iter().zip(b).map(|(a, b)| (1.0 - t) * a + t * b).collect::<Vec<_>>())
    };
    (0..=PLACES + 1).map(at).collect()
}

/// How far the loss on a line rises above its higher end.
fn barrier(profile: &[f64]) -> f64 {
    let inner = profile[1..=PLACES].iter().copied().fold(f64::NEG_INFINITY, f64::max);
    inner - profile[0].max(profile[PLACES + 1])
}

/// A minimum that training reached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Minimum {
    w: Vec<f64>,
    loss: f64,
    gradient: f64,
    /// The smallest eigenvalue of the Hessian.
    lowest_curvature: f64,
}

/// Trains by Adam on the exact gradient and lets a second-order method take it to the critical point nearby.
fn minimise(objective: &FullBatch<'_>, model: &Mlp, seed: u64) -> Option<Minimum> {
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
struct Copies {
    distinct: usize,
    largest_change: f64,
    largest_gradient: f64,
    /// The smallest distance between two copies: of any from the original, since the changes keep distances.
    smallest_distance: f64,
    barriers: Vec<f64>,
    /// The lines with the lowest and the highest barrier.
    profiles: [Vec<f64>; 2],
}

fn copy(objective: &FullBatch<'_>, minimum: &Minimum) -> Copies {
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
struct Pair {
    seeds: [u64; 2],
    distance: f64,
    barrier: f64,
    aligned_distance: f64,
    aligned_barrier: f64,
}

fn join(objective: &FullBatch<'_>, (first, a): &(u64, Minimum), (second, b): &(u64, Minimum)) -> Pair {
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
struct Rescaled {
    scale: f64,
    /// The largest change of an output over the largest output.
    change: f64,
    distance: f64,
    curvature: f64,
}

fn rescale(data: &Dataset, seed: u64) -> Vec<Rescaled> {
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

impl Claim for EquivalentMinima {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "A minimum has exponentially many equivalent copies".to_owned(),
            statement: "The loss of a network has exponentially many local minima, many of which are equivalent.".to_owned(),
            lecture: "part 3, the loss surface".to_owned(),
            sources: vec![
                "R. Hecht-Nielsen 1990, On the Algebraic Structure of Feedforward Network Weight Spaces (the 2ᵏk! symmetries)"
                    .to_owned(),
                "A. Choromanska et al. 2015, The Loss Surfaces of Multilayer Networks, arXiv:1412.0233".to_owned(),
                "L. Dinh, R. Pascanu, S. Bengio & Y. Bengio 2017, Sharp Minima Can Generalize For Deep Nets, \
                 arXiv:1703.04933 (rescaled rectifiers)"
                    .to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "symmetries",
                    "At a strict minimum of a network of 5 tanh units (‖∇f‖ < 10⁻⁸, all eigenvalues of the Hessian positive) the \
                     2⁵·5! = 3840 permutations and changes of sign of the hidden units give 3840 different points, each with \
                     the same loss to 10⁻¹² and a gradient below 10⁻⁷. Refuted by a copy with another loss.",
                ),
                Criterion::new(
                    "continuum",
                    "With rectifiers, scaling the weights into the hidden units by a and those out of them by 1/a, a = 10⁻³ to \
                     10³, changes no output by more than 10⁻¹² of the largest. Refuted by a larger change.",
                ),
                Criterion::new(
                    "separate",
                    "The copies are separate valleys: on the straight line from the minimum to each of 96 copies the loss rises \
                     above its ends. Refuted if it rises on none.",
                ),
            ],
            would_change: "Regularisation that tells the units apart, or weights shared by design, leaves fewer symmetries. Without \
                           the penalty on the weights a minimum need not be strict."
                .to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let digits = laboratory.digits()?;
        let seeds = laboratory.seeds(6, 20);
        let data = digits.split(SAMPLES, seeds[0]).train.pooled(2);
        let model = network(Activation::Tanh);
        let objective = FullBatch::new(&model, &data, L2);
        let minima = laboratory.cells("minima", &seeds, |&seed| Ok(minimise(&objective, &model, seed)))?;
        let minima: Vec<(u64, Minimum)> =
            seeds.iter().zip(minima).filter_map(|(&seed, minimum)| Some((seed, minimum?))).collect();
        let Some((first_seed, first)) = minima.iter().find(|(_, minimum)| minimum.lowest_curvature > 0.0)
        else {
            return Err(Error::Invalid {
                claim: ID.to_owned(),
                reason: format!("none of {} runs came to a strict minimum", seeds.len()),
            });
        };
        let copies = &laboratory.cells("copies", &[first_seed], |_| Ok(copy(&objective, first)))?[0];
        let pairs: Vec<(usize, usize)> =
            (0..minima.len()).flat_map(|i| (i + 1..minima.len()).map(move |j| (i, j))).collect();
        let pairs =
            laboratory.cells("pairs", &pairs, |&(i, j)| Ok(join(&objective, &minima[i], &minima[j])))?;
        let rescaled = &laboratory.cells("rectifiers", &seeds[..1], |&seed| Ok(rescale(&data, seed)))?[0];

        let strict = first.gradient < 1e-8 && first.lowest_curvature > 0.0;
        let same =
            copies.largest_change < 1e-12 && copies.largest_gradient < 1e-7 && copies.distinct == COPIES;
        let change = rescaled.iter().map(|of| of.change).fold(0.0, f64::max);
        let same_minimum = pairs.iter().filter(|pair| pair.aligned_distance < 1e-4).count();
        let risen = copies.barriers.iter().filter(|&&barrier| barrier > 0.0).count();
        let lowest = copies.barriers.iter().copied().fold(f64::INFINITY, f64::min);
        let middle = median(&copies.barriers).map_err(Error::undecidable(ID))?;
        let curvatures = rescaled.iter().map(|of| of.curvature);
        let (flattest, sharpest) =
            (curvatures.clone().fold(f64::INFINITY, f64::min), curvatures.fold(0.0, f64::max));

        Ok(Findings {
            setup: vec![
                ("data".to_owned(), format!("{SAMPLES} digits, pooled to 4×4 pixels")),
                (
                    "network".to_owned(),
                    format!(
                        "16-{UNITS}-10, tanh, softmax cross-entropy + ½·{L2}·‖w‖², {} parameters, f64; 800 steps of Adam on the \
                         exact gradient, then damped Newton steps with the exact Hessian",
                        model.parameters()
                    ),
                ),
                ("rectified network".to_owned(), format!("16-{UNITS}-10, ReLU, no penalty, 500 steps of Adam")),
                ("seeds".to_owned(), format!("{}, {} to {}", seeds.len(), seeds[0], seeds[seeds.len() - 1])),
            ],
            data: laboratory.data_used(),
            figures: vec![line_figure(copies), count_figure(), rescaled_figure(rescaled)],
            tables: vec![minima_table(&minima), pairs_table(&pairs), rescaled_table(rescaled)],
            outcomes: vec![
                Outcome::new(
                    "symmetries",
                    if copies.largest_change >= 1e-12 { Verdict::Refuted } else { Verdict::holds_or_not(strict && same) },
                    format!(
                        "{} of {COPIES} copies distinct, at least {:.2} apart; largest change of the loss {} < 10⁻¹², largest \
                         ‖∇f‖ {} < 10⁻⁷; at the minimum ‖∇f‖ = {}, smallest eigenvalue {}",
                        copies.distinct,
                        copies.smallest_distance,
                        scientific(copies.largest_change),
                        scientific(copies.largest_gradient),
                        scientific(first.gradient),
                        scientific(first.lowest_curvature)
                    ),
                ),
                Outcome::new(
                    "continuum",
                    Verdict::holds_or_refuted(change <= 1e-12),
                    format!("largest change of an output, relative: {} ≤ 10⁻¹²", scientific(change)),
                ),
                Outcome::new(
                    "separate",
                    match risen {
                        0 => Verdict::Refuted,
                        risen => Verdict::holds_or_not(risen == copies.barriers.len()),
                    },
                    format!(
                        "the loss rises on {risen} of {} lines, by {lowest:.4} to {:.2} nats, median {middle:.2}",
                        copies.barriers.len(),
                        copies.barriers.iter().copied().fold(0.0, f64::max)
                    ),
                ),
            ],
            key_number: format!(
                "{} of {COPIES} copies distinct with the same loss to {}; median barrier {middle:.2} nats",
                copies.distinct,
                scientific(copies.largest_change)
            ),
            remarks: vec![
                format!(
                    "Independent runs may end in copies of one minimum: after alignment {same_minimum} of {} pairs lie within 10⁻⁴ of each other. \
                     The others end in minima that no symmetry of the units takes to one another, at a slightly different loss.",
                    pairs.len()
                ),
                "For k units the count is 2ᵏk!: 3840 for 5 units, 3.7·10⁹ for 10. With more layers the counts multiply."
                    .to_owned(),
                format!(
                    "The rescaled rectified networks compute one function, while the largest curvature of their loss runs from {} to \
                     {}: curvature alone cannot tell whether a minimum generalises, unless something fixes the scale.",
                    scientific(flattest),
                    scientific(sharpest)
                ),
                "Of the copies every fortieth is joined to the original; the others are joined alike by another choice of the \
                 original."
                    .to_owned(),
            ],
        })
    }
}

fn line_figure(copies: &Copies) -> Figure {
    let line = |name: &str, profile: &[f64]| {
        let points = profile.iter().enumerate();
        Series::line(
            name,
            points.map(|(place, &loss)| Point::new(place as f64 / (PLACES + 1) as f64, loss)).collect(),
        )
    };
    let [lowest, highest] = &copies.profiles;
    Figure {
        id: "line".to_owned(),
        title: "Copies of a minimum are valleys with a ridge between them".to_owned(),
        caption: "The loss on the straight line from the minimum (0) to a copy with its hidden units permuted or changed in sign (1): \
                  the lines with the lowest and the highest barrier among those looked at. Both ends are minima of the same loss."
            .to_owned(),
        x: Axis::linear("place on the line"),
        y: Axis::linear("loss (nats)"),
        series: vec![line("lowest barrier", lowest), line("highest barrier", highest)],
    }
}

fn count_figure() -> Figure {
    let counts = (1..=20).scan(1.0, |count, units| {
        *count *= 2.0 * f64::from(units);
        Some(Point::new(f64::from(units), *count))
    });
    Figure {
        id: "count".to_owned(),
        title: "How many equivalent copies a minimum has".to_owned(),
        caption: "2ᵏk! for one hidden layer of k odd units, such as tanh: faster than exponential."
            .to_owned(),
        x: Axis::linear("hidden units k"),
        y: Axis::logarithmic("equivalent copies"),
        series: vec![Series::line("2ᵏk!", counts.collect())],
    }
}

fn rescaled_figure(rescaled: &[Rescaled]) -> Figure {
    let points = rescaled.iter().map(|of| Point::new(of.scale, of.curvature));
    Figure {
        id: "rescaled".to_owned(),
        title: "One function, any curvature".to_owned(),
        caption: "The largest eigenvalue of the Hessian of a rectified network's loss when the weights into its hidden units are \
                  scaled by a and those out of them by 1/a. The network's outputs stay the same."
            .to_owned(),
        x: Axis::logarithmic("a"),
        y: Axis::logarithmic("largest curvature"),
        series: vec![Series::line("largest eigenvalue", points.collect())],
    }
}

fn minima_table(minima: &[(u64, Minimum)]) -> Table {
    let rows = minima.iter().map(|(seed, minimum)| {
        vec![
            Cell::from(seed.to_string()),
            Cell::number(minimum.loss, 6),
            Cell::from(scientific(minimum.gradient)),
            Cell::from(scientific(minimum.lowest_curvature)),
        ]
    });
    Table {
        id: "minima".to_owned(),
        title: "Where independent runs end".to_owned(),
        caption: "The same 200 samples, another initialisation; a positive smallest eigenvalue marks a strict minimum.".to_owned(),
        columns: ["seed", "loss (nats)", "‖∇f‖", "smallest eigenvalue"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

fn pairs_table(pairs: &[Pair]) -> Table {
    let rows = pairs.iter().map(|pair| {
        vec![
            Cell::from(format!("{}, {}", pair.seeds[0], pair.seeds[1])),
            Cell::number(pair.distance, 2),
            Cell::number(pair.barrier, 3),
            Cell::number(pair.aligned_distance, 2),
            Cell::number(pair.aligned_barrier, 3),
        ]
    });
    Table {
        id: "pairs".to_owned(),
        title: "Lines between independent runs".to_owned(),
        caption: "The distance and the barrier between two runs, and the same after the second run's units took the order and signs \
                  that bring it nearest to the first, out of all 3840."
            .to_owned(),
        columns: ["seeds", "distance", "barrier (nats)", "distance, aligned", "barrier, aligned"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

fn rescaled_table(rescaled: &[Rescaled]) -> Table {
    let rows = rescaled.iter().map(|of| {
        vec![
            Cell::from(format!("{}", of.scale)),
            Cell::from(scientific(of.change)),
            Cell::number(of.distance, 2),
            Cell::from(scientific(of.curvature)),
        ]
    });
    Table {
        id: "rescaled".to_owned(),
        title: "Rescaled rectifiers".to_owned(),
        caption: "The largest relative change of an output on the 200 samples, the distance in weight space, and the largest \
                  eigenvalue of the loss's Hessian."
            .to_owned(),
        columns: ["a", "change of outputs", "distance", "largest curvature"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_symmetries_are_all_different_and_the_first_changes_nothing() {
        let all = Symmetry::all();
        assert_eq!(all.len(), COPIES);
        let w: Vec<f64> = (0..network(Activation::Tanh).parameters()).map(|i| 1.0 + i as f64).collect();
        let moved: HashSet<Vec<u64>> =
            all.iter().map(|of| of.apply(&w).iter().map(|w| w.to_bits()).collect()).collect();
        assert_eq!(moved.len(), COPIES);
        assert_eq!(all[0].apply(&w), w);
    }
}
