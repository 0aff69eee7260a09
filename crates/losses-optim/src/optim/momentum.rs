use itertools::izip;
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Optimizer, constant};
use crate::{
    error::{HyperparameterError, decay_rate},
    state::Method,
};

/// Classical momentum, the heavy ball: steps are remembered and fade.
///
/// ```text
/// v ← μ v − η g        v₀ = 0
/// w ← w + v
/// ```
///
/// # Conventions
///
/// The learning rate enters the velocity. PyTorch's and optax's `SGD` keep it outside (b ← μ b + g, w ← w − η b): the
/// iterates are the same while η is constant and differ once it changes, because here earlier gradients keep the rate
/// at which they came in. PyTorch's `dampening` has no counterpart.
///
/// # Example
///
/// ```
/// use losses_optim::optim::{Momentum, Optimizer};
///
/// let mut momentum = Momentum { momentum: 0.5, ..Momentum::default() };
/// let mut w = [1.0];
/// momentum.step(&mut w, &[1.0], 0.25)?; // v = −0.25
/// momentum.step(&mut w, &[1.0], 0.25)?; // v = −0.125 − 0.25
/// assert_eq!(momentum.v, [-0.375]);
/// assert_eq!(w, [0.375]);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// B. T. Polyak, *Some methods of speeding up the convergence of iteration methods*, 1964,
/// doi:10.1016/0041-5553(64)90137-5; in this form I. Sutskever et al., *On the importance of initialization and momentum
/// in deep learning*, ICML 2013, there called classical momentum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Momentum<T> {
    /// μ in [0, 1): the share of the last step that is kept. Default 0.9.
    pub momentum: f64,
    /// v, the velocity: the last step.
    pub v: Vec<T>,
}

impl<T> Default for Momentum<T> {
    fn default() -> Self {
        Self { momentum: 0.9, v: Vec::new() }
    }
}

impl<T> Method for Momentum<T> {
    type Scalar = T;
    const NAME: &'static str = "momentum";
    const SUMMARY: &'static str = "classical momentum (heavy ball): past steps fade geometrically";
    const SOURCE: &'static str = "Polyak 1964; Sutskever et al. 2013";
}

impl<T: Float> Optimizer<T> for Momentum<T> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        decay_rate("momentum", self.momentum)
    }

    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>)) {
        visit("v", &mut self.v);
    }

    #[inline(always)]
    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        let mu = constant::<T>(self.momentum);
        for (w, &g, v) in izip!(params, grad, &mut self.v) {
            *v = mu * *v - learning_rate * g;
            *w = *w + *v;
        }
    }
}
