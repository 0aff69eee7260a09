//! Whether the choice of the rectifier's derivative at 0 is noticed in training.

mod drawing;
mod training;
mod zeros;

use self::drawing::{accuracy_figure, published_accuracies, published_gradients, zeros_figure};
use self::training::{BATCH, EPOCHS, RATE, ROUNDINGS, Rule, Run, model, structural, train};
use self::zeros::{Count, FORMATS, Format, zeros};
use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use crate::model::{Classification, gradient_gate};
use crate::report::{Cell, Table, fixed, scientific};
use crate::run::Laboratory;
use crate::stats::{Equivalence, Interval, equivalence, mean, minimum_detectable_effect, wilson_interval};

/// The claim.
pub struct ReluZeroChoiceUnnoticed;

const ID: &str = "relu-zero-choice-unnoticed";

/// Accuracies, in points, that differ by less are the same.
const MARGIN: f64 = 0.5;

/// Initialisations at which zeros are counted.
const COUNTED: u64 = 40;

impl Claim for ReluZeroChoiceUnnoticed {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "The rectifier's derivative at zero goes unnoticed".to_owned(),
            statement: "At a kink a particular subgradient is chosen, and one will not even notice.".to_owned(),
            lecture: "part 2, subgradients".to_owned(),
            sources: vec![
                "D. Bertoin, J. Bolte, S. Gerchinovitz & E. Pauwels 2021, Numerical influence of ReLU′(0) on backpropagation, \
                 arXiv:2106.12915, with its released code and tables"
                    .to_owned(),
                "J. Bolte & E. Pauwels 2020, Conservative set valued fields, automatic differentiation, stochastic gradient methods and deep \
                 learning, arXiv:1909.10300"
                    .to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "unnoticed",
                    "With the chain rule the test accuracies for relu′(0) = 0 and 1 are equivalent within 0.5 points (two one-sided tests at 5 %), \
                     in f32 and with pre-activations rounded to multiples of 2⁻⁷ and of 2⁻⁵, where zeros are frequent. Refuted if a 90 % \
                     interval lies outside ±0.5.",
                ),
                Criterion::new(
                    "zeros-by-precision",
                    "The share of pre-activations that are exactly 0 at initialisation falls with precision: f16 above f32 above f64, the last 0, \
                     with disjoint 95 % intervals. Refuted if an interval lies the other way.",
                ),
                Criterion::new(
                    "released-rule-collapses",
                    "With the backward rule of the released code (the gradient at an input of 0 is α = 1 itself) training on either grid ends \
                     below 20 % test accuracy for 80 % of the seeds or more. Refuted if for less than 20 %.",
                ),
                Criterion::new(
                    "structural-zeros",
                    "Where zeros are built in the choice is noticed: with all weights of the first layer 0 their gradient is exactly 0 for \
                     relu′(0) = 0, and is not for 1. Refuted otherwise.",
                ),
            ],
            would_change: "Networks without normalisation that are far deeper, in 16 bits; the third criterion is about the released rule and not \
                           about the choice."
                .to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let digits = laboratory.digits()?;
        let seeds = laboratory.seeds(10, 20);
        let released_seeds = &seeds[..seeds.len().min(5)];
        let mut runs = Vec::new();
        for (_, rounding) in ROUNDINGS {
            for alpha in [0.0, 1.0] {
                runs.extend(seeds.iter().map(|&seed| Run { rule: Rule::Chain(alpha), rounding, seed }));
            }
        }
        let mut released = Vec::new();
        for (_, rounding) in &ROUNDINGS[1..] {
            released.extend(released_seeds.iter().map(|&seed| Run {
                rule: Rule::Released(1.0),
                rounding: *rounding,
                seed,
            }));
        }
        let accuracies = laboratory.cells("training", &runs, |run| Ok(train(run, &digits)))?;
        let collapsed = laboratory.cells("released rule", &released, |run| Ok(train(run, &digits)))?;
        let counts: Vec<(Format, u64)> =
            FORMATS.iter().flat_map(|&(_, format)| (0..COUNTED).map(move |seed| (format, seed))).collect();
        let counts = laboratory.cells("zeros", &counts, |&(format, seed)| {
            let (found, of) = zeros(format, seed, &digits);
            Ok(Count { found, of })
        })?;
        let totals: Vec<Count> = counts
            .chunks_exact(COUNTED as usize)
            .map(|counts| Count {
                found: counts.iter().map(|c| c.found).sum(),
                of: counts.iter().map(|c| c.of).sum(),
            })
            .collect();

        let undecidable = Error::undecidable(ID);
        let arm = |rounding: usize, alpha: usize| {
            &accuracies[(2 * rounding + alpha) * seeds.len()..][..seeds.len()]
        };
        let mut same: Vec<Equivalence> = Vec::new();
        let mut detectable: f64 = 0.0;
        for rounding in 0..ROUNDINGS.len() {
            let (zero, one) = (arm(rounding, 0), arm(rounding, 1));
            same.push(equivalence(one, zero, MARGIN).map_err(&undecidable)?);
            let differences: Vec<f64> = one.iter().zip(zero).map(|(a, b)| a - b).collect();
            detectable = detectable.max(minimum_detectable_effect(&differences).map_err(&undecidable)?);
        }
        let shares: Vec<Interval> = totals
            .iter()
            .map(|count| wilson_interval(count.found, count.of, 0.95))
            .collect::<Result<_, _>>()
            .map_err(&undecidable)?;
        // f64, f32, bfloat16, f16.
        let [double, single, _, half] = &shares[..] else { unreachable!("four formats") };
        let ordered = half.low > single.high && single.low > double.high && totals[0].found == 0;
        let reversed = half.high < single.low || single.high < double.low;
        let low = collapsed.iter().filter(|&&accuracy| accuracy < 20.0).count();
        let share = low as f64 / collapsed.len() as f64;
        let (still, moving) = (structural(0.0, &digits), structural(1.0, &digits));
        let example = digits.split(1437, seeds[0]).train;
        let gate = gradient_gate(ID, &Classification, &model(), &example)?;

        let mut rows = Vec::new();
        for (index, (name, _)) in ROUNDINGS.iter().enumerate() {
            let i = &same[index].difference;
            rows.push(vec![
                Cell::from(*name),
                Cell::number(mean(arm(index, 0)).map_err(&undecidable)?, 2),
                Cell::number(mean(arm(index, 1)).map_err(&undecidable)?, 2),
                Cell::from(format!("{} ({} to {})", fixed(i.estimate, 2), fixed(i.low, 2), fixed(i.high, 2))),
                match index {
                    0 => Cell::Empty,
                    _ => {
                        let own = &collapsed[(index - 1) * released_seeds.len()..][..released_seeds.len()];
                        Cell::number(mean(own).map_err(&undecidable)?, 1)
                    }
                },
            ]);
        }
        let published = ["0", "2·10⁻⁹ to 3.5·10⁻⁹", "", "5·10⁻⁸ to 1.2·10⁻⁷"];
        let zero_rows = FORMATS.iter().zip(&totals).zip(shares.iter().zip(published)).map(
            |(((name, _), count), (share, paper))| {
                vec![
                    Cell::from(*name),
                    Cell::from(format!("{} of {}", count.found, count.of)),
                    Cell::from(format!("{} to {}", scientific(share.low), scientific(share.high))),
                    Cell::from(paper),
                ]
            },
        );
        Ok(Findings {
            setup: vec![
                ("data".to_owned(), "digits, 1437 for training, 360 for testing, split anew for each seed".to_owned()),
                ("model".to_owned(), "perceptron of 128-128-128 rectifiers, He initialisation".to_owned()),
                ("training".to_owned(), format!("momentum 0.9, rate {RATE}, mini-batches of {BATCH}, {EPOCHS} epochs, f32")),
                ("grids".to_owned(), "pre-activations rounded to multiples of 2⁻⁷ or 2⁻⁵ before the rectifier, with the gradient passed through".to_owned()),
                ("zeros".to_owned(), format!("counted over all digits at {COUNTED} initialisations; f16 and bfloat16 by rounding weights, sums and activations, sums accumulated in f32")),
                ("seeds".to_owned(), format!("{}, {} to {}, paired; {} for the released rule", seeds.len(), seeds[0], seeds[seeds.len() - 1], released_seeds.len())),
            ],
            data: laboratory.data_used(),
            figures: vec![accuracy_figure(&accuracies, &collapsed, seeds.len(), released_seeds.len()), zeros_figure(&shares)],
            tables: vec![
                Table {
                    id: "training".to_owned(),
                    title: "Test accuracy by the choice of relu′(0)".to_owned(),
                    caption: "In per cent, the mean over the seeds; the difference with its 90 % interval. The last column is the backward rule of \
                              the released code with α = 1, on the grids."
                        .to_owned(),
                    columns: ["pre-activations", "relu′(0) = 0", "relu′(0) = 1", "difference", "released rule"].map(str::to_owned).to_vec(),
                    rows,
                },
                Table {
                    id: "zeros".to_owned(),
                    title: "Pre-activations that are exactly 0".to_owned(),
                    caption: "With the 95 % interval of the share, beside those of Bertoin et al. for MNIST [V: released tables].".to_owned(),
                    columns: ["format", "zeros", "share", "Bertoin et al."].map(str::to_owned).to_vec(),
                    rows: zero_rows.collect(),
                },
                published_gradients(),
                published_accuracies(),
            ],
            key_number: format!(
                "difference of test accuracy for relu′(0) = 1 and 0: {} points in f32, {} on a grid of 2⁻⁵",
                fixed(same[0].difference.estimate, 2),
                fixed(same[2].difference.estimate, 2)
            ),
            outcomes: vec![
                Outcome::new(
                    "unnoticed",
                    if same.iter().all(Equivalence::holds) {
                        Verdict::Reproduced
                    } else if same.iter().any(|test| test.difference.above(MARGIN) || test.difference.below(-MARGIN)) {
                        Verdict::Refuted
                    } else {
                        Verdict::NotReproduced
                    },
                    format!(
                        "90 % intervals: {} (within ±{MARGIN}); {} points would have been found with 80 % power",
                        same.iter()
                            .zip(ROUNDINGS)
                            .map(|(test, (name, _))| {
                                format!("{name} {} to {}", fixed(test.difference.low, 2), fixed(test.difference.high, 2))
                            })
                            .collect::<Vec<_>>()
                            .join(", "),
                        fixed(detectable, 2)
                    ),
                ),
                Outcome::new(
                    "zeros-by-precision",
                    if ordered {
                        Verdict::Reproduced
                    } else if reversed {
                        Verdict::Refuted
                    } else {
                        Verdict::NotReproduced
                    },
                    format!(
                        "f16 {} to {}, f32 {} to {}, f64 {} to {}",
                        scientific(half.low),
                        scientific(half.high),
                        scientific(single.low),
                        scientific(single.high),
                        scientific(double.low),
                        scientific(double.high)
                    ),
                ),
                Outcome::new(
                    "released-rule-collapses",
                    if share >= 0.8 {
                        Verdict::Reproduced
                    } else if share < 0.2 {
                        Verdict::Refuted
                    } else {
                        Verdict::NotReproduced
                    },
                    format!("{low} of {} runs below 20 %", collapsed.len()),
                ),
                Outcome::new(
                    "structural-zeros",
                    Verdict::holds_or_refuted(still == 0.0 && moving > 0.0),
                    format!("lengths of the gradient: {still} for relu′(0) = 0, {} for 1", scientific(moving)),
                ),
            ],
            remarks: vec![
                "Bertoin et al. find that relu′(0) changes gradients around half of the time at 32 bits, systematically at 16 and never \
                 at 64 [V: abstract], and large differences of accuracy after training, on ImageNet above 10 points in two runs [V: \
                 abstract]. In their released code the backward pass sets the gradient at an input of 0 to α and not to α times the \
                 gradient that arrives; this is our reading of that code. Both rules are run here."
                    .to_owned(),
                "Libraries differ in the choice: the derivative of the maximum of x and 0 at 0 is ½ where ties are split, that of relu is 0."
                    .to_owned(),
                "Whether f32 has more zeros than f64 needs more than the pre-activations counted here if the share is as small as published: at \
                 3·10⁻⁹ some 10⁹."
                    .to_owned(),
                "How sums are accumulated decides how many zeros f16 has. A pilot had a share of 7·10⁻⁵, of the size that sums rounded to f16 \
                 after every addition give: counted apart, on the first layer at six initialisations, 34 of 1,380,096 pre-activations are 0 \
                 so, and 1 with the sums in f32, as their share and ours have them."
                    .to_owned(),
                "Left out of what was planned: relu′(0) = ½, the shares of initialisations at which a gradient changes, by depth and width, and \
                 rows of zeros in the input."
                    .to_owned(),
                gate,
            ],
        })
    }
}
