//! How often an objective is asked.

use super::{Objective, TwiceDifferentiable};

/// Counts how often an objective is asked, which is what methods that evaluate again are compared by.
///
/// ```
/// use losses_optim::{minimise::{Lbfgs, Minimiser, Until}, objective::{Counted, Recorded}};
///
/// let mut objective = Counted::new(Recorded::<f64, _>::new(|x| x[0] * x[0]));
/// Lbfgs::default().minimise(&mut [1.0], &mut objective, &Until { gradient: 1e-9, steps: 9 })?;
/// assert!(objective.gradients <= 4 && objective.values == 0);
/// # Ok::<(), losses_optim::minimise::MinimiseError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted<O> {
    /// What is asked.
    pub inner: O,
    /// How often a value alone was asked for.
    pub values: u64,
    /// How often a value with its gradient was.
    pub gradients: u64,
    /// How often a Hessian was.
    pub hessians: u64,
}

impl<O> Counted<O> {
    /// Begins at 0.
    #[must_use]
    pub fn new(inner: O) -> Self {
        Self { inner, values: 0, gradients: 0, hessians: 0 }
    }
}

impl<T, O: Objective<T>> Objective<T> for Counted<O> {
    fn value(&mut self, params: &[T]) -> T {
        self.values += 1;
        self.inner.value(params)
    }

    fn value_and_grad(&mut self, params: &[T], grad: &mut [T]) -> T {
        self.gradients += 1;
        self.inner.value_and_grad(params, grad)
    }
}

impl<T, O: TwiceDifferentiable<T>> TwiceDifferentiable<T> for Counted<O> {
    fn hessian(&mut self, params: &[T], hessian: &mut [T]) {
        self.hessians += 1;
        self.inner.hessian(params, hessian);
    }
}
