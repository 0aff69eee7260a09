use num_traits::Float;
use serde::{Deserialize, Serialize};

use crate::{
    error::{HyperparameterError, StepError, positive},
    optim::{Optimizer, constant},
    scratch::Scratch,
    state::{Method, around},
};

/// Clipping by value: every entry of the gradient is cut to an interval.
///
/// ```text
/// g ← min(max(g, −c), c)
/// ```
///
/// # Conventions
///
/// It changes the gradient's direction. NaN stays NaN. PyTorch's `clip_grad_value_`, optax's `clip`.
///
/// # Example
///
/// ```
/// use losses_optim::{optim::{GradientDescent, Optimizer}, wrap::ClipByValue};
///
/// let mut w = [0.0, 0.0];
/// ClipByValue::new(1.0, GradientDescent::default()).step(&mut w, &[-3.0, 0.5], 1.0)?;
/// assert_eq!(w, [1.0, -0.5]);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// T. Mikolov, *Statistical Language Models Based on Neural Networks*, PhD thesis, Brno 2012.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClipByValue<T, O> {
    /// c > 0.
    pub largest: f64,
    /// The optimizer that takes the step.
    pub inner: O,
    /// The gradient that is passed on.
    #[serde(skip)]
    room: Scratch<Vec<T>>,
}

impl<T, O> ClipByValue<T, O> {
    /// Wraps an optimizer.
    #[must_use]
    pub fn new(largest: f64, inner: O) -> Self {
        Self { largest, inner, room: Scratch::default() }
    }
}

impl<T, O: Method> Method for ClipByValue<T, O> {
    type Scalar = O::Scalar;
    const NAME: &'static str = "clip_by_value";
    const SUMMARY: &'static str = "every entry of the gradient is cut to an interval";
    const SOURCE: &'static str = "Mikolov 2012";

    fn qualified_name() -> String {
        around::<Self, O>()
    }
}

impl<T: Float, O: Optimizer<T>> Optimizer<T> for ClipByValue<T, O> {
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
        let largest = constant::<T>(self.largest);
        for (passed_on, &g) in self.room.0.iter_mut().zip(grad) {
            *passed_on = if g > largest {
                largest
            } else if g < -largest {
                -largest
            } else {
                g
            };
        }
        self.inner.update(params, &self.room.0, learning_rate);
    }
}
