use serde::{Deserialize, Serialize};

use super::Schedule;
use crate::{
    error::{HyperparameterError, non_negative},
    state::Method,
};

/// One learning rate for all time.
///
/// ```text
/// η(t) = η₀
/// ```
///
/// # Conventions
///
/// optax's `constant_schedule`. PyTorch's `ConstantLR` is another schedule: a third of the rate for five epochs, then the rate,
/// which here is a [`Sequence`](super::Sequence) of two constants.
///
/// # Example
///
/// ```
/// use losses_optim::schedule::{Constant, Schedule};
///
/// assert_eq!(Constant { initial: 0.1 }.learning_rate(1_000), 0.1);
/// ```
///
/// # Source
///
/// The lecture, as what the other schedules improve on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Constant {
    /// η₀ ≥ 0. Default 0.01.
    pub initial: f64,
}

impl Default for Constant {
    fn default() -> Self {
        Self { initial: 0.01 }
    }
}

impl Method for Constant {
    type Scalar = f64;
    const NAME: &'static str = "constant";
    const SUMMARY: &'static str = "one learning rate for all time";
    const SOURCE: &'static str = "the lecture";
}

impl Schedule for Constant {
    fn validate(&self) -> Result<(), HyperparameterError> {
        non_negative("initial", self.initial)
    }

    fn learning_rate(&self, _: u64) -> f64 {
        self.initial
    }
}
