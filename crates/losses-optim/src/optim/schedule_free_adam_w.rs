use itertools::izip;
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Optimizer, constant, power, ratio};
use crate::{
    error::{HyperparameterError, decay_rate, non_negative},
    state::Method,
};

/// Schedule-free AdamW: the average of [`ScheduleFreeSgd`](super::ScheduleFreeSgd) in the place of Adam's first moment.
///
/// ```text
/// v ← β₂ v + (1 − β₂) g²                     v₀ = 0,   g = ∇L(y)
/// z ← z − γₜ g / (√v + ε) − γₜ λ y           z₀ = x₀ = w₀,   γₜ = η √(1 − β₂ᵗ)
/// x ← (1 − c) x + c z                        c = γₜ² / (γ₁² + ⋯ + γₜ²)
/// y = (1 − β₁) z + β₁ x
/// ```
///
/// # Conventions
///
/// The slice of parameters holds y, where gradients are to be taken; evaluate at [`x`](Self::x). The paper's γₜ also warms up
/// linearly: that is a schedule here. Decay acts at y. ε is added to √v before the correction of bias,
/// in [`Adam`](super::Adam) after it. optax's `contrib.schedule_free_adamw` adds it after, and weighs by η² where the paper has γₜ².
///
/// # Example
///
/// ```
/// use losses_optim::optim::{Optimizer, ScheduleFreeAdamW};
///
/// let mut optimizer = ScheduleFreeAdamW { epsilon: 0.0, ..ScheduleFreeAdamW::default() };
/// let mut y = [1.0_f64, 1.0];
/// optimizer.step(&mut y, &[3.0, -0.001], 0.5)?; // the first step is η against the sign
/// assert!((y[0] - 0.5).abs() < 1e-12 && (y[1] - 1.5).abs() < 1e-12);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// A. Defazio et al., *The Road Less Scheduled*, NeurIPS 2024, algorithm 1, arXiv:2405.15682.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScheduleFreeAdamW<T> {
    /// β₁ in [0, 1): how far the gradient is taken from z towards x. Default 0.9.
    pub beta1: f64,
    /// β₂ in [0, 1): decay of the second moment. Default 0.999.
    pub beta2: f64,
    /// ε ≥ 0, which keeps steps finite. Default 10⁻⁸.
    pub epsilon: f64,
    /// λ ≥ 0, the decay per unit of learning rate. Default 0.
    pub weight_decay: f64,
    /// t, the number of steps taken.
    pub t: u64,
    /// The sum of γ² so far.
    pub weight_sum: f64,
    /// v, the second moment: a moving average of squared gradients.
    pub v: Vec<T>,
    /// z, the iterate of the plain method.
    pub z: Vec<T>,
    /// x, the average: the point to evaluate.
    pub x: Vec<T>,
}

impl<T> Default for ScheduleFreeAdamW<T> {
    fn default() -> Self {
        Self {
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.0,
            t: 0,
            weight_sum: 0.0,
            v: Vec::new(),
            z: Vec::new(),
            x: Vec::new(),
        }
    }
}

impl<T> Method for ScheduleFreeAdamW<T> {
    type Scalar = T;
    const NAME: &'static str = "schedule_free_adam_w";
    const SUMMARY: &'static str = "AdamW with an average in place of momentum and schedule";
    const SOURCE: &'static str = "Defazio et al. 2024, algorithm 1, arXiv:2405.15682";
}

impl<T: Float> Optimizer<T> for ScheduleFreeAdamW<T> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        decay_rate("beta1", self.beta1)?;
        decay_rate("beta2", self.beta2)?;
        non_negative("epsilon", self.epsilon)?;
        non_negative("weight_decay", self.weight_decay)
    }

    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>)) {
        visit("v", &mut self.v);
        visit("z", &mut self.z);
        visit("x", &mut self.x);
    }

    fn steps(&self) -> u64 {
        self.t
    }

    #[inline(always)]
    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        if self.t == 0 {
            self.z.copy_from_slice(params);
            self.x.copy_from_slice(params);
        }
        self.t += 1;
        let correction = (1.0 - power(self.beta2, self.t)).sqrt();
        let rate = learning_rate * constant::<T>(correction);
        let weight = rate.to_f64().map_or(f64::NAN, |rate| rate * rate);
        self.weight_sum += weight;
        let share = constant::<T>(if weight == 0.0 { 0.0 } else { weight / self.weight_sum });
        let decay = rate * constant::<T>(self.weight_decay);
        let (beta1, one_minus_beta1) = (constant::<T>(self.beta1), constant::<T>(1.0 - self.beta1));
        let (beta2, one_minus_beta2) = (constant::<T>(self.beta2), constant::<T>(1.0 - self.beta2));
        let epsilon = constant::<T>(self.epsilon);
        for (y, &g, v, z, x) in izip!(params, grad, &mut self.v, &mut self.z, &mut self.x) {
            *v = beta2 * *v + one_minus_beta2 * g * g;
            *z = *z - rate * ratio(g, v.sqrt() + epsilon) - decay * *y;
            let end = *z;
            *x = (T::one() - share) * *x + share * end;
            *y = one_minus_beta1 * end + beta1 * *x;
        }
    }
}
