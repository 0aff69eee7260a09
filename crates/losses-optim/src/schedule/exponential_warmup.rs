use serde::{Deserialize, Serialize};

use super::Schedule;
use crate::{
    error::{HyperparameterError, non_negative, positive},
    state::Method,
};

/// Exponential warm-up: the rate approaches its target ever more slowly.
///
/// ```text
/// η(t) = η₀ (1 − e^(−t/τ))
/// ```
///
/// # Conventions
///
/// For Adam its authors propose τ = 1/(1 − β₂), the memory of the second moment, as a simple stand-in for rectified Adam;
/// the default is that of β₂ = 0.999.
///
/// # Example
///
/// ```
/// use losses_optim::schedule::{ExponentialWarmup, Schedule};
///
/// let schedule = ExponentialWarmup { target: 1.0, time: 1_000.0 };
/// assert!((schedule.learning_rate(1_000) - (1.0 - (-1.0_f64).exp())).abs() < 1e-15);
/// ```
///
/// # Source
///
/// J. Ma and D. Yarats, *On the adequacy of untuned warmup for adaptive optimization*, 2019, arXiv:1910.04209.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExponentialWarmup {
    /// η₀ ≥ 0, the rate that is approached. Default 0.01.
    pub target: f64,
    /// τ > 0, in steps. Default 1000.
    pub time: f64,
}

impl Default for ExponentialWarmup {
    fn default() -> Self {
        Self { target: 0.01, time: 1000.0 }
    }
}

impl Method for ExponentialWarmup {
    type Scalar = f64;
    const NAME: &'static str = "exponential_warmup";
    const SUMMARY: &'static str = "approaches a rate ever more slowly";
    const SOURCE: &'static str = "Ma and Yarats 2019, arXiv:1910.04209";
}

impl Schedule for ExponentialWarmup {
    fn validate(&self) -> Result<(), HyperparameterError> {
        non_negative("target", self.target)?;
        positive("time", self.time)
    }

    fn learning_rate(&self, t: u64) -> f64 {
        // 1 − eˣ without cancellation for small x.
        -self.target * (-(t.max(1) as f64) / self.time).exp_m1()
    }
}
