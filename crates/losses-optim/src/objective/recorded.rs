//! Objectives that are differentiated by recording them.

use std::marker::PhantomData;

use autograd::{Dual, Var};
use num_traits::Float;

use super::{Objective, TwiceDifferentiable};

/// An objective that [`autograd`] differentiates: a function of recorded numbers.
///
/// A tape is made anew for every gradient; an objective that is evaluated millions of times keeps one of its own.
#[derive(Debug, Clone, Copy)]
pub struct Recorded<T, F> {
    function: F,
    scalar: PhantomData<T>,
}

impl<T: Float, F: for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>> Recorded<T, F> {
    /// Takes a function; a generic one goes in a closure, `|x| rosenbrock(x)`.
    #[must_use]
    pub fn new(function: F) -> Self {
        Self { function, scalar: PhantomData }
    }

    /// With exact second derivatives, for which the same function is said once more, over dual numbers: a closure has
    /// one type of arguments only.
    ///
    /// ```
    /// use losses_optim::objective::{Recorded, TwiceDifferentiable};
    ///
    /// let mut product = Recorded::<f64, _>::new(|x| x[0] * x[1]).with_hessian(|x| x[0] * x[1]);
    /// let mut hessian = [0.0; 4];
    /// product.hessian(&[2.0, 3.0], &mut hessian);
    /// assert_eq!(hessian, [0.0, 1.0, 1.0, 0.0]);
    /// ```
    #[must_use]
    pub fn with_hessian<H>(self, function: H) -> RecordedTwice<T, F, H>
    where
        H: for<'t> Fn(&[Var<'t, Dual<T>>]) -> Var<'t, Dual<T>>,
    {
        RecordedTwice { once: self, twice: function }
    }
}

impl<T: Float, F: for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>> Objective<T> for Recorded<T, F> {
    fn value(&mut self, params: &[T]) -> T {
        let constants: Vec<_> = params.iter().map(|&w| Var::constant(w)).collect();
        *(self.function)(&constants).value()
    }

    fn value_and_grad(&mut self, params: &[T], grad: &mut [T]) -> T {
        let (value, gradient) = autograd::value_and_grad(&self.function, params);
        grad.copy_from_slice(&gradient);
        value
    }
}

/// A [`Recorded`] objective [with second derivatives](Recorded::with_hessian).
#[derive(Debug, Clone, Copy)]
pub struct RecordedTwice<T, F, H> {
    once: Recorded<T, F>,
    twice: H,
}

impl<T, F, H> Objective<T> for RecordedTwice<T, F, H>
where
    Recorded<T, F>: Objective<T>,
{
    fn value(&mut self, params: &[T]) -> T {
        self.once.value(params)
    }

    fn value_and_grad(&mut self, params: &[T], grad: &mut [T]) -> T {
        self.once.value_and_grad(params, grad)
    }
}

impl<T: Float, F, H> TwiceDifferentiable<T> for RecordedTwice<T, F, H>
where
    Recorded<T, F>: Objective<T>,
    H: for<'t> Fn(&[Var<'t, Dual<T>>]) -> Var<'t, Dual<T>>,
{
    fn hessian(&mut self, params: &[T], hessian: &mut [T]) {
        let rows = autograd::hessian(&self.twice, params);
        for (row, values) in hessian.chunks_exact_mut(params.len().max(1)).zip(rows) {
            row.copy_from_slice(&values);
        }
    }
}
