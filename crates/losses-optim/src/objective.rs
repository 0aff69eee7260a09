//! What methods minimise that evaluate again within a step: line searches, L-BFGS, Newton's method and their kin.
//!
//! An [`Objective`] has a value and a gradient over flat slices, and nothing else: no autodiff type, so anyone can write
//! one. Three ways to get one:
//!
//! * implement the trait for a type of your own, which may keep buffers, a tape or data;
//! * [`ByHand`], from two closures;
//! * [`Recorded`], from a function that [`autograd`] differentiates.
//!
//! [`LeastSquares`] and [`SampledObjective`] are for methods that need to know more: residuals, or how noisy a batch is.
//!
//! ```
//! use losses_optim::{minimise::{Lbfgs, Minimiser, Until}, objective::Recorded};
//! use num_traits::Float;
//!
//! fn rosenbrock<F: Float>(x: &[F]) -> F {
//!     let (one, hundred) = (F::one(), F::from(100.0).unwrap());
//!     hundred * (x[1] - x[0] * x[0]).powi(2) + (one - x[0]).powi(2)
//! }
//! let mut objective = Recorded::<f64, _>::new(|x| rosenbrock(x));
//! let mut x = [-1.2, 1.0];
//! Lbfgs::default().minimise(&mut x, &mut objective, &Until { gradient: 1e-8, steps: 100 })?;
//! assert!((x[0] - 1.0).abs() < 1e-8 && (x[1] - 1.0).abs() < 1e-8);
//! # Ok::<(), losses_optim::minimise::MinimiseError>(())
//! ```

use std::marker::PhantomData;

use autograd::{Dual, Var};
use num_traits::Float;
use serde::{Deserialize, Serialize};

/// A function of the parameters with a gradient.
///
/// A value that is NaN or infinite is understood by line searches as "too far": an objective need not be defined
/// everywhere. Where it has a kink, its gradient is a subgradient; which one is its own choice.
pub trait Objective<T> {
    /// f(w).
    fn value(&mut self, params: &[T]) -> T;

    /// f(w) and, into `grad`, ∇f(w). Every entry of `grad` is written.
    fn value_and_grad(&mut self, params: &[T], grad: &mut [T]) -> T;
}

impl<T, O: Objective<T> + ?Sized> Objective<T> for &mut O {
    fn value(&mut self, params: &[T]) -> T {
        (**self).value(params)
    }

    fn value_and_grad(&mut self, params: &[T], grad: &mut [T]) -> T {
        (**self).value_and_grad(params, grad)
    }
}

/// An objective with a Hessian.
pub trait TwiceDifferentiable<T>: Objective<T> {
    /// ∇²f(w), into `hessian`, row by row: n² entries for n parameters, and symmetric.
    fn hessian(&mut self, params: &[T], hessian: &mut [T]);
}

impl<T, O: TwiceDifferentiable<T> + ?Sized> TwiceDifferentiable<T> for &mut O {
    fn hessian(&mut self, params: &[T], hessian: &mut [T]) {
        (**self).hessian(params, hessian);
    }
}

/// Half a sum of squares, ½ Σᵢ rᵢ(w)², given by its residuals.
pub trait LeastSquares<T> {
    /// The number m of residuals.
    fn residual_count(&self) -> usize;

    /// r(w), into `residuals`.
    fn residuals(&mut self, params: &[T], residuals: &mut [T]);

    /// r(w) and its Jacobian, ∂rᵢ/∂wⱼ at i n + j: m rows of n entries.
    fn residuals_and_jacobian(&mut self, params: &[T], residuals: &mut [T], jacobian: &mut [T]);
}

/// An objective whose value and gradient are two closures.
///
/// ```
/// use losses_optim::objective::{ByHand, Objective};
///
/// let mut half_square = ByHand {
///     value: |w: &[f64]| 0.5 * w[0] * w[0],
///     value_and_grad: |w: &[f64], grad: &mut [f64]| {
///         grad[0] = w[0];
///         0.5 * w[0] * w[0]
///     },
/// };
/// let mut grad = [0.0];
/// assert_eq!(half_square.value_and_grad(&[3.0], &mut grad), 4.5);
/// assert_eq!(grad, [3.0]);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct ByHand<V, G> {
    /// f.
    pub value: V,
    /// f and its gradient.
    pub value_and_grad: G,
}

