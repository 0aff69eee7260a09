//! When gradient descent lowers the loss at every step, and where it ends.

mod descent;
mod drawing;
mod network;

use self::descent::{
    CURVATURES, OFFSETS, STARTS, leave_saddle, random_ends, repeats_after_two_steps, rises, separable_course,
    threshold,
};
use self::drawing::{
    escape_figure, escape_table, network_figure, network_table, quadratic_figure, quadratic_table,
    saddle_figure, separable_table,
};
use self::network::{NETWORK_STEPS, networks};
use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use crate::model::norm;
use crate::run::Laboratory;
use crate::stats::{CONFIDENCE, least_squares, pearson};

/// The claim.
pub struct GdDecreaseAndMinimum;

const ID: &str = "gd-decrease-and-minimum";

impl Claim for GdDecreaseAndMinimum {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "Gradient descent lowers the loss at each step only below 2/L, and may end in a saddle".to_owned(),
            statement: "Gradient descent on the whole training set lowers the error in every step and is guaranteed to \
                        converge to a local minimum."
                .to_owned(),
            lecture: "part 3, gradient descent and batch updates".to_owned(),
            sources: vec![
                "Y. Nesterov 2004, Introductory Lectures on Convex Optimization, section 1.2.3 (the descent lemma)".to_owned(),
                "J. D. Lee, M. Simchowitz, M. I. Jordan & B. Recht 2016, Gradient Descent Only Converges to Minimizers, \
                 arXiv:1602.04915"
                    .to_owned(),
                "D. Soudry et al. 2018, The Implicit Bias of Gradient Descent on Separable Data, arXiv:1710.10345".to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "threshold",
                    "On ½(x² + L·y²), L in 1, 10, 100, from (1, 1): every one of 2000 steps lowers the loss if and only if η < \
                     2/L. The threshold is located by bisection and must lie within 1 % of 2/L.",
                ),
                Criterion::new(
                    "minimum",
                    "On x² − y² + y⁴/4, η = 0.1, from 1000 standard normal starts: 1000 of 1000 end within 10⁻⁶ of a minimum.",
                ),
                Criterion::new(
                    "escape-time",
                    "From (1, δ) beside the ridge, δ from 10⁻³⁰⁰ to 10⁻⁴, the number of steps until |y| > 1 grows like ln(1/δ): a \
                     line with r² > 0.99.",
                ),
                Criterion::new(
                    "every-step-as-stated",
                    "Without a condition on η: no step raises the loss. Refuted by a quadratic with η = 2.01/L on which every \
                     step raises it (and η = 2/L on which x repeats after two steps, to the last bit).",
                ),
                Criterion::new(
                    "minimum-as-stated",
                    "Without a condition on the start or the loss: descent converges to a local minimum. Refuted by a start from \
                     which it converges to the saddle (δ = 0), or by a loss without a minimum on which the loss falls below 10⁻⁴ \
                     while ‖w‖ grows like ln k (a line with r² > 0.99 over the last two decades of steps).",
                ),
            ],
            would_change: "A line search or a step below 1/L makes the first half of the statement true. Noise, of rounding or \
                           of sampling, leaves the ridge of a saddle by itself, in a time that grows like ln(1/noise)."
                .to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let thresholds = CURVATURES.map(threshold);
        let ends =
            laboratory.cells("random starts", &laboratory.seeds(1, 1), |&seed| Ok(random_ends(seed)))?[0];
        let escapes = OFFSETS.map(|offset| leave_saddle(offset, 10_000).len() - 1);
        let ridge = leave_saddle(0.0, 1_000);
        let separable = separable_course(100_000);
        let undecidable = Error::undecidable(ID);
        let logs = OFFSETS.map(|offset| -offset.ln());
        let escape_r2 =
            pearson(&logs, &escapes.map(|steps| steps as f64)).map_err(&undecidable)?.coefficient.powi(2);
        let tail: Vec<_> = separable.iter().filter(|point| point.0 >= 1_000.0).collect();
        let log_steps: Vec<f64> = tail.iter().map(|point| point.0.ln()).collect();
        let lengths: Vec<f64> = tail.iter().map(|point| point.2).collect();
        let growth = least_squares(&log_steps, &lengths, CONFIDENCE).map_err(&undecidable)?;
        let growth_r2 = pearson(&log_steps, &lengths).map_err(&undecidable)?.coefficient.powi(2);
        let networks = networks(laboratory)?;

        let worst =
            thresholds.iter().zip(CURVATURES).map(|(eta, curvature)| (eta * curvature / 2.0 - 1.0).abs());
        let worst = worst.fold(0.0, f64::max);
        let last = *ridge.last().expect("a path has its start");
        let last_loss = separable.last().expect("there are steps").1;
        let at_saddle = norm(&last) < 1e-12;
        let without_minimum = last_loss < 1e-4 && growth_r2 > 0.99;
        Ok(Findings {
            setup: vec![
                ("method".to_owned(), "gradient descent on the exact gradient at rate η, f64".to_owned()),
                ("quadratics".to_owned(), "½(x² + L·y²) of largest curvature L, L in 1, 10, 100, from (1, 1), 2000 steps".to_owned()),
                ("saddle".to_owned(), "x² − y² + y⁴/4, η = 0.1, from (1, δ) and from 1000 standard normal starts, 500 steps each".to_owned()),
                ("separable problem".to_owned(), "mean logistic loss of four points in the plane, η = 1, 10⁵ steps".to_owned()),
                (
                    "network".to_owned(),
                    format!(
                        "200 digits, perceptron of 16 tanh units, softmax cross-entropy, {NETWORK_STEPS} full-batch steps; the \
                         Hessian's largest eigenvalue by power iteration on exact products"
                    ),
                ),
            ],
            data: laboratory.data_used(),
            figures: vec![saddle_figure(), quadratic_figure(), escape_figure(&escapes), network_figure(&networks)],
            tables: vec![quadratic_table(&thresholds), escape_table(&escapes, &ridge), network_table(&networks), separable_table(&separable, &growth)],
            outcomes: vec![
                Outcome::new(
                    "threshold",
                    Verdict::holds_or_refuted(worst < 0.01),
                    format!("largest |η*·L/2 − 1| over the three L = {worst:.1e} < 0.01"),
                ),
                Outcome::new(
                    "minimum",
                    Verdict::holds_or_refuted(ends.minima == STARTS),
                    format!("{} of {STARTS} at a minimum, the farthest {:.0e} away", ends.minima, ends.largest_distance),
                ),
                Outcome::new(
                    "escape-time",
                    Verdict::holds_or_not(escape_r2 > 0.99),
                    format!("r² = {escape_r2:.6} > 0.99; {} steps at δ = 10⁻³⁰⁰, {} at 10⁻⁴", escapes[0], escapes[6]),
                ),
                Outcome::new(
                    "every-step-as-stated",
                    Verdict::holds_or_refuted(rises(2.01) == 0),
                    format!(
                        "η = 2.01/L: {} of 100 steps raise the loss; η = 2/L: x returns after two steps to the last bit: {}",
                        rises(2.01),
                        if repeats_after_two_steps() { "yes" } else { "no" }
                    ),
                ),
                Outcome::new(
                    "minimum-as-stated",
                    Verdict::holds_or_refuted(!(at_saddle || without_minimum)),
                    format!(
                        "from (1, 0): |w| = {:.0e} after {} steps, at the saddle; separable data: loss {last_loss:.1e} < 10⁻⁴ and \
                         ‖w‖ = {:.2} + {:.3}·ln k, r² = {growth_r2:.5} > 0.99",
                        norm(&last),
                        ridge.len() - 1,
                        growth.intercept,
                        growth.slope.estimate
                    ),
                ),
            ],
            key_number: format!(
                "threshold η·L = {:.4} (2 by theory); {} of {STARTS} random starts reach a minimum, the start on the ridge does not",
                thresholds[1] * CURVATURES[1],
                ends.minima
            ),
            remarks: vec![
                "What is guaranteed: with η < 2/L and bounded iterates the gradient tends to zero, so that the limit is a \
                 stationary point; that it is a minimum holds for almost every start, if every saddle has a direction of \
                 negative curvature."
                    .to_owned(),
                "On the network the curvature is no constant: it falls as the data are fitted, so that a rate above 2/L of the \
                 start raises the loss only in the first steps, and one far above it keeps on throwing the weights about. No L \
                 known beforehand guards every step."
                    .to_owned(),
                "A loss such as x⁴, whose curvature is unbounded, has no rate that is safe from every start: from x the limit \
                 is η < 1/(2x²)."
                    .to_owned(),
            ],
        })
    }
}
