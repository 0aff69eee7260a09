//! Systems of linear equations with a triangular matrix.

use num_traits::{One, Zero};

use crate::algebra::number;
use crate::array::{Array, Element};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, bind, matmul, solve, transpose};

/// Which part of a square matrix is meant, its diagonal included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Triangle {
    /// On and below the diagonal.
    Lower,
    /// On and above the diagonal.
    Upper,
}

impl Triangle {
    /// The other one.
    fn transposed(self) -> Self {
        match self {
            Triangle::Lower => Triangle::Upper,
            Triangle::Upper => Triangle::Lower,
        }
    }

    /// This part of a matrix, with zeros elsewhere.
    pub(crate) fn of<A: ArrayAlgebra>(self, matrix: &A) -> A {
        matrix.clone()
            * weights(matrix.shape()[0], |row, column| {
                let inside = match self {
                    Triangle::Lower => column <= row,
                    Triangle::Upper => column >= row,
                };
                if inside { One::one() } else { Zero::zero() }
            })
    }
}

/// The lower triangle of a matrix with half the diagonal.
pub(crate) fn half_lower<A: ArrayAlgebra>(matrix: &A) -> A {
    let weight = |row: usize, column: usize| match column.cmp(&row) {
        std::cmp::Ordering::Less => One::one(),
        std::cmp::Ordering::Equal => number(0.5),
        std::cmp::Ordering::Greater => Zero::zero(),
    };
    matrix.clone() * weights(matrix.shape()[0], weight)
}

/// A constant square matrix.
fn weights<A: ArrayAlgebra>(size: usize, weight: impl Fn(usize, usize) -> A::Element) -> A {
    let elements = (0..size * size).map(|i| weight(i / size, i % size)).collect();
    A::from_array(Array::from_kernel(&[size, size], elements))
}

/// X = A⁻¹B for the part of a matrix A in a triangle, whose other part is not looked at. B receives A⁻ᵀC from the cotangent
/// C, and A the triangle of −(A⁻ᵀC)·Xᵀ.
#[derive(Debug, Clone, Copy)]
pub struct TriangularSolve {
    /// The part of the matrix.
    pub triangle: Triangle,
}

impl Primitive for TriangularSolve {
    const NAME: &'static str = "triangular_solve";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        solve::require_system(Self::NAME, x[0], x[1])?;
        T::solve_triangular(x[0], x[1], self.triangle).ok_or_else(|| {
            let reason = "the matrix is singular: there is a 0 on its diagonal";
            ShapeError::new(Self::NAME, [x[0].shape(), x[1].shape()], reason)
        })
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        let back = Self { triangle: self.triangle.transposed() };
        let back = bind(back, &[&transpose::transpose(&x[0]), &cotangent]);
        into.add(0, || -self.triangle.of(&matmul::matmul(&back, &transpose::transpose(y))));
        into.add(1, || back);
    }
}

/// The solution X of AX = B by substitution, where A is the part of a square matrix in a triangle; the other part is not
/// looked at. B is a matrix, or a vector, as X then is.
///
/// # Gradient
///
/// With the cotangent C, B receives A⁻ᵀC and A the triangle of −(A⁻ᵀC)·Xᵀ, with zeros elsewhere. No kink.
///
/// # Panics
/// If A is not a square matrix, B does not have as many rows, or there is a 0 on the diagonal.
///
/// # Example
///
/// ```
/// use autograd::op::triangular_solve::Triangle;
/// use autograd::{Array, ArrayOps, LinearAlgebra};
///
/// let x = [Array::new(&[2, 2], vec![2.0, 7.0, 1.0, 4.0])?, Array::vector(&[2.0, 9.0])];
/// assert_eq!(x[0].triangular_solve(&x[1], Triangle::Lower).to_vec(), [1.0, 2.0]);
/// let gradient = autograd::grad(|x| x[0].triangular_solve(&x[1], Triangle::Lower).sum_all(), &x);
/// assert_eq!(gradient[0].to_vec(), [-0.375, 0.0, -0.25, -0.5]);
/// assert_eq!(gradient[1].to_vec(), [0.375, 0.25]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
///
/// # Source
///
/// M. B. Giles 2008, *Collected matrix derivative results for forward and reverse mode algorithmic differentiation*.
#[track_caller]
pub fn triangular_solve<A: ArrayAlgebra>(matrix: &A, right: &A, triangle: Triangle) -> A {
    solve::solved(TriangularSolve { triangle }, matrix, right)
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let of =
        |triangle, shapes: &[&[usize]]| Case::new(TriangularSolve { triangle }, shapes).with_diagonal(1.0);
    vec![
        of(Triangle::Lower, &[&[3, 3], &[3, 2]]),
        of(Triangle::Upper, &[&[3, 3], &[3, 1]]),
        of(Triangle::Lower, &[&[1, 1], &[1, 1]]),
        of(Triangle::Upper, &[&[2, 2], &[2, 0]]),
        of(Triangle::Lower, &[&[0, 0], &[0, 2]]),
        of(Triangle::Upper, &[&[2, 2], &[2, 2]]).transposed(),
    ]
}
