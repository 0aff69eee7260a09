//! The coin of the slides, as a categorical distribution.

use autograd::Array;
use losses_optim::loss::{Loss, Reduction, SoftmaxCrossEntropy};
use losses_optim::optim::{GradientDescent, Optimizer};
use rand::RngExt;

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed, scientific};
use crate::run::Laboratory;
use crate::run::seed::stream;

/// The claim.
pub struct CategoricalCoin;

const ID: &str = "categorical-coin";
const P: [f64; 2] = [0.3, 0.7];
const TOSSES: usize = 1_000_000;
/// The tosses after which the frequency is drawn, powers of ten and what lies between.
const DRAWN: [usize; 11] = [10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000];

/// The printed formula ∏ₖ pₖ^yₖ.
fn printed(y: [i32; 2]) -> f64 {
    P[0].powi(y[0]) * P[1].powi(y[1])
}

/// The number of tails after each of [`DRAWN`].
fn toss(seed: u64) -> Vec<(usize, usize)> {
    let mut random = stream(seed, "tosses");
    let mut tails = 0;
    let mut kept = Vec::new();
    for toss in 1..=TOSSES {
        tails += usize::from(random.random::<f64>() >= P[0]);
        if DRAWN.contains(&toss) {
            kept.push((toss, tails));
        }
    }
    kept
}

/// The probability of tails that minimises the negative log-likelihood of the counts over the scores of a softmax, by
/// gradient descent.
fn fitted(heads: usize, tails: usize) -> f64 {
    let share = tails as f64 / (heads + tails) as f64;
    let mut z = [0.0, 0.0];
    let mut descent = GradientDescent::default();
    let loss = |z: &[f64], label: usize| {
        let scores = [Array::new(&[1, 2], z.to_vec()).expect("two scores")];
        let gradient = autograd::grad(
            |z| SoftmaxCrossEntropy.evaluate(&z[0], &[label], Reduction::Sum).expect("a label"),
            &scores,
        );
        gradient[0].to_vec()
    };
    for _ in 0..500 {
        let (head, tail) = (loss(&z, 0), loss(&z, 1));
        let gradient = [0, 1].map(|i| (1.0 - share) * head[i] + share * tail[i]);
        descent.step(&mut z, &gradient, 1.0).expect("a finite rate");
    }
    (1.0 + (z[0] - z[1]).exp()).recip()
}

