use itertools::izip;
use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Optimizer, constant};
use crate::{
    error::{HyperparameterError, decay_rate},
    state::Method,
};

/// Nesterov's accelerated gradient, look-ahead form: the gradient is taken where momentum alone would lead.
///
/// ```text
/// v ← μ v − η ∇L(w + μ v)        v₀ = 0
/// w ← w + v
/// ```
///
/// # Conventions
///
/// The iterate w is the field [`w`](Self::w). The slice of parameters holds the look-ahead point w + μ v, because that
/// is where the next gradient is to be taken; before the first step both are the start. Whatever changes the parameters
/// between steps (a projection, say) is overwritten by the next step. If μ is changed between steps, the gradient
/// that follows was still taken at the look-ahead point of the old μ.
///
/// [`Nesterov`](super::Nesterov) walks along the look-ahead points of this form with gradients at its own iterate; that
/// is what PyTorch and optax call Nesterov momentum.
///
/// # Example
///
/// ```
/// use losses_optim::optim::{NesterovLookAhead, Optimizer};
///
/// let mut nesterov = NesterovLookAhead { momentum: 0.5, ..NesterovLookAhead::default() };
/// let mut look_ahead = [1.0];
/// nesterov.step(&mut look_ahead, &[1.0], 0.5)?;
/// assert_eq!(nesterov.w, [0.5]); // v = −0.5
/// assert_eq!(look_ahead, [0.25]); // w + μ v
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// Y. Nesterov, *A method of solving a convex programming problem with convergence rate O(1/k²)*, Soviet Mathematics
/// Doklady 27, 1983; in this form I. Sutskever et al., ICML 2013, equations 3 and 4.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NesterovLookAhead<T> {
    /// μ in [0, 1): the share of the last step that is kept. Default 0.9.
    pub momentum: f64,
    /// t, the number of steps taken.
    pub t: u64,
    /// w, the iterate.
    pub w: Vec<T>,
    /// v, the velocity: the last step of w.
    pub v: Vec<T>,
}

impl<T> Default for NesterovLookAhead<T> {
    fn default() -> Self {
        Self { momentum: 0.9, t: 0, w: Vec::new(), v: Vec::new() }
    }
}

impl<T> Method for NesterovLookAhead<T> {
    type Scalar = T;
    const NAME: &'static str = "nesterov_look_ahead";
    const SUMMARY: &'static str = "Nesterov momentum with the gradient taken at the look-ahead point";
    const SOURCE: &'static str = "Nesterov 1983; Sutskever et al. 2013, equations 3 and 4";
}

impl<T: Float> Optimizer<T> for NesterovLookAhead<T> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        decay_rate("momentum", self.momentum)
    }

    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>)) {
        visit("w", &mut self.w);
        visit("v", &mut self.v);
    }

    fn steps(&self) -> u64 {
        self.t
    }

    #[inline(always)]
    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        if self.t == 0 {
            self.w.copy_from_slice(params); // with v₀ = 0, iterate and look-ahead point begin together
        }
        self.t += 1;
        let mu = constant::<T>(self.momentum);
        for (look_ahead, &g, w, v) in izip!(params, grad, &mut self.w, &mut self.v) {
            *v = mu * *v - learning_rate * g;
            let velocity = *v;
            *w = *w + velocity;
            *look_ahead = *w + mu * velocity;
        }
    }
}
