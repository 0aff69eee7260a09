//! Means over axes.

#[cfg(test)]
use crate::check::Case;
use crate::op::{ArrayAlgebra, axes, sum};

/// The mean over the given axes, which stay with length 1: their sum over the number of its terms. NaN over no terms.
///
/// # Panics
/// If an axis does not exist or is named twice.
#[track_caller]
pub fn mean_kept<A: ArrayAlgebra>(x: &A, axes: &[usize]) -> A {
    let sum = sum::sum_kept(x, axes);
    let count = sum.number(axes::count(x.shape(), axes) as f64);
    sum / count
}

/// The mean over the given axes, which are dropped: their sum over the number of its terms. NaN over no terms.
///
/// # Panics
/// If an axis does not exist or is named twice.
#[track_caller]
pub fn mean<A: ArrayAlgebra>(x: &A, axes: &[usize]) -> A {
    let sum = sum::sum(x, axes);
    let count = sum.number(axes::count(x.shape(), axes) as f64);
    sum / count
}

/// The mean of all elements, 0-dimensional. NaN if there are none.
#[track_caller]
pub fn mean_all<A: ArrayAlgebra>(x: &A) -> A {
    mean(x, &axes::all(x))
}

/// No primitive of its own: a sum and a division, which are swept themselves.
#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    Vec::new()
}
