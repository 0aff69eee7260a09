use itertools::izip;
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Optimizer, constant, power, ratio};
use crate::{
    error::{HyperparameterError, decay_rate, non_negative},
    state::Method,
};

/// AdamW: Adam whose weight decay acts on the parameters directly, not through the gradient.
///
/// ```text
/// m ← β₁ m + (1 − β₁) g          m₀ = 0
/// v ← β₂ v + (1 − β₂) g²         v₀ = 0
/// w ← (1 − η λ) w − η m̂ / (√v̂ + ε)         m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ)
/// ```
///
/// # Conventions
///
/// The decay is multiplied by the learning rate, as in PyTorch's `AdamW` (λ = 0.01 by default) and optax's `adamw`
/// (λ = 10⁻⁴ by default). The paper multiplies both terms by a schedule that is separate from the base rate, so its λ is η λ of
/// ours. ε as in [`Adam`](super::Adam).
///
/// # Example
///
/// ```
/// use losses_optim::optim::{AdamW, Optimizer};
///
/// let mut adam_w = AdamW { weight_decay: 0.5, ..AdamW::default() };
/// let mut w = [2.0];
/// adam_w.step(&mut w, &[0.0], 0.5)?; // no gradient, but the weight decays
/// assert_eq!(w, [1.5]);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// I. Loshchilov and F. Hutter, *Decoupled Weight Decay Regularization*, ICLR 2019, algorithm 2, arXiv:1711.05101.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AdamW<T> {
    /// β₁ in [0, 1): decay of the first moment. Default 0.9.
    pub beta1: f64,
    /// β₂ in [0, 1): decay of the second moment. Default 0.999.
    pub beta2: f64,
    /// ε ≥ 0, which keeps steps finite. Default 10⁻⁸.
    pub epsilon: f64,
    /// λ ≥ 0, the decay per unit of learning rate. Default 0.01.
    pub weight_decay: f64,
    /// t, the number of steps taken.
    pub t: u64,
    /// m, the first moment: a moving average of gradients.
    pub m: Vec<T>,
    /// v, the second moment: a moving average of squared gradients.
    pub v: Vec<T>,
}

impl<T> Default for AdamW<T> {
    fn default() -> Self {
        Self {
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.01,
            t: 0,
            m: Vec::new(),
            v: Vec::new(),
        }
    }
}

impl<T> Method for AdamW<T> {
    type Scalar = T;
    const NAME: &'static str = "adam_w";
    const SUMMARY: &'static str = "Adam with decoupled weight decay";
    const SOURCE: &'static str = "Loshchilov and Hutter 2019, algorithm 2, arXiv:1711.05101";
}

impl<T: Float> Optimizer<T> for AdamW<T> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        decay_rate("beta1", self.beta1)?;
        decay_rate("beta2", self.beta2)?;
        non_negative("epsilon", self.epsilon)?;
        non_negative("weight_decay", self.weight_decay)
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
        let root_correction = constant::<T>((1.0 - power(self.beta2, self.t)).sqrt().recip());
        let keep = T::one() - learning_rate * constant::<T>(self.weight_decay);
        for (w, &g, m, v) in izip!(params, grad, &mut self.m, &mut self.v) {
            *v = beta2 * *v + one_minus_beta2 * g * g;
            let root = v.sqrt() * root_correction + epsilon;
            *m = beta1 * *m + one_minus_beta1 * g;
            *w = keep * *w - rate * ratio(*m, root);
        }
    }
}
