use itertools::izip;
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Optimizer, constant, power, ratio};
use crate::{
    error::{HyperparameterError, decay_rate, non_negative},
    state::Method,
};

/// Adam: momentum over RMSProp's scale, both corrected for having started at zero.
///
/// ```text
/// m ← β₁ m + (1 − β₁) g          m₀ = 0
/// v ← β₂ v + (1 − β₂) g²         v₀ = 0
/// w ← w − η m̂ / (√v̂ + ε)         m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ)
/// ```
///
/// # Conventions
///
/// Names are the paper's; the lecture writes v for the first moment, r for the second, μ and ρ for their decay rates. ε
/// stands outside the root and after the correction, as in algorithm 1 of the paper (not in its remark on efficiency,
/// where ε is scaled too), in the lecture, in PyTorch's `Adam` and in optax's `adam`; the defaults agree as well. ε may be
/// 0: an entry that has only seen gradients of 0 then does not move. PyTorch's `weight_decay` adds to the gradient; decay
/// is a matter of a wrapper here.
///
/// # Example
///
/// ```
/// use losses_optim::optim::{Adam, Optimizer};
///
/// let mut adam = Adam { epsilon: 0.0, ..Adam::default() };
/// let mut w = [1.0_f64, 1.0, 1.0];
/// adam.step(&mut w, &[3.0, -0.001, 0.0], 0.5)?;
/// let expected = [0.5, 1.5, 1.0]; // the first step is η against the sign
/// assert!(w.iter().zip(expected).all(|(w, e)| (w - e).abs() < 1e-12));
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// D. P. Kingma and J. Ba, *Adam: A Method for Stochastic Optimization*, ICLR 2015, algorithm 1, arXiv:1412.6980.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Adam<T> {
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

impl<T> Default for Adam<T> {
    fn default() -> Self {
        Self { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, t: 0, m: Vec::new(), v: Vec::new() }
    }
}

impl<T> Method for Adam<T> {
    type Scalar = T;
    const NAME: &'static str = "adam";
    const SUMMARY: &'static str = "momentum and a rate per parameter, both corrected for their start at zero";
    const SOURCE: &'static str = "Kingma and Ba 2015, algorithm 1, arXiv:1412.6980";
}

impl<T: Float> Optimizer<T> for Adam<T> {
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
        // η m̂ = (η / (1 − β₁ᵗ)) m and √v̂ = √v / √(1 − β₂ᵗ): two divisions a step instead of two an entry.
        let rate = learning_rate / constant::<T>(1.0 - power(self.beta1, self.t));
        let root_correction = constant::<T>((1.0 - power(self.beta2, self.t)).sqrt().recip());
        for (w, &g, m, v) in izip!(params, grad, &mut self.m, &mut self.v) {
            *v = beta2 * *v + one_minus_beta2 * g * g;
            let root = v.sqrt() * root_correction + epsilon;
            *m = beta1 * *m + one_minus_beta1 * g;
            *w = *w - rate * ratio(*m, root);
        }
    }
}
