//! Group B: statements that need a condition, or are contradicted.

use autograd::{Var, grad};
use losses_optim::minimise::LbfgsMemory;
use losses_optim::optim::{Adadelta, Adam, AmsGrad, GradientDescent, Momentum, Optimizer};
use nalgebra::{DMatrix, DVector};
use num_traits::Float;
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_distr::{Distribution, StandardNormal};

use super::{Erratum, Shown};
use crate::Error;
use crate::data;
use crate::model::{FullBatch, Mlp, Quadratic};
use crate::report::{Axis, Figure, Point, Series, fixed, scientific};
use crate::run::seed::stream;

pub(super) static ALL: &[Erratum] = &[
    Erratum {
        id: "B1",
        place: "part 3, gradient descent",
        printed: "guaranteed to converge to a local minimum",
        correct: "to a stationary point if η < 2/L and the iterates stay bounded; from random starts almost surely to a minimum if \
                  every saddle is strict (Lee et al. 2016); there may be no minimum at all",
        rule: "With η = 0.1, 10⁴ steps: on ½(x² − y²) + ¼y⁴ from (1, 0) it ends at the saddle (0, 0), whose curvatures are 1 and −1; on \
               e⁻ˣ the gradient tends to 0 while x grows past 6 and has no limit.",
        show: descent_guarantee,
    },
    Erratum {
        id: "B2",
        place: "part 3, batch gradient descent",
        printed: "every update is guaranteed to lower the error",
        correct: "every update lowers the error if η < 2/L",
        rule: "On ½Lx² with L = 3 from x = 1: at η = 2.01/L each of 100 steps raises the error, at 1.99/L each lowers it.",
        show: descent_step,
    },
    Erratum {
        id: "B3",
        place: "part 2, summary of subgradients",
        printed: "subgradients extend gradient descent to piecewise continuous functions",
        correct: "to convex functions, with Clarke's generalisation to locally Lipschitz ones; the pieces must be differentiable and join \
                  continuously",
        rule: "The sign function is piecewise continuous: its derivative is 0 at 1000 points, and g = 0 violates \
               f(y) ≥ f(x) + g(y − x) for some pair; for the rectifier, which is continuous, no pair of points does.",
        show: piecewise,
    },
    Erratum {
        id: "B4",
        place: "part 2, summary of subgradients",
        printed: "there is solid mathematics for why this works, said of rectifier networks",
        correct: "the inequality of subgradients holds for convex functions; the loss of a network is not convex, and its theory is that of \
                  Clarke and conservative gradients (Bolte & Pauwels 2020)",
        rule: "f(y) ≥ f(x) + g·(y − x) on 1000 random pairs of parameters: it fails for some with the squared loss of a network with one \
               rectifier, and for none with that of a linear model.",
        show: networks,
    },
    Erratum {
        id: "B5",
        place: "part 2, support vector machine",
        printed: "the Lagrangian approximately equals the regularised hinge loss",
        correct: "eliminating the slack variables makes the primal equal to it; the Lagrangian at the multipliers of the solution equals it \
                  at the solution only, and lies below elsewhere",
        rule: "Two samples, x = ±1 with y = ±1 and γ = ¼, solved by w = ½ with multipliers ¼: both are 0.375 there to 10⁻¹⁵, and at \
               w = 2 the Lagrangian is 1.5 and the regularised hinge 2.",
        show: lagrangian,
    },
    Erratum {
        id: "B6",
        place: "part 3, Adadelta",
        printed: "no learning rate needed",
        correct: "ε sets the first steps, √(ε/((1 − ρ)g² + ε)) · g, and with them the speed",
        rule: "On (x − 1)² from x = 3, ρ = 0.95: the number of steps until |x − 1| < ½ falls by more than a factor of 100 as ε goes from \
               10⁻¹⁰ to 10⁻².",
        show: adadelta,
    },
    Erratum {
        id: "B7",
        place: "part 3, L-BFGS",
        printed: "does not perform well outside batch settings, with a report on distributed training by Dean et al. 2012 as the source",
        correct: "the statement holds, but that report runs L-BFGS on whole batches only (Sandblaster) and finds it competitive there \
                  (from secondary texts)",
        rule: "Least squares of 200 samples in 5 dimensions, memory 10: on the whole batch L-BFGS lowers the excess loss by more than 10⁸ \
               in 40 steps; on batches of 10, with each pair from two batches and a rate of 0.1, by less than 10⁴ in 2000.",
        show: stochastic_pairs,
    },
    Erratum {
        id: "B8",
        place: "part 1, L-norms under label noise",
        printed: "both the L1 and the L2 loss of probabilities suit extreme label noise",
        correct: "the L1 loss is symmetric: its sum over all labels is constant, so that uniform noise below (K − 1)/K leaves the minimiser \
                  of the expected loss where it was (Ghosh, Kumar & Sastry 2017); the L2 loss is not",
        rule: "Over 1000 random distributions of K = 10 classes: the sum over the labels of ‖y − p‖₁ is 2K − 2 to 10⁻¹², that of \
               ‖y − p‖₂² varies by more than 1.",
        show: symmetry,
    },
    Erratum {
        id: "B9",
        place: "part 3, stochastic gradient descent",
        printed: "single samples are inefficient because of the latency of transfers to a graphics processor",
        correct: "they are inefficient on any processor: a matrix times a vector reads each weight for one multiplication",
        rule: "For a layer of 512 × 512 in f32, the multiplications for each byte of weights read are proportional to the batch: 64 times \
               as many for 64 samples as for one.",
        show: intensity,
    },
    Erratum {
        id: "B10",
        place: "part 3, AMSGrad",
        printed: "ensures a non-increasing step size",
        correct: "only if η does not increase and the maximum is not divided by 1 − ρᵏ afterwards, as some libraries do",
        rule: "Gradient 1 once, then 0, ρ = 0.999, 10⁴ steps: η/√(max r) never increases as the paper has it, and grows by more than 31 \
               if the maximum is corrected for bias.",
        show: step_size,
    },
    Erratum {
        id: "B11",
        place: "part 3, loss surface",
        printed: "local minima lie very close to the global one",
        correct: "for wide networks; narrow ones end anywhere",
        rule: "200 digits, gradient descent with η = 0.5, 300 steps, 10 random starts: the range of the final losses exceeds 0.3 with two \
               hidden units, and is at least ten times that with 64.",
        show: width,
    },
    Erratum {
        id: "B12",
        place: "part 3, momentum",
        printed: "overcomes the variance of stochastic gradients",
        correct: "at equal η/(1 − μ) the stationary variance is the same to first order in η",
        rule: "½x² with gradients of unit noise, 10⁶ steps: x varies as the formulas say to 5 %, by 0.1111 without momentum at η = 0.2 and \
               by 0.1005 with μ = 0.9 at η = 0.02: less by about a tenth, not by the factor of ten that μ suggests.",
        show: variance,
    },
    Erratum {
        id: "B13",
        place: "part 3, momentum and Adam",
        printed: "v for the velocity of momentum and for Adam's first moment",
        correct: "the velocity has no factor 1 − μ, the moment has it; learning rates differ by 1/(1 − μ) between the slides",
        rule: "Under the constant gradient 1, μ = 0.9: momentum's step tends to 10 η, Adam's moment to 1, each to 10⁻⁶.",
        show: scale,
    },
];

