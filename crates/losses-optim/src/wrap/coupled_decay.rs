use itertools::izip;
use num_traits::Float;
use serde::{Deserialize, Serialize};

use crate::{
    error::{HyperparameterError, StepError, non_negative},
    optim::{Optimizer, constant},
    scratch::Scratch,
    state::{Method, around},
};

/// Coupled weight decay: the gradient of (λ/2)‖w‖² is added to the loss's.
///
/// ```text
/// g ← g + λ w
/// ```
///
/// # Conventions
///
/// What PyTorch's `SGD`, `Adam` and others call `weight_decay`. With a method that scales by past gradients the decay is scaled
/// too, which [`DecoupledDecay`](super::DecoupledDecay) avoids.
///
/// # Example
///
/// ```
/// use losses_optim::{optim::{GradientDescent, Optimizer}, wrap::CoupledDecay};
///
/// let mut w = [2.0];
/// CoupledDecay::new(0.5, GradientDescent::default()).step(&mut w, &[1.0], 0.25)?;
/// assert_eq!(w, [1.5]); // g + λ w = 2
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// A. Krogh and J. Hertz, *A Simple Weight Decay Can Improve Generalization*, NeurIPS 1991.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoupledDecay<T, O> {
    /// λ ≥ 0.
    pub weight_decay: f64,
    /// The optimizer that takes the step.
    pub inner: O,
    /// The gradient that is passed on.
    #[serde(skip)]
    room: Scratch<Vec<T>>,
}

impl<T, O> CoupledDecay<T, O> {
    /// Wraps an optimizer.
    #[must_use]
    pub fn new(weight_decay: f64, inner: O) -> Self {
        Self { weight_decay, inner, room: Scratch::default() }
    }
}

impl<T, O: Method> Method for CoupledDecay<T, O> {
    type Scalar = O::Scalar;
    const NAME: &'static str = "coupled_decay";
    const SUMMARY: &'static str = "the gradient of a squared norm is added";
    const SOURCE: &'static str = "Krogh and Hertz 1991";

    fn qualified_name() -> String {
        around::<Self, O>()
    }
}

impl<T: Float, O: Optimizer<T>> Optimizer<T> for CoupledDecay<T, O> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        non_negative("weight_decay", self.weight_decay)?;
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
        let decay = constant::<T>(self.weight_decay);
        for (passed_on, &g, &w) in izip!(&mut self.room.0, grad, &*params) {
            *passed_on = g + decay * w;
        }
        self.inner.update(params, &self.room.0, learning_rate);
    }
}
