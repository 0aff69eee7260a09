use itertools::izip;
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Optimizer, constant, power, ratio};
use crate::{
    error::{HyperparameterError, decay_rate, non_negative},
    state::Method,
};

/// AdaBelief: Adam that scales by how far gradients fall from their prediction, not by their size.
///
/// ```text
/// m ← β₁ m + (1 − β₁) g                      m₀ = 0
/// s ← β₂ s + (1 − β₂) (g − m)² + ε           s₀ = 0
/// w ← w − η m̂ / (√ŝ + ε)                     m̂ = m / (1 − β₁ᵗ),  ŝ = s / (1 − β₂ᵗ)
/// ```
///
/// # Conventions
///
/// m in (g − m)² is the new one. ε stands in both places, as in the paper and in optax's `adabelief` (`eps` and `eps_root`).
/// In `f32` the default ε only guards against a division by zero.
///
/// # Example
///
/// ```
/// use losses_optim::optim::{AdaBelief, Optimizer};
///
/// let mut ada_belief = AdaBelief { beta1: 0.5, beta2: 0.75, ..AdaBelief::default() };
/// let mut w = [1.0_f64];
/// ada_belief.step(&mut w, &[2.0], 0.25)?; // m̂ = 2, ŝ = (2 − 1)²
/// assert!((w[0] - 0.5).abs() < 1e-12);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// J. Zhuang et al., *AdaBelief Optimizer: Adapting Stepsizes by the Belief in Observed Gradients*, NeurIPS 2020,
/// arXiv:2010.07468.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AdaBelief<T> {
    /// β₁ in [0, 1): decay of the first moment. Default 0.9.
    pub beta1: f64,
    /// β₂ in [0, 1): decay of the second moment. Default 0.999.
    pub beta2: f64,
    /// ε ≥ 0, which keeps steps finite. Default 10⁻¹⁶.
    pub epsilon: f64,
    /// t, the number of steps taken.
    pub t: u64,
    /// m, the first moment: a moving average of gradients.
    pub m: Vec<T>,
    /// s, the second moment of the deviations g − m.
    pub s: Vec<T>,
}

impl<T> Default for AdaBelief<T> {
    fn default() -> Self {
        Self { beta1: 0.9, beta2: 0.999, epsilon: 1e-16, t: 0, m: Vec::new(), s: Vec::new() }
    }
}

impl<T> Method for AdaBelief<T> {
    type Scalar = T;
    const NAME: &'static str = "ada_belief";
    const SUMMARY: &'static str = "Adam scaled by the surprise in a gradient instead of its size";
    const SOURCE: &'static str = "Zhuang et al. 2020, arXiv:2010.07468";
}

impl<T: Float> Optimizer<T> for AdaBelief<T> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        decay_rate("beta1", self.beta1)?;
        decay_rate("beta2", self.beta2)?;
        non_negative("epsilon", self.epsilon)
    }

    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>)) {
        visit("m", &mut self.m);
        visit("s", &mut self.s);
    }

    fn steps(&self) -> u64 {
        self.t
    }

    #[inline(always)]
    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        self.t += 1;
        let (beta1, one_minus_beta1) = (constant::<T>(self.beta1), constant::<T>(1.0 - self.beta1));
        let (beta2, one_minus_beta2) = (constant::<T>(self.beta2), constant::<T>(1.0 - self.beta2));
        let epsilon = constant::<T>(self.epsilon);
        let rate = learning_rate / constant::<T>(1.0 - power(self.beta1, self.t));
        let root_correction = constant::<T>((1.0 - power(self.beta2, self.t)).sqrt().recip());
        for (w, &g, m, s) in izip!(params, grad, &mut self.m, &mut self.s) {
            *m = beta1 * *m + one_minus_beta1 * g;
            let mean = *m;
            let surprise = g - mean;
            *s = beta2 * *s + one_minus_beta2 * surprise * surprise + epsilon;
            *w = *w - rate * ratio(mean, s.sqrt() * root_correction + epsilon);
        }
    }
}
