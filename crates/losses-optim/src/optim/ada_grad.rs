use itertools::izip;
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Optimizer, constant, ratio};
use crate::{
    error::{HyperparameterError, non_negative},
    state::Method,
};

/// AdaGrad: every parameter has its own rate, which falls with the sum of its squared gradients.
///
/// ```text
/// r ← r + g²        r₀ = 0
/// w ← w − η g / (√r + ε)
/// ```
///
/// # Conventions
///
/// ε stands outside the root, and may be 0: an entry that has only seen gradients of 0 then does not move. PyTorch's
/// `Adagrad` is this rule with the same default ε. optax puts ε inside the root (g / √(r + 10⁻⁷)) and starts from r₀ = 0.1.
///
/// # Example
///
/// ```
/// use losses_optim::optim::{AdaGrad, Optimizer};
///
/// let mut ada_grad = AdaGrad { epsilon: 0.0, ..AdaGrad::default() };
/// let mut w = [1.0, 1.0, 1.0];
/// ada_grad.step(&mut w, &[3.0, -0.001, 0.0], 0.5)?;
/// assert_eq!(w, [0.5, 1.5, 1.0]); // the first step is η against the sign
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// J. Duchi, E. Hazan and Y. Singer, *Adaptive Subgradient Methods for Online Learning and Stochastic Optimization*,
/// JMLR 12, 2011, figure 1 with diagonal matrices (its δ is our ε).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AdaGrad<T> {
    /// ε ≥ 0, which keeps the first steps finite. Default 10⁻¹⁰.
    pub epsilon: f64,
    /// r, the sum of squared gradients.
    pub r: Vec<T>,
}

impl<T> Default for AdaGrad<T> {
    fn default() -> Self {
        Self { epsilon: 1e-10, r: Vec::new() }
    }
}

impl<T> Method for AdaGrad<T> {
    type Scalar = T;
    const NAME: &'static str = "ada_grad";
    const SUMMARY: &'static str = "a rate per parameter that falls with the sum of its squared gradients";
    const SOURCE: &'static str = "Duchi, Hazan and Singer 2011, figure 1";
}

impl<T: Float> Optimizer<T> for AdaGrad<T> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        non_negative("epsilon", self.epsilon)
    }

    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>)) {
        visit("r", &mut self.r);
    }

    #[inline(always)]
    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        let epsilon = constant::<T>(self.epsilon);
        for (w, &g, r) in izip!(params, grad, &mut self.r) {
            *r = *r + g * g;
            *w = *w - learning_rate * ratio(g, r.sqrt() + epsilon);
        }
    }
}
