use itertools::izip;
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Optimizer, constant, sign};
use crate::{
    error::{HyperparameterError, decay_rate, non_negative},
    state::Method,
};

/// Lion: the sign of an interpolated momentum, and one buffer of state.
///
/// ```text
/// w ← w − η (sign(β₁ m + (1 − β₁) g) + λ w)
/// m ← β₂ m + (1 − β₂) g          m₀ = 0
/// ```
///
/// # Conventions
///
/// Every entry moves by η, whatever the gradient's size: good learning rates are three to ten times smaller than Adam's. The
/// decay λ is decoupled and part of the method; its default is 0 here, as weight decay is something to ask for (optax's `lion`: 10⁻³).
/// sign(0) = 0.
///
/// # Example
///
/// ```
/// use losses_optim::optim::{Lion, Optimizer};
///
/// let mut w = [1.0, 1.0, 1.0];
/// Lion::default().step(&mut w, &[100.0, -0.001, 0.0], 0.25)?;
/// assert_eq!(w, [0.75, 1.25, 1.0]);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// X. Chen et al., *Symbolic Discovery of Optimization Algorithms*, NeurIPS 2023, algorithm 2, arXiv:2302.06675.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lion<T> {
    /// β₁ in [0, 1): the share of m in the step. Default 0.9.
    pub beta1: f64,
    /// β₂ in [0, 1): decay of m. Default 0.99.
    pub beta2: f64,
    /// λ ≥ 0, the decay per unit of learning rate. Default 0.
    pub weight_decay: f64,
    /// m, a moving average of gradients.
    pub m: Vec<T>,
}

impl<T> Default for Lion<T> {
    fn default() -> Self {
        Self { beta1: 0.9, beta2: 0.99, weight_decay: 0.0, m: Vec::new() }
    }
}

impl<T> Method for Lion<T> {
    type Scalar = T;
    const NAME: &'static str = "lion";
    const SUMMARY: &'static str = "the sign of an interpolated momentum";
    const SOURCE: &'static str = "Chen et al. 2023, algorithm 2, arXiv:2302.06675";
}

impl<T: Float> Optimizer<T> for Lion<T> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        decay_rate("beta1", self.beta1)?;
        decay_rate("beta2", self.beta2)?;
        non_negative("weight_decay", self.weight_decay)
    }

    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>)) {
        visit("m", &mut self.m);
    }

    #[inline(always)]
    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        let (beta1, one_minus_beta1) = (constant::<T>(self.beta1), constant::<T>(1.0 - self.beta1));
        let (beta2, one_minus_beta2) = (constant::<T>(self.beta2), constant::<T>(1.0 - self.beta2));
        let keep = T::one() - learning_rate * constant::<T>(self.weight_decay);
        for (w, &g, m) in izip!(params, grad, &mut self.m) {
            *w = keep * *w - learning_rate * sign(beta1 * *m + one_minus_beta1 * g);
            *m = beta2 * *m + one_minus_beta2 * g;
        }
    }
}