impl<T, V: FnMut(&[T]) -> T, G: FnMut(&[T], &mut [T]) -> T> Objective<T> for ByHand<V, G> {
    fn value(&mut self, params: &[T]) -> T {
        (self.value)(params)
    }

    fn value_and_grad(&mut self, params: &[T], grad: &mut [T]) -> T {
        (self.value_and_grad)(params, grad)
    }
}

/// An objective with a closure for its Hessian, row by row.
///
/// ```
/// use losses_optim::objective::{ByHand, TwiceDifferentiable, WithHessian};
///
/// let mut quadratic = WithHessian {
///     objective: ByHand {
///         value: |w: &[f64]| w[0] * w[0] + w[0] * w[1],
///         value_and_grad: |w: &[f64], grad: &mut [f64]| {
///             grad.copy_from_slice(&[2.0 * w[0] + w[1], w[0]]);
///             w[0] * w[0] + w[0] * w[1]
///         },
///     },
///     hessian: |_: &[f64], hessian: &mut [f64]| hessian.copy_from_slice(&[2.0, 1.0, 1.0, 0.0]),
/// };
/// let mut hessian = [0.0; 4];
/// quadratic.hessian(&[0.3, 0.4], &mut hessian);
/// assert_eq!(hessian, [2.0, 1.0, 1.0, 0.0]);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct WithHessian<O, H> {
    /// Value and gradient.
    pub objective: O,
    /// The Hessian.
    pub hessian: H,
}

impl<T, O: Objective<T>, H> Objective<T> for WithHessian<O, H> {
    fn value(&mut self, params: &[T]) -> T {
        self.objective.value(params)
    }

    fn value_and_grad(&mut self, params: &[T], grad: &mut [T]) -> T {
        self.objective.value_and_grad(params, grad)
    }
}

impl<T, O: Objective<T>, H: FnMut(&[T], &mut [T])> TwiceDifferentiable<T> for WithHessian<O, H> {
    fn hessian(&mut self, params: &[T], hessian: &mut [T]) {
        (self.hessian)(params, hessian);
    }
}

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

/// What one batch says of an objective at some parameters: a value, a gradient, and how far either is to be trusted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Estimate<T> {
    /// The mean of the samples' losses.
    pub value: T,
    /// The variance of that mean.
    pub value_variance: T,
    /// The mean of the samples' gradients.
    pub gradient: Vec<T>,
    /// The variance of each entry of that mean.
    pub gradient_variance: Vec<T>,
}

impl<T: Float> Estimate<T> {
    /// Room for so many parameters.
    #[must_use]
    pub fn zeros(parameters: usize) -> Self {
        Self {
            value: T::zero(),
            value_variance: T::zero(),
            gradient: vec![T::zero(); parameters],
            gradient_variance: vec![T::zero(); parameters],
        }
    }
}

/// The variance of a mean over B ≥ 2 samples, from the samples' mean and their mean square: (E x² − (E x)²)/(B − 1), and at
/// least 0.
///
/// ```
/// use losses_optim::objective::variance_of_mean;
///
/// let samples = [1.0, 2.0, 6.0];
/// let (mean, mean_square) = (3.0, (1.0 + 4.0 + 36.0) / 3.0);
/// let by_definition = samples.iter().map(|x: &f64| (x - mean).powi(2)).sum::<f64>() / (3.0 * 2.0);
/// assert!((variance_of_mean(mean, mean_square, 3) - by_definition).abs() < 1e-15);
/// ```
///
/// # Panics
///
/// If there are fewer than two samples, which say nothing of their spread.
#[track_caller]
#[must_use]
pub fn variance_of_mean<T: Float>(mean: T, mean_square: T, samples: usize) -> T {
    assert!(samples >= 2, "{samples} samples say nothing of their spread: take two or more");
    (mean_square - mean * mean).max(T::zero()) / T::from(samples - 1).unwrap_or_else(T::one)
}

/// An objective that is only ever seen through batches.
pub trait SampledObjective<T> {
    /// Draws a batch and writes what it says at these parameters; every field of `estimate` is written.
    fn sample(&mut self, params: &[T], estimate: &mut Estimate<T>);
}

impl<T, F: FnMut(&[T], &mut Estimate<T>)> SampledObjective<T> for F {
    fn sample(&mut self, params: &[T], estimate: &mut Estimate<T>) {
        self(params, estimate);
    }
}
