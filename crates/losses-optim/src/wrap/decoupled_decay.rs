use num_traits::Float;
use serde::{Deserialize, Serialize};

use crate::{
    error::{HyperparameterError, StepError, non_negative},
    optim::{Optimizer, constant},
    state::{Method, around},
};

/// Decoupled weight decay: parameters shrink before the step, whatever the optimizer makes of the gradient.
///
/// ```text
/// w ← (1 − η λ) w,  then the step
/// ```
///
/// # Conventions
///
/// Around [`Adam`](crate::optim::Adam) this is [`AdamW`](crate::optim::AdamW). Multiplied by the learning rate, as in PyTorch and
/// optax. A method that keeps its iterate in its state ([`NesterovLookAhead`](crate::optim::NesterovLookAhead)) overwrites the
/// parameters and with them the decay: use the coupled form there.
///
/// # Example
///
/// ```
/// use losses_optim::{optim::{GradientDescent, Optimizer}, wrap::DecoupledDecay};
///
/// let mut w = [2.0];
/// DecoupledDecay::new(0.5, GradientDescent::default()).step(&mut w, &[1.0], 0.5)?;
/// assert_eq!(w, [1.0]); // 2 · 3/4 − 1/2
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// I. Loshchilov and F. Hutter, *Decoupled Weight Decay Regularization*, ICLR 2019, algorithms 1 and 2, arXiv:1711.05101.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecoupledDecay<O> {
    /// λ ≥ 0.
    pub weight_decay: f64,
    /// The optimizer that takes the step.
    pub inner: O,
}

impl<O> DecoupledDecay<O> {
    /// Wraps an optimizer.
    #[must_use]
    pub fn new(weight_decay: f64, inner: O) -> Self {
        Self { weight_decay, inner }
    }
}

impl<O: Method> Method for DecoupledDecay<O> {
    type Scalar = O::Scalar;
    const NAME: &'static str = "decoupled_decay";
    const SUMMARY: &'static str = "parameters shrink before the step";
    const SOURCE: &'static str = "Loshchilov and Hutter 2019, arXiv:1711.05101";

    fn qualified_name() -> String {
        around::<Self, O>()
    }
}

impl<T: Float, O: Optimizer<T>> Optimizer<T> for DecoupledDecay<O> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        non_negative("weight_decay", self.weight_decay)?;
        self.inner.validate()
    }

    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>)) {
        self.inner.buffers(visit);
    }

    fn prepare(&mut self, len: usize) -> Result<(), StepError> {
        self.validate()?;
        self.inner.prepare(len)
    }

    #[inline(always)]
    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        let keep = T::one() - learning_rate * constant::<T>(self.weight_decay);
        for w in params.iter_mut() {
            *w = keep * *w;
        }
        self.inner.update(params, grad, learning_rate);
    }
}
