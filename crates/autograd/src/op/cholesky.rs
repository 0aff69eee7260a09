//! Cholesky decompositions.

use crate::algebra::number;
use crate::array::{Array, Element, kernel};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::triangular_solve::{Triangle, half_lower, triangular_solve};
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, bind, matmul, solve, transpose};

/// The lower triangle L with LLᵀ = (A + Aᵀ)/2. A receives the symmetric part of L⁻ᵀ·Φ(LᵀC)·L⁻¹ from the cotangent C, where Φ
/// takes the lower triangle and half the diagonal.
#[derive(Debug, Clone, Copy)]
pub struct Cholesky;

/// (A + Aᵀ)/2.
#[track_caller]
pub(crate) fn symmetric_part<A: ArrayAlgebra>(matrix: &A) -> A {
    (matrix.clone() + transpose::transpose(matrix)) * matrix.number(0.5)
}

/// (A + Aᵀ)/2 in one pass.
pub(crate) fn symmetric<T: Element>(matrix: &Array<T>) -> Array<T> {
    kernel::zip(matrix, &transpose::transpose(matrix), matrix.shape(), |a, b| (a + b) * number(0.5))
}

impl Primitive for Cholesky {
    const NAME: &'static str = "cholesky";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        solve::require_square(Self::NAME, x[0].shape())?;
        T::cholesky(&symmetric(x[0])).ok_or_else(|| {
            let reason = "the matrix is not positive definite: a pivot is not above 0. A small multiple of the \
                          identity makes a covariance that has lost it by rounding so";
            ShapeError::new(Self::NAME, [x[0].shape()], reason)
        })
    }

    fn vjp<A: ArrayAlgebra>(&self, _x: Operands<'_, A>, y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || {
            let upper = transpose::transpose(y);
            let inner = half_lower(&matmul::matmul(&upper, &Triangle::Lower.of(&cotangent)));
            let half = transpose::transpose(&triangular_solve(&upper, &inner, Triangle::Upper));
            symmetric_part(&triangular_solve(&upper, &half, Triangle::Upper))
        });
    }
}

/// The lower triangular matrix L with a positive diagonal and LLᵀ = A, of a positive definite matrix. Of A only the symmetric
/// part (A + Aᵀ)/2 counts.
///
/// # Gradient
///
/// With the cotangent C, A receives the symmetric part of L⁻ᵀ·Φ(LᵀC)·L⁻¹, where Φ takes the lower triangle and half the
/// diagonal. No kink.
///
/// # Panics
/// If A is not a square matrix, or not positive definite.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps, LinearAlgebra};
///
/// let a = [Array::new(&[2, 2], vec![4.0, 2.0, 2.0, 10.0])?];
/// assert_eq!(a[0].cholesky().to_vec(), [2.0, 0.0, 1.0, 3.0]);
/// // Of the diagonal's product, √det A: half of it times A⁻¹.
/// let gradient = autograd::grad(
///     |a| {
///         let l = a[0].cholesky();
///         l.slice(autograd::s![0, 0]) * l.slice(autograd::s![1, 1])
///     },
///     &a,
/// );
/// let by_hand = a[0].inverse() * 3.0;
/// assert!((&gradient[0] - &by_hand).abs().max_all().item() < Some(1e-14));
/// # Ok::<(), autograd::ShapeError>(())
/// ```
///
/// # Source
///
/// I. Murray 2016, *Differentiation of the Cholesky decomposition*, arXiv:1602.07527.
#[track_caller]
pub fn cholesky<A: ArrayAlgebra>(matrix: &A) -> A {
    bind(Cholesky, &[matrix])
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let of = |shape: &[usize]| Case::new(Cholesky, &[shape]).with_diagonal(4.0);
    vec![of(&[3, 3]), of(&[1, 1]), of(&[0, 0]), of(&[2, 2]).transposed()]
}
