use itertools::izip;
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Optimizer, constant, larger, power, ratio};
use crate::{
    error::{HyperparameterError, decay_rate, non_negative},
    state::Method,
};

/// AMSGrad with Adam's corrections of bias, as most code that bears the name has it.
///
/// ```text
/// m ← β₁ m + (1 − β₁) g          m₀ = 0
/// v ← β₂ v + (1 − β₂) g²         v₀ = 0
/// v̂ ← max(v̂, v)                  v̂₀ = 0
/// w ← w − η / (1 − β₁ᵗ) · m / (√(v̂ / (1 − β₂ᵗ)) + ε)
/// ```
///
/// # Conventions
///
/// PyTorch's `Adam(amsgrad=True)`: the maximum is taken of the uncorrected v. optax's `amsgrad` takes it of the corrected one. Not the
/// paper's method, which is [`AmsGrad`](super::AmsGrad): here a parameter's rate can grow, by up to 1/√(1 − β₂), while
/// 1 − β₂ᵗ rises.
///
/// # Example
///
/// ```
/// use losses_optim::optim::{AmsGradCorrected, Optimizer};
///
/// let mut ams_grad = AmsGradCorrected { beta1: 0.5, beta2: 0.75, epsilon: 0.0, ..AmsGradCorrected::default() };
/// let mut w = [1.0];
/// ams_grad.step(&mut w, &[2.0], 0.5)?; // corrected, the first step is η
/// assert_eq!(w, [0.5]);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// S. J. Reddi, S. Kale and S. Kumar, ICLR 2018, algorithm 2, arXiv:1904.09237, with the corrections of D. P. Kingma and J. Ba,
/// ICLR 2015, algorithm 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AmsGradCorrected<T> {
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
    /// v̂, the largest second moment so far, uncorrected.
    pub v_max: Vec<T>,
}

impl<T> Default for AmsGradCorrected<T> {
    fn default() -> Self {
        Self {
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            t: 0,
            m: Vec::new(),
            v: Vec::new(),
            v_max: Vec::new(),
        }
    }
}

impl<T> Method for AmsGradCorrected<T> {
    type Scalar = T;
    const NAME: &'static str = "ams_grad_corrected";
    const SUMMARY: &'static str = "AMSGrad with corrections of bias: not the paper's, but PyTorch's";
    const SOURCE: &'static str = "Reddi, Kale and Kumar 2018 with Kingma and Ba 2015";
}

impl<T: Float> Optimizer<T> for AmsGradCorrected<T> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        decay_rate("beta1", self.beta1)?;
        decay_rate("beta2", self.beta2)?;
        non_negative("epsilon", self.epsilon)
    }

    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>)) {
        visit("m", &mut self.m);
        visit("v", &mut self.v);
        visit("v_max", &mut self.v_max);
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
        for (w, &g, m, v, v_max) in izip!(params, grad, &mut self.m, &mut self.v, &mut self.v_max) {
            *v = beta2 * *v + one_minus_beta2 * g * g;
            *v_max = larger(*v_max, *v);
            let root = v_max.sqrt() * root_correction + epsilon;
            *m = beta1 * *m + one_minus_beta1 * g;
            *w = *w - rate * ratio(*m, root);
        }
    }
}
