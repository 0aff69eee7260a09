//! When gradient descent lowers the loss at every step, and where it ends.

use autograd::{Var, grad, value_and_grad};
use losses_optim::optim::{GradientDescent, Optimizer};
use num_traits::Float;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use crate::model::{Activation, FullBatch, Mlp, norm};
use crate::report::{Axis, Cell, Figure, Point, Series, Table};
use crate::run::Laboratory;
use crate::run::seed::stream;
use crate::stats::{CONFIDENCE, Line, least_squares, pearson};

/// The claim.
pub struct GdDecreaseAndMinimum;

const ID: &str = "gd-decrease-and-minimum";
/// The largest curvatures L of the quadratics ½(x² + L·y²).
const CURVATURES: [f64; 3] = [1.0, 10.0, 100.0];
/// η·L at which the quadratics are followed.
const PRODUCTS: [f64; 9] = [0.1, 0.5, 1.0, 1.5, 1.9, 1.99, 2.01, 2.1, 3.0];
const STEPS: usize = 2_000;
/// How far from the saddle's ridge descent starts.
const OFFSETS: [f64; 7] = [1e-300, 1e-200, 1e-100, 1e-50, 1e-16, 1e-8, 1e-4];
const SADDLE_RATE: f64 = 0.1;
const STARTS: usize = 1_000;
/// Learning rates of the network.
const NETWORK_RATES: [f64; 5] = [0.03, 0.1, 0.3, 1.0, 3.0];
const NETWORK_STEPS: usize = 300;

/// ½(x² + L·y²).
fn quadratic<F: Float>(w: &[F], curvature: f64) -> F {
    let number = |x| F::from(x).expect("a float");
    (w[0] * w[0] + number(curvature) * w[1] * w[1]) * number(0.5)
}

/// x² − y² + y⁴/4: a saddle of curvatures 2 and −2 at the origin, minima of value −1 at (0, ±√2).
fn saddle<F: Float>(w: &[F]) -> F {
    let (x2, y2) = (w[0] * w[0], w[1] * w[1]);
    x2 - y2 + y2 * y2 * F::from(0.25).expect("a float")
}

/// The labelled points xᵢyᵢ of a separable problem without a bias.
const SEPARABLE: [[f64; 2]; 4] = [[1.0, 0.5], [0.5, 1.0], [2.0, -0.5], [1.0, 1.5]];

/// The mean logistic loss ln(1 + exp(−w·xᵢyᵢ)).
fn logistic<F: Float>(w: &[F]) -> F {
    let number = |x| F::from(x).expect("a float");
    let losses = SEPARABLE.iter().map(|x| (-(w[0] * number(x[0]) + w[1] * number(x[1]))).exp().ln_1p());
    losses.fold(F::zero(), |sum, loss| sum + loss) / number(SEPARABLE.len() as f64)
}

/// One step of gradient descent; returns the loss before it.
fn descend(f: impl for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>, w: &mut [f64], learning_rate: f64) -> f64 {
    let (loss, gradient) = value_and_grad(f, w);
    GradientDescent::default().step(w, &gradient, learning_rate).expect("a finite rate");
    loss
}

/// Whether every one of [`STEPS`] steps from (1, 1) lowers the loss, as long as it is above 10⁻²⁰⁰.
fn always_lowers(curvature: f64, learning_rate: f64) -> bool {
    let (mut w, mut before) = ([1.0, 1.0], f64::INFINITY);
    for _ in 0..STEPS {
        let loss = descend(|w| quadratic(w, curvature), &mut w, learning_rate);
        if loss >= before {
            return false;
        }
        if loss < 1e-200 {
            return true;
        }
        before = loss;
    }
    true
}

/// The learning rate at which steps stop to lower the loss always, by bisection to one part in a million.
fn threshold(curvature: f64) -> f64 {
    let (mut low, mut high) = (0.1 / curvature, 10.0 / curvature);
    while high / low > 1.0 + 1e-6 {
        let middle = (low * high).sqrt();
        if always_lowers(curvature, middle) { low = middle } else { high = middle }
    }
    (low * high).sqrt()
}

/// The path from (1, offset) until |y| > 1, or for at most `most` steps.
fn leave_saddle(offset: f64, most: usize) -> Vec<[f64; 2]> {
    let mut path = vec![[1.0, offset]];
    let mut w = [1.0, offset];
    while path.len() <= most && w[1].abs() <= 1.0 {
        descend(|w| saddle(w), &mut w, SADDLE_RATE);
        path.push(w);
    }
    path
}

