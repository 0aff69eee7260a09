use itertools::izip;
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Optimizer, constant, ratio};
use crate::{
    error::{HyperparameterError, decay_rate, non_negative},
    state::Method,
};

/// RMSProp with momentum: the heavy ball over scaled gradients.
///
/// ```text
/// r ← ρ r + (1 − ρ) g²                r₀ = 0
/// v ← μ v − η g / (√r + ε)            v₀ = 0
/// w ← w + v
/// ```
///
/// # Conventions
///
/// As in [`Momentum`](super::Momentum) the learning rate enters the velocity; PyTorch's `RMSprop(momentum=μ)` keeps it outside,
/// which is the same while η is constant. Unlike Adam, momentum is taken *after* the scaling, and nothing is corrected
/// for its start at zero.
///
/// # Example
///
/// ```
/// use losses_optim::optim::{Optimizer, RmsPropMomentum};
///
/// let mut rms_prop =
///     RmsPropMomentum { decay: 0.75, momentum: 0.5, epsilon: 0.0, ..RmsPropMomentum::default() };
/// let mut w = [1.0];
/// rms_prop.step(&mut w, &[2.0], 0.25)?; // √r = 1, v = −0.5
/// rms_prop.step(&mut w, &[0.0], 0.25)?; // v = −0.25
/// assert_eq!(w, [0.25]);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// T. Tieleman and G. Hinton, lecture 6.5, 2012 ("combining rmsprop with standard momentum"); written out in A. Graves,
/// *Generating Sequences With Recurrent Neural Networks*, 2013, arXiv:1308.0850.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RmsPropMomentum<T> {
    /// ρ in [0, 1): the share of the average that is kept. Default 0.9.
    pub decay: f64,
    /// μ in [0, 1): the share of the last step that is kept. Default 0.9.
    pub momentum: f64,
    /// ε ≥ 0, which keeps steps finite. Default 10⁻⁸.
    pub epsilon: f64,
    /// r, the moving average of squared gradients.
    pub r: Vec<T>,
    /// v, the velocity: the last step.
    pub v: Vec<T>,
}

impl<T> Default for RmsPropMomentum<T> {
    fn default() -> Self {
        Self { decay: 0.9, momentum: 0.9, epsilon: 1e-8, r: Vec::new(), v: Vec::new() }
    }
}

impl<T> Method for RmsPropMomentum<T> {
    type Scalar = T;
    const NAME: &'static str = "rms_prop_momentum";
    const SUMMARY: &'static str = "RMSProp with the heavy ball over the scaled gradients";
    const SOURCE: &'static str = "Tieleman and Hinton 2012, lecture 6.5; Graves 2013, arXiv:1308.0850";
}

impl<T: Float> Optimizer<T> for RmsPropMomentum<T> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        decay_rate("decay", self.decay)?;
        decay_rate("momentum", self.momentum)?;
        non_negative("epsilon", self.epsilon)
    }

    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>)) {
        visit("r", &mut self.r);
        visit("v", &mut self.v);
    }

    #[inline(always)]
    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        let (rho, one_minus_rho) = (constant::<T>(self.decay), constant::<T>(1.0 - self.decay));
        let mu = constant::<T>(self.momentum);
        let epsilon = constant::<T>(self.epsilon);
        for (w, &g, r, v) in izip!(params, grad, &mut self.r, &mut self.v) {
            *r = rho * *r + one_minus_rho * g * g;
            *v = mu * *v - learning_rate * ratio(g, r.sqrt() + epsilon);
            *w = *w + *v;
        }
    }
}
