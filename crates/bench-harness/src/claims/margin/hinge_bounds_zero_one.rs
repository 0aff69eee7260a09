//! The hinge loss as a convex bound of the zero-one loss.

use std::f64::consts::LN_2;

use autograd::Array;
use losses_optim::loss::{BinaryCrossEntropy, CubedHinge, Hinge, Loss, SquaredHinge, ZeroOne};
use rand::RngExt;

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed};
use crate::run::Laboratory;
use crate::run::seed::stream;

/// The claim.
pub struct HingeBoundsZeroOne;

const ID: &str = "hinge-bounds-zero-one";
const TRIPLES: usize = 100_000;

/// A loss at each of several margins.
type Losses = fn(&[f64]) -> Vec<f64>;

/// The losses at scores that belong to the label 1, and so are margins.
fn of_margins(loss: &impl Loss<Target<Array<f64>> = Array<f64>>, margins: &[f64]) -> Vec<f64> {
    let labels = Array::vector(&vec![1.0; margins.len()]);
    loss.per_sample(&Array::vector(margins), &labels)
        .expect("margins and labels ±1 suit these losses")
        .to_vec()
}

/// The zero-one loss: wrong, or undecided, counts 1.
fn zero_one(margins: &[f64]) -> Vec<f64> {
    of_margins(&ZeroOne, margins)
}

const CANDIDATES: [(&str, Losses); 5] = [
    ("hinge", |m| of_margins(&Hinge, m)),
    ("squared hinge", |m| of_margins(&SquaredHinge, m)),
    ("cubed hinge", |m| of_margins(&CubedHinge, m)),
    ("logistic, base 2", |m| of_margins(&BinaryCrossEntropy, m).iter().map(|loss| loss / LN_2).collect()),
    ("logistic, base e", |m| of_margins(&BinaryCrossEntropy, m)),
];

/// The margins from −5 to 5 in steps of 10⁻³, with 0 and 1 among them exactly.
fn margins() -> Vec<f64> {
    (-5000..=5000).map(|i| f64::from(i) / 1000.0).collect()
}

/// At how many margins a loss lies below the zero-one loss, and the margins at which it equals it.
fn against_zero_one(losses: Losses) -> (usize, Vec<f64>) {
    let margins = margins();
    let compared: Vec<(f64, f64)> = losses(&margins).into_iter().zip(zero_one(&margins)).collect();
    let below = compared.iter().filter(|(loss, zero_one)| loss < zero_one).count();
    let touches = margins.iter().zip(&compared).filter(|(_, (loss, zero_one))| loss == zero_one);
    (below, touches.map(|(&margin, _)| margin).collect())
}

/// Chords that lie below the loss by more than rounding.
fn convexity_violations(losses: Losses, seed: u64) -> usize {
    let mut random = stream(seed, "chords");
    let (mut from, mut to, mut shares): (Vec<f64>, Vec<f64>, Vec<f64>) = Default::default();
    for _ in 0..TRIPLES {
        from.push(random.random_range(-5.0..5.0));
        to.push(random.random_range(-5.0..5.0));
        shares.push(random.random_range(0.0..1.0));
    }
    let mix = |a: &[f64], b: &[f64]| -> Vec<f64> {
        shares.iter().zip(a.iter().zip(b)).map(|(share, (a, b))| share * a + (1.0 - share) * b).collect()
    };
    let (between, chords) = (losses(&mix(&from, &to)), mix(&losses(&from), &losses(&to)));
    let above = |(loss, chord): &(&f64, &f64)| **loss > **chord + 1e-12 * chord.abs().max(1.0);
    between.iter().zip(&chords).filter(above).count()
}

