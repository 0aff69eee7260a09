use itertools::izip;
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Optimizer, constant, power, ratio};
use crate::{
    error::{HyperparameterError, decay_rate, non_negative},
    state::Method,
};

/// NAdam: Adam with Nesterov's look-ahead folded into its first moment, under a momentum that warms up.
///
/// ```text
/// μₜ = β₁ (1 − ½ · 0.96^(t ψ))
/// m ← β₁ m + (1 − β₁) g          m₀ = 0
/// v ← β₂ v + (1 − β₂) g²         v₀ = 0
/// m̂ = μₜ₊₁ m / (1 − μ₁⋯μₜ₊₁) + (1 − μₜ) g / (1 − μ₁⋯μₜ)
/// w ← w − η m̂ / (√v̂ + ε)         v̂ = v / (1 − β₂ᵗ)
/// ```
///
/// # Conventions
///
/// PyTorch's `NAdam`, momentum schedule included, and m averaged with the constant β₁ as there. optax's `nadam` has no
/// schedule: its m̂ is β₁ m / (1 − β₁ᵗ⁺¹) + (1 − β₁) g / (1 − β₁ᵗ), so the two part at once.
///
/// # Example
///
/// ```
/// use losses_optim::optim::{Nadam, Optimizer};
///
/// let mut nadam = Nadam::default();
/// let mut w = [1.0_f64];
/// nadam.step(&mut w, &[2.0], 0.1)?; // the first step is longer than Adam's, which is η
/// assert!((1.0 - w[0]) > 0.1);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// T. Dozat, *Incorporating Nesterov Momentum into Adam*, ICLR workshop 2016, with the constants
/// of the schedule that PyTorch has (ψ = 1/250).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Nadam<T> {
    /// β₁ in [0, 1): decay of the first moment. Default 0.9.
    pub beta1: f64,
    /// β₂ in [0, 1): decay of the second moment. Default 0.999.
    pub beta2: f64,
    /// ε ≥ 0, which keeps steps finite. Default 10⁻⁸.
    pub epsilon: f64,
    /// ψ ≥ 0, the pace at which μ approaches β₁. Default 0.004.
    pub momentum_decay: f64,
    /// t, the number of steps taken.
    pub t: u64,
    /// μ₁⋯μₜ, the product of momenta so far.
    pub mu_product: f64,
    /// m, the first moment: a moving average of gradients.
    pub m: Vec<T>,
    /// v, the second moment: a moving average of squared gradients.
    pub v: Vec<T>,
}

impl<T> Default for Nadam<T> {
    fn default() -> Self {
        Self {
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            momentum_decay: 0.004,
            t: 0,
            mu_product: 1.0,
            m: Vec::new(),
            v: Vec::new(),
        }
    }
}

impl<T> Method for Nadam<T> {
    type Scalar = T;
    const NAME: &'static str = "nadam";
    const SUMMARY: &'static str = "Adam with Nesterov momentum that warms up";
    const SOURCE: &'static str = "Dozat 2016";
}

impl<T: Float> Optimizer<T> for Nadam<T> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        decay_rate("beta1", self.beta1)?;
        decay_rate("beta2", self.beta2)?;
        non_negative("epsilon", self.epsilon)?;
        non_negative("momentum_decay", self.momentum_decay)
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
        let mu = |t: u64| self.beta1 * (1.0 - 0.5 * 0.96_f64.powf(t as f64 * self.momentum_decay));
        let (now, next) = (mu(self.t), mu(self.t + 1));
        self.mu_product *= now;
        let by_gradient = learning_rate * constant::<T>((1.0 - now) / (1.0 - self.mu_product));
        let by_moment = learning_rate * constant::<T>(next / (1.0 - self.mu_product * next));
        let root_correction = constant::<T>((1.0 - power(self.beta2, self.t)).sqrt().recip());
        let (beta1, one_minus_beta1) = (constant::<T>(self.beta1), constant::<T>(1.0 - self.beta1));
        let (beta2, one_minus_beta2) = (constant::<T>(self.beta2), constant::<T>(1.0 - self.beta2));
        let epsilon = constant::<T>(self.epsilon);
        for (w, &g, m, v) in izip!(params, grad, &mut self.m, &mut self.v) {
            *v = beta2 * *v + one_minus_beta2 * g * g;
            let root = v.sqrt() * root_correction + epsilon;
            *m = beta1 * *m + one_minus_beta1 * g;
            *w = *w - ratio(by_moment * *m + by_gradient * g, root);
        }
    }
}
