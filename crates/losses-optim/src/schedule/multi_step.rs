use serde::{Deserialize, Serialize};

use super::Schedule;
use crate::{
    error::{HyperparameterError, non_negative},
    state::Method,
};

/// Multi-step decay: the rate is multiplied by a factor at each of a list of steps.
///
/// ```text
/// η(t) = η₀ γⁿ        n = how many milestones lie before t
/// ```
///
/// # Conventions
///
/// A milestone is the last step at the old rate. PyTorch's `MultiStepLR` counts from 0: its milestones are the same numbers.
/// The order of the list does not matter; a milestone named twice counts twice.
///
/// # Example
///
/// ```
/// use losses_optim::schedule::{MultiStep, Schedule};
///
/// let schedule = MultiStep { initial: 1.0, factor: 0.5, milestones: vec![30, 80] };
/// assert_eq!([30, 31, 80, 81].map(|t| schedule.learning_rate(t)), [1.0, 0.5, 0.5, 0.25]);
/// ```
///
/// # Source
///
/// K. He et al., *Deep Residual Learning for Image Recognition*, CVPR 2016, section 4.2, arXiv:1512.03385.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MultiStep {
    /// η₀ ≥ 0. Default 0.01.
    pub initial: f64,
    /// γ ≥ 0, by which the rate is multiplied. Default 0.1.
    pub factor: f64,
    /// The steps after which it is. Default 30, 60, 90.
    pub milestones: Vec<u64>,
}

impl Default for MultiStep {
    fn default() -> Self {
        Self { initial: 0.01, factor: 0.1, milestones: vec![30, 60, 90] }
    }
}

impl Method for MultiStep {
    type Scalar = f64;
    const NAME: &'static str = "multi_step";
    const SUMMARY: &'static str = "multiplied by a factor at given steps";
    const SOURCE: &'static str = "He et al. 2016, section 4.2";
}

impl Schedule for MultiStep {
    fn validate(&self) -> Result<(), HyperparameterError> {
        non_negative("initial", self.initial)?;
        non_negative("factor", self.factor)
    }

    fn learning_rate(&self, t: u64) -> f64 {
        // Step 0 counts as step 1, so that a milestone of 0 is before both.
        let passed = self.milestones.iter().filter(|&&milestone| milestone < t.max(1)).count();
        self.initial * self.factor.powf(passed as f64)
    }
}
