//! Objectives that are only ever seen through batches.

use num_traits::Float;
use serde::{Deserialize, Serialize};

/// What one batch says of an objective at some parameters: a value, a gradient, and how far either is to be trusted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Estimate<T> {
    /// The mean of the samples' losses.
    pub value: T,
    /// The variance of that mean.
    pub value_variance: T,
    /// The mean of the samples' gradients.
    pub gradient: Vec<T>,
    /// The variance of each entry of that mean.
    pub gradient_variance: Vec<T>,
}

impl<T: Float> Estimate<T> {
    /// Room for so many parameters.
    #[must_use]
    pub fn zeros(parameters: usize) -> Self {
        Self {
            value: T::zero(),
            value_variance: T::zero(),
            gradient: vec![T::zero(); parameters],
            gradient_variance: vec![T::zero(); parameters],
        }
    }
}

/// The variance of a mean over B ≥ 2 samples, from the samples' mean and their mean square: (E x² − (E x)²)/(B − 1), and at
/// least 0.
///
/// ```
/// use losses_optim::objective::variance_of_mean;
///
/// let samples = [1.0, 2.0, 6.0];
/// let (mean, mean_square) = (3.0, (1.0 + 4.0 + 36.0) / 3.0);
/// let by_definition = samples.iter().map(|x: &f64| (x - mean).powi(2)).sum::<f64>() / (3.0 * 2.0);
/// assert!((variance_of_mean(mean, mean_square, 3) - by_definition).abs() < 1e-15);
/// ```
///
/// # Panics
///
/// If there are fewer than two samples, which say nothing of their spread.
#[track_caller]
#[must_use]
pub fn variance_of_mean<T: Float>(mean: T, mean_square: T, samples: usize) -> T {
    assert!(samples >= 2, "{samples} samples say nothing of their spread: take two or more");
    (mean_square - mean * mean).max(T::zero()) / T::from(samples - 1).unwrap_or_else(T::one)
}

/// An objective that is only ever seen through batches.
pub trait SampledObjective<T> {
    /// Draws a batch and writes what it says at these parameters; every field of `estimate` is written.
    fn sample(&mut self, params: &[T], estimate: &mut Estimate<T>);
}

impl<T, F: FnMut(&[T], &mut Estimate<T>)> SampledObjective<T> for F {
    fn sample(&mut self, params: &[T], estimate: &mut Estimate<T>) {
        self(params, estimate);
    }
}
