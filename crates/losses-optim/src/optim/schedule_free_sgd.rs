use itertools::izip;
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Optimizer, constant};
use crate::{
    error::{HyperparameterError, decay_rate},
    state::Method,
};

/// Schedule-free SGD: a constant rate, with an average of the iterates in place of a schedule.
///
/// ```text
/// z ← z − γ ∇L(y)                    z₀ = x₀ = w₀
/// x ← (1 − c) x + c z                c = γₜ² / (γ₁² + ⋯ + γₜ²)
/// y = (1 − β) z + β x
/// ```
///
/// # Conventions
///
/// The slice of parameters holds y, where gradients are to be taken; evaluate at [`x`](Self::x). With a constant rate γ,
/// c = 1/t; the weights γ² are for a warm-up, which is the one schedule the authors advise. optax's
/// `contrib.schedule_free_sgd` is this rule with `b1` = β (there x is derived from y and z).
///
/// # Example
///
/// ```
/// use losses_optim::optim::{Optimizer, ScheduleFreeSgd};
///
/// let mut optimizer = ScheduleFreeSgd { beta: 0.5, ..ScheduleFreeSgd::default() };
/// let mut y = [1.0];
/// optimizer.step(&mut y, &[1.0], 0.5)?; // z = x = 1/2
/// optimizer.step(&mut y, &[1.0], 0.5)?; // z = 0, x = 1/4
/// assert_eq!((optimizer.x[0], y[0]), (0.25, 0.125));
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// A. Defazio et al., *The Road Less Scheduled*, NeurIPS 2024, equations 3 to 5, arXiv:2405.15682.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScheduleFreeSgd<T> {
    /// β in [0, 1): how far the gradient is taken from z towards x. Default 0.9.
    pub beta: f64,
    /// t, the number of steps taken.
    pub t: u64,
    /// The sum of γ² so far.
    pub weight_sum: f64,
    /// z, the iterate of the plain method.
    pub z: Vec<T>,
    /// x, the average: the point to evaluate.
    pub x: Vec<T>,
}

impl<T> Default for ScheduleFreeSgd<T> {
    fn default() -> Self {
        Self { beta: 0.9, t: 0, weight_sum: 0.0, z: Vec::new(), x: Vec::new() }
    }
}

impl<T> Method for ScheduleFreeSgd<T> {
    type Scalar = T;
    const NAME: &'static str = "schedule_free_sgd";
    const SUMMARY: &'static str = "a constant rate and an average in place of a schedule";
    const SOURCE: &'static str = "Defazio et al. 2024, equations 3 to 5, arXiv:2405.15682";
}

impl<T: Float> Optimizer<T> for ScheduleFreeSgd<T> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        decay_rate("beta", self.beta)
    }

    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>)) {
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
        let weight = learning_rate.to_f64().map_or(f64::NAN, |rate| rate * rate);
        self.weight_sum += weight;
        let share = constant::<T>(if weight == 0.0 { 0.0 } else { weight / self.weight_sum });
        let (beta, one_minus_beta) = (constant::<T>(self.beta), constant::<T>(1.0 - self.beta));
        for (y, &g, z, x) in izip!(params, grad, &mut self.z, &mut self.x) {
            *z = *z - learning_rate * g;
            let end = *z;
            *x = (T::one() - share) * *x + share * end;
            *y = one_minus_beta * end + beta * *x;
        }
    }
}
