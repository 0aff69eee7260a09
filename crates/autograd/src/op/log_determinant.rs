//! Logarithms of determinants.

use crate::array::{Array, Element};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{
    ArrayAlgebra, Cotangents, Operands, Primitive, bind, chain::Chain, inverse, solve, transpose,
};

/// ln |det A|; A receives A⁻ᵀ times the cotangent.
#[derive(Debug, Clone, Copy)]
pub struct LogDeterminant;

impl Primitive for LogDeterminant {
    const NAME: &'static str = "log_determinant";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        solve::require_square(Self::NAME, x[0].shape())?;
        let value = T::log_determinant(x[0]);
        value.map(Array::scalar).ok_or_else(|| ShapeError::new(Self::NAME, [x[0].shape()], solve::SINGULAR))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || bind(Chain, &[&cotangent, &transpose::transpose(&inverse::inverse(&x[0]))]));
    }
}

/// ln |det A|, 0-dimensional: the sum of the logarithms of the pivots, which neither overflows nor vanishes where the
/// determinant does. 0 for the empty matrix. The determinant itself is not offered: up to its sign it is the exponential of
/// this.
///
/// # Gradient
///
/// A⁻ᵀ. No kink.
///
/// # Panics
/// If A is not a square matrix, or singular: its logarithm would be −∞, without a derivative.
///
/// # Example
///
/// ```
/// use autograd::{Array, LinearAlgebra};
///
/// let a = [Array::new(&[2, 2], vec![2.0, 0.0, 0.0, -4.0])?];
/// assert!((a[0].log_determinant().to_vec()[0] - 8.0_f64.ln()).abs() < 1e-15);
/// assert_eq!(autograd::grad(|a| a[0].log_determinant(), &a)[0].to_vec(), [0.5, 0.0, 0.0, -0.25]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
///
/// # Source
///
/// M. B. Giles 2008, *Collected matrix derivative results for forward and reverse mode algorithmic differentiation*.
#[track_caller]
pub fn log_determinant<A: ArrayAlgebra>(matrix: &A) -> A {
    bind(LogDeterminant, &[matrix])
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let of = |shape: &[usize]| Case::new(LogDeterminant, &[shape]).with_diagonal(2.0);
    vec![of(&[3, 3]), of(&[1, 1]), of(&[0, 0]), of(&[2, 2]).transposed()]
}
