//! The functions that are descended on, and what becomes of it.

use autograd::{Var, grad, value_and_grad};
use losses_optim::optim::{GradientDescent, Optimizer};
use num_traits::Float;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use crate::model::norm;
use crate::run::seed::stream;

/// The largest curvatures L of the quadratics ½(x² + L·y²).
pub(super) const CURVATURES: [f64; 3] = [1.0, 10.0, 100.0];

/// η·L at which the quadratics are followed.
pub(super) const PRODUCTS: [f64; 9] = [0.1, 0.5, 1.0, 1.5, 1.9, 1.99, 2.01, 2.1, 3.0];

const STEPS: usize = 2_000;

/// How far from the saddle's ridge descent starts.
pub(super) const OFFSETS: [f64; 7] = [1e-300, 1e-200, 1e-100, 1e-50, 1e-16, 1e-8, 1e-4];

pub(super) const SADDLE_RATE: f64 = 0.1;

pub(super) const STARTS: usize = 1_000;

/// ½(x² + L·y²).
pub(super) fn quadratic<F: Float>(w: &[F], curvature: f64) -> F {
    let number = |x| F::from(x).expect("a float");
    (w[0] * w[0] + number(curvature) * w[1] * w[1]) * number(0.5)
}

/// x² − y² + y⁴/4: a saddle of curvatures 2 and −2 at the origin, minima of value −1 at (0, ±√2).
pub(super) fn saddle<F: Float>(w: &[F]) -> F {
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
pub(super) fn descend(
    f: impl for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>,
    w: &mut [f64],
    learning_rate: f64,
) -> f64 {
    let (loss, gradient) = value_and_grad(f, w);
    GradientDescent::default().step(w, &gradient, learning_rate).expect("a finite rate");
    loss
}

/// Whether every one of [`STEPS`] steps from (1, 1) lowers the loss, as long as it is above 10⁻²⁰⁰.
pub(super) fn always_lowers(curvature: f64, learning_rate: f64) -> bool {
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
pub(super) fn threshold(curvature: f64) -> f64 {
    let (mut low, mut high) = (0.1 / curvature, 10.0 / curvature);
    while high / low > 1.0 + 1e-6 {
        let middle = (low * high).sqrt();
        if always_lowers(curvature, middle) { low = middle } else { high = middle }
    }
    (low * high).sqrt()
}

/// The path from (1, offset) until |y| > 1, or for at most `most` steps.
pub(super) fn leave_saddle(offset: f64, most: usize) -> Vec<[f64; 2]> {
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
pub(super) struct Ends {
    pub(super) minima: usize,
    pub(super) largest_distance: f64,
}

pub(super) fn random_ends(seed: u64) -> Ends {
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
pub(super) fn separable_course(steps: usize) -> Vec<(f64, f64, f64)> {
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

/// How many of 100 steps on ½x² from 1 with η·L = `product` raise the loss.
pub(super) fn rises(product: f64) -> usize {
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
pub(super) fn repeats_after_two_steps() -> bool {
    let mut w = [1.0];
    (1..=100).all(|step| {
        descend(|w| w[0] * w[0] * 0.5, &mut w, 2.0);
        w[0] == if step % 2 == 0 { 1.0 } else { -1.0 }
    })
}