/// Where descent on the saddle function ends from random starts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Ends {
    minima: usize,
    largest_distance: f64,
}

fn random_ends(seed: u64) -> Ends {
    let mut random = stream(seed, "starts");
    let mut ends = Ends { minima: 0, largest_distance: 0.0 };
    for _ in 0..STARTS {
        let mut draw = || -> f64 { StandardNormal.sample(&mut random) };
        let mut w = [draw(), draw()];
        for _ in 0..500 {
            descend(|w| saddle(w), &mut w, SADDLE_RATE);
        }
        let distance = norm(&[w[0], w[1].abs() - 2f64.sqrt()]);
        if distance < 1e-6 {
            ends.minima += 1;
            ends.largest_distance = ends.largest_distance.max(distance);
        }
    }
    ends
}

/// Descent on the separable problem: (k, loss, ‖w‖) at steps spaced by equal ratios.
fn separable_course(steps: usize) -> Vec<(f64, f64, f64)> {
    let (mut w, mut course, mut next) = ([0.0, 0.0], Vec::new(), 1.0);
    for step in 1..=steps {
        let loss = descend(|w| logistic(w), &mut w, 1.0);
        if step as f64 >= next {
            course.push((step as f64, loss, norm(&w)));
            next *= 1.2;
        }
    }
    course
}

/// Full-batch descent of a small network at one learning rate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct NetworkCourse {
    #[serde(with = "crate::run::float::vec")]
    losses: Vec<f64>,
    first_curvature: f64,
    last_curvature: f64,
}

impl NetworkCourse {
    fn rises(&self) -> usize {
        self.losses.windows(2).filter(|pair| pair[1] > pair[0]).count()
    }
}

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
                ("method".to_owned(), "gradient descent on the exact gradient, f64".to_owned()),
                ("quadratics".to_owned(), "½(x² + L·y²), L in 1, 10, 100, from (1, 1), 2000 steps".to_owned()),
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

/// How many of 100 steps on ½x² from 1 with η·L = `product` raise the loss.
fn rises(product: f64) -> usize {
    let (mut w, mut before, mut rises) = ([1.0], 0.5, 0);
    for _ in 0..100 {
        let slope = grad(|w| w[0] * w[0] * 0.5, &w);
        GradientDescent::default().step(&mut w, &slope, product).expect("a finite rate");
        let loss = w[0] * w[0] / 2.0;
        rises += usize::from(loss > before);
        before = loss;
    }
    rises
}

/// Whether descent on ½x² with η = 2/L takes 1 to −1 and back, bit by bit.
fn repeats_after_two_steps() -> bool {
    let mut w = [1.0];
    (1..=100).all(|step| {
        descend(|w| w[0] * w[0] * 0.5, &mut w, 2.0);
        w[0] == if step % 2 == 0 { 1.0 } else { -1.0 }
    })
}

fn networks(laboratory: &Laboratory) -> Result<Vec<(f64, NetworkCourse)>, Error> {
    let digits = laboratory.digits()?;
    let seed = laboratory.seeds(1, 1)[0];
    let data = digits.split(200, seed).train;
    let model = Mlp::new(data.dimension(), &[16], data.classes).with_activation(Activation::Tanh);
    let cells: Vec<(f64, u64)> = NETWORK_RATES.iter().map(|&rate| (rate, seed)).collect();
    let courses = laboratory.cells("network", &cells, |&(rate, seed)| {
        let objective = FullBatch::new(&model, &data, 0.0);
        let mut w = model.initialise::<f64>(&mut stream(seed, "initialisation")).as_slice().to_vec();
        let curvature = |w: &[f64]| objective.largest_curvature(w, &mut stream(seed, "power iteration"));
        let first_curvature = curvature(&w);
        let mut losses = Vec::new();
        for _ in 0..NETWORK_STEPS {
            let (loss, gradient) = objective.loss_and_gradient(&w);
            losses.push(loss);
            GradientDescent::default().step(&mut w, &gradient, rate).expect("a finite rate");
        }
        losses.push(objective.loss(&w));
        Ok(NetworkCourse { losses, first_curvature, last_curvature: curvature(&w) })
    })?;
    Ok(NETWORK_RATES.into_iter().zip(courses).collect())
}

