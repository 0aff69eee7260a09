//! No choice of a subgradient makes the chain rule right on all differentiable functions.

use autograd::kink::KinkOps;
use autograd::{grad, subdifferential};
use num_traits::Float;

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed};
use crate::run::Laboratory;

/// The claim.
pub struct AdOfNonsmoothIdentities;

const ID: &str = "ad-of-nonsmooth-identities";
const SLOPES: [f64; 3] = [0.0, 0.5, 1.0];

/// A program made of rectifiers, and what it computes.
struct Program {
    formula: &'static str,
    function: &'static str,
    truth: Truth,
    /// What the chain rule gives at 0 for relu′(0) = s, in closed form.
    expected: fn(f64) -> f64,
    /// What automatic differentiation gives there.
    found: fn(f64) -> f64,
}

/// What may be called the derivative at 0.
#[derive(Clone, Copy)]
enum Truth {
    /// The function is differentiable.
    Derivative(f64),
    /// It has a kink, and these are its subgradients.
    Interval(f64, f64),
}

impl Truth {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::Derivative(derivative) => value == derivative,
            Self::Interval(low, high) => (low..=high).contains(&value),
        }
    }

    fn text(self) -> String {
        match self {
            Self::Derivative(derivative) => fixed(derivative, 0),
            Self::Interval(low, high) => format!("any in [{}, {}]", fixed(low, 0), fixed(high, 0)),
        }
    }
}

const PROGRAMS: [Program; 6] = [
    Program {
        formula: "f₁ = relu(x) − relu(−x)",
        function: "x",
        truth: Truth::Derivative(1.0),
        expected: |s| 2.0 * s,
        found: |s| grad(|x| x[0].relu_at(s) - (-x[0]).relu_at(s), &[0.0])[0],
    },
    Program {
        formula: "f₂ = relu(x) − relu(relu(x))",
        function: "0",
        truth: Truth::Derivative(0.0),
        expected: |s| s - s * s,
        found: |s| grad(|x| x[0].relu_at(s) - x[0].relu_at(s).relu_at(s), &[0.0])[0],
    },
    Program {
        formula: "f₃ = 10x − 9 f₁",
        function: "x",
        truth: Truth::Derivative(1.0),
        expected: |s| 10.0 - 18.0 * s,
        found: |s| grad(|x| x[0] * 10.0 - (x[0].relu_at(s) - (-x[0]).relu_at(s)) * 9.0, &[0.0])[0],
    },
    Program {
        formula: "x · relu(x)",
        function: "x² for x > 0, else 0",
        truth: Truth::Derivative(0.0),
        expected: |_| 0.0,
        found: |s| grad(|x| x[0] * x[0].relu_at(s), &[0.0])[0],
    },
    Program {
        formula: "relu(x) + relu(−x)",
        function: "|x|",
        truth: Truth::Interval(-1.0, 1.0),
        expected: |_| 0.0,
        found: |s| grad(|x| x[0].relu_at(s) + (-x[0]).relu_at(s), &[0.0])[0],
    },
    Program {
        formula: "2 relu(x) − x",
        function: "|x|",
        truth: Truth::Interval(-1.0, 1.0),
        expected: |s| 2.0 * s - 1.0,
        found: |s| grad(|x| x[0].relu_at(s) * 2.0 - x[0], &[0.0])[0],
    },
];