fn descent_guarantee() -> Result<Shown, Error> {
    let mut descent = GradientDescent::default();
    let mut saddle = [1.0_f64, 0.0];
    let mut far = [0.0_f64];
    for _ in 0..10_000 {
        let slope = [saddle[0], saddle[1].powi(3) - saddle[1]];
        descent.step(&mut saddle, &slope, 0.1).expect("a finite rate");
        let slope = [-(-far[0]).exp()];
        GradientDescent::default().step(&mut far, &slope, 0.1).expect("a finite rate");
    }
    let slope = (-far[0]).exp();
    Ok(Shown::if_holds(
        saddle[0].abs() < 1e-12 && saddle[1] == 0.0 && far[0] > 6.0 && slope < 1e-2,
        format!(
            "(1, 0) → ({}, {}); e⁻ˣ: x = {} with slope {}",
            scientific(saddle[0]),
            saddle[1],
            fixed(far[0], 2),
            scientific(slope)
        ),
    ))
}

fn descent_step() -> Result<Shown, Error> {
    let quadratic = Quadratic { curvatures: vec![3.0] };
    let raised = |factor: f64| {
        let path = quadratic.path(&mut GradientDescent::default(), factor / 3.0, &[1.0], 100);
        path.windows(2).filter(|pair| quadratic.value(&pair[1]) > quadratic.value(&pair[0])).count()
    };
    let (above, below) = (raised(2.01), raised(1.99));
    Ok(Shown::if_holds(
        above == 100 && below == 0,
        format!("steps that raise the error: {above} of 100 at η = 2.01/L, {below} at 1.99/L"),
    ))
}

