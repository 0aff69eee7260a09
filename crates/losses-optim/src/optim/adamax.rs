use itertools::izip;
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Optimizer, constant, larger, power, ratio};
use crate::{
    error::{HyperparameterError, decay_rate, non_negative},
    state::Method,
};

/// Adamax: Adam with the largest recent gradient in place of the root mean square.
///
/// ```text
/// m ← β₁ m + (1 − β₁) g          m₀ = 0
/// u ← max(β₂ u, |g| + ε)         u₀ = 0
/// w ← w − η / (1 − β₁ᵗ) · m / u
/// ```
///
/// # Conventions
///
/// The paper has no ε; ours stands where PyTorch's and optax's `Adamax` have it, and ε = 0 gives the paper's rule, with
/// entries that have only seen gradients of 0 standing still. u needs no correction of bias.
///
/// # Example
///
/// ```
/// use losses_optim::optim::{Adamax, Optimizer};
///
/// let mut adamax = Adamax { beta1: 0.5, beta2: 0.5, epsilon: 0.0, ..Adamax::default() };
/// let mut w = [1.0];
/// adamax.step(&mut w, &[2.0], 0.25)?; // m = 1, u = 2, η/(1 − β₁) = 1/2
/// assert_eq!(w, [0.75]);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// D. P. Kingma and J. Ba, *Adam: A Method for Stochastic Optimization*, ICLR 2015, algorithm 2, arXiv:1412.6980.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Adamax<T> {
    /// β₁ in [0, 1): decay of the first moment. Default 0.9.
    pub beta1: f64,
    /// β₂ in [0, 1): decay of the largest gradient. Default 0.999.
    pub beta2: f64,
    /// ε ≥ 0, which keeps steps finite. Default 10⁻⁸.
    pub epsilon: f64,
    /// t, the number of steps taken.
    pub t: u64,
    /// m, the first moment: a moving average of gradients.
    pub m: Vec<T>,
    /// u, the largest recent |g|.
    pub u: Vec<T>,
}

impl<T> Default for Adamax<T> {
    fn default() -> Self {
        Self { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, t: 0, m: Vec::new(), u: Vec::new() }
    }
}

impl<T> Method for Adamax<T> {
    type Scalar = T;
    const NAME: &'static str = "adamax";
    const SUMMARY: &'static str = "Adam over the largest recent gradient";
    const SOURCE: &'static str = "Kingma and Ba 2015, algorithm 2, arXiv:1412.6980";
}

impl<T: Float> Optimizer<T> for Adamax<T> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        decay_rate("beta1", self.beta1)?;
        decay_rate("beta2", self.beta2)?;
        non_negative("epsilon", self.epsilon)
    }

    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>)) {
        visit("m", &mut self.m);
        visit("u", &mut self.u);
    }

    fn steps(&self) -> u64 {
        self.t
    }

    #[inline(always)]
    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        self.t += 1;
        let (beta1, one_minus_beta1) = (constant::<T>(self.beta1), constant::<T>(1.0 - self.beta1));
        let beta2 = constant::<T>(self.beta2);
        let epsilon = constant::<T>(self.epsilon);
        let rate = learning_rate / constant::<T>(1.0 - power(self.beta1, self.t));
        for (w, &g, m, u) in izip!(params, grad, &mut self.m, &mut self.u) {
            *u = larger(beta2 * *u, g.abs() + epsilon);
            let largest = *u;
            *m = beta1 * *m + one_minus_beta1 * g;
            *w = *w - rate * ratio(*m, largest);
        }
    }
}
