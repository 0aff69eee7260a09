use num_traits::Float;
use serde::{Deserialize, Serialize};

use crate::{
    error::{HyperparameterError, StepError, same_length},
    optim::Optimizer,
    state::{Method, around},
    wrap::allocate,
};

/// Delayed gradients: every step uses the gradient of τ calls ago, as a worker does that is τ steps behind.
///
/// ```text
/// call k:  the step with g₍ₖ₋τ₎;  none for k ≤ τ
/// ```
///
/// # Conventions
///
/// The first τ calls only fill the queue: the parameters rest, so their gradients are all those of the start. The learning rate
/// of the call counts, not that of the gradient. τ gradients are kept. On a curvature λ, gradient descent with this delay is
/// stable for ηλ < 2 sin(π/(2(2τ + 1))): 2, 1, 0.618, … for τ = 0, 1, 2, …
///
/// # Example
///
/// ```
/// use losses_optim::{optim::{GradientDescent, Optimizer}, wrap::Delayed};
///
/// let mut optimizer = Delayed::new(1, GradientDescent::default());
/// let mut w = [1.0];
/// optimizer.step(&mut w, &[10.0], 0.1)?; // kept
/// assert_eq!(w, [1.0]);
/// optimizer.step(&mut w, &[20.0], 0.1)?; // the step with 10
/// assert_eq!(w, [0.0]);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// J. Langford, A. J. Smola and M. Zinkevich, *Slow Learners are Fast*, NeurIPS 2009, arXiv:0911.0491.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Delayed<T, O> {
    /// τ, the calls by which gradients are late. To be set before the first step.
    pub delay: usize,
    /// The optimizer that takes the step.
    pub inner: O,
    /// Gradients in the queue.
    pub held: usize,
    /// Which of the queue's rows is the oldest.
    pub oldest: usize,
    /// The gradients that are still to be used, τ rows.
    pub queue: Vec<T>,
}

impl<T, O> Delayed<T, O> {
    /// Wraps an optimizer.
    #[must_use]
    pub fn new(delay: usize, inner: O) -> Self {
        Self { delay, inner, held: 0, oldest: 0, queue: Vec::new() }
    }
}

impl<T, O: Method> Method for Delayed<T, O> {
    type Scalar = O::Scalar;
    const NAME: &'static str = "delayed";
    const SUMMARY: &'static str = "steps with gradients of some calls ago";
    const SOURCE: &'static str = "Langford, Smola and Zinkevich 2009, arXiv:0911.0491";

    fn qualified_name() -> String {
        around::<Self, O>()
    }
}

impl<T: Float, O: Optimizer<T>> Optimizer<T> for Delayed<T, O> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        self.inner.validate()
    }

    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>)) {
        visit("queue", &mut self.queue);
        self.inner.buffers(visit);
    }

    /// The queue has τ entries for each parameter.
    fn prepare(&mut self, len: usize) -> Result<(), StepError> {
        self.validate()?;
        self.inner.prepare(len)?;
        if self.held == 0 {
            allocate(&mut self.queue, self.delay * len);
        }
        same_length("queue", &self.queue, self.delay * len)
    }

    #[inline(always)]
    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        let len = params.len();
        if self.delay == 0 {
            return self.inner.update(params, grad, learning_rate);
        }
        if self.held < self.delay {
            self.queue[self.held * len..][..len].copy_from_slice(grad);
            self.held += 1;
            return;
        }
        let row = &mut self.queue[self.oldest * len..][..len];
        self.inner.update(params, row, learning_rate);
        row.copy_from_slice(grad);
        self.oldest = (self.oldest + 1) % self.delay;
    }
}
