use serde::{Deserialize, Serialize};

use super::{Schedule, between};
use crate::{
    error::{HyperparameterError, non_negative, one_or_more},
    state::Method,
};

/// Cosine annealing with warm restarts (SGDR): at the end of a cycle the rate jumps back up, and cycles grow longer.
///
/// ```text
/// η(t) = η₁ + ½ (η₀ − η₁) (1 + cos(π s/Tᵢ))        Tᵢ = T₀ kⁱ
/// ```
///
/// with i the cycle that t lies in and s = 0, 1, …, Tᵢ − 1 the steps taken since it began.
///
/// # Conventions
///
/// PyTorch's `CosineAnnealingWarmRestarts(T_0, T_mult)` is this with t − 1 for its count from 0. η₁ itself is never reached.
///
/// # Example
///
/// ```
/// use losses_optim::schedule::{CosineRestarts, Schedule};
///
/// let schedule = CosineRestarts { initial: 1.0, last: 0.0, cycle: 2, growth: 2 };
/// let rates = [1, 2, 3, 5, 7].map(|t| schedule.learning_rate(t));
/// for (rate, expected) in rates.iter().zip([1.0, 0.5, 1.0, 0.5, 1.0]) {
///     assert!((rate - expected).abs() < 1e-15);
/// }
/// ```
///
/// # Source
///
/// I. Loshchilov and F. Hutter, *SGDR: Stochastic Gradient Descent with Warm Restarts*, ICLR 2017, equation 5,
/// arXiv:1608.03983.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CosineRestarts {
    /// η₀ ≥ 0. Default 0.01.
    pub initial: f64,
    /// η₁ ≥ 0, towards which each cycle falls. Default 0.
    pub last: f64,
    /// T₀ ≥ 1, the steps of the first cycle. Default 10.
    pub cycle: u64,
    /// k ≥ 1, by which each cycle is longer than the one before. Default 2.
    pub growth: u64,
}

impl Default for CosineRestarts {
    fn default() -> Self {
        Self { initial: 0.01, last: 0.0, cycle: 10, growth: 2 }
    }
}

impl Method for CosineRestarts {
    type Scalar = f64;
    const NAME: &'static str = "cosine_restarts";
    const SUMMARY: &'static str = "cosines that start again and grow longer";
    const SOURCE: &'static str = "Loshchilov and Hutter 2017, equation 5, arXiv:1608.03983";
}

impl Schedule for CosineRestarts {
    fn validate(&self) -> Result<(), HyperparameterError> {
        non_negative("initial", self.initial)?;
        non_negative("last", self.last)?;
        one_or_more("cycle", self.cycle)?;
        one_or_more("growth", self.growth)
    }

    fn learning_rate(&self, t: u64) -> f64 {
        let (mut since, mut length) = (t.saturating_sub(1), self.cycle);
        if self.growth <= 1 {
            since = since.checked_rem(length).unwrap_or(0);
        } else {
            while length > 0 && since >= length {
                since -= length;
                length = length.saturating_mul(self.growth);
            }
        }
        between(self.initial, self.last, since as f64 / length as f64)
    }
}
