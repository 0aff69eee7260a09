//! Maxima and minima over axes.

use num_traits::Float;

use crate::array::{Array, Element, kernel, reduction};
#[cfg(test)]
use crate::check::{Case, cases_of};
use crate::error::ShapeError;
use crate::kink::Ties;
use crate::op::maximum::{Largest, Order, Smallest};
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, axes, bind, chain::Chain, sum, transpose};

/// The element that the order prefers over some axes, which stay with length 1. It receives the cotangent; several of them
/// as [`Ties`] says.
#[derive(Debug, Clone)]
pub struct PreferredOver<O> {
    /// What is wanted.
    pub order: O,
    /// The axes, ascending.
    pub axes: Vec<usize>,
    /// Which of several equal elements receives the cotangent.
    pub ties: Ties,
}

/// The one of two numbers that the order prefers, the first if they are equal; NaN, should one be.
#[inline]
fn prefer<O: Order, T: Float>(first: T, second: T) -> T {
    if first.is_nan() || (!O::prefers(second, first) && !second.is_nan()) { first } else { second }
}

/// The element that the order prefers, over axes which stay; NaN if one is among them.
fn preferred<O: Order, T: Element>(x: &Array<T>, axes: &[usize]) -> Array<T> {
    let worst = if O::prefers(T::one(), T::zero()) { T::neg_infinity() } else { T::infinity() };
    reduction::fold(x, axes, worst, prefer::<O, T>)
}

/// How the elements share in the derivative of the preferred one: each of k equal ones 1/k, or the first alone. NaN where
/// the preferred one is.
fn shares<T: Element>(x: &Array<T>, preferred: &Array<T>, axes: &[usize], ties: Ties) -> Array<T> {
    let is_preferred = |x: T, preferred: T| if x == preferred { T::one() } else { T::zero() };
    let equal = kernel::zip(x, preferred, x.shape(), is_preferred);
    let counts = sum::sum_kept(&equal, axes);
    match ties {
        Ties::Split => &equal / &counts,
        Ties::First if kernel::count(&counts, |count| count != T::one()) == 0 => equal,
        Ties::First => &firsts(&equal, axes) / &sum::sum_kept(&firsts(&equal, axes), axes),
    }
}

/// Of the ones among zeros over each group of axes only the first, in row-major order.
fn firsts<T: Element>(ones: &Array<T>, axes: &[usize]) -> Array<T> {
    let order = axes::to_the_end(ones.dimensions(), axes);
    let lanes = transpose::permute(ones, &order).to_contiguous();
    let count = axes::count(ones.shape(), axes);
    let mut elements = lanes.to_vec();
    for lane in elements.chunks_exact_mut(count.max(1)) {
        let first = lane.iter().position(|one| !one.is_zero());
        lane.fill(T::zero());
        if let Some(first) = first {
            lane[first] = T::one();
        }
    }
    transpose::permute(&Array::from_kernel(lanes.shape(), elements), &transpose::inverse(&order))
}

impl<O: Order> Primitive for PreferredOver<O> {
    const NAME: &'static str = O::OVER_AXES;

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        axes::require_elements(Self::NAME, x[0].shape(), &self.axes)?;
        let result = preferred::<O, T>(x[0], &self.axes);
        if T::IS_PLAIN {
            return Ok(result);
        }
        // Equal numbers may differ in their derivatives, and the result's are shared among them: the value stays.
        let shares = shares(x[0], &result, &self.axes, self.ties);
        let offsets = kernel::zip(x[0], &result, x[0].shape(), |x, result| x - result);
        let offsets = kernel::zip(&offsets, &shares, x[0].shape(), |offset, share| {
            if share.is_zero() { T::zero() } else { offset * share }
        });
        let offset = sum::sum_kept(&offsets, &self.axes);
        Ok(kernel::zip(&result, &offset, result.shape(), |result, offset| {
            if result.is_finite() { result + offset } else { result }
        }))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || {
            let shares = shares(x[0].array(), y.array(), &self.axes, self.ties);
            bind(Chain, &[&cotangent, &A::from_array(shares)])
        });
    }

    fn kinks<T: Element>(&self, x: &[&Array<T>]) -> usize {
        let x = x[0];
        let count = axes::count(x.shape(), &self.axes);
        if x.is_empty() || count < 2 {
            return 0;
        }
        let preferred = preferred::<O, T>(x, &self.axes);
        let is_preferred = |x: T, preferred: T| if x == preferred { T::one() } else { T::zero() };
        let equal = sum::sum_kept(&kernel::zip(x, &preferred, x.shape(), is_preferred), &self.axes);
        let tied = equal.as_slice().expect("made by a kernel").iter().filter(|&&count| count > T::one());
        tied.map(|count| count.to_usize().unwrap_or(0)).sum()
    }
}

