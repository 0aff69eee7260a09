//! A network's minimum comes in many copies.

mod drawing;
mod minima;
mod symmetry;

use self::drawing::{count_figure, line_figure, minima_table, pairs_table, rescaled_figure, rescaled_table};
use self::minima::{COPIES, L2, Minimum, SAMPLES, UNITS, copy, join, minimise, network, rescale};
use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use crate::model::{Activation, FullBatch};
use crate::report::scientific;
use crate::run::Laboratory;
use crate::stats::median;

/// The claim.
pub struct EquivalentMinima;

const ID: &str = "equivalent-minima";

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
                "Every fortieth copy is joined to the original. A symmetry takes the line between any two copies to a line from the \
                 original to a third, with the same losses: lines from the original stand for all."
                    .to_owned(),
            ],
        })
    }
}