fn piecewise() -> Result<Shown, Error> {
    let points: Vec<f64> = (0..1000).map(|i| f64::from(i) * 0.004 - 1.998).collect();
    let slope_of_sign = |x: f64| grad(|x| x[0].signum(), &[x])[0];
    let slope_of_rectifier = |x: f64| grad(|x| x[0].max(Var::constant(0.0)), &[x])[0];
    let flat = points.iter().filter(|&&x| slope_of_sign(x) == 0.0).count();
    let violations = |f: fn(f64) -> f64, slope: &dyn Fn(f64) -> f64| {
        let below = |x: f64, g: f64| points.iter().filter(|&&y| f(y) < f(x) + g * (y - x) - 1e-12).count();
        points.iter().map(|&x| below(x, slope(x))).sum::<usize>()
    };
    let sign = violations(f64::signum, &slope_of_sign);
    let rectifier = violations(|x| x.max(0.0), &slope_of_rectifier);
    Ok(Shown::if_holds(
        flat == points.len() && sign > 0 && rectifier == 0,
        format!(
            "slope of sign 0 at {flat} of 1000 points; of 10⁶ pairs violate the inequality: {sign} for the sign, {rectifier} for the rectifier"
        ),
    ))
}

/// Half the squared error of v·max(w·x, 0) at three samples, or of v + w·x.
fn squared_loss<F: Float>(parameters: &[F], rectified: Rectified) -> F {
    let samples = [(-1.0, 0.5), (0.5, -1.0), (2.0, 1.0)].map(|(x, y)| (F::from(x), F::from(y)));
    let half = F::from(0.5).expect("a float");
    samples.into_iter().fold(F::zero(), |loss, (x, y)| {
        let (x, y) = (x.expect("a float"), y.expect("a float"));
        let output = match rectified {
            Rectified::Yes => parameters[0] * (parameters[1] * x).max(F::zero()),
            Rectified::No => parameters[0] + parameters[1] * x,
        };
        loss + half * (output - y).powi(2)
    })
}

#[derive(Clone, Copy)]
enum Rectified {
    Yes,
    No,
}

fn networks() -> Result<Shown, Error> {
    let mut random = stream(0, "pairs of parameters");
    let mut point = || [random.random_range(-2.0..2.0), random.random_range(-2.0..2.0)];
    let pairs: Vec<[[f64; 2]; 2]> = (0..1000).map(|_| [point(), point()]).collect();
    let violations = |rectified| {
        let fails = |[x, y]: &&[[f64; 2]; 2]| {
            let (value, slope) = autograd::value_and_grad(|w| squared_loss(w, rectified), x);
            let bound = value + slope[0] * (y[0] - x[0]) + slope[1] * (y[1] - x[1]);
            squared_loss(y, rectified) < bound - 1e-9
        };
        pairs.iter().filter(fails).count()
    };
    let (network, linear) = (violations(Rectified::Yes), violations(Rectified::No));
    Ok(Shown::if_holds(
        network > 0 && linear == 0,
        format!("violated by {network} of 1000 pairs for the network, by {linear} for the linear model"),
    ))
}

