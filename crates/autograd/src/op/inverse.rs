//! Inverse matrices.

use crate::array::{Array, Element};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, bind, matmul, solve, transpose};

/// Y = A⁻¹; A receives −YᵀCYᵀ from the cotangent C.
#[derive(Debug, Clone, Copy)]
pub struct Inverse;

impl Primitive for Inverse {
    const NAME: &'static str = "inverse";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let size = solve::require_square(Self::NAME, x[0].shape())?;
        let mut identity = Array::zeros(&[size, size]);
        identity.as_mut_slice().iter_mut().step_by(size + 1).for_each(|element| *element = T::one());
        T::solve(x[0], &identity).ok_or_else(|| ShapeError::new(Self::NAME, [x[0].shape()], solve::SINGULAR))
    }

    fn vjp<A: ArrayAlgebra>(&self, _x: Operands<'_, A>, y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || {
            let transposed = transpose::transpose(y);
            -matmul::matmul(&matmul::matmul(&transposed, &cotangent), &transposed)
        });
    }
}

/// The inverse A⁻¹, by an LU decomposition with row exchanges. To multiply with it, [`solve`](super::solve::solve) is faster
/// and loses fewer digits.
///
/// # Gradient
///
/// With the cotangent C, A receives −A⁻ᵀCA⁻ᵀ. No kink.
///
/// # Panics
/// If A is not a square matrix, or singular.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps, LinearAlgebra};
///
/// let a = [Array::new(&[2, 2], vec![2.0, 0.0, 0.0, 4.0])?];
/// assert_eq!(a[0].inverse().to_vec(), [0.5, 0.0, 0.0, 0.25]);
/// let gradient = autograd::grad(|a| a[0].inverse().sum_all(), &a);
/// assert_eq!(gradient[0].to_vec(), [-0.25, -0.125, -0.125, -0.0625]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
///
/// # Source
///
/// M. B. Giles 2008, *Collected matrix derivative results for forward and reverse mode algorithmic differentiation*.
#[track_caller]
pub fn inverse<A: ArrayAlgebra>(matrix: &A) -> A {
    bind(Inverse, &[matrix])
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let of = |shape: &[usize]| Case::new(Inverse, &[shape]).with_diagonal(2.0);
    vec![of(&[3, 3]), of(&[1, 1]), of(&[0, 0]), of(&[2, 2]).transposed()]
}
