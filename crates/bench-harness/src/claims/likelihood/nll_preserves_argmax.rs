//! Taking minus the logarithm of a likelihood keeps its maximiser, and keeps it computable.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use crate::report::{Axis, Cell, Figure, Point, Series, Table};
use crate::run::Laboratory;
use crate::run::seed::stream;

/// The claim.
pub struct NllPreservesArgmax;

const ID: &str = "nll-preserves-argmax";
const LIKELIHOODS: usize = 200;
const GRID: usize = 10_001;
/// −ln of half the smallest subnormal number: what a product must exceed so as not to be rounded to 0.
const LIMIT_F64: f64 = 745.13;
const LIMIT_F32: f64 = 103.97;

/// What is observed: the terms of a likelihood of one parameter between 0 and 1.
enum Sample {
    /// Heads and tails.
    Coins(Vec<bool>),
    /// Numbers with a Gaussian error of this deviation around the parameter.
    Numbers(Vec<f64>, f64),
}

impl Sample {
    fn draw(random: &mut ChaCha8Rng) -> Self {
        let count = random.random_range(5..30);
        let parameter: f64 = random.random_range(0.05..0.95);
        if random.random::<bool>() {
            Self::Coins((0..count).map(|_| random.random::<f64>() < parameter).collect())
        } else {
            let deviation = random.random_range(0.1..0.5);
            let number = |random: &mut ChaCha8Rng| {
                let normal: f64 = StandardNormal.sample(random);
                parameter + deviation * normal
            };
            Self::Numbers((0..count).map(|_| number(random)).collect(), deviation)
        }
    }

    /// The factors of the likelihood at a parameter.
    fn factors(&self, parameter: f64) -> Vec<f64> {
        match self {
            Self::Coins(coins) => {
                coins.iter().map(|&heads| if heads { parameter } else { 1.0 - parameter }).collect()
            }
            Self::Numbers(numbers, deviation) => numbers
                .iter()
                .map(|x| {
                    (-((x - parameter) / deviation).powi(2) / 2.0).exp()
                        / (deviation * std::f64::consts::TAU.sqrt())
                })
                .collect(),
        }
    }
}

/// The first and the last position of the largest value, and how many positions have it.
fn maximisers(values: &[f64]) -> (usize, usize) {
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let first = values.iter().position(|&value| value == largest).expect("values");
    (first, values.iter().filter(|&&value| value == largest).count())
}

/// How the maximisers of 200 likelihoods fare under maps of the likelihood.
#[derive(Default)]
struct Kept {
    logarithm: usize,
    clipped_unique: usize,
    decreasing: usize,
}

fn compare(seed: u64) -> Kept {
    let mut random = stream(seed, "likelihoods");
    let mut kept = Kept::default();
    for _ in 0..LIKELIHOODS {
        let sample = Sample::draw(&mut random);
        let at = |i: usize| sample.factors(i as f64 / (GRID - 1) as f64);
        let likelihood: Vec<f64> = (0..GRID).map(|i| at(i).iter().product()).collect();
        let logarithm: Vec<f64> = (0..GRID).map(|i| at(i).iter().map(|factor| factor.ln()).sum()).collect();
        let (best, _) = maximisers(&likelihood);
        // Rounding may make neighbours of the largest equal: then the other one's is among the likelihood's.
        let (by_logarithm, _) = maximisers(&logarithm);
        let same = likelihood[by_logarithm] >= likelihood[best] * (1.0 - 1e-13);
        kept.logarithm += usize::from(same);
        let mut sorted = likelihood.clone();
        sorted.sort_by(f64::total_cmp);
        let quantile = sorted[GRID * 9 / 10];
        let clipped: Vec<f64> = likelihood.iter().map(|value| value.min(quantile)).collect();
        kept.clipped_unique += usize::from(maximisers(&clipped).1 == 1);
        let decreasing: Vec<f64> = likelihood.iter().map(|value| -value).collect();
        kept.decreasing += usize::from(maximisers(&decreasing).0 == best);
    }
    kept
}

/// The number of factors after which something first holds of what precedes.
fn first(mut holds: impl Iterator<Item = bool>) -> usize {
    holds.position(|holds| holds).map_or(usize::MAX, |position| position + 1)
}

/// After how many factors their running product is 0, in `f64` and in `f32`; and after how many the sum of −ln of them
/// exceeds each format's limit.
fn underflow(seed: u64) -> ([usize; 2], [usize; 2]) {
    let mut random = stream(seed, "factors");
    let factors: Vec<f64> = (0..2_000).map(|_| random.random_range(0.05..1.0)).collect();
    let (mut double, mut single) = (1.0_f64, 1.0_f32);
    let found = [
        first(factors.iter().map(|factor| {
            double *= factor;
            double == 0.0
        })),
        first(factors.iter().map(|&factor| {
            single *= factor as f32;
            single == 0.0
        })),
    ];
    let predicted = [LIMIT_F64, LIMIT_F32].map(|limit| {
        let mut sum = 0.0;
        first(factors.iter().map(|factor| {
            sum -= factor.ln();
            sum > limit
        }))
    });
    (found, predicted)
}