fn lagrangian() -> Result<Shown, Error> {
    let (gamma, multiplier) = (0.25, 0.25);
    let samples = [(1.0, 1.0), (-1.0, -1.0)];
    let hinge = |w: f64| samples.iter().map(|(x, y)| (1.0_f64 - y * w * x).max(0.0)).sum::<f64>();
    let primal = |w: f64| 0.5 * w * w + gamma * hinge(w);
    let lagrangian =
        |w: f64| 0.5 * w * w + samples.iter().map(|(x, y)| multiplier * (1.0 - y * w * x)).sum::<f64>();
    let (at, off) = ([lagrangian(0.5), primal(0.5)], [lagrangian(2.0), primal(2.0)]);
    Ok(Shown::if_holds(
        at.iter().all(|value| (value - 0.375).abs() <= 1e-15) && off == [1.5, 2.0],
        format!(
            "Lagrangian and regularised hinge: {} and {} at w = ½, {} and {} at w = 2",
            at[0], at[1], off[0], off[1]
        ),
    ))
}

/// The steps until |x − 1| < ½ on (x − 1)² from x = 3.
fn adadelta_steps(epsilon: f64) -> usize {
    let mut optimizer = Adadelta { decay: 0.95, epsilon, ..Adadelta::default() };
    let mut x = [3.0_f64];
    let mut steps = 0;
    while (x[0] - 1.0).abs() >= 0.5 && steps < 1_000_000 {
        let slope = [2.0 * (x[0] - 1.0)];
        optimizer.step(&mut x, &slope, 1.0).expect("a finite rate");
        steps += 1;
    }
    steps
}

fn adadelta() -> Result<Shown, Error> {
    let steps = [-10, -8, -6, -4, -2].map(|exponent| adadelta_steps(10_f64.powi(exponent)));
    Ok(Shown::if_holds(
        steps[0] > 100 * steps[4],
        format!(
            "steps for ε = 10⁻¹⁰, 10⁻⁸, 10⁻⁶, 10⁻⁴, 10⁻²: {}",
            steps.map(|steps| steps.to_string()).join(", ")
        ),
    ))
}

/// How the number of steps depends on ε.
pub(super) fn adadelta_figure() -> Figure {
    let exponents = (-20..=-2).map(|half| f64::from(half) / 2.0);
    let points = exponents
        .map(|exponent| 10_f64.powf(exponent))
        .map(|epsilon| Point::new(epsilon, adadelta_steps(epsilon) as f64));
    Figure {
        id: "adadelta".to_owned(),
        title: "B6: the learning rate that Adadelta does not have is called ε".to_owned(),
        caption:
            "The steps from x = 3 until |x − 1| < ½ on (x − 1)², ρ = 0.95, over ε: more than three decades of speed."
                .to_owned(),
        x: Axis::logarithmic("ε"),
        y: Axis::logarithmic("steps"),
        series: vec![Series::line("Adadelta", points.collect())],
    }
}

/// A least-squares problem: rows of features, and targets.
struct LeastSquares {
    features: DMatrix<f64>,
    targets: DVector<f64>,
}

impl LeastSquares {
    fn draw(samples: usize, dimension: usize) -> Self {
        let mut random = stream(0, "least squares");
        let mut normal = || -> f64 { StandardNormal.sample(&mut random) };
        let features = DMatrix::from_fn(samples, dimension, |_, _| normal());
        let noise = DVector::from_fn(samples, |_, _| normal());
        let targets = &features * DVector::repeat(dimension, 1.0) + noise;
        Self { features, targets }
    }

    /// Half the mean squared residual.
    fn loss(&self, w: &DVector<f64>) -> f64 {
        (&self.features * w - &self.targets).norm_squared() / (2.0 * self.targets.len() as f64)
    }

    /// The gradient over some of the samples.
    fn gradient(&self, w: &DVector<f64>, samples: &[usize]) -> DVector<f64> {
        let (features, targets) = (self.features.select_rows(samples), self.targets.select_rows(samples));
        features.tr_mul(&(&features * w - targets)) / samples.len() as f64
    }

