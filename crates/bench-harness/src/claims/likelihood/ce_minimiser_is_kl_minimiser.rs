//! Minimising cross-entropy is minimising the Kullback–Leibler divergence.

use losses_optim::optim::{Adam, GradientDescent, Optimizer};
use rand::RngExt;

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed, scientific};
use crate::run::Laboratory;
use crate::run::seed::stream;

/// The claim.
pub struct CeMinimiserIsKlMinimiser;

const ID: &str = "ce-minimiser-is-kl-minimiser";
const CASES: usize = 20;

fn softmax(z: &[f64]) -> Vec<f64> {
    let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = z.iter().map(|z| (z - largest).exp()).collect();
    let total: f64 = powers.iter().sum();
    powers.iter().map(|power| power / total).collect()
}

/// H(p, q) = −Σ pₖ ln qₖ.
fn cross_entropy(p: &[f64], q: &[f64]) -> f64 {
    p.iter().zip(q).filter(|(p, _)| **p > 0.0).map(|(p, q)| -p * q.ln()).sum()
}

/// KL(p‖q) = Σ pₖ ln(pₖ/qₖ).
fn divergence(p: &[f64], q: &[f64]) -> f64 {
    p.iter().zip(q).filter(|(p, _)| **p > 0.0).map(|(p, q)| p * (p / q).ln()).sum()
}

/// What descent on one target showed.
struct Descent {
    /// The largest |qₖ − pₖ| at the ends of descent on H(p, q) and on KL(p‖q).
    distance: [f64; 2],
    /// The largest departure of H(p, q) − KL(p‖q) from H(p) along the way.
    constant: f64,
    /// H(p, q) and KL(p‖q) step by step.
    course: Vec<(f64, f64)>,
}

/// Which function is descended on, with its gradient by the scores taken numerically, so that nothing of the identity is
/// put in.
#[derive(Clone, Copy)]
enum Function {
    CrossEntropy,
    Divergence,
}

fn descend(p: &[f64], function: Function, steps: usize) -> (Vec<f64>, Vec<(f64, f64)>) {
    let value = |z: &[f64]| match function {
        Function::CrossEntropy => cross_entropy(p, &softmax(z)),
        Function::Divergence => divergence(p, &softmax(z)),
    };
    let mut z = vec![0.0; p.len()];
    let mut course = Vec::new();
    for _ in 0..steps {
        let gradient: Vec<f64> = (0..z.len())
            .map(|i| {
                let at = |shift: f64| {
                    let mut moved = z.clone();
                    moved[i] += shift;
                    value(&moved)
                };
                (at(1e-5) - at(-1e-5)) / 2e-5
            })
            .collect();
        GradientDescent::default().step(&mut z, &gradient, 2.0).expect("a finite rate");
        let q = softmax(&z);
        course.push((cross_entropy(p, &q), divergence(p, &q)));
    }
    (softmax(&z), course)
}

fn examine(p: &[f64]) -> Descent {
    let distance = |q: &[f64]| p.iter().zip(q).map(|(p, q)| (p - q).abs()).fold(0.0, f64::max);
    let (by_entropy, course) = descend(p, Function::CrossEntropy, 3000);
    let (by_divergence, _) = descend(p, Function::Divergence, 3000);
    let entropy = cross_entropy(p, p);
    let constant = course.iter().map(|(h, kl)| (h - kl - entropy).abs()).fold(0.0, f64::max);
    Descent { distance: [distance(&by_entropy), distance(&by_divergence)], constant, course }
}

/// Half a Gaussian at −3 and half one at 3, both of deviation 1.
fn mixture(x: f64) -> f64 {
    f64::midpoint(gaussian(x, -3.0, 1.0), gaussian(x, 3.0, 1.0))
}

fn gaussian(x: f64, mean: f64, deviation: f64) -> f64 {
    (-((x - mean) / deviation).powi(2) / 2.0).exp() / (deviation * std::f64::consts::TAU.sqrt())
}

/// Which way round the divergence is taken between the mixture p and a Gaussian q.
#[derive(Clone, Copy)]
enum Direction {
    /// KL(p‖q), as in cross-entropy.
    Forward,
    /// KL(q‖p).
    Reverse,
}

