use serde::{Deserialize, Serialize};

use super::{Schedule, progress};
use crate::{
    error::{HyperparameterError, non_negative, one_or_more},
    state::Method,
};

/// Polynomial decay to a last rate, which is then kept; with power 1, linear decay.
///
/// ```text
/// η(t) = (η₀ − η₁) (1 − min(t − 1, T)/T)^p + η₁
/// ```
///
/// # Conventions
///
/// η₁ is reached at t = T + 1, after T steps. PyTorch's `PolynomialLR` (η₁ = 0) and optax's `polynomial_schedule` are this with
/// t − 1 for their count from 0.
///
/// # Example
///
/// ```
/// use losses_optim::schedule::{Polynomial, Schedule};
///
/// let schedule = Polynomial { initial: 1.0, last: 0.0, power: 2.0, steps: 4 };
/// assert_eq!([1, 3, 5, 9].map(|t| schedule.learning_rate(t)), [1.0, 0.25, 0.0, 0.0]);
/// ```
///
/// # Source
///
/// The "poly" policy of L.-C. Chen et al., *DeepLab*, 2016, arXiv:1606.00915.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Polynomial {
    /// η₀ ≥ 0. Default 0.01.
    pub initial: f64,
    /// η₁ ≥ 0, the rate at the end. Default 0.
    pub last: f64,
    /// p ≥ 0. Default 1.
    pub power: f64,
    /// T ≥ 1, the steps until the end. Default 100.
    pub steps: u64,
}

impl Default for Polynomial {
    fn default() -> Self {
        Self { initial: 0.01, last: 0.0, power: 1.0, steps: 100 }
    }
}

impl Method for Polynomial {
    type Scalar = f64;
    const NAME: &'static str = "polynomial";
    const SUMMARY: &'static str = "falls to a last rate as a power of the time that is left";
    const SOURCE: &'static str = "Chen et al. 2016, arXiv:1606.00915";
}

impl Schedule for Polynomial {
    fn validate(&self) -> Result<(), HyperparameterError> {
        non_negative("initial", self.initial)?;
        non_negative("last", self.last)?;
        non_negative("power", self.power)?;
        one_or_more("steps", self.steps)
    }

    fn learning_rate(&self, t: u64) -> f64 {
        (self.initial - self.last) * (1.0 - progress(t, self.steps)).powf(self.power) + self.last
    }
}