/// The largest element over the given axes, which stay with length 1; NaN if one is among them. For an example see [`max`].
///
/// # Gradient
///
/// 1 by the largest element, 0 by the others; 1/k by each of k largest, the element of minimum norm.
///
/// # Panics
/// If an axis does not exist, is named twice, or has no element.
#[track_caller]
pub fn max_kept<A: ArrayAlgebra>(x: &A, axes: &[usize]) -> A {
    max_ties_kept(x, axes, Ties::default())
}

/// The largest element over the given axes, which are dropped. NaN if one is among them. [`max_ties`] chooses the derivative
/// where several are largest; [`maximum`](super::maximum::maximum()) compares two arrays.
///
/// # Gradient
///
/// The largest element receives the cotangent, the others 0. *Kink* where k elements are the largest: the subdifferential
/// holds all weights of them that are not negative and add up to 1, and 1/k each is its element of minimum norm. The second
/// derivative is 0 everywhere.
///
/// # Panics
/// If an axis does not exist, is named twice, or has no element.
///
/// # Example
///
/// ```
/// use autograd::kink::Ties;
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::new(&[2, 3], vec![1.0, 3.0, 2.0, 5.0, 5.0, 4.0])?];
/// assert_eq!(x[0].max(&[1]).to_vec(), [3.0, 5.0]);
/// assert_eq!(x[0].max_kept(&[1]).shape(), [2, 1]);
/// assert_eq!((x[0].max_all().item(), x[0].min_all().item()), (Some(5.0), Some(1.0)));
/// let gradient = autograd::grad(|x| x[0].max(&[1]).sum_all(), &x);
/// assert_eq!(gradient[0].to_vec(), [0.0, 1.0, 0.0, 0.5, 0.5, 0.0]);
/// let first = autograd::grad(|x| x[0].max_ties(&[1], Ties::First).sum_all(), &x);
/// assert_eq!(first[0].to_vec(), [0.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
///
/// # Source
///
/// F. H. Clarke 1983, *Optimization and Nonsmooth Analysis*, for the subdifferential of a maximum.
#[track_caller]
pub fn max<A: ArrayAlgebra>(x: &A, axes: &[usize]) -> A {
    axes::dropped(&max_kept(x, axes), axes)
}

/// The largest element over the given axes, which are dropped, with the chosen derivative where several are largest. For an
/// example see [`max`].
///
/// # Gradient
///
/// 1 by the largest element, 0 by the others. Of k largest: 1/k by each with [`Ties::Split`]; with [`Ties::First`] 1 by the
/// first of them, in row-major order, and 0 by the rest.
///
/// # Panics
/// If an axis does not exist, is named twice, or has no element.
#[track_caller]
pub fn max_ties<A: ArrayAlgebra>(x: &A, axes: &[usize], ties: Ties) -> A {
    axes::dropped(&max_ties_kept(x, axes, ties), axes)
}

/// The largest element over the given axes, which stay with length 1, with the chosen derivative where several are
/// largest. For an example see [`max`].
///
/// # Gradient
///
/// 1 by the largest element, 0 by the others. Of k largest: 1/k by each with [`Ties::Split`]; with [`Ties::First`] 1 by
/// the first of them, in row-major order, and 0 by the rest.
///
/// # Panics
/// If an axis does not exist, is named twice, or has no element.
#[track_caller]
pub fn max_ties_kept<A: ArrayAlgebra>(x: &A, axes: &[usize], ties: Ties) -> A {
    bind(PreferredOver { order: Largest, axes: axes::ascending(axes), ties }, &[x])
}

/// The largest of all elements, 0-dimensional; NaN if one is among them. For an example see [`max`].
///
/// # Gradient
///
/// 1 by the largest element, 0 by the others; 1/k by each of k largest, the element of minimum norm.
///
/// # Panics
/// If there is none.
#[track_caller]
pub fn max_all<A: ArrayAlgebra>(x: &A) -> A {
    max(x, &axes::all(x))
}

