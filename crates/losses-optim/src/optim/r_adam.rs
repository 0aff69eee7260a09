use itertools::izip;
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Optimizer, constant, power, ratio};
use crate::{
    error::{HyperparameterError, decay_rate, non_negative},
    state::Method,
};

/// Rectified Adam: as long as the second moment rests on too few gradients, Adam without it.
///
/// ```text
/// m, v, m̂ as in Adam
/// ρ∞ = 2/(1 − β₂) − 1,        ρₜ = ρ∞ − 2 t β₂ᵗ/(1 − β₂ᵗ)
/// if ρₜ > 5:  w ← w − η l m̂ √(1 − β₂ᵗ) / (√v + ε),    l² = (ρₜ − 4)(ρₜ − 2) ρ∞ / ((ρ∞ − 4)(ρ∞ − 2) ρₜ)
/// otherwise:  w ← w − η m̂
/// ```
///
/// # Conventions
///
/// The first steps are steps of momentum, *not* divided by √v, so they scale with the gradient: learning rates for Adam can
/// be far too large for them. The paper's threshold is 4; the authors' code and PyTorch's `RAdam` have 5, as here (optax has
/// ρₜ ≥ 5). The paper has no ε; here and in PyTorch it is added before the correction of v, in optax after it. With
/// β₂ ≤ 0.6, ρ∞ is at most 4 and the rate is never adapted.
///
/// # Example
///
/// ```
/// use losses_optim::optim::{Optimizer, RAdam};
///
/// let mut r_adam = RAdam::default();
/// let mut w = [1.0_f64];
/// r_adam.step(&mut w, &[2.0], 0.1)?; // m̂ = g: a plain gradient step
/// assert!((w[0] - 0.8).abs() < 1e-12);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// L. Liu et al., *On the Variance of the Adaptive Learning Rate and Beyond*, ICLR 2020, algorithm 2, arXiv:1908.03265.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RAdam<T> {
    /// β₁ in [0, 1): decay of the first moment. Default 0.9.
    pub beta1: f64,
    /// β₂ in [0, 1): decay of the second moment. Default 0.999.
    pub beta2: f64,
    /// ε ≥ 0, which keeps steps finite. Default 10⁻⁸.
    pub epsilon: f64,
    /// t, the number of steps taken.
    pub t: u64,
    /// m, the first moment: a moving average of gradients.
    pub m: Vec<T>,
    /// v, the second moment: a moving average of squared gradients.
    pub v: Vec<T>,
}

impl<T> Default for RAdam<T> {
    fn default() -> Self {
        Self { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, t: 0, m: Vec::new(), v: Vec::new() }
    }
}

impl<T> Method for RAdam<T> {
    type Scalar = T;
    const NAME: &'static str = "r_adam";
    const SUMMARY: &'static str = "Adam that leaves out the second moment until it is reliable";
    const SOURCE: &'static str = "Liu et al. 2020, algorithm 2, arXiv:1908.03265";
}

impl<T> RAdam<T> {
    /// l √(1 − β₂ᵗ) of the step that was taken last, or `None` if it left the second moment out.
    #[must_use]
    pub fn rectification(&self) -> Option<f64> {
        let power = power(self.beta2, self.t);
        let longest = 2.0 / (1.0 - self.beta2) - 1.0;
        let length = longest - 2.0 * self.t as f64 * power / (1.0 - power);
        (length > 5.0).then(|| {
            let variance = (length - 4.0) * (length - 2.0) * longest;
            let limit = (longest - 4.0) * (longest - 2.0) * length;
            (variance / limit * (1.0 - power)).sqrt()
        })
    }
}

impl<T: Float> Optimizer<T> for RAdam<T> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        decay_rate("beta1", self.beta1)?;
        decay_rate("beta2", self.beta2)?;
        non_negative("epsilon", self.epsilon)
    }

    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>)) {
        visit("m", &mut self.m);
        visit("v", &mut self.v);
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
        let rectification = self.rectification().map(constant::<T>);
        for (w, &g, m, v) in izip!(params, grad, &mut self.m, &mut self.v) {
            *v = beta2 * *v + one_minus_beta2 * g * g;
            let root = v.sqrt() + epsilon;
            *m = beta1 * *m + one_minus_beta1 * g;
            *w = match rectification {
                Some(factor) => *w - rate * factor * ratio(*m, root),
                None => *w - rate * *m,
            };
        }
    }
}
