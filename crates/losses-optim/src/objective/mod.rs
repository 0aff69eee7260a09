//! What methods minimise that evaluate again within a step: line searches, L-BFGS, Newton's method and their kin.
//!
//! An [`Objective`] has a value and a gradient over flat slices, and nothing else: no autodiff type, so anyone can write
//! one. Three ways to get one:
//!
//! * implement the trait for a type of your own, which may keep buffers, a tape or data;
//! * [`ByHand`], from two closures;
//! * [`Recorded`], from a function that [`autograd`] differentiates, or [`LeastSubgradient`] where kinks matter.
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

mod counted;
mod least_subgradient;
mod recorded;
mod sampled;

pub use counted::Counted;
pub use least_subgradient::LeastSubgradient;
pub use recorded::{Recorded, RecordedTwice};
pub use sampled::{Estimate, SampledObjective, variance_of_mean};

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
