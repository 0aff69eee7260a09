use itertools::izip;
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Optimizer, constant, ratio};
use crate::{
    error::{HyperparameterError, decay_rate, non_negative},
    state::Method,
};

/// RMSProp: AdaGrad that forgets, dividing by the root of a moving average of squared gradients.
///
/// ```text
/// r ← ρ r + (1 − ρ) g²        r₀ = 0
/// w ← w − η g / (√r + ε)
/// ```
///
/// # Conventions
///
/// The lecture's slide prints (1 − ρ)/ρ where Hinton has 1 − ρ: a misprint, which would make r larger by 1/ρ and every
/// step smaller by √ρ. ε stands outside the root and may be 0: an entry that has only seen gradients of 0 then does not
/// move. PyTorch's `RMSprop` is this rule with ρ = 0.99 by default (there called alpha); optax's `rmsprop` has ρ = 0.9 and
/// by default ε inside the root (`eps_in_sqrt=False` is this rule).
///
/// # Example
///
/// ```
/// use losses_optim::optim::{Optimizer, RmsProp};
///
/// let mut rms_prop = RmsProp { decay: 0.75, epsilon: 0.0, ..RmsProp::default() };
/// let mut w = [1.0];
/// rms_prop.step(&mut w, &[3.0], 0.25)?; // √r = 3/2
/// assert_eq!(w, [0.5]);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// T. Tieleman and G. Hinton, *Lecture 6.5 — rmsprop*, COURSERA: Neural Networks for Machine Learning, 2012.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RmsProp<T> {
    /// ρ in [0, 1): the share of the average that is kept. Default 0.9.
    pub decay: f64,
    /// ε ≥ 0, which keeps steps finite. Default 10⁻⁸.
    pub epsilon: f64,
    /// r, the moving average of squared gradients.
    pub r: Vec<T>,
}

impl<T> Default for RmsProp<T> {
    fn default() -> Self {
        Self { decay: 0.9, epsilon: 1e-8, r: Vec::new() }
    }
}

impl<T> Method for RmsProp<T> {
    type Scalar = T;
    const NAME: &'static str = "rms_prop";
    const SUMMARY: &'static str = "a rate per parameter from a moving average of its squared gradients";
    const SOURCE: &'static str = "Tieleman and Hinton 2012, lecture 6.5";
}

impl<T: Float> Optimizer<T> for RmsProp<T> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        decay_rate("decay", self.decay)?;
        non_negative("epsilon", self.epsilon)
    }

    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>)) {
        visit("r", &mut self.r);
    }

    #[inline(always)]
    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        let (rho, one_minus_rho) = (constant::<T>(self.decay), constant::<T>(1.0 - self.decay));
        let epsilon = constant::<T>(self.epsilon);
        for (w, &g, r) in izip!(params, grad, &mut self.r) {
            *r = rho * *r + one_minus_rho * g * g;
            *w = *w - learning_rate * ratio(g, r.sqrt() + epsilon);
        }
    }
}
