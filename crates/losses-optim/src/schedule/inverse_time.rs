use serde::{Deserialize, Serialize};

use super::{Schedule, elapsed};
use crate::{
    error::{HyperparameterError, non_negative},
    state::Method,
};

/// Decay with the inverse of time, the rate of Robbins and Monro's theorem: its sum diverges, the sum of its squares does not.
///
/// ```text
/// η(t) = η₀ / (1 + γ (t − 1))
/// ```
///
/// With γ = 1 this is η₀/t.
///
/// # Conventions
///
/// optax's and Keras' inverse time decays have t − 1 for their count from 0. PyTorch's `Adagrad(lr_decay=γ)` is this schedule.
///
/// # Example
///
/// ```
/// use losses_optim::schedule::{InverseTime, Schedule};
///
/// let schedule = InverseTime { initial: 1.0, decay: 1.0 };
/// assert_eq!([1, 2, 4].map(|t| schedule.learning_rate(t)), [1.0, 0.5, 0.25]);
/// ```
///
/// # Source
///
/// H. Robbins and S. Monro, *A Stochastic Approximation Method*, 1951, doi:10.1214/aoms/1177729586.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InverseTime {
    /// η₀ ≥ 0. Default 0.01.
    pub initial: f64,
    /// γ ≥ 0. Default 1.
    pub decay: f64,
}

impl Default for InverseTime {
    fn default() -> Self {
        Self { initial: 0.01, decay: 1.0 }
    }
}

impl Method for InverseTime {
    type Scalar = f64;
    const NAME: &'static str = "inverse_time";
    const SUMMARY: &'static str = "falls with one over time";
    const SOURCE: &'static str = "Robbins and Monro 1951";
}

impl Schedule for InverseTime {
    fn validate(&self) -> Result<(), HyperparameterError> {
        non_negative("initial", self.initial)?;
        non_negative("decay", self.decay)
    }

    fn learning_rate(&self, t: u64) -> f64 {
        self.initial / (1.0 + self.decay * elapsed(t))
    }
}
