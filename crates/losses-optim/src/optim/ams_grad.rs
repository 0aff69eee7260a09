use itertools::izip;
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Optimizer, constant, larger, ratio};
use crate::{
    error::{HyperparameterError, decay_rate, non_negative},
    state::Method,
};

/// AMSGrad: Adam that remembers the largest second moment, so that no parameter's rate ever grows.
///
/// ```text
/// m ← β₁ m + (1 − β₁) g          m₀ = 0
/// v ← β₂ v + (1 − β₂) g²         v₀ = 0
/// v̂ ← max(v̂, v)                  v̂₀ = 0
/// w ← w − η m / (√v̂ + ε)
/// ```
///
/// # Conventions
///
/// The paper's form: *no correction of bias*, and the maximum runs over the *second* moment. (The lecture's slide prints
/// max(v̂, v) after having named the first moment v; with that reading the method stands still or runs away.) The
/// paper has no ε; ours stands outside the root, and ε = 0 gives the paper's rule to the letter, with entries that have
/// only seen gradients of 0 standing still.
///
/// PyTorch's `Adam(amsgrad=True)` takes the maximum of the uncorrected v and then corrects it and m; optax's `amsgrad` by
/// default takes the maximum of the corrected v and corrects m (`bias_correction_mu=False, bias_correction_nu=False` is this
/// rule). The three walk far apart, because optax remembers the first squared gradient for ever. Dividing a maximum by
/// 1 − β₂ᵗ afterwards also gives up the promise: the rate can then grow.
///
/// # Example
///
/// ```
/// use losses_optim::optim::{AmsGrad, Optimizer};
///
/// let mut ams_grad = AmsGrad { beta1: 0.5, beta2: 0.75, epsilon: 0.0, ..AmsGrad::default() };
/// let mut w = [1.0];
/// ams_grad.step(&mut w, &[2.0], 0.5)?; // m = 1, v = v̂ = 1
/// ams_grad.step(&mut w, &[0.0], 0.5)?; // m = 1/2, v = 3/4, v̂ = 1
/// assert_eq!(ams_grad.v_max, [1.0]);
/// assert_eq!(w, [0.25]);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// S. J. Reddi, S. Kale and S. Kumar, *On the Convergence of Adam and Beyond*, ICLR 2018, algorithm 2, arXiv:1904.09237.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AmsGrad<T> {
    /// β₁ in [0, 1): decay of the first moment. Default 0.9.
    pub beta1: f64,
    /// β₂ in [0, 1): decay of the second moment. Default 0.999.
    pub beta2: f64,
    /// ε ≥ 0, which keeps steps finite. Default 10⁻⁸.
    pub epsilon: f64,
    /// m, the first moment: a moving average of gradients.
    pub m: Vec<T>,
    /// v, the second moment: a moving average of squared gradients.
    pub v: Vec<T>,
    /// v̂, the largest second moment so far.
    pub v_max: Vec<T>,
}

impl<T> Default for AmsGrad<T> {
    fn default() -> Self {
        Self { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, m: Vec::new(), v: Vec::new(), v_max: Vec::new() }
    }
}

impl<T> Method for AmsGrad<T> {
    type Scalar = T;
    const NAME: &'static str = "ams_grad";
    const SUMMARY: &'static str = "Adam over the largest second moment so far; no correction of bias";
    const SOURCE: &'static str = "Reddi, Kale and Kumar 2018, algorithm 2, arXiv:1904.09237";
}

impl<T: Float> Optimizer<T> for AmsGrad<T> {
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

    #[inline(always)]
    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        let (beta1, one_minus_beta1) = (constant::<T>(self.beta1), constant::<T>(1.0 - self.beta1));
        let (beta2, one_minus_beta2) = (constant::<T>(self.beta2), constant::<T>(1.0 - self.beta2));
        let epsilon = constant::<T>(self.epsilon);
        for (w, &g, m, v, v_max) in izip!(params, grad, &mut self.m, &mut self.v, &mut self.v_max) {
            *v = beta2 * *v + one_minus_beta2 * g * g;
            *v_max = larger(*v_max, *v);
            let root = v_max.sqrt() + epsilon;
            *m = beta1 * *m + one_minus_beta1 * g;
            *w = *w - learning_rate * ratio(*m, root);
        }
    }
}