fn quadratic_table(thresholds: &[f64; 3]) -> Table {
    let rows = CURVATURES.iter().zip(thresholds).map(|(&curvature, &eta)| {
        let mut row = vec![
            Cell::number(curvature, 0),
            Cell::number(2.0 / curvature, 4),
            Cell::from(format!("{eta:.6}")),
        ];
        row.extend(PRODUCTS.map(|product| {
            Cell::from(if always_lowers(curvature, product / curvature) { "yes" } else { "no" })
        }));
        row
    });
    let products = PRODUCTS.iter().map(|product| format!("ηL = {product}"));
    Table {
        id: "threshold".to_owned(),
        title: "Does every step lower the loss?".to_owned(),
        caption: "The quadratic ½(x² + L·y²) from (1, 1), 2000 steps. Theory: yes, if and only if η < 2/L."
            .to_owned(),
        columns: ["L", "2/L", "threshold found"].map(str::to_owned).into_iter().chain(products).collect(),
        rows: rows.collect(),
    }
}

fn escape_table(escapes: &[usize; 7], ridge: &[[f64; 2]]) -> Table {
    let mut rows: Vec<Vec<Cell>> = OFFSETS
        .iter()
        .zip(escapes)
        .rev()
        .map(|(&offset, &steps)| {
            let theory = -offset.ln() / (1.0 + 2.0 * SADDLE_RATE).ln();
            vec![Cell::from(format!("{offset:e}")), Cell::number(steps as f64, 0), Cell::number(theory, 1)]
        })
        .collect();
    rows.push(vec![
        Cell::from("0"),
        Cell::from(format!("never ({} steps followed)", ridge.len() - 1)),
        Cell::from("∞"),
    ]);
    Table {
        id: "escape".to_owned(),
        title: "Steps until the saddle is left".to_owned(),
        caption: "From (1, δ), η = 0.1, until |y| > 1. Linear theory: y grows by 1 + 2η a step, hence ln(1/δ)/ln 1.2 steps; the \
                  quartic term slows the last few."
            .to_owned(),
        columns: ["δ", "steps", "linear theory"].map(str::to_owned).to_vec(),
        rows,
    }
}

