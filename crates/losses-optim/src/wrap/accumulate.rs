use num_traits::Float;
use serde::{Deserialize, Serialize};

use crate::{
    error::{HyperparameterError, StepError, one_or_more, same_length},
    optim::{Optimizer, constant},
    state::{Method, around},
    wrap::allocate,
};

/// Gradient accumulation: k small batches make one step with the mean of their gradients.
///
/// ```text
/// s ← s + g        s₀ = 0
/// at every k-th call:  the step with s/k,  s ← 0
/// ```
///
/// # Conventions
///
/// The mean, as if the batches had been one with the mean loss; optax's `MultiSteps` agrees. In PyTorch gradients add up to a
/// *sum* unless the loss is divided. The learning rate of the k-th call counts.
///
/// # Example
///
/// ```
/// use losses_optim::{optim::{GradientDescent, Optimizer}, wrap::Accumulate};
///
/// let mut optimizer = Accumulate::new(2, GradientDescent::default());
/// let mut w = [1.0];
/// optimizer.step(&mut w, &[1.0], 0.5)?;
/// assert_eq!(w, [1.0]);
/// optimizer.step(&mut w, &[3.0], 0.5)?;
/// assert_eq!(w, [0.0]);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// Linearity of the gradient: the mean over k equal batches is the mean over their union.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Accumulate<T, O> {
    /// k ≥ 1.
    pub every: u64,
    /// The optimizer that takes the step.
    pub inner: O,
    /// Gradients in the sum.
    pub taken: u64,
    /// s, the sum of gradients since the last step.
    pub sum: Vec<T>,
}

impl<T, O> Accumulate<T, O> {
    /// Wraps an optimizer.
    #[must_use]
    pub fn new(every: u64, inner: O) -> Self {
        Self { every, inner, taken: 0, sum: Vec::new() }
    }
}

impl<T, O: Method> Method for Accumulate<T, O> {
    type Scalar = O::Scalar;
    const NAME: &'static str = "accumulate";
    const SUMMARY: &'static str = "k small batches make one step";
    const SOURCE: &'static str = "linearity of the gradient";

    fn qualified_name() -> String {
        around::<Self, O>()
    }
}

impl<T: Float, O: Optimizer<T>> Optimizer<T> for Accumulate<T, O> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        one_or_more("every", self.every)?;
        self.inner.validate()
    }

    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>)) {
        visit("sum", &mut self.sum);
        self.inner.buffers(visit);
    }

    fn prepare(&mut self, len: usize) -> Result<(), StepError> {
        self.validate()?;
        self.inner.prepare(len)?;
        if self.taken == 0 {
            allocate(&mut self.sum, len);
        }
        same_length("sum", &self.sum, len)
    }

    #[inline(always)]
    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        for (sum, &g) in self.sum.iter_mut().zip(grad) {
            *sum = *sum + g;
        }
        self.taken += 1;
        if self.taken >= self.every {
            let share = constant::<T>(self.taken as f64);
            for sum in &mut self.sum {
                *sum = *sum / share;
            }
            self.inner.update(params, &self.sum, learning_rate);
            self.sum.fill(T::zero());
            self.taken = 0;
        }
    }
}
