use serde::{Deserialize, Serialize};

use super::Schedule;
use crate::{
    error::{HyperparameterError, non_negative, one_or_more},
    state::Method,
};

/// Step decay: the rate is multiplied by a factor every k steps, as in "divide by ten every k epochs".
///
/// ```text
/// η(t) = η₀ γ^⌊(t − 1)/k⌋
/// ```
///
/// # Conventions
///
/// The first k steps run at η₀. PyTorch's `StepLR` counts from 0: its epoch e is our t = e + 1.
///
/// # Example
///
/// ```
/// use losses_optim::schedule::{Schedule, StepDecay};
///
/// let schedule = StepDecay { initial: 1.0, factor: 0.5, every: 30 };
/// assert_eq!(schedule.learning_rate(30), 1.0);
/// assert_eq!(schedule.learning_rate(31), 0.5);
/// ```
///
/// # Source
///
/// A. Krizhevsky, I. Sutskever and G. Hinton, *ImageNet Classification with Deep Convolutional Neural Networks*, NeurIPS
/// 2012, section 5 (divided by ten, by hand); the lecture's recommendation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepDecay {
    /// η₀ ≥ 0. Default 0.01.
    pub initial: f64,
    /// γ ≥ 0, by which the rate is multiplied. Default 0.1.
    pub factor: f64,
    /// k ≥ 1, how many steps run at one rate. Default 30.
    pub every: u64,
}

impl Default for StepDecay {
    fn default() -> Self {
        Self { initial: 0.01, factor: 0.1, every: 30 }
    }
}

impl Method for StepDecay {
    type Scalar = f64;
    const NAME: &'static str = "step_decay";
    const SUMMARY: &'static str = "multiplied by a factor every k steps: divide by ten every k epochs";
    const SOURCE: &'static str = "Krizhevsky, Sutskever and Hinton 2012, section 5";
}

impl Schedule for StepDecay {
    fn validate(&self) -> Result<(), HyperparameterError> {
        non_negative("initial", self.initial)?;
        non_negative("factor", self.factor)?;
        one_or_more("every", self.every)
    }

    fn learning_rate(&self, t: u64) -> f64 {
        match t.saturating_sub(1).checked_div(self.every) {
            Some(decays) => self.initial * self.factor.powf(decays as f64),
            None => f64::NAN, // k = 0: no rate, which optimizers refuse by name
        }
    }
}