impl Claim for AdOfNonsmoothIdentities {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "The chain rule with a chosen subgradient can be wrong".to_owned(),
            statement: "Where a function has a kink one chooses a subgradient, and does not notice. Put to the test on programs whose function \
                        has no kink at all."
                .to_owned(),
            lecture: "part 2, subgradients".to_owned(),
            sources: vec![
                "S. M. Kakade & J. D. Lee 2018, Provably Correct Automatic Subdifferentiation for Qualified Programs, arXiv:1809.08530"
                    .to_owned(),
                "J. Bolte & E. Pauwels 2020, Conservative set valued fields, automatic differentiation, stochastic gradient methods and deep \
                 learning, arXiv:1909.10300"
                    .to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "goes-unnoticed",
                    "As the lecture has it: some choice of relu′(0) among 0, ½ and 1 gives the derivative, or a subgradient, of all six programs \
                     at 0. Refuted if none does.",
                ),
                Criterion::new(
                    "closed-forms",
                    "Automatic differentiation at 0 gives exactly 2s for relu(x) − relu(−x), s − s² for relu(x) − relu(relu(x)), 10 − 18s for \
                     10x − 9(relu(x) − relu(−x)), 0, 0 and 2s − 1 for the others, with s = relu′(0). Refuted otherwise.",
                ),
                Criterion::new(
                    "only-there",
                    "At x = ±10⁻³⁰⁰ all six programs have the right derivative whatever s: the choice matters at single points. Refuted \
                     otherwise.",
                ),
            ],
            would_change: "A differentiation that sees the whole program and not its steps one by one.".to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let right_for = |slope: f64| {
            PROGRAMS.iter().filter(|program| program.truth.holds((program.found)(slope))).count()
        };
        let right = SLOPES.map(right_for);
        let exact = SLOPES
            .iter()
            .all(|&s| PROGRAMS.iter().all(|program| (program.found)(s) == (program.expected)(s)));
        let beside = beside_zero();
        let set = subdifferential(|x| x[0].relu() - (-x[0]).relu(), &[0.0]);
        let set = set
            .map(|set| set.vertices())
            .map_err(|error| Error::Invalid { claim: ID.to_owned(), reason: error.to_string() })?;
        let rows = PROGRAMS.iter().map(|program| {
            let mut row = vec![
                Cell::from(program.formula),
                Cell::from(program.function),
                Cell::from(program.truth.text()),
            ];
            row.extend(SLOPES.map(|slope| {
                let found = (program.found)(slope);
                let mark = if program.truth.holds(found) { "" } else { " ✗" };
                Cell::from(format!("{}{mark}", fixed(found, if found.fract() == 0.0 { 0 } else { 2 })))
            }));
            row
        });
        Ok(Findings {
            setup: vec![
                ("point".to_owned(), "x = 0, where every rectifier of these programs has its kink".to_owned()),
                ("arithmetic".to_owned(), "f64; nothing is rounded".to_owned()),
            ],
            data: laboratory.data_used(),
            figures: vec![choices_figure()],
            tables: vec![Table {
                id: "programs".to_owned(),
                title: "What automatic differentiation gives at 0".to_owned(),
                caption: "For three choices of relu′(0). ✗ marks what is neither the derivative nor a subgradient.".to_owned(),
                columns: ["program", "computes", "derivative at 0", "relu′(0) = 0", "relu′(0) = ½", "relu′(0) = 1"]
                    .map(str::to_owned)
                    .to_vec(),
                rows: rows.collect(),
            }],
            key_number: format!(
                "of 6 programs, right at 0: {} with relu′(0) = 0, {} with ½, {} with 1",
                right[0], right[1], right[2]
            ),
            outcomes: vec![
                Outcome::new(
                    "goes-unnoticed",
                    Verdict::holds_or_refuted(right.contains(&PROGRAMS.len())),
                    format!("right on {}, {} and {} of 6 programs for s = 0, ½ and 1", right[0], right[1], right[2]),
                ),
                Outcome::new(
                    "closed-forms",
                    Verdict::holds_or_refuted(exact),
                    format!("all 18 values {}", if exact { "as stated" } else { "not as stated" }),
                ),
                Outcome::new(
                    "only-there",
                    Verdict::holds_or_refuted(beside == 0),
                    format!("{beside} wrong derivatives beside 0"),
                ),
            ],
            remarks: vec![
                "f₁ wants s = ½ and f₂ wants 0 or 1. No choice serves both: the lecture's statement holds almost everywhere and not everywhere. \
                 That training is not disturbed by this is another claim, with a page of its own."
                    .to_owned(),
                format!(
                    "All combinations of one-sided choices for f₁ span the interval from {} to {}: it holds the true derivative 1, and more, \
                     since the two rectifiers cannot be on these sides at once.",
                    set.first().map_or_else(String::new, |low| fixed(low[0], 0)),
                    set.last().map_or_else(String::new, |high| fixed(high[0], 0))
                ),
                "f₃ is the amplified example of Kakade & Lee, from memory [M].".to_owned(),
            ],
        })
    }
}

/// Wrong derivatives at ±10⁻³⁰⁰, over all programs and choices.
fn beside_zero() -> usize {
    // The same bodies at another point: x + shift recorded as a leaf at the shift.
    let mut wrong = 0;
    for shift in [1e-300, -1e-300] {
        let positive = shift > 0.0;
        for s in SLOPES {
            let derivatives = [
                grad(|x| x[0].relu_at(s) - (-x[0]).relu_at(s), &[shift])[0] == 1.0,
                grad(|x| x[0].relu_at(s) - x[0].relu_at(s).relu_at(s), &[shift])[0] == 0.0,
                grad(|x| x[0] * 10.0 - (x[0].relu_at(s) - (-x[0]).relu_at(s)) * 9.0, &[shift])[0] == 1.0,
                grad(|x| x[0] * x[0].relu_at(s), &[shift])[0] == if positive { 2.0 * shift } else { 0.0 },
                grad(|x| x[0].relu_at(s) + (-x[0]).relu_at(s), &[shift])[0] == shift.signum(),
                grad(|x| x[0].relu_at(s) * 2.0 - x[0], &[shift])[0] == shift.signum(),
            ];
            wrong += derivatives.iter().filter(|right| !**right).count();
        }
    }
    wrong
}

fn choices_figure() -> Figure {
    let slopes = || (0..=50).map(|i| f64::from(i) / 50.0);
    let mut series: Vec<Series> = PROGRAMS[..3]
        .iter()
        .map(|program| {
            Series::line(program.formula, slopes().map(|s| Point::new(s, (program.found)(s))).collect())
        })
        .collect();
    series.push(Series::level("right for f₁ and f₃", 0.0, 1.0, 1.0));
    series.push(Series::level("right for f₂", 0.0, 1.0, 0.0));
    Figure {
        id: "choices".to_owned(),
        title: "No choice is right for all".to_owned(),
        caption: "The derivative that the chain rule gives at 0, over the choice s = relu′(0). f₁ and f₃ are the function x and meet its \
                  derivative 1 at s = ½ alone; f₂ is the function 0 and meets its derivative at s = 0 and 1 alone."
            .to_owned(),
        x: Axis::linear("s = relu′(0)"),
        y: Axis::linear("derivative at 0"),
        series,
    }
}
