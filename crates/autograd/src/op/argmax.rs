//! Where the largest and the smallest element lie: plain positions, without derivatives.

use ndarray::{ArrayD, Axis};

use crate::array::Element;
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::maximum::{Largest, Order, Smallest};
use crate::op::{ArrayAlgebra, axes};

/// The position along an axis of the element that the order prefers: of several the first, of NaN the first.
fn position<O: Order, T: Element>(lane: impl Iterator<Item = T>) -> usize {
    let better = |best: T, x: T| O::prefers(x, best) || (x.is_nan() && !best.is_nan());
    let lane = lane.enumerate();
    let best = lane.reduce(|best, next| if better(best.1, next.1) { next } else { best });
    best.map_or(0, |(position, _)| position)
}

#[track_caller]
fn positions<O: Order, A: ArrayAlgebra>(name: &'static str, x: &A, axis: usize) -> ArrayD<usize> {
    let checked: Result<(), ShapeError> =
        axes::require(name, x.shape(), axis).and_then(|()| axes::require_elements(name, x.shape(), &[axis]));
    if let Err(error) = checked {
        panic!("{error}");
    }
    let lane = |lane: ndarray::ArrayView1<'_, A::Element>| position::<O, _>(lane.iter().copied());
    x.array().storage().map_axis(Axis(axis), lane)
}

/// The positions of the largest elements along an axis, which is dropped: of several equal ones the first; of NaN, should
/// there be one, the first.
///
/// # Gradient
///
/// None: positions are plain whole numbers. [`gather_along`](super::gather_along::gather_along()) picks the elements at them,
/// with derivatives.
///
/// # Panics
/// If the axis does not exist, or has no element.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let scores = Array::new(&[2, 3], vec![1.0, 3.0, 2.0, 5.0, 5.0, 4.0])?;
/// assert_eq!(scores.argmax(1).into_raw_vec_and_offset().0, [1, 0]);
/// assert_eq!(scores.argmin(0).into_raw_vec_and_offset().0, [0, 0, 0]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
#[track_caller]
pub fn argmax<A: ArrayAlgebra>(x: &A, axis: usize) -> ArrayD<usize> {
    positions::<Largest, A>("argmax", x, axis)
}

/// The positions of the smallest elements along an axis, which is dropped; of several equal ones the first, of NaN the first.
///
/// # Gradient
///
/// None, as for [`argmax`], which has an example of both.
///
/// # Panics
/// If the axis does not exist, or has no element.
#[track_caller]
pub fn argmin<A: ArrayAlgebra>(x: &A, axis: usize) -> ArrayD<usize> {
    positions::<Smallest, A>("argmin", x, axis)
}

/// Nothing is differentiated.
#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    Vec::new()
}
