//! Repeating elements, and whole arrays.

#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, axes, broadcast, reshape};

/// Each position of an axis so many times in a row: 1, 2 becomes 1, 1, 2, 2.
///
/// # Gradient
///
/// Each element receives the sum of the cotangents of its copies.
///
/// # Panics
/// If the axis does not exist.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::vector(&[1.0, 2.0])];
/// assert_eq!(x[0].repeat(0, 2).to_vec(), [1.0, 1.0, 2.0, 2.0]);
/// assert_eq!(x[0].tile(&[2]).to_vec(), [1.0, 2.0, 1.0, 2.0]);
/// assert_eq!(autograd::grad(|x| x[0].tile(&[3]).sum_all(), &x)[0].to_vec(), [3.0, 3.0]);
/// ```
#[track_caller]
pub fn repeat<A: ArrayAlgebra>(x: &A, axis: usize, count: usize) -> A {
    if let Err(error) = axes::require("repeat", x.shape(), axis) {
        panic!("{error}");
    }
    let mut shape = x.shape().to_vec();
    shape.insert(axis + 1, 1);
    let single = reshape::reshape(x, &shape);
    shape[axis + 1] = count;
    let repeated = broadcast::broadcast_to(&single, &shape);
    shape.remove(axis + 1);
    shape[axis] *= count;
    reshape::reshape(&repeated, &shape)
}

/// The whole array side by side, so many times along each axis: 1, 2 becomes 1, 2, 1, 2. For an example see [`repeat`].
///
/// # Gradient
///
/// Each element receives the sum of the cotangents of its copies.
///
/// # Panics
/// If there is not one count for each axis.
#[track_caller]
pub fn tile<A: ArrayAlgebra>(x: &A, counts: &[usize]) -> A {
    if counts.len() != x.shape().len() {
        let reason = format!("expected one count for each of its {} axes, found {counts:?}", x.shape().len());
        panic!("{}", ShapeError::new("tile", [x.shape()], reason));
    }
    let interleaved = |counts: &[usize]| -> Vec<usize> {
        counts.iter().zip(x.shape()).flat_map(|(&count, &length)| [count, length]).collect()
    };
    let single = reshape::reshape(x, &interleaved(&vec![1; counts.len()]));
    let repeated = broadcast::broadcast_to(&single, &interleaved(counts));
    let shape: Vec<usize> = counts.iter().zip(x.shape()).map(|(count, length)| count * length).collect();
    reshape::reshape(&repeated, &shape)
}

/// No primitives of their own: reshaping and broadcasting, which are swept themselves.
#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    Vec::new()
}
