//! The hinge loss as a convex bound of the zero-one loss.

use autograd::Elementary;
use losses_optim::loss::{CubedHinge, Hinge, SquaredHinge};
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

/// A loss of a margin with its name.
type Margin = (&'static str, fn(f64) -> f64);

/// The zero-one loss of a margin: wrong, or undecided, counts 1.
fn zero_one(margin: f64) -> f64 {
    f64::from(u8::from(margin <= 0.0))
}

const CANDIDATES: [Margin; 5] = [
    ("hinge", |m| Hinge.value(m)),
    ("squared hinge", |m| SquaredHinge.value(m)),
    ("cubed hinge", |m| CubedHinge.value(m)),
    ("logistic, base 2", |m| (-m).exp().ln_1p() / std::f64::consts::LN_2),
    ("logistic, base e", |m| (-m).exp().ln_1p()),
];

/// The margins from −5 to 5 in steps of 10⁻³, with 0 and 1 among them exactly.
fn margins() -> impl Iterator<Item = f64> {
    (-5000..=5000).map(|i| f64::from(i) / 1000.0)
}

/// Where a loss lies below the zero-one loss, and where it equals it.
fn against_zero_one(loss: fn(f64) -> f64) -> (usize, Vec<f64>) {
    let below = margins().filter(|&m| loss(m) < zero_one(m)).count();
    (below, margins().filter(|&m| loss(m) == zero_one(m)).collect())
}

/// Chords that lie below the loss by more than rounding.
fn convexity_violations(loss: fn(f64) -> f64, seed: u64) -> usize {
    let mut random = stream(seed, "chords");
    (0..TRIPLES)
        .filter(|_| {
            let (a, b): (f64, f64) = (random.random_range(-5.0..5.0), random.random_range(-5.0..5.0));
            let share: f64 = random.random_range(0.0..1.0);
            let between = share * a + (1.0 - share) * b;
            let chord = share * loss(a) + (1.0 - share) * loss(b);
            loss(between) > chord + 1e-12 * chord.abs().max(1.0)
        })
        .count()
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
                    "At 10,001 margins between −5 and 5 the hinge max(0, 1 − m) is nowhere below the zero-one loss, and equals it at m = 0 and \
                     for m ≥ 1 alone; its square and cube are nowhere below it either. Refuted by one margin.",
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
                    Cell::number(loss(0.0), 3),
                    Cell::number(loss(-2.0), 2),
                ]
            });
        Ok(Findings {
            setup: vec![
                ("margins".to_owned(), "m = y·s from −5 to 5 in steps of 0.001".to_owned()),
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
                        fixed(std::f64::consts::LN_2, 4)
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
    let line = |name: &str, loss: fn(f64) -> f64| {
        Series::line(name, (-40..=50).map(|i| f64::from(i) / 20.0).map(|m| Point::new(m, loss(m))).collect())
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
