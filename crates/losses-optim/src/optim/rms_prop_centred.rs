use itertools::izip;
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Optimizer, constant, ratio};
use crate::{
    error::{HyperparameterError, decay_rate, non_negative},
    state::Method,
};

/// Centred RMSProp: divides by the moving standard deviation of the gradient instead of its root mean square.
///
/// ```text
/// m ← ρ m + (1 − ρ) g          m₀ = 0
/// r ← ρ r + (1 − ρ) g²         r₀ = 0
/// w ← w − η g / (√(r − m²) + ε)
/// ```
///
/// # Conventions
///
/// r − m² is never negative but for rounding; it is cut at 0. Where the gradient is constant the denominator falls towards ε,
/// so steps grow: unlike in the other methods ε is more than a guard here. ε stands outside the root, as in PyTorch's
/// `RMSprop(centered=True)` (ρ = 0.99 there) and optax's `rmsprop(centered=True, eps_in_sqrt=False)`; Graves has it inside,
/// with 10⁻⁴, and adds momentum.
///
/// # Example
///
/// ```
/// use losses_optim::optim::{Optimizer, RmsPropCentred};
///
/// let mut rms_prop = RmsPropCentred { decay: 0.5, epsilon: 0.0, ..RmsPropCentred::default() };
/// let mut w = [1.0];
/// rms_prop.step(&mut w, &[2.0], 0.25)?; // m = 1, r = 2, so the deviation is 1
/// assert_eq!(w, [0.5]);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// A. Graves, *Generating Sequences With Recurrent Neural Networks*, 2013, arXiv:1308.0850.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RmsPropCentred<T> {
    /// ρ in [0, 1): the share of both averages that is kept. Default 0.9.
    pub decay: f64,
    /// ε ≥ 0, which keeps steps finite. Default 10⁻⁸.
    pub epsilon: f64,
    /// m, the moving average of gradients.
    pub m: Vec<T>,
    /// r, the moving average of squared gradients.
    pub r: Vec<T>,
}

impl<T> Default for RmsPropCentred<T> {
    fn default() -> Self {
        Self { decay: 0.9, epsilon: 1e-8, m: Vec::new(), r: Vec::new() }
    }
}

impl<T> Method for RmsPropCentred<T> {
    type Scalar = T;
    const NAME: &'static str = "rms_prop_centred";
    const SUMMARY: &'static str = "RMSProp over the deviation of the gradient from its mean";
    const SOURCE: &'static str = "Graves 2013, arXiv:1308.0850";
}

impl<T: Float> Optimizer<T> for RmsPropCentred<T> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        decay_rate("decay", self.decay)?;
        non_negative("epsilon", self.epsilon)
    }

    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>)) {
        visit("m", &mut self.m);
        visit("r", &mut self.r);
    }

    #[inline(always)]
    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        let (rho, one_minus_rho) = (constant::<T>(self.decay), constant::<T>(1.0 - self.decay));
        let epsilon = constant::<T>(self.epsilon);
        for (w, &g, m, r) in izip!(params, grad, &mut self.m, &mut self.r) {
            *m = rho * *m + one_minus_rho * g;
            let mean = *m;
            *r = rho * *r + one_minus_rho * g * g;
            let variance = *r - mean * mean;
            let variance = if variance < T::zero() { T::zero() } else { variance };
            *w = *w - learning_rate * ratio(g, variance.sqrt() + epsilon);
        }
    }
}
