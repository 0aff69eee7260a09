//! Objectives for the scalar tape, each written once over the number type, with data drawn here.
//!
//! The Gaussian mixture, the bundle adjustment and the LSTM have the formulas and the shapes of Microsoft's ADBench
//! (F. Srajer, Z. Kukelova & A. Fitzgibbon 2018, *A benchmark of selected algorithmic differentiation tools*,
//! arXiv:1807.10129).

mod bundle;
mod gmm;
mod log_sum_exp;
mod lstm;
mod perceptron;
mod rosenbrock;

pub use bundle::Bundle;
pub use gmm::Gmm;
pub use log_sum_exp::LogSumExp;
pub use lstm::Lstm;
pub use perceptron::Perceptron;
pub use rosenbrock::Rosenbrock;

use std::iter::Sum;

use autograd::Many;
use num_traits::Float;

/// A scalar function of many numbers.
pub trait Objective {
    /// The name in the table.
    fn name(&self) -> String;
    /// The point at which it is differentiated.
    fn point(&self) -> Vec<f64>;
    /// The function, in code that knows nothing of differentiation.
    fn value<F: Float>(&self, x: &[F]) -> F;
}

/// An objective whose sums, products of vectors and the like can be asked for by name.
pub trait ManyObjective: Objective {
    /// The function, with what it does to many numbers at once recorded as one operation.
    fn value_of_many<F: Many + Sum>(&self, x: &[F]) -> F;
}

/// An objective whose gradient somebody has derived.
pub trait ByHand: Objective {
    /// The value and the gradient.
    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> f64;
}

/// A constant of any number type.
fn lit<F: Float>(value: f64) -> F {
    F::from(value).expect("a float type must be constructible from f64")
}

/// The i-th of a sequence that fills (−1, 1) evenly: multiples of the golden ratio, modulo 1.
fn spread(i: usize) -> f64 {
    ((i as f64 + 1.0) * 0.618_033_988_749_894_9).fract() * 2.0 - 1.0
}

/// Data of this length that fill (−scale, scale), different for each stream.
fn draw(stream: usize, length: usize, scale: f64) -> Vec<f64> {
    (0..length).map(|i| scale * spread(i * 7 + stream * 1_000_003)).collect()
}

/// ln Σ exp xᵢ, shifted by the largest.
fn log_sum_exp<F: Float>(x: &[F]) -> F {
    let largest = x.iter().copied().fold(F::neg_infinity(), F::max);
    x.iter().fold(F::zero(), |sum, &x| sum + (x - largest).exp()).ln() + largest
}

/// The logarithm of the sum of exponentials; each term becomes its share of the sum.
fn shares(terms: &mut [f64]) -> f64 {
    let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for term in terms.iter_mut() {
        *term = (*term - largest).exp();
        sum += *term;
    }
    terms.iter_mut().for_each(|term| *term /= sum);
    largest + sum.ln()
}
