//! Means over axes.

#[cfg(test)]
use crate::check::Case;
use crate::op::{ArrayAlgebra, axes, sum};

/// The mean over the given axes, which stay with length 1: the sum of their n terms over n. NaN over no terms. For an example
/// see [`mean`].
///
/// # Gradient
///
/// 1/n by each term.
///
/// # Panics
/// If an axis does not exist or is named twice.
#[track_caller]
pub fn mean_kept<A: ArrayAlgebra>(x: &A, axes: &[usize]) -> A {
    let sum = sum::sum_kept(x, axes);
    let count = sum.number(axes::count(x.shape(), axes) as f64);
    sum / count
}

/// The mean over the given axes, which are dropped: the sum of their n terms over n. NaN over no terms.
///
/// # Gradient
///
/// 1/n by each term.
///
/// # Panics
/// If an axis does not exist or is named twice.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::new(&[2, 2], vec![1.0, 3.0, 5.0, 11.0])?];
/// assert_eq!(x[0].mean(&[0]).to_vec(), [3.0, 7.0]);
/// assert_eq!(x[0].mean_kept(&[1]).shape(), [2, 1]);
/// assert_eq!(x[0].mean_all().item(), Some(5.0));
/// assert_eq!(autograd::grad(|x| x[0].mean_all(), &x)[0].to_vec(), [0.25; 4]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
#[track_caller]
pub fn mean<A: ArrayAlgebra>(x: &A, axes: &[usize]) -> A {
    let sum = sum::sum(x, axes);
    let count = sum.number(axes::count(x.shape(), axes) as f64);
    sum / count
}

/// The mean of all n elements, 0-dimensional. NaN if there are none. For an example see [`mean`].
///
/// # Gradient
///
/// 1/n by each element.
#[track_caller]
pub fn mean_all<A: ArrayAlgebra>(x: &A) -> A {
    mean(x, &axes::all(x))
}

/// No primitive of its own: a sum and a division, which are swept themselves.
#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    Vec::new()
}
