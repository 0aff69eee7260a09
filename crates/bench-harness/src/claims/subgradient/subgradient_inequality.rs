//! What a subgradient is.

use autograd::kink::KinkOps;
use autograd::{Subdifferential, Var, subdifferential, value_and_grad};
use num_traits::Float;
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed};
use crate::run::Laboratory;
use crate::run::seed::stream;

/// The claim.
pub struct SubgradientInequality;

const ID: &str = "subgradient-inequality";
const POINTS: usize = 100_000;
/// Slopes that are tried: from −2 to 2 in steps of this.
const STEP: f64 = 0.01;

/// A convex function of one number with a kink, and its subdifferential there.
struct Kinked {
    name: &'static str,
    kink: f64,
    low: f64,
    high: f64,
    value: fn(f64) -> f64,
    set: fn() -> Result<Subdifferential<f64>, autograd::SubdifferentialError>,
}

const KINKED: [Kinked; 3] = [
    Kinked {
        name: "|x| at 0",
        kink: 0.0,
        low: -1.0,
        high: 1.0,
        value: f64::abs,
        set: || subdifferential(|x| x[0].abs(), &[0.0]),
    },
    Kinked {
        name: "max(0, 1 − x) at 1",
        kink: 1.0,
        low: -1.0,
        high: 0.0,
        value: |x| (1.0 - x).max(0.0),
        set: || subdifferential(|x| (-x[0] + 1.0).relu(), &[1.0]),
    },
    Kinked {
        name: "max(x, 0) at 0",
        kink: 0.0,
        low: 0.0,
        high: 1.0,
        value: |x| x.max(0.0),
        set: || subdifferential(|x| x[0].relu(), &[0.0]),
    },
];

impl Kinked {
    /// The smallest and the largest slope of the grid for which the inequality holds at all points.
    fn recovered(&self, points: &[f64]) -> (f64, f64) {
        let holds = |slope: f64| {
            let at = (self.value)(self.kink);
            points.iter().all(|&x| (self.value)(x) >= at + slope * (x - self.kink) - 1e-12)
        };
        let slopes = (-200..=200).map(|i| f64::from(i) * STEP).filter(|&slope| holds(slope));
        slopes.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), slope| (low.min(slope), high.max(slope)))
    }
}

/// Whether the inequality fails for a function and the gradient that automatic differentiation gives, at random pairs.
fn violations<F>(dimension: usize, pairs: usize, seed: u64, f: F) -> usize
where
    F: Function,
{
    let mut random = stream(seed, "pairs");
    let mut point = || -> Vec<f64> { (0..dimension).map(|_| StandardNormal.sample(&mut random)).collect() };
    (0..pairs)
        .filter(|_| {
            let (x, y) = (point(), point());
            let (value, slope) = value_and_grad(|x| f.of(x), &x);
            let bound = value + slope.iter().zip(x.iter().zip(&y)).map(|(g, (x, y))| g * (y - x)).sum::<f64>();
            f.of(&y) < bound - 1e-9 * bound.abs().max(1.0)
        })
        .count()
}

/// A function that is evaluated on plain and on recorded numbers.
trait Function {
    fn of<T: Float + std::iter::Sum + KinkOps>(&self, x: &[T]) -> T;
}

fn number<T: Float>(value: f64) -> T {
    T::from(value).expect("a float")
}

/// ‖Ax − b‖₁.
struct AbsoluteResiduals {
    matrix: Vec<[f64; 3]>,
    targets: Vec<f64>,
}

impl Function for AbsoluteResiduals {
    fn of<T: Float + std::iter::Sum + KinkOps>(&self, x: &[T]) -> T {
        let residual = |(row, &b): (&[f64; 3], &f64)| {
            row.iter().zip(x).map(|(&a, &x)| number::<T>(a) * x).sum::<T>() - number(b)
        };
        self.matrix.iter().zip(&self.targets).map(|row| residual(row).abs()).sum()
    }
}

/// max(x₁, x₂).
struct Larger;

impl Function for Larger {
    fn of<T: Float + std::iter::Sum + KinkOps>(&self, x: &[T]) -> T {
        x[0].max(x[1])
    }
}

/// The squared loss of a network with one hidden layer of two rectifiers at four samples.
struct Network;