impl Claim for HingeBoundsZeroOne {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "The hinge loss bounds the zero-one loss".to_owned(),
            statement: "The hinge loss is a convex approximation of the misclassification loss.".to_owned(),
            lecture: "part 2, hinge loss".to_owned(),
            sources: vec![
                "P. L. Bartlett, M. I. Jordan & J. D. McAuliffe 2006, Convexity, Classification, and Risk Bounds, \
                 doi:10.1198/016214505000000907"
                    .to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "bounds",
                    "At 10,001 margins between −5 and 5 the hinge max(0, 1 − m) is nowhere below the zero-one loss (1 for m ≤ 0, else 0), and \
                     equals it at m = 0 and for m ≥ 1 alone; its square and cube are nowhere below it either. Refuted by one margin.",
                ),
                Criterion::new(
                    "convex",
                    "On 100,000 random chords the hinge, its square and its cube never lie above the chord by more than 10⁻¹² relative; the \
                     zero-one loss does. Refuted otherwise.",
                ),
                Criterion::new(
                    "logistic-needs-base-2",
                    "log₂(1 + e⁻ᵐ) bounds the zero-one loss and ln(1 + e⁻ᵐ) does not: it is ln 2 < 1 at m = 0. Refuted otherwise.",
                ),
            ],
            would_change: "Nothing: these are properties of functions.".to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let found = CANDIDATES.map(|(_, loss)| against_zero_one(loss));
        let convexity = CANDIDATES.map(|(_, loss)| convexity_violations(loss, laboratory.seed()));
        let of_zero_one = convexity_violations(zero_one, laboratory.seed());
        let touches = &found[0].1;
        let pattern = touches.iter().all(|&m| m == 0.0 || m >= 1.0) && touches.len() == 4002;
        let hinges_bound = found[..3].iter().all(|(below, _)| *below == 0);
        let hinges_convex = convexity[..3].iter().all(|&violations| violations == 0);
        let rows =
            CANDIDATES.iter().zip(&found).zip(&convexity).map(|(((name, loss), (below, _)), violations)| {
                vec![
                    Cell::from(*name),
                    Cell::number(*below as f64, 0),
                    Cell::number(*violations as f64, 0),
                    Cell::number(loss(&[0.0])[0], 3),
                    Cell::number(loss(&[-2.0])[0], 2),
                ]
            });
        Ok(Findings {
            setup: vec![
                ("margins".to_owned(), "m = y·s, the label y = ±1 times the score s, from −5 to 5 in steps of 0.001".to_owned()),
                ("chords".to_owned(), format!("{TRIPLES}, ends and place between them uniform")),
            ],
            data: laboratory.data_used(),
            figures: vec![losses_figure()],
            tables: vec![Table {
                id: "losses".to_owned(),
                title: "Losses of a margin".to_owned(),
                caption: "Margins at which the loss lies below the zero-one loss, chords above which it rises, and two of its values.".to_owned(),
                columns: ["loss", "margins below zero-one", "chords violated", "at m = 0", "at m = −2"].map(str::to_owned).to_vec(),
                rows: rows.collect(),
            }],
            key_number: format!("hinge below zero-one at {} of 10,001 margins, above a chord at {} of 100,000", found[0].0, convexity[0]),
            outcomes: vec![
                Outcome::new(
                    "bounds",
                    Verdict::holds_or_refuted(hinges_bound && pattern),
                    format!(
                        "margins below: hinge {}, squared {}, cubed {}; the hinge touches at {} margins, 0 and those from 1 on",
                        found[0].0,
                        found[1].0,
                        found[2].0,
                        touches.len()
                    ),
                ),
                Outcome::new(
                    "convex",
                    Verdict::holds_or_refuted(hinges_convex && of_zero_one > 0),
                    format!(
                        "chords violated: hinge {}, squared {}, cubed {}; zero-one {of_zero_one}",
                        convexity[0], convexity[1], convexity[2]
                    ),
                ),
                Outcome::new(
                    "logistic-needs-base-2",
                    Verdict::holds_or_refuted(found[3].0 == 0 && found[4].0 > 0),
                    format!(
                        "margins below: base 2 {}, base e {}; ln 2 = {}",
                        found[3].0,
                        found[4].0,
                        fixed(LN_2, 4)
                    ),
                ),
            ],
            remarks: vec![
                "A bound matters since minimising it keeps the number of errors below it; a factor, as between the two logarithms, changes the \
                 bound and not the minimiser."
                    .to_owned(),
            ],
        })
    }
}

fn losses_figure() -> Figure {
    let margins: Vec<f64> = (-40..=50).map(|i| f64::from(i) / 20.0).collect();
    let line = |name: &str, losses: Losses| {
        let points = margins.iter().zip(losses(&margins)).map(|(&margin, loss)| Point::new(margin, loss));
        Series::line(name, points.collect())
    };
    let mut series: Vec<Series> = CANDIDATES
        .iter()
        .filter(|(name, _)| *name != "cubed hinge")
        .map(|(name, loss)| line(name, *loss))
        .collect();
    let step = [(-2.0, 1.0), (0.0, 1.0), (0.0, 0.0), (2.5, 0.0)].map(|(m, loss)| Point::new(m, loss));
    series.push(Series::reference("zero-one", step.to_vec()));
    Figure {
        id: "losses".to_owned(),
        title: "Convex roofs over a step".to_owned(),
        caption: "Losses over the margin m = y·s, positive where the sample is right. The hinges and the logistic loss in base 2 lie above the \
                  step everywhere; in base e it dips below between −0.54 and 0."
            .to_owned(),
        x: Axis::linear("margin m"),
        y: Axis::linear("loss"),
        series,
    }
}