/// The smallest element over the given axes, which stay with length 1; NaN if one is among them. For an example see [`max`].
///
/// # Gradient
///
/// 1 by the smallest element, 0 by the others; 1/k by each of k smallest, the element of minimum norm.
///
/// # Panics
/// If an axis does not exist, is named twice, or has no element.
#[track_caller]
pub fn min_kept<A: ArrayAlgebra>(x: &A, axes: &[usize]) -> A {
    min_ties_kept(x, axes, Ties::default())
}

/// The smallest element over the given axes, which are dropped; NaN if one is among them. The minimum of x is −max(−x), and
/// all that [`max`] says holds of it; there is an example as well.
///
/// # Gradient
///
/// 1 by the smallest element, 0 by the others; 1/k by each of k smallest, the element of minimum norm.
///
/// # Panics
/// If an axis does not exist, is named twice, or has no element.
#[track_caller]
pub fn min<A: ArrayAlgebra>(x: &A, axes: &[usize]) -> A {
    axes::dropped(&min_kept(x, axes), axes)
}

/// The smallest element over the given axes, which are dropped, with the chosen derivative where several are smallest. For an
/// example see [`max`].
///
/// # Gradient
///
/// 1 by the smallest element, 0 by the others. Of k smallest: 1/k by each with [`Ties::Split`]; with [`Ties::First`] 1 by the
/// first of them, in row-major order, and 0 by the rest.
///
/// # Panics
/// If an axis does not exist, is named twice, or has no element.
#[track_caller]
pub fn min_ties<A: ArrayAlgebra>(x: &A, axes: &[usize], ties: Ties) -> A {
    axes::dropped(&min_ties_kept(x, axes, ties), axes)
}

/// The smallest element over the given axes, which stay with length 1, with the chosen derivative where several are
/// smallest. For an example see [`max`].
///
/// # Gradient
///
/// 1 by the smallest element, 0 by the others. Of k smallest: 1/k by each with [`Ties::Split`]; with [`Ties::First`] 1 by
/// the first of them, in row-major order, and 0 by the rest.
///
/// # Panics
/// If an axis does not exist, is named twice, or has no element.
#[track_caller]
pub fn min_ties_kept<A: ArrayAlgebra>(x: &A, axes: &[usize], ties: Ties) -> A {
    bind(PreferredOver { order: Smallest, axes: axes::ascending(axes), ties }, &[x])
}

/// The smallest of all elements, 0-dimensional; NaN if one is among them. For an example see [`max`].
///
/// # Gradient
///
/// 1 by the smallest element, 0 by the others; 1/k by each of k smallest, the element of minimum norm.
///
/// # Panics
/// If there is none.
#[track_caller]
pub fn min_all<A: ArrayAlgebra>(x: &A) -> A {
    min(x, &axes::all(x))
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let of = |axes: &[usize], shape: &[usize]| {
        Case::new(PreferredOver { order: Largest, axes: axes.to_vec(), ties: Ties::Split }, &[shape])
    };
    let first = |axes: &[usize], shape: &[usize]| {
        Case::new(PreferredOver { order: Smallest, axes: axes.to_vec(), ties: Ties::First }, &[shape])
    };
    let mut cases = vec![
        of(&[0], &[3, 2]),
        of(&[1], &[2, 3]),
        of(&[0, 2], &[2, 2, 2]),
        of(&[0, 1], &[3, 2]),
        of(&[], &[3]),
        of(&[], &[]),
        of(&[1], &[0, 2]),
        first(&[0], &[3, 2]),
        first(&[1], &[2, 3]),
        first(&[0, 2], &[2, 1, 2]),
    ];
    cases.extend(cases_of! {
        |x| max(&x[0], &[1, 0]) => &[&[2, 3]];
        |x| min(&x[0], &[1]) => &[&[2, 3]];
        |x| max_ties(&x[0], &[2, 0], Ties::First) => &[&[2, 3, 2]];
        |x| min_ties_kept(&x[0], &[0], Ties::First) => &[&[3, 2]];
        |x| max_all(&x[0]) => &[&[2, 3]], &[&[]];
    });
    cases
}