/// The mean and the deviation of the Gaussian of smallest divergence: the best of descents from means −1, ½ and 2.
fn fit(direction: Direction) -> (f64, f64) {
    let ends = [-1.0, 0.5, 2.0].map(|start| fit_from(direction, start));
    let (_, best) = ends.into_iter().min_by(|a, b| a.0.total_cmp(&b.0)).expect("three");
    best
}

/// The divergence at the end of a descent, and the mean and deviation there.
fn fit_from(direction: Direction, start: f64) -> (f64, (f64, f64)) {
    let step = 0.05;
    let grid: Vec<f64> = (-400..=400).map(|i| f64::from(i) * step).collect();
    let value = |parameters: &[f64; 2]| -> f64 {
        let (mean, deviation) = (parameters[0], parameters[1].exp());
        let term = |&x: &f64| {
            let (p, q) = (mixture(x), gaussian(x, mean, deviation));
            let (a, b) = match direction {
                Direction::Forward => (p, q),
                Direction::Reverse => (q, p),
            };
            if a > 1e-300 { a * (a / b.max(1e-300)).ln() } else { 0.0 }
        };
        grid.iter().map(term).sum::<f64>() * step
    };
    let mut parameters = [start, 0.0];
    let mut adam = Adam::default();
    for k in 0..1500 {
        let gradient = [0, 1].map(|i| {
            let at = |shift: f64| {
                let mut moved = parameters;
                moved[i] += shift;
                value(&moved)
            };
            (at(1e-5) - at(-1e-5)) / 2e-5
        });
        adam.step(&mut parameters, &gradient, 0.05 / (1.0 + f64::from(k) / 200.0)).expect("a finite rate");
    }
    (value(&parameters), (parameters[0], parameters[1].exp()))
}

impl Claim for CeMinimiserIsKlMinimiser {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "Minimising cross-entropy is minimising the Kullback–Leibler divergence".to_owned(),
            statement: "The cross-entropy H(p, q) between labels and predictions and the divergence KL(p‖q) have the same minimiser over q, \
                        since they differ by the constant H(p), the entropy of the labels."
                .to_owned(),
            lecture: "part 1, cross-entropy and Kullback–Leibler divergence".to_owned(),
            sources: vec!["S. Kullback & R. A. Leibler 1951, On Information and Sufficiency, doi:10.1214/aoms/1177729694".to_owned()],
            criteria: vec![
                Criterion::new(
                    "same-minimiser",
                    "For 20 random p on 2 to 6 classes, gradient descent on either function over q = softmax(z), from q uniform, with \
                     numeric gradients, ends at q = p to 10⁻⁶. Refuted otherwise.",
                ),
                Criterion::new(
                    "constant-difference",
                    "H(p, q) − KL(p‖q) equals H(p) to 10⁻¹² at every step on the way, and is 0 for a one-hot p. Refuted otherwise.",
                ),
                Criterion::new(
                    "not-the-reverse",
                    "The order matters: fitting a Gaussian to half N(−3, 1) and half N(3, 1), KL(p‖q) puts its mean within 0.05 of 0, \
                     between the two, and KL(q‖p) within 0.05 of one of them, more than one deviation away. Refuted otherwise.",
                ),
            ],
            would_change: "Nothing: the first two are an identity.".to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let mut random = stream(laboratory.seed(), "distributions");
        let targets: Vec<Vec<f64>> = (0..CASES)
            .map(|_| {
                let classes = random.random_range(2..=6);
                let weights: Vec<f64> = (0..classes).map(|_| random.random_range(0.1..1.0)).collect();
                let total: f64 = weights.iter().sum();
                weights.iter().map(|weight| weight / total).collect()
            })
            .collect();
        let descents: Vec<Descent> = targets.iter().map(|p| examine(p)).collect();
        let largest = |of: &dyn Fn(&Descent) -> f64| descents.iter().map(of).fold(0.0, f64::max);
        let distance = largest(&|descent| descent.distance[0].max(descent.distance[1]));
        let constant = largest(&|descent| descent.constant);
        let one_hot = [0.0, 1.0, 0.0];
        let q = softmax(&[0.3, -0.2, 1.0]);
        let at_one_hot = (cross_entropy(&one_hot, &q) - divergence(&one_hot, &q)).abs();
        let (forward, reverse) = (fit(Direction::Forward), fit(Direction::Reverse));
        let away = (reverse.0 - forward.0).abs();
        Ok(Findings {
            setup: vec![
                ("targets".to_owned(), format!("{CASES} random distributions of 2 to 6 classes")),
                ("descent".to_owned(), "3,000 steps at rate 2 from z = 0, central differences".to_owned()),
                ("fit".to_owned(), "Adam on mean and ln deviation, integrals as sums over a grid of 0.05 on [−20, 20]".to_owned()),
            ],
            data: laboratory.data_used(),
            figures: vec![course_figure(&descents[0]), fit_figure(forward, reverse)],
            tables: vec![Table {
                id: "fits".to_owned(),
                title: "The Gaussian nearest to the mixture".to_owned(),
                caption: "Cross-entropy minimises the first, which must give mass to all that the labels show; the reverse divergence may leave \
                          half of it out."
                    .to_owned(),
                columns: ["divergence", "mean", "deviation"].map(str::to_owned).to_vec(),
                rows: [("KL(p‖q)", forward), ("KL(q‖p)", reverse)]
                    .into_iter()
                    .map(|(name, (mean, deviation))| vec![Cell::from(name), Cell::number(mean, 3), Cell::number(deviation, 3)])
                    .collect(),
            }],
            key_number: format!("both descents end at p, to {}; the difference is H(p), to {}", scientific(distance), scientific(constant)),
            outcomes: vec![
                Outcome::new(
                    "same-minimiser",
                    Verdict::holds_or_refuted(distance <= 1e-6),
                    format!("largest |q − p| {} (≤ 10⁻⁶)", scientific(distance)),
                ),
                Outcome::new(
                    "constant-difference",
                    Verdict::holds_or_refuted(constant <= 1e-12 && at_one_hot <= 1e-12),
                    format!("largest departure {} (≤ 10⁻¹²); one-hot {}", scientific(constant), scientific(at_one_hot)),
                ),
                Outcome::new(
                    "not-the-reverse",
                    Verdict::holds_or_refuted(forward.0.abs() <= 0.05 && (reverse.0.abs() - 3.0).abs() <= 0.05 && away > 1.0),
                    format!("means {} and {}", fixed(forward.0, 3), fixed(reverse.0, 3)),
                ),
            ],
            remarks: vec![
                "Amended after a first run: the Gaussian was fitted from one start, from which KL(q‖p) ended in a local minimum between the \
                 two parts; now the best of three starts counts."
                    .to_owned(),
                "The lecture calls minimising the two \"equal\": equal are the minimisers; the values differ by H(p), which is 0 for one-hot \
                 labels alone."
                    .to_owned(),
            ],
        })
    }
}

