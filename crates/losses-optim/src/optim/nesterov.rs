use itertools::izip;
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Optimizer, constant};
use crate::{
    error::{HyperparameterError, decay_rate},
    state::Method,
};

/// Nesterov's accelerated gradient, rewritten for gradients at the iterate itself.
///
/// ```text
/// vₜ = μ vₜ₋₁ − η ∇L(w)        v₀ = 0
/// w ← w − μ vₜ₋₁ + (1 + μ) vₜ
/// ```
///
/// # Conventions
///
/// Its iterate is the look-ahead point w + μ v of [`NesterovLookAhead`](super::NesterovLookAhead), not that form's w: the
/// two descriptions are one method seen at two points. PyTorch's `SGD(nesterov=True)` and optax's `sgd(nesterov=True)` are
/// this form while η is constant; as in [`Momentum`](super::Momentum), the learning rate here enters the velocity.
///
/// # Example
///
/// ```
/// use losses_optim::optim::{Nesterov, Optimizer};
///
/// let mut nesterov = Nesterov { momentum: 0.5, ..Nesterov::default() };
/// let mut w = [1.0];
/// nesterov.step(&mut w, &[1.0], 0.5)?; // v = −0.5
/// assert_eq!(w, [0.25]); // 1 + 1.5 v
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// Y. Nesterov, 1983; rewritten so by Y. Bengio, N. Boulanger-Lewandowski and R. Pascanu, *Advances in Optimizing
/// Recurrent Networks*, ICASSP 2013, arXiv:1212.0901.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Nesterov<T> {
    /// μ in [0, 1): the share of the last velocity that is kept. Default 0.9.
    pub momentum: f64,
    /// v, the velocity.
    pub v: Vec<T>,
}

impl<T> Default for Nesterov<T> {
    fn default() -> Self {
        Self { momentum: 0.9, v: Vec::new() }
    }
}

impl<T> Method for Nesterov<T> {
    type Scalar = T;
    const NAME: &'static str = "nesterov";
    const SUMMARY: &'static str = "Nesterov momentum rewritten for gradients at the iterate";
    const SOURCE: &'static str = "Nesterov 1983; Bengio et al. 2013, arXiv:1212.0901";
}

impl<T: Float> Optimizer<T> for Nesterov<T> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        decay_rate("momentum", self.momentum)
    }

    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>)) {
        visit("v", &mut self.v);
    }

    #[inline(always)]
    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        let mu = constant::<T>(self.momentum);
        let one_plus_mu = constant::<T>(1.0 + self.momentum);
        for (w, &g, v) in izip!(params, grad, &mut self.v) {
            let previous = *v;
            *v = mu * previous - learning_rate * g;
            *w = *w - mu * previous + one_plus_mu * *v;
        }
    }
}