impl Function for Network {
    fn of<T: Float + std::iter::Sum + KinkOps>(&self, w: &[T]) -> T {
        let samples = [(-1.5, 1.0), (-0.5, -1.0), (0.5, 1.0), (1.5, -0.5)];
        let output = |x: f64| (w[0] * number(x) + w[1]).relu() * w[2] + (w[3] * number(x) + w[4]).relu() * w[5];
        samples.iter().map(|&(x, y)| (output(x) - number(y)).powi(2)).sum()
    }
}

impl Claim for SubgradientInequality {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "Subgradients lie below convex functions".to_owned(),
            statement: "A subgradient of a convex function is the slope of a line that touches it and lies nowhere above it; at a kink there is a \
                        whole set of them, and where the function is differentiable just its gradient."
                .to_owned(),
            lecture: "part 2, subgradients".to_owned(),
            sources: vec!["R. T. Rockafellar 1970, Convex Analysis, section 23".to_owned()],
            criteria: vec![
                Criterion::new(
                    "sets",
                    "Of the slopes from −2 to 2 in steps of 0.01 those that satisfy f(x) ≥ f(x₀) + g(x − x₀) at 100,000 random x are exactly \
                     [−1, 1] for |x| at 0, [−1, 0] for the hinge at 1 and [0, 1] for the rectifier at 0; the computed subdifferentials are \
                     these intervals. Refuted otherwise.",
                ),
                Criterion::new(
                    "convex-functions-obey",
                    "On 100,000 random pairs the gradient by automatic differentiation violates the inequality for none, for ‖Ax − b‖₁ of 8 rows \
                     and max(x₁, x₂). Refuted by one pair.",
                ),
                Criterion::new(
                    "singleton-where-smooth",
                    "At 1,000 random points beside the kinks the computed subdifferential of ‖Ax − b‖₁ has one element. Refuted otherwise.",
                ),
                Criterion::new(
                    "networks-do-not",
                    "The inequality is one of convex functions: for the squared loss of a network of two rectifiers it fails for some of 100,000 \
                     pairs. Refuted if for none.",
                ),
            ],
            would_change: "Nothing: these are definitions. The last criterion says what they do not cover.".to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let mut random = stream(laboratory.seed(), "points");
        let points: Vec<f64> = (0..POINTS).map(|_| random.random_range(-3.0..3.0)).collect();
        let recovered = KINKED.map(|kinked| kinked.recovered(&points));
        let mut computed = Vec::new();
        for kinked in &KINKED {
            let set = (kinked.set)().map_err(|error| Error::Invalid { claim: ID.to_owned(), reason: error.to_string() })?;
            let vertices = set.vertices();
            computed.push((vertices[0][0], vertices[vertices.len() - 1][0]));
        }
        let agree = KINKED.iter().zip(&recovered).zip(&computed).all(|((kinked, recovered), computed)| {
            let near = |a: f64, b: f64| (a - b).abs() < STEP / 2.0;
            near(recovered.0, kinked.low) && near(recovered.1, kinked.high) && *computed == (kinked.low, kinked.high)
        });
        let mut normal = || -> f64 { StandardNormal.sample(&mut random) };
        let residuals = AbsoluteResiduals {
            matrix: (0..8).map(|_| [normal(), normal(), normal()]).collect(),
            targets: (0..8).map(|_| normal()).collect(),
        };
        let singletons = (0..1000)
            .filter(|_| {
                let x = [normal(), normal(), normal()];
                subdifferential(|x: &[Var<'_, f64>]| residuals.of(x), &x).is_ok_and(|set| set.is_singleton())
            })
            .count();
        let pairs = 100_000;
        let (of_residuals, of_larger) =
            (violations(3, pairs, laboratory.seed(), residuals), violations(2, pairs, laboratory.seed(), Larger));
        let of_network = violations(6, pairs, laboratory.seed(), Network);
        let rows = KINKED.iter().zip(&recovered).zip(&computed).map(|((kinked, recovered), computed)| {
            let interval = |(low, high): (f64, f64)| Cell::from(format!("[{}, {}]", fixed(low, 2), fixed(high, 2)));
            vec![Cell::from(kinked.name), interval((kinked.low, kinked.high)), interval(*recovered), interval(*computed)]
        });
        Ok(Findings {
            setup: vec![
                ("points".to_owned(), format!("{POINTS} uniform between −3 and 3; pairs are standard normal")),
                ("sets".to_owned(), "by trial of the inequality, and as the hull of the derivatives from all combinations of sides".to_owned()),
            ],
            data: laboratory.data_used(),
            figures: vec![fan_figure(), slopes_figure(&points)],
            tables: vec![Table {
                id: "sets".to_owned(),
                title: "Subdifferentials at kinks".to_owned(),
                caption: "The slopes that pass the inequality, on a grid of 0.01, and the computed set.".to_owned(),
                columns: ["function", "theory", "slopes that pass", "computed"].map(str::to_owned).to_vec(),
                rows: rows.collect(),
            }],
            key_number: format!(
                "violations of 100,000: ‖Ax − b‖₁ {of_residuals}, max(x₁, x₂) {of_larger}, a network's loss {of_network}"
            ),
            outcomes: vec![
                Outcome::new(
                    "sets",
                    Verdict::holds_or_refuted(agree),
                    format!(
                        "slopes that pass: {}",
                        recovered.map(|(low, high)| format!("[{}, {}]", fixed(low, 2), fixed(high, 2))).join(", ")
                    ),
                ),
                Outcome::new(
                    "convex-functions-obey",
                    Verdict::holds_or_refuted(of_residuals == 0 && of_larger == 0),
                    format!("{of_residuals} and {of_larger} violations of {pairs}"),
                ),
                Outcome::new(
                    "singleton-where-smooth",
                    Verdict::holds_or_refuted(singletons == 1000),
                    format!("{singletons} of 1000 sets have one element"),
                ),
                Outcome::new(
                    "networks-do-not",
                    Verdict::holds_or_refuted(of_network > 0),
                    format!("{of_network} violations of {pairs}"),
                ),
            ],
            remarks: vec![
                "The slides infer from the convex theory that descent on rectifier networks is sound. The inequality that this theory rests on \
                 fails there, as it must for a function that is not convex; what takes its place are Clarke's and conservative gradients."
                    .to_owned(),
            ],
        })
    }
}

/// The supporting lines of |x| at 0 and of the hinge at 1.
fn fan_figure() -> Figure {
    let xs = || (-20..=30).map(|i| f64::from(i) / 10.0);
    let hinge = &KINKED[1];
    let mut series =
        vec![Series::line("max(0, 1 − x)", xs().map(|x| Point::new(x, (hinge.value)(x))).collect())];
    for slope in [-1.0, -0.75, -0.5, -0.25, 0.0] {
        let line = [-0.5, 2.5].map(|x| Point::new(x, slope * (x - hinge.kink)));
        series.push(Series::reference(&format!("slope {}", fixed(slope, 2)), line.to_vec()));
    }
    Figure {
        id: "fan".to_owned(),
        title: "The subdifferential is a fan".to_owned(),
        caption: "The hinge loss and five of the lines through its kink at 1 that lie nowhere above it. Their slopes fill [−1, 0]: each is a \
                  subgradient. Beside the kink only the tangent is left."
            .to_owned(),
        x: Axis::linear("x"),
        y: Axis::linear("value"),
        series,
    }
}

/// How far below the line the function comes, over the slope.
fn slopes_figure(points: &[f64]) -> Figure {
    let line = |kinked: &Kinked| {
        let worst = |slope: f64| {
            let at = (kinked.value)(kinked.kink);
            let gap = |&x: &f64| at + slope * (x - kinked.kink) - (kinked.value)(x);
            points.iter().take(2000).map(gap).fold(0.0, f64::max)
        };
        let slopes = (-40..=40).map(|i| f64::from(i) / 20.0);
        Series::line(kinked.name, slopes.map(|slope| Point::new(slope, worst(slope))).collect())
    };
    Figure {
        id: "slopes".to_owned(),
        title: "Which slopes pass".to_owned(),
        caption: "How far the line of each slope through the kink rises above the function on [−3, 3]: not at all for the slopes of the \
                  subdifferential, and at once beyond its ends."
            .to_owned(),
        x: Axis::linear("slope g"),
        y: Axis::linear("largest excess of the line"),
        series: KINKED.iter().map(line).collect(),
    }
}