impl Claim for CategoricalCoin {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "A coin as a categorical distribution".to_owned(),
            statement: "A coin that shows heads with probability 0.3 and tails with 0.7 gives tails, written (0, 1), the probability 0.7; \
                        maximum likelihood reads the probabilities back from the tosses."
                .to_owned(),
            lecture: "part 1, categorical distribution".to_owned(),
            sources: vec!["C. M. Bishop 2006, Pattern Recognition and Machine Learning, section 2.2".to_owned()],
            criteria: vec![
                Criterion::new("value", "∏ₖ pₖ^yₖ at y = (0, 1) is 0.7 to 10⁻¹⁵. Refuted otherwise."),
                Criterion::new(
                    "frequency",
                    "The share of tails in 10⁶ tosses lies within four standard deviations of 0.7, 0.00183. Refuted otherwise.",
                ),
                Criterion::new(
                    "maximum-likelihood",
                    "The minimiser of the negative log-likelihood of the counts, over the scores of a softmax, is the share of tails, to \
                     10⁻⁸. Refuted otherwise.",
                ),
                Criterion::new(
                    "needs-one-hot",
                    "The printed formula is a distribution over the one-hot y alone: it sums to 1 over them, and to 2.21 over all y in \
                     {0, 1}², each to 10⁻¹⁵. Refuted otherwise.",
                ),
            ],
            would_change: "Nothing but the tosses, of which one seed in 16,000 would miss the second criterion.".to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let seeds = [laboratory.seed()];
        let tosses = laboratory.cells("tosses", &seeds, |&seed| Ok(toss(seed)))?.remove(0);
        let (count, tails) = tosses[tosses.len() - 1];
        let share = tails as f64 / count as f64;
        let estimate = fitted(count - tails, tails);
        let all = [[0, 0], [0, 1], [1, 0], [1, 1]].map(printed);
        let (one_hot, total) = (all[1] + all[2], all.iter().sum::<f64>());
        let reach = 4.0 * (P[0] * P[1] / count as f64).sqrt();
        Ok(Findings {
            setup: vec![
                ("coin".to_owned(), "heads (1, 0) with probability 0.3, tails (0, 1) with 0.7".to_owned()),
                ("tosses".to_owned(), TOSSES.to_string()),
                ("fit".to_owned(), "gradient descent on the mean loss from scores 0, rate 1, 500 steps, f64".to_owned()),
            ],
            data: laboratory.data_used(),
            figures: vec![frequency_figure(&tosses)],
            tables: vec![Table {
                id: "values".to_owned(),
                title: "The printed formula ∏ₖ pₖ^yₖ".to_owned(),
                caption: "Only the two one-hot outcomes belong to the coin. The other two values show that the condition Σ yₖ = 1, which the \
                          slide leaves out, is needed."
                    .to_owned(),
                columns: ["y", "value", "outcome"].map(str::to_owned).to_vec(),
                rows: [("(1, 0)", all[2], "heads"), ("(0, 1)", all[1], "tails"), ("(0, 0)", all[0], "none"), ("(1, 1)", all[3], "none")]
                    .into_iter()
                    .map(|(y, value, outcome)| vec![Cell::from(y), Cell::number(value, 2), Cell::from(outcome)])
                    .collect(),
            }],
            key_number: format!("tails: {} by the formula, {} of 10⁶ tosses", printed([0, 1]), fixed(share, 5)),
            outcomes: vec![
                Outcome::new(
                    "value",
                    Verdict::holds_or_refuted((printed([0, 1]) - 0.7).abs() <= 1e-15),
                    format!("{}", printed([0, 1])),
                ),
                Outcome::new(
                    "frequency",
                    Verdict::holds_or_refuted((share - P[1]).abs() <= reach),
                    format!("{} (within {} of 0.7)", fixed(share, 5), fixed(reach, 5)),
                ),
                Outcome::new(
                    "maximum-likelihood",
                    Verdict::holds_or_refuted((estimate - share).abs() <= 1e-8),
                    format!("minimiser and share differ by {}", scientific((estimate - share).abs())),
                ),
                Outcome::new(
                    "needs-one-hot",
                    Verdict::holds_or_refuted((one_hot - 1.0).abs() <= 1e-15 && (total - 2.21).abs() <= 1e-15),
                    format!("{one_hot} over the one-hot y, {total} over all"),
                ),
            ],
            remarks: vec![],
        })
    }
}

fn frequency_figure(tosses: &[(usize, usize)]) -> Figure {
    let points = tosses.iter().map(|&(count, tails)| Point::new(count as f64, tails as f64 / count as f64));
    let bound = |sign: f64| {
        let points = tosses.iter().map(|&(count, _)| {
            Point::new(count as f64, P[1] + sign * 2.0 * (P[0] * P[1] / count as f64).sqrt())
        });
        points.collect()
    };
    Figure {
        id: "frequency".to_owned(),
        title: "The share of tails tends to 0.7".to_owned(),
        caption: "One run of tosses; dashed, two standard deviations to either side of 0.7.".to_owned(),
        x: Axis::logarithmic("tosses"),
        y: Axis::linear("share of tails"),
        series: vec![
            Series::line("share of tails", points.collect()),
            Series::reference("0.7 + two standard deviations", bound(1.0)),
            Series::reference("0.7 − two standard deviations", bound(-1.0)),
        ],
    }
}
