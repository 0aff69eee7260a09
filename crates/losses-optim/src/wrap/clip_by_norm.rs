use num_traits::Float;
use serde::{Deserialize, Serialize};

use crate::{
    error::{HyperparameterError, StepError, positive},
    optim::{Optimizer, constant},
    scratch::Scratch,
    state::{Method, around},
    wrap::norm,
};

/// Clipping by norm: a gradient that is too long is shortened, and keeps its direction.
///
/// ```text
/// g ← g min(1, c/‖g‖)
/// ```
///
/// # Conventions
///
/// ‖g‖ is the norm of the slice that is passed: around an optimizer for all parameters this is clipping by *global* norm,
/// around one group of [`Groups`](super::Groups) it is clipping by that group's norm. PyTorch's `clip_grad_norm_` divides by
/// ‖g‖ + 10⁻⁶; optax's `clip_by_global_norm` does not. A gradient whose norm is NaN or infinite is passed on as it is.
///
/// # Example
///
/// ```
/// use losses_optim::{optim::{GradientDescent, Optimizer}, wrap::ClipByNorm};
///
/// let mut w = [0.0, 0.0];
/// ClipByNorm::new(1.0, GradientDescent::default()).step(&mut w, &[-30.0, 40.0], 1.0)?;
/// assert_eq!(w, [0.6, -0.8]);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// R. Pascanu, T. Mikolov and Y. Bengio, *On the difficulty of training recurrent neural networks*, ICML 2013, algorithm 1,
/// arXiv:1211.5063.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClipByNorm<T, O> {
    /// c > 0.
    pub largest: f64,
    /// The optimizer that takes the step.
    pub inner: O,
    /// The gradient that is passed on.
    #[serde(skip)]
    room: Scratch<Vec<T>>,
}

impl<T, O> ClipByNorm<T, O> {
    /// Wraps an optimizer.
    #[must_use]
    pub fn new(largest: f64, inner: O) -> Self {
        Self { largest, inner, room: Scratch::default() }
    }
}

impl<T, O: Method> Method for ClipByNorm<T, O> {
    type Scalar = O::Scalar;
    const NAME: &'static str = "clip_by_norm";
    const SUMMARY: &'static str = "a gradient that is too long is shortened";
    const SOURCE: &'static str = "Pascanu, Mikolov and Bengio 2013, algorithm 1, arXiv:1211.5063";

    fn qualified_name() -> String {
        around::<Self, O>()
    }
}

impl<T: Float, O: Optimizer<T>> Optimizer<T> for ClipByNorm<T, O> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        positive("largest", self.largest)?;
        self.inner.validate()
    }

    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>)) {
        self.inner.buffers(visit);
    }

    fn prepare(&mut self, len: usize) -> Result<(), StepError> {
        self.validate()?;
        self.inner.prepare(len)?;
        self.room.0.resize(len, T::zero());
        Ok(())
    }

    #[inline(always)]
    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        let norm = norm(grad);
        let factor = if norm > self.largest && norm.is_finite() { self.largest / norm } else { 1.0 };
        let factor = constant::<T>(factor);
        for (passed_on, &g) in self.room.0.iter_mut().zip(grad) {
            *passed_on = factor * g;
        }
        self.inner.update(params, &self.room.0, learning_rate);
    }
}
