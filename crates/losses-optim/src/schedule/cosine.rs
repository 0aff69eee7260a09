use serde::{Deserialize, Serialize};

use super::{Schedule, between, progress};
use crate::{
    error::{HyperparameterError, non_negative, one_or_more},
    state::Method,
};

/// Cosine annealing: half a cosine from the first rate to the last, which is then kept.
///
/// ```text
/// η(t) = η₁ + ½ (η₀ − η₁) (1 + cos(π min(t − 1, T)/T))
/// ```
///
/// # Conventions
///
/// η₁ is reached at t = T + 1, after T steps, and kept: PyTorch's `CosineAnnealingLR` climbs again after T instead. optax's
/// `cosine_decay_schedule` is this with t − 1 for its count, and with alpha = η₁/η₀.
///
/// # Example
///
/// ```
/// use losses_optim::schedule::{Cosine, Schedule};
///
/// let schedule = Cosine { initial: 1.0, last: 0.0, steps: 10 };
/// assert_eq!(schedule.learning_rate(1), 1.0);
/// assert!((schedule.learning_rate(6) - 0.5).abs() < 1e-15);
/// assert_eq!(schedule.learning_rate(11), 0.0);
/// ```
///
/// # Source
///
/// I. Loshchilov and F. Hutter, *SGDR: Stochastic Gradient Descent with Warm Restarts*, ICLR 2017, equation 5 without restarts,
/// arXiv:1608.03983.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cosine {
    /// η₀ ≥ 0. Default 0.01.
    pub initial: f64,
    /// η₁ ≥ 0, the rate at the end. Default 0.
    pub last: f64,
    /// T ≥ 1, the steps until the end. Default 100.
    pub steps: u64,
}

impl Default for Cosine {
    fn default() -> Self {
        Self { initial: 0.01, last: 0.0, steps: 100 }
    }
}

impl Method for Cosine {
    type Scalar = f64;
    const NAME: &'static str = "cosine";
    const SUMMARY: &'static str = "half a cosine from the first rate to the last";
    const SOURCE: &'static str = "Loshchilov and Hutter 2017, equation 5, arXiv:1608.03983";
}

impl Schedule for Cosine {
    fn validate(&self) -> Result<(), HyperparameterError> {
        non_negative("initial", self.initial)?;
        non_negative("last", self.last)?;
        one_or_more("steps", self.steps)
    }

    fn learning_rate(&self, t: u64) -> f64 {
        between(self.initial, self.last, progress(t, self.steps))
    }
}
