//! No choice of a subgradient makes the chain rule right on all differentiable functions.

use autograd::kink::{KinkOps, Ties};
use autograd::{Var, grad, subdifferential};
use num_traits::Float;

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed};
use crate::run::Laboratory;

/// The claim.
pub struct AdOfNonsmoothIdentities;

const ID: &str = "ad-of-nonsmooth-identities";
const SLOPES: [f64; 3] = [0.0, 0.5, 1.0];

/// A program made of operations with a kink at 0, and what it computes.
struct Program {
    formula: &'static str,
    function: &'static str,
    truth: Truth,
    /// What the chain rule gives at 0 for relu′(0) = s, in closed form.
    expected: fn(f64) -> f64,
    /// The derivative away from 0.
    elsewhere: fn(f64) -> f64,
    /// What automatic differentiation gives for relu′(0) = s, at any x.
    found: fn(f64, f64) -> f64,
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

/// The derivative of a program of one number at x.
fn at(x: f64, program: impl for<'t> Fn(Var<'t, f64>) -> Var<'t, f64>) -> f64 {
    grad(|x| program(x[0]), &[x])[0]
}

/// max(a, b), the share s ∈ {0, ½, 1} of whose derivative goes to a at a tie: the choices of b + relu(a − b) with relu′(0) = s.
fn max_at<'t>(s: f64, a: Var<'t, f64>, b: Var<'t, f64>) -> Var<'t, f64> {
    match s {
        0.0 => b.max_ties(a, Ties::First),
        0.5 => a.max_ties(b, Ties::Split),
        1.0 => a.max_ties(b, Ties::First),
        _ => panic!("a tie goes to one argument or in equal parts to both, found the share {s}"),
    }
}

const PROGRAMS: [Program; 8] = [
    Program {
        formula: "f₁ = relu(x) − relu(−x)",
        function: "x",
        truth: Truth::Derivative(1.0),
        expected: |s| 2.0 * s,
        elsewhere: |_| 1.0,
        found: |s, x| at(x, |x| x.relu_at(s) - (-x).relu_at(s)),
    },
    Program {
        formula: "f₂ = relu(x) − relu(relu(x))",
        function: "0",
        truth: Truth::Derivative(0.0),
        expected: |s| s - s * s,
        elsewhere: |_| 0.0,
        found: |s, x| at(x, |x| x.relu_at(s) - x.relu_at(s).relu_at(s)),
    },
    Program {
        formula: "f₃ = 10x − 9 f₁",
        function: "x",
        truth: Truth::Derivative(1.0),
        expected: |s| 10.0 - 18.0 * s,
        elsewhere: |_| 1.0,
        found: |s, x| at(x, |x| x * 10.0 - (x.relu_at(s) - (-x).relu_at(s)) * 9.0),
    },
    Program {
        formula: "x · relu(x)",
        function: "x² for x > 0, else 0",
        truth: Truth::Derivative(0.0),
        expected: |_| 0.0,
        elsewhere: |x| 2.0 * x.max(0.0),
        found: |s, x| at(x, |x| x * x.relu_at(s)),
    },
    Program {
        formula: "relu(x) + relu(−x)",
        function: "|x|",
        truth: Truth::Interval(-1.0, 1.0),
        expected: |_| 0.0,
        elsewhere: f64::signum,
        found: |s, x| at(x, |x| x.relu_at(s) + (-x).relu_at(s)),
    },
    Program {
        formula: "2 relu(x) − x",
        function: "|x|",
        truth: Truth::Interval(-1.0, 1.0),
        expected: |s| 2.0 * s - 1.0,
        elsewhere: f64::signum,
        found: |s, x| at(x, |x| x.relu_at(s) * 2.0 - x),
    },
    Program {
        formula: "max(x, −x), the share s of a tie to x",
        function: "|x|",
        truth: Truth::Interval(-1.0, 1.0),
        expected: |s| 2.0 * s - 1.0,
        elsewhere: f64::signum,
        found: |s, x| at(x, |x| max_at(s, x, -x)),
    },
    Program {
        formula: "abs(x), an operation of its own",
        function: "|x|",
        truth: Truth::Interval(-1.0, 1.0),
        expected: |_| 0.0,
        elsewhere: f64::signum,
        found: |_, x| at(x, |x| x.abs()),
    },
];

/// √(x²), |x| without a kink on the way: at 0 the root has an infinite slope and the square the slope 0, and no choice is
/// involved.
fn root_of_square() -> f64 {
    at(0.0, |x| (x * x).sqrt())
}