    /// The factor by which L-BFGS lowers the excess loss from 0, with the difference of successive gradients for its pairs,
    /// whatever their batches.
    fn improvement(&self, batch: usize, rate: f64, steps: usize) -> f64 {
        let normal = self.features.tr_mul(&self.features);
        let best = normal
            .cholesky()
            .expect("more samples than dimensions")
            .solve(&self.features.tr_mul(&self.targets));
        let excess =
            |w: &DVector<f64>| (self.loss(w) - self.loss(&best)).max(f64::EPSILON * self.loss(&best));
        let mut random = stream(0, "batches");
        let mut order: Vec<usize> = (0..self.targets.len()).collect();
        let mut memory = LbfgsMemory::default();
        let mut w = DVector::zeros(best.len());
        let start = excess(&w);
        let mut direction = vec![0.0; best.len()];
        let mut before: Option<(DVector<f64>, DVector<f64>)> = None;
        for _ in 0..steps {
            order.shuffle(&mut random);
            let gradient = self.gradient(&w, &order[..batch]);
            if let Some((point, slope)) = before.take() {
                memory.push((&w - point).as_slice(), (&gradient - slope).as_slice());
            }
            memory.direction(gradient.as_slice(), &mut direction);
            let next = &w + DVector::from_column_slice(&direction) * rate;
            before = Some((std::mem::replace(&mut w, next), gradient));
        }
        start / excess(&w)
    }
}

fn stochastic_pairs() -> Result<Shown, Error> {
    let problem = LeastSquares::draw(200, 5);
    let (whole, parts) = (problem.improvement(200, 1.0, 40), problem.improvement(10, 0.1, 2000));
    Ok(Shown::if_holds(
        whole > 1e8 && parts < 1e4,
        format!(
            "excess loss lowered {}-fold on the whole batch, {}-fold on batches of 10",
            scientific(whole),
            fixed(parts, 1)
        ),
    ))
}

fn symmetry() -> Result<Shown, Error> {
    const CLASSES: usize = 10;
    let mut random = stream(0, "distributions");
    let (mut deviation, mut low, mut high) = (0.0_f64, f64::INFINITY, f64::NEG_INFINITY);
    for _ in 0..1000 {
        let spread = random.random_range(0.1..4.0);
        let scores: [f64; CLASSES] = std::array::from_fn(|_| {
            let normal: f64 = StandardNormal.sample(&mut random);
            (spread * normal).exp()
        });
        let total: f64 = scores.iter().sum();
        let p = scores.map(|score| score / total);
        let distance = |label: usize, power: i32| {
            let entry =
                |(class, p): (usize, &f64)| (f64::from(u8::from(class == label)) - p).abs().powi(power);
            p.iter().enumerate().map(entry).sum::<f64>()
        };
        let over_labels = |power| (0..CLASSES).map(|label| distance(label, power)).sum::<f64>();
        deviation = deviation.max((over_labels(1) - 18.0).abs());
        let squares = over_labels(2);
        (low, high) = (low.min(squares), high.max(squares));
    }
    Ok(Shown::if_holds(
        deviation < 1e-12 && high - low > 1.0,
        format!(
            "L1: the sum differs from 18 by at most {}; L2: it lies between {} and {}",
            scientific(deviation),
            fixed(low, 2),
            fixed(high, 2)
        ),
    ))
}

fn intensity() -> Result<Shown, Error> {
    // Each sample multiplies by each weight once; the weights are read once for the whole batch.
    let weights = 512 * 512;
    let for_each_byte = |batch: usize| (batch * weights) as f64 / (weights * size_of::<f32>()) as f64;
    let (one, batch) = (for_each_byte(1), for_each_byte(64));
    Ok(Shown::if_holds(
        batch / one == 64.0,
        format!("multiplications for each byte of weights: {one} for one sample, {batch} for 64"),
    ))
}