fn course_figure(descent: &Descent) -> Figure {
    let kept = || descent.course.iter().enumerate().take(60);
    Figure {
        id: "course".to_owned(),
        title: "Two curves at a constant distance".to_owned(),
        caption: "Descent on the cross-entropy for one random p: H(p, q) tends to H(p) and KL(p‖q) to 0, H(p) apart at every step.".to_owned(),
        x: Axis::linear("step"),
        y: Axis::linear("nats"),
        series: vec![
            Series::line("H(p, q)", kept().map(|(k, (h, _))| Point::new((k + 1) as f64, *h)).collect()),
            Series::line("KL(p‖q)", kept().map(|(k, (_, kl))| Point::new((k + 1) as f64, *kl)).collect()),
        ],
    }
}

fn fit_figure(forward: (f64, f64), reverse: (f64, f64)) -> Figure {
    let grid = || (-80..=80).map(|i| f64::from(i) / 10.0);
    let line = |name: &str, of: &dyn Fn(f64) -> f64| {
        Series::line(name, grid().map(|x| Point::new(x, of(x))).collect())
    };
    Figure {
        id: "fit".to_owned(),
        title: "The order of the arguments decides between covering and choosing".to_owned(),
        caption: "A Gaussian fitted to a mixture of two: by KL(p‖q), which cross-entropy minimises, it covers both; by KL(q‖p) it chooses one."
            .to_owned(),
        x: Axis::linear("x"),
        y: Axis::linear("density"),
        series: vec![
            line("mixture p", &mixture),
            line("q by KL(p‖q)", &|x| gaussian(x, forward.0, forward.1)),
            line("q by KL(q‖p)", &|x| gaussian(x, reverse.0, reverse.1)),
        ],
    }
}
