use serde::{Deserialize, Serialize};

use crate::{
    error::{HyperparameterError, decay_rate, one_or_more},
    state::Method,
};

/// Sutskever's schedule of the *momentum*, which rises as training goes on.
///
/// ```text
/// μ(t) = min(1 − 2^(−1 − log₂(⌊t/k⌋ + 1)), μ_max)  =  min(1 − 1/(2 (⌊t/k⌋ + 1)), μ_max)
/// ```
///
/// # Conventions
///
/// It gives a momentum, not a learning rate, so it is no [`Schedule`](super::Schedule): set the optimizer's public field before
/// each step.
///
/// # Example
///
/// ```
/// use losses_optim::{optim::{Nesterov, Optimizer}, schedule::SutskeverMomentum};
///
/// let schedule = SutskeverMomentum::default();
/// assert_eq!([1, 250, 500, 1_000_000].map(|t| schedule.momentum(t)), [0.5, 0.75, 1.0 - 1.0 / 6.0, 0.99]);
///
/// let mut nesterov = Nesterov::default();
/// let mut w = [1.0];
/// for t in 1..=3 {
///     nesterov.momentum = schedule.momentum(t);
///     let gradient = [w[0]];
///     nesterov.step(&mut w, &gradient, 0.1)?;
/// }
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// I. Sutskever et al., *On the importance of initialization and momentum in deep learning*, ICML 2013.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SutskeverMomentum {
    /// μ_max in [0, 1). Default 0.99.
    pub largest: f64,
    /// k ≥ 1, the steps between increases. Default 250.
    pub every: u64,
}

impl Default for SutskeverMomentum {
    fn default() -> Self {
        Self { largest: 0.99, every: 250 }
    }
}

impl Method for SutskeverMomentum {
    type Scalar = f64;
    const NAME: &'static str = "sutskever_momentum";
    const SUMMARY: &'static str = "a momentum that rises as training goes on";
    const SOURCE: &'static str = "Sutskever et al. 2013";
}

impl SutskeverMomentum {
    /// Checks the constants.
    ///
    /// # Errors
    ///
    /// Names the first constant that is out of its range.
    pub fn validate(&self) -> Result<(), HyperparameterError> {
        decay_rate("largest", self.largest)?;
        one_or_more("every", self.every)
    }

    /// The momentum in force at step t. With k = 0, which [`validate`](Self::validate) refuses, it is NaN.
    #[must_use]
    pub fn momentum(&self, t: u64) -> f64 {
        match t.checked_div(self.every) {
            Some(increases) => (1.0 - 0.5 / (increases as f64 + 1.0)).min(self.largest),
            None => f64::NAN,
        }
    }
}
