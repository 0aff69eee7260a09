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

/// The outer product of two vectors, the matrix of all products aᵢbⱼ. With the cotangent C, a receives C·b and b receives
/// Cᵀ·a.
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let (a, b) = (Array::vector(&[1.0, 2.0]), Array::vector(&[3.0, 4.0, 5.0]));
/// assert_eq!(a.outer(&b).to_vec(), [3.0, 4.0, 5.0, 6.0, 8.0, 10.0]);
/// ```
///
/// # Panics
/// If an operand is not a vector.
#[track_caller]
pub fn outer<A: ArrayAlgebra>(left: &A, right: &A) -> A {
    require_vectors("outer", [left, right]);
    let (rows, columns) = (left.shape()[0], right.shape()[0]);
    matmul::matmul(&reshape::reshape(left, &[rows, 1]), &reshape::reshape(right, &[1, columns]))
}

/// The inner product Σᵢ aᵢbᵢ of two vectors, 0-dimensional.
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
