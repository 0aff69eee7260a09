//! Momentum accelerates gradient descent: from κ to √κ iterations on quadratics, and not on every convex function.

use losses_optim::optim::{GradientDescent, Momentum, Nesterov, Optimizer};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use crate::model::Quadratic;
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed, scientific};
use crate::run::Laboratory;
use crate::stats::{CONFIDENCE, power_law};

/// The claim.
pub struct MomentumAcceleration;

const ID: &str = "momentum-acceleration";
/// κ = L/m, the condition numbers.
const CONDITIONS: [f64; 4] = [10.0, 100.0, 1_000.0, 10_000.0];
/// The smaller error, relative to the start's, at which a run has arrived.
const ARRIVED: f64 = 1e-6;

/// The methods with the constants that are best, or usual, for curvatures between m = 1 and L = κ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Method {
    /// η = 2/(L + m).
    GradientDescent,
    /// η = 4/(√L + √m)², μ = ((√κ − 1)/(√κ + 1))².
    HeavyBall,
    /// η = 1/L, μ = (√κ − 1)/(√κ + 1).
    Nesterov,
    /// η = 4/(3L + m), μ = (√(3κ + 1) − 2)/(√(3κ + 1) + 2).
    NesterovBest,
}

impl Method {
    const ALL: [Self; 4] = [Self::GradientDescent, Self::HeavyBall, Self::Nesterov, Self::NesterovBest];

    fn name(self) -> &'static str {
        match self {
            Self::GradientDescent => "gradient descent",
            Self::HeavyBall => "heavy ball",
            Self::Nesterov => "Nesterov, η = 1/L",
            Self::NesterovBest => "Nesterov, best constants",
        }
    }

    /// The method, and its learning rate.
    fn make(self, condition: f64) -> (Box<dyn Optimizer<f64>>, f64) {
        let root = condition.sqrt();
        let ratio = (root - 1.0) / (root + 1.0);
        match self {
            Self::GradientDescent => (Box::new(GradientDescent::default()), 2.0 / (condition + 1.0)),
            Self::HeavyBall => {
                (Box::new(Momentum { momentum: ratio * ratio, v: Vec::new() }), 4.0 / (root + 1.0).powi(2))
            }
            Self::Nesterov => (Box::new(Nesterov { momentum: ratio, v: Vec::new() }), 1.0 / condition),
            Self::NesterovBest => {
                let root = (3.0 * condition + 1.0).sqrt();
                let momentum = (root - 2.0) / (root + 2.0);
                (Box::new(Nesterov { momentum, v: Vec::new() }), 4.0 / (3.0 * condition + 1.0))
            }
        }
    }

    /// The factor by which the error falls in a step, in the limit of many.
    fn rate(self, condition: f64) -> f64 {
        let root = condition.sqrt();
        match self {
            Self::GradientDescent => (condition - 1.0) / (condition + 1.0),
            Self::HeavyBall => (root - 1.0) / (root + 1.0),
            Self::Nesterov => 1.0 - 1.0 / root,
            Self::NesterovBest => 1.0 - 2.0 / (3.0 * condition + 1.0).sqrt(),
        }
    }
}

/// A method on the quadratic of a condition number.
#[derive(Debug, Clone, Copy, Serialize)]
struct Run {
    method: Method,
    condition: f64,
}

/// How it went.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Course {
    /// The mean factor per step over the second half of a run that ends far below rounding of the start.
    rate: f64,
    /// The first step after which the error is at most [`ARRIVED`].
    arrival: u64,
}

fn race(run: &Run) -> Course {
    let quadratic = Quadratic { curvatures: vec![1.0, run.condition] };
    let (mut optimizer, learning_rate) = run.method.make(run.condition);
    // The minimum is the origin, so errors stay exact to their last digit down to the smallest numbers: the end is
    // chosen so that they fall to e⁻⁶⁰⁰.
    let half = (300.0 / -run.method.rate(run.condition).ln()).round() as u64;
    let mut x = vec![1.0; 2];
    let norm = |x: &[f64]| x[0].hypot(x[1]);
    let start = norm(&x);
    let (mut middle, mut arrival) = (0.0, u64::MAX);
    for step in 1..=2 * half {
        let gradient = quadratic.gradient(&x);
        optimizer.step(&mut x, &gradient, learning_rate).expect("a finite rate");
        if arrival == u64::MAX && norm(&x) <= ARRIVED * start {
            arrival = step;
        }
        if step == half {
            middle = norm(&x);
        }
    }
    Course { rate: ((norm(&x) / middle).ln() / half as f64).exp(), arrival }
}