fn network_table(networks: &[(f64, NetworkCourse)]) -> Table {
    let rows = networks.iter().map(|(rate, course)| {
        let last = course.losses.last().copied().unwrap_or(f64::INFINITY);
        vec![
            Cell::number(*rate, 2),
            Cell::number(2.0 / rate, 2),
            Cell::number(course.first_curvature, 2),
            Cell::number(course.last_curvature, 2),
            Cell::from(format!("{} of {NETWORK_STEPS}", course.rises())),
            Cell::number(last, 4),
        ]
    });
    Table {
        id: "network".to_owned(),
        title: "Full-batch descent of a small network".to_owned(),
        caption: "The Hessian's largest eigenvalue at the start and after the last step, against 2/η."
            .to_owned(),
        columns: [
            "η",
            "2/η",
            "curvature at the start",
            "at the end",
            "steps that raise the loss",
            "final loss",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: rows.collect(),
    }
}

fn separable_table(course: &[(f64, f64, f64)], growth: &Line) -> Table {
    let wanted = [1.0, 10.0, 100.0, 1_000.0, 10_000.0];
    let near = wanted.map(|k| course.iter().find(|point| point.0 >= k).expect("the course is longer"));
    let rows = near.into_iter().chain(course.last()).map(|&(step, loss, length)| {
        vec![Cell::number(step, 0), Cell::from(format!("{loss:.2e}")), Cell::number(length, 3)]
    });
    Table {
        id: "separable".to_owned(),
        title: "A loss without a minimum".to_owned(),
        caption: format!(
            "Logistic loss of separable points: it tends to 0 and the weights to infinity, like ln k (slope {:.3} per unit of ln k \
             over the last two decades).",
            growth.slope.estimate
        ),
        columns: ["step k", "loss", "‖w‖"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

/// The level lines of the saddle function, with gaps between them: (±√(level + y² − y⁴/4), y) as y passes through a range.
fn level_lines(levels: &[f64]) -> Vec<Point> {
    const GAP: Point = Point { x: 0.0, y: None, bounds: None };
    let mut points = vec![GAP];
    for (&level, side) in levels.iter().flat_map(|level| [(level, 1.0), (level, -1.0)]) {
        // Where the halves meet: the roots of level + y² − y⁴/4.
        let tips = [1.0, -1.0].map(|sign| (2.0 + sign * 2.0 * (1.0 + level).sqrt()).sqrt());
        let tips = tips.into_iter().filter(|tip| tip.is_finite()).flat_map(|tip| [(tip, 0.0), (-tip, 0.0)]);
        let regular = (-111..=111).map(|step| {
            let y = f64::from(step) / 50.0;
            (y, level + y * y - y.powi(4) / 4.0)
        });
        let mut line: Vec<(f64, f64)> = regular.chain(tips).collect();
        line.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (y, square) in line {
            if (0.0..=1.21).contains(&square) {
                points.push(Point::new(side * square.sqrt(), y));
            } else if points.last().is_some_and(|last| last.y.is_some()) {
                points.push(GAP);
            }
        }
        points.push(GAP);
    }
    points
}

fn saddle_figure() -> Figure {
    let mut series: Vec<Series> = [(0.3, "δ = 0.3"), (1e-2, "δ = 10⁻²"), (1e-8, "δ = 10⁻⁸"), (0.0, "δ = 0")]
        .into_iter()
        .map(|(offset, name)| {
            let mut path = leave_saddle(offset, 200);
            let mut w = *path.last().expect("a path has its start");
            for _ in 0..50 {
                descend(|w| saddle(w), &mut w, SADDLE_RATE);
                path.push(w);
            }
            Series::line(name, path.iter().map(|w| Point::new(w[0], w[1])).collect())
        })
        .collect();
    series.push(Series::reference("level lines", level_lines(&[-0.9, -0.5, 0.0, 0.5, 1.0])));
    Figure {
        id: "saddle".to_owned(),
        title: "Beside the ridge to a minimum, on the ridge to the saddle".to_owned(),
        caption: "Paths of gradient descent on x² − y² + y⁴/4 from (1, δ), η = 0.1. The smaller δ, the closer the path passes by \
                  the saddle at the origin before it turns to the minimum at (0, √2); with δ = 0 it stays."
            .to_owned(),
        x: Axis::linear("x"),
        y: Axis::linear("y"),
        series,
    }
}

fn quadratic_figure() -> Figure {
    let series = CURVATURES.iter().map(|&curvature| {
        let points = (1..=60).map(|step| {
            let product = f64::from(step) * 0.05;
            let mut w = [1.0, 1.0];
            let first = quadratic(&w, curvature);
            for _ in 0..10 {
                descend(|w| quadratic(w, curvature), &mut w, product / curvature);
            }
            Point::new(product, quadratic(&w, curvature) / first)
        });
        Series::line(&format!("L = {curvature}"), points.collect())
    });
    Figure {
        id: "threshold".to_owned(),
        title: "The threshold is at η·L = 2, whatever L".to_owned(),
        caption: "The loss after 10 steps on ½(x² + L·y²) over the first. Beyond η·L = 2 it grows; below, the flat direction \
                  decides how far it falls."
            .to_owned(),
        x: Axis::linear("η·L"),
        y: Axis::logarithmic("loss after 10 steps / first loss"),
        series: series.chain([Series::level("no change", 0.05, 3.0, 1.0)]).collect(),
    }
}

fn escape_figure(escapes: &[usize; 7]) -> Figure {
    let at = |offset: f64| -offset.log10();
    let measured = OFFSETS.iter().zip(escapes).map(|(&offset, &steps)| Point::new(at(offset), steps as f64));
    let theory = [1e-300, 1e-4]
        .map(|offset: f64| Point::new(at(offset), -offset.ln() / (1.0 + 2.0 * SADDLE_RATE).ln()));
    Figure {
        id: "escape".to_owned(),
        title: "The time at the saddle grows like ln(1/δ)".to_owned(),
        caption: "Steps until |y| > 1 from (1, δ). A start 10⁻³⁰⁰ beside the ridge costs 3,800 steps: saddles delay, they seldom \
                  hold."
            .to_owned(),
        x: Axis::linear("log₁₀(1/δ)"),
        y: Axis::linear("steps to leave the saddle"),
        series: vec![Series::dots("measured", measured.collect()), Series::reference("ln(1/δ)/ln 1.2", theory.to_vec())],
    }
}

fn network_figure(networks: &[(f64, NetworkCourse)]) -> Figure {
    let series = networks.iter().map(|(rate, course)| {
        let points = course.losses.iter().enumerate();
        let points = points.map(|(step, &loss)| Point {
            x: step as f64,
            y: loss.is_finite().then_some(loss),
            bounds: None,
        });
        Series::line(&format!("η = {rate}"), points.collect())
    });
    Figure {
        id: "network".to_owned(),
        title: "Full-batch training at five learning rates".to_owned(),
        caption: "Training loss of a network of 16 tanh units on 200 digits. Every step uses the exact gradient, and yet at large \
                  rates not every step lowers the loss."
            .to_owned(),
        x: Axis::linear("step"),
        y: Axis::logarithmic("training loss (nats)"),
        series: series.collect(),
    }
}
