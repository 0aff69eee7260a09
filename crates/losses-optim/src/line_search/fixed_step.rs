use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Line, LineSearch, LineSearchError};
use crate::{
    error::{HyperparameterError, positive},
    optim::constant,
    state::Method,
};

/// A fixed share of what the method proposes; nothing is evaluated.
///
/// ```text
/// α = η · first
/// ```
///
/// # Conventions
///
/// Methods propose 1 where the direction has a length of its own, so α is η there; L-BFGS proposes less for its first step,
/// as PyTorch's `LBFGS(lr=η)` does. The line need not descend.
///
/// # Example
///
/// ```
/// use losses_optim::{line_search::FixedStep, minimise::{Minimiser, SteepestDescent}, objective::Recorded};
///
/// let mut descent = SteepestDescent::new(FixedStep { step: 0.25 });
/// let mut w = [4.0];
/// descent.step(&mut w, &mut Recorded::<f64, _>::new(|x| x[0] * x[0]))?;
/// assert_eq!(w, [2.0]);
/// # Ok::<(), losses_optim::minimise::MinimiseError>(())
/// ```
///
/// # Source
///
/// A.-L. Cauchy, 1847.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FixedStep {
    /// η > 0. Default 1.
    pub step: f64,
}

impl Default for FixedStep {
    fn default() -> Self {
        Self { step: 1.0 }
    }
}

impl Method for FixedStep {
    type Scalar = f64;
    const NAME: &'static str = "fixed_step";
    const SUMMARY: &'static str = "a fixed share of what the method proposes";
    const SOURCE: &'static str = "Cauchy 1847";
}

impl<T: Float> LineSearch<T> for FixedStep {
    fn validate(&self) -> Result<(), HyperparameterError> {
        positive("step", self.step)
    }

    fn search(&mut self, _: &mut Line<'_, T>, first: T) -> Result<T, LineSearchError> {
        positive("step", self.step)?;
        Ok(constant::<T>(self.step) * first)
    }
}
