use num_traits::Float;
use serde::{Deserialize, Serialize};

use crate::{
    error::{HyperparameterError, StepError, one_or_more, same_length, within},
    optim::{Optimizer, constant},
    state::{Method, around},
    wrap::allocate,
};

/// Lookahead: k steps of another optimizer forward, then back to a point between.
///
/// ```text
/// k times:  the step of w
/// φ ← φ + α (w − φ),   w ← φ        φ₀ = w₀
/// ```
///
/// # Conventions
///
/// The wrapped optimizer's state is kept when w goes back, as in the paper's main experiments. Between, w are the fast
/// weights; the slow ones, which are to be evaluated, are [`slow`](Self::slow). Not for methods that keep their iterate in their
/// own state ([`NesterovLookAhead`](crate::optim::NesterovLookAhead)): they would overwrite φ.
///
/// # Example
///
/// ```
/// use losses_optim::{optim::{GradientDescent, Optimizer}, wrap::Lookahead};
///
/// let mut optimizer = Lookahead::new(2, 0.5, GradientDescent::default());
/// let mut w = [4.0];
/// optimizer.step(&mut w, &[1.0], 1.0)?;
/// assert_eq!(w, [3.0]);
/// optimizer.step(&mut w, &[1.0], 1.0)?; // to 2, then half of the way from 4
/// assert_eq!(w, [3.0]);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// M. Zhang et al., *Lookahead Optimizer: k steps forward, 1 step back*, NeurIPS 2019, algorithm 1, arXiv:1907.08610.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lookahead<T, O> {
    /// k ≥ 1. The paper: 5 or 10.
    pub every: u64,
    /// α in [0, 1]. The paper: 0.5 or 0.8.
    pub slow_rate: f64,
    /// The optimizer that takes the step.
    pub inner: O,
    /// t, the number of fast steps taken.
    pub t: u64,
    /// φ, the slow weights.
    pub slow: Vec<T>,
}

impl<T, O> Lookahead<T, O> {
    /// Wraps an optimizer.
    #[must_use]
    pub fn new(every: u64, slow_rate: f64, inner: O) -> Self {
        Self { every, slow_rate, inner, t: 0, slow: Vec::new() }
    }
}

impl<T, O: Method> Method for Lookahead<T, O> {
    type Scalar = O::Scalar;
    const NAME: &'static str = "lookahead";
    const SUMMARY: &'static str = "k steps forward, then back to a point between";
    const SOURCE: &'static str = "Zhang et al. 2019, algorithm 1, arXiv:1907.08610";

    fn qualified_name() -> String {
        around::<Self, O>()
    }
}

impl<T: Float, O: Optimizer<T>> Optimizer<T> for Lookahead<T, O> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        one_or_more("every", self.every)?;
        within("slow_rate", self.slow_rate, (0.0..=1.0).contains(&self.slow_rate), "a number in [0, 1]")?;
        self.inner.validate()
    }

    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>)) {
        visit("slow", &mut self.slow);
        self.inner.buffers(visit);
    }

    fn prepare(&mut self, len: usize) -> Result<(), StepError> {
        self.validate()?;
        self.inner.prepare(len)?;
        if self.t == 0 {
            allocate(&mut self.slow, len);
        }
        same_length("slow", &self.slow, len)
    }

    #[inline(always)]
    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        if self.t == 0 {
            self.slow.copy_from_slice(params);
        }
        self.inner.update(params, grad, learning_rate);
        self.t += 1;
        if self.t.is_multiple_of(self.every) {
            let alpha = constant::<T>(self.slow_rate);
            for (w, slow) in params.iter_mut().zip(&mut self.slow) {
                *slow = *slow + alpha * (*w - *slow);
                *w = *slow;
            }
        }
    }
}