/// The derivative of a convex function with curvature between 1 and 25: of slope 25, then 1, then 25 (L. Lessard,
/// B. Recht & A. Packard 2016, section 4.6).
fn bent(x: f64) -> f64 {
    if x < 1.0 {
        25.0 * x
    } else if x < 2.0 {
        x + 24.0
    } else {
        25.0 * x - 24.0
    }
}

/// A method on the bent function from a start.
#[derive(Debug, Clone, Copy, Serialize)]
struct Fall {
    method: Method,
    start: f64,
}

const FALLS: usize = 3_000;

/// The iterates; the last three are what a cycle of three is read from.
fn fall(fall: &Fall) -> Vec<f64> {
    let (mut optimizer, learning_rate) = fall.method.make(25.0);
    let mut x = [fall.start];
    let mut path = vec![fall.start];
    for _ in 0..FALLS {
        let slope = bent(x[0]);
        optimizer.step(&mut x, &[slope], learning_rate).expect("a finite rate");
        path.push(x[0]);
    }
    path
}

/// The largest modulus of the eigenvalues of a heavy-ball step over both curvatures: the roots of
/// z² − (1 + μ − ηλ)z + μ.
fn heavy_ball_radius(learning_rate: f64, momentum: f64, condition: f64) -> f64 {
    let modulus = |curvature: f64| {
        let sum = 1.0 + momentum - learning_rate * curvature;
        let discriminant = sum * sum - 4.0 * momentum;
        if discriminant < 0.0 { momentum.sqrt() } else { (sum.abs() + discriminant.sqrt()) / 2.0 }
    };
    modulus(1.0).max(modulus(condition))
}

impl Claim for MomentumAcceleration {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "Momentum accelerates gradient descent".to_owned(),
            statement: "Adding a share of the last step to the present one accelerates gradient descent: on badly \
                        conditioned problems far fewer iterations are needed."
                .to_owned(),
            lecture: "part 3, momentum".to_owned(),
            sources: vec![
                "B. T. Polyak 1964, Some methods of speeding up the convergence of iteration methods".to_owned(),
                "L. Lessard, B. Recht & A. Packard 2016, Analysis and Design of Optimization Algorithms via Integral \
                 Quadratic Constraints, arXiv:1408.3595"
                    .to_owned(),
                "I. Sutskever, J. Martens, G. Dahl & G. Hinton 2013, On the importance of initialization and momentum in \
                 deep learning, ICML"
                    .to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "rates",
                    "On quadratics of condition number κ = 10, 10², 10³, 10⁴ the error falls per step, in the limit, by the \
                     factors of the theory to within 0.2 %: gradient descent (κ−1)/(κ+1), heavy ball (√κ−1)/(√κ+1), \
                     Nesterov 1−1/√κ, with best constants 1−2/√(3κ+1). Refuted if one does not.",
                ),
                Criterion::new(
                    "scaling",
                    "The iterations to 10⁻⁶ of the initial error grow as κ to the power 1.0 ± 0.05 for gradient descent and \
                     0.5 ± 0.05 for heavy ball and Nesterov. Refuted otherwise.",
                ),
                Criterion::new(
                    "any-convex-function",
                    "The constants that are best for quadratics of curvature 1 to 25 also make heavy ball converge on a \
                     convex function with slopes of curvature between 1 and 25, from every start of 3.07, 3.08, …, 3.46. \
                     Refuted if a run is still further than 0.1 from the minimum after 3,000 steps.",
                ),
            ],
            would_change: "Noise in the gradient: these are statements about exact gradients. A smaller learning rate makes \
                           heavy ball safe on every strongly convex function, and then it is no longer accelerated."
                .to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let runs: Vec<Run> = CONDITIONS
            .iter()
            .flat_map(|&condition| Method::ALL.map(|method| Run { method, condition }))
            .collect();
        let courses = laboratory.cells("quadratics", &runs, |run| Ok(race(run)))?;
        let raced: Vec<(Run, Course)> = runs.into_iter().zip(courses).collect();
        let mut falls = Vec::new();
        for hundredths in 307..=346 {
            falls.extend(
                Method::ALL[..3].iter().map(|&method| Fall { method, start: f64::from(hundredths) / 100.0 }),
            );
        }
        let paths = laboratory.cells("bent function", &falls, |of| Ok(fall(of)))?;
        let fallen: Vec<(Fall, Vec<f64>)> = falls.into_iter().zip(paths).collect();
        let undecidable = Error::undecidable(ID);
        let arrivals =
            |method| of(&raced, method).map(|(_, course)| course.arrival as f64).collect::<Vec<_>>();
        let exponent = |method| -> Result<f64, Error> {
            Ok(power_law(&CONDITIONS, &arrivals(method), CONFIDENCE).map_err(&undecidable)?.slope.estimate)
        };
        let exponents =
            [exponent(Method::GradientDescent)?, exponent(Method::HeavyBall)?, exponent(Method::Nesterov)?];
        let last = |method| arrivals(method)[3];
        Ok(Findings {
            setup: vec![
                ("quadratics".to_owned(), "½(x₁² + κx₂²) from (1, 1), minimum at the origin; curvatures m = 1 and L = κ".to_owned()),
                ("rate".to_owned(), "the mean factor over the second half of a run to an error of e⁻⁶⁰⁰".to_owned()),
                (
                    "bent function".to_owned(),
                    "derivative 25x below 1, x + 24 up to 2, 25x − 24 above: strongly convex, minimum at 0".to_owned(),
                ),
                ("arithmetic".to_owned(), "f64; nothing is random".to_owned()),
            ],
            data: laboratory.data_used(),
            figures: vec![scaling_figure(&raced), cycle_figure(&fallen)],
            tables: vec![rates_table(&raced), sutskever_table()],
            key_number: format!(
                "κ = 10⁴: {} iterations for gradient descent, {} for heavy ball, {} for Nesterov",
                last(Method::GradientDescent),
                last(Method::HeavyBall),
                last(Method::Nesterov)
            ),
            outcomes: vec![rates_outcome(&raced), scaling_outcome(exponents), cycle_outcome(&fallen)],
            remarks: vec![
                "At its best constants heavy ball, and Nesterov's method with η = 1/L, have a double eigenvalue: after k steps \
                 the error is of the size of k·ρᵏ, with ρ the rate of the theory, which the exponent of the iterations to 10⁻⁶ feels at small κ."
                    .to_owned(),
                "Sutskever et al. print μ = (√κ − 1)/(√κ + 1) for heavy ball; the square of it is best, as the second table \
                 shows."
                    .to_owned(),
            ],
        })
    }
}

