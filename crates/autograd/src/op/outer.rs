//! Outer and inner products of vectors.

#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, matmul, reshape};

/// Refuses operands that are not vectors.
#[track_caller]
fn require_vectors<A: ArrayAlgebra>(name: &'static str, operands: [&A; 2]) {
    if operands.iter().any(|x| x.shape().len() != 1) {
        let shapes = operands.map(|x| x.shape());
        panic!("{}", ShapeError::new(name, shapes, "expected two vectors; reshape the operands to one axis"));
    }
}

/// The outer product of two vectors, the matrix of all products aᵢbⱼ.
///
/// # Gradient
///
/// With the cotangent C, a receives C·b and b receives Cᵀ·a. Bilinear, no kink.
///
/// # Panics
/// If an operand is not a vector.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::vector(&[1.0, 2.0]), Array::vector(&[3.0, 4.0, 5.0])];
/// assert_eq!(x[0].outer(&x[1]).to_vec(), [3.0, 4.0, 5.0, 6.0, 8.0, 10.0]);
/// assert_eq!(x[0].dot(&x[0]).item(), Some(5.0));
/// let gradient = autograd::grad(|x| x[0].outer(&x[1]).sum_all(), &x);
/// assert_eq!((gradient[0].to_vec(), gradient[1].to_vec()), (vec![12.0; 2], vec![3.0; 3]));
/// ```
#[track_caller]
pub fn outer<A: ArrayAlgebra>(left: &A, right: &A) -> A {
    require_vectors("outer", [left, right]);
    let (rows, columns) = (left.shape()[0], right.shape()[0]);
    matmul::matmul(&reshape::reshape(left, &[rows, 1]), &reshape::reshape(right, &[1, columns]))
}

/// The inner product Σᵢ aᵢbᵢ of two vectors, 0-dimensional; 0 of empty ones. For an example see [`outer`].
///
/// # Gradient
///
/// b by a, and a by b. Bilinear, no kink.
///
/// # Panics
/// If an operand is not a vector, or their lengths differ.
#[track_caller]
pub fn dot<A: ArrayAlgebra>(left: &A, right: &A) -> A {
    require_vectors("dot", [left, right]);
    if left.shape() != right.shape() {
        let shapes = [left.shape(), right.shape()];
        panic!("{}", ShapeError::new("dot", shapes, "expected two vectors of one length"));
    }
    matmul::matmul(left, right)
}

/// No primitives of their own: products of matrices, which are swept themselves.
#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    Vec::new()
}
