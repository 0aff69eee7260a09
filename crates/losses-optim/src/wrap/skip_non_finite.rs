use num_traits::Float;
use serde::{Deserialize, Serialize};

use crate::{
    error::{HyperparameterError, StepError},
    optim::Optimizer,
    state::{Method, around},
};

/// Leaves out every step whose gradient has an entry that is NaN or infinite, and counts them.
///
/// ```text
/// if g is finite:  the step
/// otherwise:       skipped ← skipped + 1
/// ```
///
/// # Conventions
///
/// Parameters and the wrapped optimizer's state stay as they are. Unlike optax's `apply_if_finite` there is no number of
/// failures after which it gives in: read [`skipped`](Self::skipped) and decide.
///
/// # Example
///
/// ```
/// use losses_optim::{optim::{Momentum, Optimizer}, wrap::SkipNonFinite};
///
/// let mut optimizer = SkipNonFinite::new(Momentum::default());
/// let mut w = [1.0, 1.0];
/// optimizer.step(&mut w, &[0.5, f64::NAN], 0.1)?;
/// assert_eq!((w, optimizer.skipped), ([1.0, 1.0], 1));
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// As in mixed-precision training: P. Micikevicius et al., ICLR 2018, section 3.2, arXiv:1710.03740.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SkipNonFinite<O> {
    /// The optimizer that takes the step.
    pub inner: O,
    /// How many steps were left out.
    pub skipped: u64,
}

impl<O> SkipNonFinite<O> {
    /// Wraps an optimizer.
    #[must_use]
    pub fn new(inner: O) -> Self {
        Self { inner, skipped: 0 }
    }
}

impl<O: Method> Method for SkipNonFinite<O> {
    type Scalar = O::Scalar;
    const NAME: &'static str = "skip_non_finite";
    const SUMMARY: &'static str = "steps with a gradient that is not finite are left out and counted";
    const SOURCE: &'static str = "Micikevicius et al. 2018, section 3.2, arXiv:1710.03740";

    fn qualified_name() -> String {
        around::<Self, O>()
    }
}

impl<T: Float, O: Optimizer<T>> Optimizer<T> for SkipNonFinite<O> {
    fn validate(&self) -> Result<(), HyperparameterError> {
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
        if grad.iter().all(|g| g.is_finite()) {
            self.inner.update(params, grad, learning_rate);
        } else {
            self.skipped += 1;
        }
    }
}
