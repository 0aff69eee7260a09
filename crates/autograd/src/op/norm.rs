//! Norms over axes.

use num_traits::Float;

use crate::algebra::Algebra;
use crate::array::{Array, Element, kernel, reduction};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{
    ArrayAlgebra, Cotangents, Operands, Primitive, abs, axes, bind, chain::Chain, compare, max, select, sum,
};

/// Which length a vector has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Norm {
    /// Σᵢ |xᵢ|.
    L1,
    /// √(Σᵢ xᵢ²): of the elements of a matrix the Frobenius norm.
    L2,
    /// maxᵢ |xᵢ|.
    LInfinity,
}

/// √(Σᵢ xᵢ²) over some axes, which stay with length 1. The derivative by xᵢ is xᵢ/y, and 0 where y = 0.
#[derive(Debug, Clone)]
pub struct Euclidean {
    /// The axes, ascending.
    pub axes: Vec<usize>,
}

/// √x, whose derivative in nested types is 0 at 0.
pub(crate) fn root<T: Float>(x: T) -> T {
    if x == T::zero() { T::zero() } else { x.sqrt() }
}

/// The cotangent times x/scale, where a scale of 0 gives 0.
pub(crate) fn pull<A: ArrayAlgebra>(x: &A, scale: &A, cotangent: &A) -> A {
    let at_zero = compare::equal(scale, &scale.number(0.0));
    let scale = select::select(&at_zero, &scale.number(1.0), scale);
    // Selected once more, so that the second derivative is 0 there as well.
    let ratio = select::select(&at_zero, &x.number(0.0), &(x.clone() / scale));
    bind(Chain, &[cotangent, &ratio])
}

/// √(Σᵢ xᵢ²) over axes, which are checked already and stay; without overflow on the way.
fn of<T: Element>(x: &Array<T>, axes: &[usize]) -> Array<T> {
    let squares = sum::sum_kept(&kernel::map(x, |x| x * x), axes);
    if kernel::count(&squares, |square| !square.is_normal()) == 0 {
        return kernel::map(&squares, |square| square.sqrt());
    }
    let larger = |a: T, b: T| if a.is_nan() || a >= b { a } else { b };
    let largest = reduction::fold(&kernel::map(x, |x| x.abs()), axes, T::zero(), larger);
    // A power of 2, so that scaling does not round; a length of 0 or ∞ is the largest element itself.
    let proper = |x: T| if x.is_finite() && x > T::zero() { x.log2().floor().exp2() } else { T::one() };
    let scale = kernel::map(&largest, proper);
    let squares = sum::sum_kept(&(x / &scale).powi(2), axes);
    let lengths = &scale * &kernel::map(&squares, root);
    kernel::zip(
        &largest,
        &lengths,
        largest.shape(),
        |largest, length| {
            if largest.is_finite() { length } else { largest }
        },
    )
}

impl Primitive for Euclidean {
    const NAME: &'static str = "norm";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        axes::kept(Self::NAME, x[0].shape(), &self.axes)?;
        Ok(of(x[0], &self.axes))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || pull(&x[0], y, &cotangent));
    }

    fn kinks<T: Element>(&self, x: &[&Array<T>]) -> usize {
        let zeros = kernel::map(x[0], |x| if x == T::zero() { T::zero() } else { T::one() });
        let other = sum::sum_kept(&zeros, &self.axes);
        axes::count(x[0].shape(), &self.axes) * kernel::count(&other, |count| count == T::zero())
    }

    fn flat_beside_kinks(&self) -> bool {
        false
    }
}

/// The norm over the given axes, which stay with length 1. Formulas, choices at kinks and an example are those of [`norm`].
///
/// # Gradient
///
/// xᵢ/y for L2, sign xᵢ for L1, sign xᵢ by the largest for L∞.
///
/// # Panics
/// If an axis does not exist or is named twice, or has no element for the maximum norm.
#[track_caller]
pub fn norm_kept<A: ArrayAlgebra>(x: &A, axes: &[usize], norm: Norm) -> A {
    match norm {
        Norm::L1 => sum::sum_kept(&abs::abs(x), axes),
        Norm::L2 => bind(Euclidean { axes: axes.to_vec() }, &[x]),
        Norm::LInfinity => max::max_kept(&abs::abs(x), axes),
    }
}

/// The norm y over the given axes, which are dropped: √(Σᵢ xᵢ²) for [`Norm::L2`], Σᵢ |xᵢ| for [`Norm::L1`], maxᵢ |xᵢ| for
/// [`Norm::LInfinity`]. Elements whose squares overflow or vanish are scaled first.
///
/// # Gradient
///
/// * L2: xᵢ/y. *Kink* at the origin, with the unit ball: 0.
/// * L1: sign xᵢ. *Kink* at each xᵢ = 0, with \[−1, 1\]: 0.
/// * L∞: sign xᵢ by the largest, else 0. *Kink* where k are the largest: sign xᵢ/k by each; and at the origin, with the ball
///   of L1: 0.
///
/// At each kink that is the element of minimum norm.
///
/// # Panics
/// If an axis does not exist or is named twice, or has no element for the maximum norm.
///
/// # Example
///
/// ```
/// use autograd::op::norm::Norm;
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::vector(&[3e200_f64, -4e200])];
/// assert_eq!(x[0].norm(&[0], Norm::L1).item(), Some(7e200));
/// assert_eq!(x[0].norm_all(Norm::LInfinity).item(), Some(4e200));
/// assert!((x[0].norm_kept(&[0], Norm::L2).to_vec()[0] / 5e200 - 1.0).abs() < 1e-15);
/// let gradient = autograd::grad(|x| x[0].norm_all(Norm::LInfinity), &x);
/// assert_eq!(gradient[0].to_vec(), [0.0, -1.0]);
/// let origin = [Array::vector(&[0.0, 0.0])];
/// assert_eq!(autograd::grad(|x| x[0].norm(&[0], Norm::L2), &origin)[0].to_vec(), [0.0, 0.0]);
/// ```
#[track_caller]
pub fn norm<A: ArrayAlgebra>(x: &A, axes: &[usize], norm: Norm) -> A {
    axes::dropped(&norm_kept(x, axes, norm), axes)
}

/// The norm of all elements, 0-dimensional; of a matrix with [`Norm::L2`] the Frobenius norm. Formulas, choices at kinks and
/// an example are those of [`norm`](norm()).
///
/// # Gradient
///
/// xᵢ/y for L2, sign xᵢ for L1, sign xᵢ by the largest for L∞.
///
/// # Panics
/// If there is no element for the maximum norm.
#[track_caller]
pub fn norm_all<A: ArrayAlgebra>(x: &A, norm: Norm) -> A {
    self::norm(x, &axes::all(x), norm)
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let of = |axes: &[usize], shape: &[usize]| Case::new(Euclidean { axes: axes.to_vec() }, &[shape]);
    vec![
        of(&[0], &[3, 2]),
        of(&[1], &[2, 3]).within(-1.0..1.0),
        of(&[0, 2], &[2, 1, 2]),
        of(&[0, 1], &[3, 2]),
        of(&[], &[]),
        of(&[1], &[0, 2]),
        of(&[0], &[0, 2]),
    ]
}