fn step_size() -> Result<Shown, Error> {
    let mut optimizer = AmsGrad { beta1: 0.0, beta2: 0.999, ..AmsGrad::default() };
    let mut previous = f64::INFINITY;
    let (mut rises, mut first, mut last) = (0, 0.0, 0.0);
    for k in 1..=10_000_i32 {
        optimizer.step(&mut [0.0], &[f64::from(u8::from(k == 1))], 1.0).expect("a finite rate");
        let largest = optimizer.v_max[0];
        let rate = largest.sqrt().recip();
        rises += u32::from(rate > previous);
        previous = rate;
        last = (largest / (1.0 - 0.999_f64.powi(k))).sqrt().recip();
        if k == 1 {
            first = last;
        }
    }
    let growth = last / first;
    Ok(Shown::if_holds(
        rises == 0 && growth > 31.0,
        format!(
            "the paper's form rises {rises} times; corrected afterwards the step grows {}-fold",
            fixed(growth, 2)
        ),
    ))
}

fn width() -> Result<Shown, Error> {
    let digits = data::digits()?;
    let sample = digits.select(&(0..200).collect::<Vec<_>>());
    let range = |units: usize| {
        let model = Mlp::new(sample.dimension(), &[units], 10);
        let objective = FullBatch::new(&model, &sample, 0.0);
        let losses: Vec<f64> = (0..10)
            .map(|start| {
                let mut w = model.initialise::<f64>(&mut stream(start, "initialisation")).as_slice().to_vec();
                for _ in 0..300 {
                    let (_, gradient) = objective.loss_and_gradient(&w);
                    GradientDescent::default().step(&mut w, &gradient, 0.5).expect("a finite rate");
                }
                objective.loss(&w)
            })
            .collect();
        let ends = losses
            .iter()
            .fold((f64::INFINITY, 0.0_f64), |(low, high), &loss| (low.min(loss), high.max(loss)));
        ends.1 - ends.0
    };
    let (narrow, wide) = (range(2), range(64));
    Ok(Shown::if_holds(
        narrow > 0.3 && narrow >= 10.0 * wide,
        format!(
            "range of the final losses: {} with 2 hidden units, {} with 64",
            fixed(narrow, 3),
            fixed(wide, 4)
        ),
    ))
}

fn variance() -> Result<Shown, Error> {
    let simulated = |momentum: f64, rate: f64| {
        let mut random = stream(0, "gradient noise");
        let mut optimizer = Momentum { momentum, ..Momentum::default() };
        let mut x = [0.0_f64];
        let mut squares = 0.0;
        let steps = 1_000_000;
        for _ in 0..steps {
            let noise: f64 = StandardNormal.sample(&mut random);
            let slope = [x[0] + noise];
            optimizer.step(&mut x, &slope, rate).expect("a finite rate");
            squares += x[0] * x[0];
        }
        squares / f64::from(steps)
    };
    let expected = |momentum: f64, rate: f64| {
        rate * (1.0 + momentum) / ((1.0 - momentum) * (2.0 * (1.0 + momentum) - rate))
    };
    let cases = [(0.0, 0.2), (0.9, 0.02)].map(|(mu, eta)| (simulated(mu, eta), expected(mu, eta)));
    let close = cases.iter().all(|(found, theory)| (found / theory - 1.0).abs() < 0.05);
    Ok(Shown::if_holds(
        close && cases[1].0 > 0.8 * cases[0].0,
        format!(
            "simulated {} (theory {}) without momentum, {} (theory {}) with",
            fixed(cases[0].0, 4),
            fixed(cases[0].1, 4),
            fixed(cases[1].0, 4),
            fixed(cases[1].1, 4)
        ),
    ))
}

fn scale() -> Result<Shown, Error> {
    let mut momentum = Momentum { momentum: 0.9, ..Momentum::default() };
    let mut adam = Adam::default();
    let (mut w, mut step) = ([0.0_f64], 0.0);
    for _ in 0..1000 {
        let before = w[0];
        momentum.step(&mut w, &[1.0], 1.0).expect("a finite rate");
        step = before - w[0];
        adam.step(&mut [0.0], &[1.0], 1.0).expect("a finite rate");
    }
    let moment: f64 = adam.m[0];
    Ok(Shown::if_holds(
        (step - 10.0).abs() < 1e-6 && (moment - 1.0).abs() < 1e-6,
        format!("momentum's step {} η, Adam's moment {}", fixed(step, 6), fixed(moment, 6)),
    ))
}
