//! The gradient that a kinked objective has by its whole subdifferential.

use std::marker::PhantomData;

use autograd::{Subdifferential, SubdifferentialError, Var};
use num_traits::Float;

use super::Objective;

/// An objective whose gradient is the element of minimum norm of its *subdifferential*, the negative of which is the
/// direction of steepest descent of a convex function.
///
/// ```text
/// g(w) = argmin { ‖g‖ : g ∈ ∂f(w) }
/// ```
///
/// # Conventions
///
/// [`Recorded`](super::Recorded) takes the element of minimum norm of every operation and chains them, which need not give
/// that of the composition. This one asks [`autograd::subdifferential`], and is exact where that is. Where w is on k kinks at
/// once a gradient costs 2ᵏ recordings, beside all kinks one: it is for points on a few kinks, not for networks.
///
/// A coordinate of the nearest point that is 0 up to rounding is 0: what is left of it would lead off the kink, beside which the
/// slope is another. A set that cannot be enumerated leaves a gradient of NaN, at which methods stop, and [`refused`](Self::refused) says why.
///
/// # Example
///
/// ```
/// use losses_optim::{
///     minimise::{Ended, Minimiser, SteepestDescent, Until},
///     objective::{LeastSubgradient, Recorded},
/// };
/// use num_traits::Float;
///
/// // Least at 0, on the kink, where the subgradients are −½ … 1½.
/// fn f<F: Float>(w: &[F]) -> F {
///     w[0].abs() + w[0] / F::from(2.0).unwrap()
/// }
/// let until = Until { gradient: 1e-9, steps: 100 };
/// let mut descent = SteepestDescent::default();
/// let least = descent.minimise(&mut [0.0], &mut LeastSubgradient::<f64, _>::new(|w| f(w)), &until)?;
/// assert_eq!(least.ended, Ended::Flat);
/// // Operation by operation the slope of |w| is taken as 0 and the sum's as ½, along which nothing falls.
/// descent.restart();
/// let chained = descent.minimise(&mut [0.0], &mut Recorded::<f64, _>::new(|w| f(w)), &until)?;
/// assert_eq!(chained.ended, Ended::Stuck);
/// # Ok::<(), losses_optim::minimise::MinimiseError>(())
/// ```
///
/// # Source
///
/// N. Z. Shor, *Minimization Methods for Non-Differentiable Functions*, 1985; the nearest point: P. Wolfe, *Finding the nearest
/// point in a polytope*, 1976, doi:10.1007/BF01580381.
#[derive(Debug, Clone, PartialEq)]
pub struct LeastSubgradient<T, F> {
    /// Why there was no gradient where it was asked for last, if so.
    pub refused: Option<SubdifferentialError>,
    function: F,
    scalar: PhantomData<T>,
}

impl<T: Float, F: for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>> LeastSubgradient<T, F> {
    /// Takes a function; a generic one goes in a closure, `|w| f(w)`.
    #[must_use]
    pub fn new(function: F) -> Self {
        Self { refused: None, function, scalar: PhantomData }
    }
}

impl<T: Float, F: for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>> Objective<T> for LeastSubgradient<T, F> {
    fn value(&mut self, params: &[T]) -> T {
        let constants: Vec<_> = params.iter().map(|&w| Var::constant(w)).collect();
        *(self.function)(&constants).value()
    }

    fn value_and_grad(&mut self, params: &[T], grad: &mut [T]) -> T {
        match autograd::subdifferential(&self.function, params) {
            Ok(set) => {
                grad.copy_from_slice(&set.minimum_norm());
                forget_rounding(&set, grad);
                self.refused = None;
            }
            Err(refusal) => {
                grad.fill(T::nan());
                self.refused = Some(refusal);
            }
        }
        self.value(params)
    }
}

/// Takes coordinates as 0 that are within ε^¾ of it, measured by the largest that they are anywhere in the set: what
/// [`Subdifferential::contains`] allows.
fn forget_rounding<T: Float>(set: &Subdifferential<T>, element: &mut [T]) {
    let share = T::epsilon().sqrt() * T::epsilon().sqrt().sqrt();
    for (i, coordinate) in element.iter_mut().enumerate() {
        let largest = set.generators().iter().fold(T::zero(), |largest, g| largest.max(g[i].abs()));
        if coordinate.abs() <= share * largest {
            *coordinate = T::zero();
        }
    }
}
