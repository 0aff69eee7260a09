//! Systems of linear equations.

use crate::array::{Array, Element};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, axes, bind, matmul, squeeze, transpose};

/// X = A⁻¹B, by an LU decomposition with row exchanges. B receives A⁻ᵀC from the cotangent C, and A −(A⁻ᵀC)·Xᵀ.
#[derive(Debug, Clone, Copy)]
pub struct Solve;

/// Refuses a matrix that is not square.
pub(crate) fn require_square(name: &'static str, shape: &[usize]) -> Result<usize, ShapeError> {
    match *shape {
        [rows, columns] if rows == columns => Ok(rows),
        _ => Err(ShapeError::new(name, [shape], "expected a square matrix")),
    }
}

/// Refuses a right side that is not a matrix with the rows of a square one.
pub(crate) fn require_system<T: Element>(
    name: &'static str,
    matrix: &Array<T>,
    right: &Array<T>,
) -> Result<(), ShapeError> {
    let size = require_square(name, matrix.shape())?;
    match *right.shape() {
        [rows, _] if rows == size => Ok(()),
        _ => {
            let reason = format!("expected a right side with {size} rows, as many as the matrix has");
            Err(ShapeError::new(name, [matrix.shape(), right.shape()], reason))
        }
    }
}

/// The solutions for a right side that is a matrix, or a vector, which is one of one column.
#[track_caller]
pub(crate) fn solved<P: Primitive, A: ArrayAlgebra>(operation: P, matrix: &A, right: &A) -> A {
    if right.shape().len() == 1 {
        axes::dropped(&bind(operation, &[matrix, &squeeze::insert_axis(right, 1)]), &[1])
    } else {
        bind(operation, &[matrix, right])
    }
}

/// What is wrong with a singular matrix.
pub(crate) const SINGULAR: &str = "the matrix is singular: elimination meets a pivot of 0. Are rows or columns \
                                   dependent? A small multiple of the identity makes it regular";

impl Primitive for Solve {
    const NAME: &'static str = "solve";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        require_system(Self::NAME, x[0], x[1])?;
        T::solve(x[0], x[1])
            .ok_or_else(|| ShapeError::new(Self::NAME, [x[0].shape(), x[1].shape()], SINGULAR))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        let back = bind(Solve, &[&transpose::transpose(&x[0]), &cotangent]);
        into.add(0, || -matmul::matmul(&back, &transpose::transpose(y)));
        into.add(1, || back);
    }
}

/// The solution X of AX = B, by an LU decomposition with row exchanges. B is a matrix, or a vector, as X then is.
///
/// A matrix that is singular but for rounding is not refused: the solution is then as large and as wrong as the rounding
/// makes it.
///
/// # Gradient
///
/// With the cotangent C, B receives A⁻ᵀC and A −(A⁻ᵀC)·Xᵀ. The reverse sweep decomposes once more. No kink.
///
/// # Panics
/// If A is not a square matrix, B does not have as many rows, or A is singular.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps, LinearAlgebra};
///
/// let x = [Array::new(&[2, 2], vec![2.0, 0.0, 0.0, 4.0])?, Array::vector(&[2.0, 8.0])];
/// assert_eq!(x[0].solve(&x[1]).to_vec(), [1.0, 2.0]);
/// let gradient = autograd::grad(|x| x[0].solve(&x[1]).sum_all(), &x);
/// assert_eq!(gradient[0].to_vec(), [-0.5, -1.0, -0.25, -0.5]);
/// assert_eq!(gradient[1].to_vec(), [0.5, 0.25]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
///
/// # Source
///
/// M. B. Giles 2008, *Collected matrix derivative results for forward and reverse mode algorithmic differentiation*.
#[track_caller]
pub fn solve<A: ArrayAlgebra>(matrix: &A, right: &A) -> A {
    solved(Solve, matrix, right)
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let of = |shapes: &[&[usize]]| Case::new(Solve, shapes).with_diagonal(2.0);
    vec![
        of(&[&[3, 3], &[3, 2]]),
        of(&[&[1, 1], &[1, 3]]),
        of(&[&[2, 2], &[2, 0]]),
        of(&[&[0, 0], &[0, 2]]),
        of(&[&[2, 2], &[2, 2]]).transposed(),
    ]
}