fn of(raced: &[(Run, Course)], method: Method) -> impl Iterator<Item = &(Run, Course)> {
    raced.iter().filter(move |(run, _)| run.method == method)
}

fn rates_outcome(raced: &[(Run, Course)]) -> Outcome {
    let deviation =
        |(run, course): &(Run, Course)| (course.rate / run.method.rate(run.condition) - 1.0).abs();
    let tested = Method::ALL.map(|method| {
        let largest = of(raced, method).map(deviation).fold(0.0, f64::max);
        format!("{} {:.3} %", method.name(), 100.0 * largest)
    });
    Outcome::new(
        "rates",
        Verdict::holds_or_refuted(raced.iter().all(|raced| deviation(raced) <= 0.002)),
        format!("largest deviation from theory over the four κ (≤ 0.2 %): {}", tested.join(", ")),
    )
}

fn scaling_outcome([descent, heavy_ball, nesterov]: [f64; 3]) -> Outcome {
    let near = |exponent: f64, expected: f64| (exponent - expected).abs() <= 0.05;
    Outcome::new(
        "scaling",
        Verdict::holds_or_refuted(near(descent, 1.0) && near(heavy_ball, 0.5) && near(nesterov, 0.5)),
        format!(
            "exponents: gradient descent {descent:.3} (1 ± 0.05), heavy ball {heavy_ball:.3} and Nesterov {nesterov:.3} \
             (0.5 ± 0.05)"
        ),
    )
}

fn cycle_outcome(fallen: &[(Fall, Vec<f64>)]) -> Outcome {
    let farthest = |method| {
        let ends = fallen.iter().filter(move |(fall, _)| fall.method == method);
        ends.map(|(_, path)| path[FALLS - 2..].iter().fold(0.0_f64, |far, x| far.max(x.abs())))
    };
    let lost = farthest(Method::HeavyBall).filter(|&distance| distance > 0.1).count();
    let mut cycle = fallen
        .iter()
        .find(|(fall, path)| fall.method == Method::HeavyBall && path[FALLS].abs() > 0.1)
        .map_or(Vec::new(), |(_, path)| path[FALLS - 2..].to_vec());
    cycle.sort_by(f64::total_cmp);
    let cycle: Vec<String> = cycle.iter().map(|x| fixed(*x, 4)).collect();
    Outcome::new(
        "any-convex-function",
        Verdict::holds_or_refuted(lost == 0),
        format!(
            "{lost} of 40 starts of heavy ball do not converge: they cycle through {}; the farthest end of gradient descent is \
             {}, of Nesterov {}",
            cycle.join(", "),
            scientific(farthest(Method::GradientDescent).fold(0.0, f64::max)),
            scientific(farthest(Method::Nesterov).fold(0.0, f64::max))
        ),
    )
}