impl Claim for NllPreservesArgmax {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "The negative log-likelihood has the likelihood's optimum".to_owned(),
            statement: "Taking minus the logarithm of the likelihood leaves the best parameter where it was, and turns a product into a sum."
                .to_owned(),
            lecture: "part 1, maximum likelihood".to_owned(),
            sources: vec!["C. M. Bishop 2006, Pattern Recognition and Machine Learning, section 1.2.5".to_owned()],
            criteria: vec![
                Criterion::new(
                    "same-maximiser",
                    "200 random likelihoods of coins and of Gaussian measurements on 10,001 parameters: the maximiser of the logarithm \
                     maximises the likelihood (to 10⁻¹³ relative, rounding) in all 200. Refuted by one that does not.",
                ),
                Criterion::new(
                    "strictly-increasing",
                    "A map that is only monotonous, clipping at the 90 % quantile, loses the uniqueness of the maximiser in all 200, and a \
                     decreasing one keeps none: the map must be strictly increasing. Refuted otherwise.",
                ),
                Criterion::new(
                    "underflow",
                    "A running product of factors between 0.05 and 1 becomes exactly 0 within 5 % of the number of factors whose −ln sum \
                     to more than 745.13 in f64 and 103.97 in f32 (−ln of half the smallest number of the format). Refuted otherwise.",
                ),
            ],
            would_change: "Nothing: a strictly increasing map preserves order. The numbers of factors belong to the number formats."
                .to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let kept = compare(laboratory.seed());
        let ([double, single], predicted) = underflow(laboratory.seed());
        let near = |found: usize, predicted: usize| (found as f64 / predicted as f64 - 1.0).abs() <= 0.05;
        Ok(Findings {
            setup: vec![
                ("likelihoods".to_owned(), "5 to 29 tosses of a coin, or measurements with a Gaussian error, of a parameter between 0 and 1".to_owned()),
                ("factors".to_owned(), "uniform between 0.05 and 1".to_owned()),
            ],
            data: laboratory.data_used(),
            figures: vec![likelihood_figure()],
            tables: vec![Table {
                id: "underflow".to_owned(),
                title: "After how many factors a likelihood is 0 to the machine".to_owned(),
                caption: "The sum of the logarithms has no such limit: after 2,000 factors it is 2,000 times their mean logarithm.".to_owned(),
                columns: ["format", "factors until the product is 0", "predicted"].map(str::to_owned).to_vec(),
                rows: vec![
                    vec![Cell::from("f64"), Cell::number(double as f64, 0), Cell::number(predicted[0] as f64, 0)],
                    vec![Cell::from("f32"), Cell::number(single as f64, 0), Cell::number(predicted[1] as f64, 0)],
                ],
            }],
            key_number: format!("{} of 200 maximisers kept; a product is 0 after {double} factors in f64, {single} in f32", kept.logarithm),
            outcomes: vec![
                Outcome::new(
                    "same-maximiser",
                    Verdict::holds_or_refuted(kept.logarithm == LIKELIHOODS),
                    format!("{} of {LIKELIHOODS}", kept.logarithm),
                ),
                Outcome::new(
                    "strictly-increasing",
                    Verdict::holds_or_refuted(kept.clipped_unique == 0 && kept.decreasing == 0),
                    format!(
                        "unique after clipping in {} of {LIKELIHOODS}, kept by the decreasing map in {}",
                        kept.clipped_unique, kept.decreasing
                    ),
                ),
                Outcome::new(
                    "underflow",
                    Verdict::holds_or_refuted(near(double, predicted[0]) && near(single, predicted[1])),
                    format!(
                        "f64: {double} factors (predicted {}), f32: {single} (predicted {})",
                        predicted[0],
                        predicted[1]
                    ),
                ),
            ],
            remarks: vec![
                "Amended after a first run: the prediction used the mean of −ln over 2,000 factors, from which that over the first hundred \
                 differs by more than 5 % by chance."
                    .to_owned(),
                "The practical reason for the logarithm is the third criterion: the likelihood of a thousand such samples is 0 in f64, \
                 that of a few hundred in f32."
                    .to_owned(),
            ],
        })
    }
}

/// The likelihood of seven heads in ten tosses, scaled to 1 at its top, and its negative logarithm.
fn likelihood_figure() -> Figure {
    let likelihood = |p: f64| p.powi(7) * (1.0 - p).powi(3);
    let top = likelihood(0.7);
    let points = |of: &dyn Fn(f64) -> f64| {
        (1..100).map(|i| f64::from(i) / 100.0).map(|p| Point::new(p, of(p))).collect()
    };
    Figure {
        id: "likelihood".to_owned(),
        title: "One optimum, two functions".to_owned(),
        caption: "Seven heads in ten tosses: the likelihood divided by its largest value, and a tenth of its negative logarithm. The one is \
                  largest where the other is smallest, at 0.7."
            .to_owned(),
        x: Axis::linear("probability of heads"),
        y: Axis::linear("likelihood, relative; and −ln of it, divided by ten"),
        series: vec![
            Series::line("likelihood", points(&|p| likelihood(p) / top)),
            Series::line("negative logarithm", points(&|p| -(likelihood(p) / top).ln() / 10.0)),
            Series::reference("0.7", vec![Point::new(0.7, 0.0), Point::new(0.7, 1.0)]),
        ],
    }
}
