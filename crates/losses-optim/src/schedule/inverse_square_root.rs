use serde::{Deserialize, Serialize};

use super::Schedule;
use crate::{
    error::{HyperparameterError, non_negative},
    state::Method,
};

/// Decay with the inverse square root of time, under which online methods have regret of order √T.
///
/// ```text
/// η(t) = η₀ / √t
/// ```
///
/// # Conventions
///
/// The first step runs at η₀. PyTorch has none.
///
/// # Example
///
/// ```
/// use losses_optim::schedule::{InverseSquareRoot, Schedule};
///
/// let schedule = InverseSquareRoot { initial: 1.0 };
/// assert_eq!([1, 4, 100].map(|t| schedule.learning_rate(t)), [1.0, 0.5, 0.1]);
/// ```
///
/// # Source
///
/// M. Zinkevich, *Online Convex Programming and Generalized Infinitesimal Gradient Ascent*, ICML 2003.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InverseSquareRoot {
    /// η₀ ≥ 0. Default 0.01.
    pub initial: f64,
}

impl Default for InverseSquareRoot {
    fn default() -> Self {
        Self { initial: 0.01 }
    }
}

impl Method for InverseSquareRoot {
    type Scalar = f64;
    const NAME: &'static str = "inverse_square_root";
    const SUMMARY: &'static str = "falls with one over the square root of time";
    const SOURCE: &'static str = "Zinkevich 2003";
}

impl Schedule for InverseSquareRoot {
    fn validate(&self) -> Result<(), HyperparameterError> {
        non_negative("initial", self.initial)
    }

    fn learning_rate(&self, t: u64) -> f64 {
        self.initial / (t.max(1) as f64).sqrt()
    }
}