/// A derivative at 0 as the table has it: marked if it is none.
fn cell(found: f64, truth: Truth) -> Cell {
    let mark = if truth.holds(found) { "" } else { " ✗" };
    Cell::from(format!("{}{mark}", fixed(found, if found.fract() == 0.0 { 0 } else { 2 })))
}

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
                    "As the lecture has it: some choice of relu′(0) among 0, ½ and 1 gives the derivative, or a subgradient, of all eight programs \
                     at 0. Refuted if none does.",
                ),
                Criterion::new(
                    "closed-forms",
                    "Automatic differentiation at 0 gives exactly 2s for relu(x) − relu(−x), s − s² for relu(x) − relu(relu(x)), 10 − 18s for \
                     10x − 9(relu(x) − relu(−x)) and 0 for x · relu(x); of |x|, 0 for relu(x) + relu(−x) and abs(x), and 2s − 1 for \
                     2 relu(x) − x and max(x, −x), with s = relu′(0). Refuted otherwise.",
                ),
                Criterion::new(
                    "only-there",
                    "At x = ±10⁻³⁰⁰ all eight programs have the right derivative whatever s: the choice matters at single points. Refuted \
                     otherwise.",
                ),
            ],
            would_change: "A differentiation that sees the whole program and not its steps one by one.".to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let right_for = |slope: f64| {
            PROGRAMS.iter().filter(|program| program.truth.holds((program.found)(slope, 0.0))).count()
        };
        let right = SLOPES.map(right_for);
        let exact = SLOPES
            .iter()
            .all(|&s| PROGRAMS.iter().all(|program| (program.found)(s, 0.0) == (program.expected)(s)));
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
            row.extend(SLOPES.map(|slope| cell((program.found)(slope, 0.0), program.truth)));
            row
        });
        let root = root_of_square();
        let truth = PROGRAMS[4].truth;
        let mut root_row = vec![Cell::from("√(x²)"), Cell::from("|x|"), Cell::from(truth.text())];
        root_row.extend(SLOPES.map(|_| cell(root, truth)));
        Ok(Findings {
            setup: vec![
                ("point".to_owned(), "x = 0, where relu(x) = max(x, 0) and the other operations with a kink have it".to_owned()),
                ("arithmetic".to_owned(), "f64; nothing is rounded".to_owned()),
            ],
            data: laboratory.data_used(),
            figures: vec![choices_figure()],
            tables: vec![Table {
                id: "programs".to_owned(),
                title: "What automatic differentiation gives at 0".to_owned(),
                caption: "For three choices of relu′(0). ✗ marks what is neither the derivative nor a subgradient. The last row has no \
                          kink to choose at, and is not among the eight programs."
                    .to_owned(),
                columns: ["program", "computes", "derivative at 0", "relu′(0) = 0", "relu′(0) = ½", "relu′(0) = 1"]
                    .map(str::to_owned)
                    .to_vec(),
                rows: rows.chain([root_row]).collect(),
            }],
            key_number: format!(
                "of 8 programs, right at 0: {} with relu′(0) = 0, {} with ½, {} with 1",
                right[0], right[1], right[2]
            ),
            outcomes: vec![
                Outcome::new(
                    "goes-unnoticed",
                    Verdict::holds_or_refuted(right.contains(&PROGRAMS.len())),
                    format!("right on {}, {} and {} of 8 programs for s = 0, ½ and 1", right[0], right[1], right[2]),
                ),
                Outcome::new(
                    "closed-forms",
                    Verdict::holds_or_refuted(exact),
                    format!("all 24 values {}", if exact { "as stated" } else { "not as stated" }),
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
                "|x| may be written as one likes: every choice gives a subgradient of it, though not the same in every spelling. √(x²) has no \
                 kink on the way but a root of infinite slope: 0 times ∞, which is no number in plain arithmetic, is read as 0 here."
                    .to_owned(),
                "max(x, −x) and abs(x) were added to the programs, and √(x²) to the table, after the other six programs had been \
                 computed. The verdicts on the six are what they were."
                    .to_owned(),
                "f₃ is the amplified example of Kakade & Lee, from memory [M].".to_owned(),
            ],
        })
    }
}

/// Wrong derivatives at ±10⁻³⁰⁰, over all programs and choices.
fn beside_zero() -> usize {
    let wrong = |x: f64, s: f64| {
        PROGRAMS.iter().filter(|program| (program.found)(s, x) != (program.elsewhere)(x)).count()
    };
    [1e-300, -1e-300].iter().flat_map(|&x| SLOPES.map(|s| wrong(x, s))).sum()
}

fn choices_figure() -> Figure {
    let slopes = || (0..=50).map(|i| f64::from(i) / 50.0);
    let mut series: Vec<Series> = PROGRAMS[..3]
        .iter()
        .map(|program| {
            Series::line(program.formula, slopes().map(|s| Point::new(s, (program.found)(s, 0.0))).collect())
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
