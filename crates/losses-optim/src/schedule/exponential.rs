use serde::{Deserialize, Serialize};

use super::{Schedule, elapsed};
use crate::{
    error::{HyperparameterError, non_negative},
    state::Method,
};

/// Exponential decay: the rate is multiplied by a factor at every step.
///
/// ```text
/// η(t) = η₀ γ^(t − 1)
/// ```
///
/// # Conventions
///
/// PyTorch's `ExponentialLR` counts from 0: its epoch e is our t = e + 1. optax's `exponential_decay(η₀, s, γ)` is ours with
/// the s-th root of γ.
///
/// # Example
///
/// ```
/// use losses_optim::schedule::{Exponential, Schedule};
///
/// let schedule = Exponential { initial: 1.0, factor: 0.5 };
/// assert_eq!([1, 2, 3].map(|t| schedule.learning_rate(t)), [1.0, 0.5, 0.25]);
/// ```
///
/// # Source
///
/// The lecture; A. Senior et al., *An empirical study of learning rates in deep neural networks for speech recognition*,
/// ICASSP 2013, doi:10.1109/ICASSP.2013.6638963, compares it with others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exponential {
    /// η₀ ≥ 0. Default 0.01.
    pub initial: f64,
    /// γ ≥ 0, by which the rate is multiplied. Default 0.95.
    pub factor: f64,
}

impl Default for Exponential {
    fn default() -> Self {
        Self { initial: 0.01, factor: 0.95 }
    }
}

impl Method for Exponential {
    type Scalar = f64;
    const NAME: &'static str = "exponential";
    const SUMMARY: &'static str = "multiplied by a factor at every step";
    const SOURCE: &'static str = "Senior et al. 2013";
}

impl Schedule for Exponential {
    fn validate(&self) -> Result<(), HyperparameterError> {
        non_negative("initial", self.initial)?;
        non_negative("factor", self.factor)
    }

    fn learning_rate(&self, t: u64) -> f64 {
        self.initial * self.factor.powf(elapsed(t))
    }
}