fn rates_table(raced: &[(Run, Course)]) -> Table {
    let rows = raced.iter().map(|(run, course)| {
        vec![
            Cell::number(run.condition, 0),
            Cell::from(run.method.name()),
            Cell::number(run.method.rate(run.condition), 6),
            Cell::number(course.rate, 6),
            Cell::number(course.arrival as f64, 0),
        ]
    });
    Table {
        id: "rates".to_owned(),
        title: "Rates and iterations".to_owned(),
        caption: "The factor by which the error falls in a step, by theory (Lessard et al. 2016, Table 1) and as measured, and \
                  the iterations to 10⁻⁶ of the initial error."
            .to_owned(),
        columns: ["κ", "method", "theory", "measured", "iterations"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

/// Heavy ball's rate with the momentum that Sutskever et al. print, with its square, and with the best of a search.
fn sutskever_table() -> Table {
    let rows = CONDITIONS.map(|condition| {
        let root = condition.sqrt();
        let printed = (root - 1.0) / (root + 1.0);
        let learning_rate = 4.0 / (root + 1.0).powi(2);
        // The best momentum at the best of 400 learning rates around the usual one, by search alone.
        let searched = (0..=2000)
            .map(|i| 1.0 - 0.002_f64.powf(f64::from(i) / 2000.0) * 4.0 / (root + 1.0))
            .filter(|momentum| (0.0..1.0).contains(momentum))
            .map(|momentum| {
                let rates = (-200..=200).map(|i| learning_rate * 1.01_f64.powi(i));
                let best = rates
                    .map(|rate| heavy_ball_radius(rate, momentum, condition))
                    .fold(f64::INFINITY, f64::min);
                (momentum, best)
            })
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .expect("some momentum is tried");
        vec![
            Cell::number(condition, 0),
            Cell::number(printed, 4),
            Cell::number(heavy_ball_radius(learning_rate, printed, condition), 5),
            Cell::number(printed * printed, 4),
            Cell::number(heavy_ball_radius(learning_rate, printed * printed, condition), 5),
            Cell::number(searched.0, 4),
            Cell::number(searched.1, 5),
        ]
    });
    Table {
        id: "momentum-constant".to_owned(),
        title: "Which momentum is best for heavy ball".to_owned(),
        caption: "The rate per step with η = 4/(√L + √m)² and the momentum (√κ − 1)/(√κ + 1) that Sutskever et al. 2013 print \
                  [V], with its square, and the best of a search over both constants."
            .to_owned(),
        columns: ["κ", "μ printed", "its rate", "μ squared", "its rate", "μ by search", "its rate"]
            .map(str::to_owned)
            .to_vec(),
        rows: rows.to_vec(),
    }
}

fn scaling_figure(raced: &[(Run, Course)]) -> Figure {
    let mut series: Vec<Series> = Method::ALL[..3]
        .iter()
        .map(|&method| {
            let points =
                of(raced, method).map(|(run, course)| Point::new(run.condition, course.arrival as f64));
            Series::line(method.name(), points.collect())
        })
        .collect();
    let slope = |name: &str, factor: f64, power: f64| {
        Series::reference(name, CONDITIONS.iter().map(|&k| Point::new(k, factor * k.powf(power))).collect())
    };
    series.extend([slope("in proportion to κ", 6.9, 1.0), slope("in proportion to √κ", 9.0, 0.5)]);
    Figure {
        id: "iterations".to_owned(),
        title: "From κ to √κ iterations".to_owned(),
        caption: "The iterations to 10⁻⁶ of the initial error on quadratics, against their condition number. Without momentum ten \
                  times the condition costs ten times the iterations; with it, about three times."
            .to_owned(),
        x: Axis::logarithmic("condition number κ"),
        y: Axis::logarithmic("iterations to 10⁻⁶"),
        series,
    }
}

fn cycle_figure(fallen: &[(Fall, Vec<f64>)]) -> Figure {
    let series = Method::ALL[..3].iter().map(|&method| {
        let (_, path) =
            fallen.iter().find(|(fall, _)| fall.method == method && fall.start == 3.3).expect("a start");
        Series::line(
            method.name(),
            path[..31].iter().enumerate().map(|(k, &x)| Point::new(k as f64, x)).collect(),
        )
    });
    Figure {
        id: "cycle".to_owned(),
        title: "A convex function on which heavy ball cycles for ever".to_owned(),
        caption: "The iterates from x = 3.3, each method with its constants for curvatures from 1 to 25. Gradient descent and \
                  Nesterov's method go to the minimum at 0; heavy ball settles on a cycle of three points."
            .to_owned(),
        x: Axis::linear("iteration"),
        y: Axis::linear("iterate x"),
        series: series.collect(),
    }
}
