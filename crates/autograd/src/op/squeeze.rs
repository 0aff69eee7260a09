//! Axes of length 1: adding and dropping them.

#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, axes, reshape};

/// The same elements with a new axis of length 1 at this position. For an example see [`squeeze`].
///
/// # Gradient
///
/// The cotangent without the axis.
///
/// # Panics
/// If the position exceeds the number of axes.
#[track_caller]
pub fn insert_axis<A: ArrayAlgebra>(x: &A, axis: usize) -> A {
    let mut shape = x.shape().to_vec();
    if axis > shape.len() {
        let reason = format!("a new axis may stand at 0 to {}, not at {axis}", shape.len());
        panic!("{}", ShapeError::new("insert_axis", [x.shape()], reason));
    }
    shape.insert(axis, 1);
    reshape::reshape(x, &shape)
}

/// The same elements without these axes, which have length 1.
///
/// # Gradient
///
/// The cotangent with the axes.
///
/// # Panics
/// If an axis does not exist, is named twice, or has another length than 1.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = Array::new(&[2, 1, 3], vec![0.0; 6])?;
/// assert_eq!(x.squeeze(&[1]).shape(), [2, 3]);
/// assert_eq!(x.insert_axis(0).shape(), [1, 2, 1, 3]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
#[track_caller]
pub fn squeeze<A: ArrayAlgebra>(x: &A, axes: &[usize]) -> A {
    if let Err(error) = axes::kept("squeeze", x.shape(), axes) {
        panic!("{error}");
    }
    if let Some(&axis) = axes.iter().find(|&&axis| x.shape()[axis] != 1) {
        let reason =
            format!("axis {axis} has length {} and cannot be dropped; sum over it?", x.shape()[axis]);
        panic!("{}", ShapeError::new("squeeze", [x.shape()], reason));
    }
    axes::dropped(x, axes)
}

/// No primitives of their own: they reshape, which is swept itself.
#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    Vec::new()
}
