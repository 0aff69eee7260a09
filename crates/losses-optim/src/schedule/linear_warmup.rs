use serde::{Deserialize, Serialize};

use super::Schedule;
use crate::{
    error::{HyperparameterError, non_negative, one_or_more},
    state::Method,
};

/// Linear warm-up: from a fraction of a rate to the rate itself, which is then kept.
///
/// ```text
/// η(t) = η₀ min(1, t/T)
/// ```
///
/// # Conventions
///
/// The first step runs at η₀/T, not at 0. To go on with another schedule, put this one first in a [`Sequence`](super::Sequence).
///
/// # Example
///
/// ```
/// use losses_optim::schedule::{LinearWarmup, Schedule};
///
/// let schedule = LinearWarmup { target: 1.0, steps: 4 };
/// assert_eq!([1, 2, 4, 9].map(|t| schedule.learning_rate(t)), [0.25, 0.5, 1.0, 1.0]);
/// ```
///
/// # Source
///
/// P. Goyal et al., *Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour*, 2017, section 2.2, arXiv:1706.02677.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinearWarmup {
    /// η₀ ≥ 0, the rate at the end. Default 0.01.
    pub target: f64,
    /// T ≥ 1, the steps until the end. Default 100.
    pub steps: u64,
}

impl Default for LinearWarmup {
    fn default() -> Self {
        Self { target: 0.01, steps: 100 }
    }
}

impl Method for LinearWarmup {
    type Scalar = f64;
    const NAME: &'static str = "linear_warmup";
    const SUMMARY: &'static str = "a straight line up to a rate";
    const SOURCE: &'static str = "Goyal et al. 2017, section 2.2, arXiv:1706.02677";
}

impl Schedule for LinearWarmup {
    fn validate(&self) -> Result<(), HyperparameterError> {
        non_negative("target", self.target)?;
        one_or_more("steps", self.steps)
    }

    fn learning_rate(&self, t: u64) -> f64 {
        self.target * (t.max(1) as f64 / self.steps as f64).min(1.0)
    }
}
