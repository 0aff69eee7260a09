use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::Proximal;
use crate::{
    error::{HyperparameterError, non_negative},
    optim::constant,
    state::Method,
    vector::sum_of_sizes,
};

/// The sum of absolute values, which makes entries exactly 0.
///
/// ```text
/// g(w) = λ ‖w‖₁
/// prox(w, t) = sign(w) max(0, |w| − t λ)
/// ```
///
/// # Conventions
///
/// λ is not divided by the number of entries. An entry at the threshold, |w| = t λ, becomes 0; NaN stays NaN.
///
/// # Example
///
/// ```
/// use losses_optim::proximal::{L1, Proximal};
///
/// let mut w = [-2.0, 0.25, 1.0];
/// L1 { weight: 1.0 }.apply(&mut w, 0.5);
/// assert_eq!(w, [-1.5, 0.0, 0.5]);
/// ```
///
/// # Source
///
/// D. L. Donoho, *De-noising by soft-thresholding*, 1995, doi:10.1109/18.382009; R. Tibshirani, 1996.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct L1 {
    /// λ ≥ 0. Default 1.
    pub weight: f64,
}

impl Default for L1 {
    fn default() -> Self {
        Self { weight: 1.0 }
    }
}

impl Method for L1 {
    type Scalar = f64;
    const NAME: &'static str = "l1";
    const SUMMARY: &'static str = "the sum of absolute values, which makes entries exactly 0";
    const SOURCE: &'static str = "Donoho 1995; Tibshirani 1996";
}

impl<T: Float> Proximal<T> for L1 {
    fn validate(&self) -> Result<(), HyperparameterError> {
        non_negative("weight", self.weight)
    }

    fn value(&self, params: &[T]) -> T {
        constant::<T>(self.weight) * sum_of_sizes(params)
    }

    fn apply(&self, params: &mut [T], t: T) {
        let threshold = t * constant(self.weight);
        for w in params {
            *w = if *w > threshold {
                *w - threshold
            } else if *w < -threshold {
                *w + threshold
            } else if w.is_nan() {
                *w
            } else {
                T::zero()
            };
        }
    }
}
