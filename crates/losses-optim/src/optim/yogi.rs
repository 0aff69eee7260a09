use itertools::izip;
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Optimizer, constant, ratio, sign};
use crate::{
    error::{HyperparameterError, decay_rate, non_negative},
    state::Method,
};

/// Yogi: Adam whose second moment changes by a bounded amount, so that rare large gradients are not forgotten at once.
///
/// ```text
/// m ← β₁ m + (1 − β₁) g                        m₀ = 0
/// v ← v − (1 − β₂) sign(v − g²) g²             v₀ = initial_v
/// w ← w − η m / (√v + ε)
/// ```
///
/// # Conventions
///
/// The paper's form: no correction of bias, sign(0) = 0. v₀ = 10⁻⁶ is optax's, whose `yogi` begins with m₀ = 10⁻⁶ too and corrects
/// both moments for bias, so the two part at once. ε = 10⁻³ is the paper's advice and is much larger than Adam's.
///
/// # Example
///
/// ```
/// use losses_optim::optim::{Optimizer, Yogi};
///
/// let mut yogi = Yogi { beta1: 0.5, beta2: 0.75, epsilon: 0.0, initial_v: 0.0, ..Yogi::default() };
/// let mut w = [1.0];
/// yogi.step(&mut w, &[2.0], 0.5)?; // m = 1, v = 1
/// assert_eq!(w, [0.5]);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// M. Zaheer et al., *Adaptive Methods for Nonconvex Optimization*, NeurIPS 2018.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Yogi<T> {
    /// β₁ in [0, 1): decay of the first moment. Default 0.9.
    pub beta1: f64,
    /// β₂ in [0, 1): decay of the second moment. Default 0.999.
    pub beta2: f64,
    /// ε ≥ 0, which keeps steps finite. Default 10⁻³.
    pub epsilon: f64,
    /// v₀ ≥ 0. Default 10⁻⁶.
    pub initial_v: f64,
    /// t, the number of steps taken.
    pub t: u64,
    /// m, the first moment: a moving average of gradients.
    pub m: Vec<T>,
    /// v, the second moment.
    pub v: Vec<T>,
}

impl<T> Default for Yogi<T> {
    fn default() -> Self {
        Self { beta1: 0.9, beta2: 0.999, epsilon: 1e-3, initial_v: 1e-6, t: 0, m: Vec::new(), v: Vec::new() }
    }
}

impl<T> Method for Yogi<T> {
    type Scalar = T;
    const NAME: &'static str = "yogi";
    const SUMMARY: &'static str = "Adam whose second moment moves by bounded amounts";
    const SOURCE: &'static str = "Zaheer et al. 2018";
}

impl<T: Float> Optimizer<T> for Yogi<T> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        decay_rate("beta1", self.beta1)?;
        decay_rate("beta2", self.beta2)?;
        non_negative("epsilon", self.epsilon)?;
        non_negative("initial_v", self.initial_v)
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
        if self.t == 0 {
            self.v.fill(constant(self.initial_v));
        }
        self.t += 1;
        let (beta1, one_minus_beta1) = (constant::<T>(self.beta1), constant::<T>(1.0 - self.beta1));
        let one_minus_beta2 = constant::<T>(1.0 - self.beta2);
        let epsilon = constant::<T>(self.epsilon);
        for (w, &g, m, v) in izip!(params, grad, &mut self.m, &mut self.v) {
            let square = g * g;
            *v = *v - one_minus_beta2 * sign(*v - square) * square;
            let root = v.sqrt() + epsilon;
            *m = beta1 * *m + one_minus_beta1 * g;
            *w = *w - learning_rate * ratio(*m, root);
        }
    }
}
