//! Decompositions of matrices: by nalgebra for plain floats, and by the rules of their derivatives for dual numbers.

use super::{Array, Element};
use crate::dual::Dual;
use crate::op::matmul::matmul;
use crate::op::symmetric_eigen::{join, reciprocal_gaps, values_and_vectors};
use crate::op::transpose::transpose;
use crate::op::triangular_solve::{Triangle, half_lower};

/// A number whose matrices can be decomposed. Every element can; the operations of
/// [`LinearAlgebra`](crate::LinearAlgebra) are the way to ask for it.
///
/// Matrices are square where they are decomposed, with as many rows as a right side has: the operations see to that.
pub trait Decompose: Sized {
    /// A⁻¹B, or `None` if A is singular.
    fn solve(matrix: &Array<Self>, right: &Array<Self>) -> Option<Array<Self>>
    where
        Self: Element;

    /// A⁻¹B for the part of A in a triangle, or `None` if its diagonal has a 0.
    fn solve_triangular(matrix: &Array<Self>, right: &Array<Self>, triangle: Triangle) -> Option<Array<Self>>
    where
        Self: Element;

    /// The lower triangle L with LLᵀ = A, of a symmetric matrix, or `None` if it is not positive definite.
    fn cholesky(matrix: &Array<Self>) -> Option<Array<Self>>
    where
        Self: Element;

    /// ln |det A|, or `None` if A is singular.
    fn log_determinant(matrix: &Array<Self>) -> Option<Self>
    where
        Self: Element;

    /// The eigenvalues of a symmetric matrix, ascending, in row 0, above the matrix of eigenvectors in the columns, each with
    /// its largest component positive. `None` if they are not found, as when an element is not finite.
    fn symmetric_eigen(matrix: &Array<Self>) -> Option<Array<Self>>
    where
        Self: Element;
}

/// Decompositions of plain floats are nalgebra's, which wants matrices with elements.
macro_rules! plain_decompositions {
    ($($number:ty),*) => {
        $(impl Decompose for $number {
            fn solve(matrix: &Array<Self>, right: &Array<Self>) -> Option<Array<Self>> {
                if right.is_empty() {
                    return Some(right.clone());
                }
                Some(from_nalgebra(&to_nalgebra(matrix).lu().solve(&to_nalgebra(right))?))
            }

            fn solve_triangular(
                matrix: &Array<Self>,
                right: &Array<Self>,
                triangle: Triangle,
            ) -> Option<Array<Self>> {
                if right.is_empty() {
                    return Some(right.clone());
                }
                let (matrix, right) = (to_nalgebra(matrix), to_nalgebra(right));
                let solution = match triangle {
                    Triangle::Lower => matrix.solve_lower_triangular(&right),
                    Triangle::Upper => matrix.solve_upper_triangular(&right),
                };
                Some(from_nalgebra(&solution?))
            }

            fn cholesky(matrix: &Array<Self>) -> Option<Array<Self>> {
                if matrix.is_empty() {
                    return Some(matrix.clone());
                }
                Some(from_nalgebra(&to_nalgebra(matrix).cholesky()?.l()))
            }

            fn log_determinant(matrix: &Array<Self>) -> Option<Self> {
                if matrix.is_empty() {
                    return Some(0.0);
                }
                let pivots = to_nalgebra(matrix).lu().u().diagonal();
                let regular = pivots.iter().all(|&pivot| pivot != 0.0);
                regular.then(|| pivots.iter().map(|pivot| pivot.abs().ln()).sum())
            }

            fn symmetric_eigen(matrix: &Array<Self>) -> Option<Array<Self>> {
                // The iteration would not end on NaN.
                if matrix.storage().iter().any(|x| !x.is_finite()) {
                    return None;
                }
                let size = matrix.shape()[0];
                if size == 0 {
                    return Some(Array::zeros(&[1, 0]));
                }
                let most = 1000 * size;
                let eigen =
                    nalgebra::SymmetricEigen::try_new(to_nalgebra(matrix), <$number>::EPSILON, most)?;
                let mut order: Vec<usize> = (0..size).collect();
                order.sort_by(|&a, &b| eigen.eigenvalues[a].total_cmp(&eigen.eigenvalues[b]));
                let signs = order.iter().map(|&column| {
                    let vector = eigen.eigenvectors.column(column);
                    let largest = vector.iter().copied().fold(0.0, |a: $number, b| if b.abs() > a.abs() { b } else { a });
                    (1.0 as $number).copysign(largest)
                });
                let signs: Vec<$number> = signs.collect();
                let values = order.iter().map(|&column| eigen.eigenvalues[column]);
                let component = |row: usize, rank: usize| eigen.eigenvectors[(row, order[rank])] * signs[rank];
                let vectors = (0..size).flat_map(|row| (0..size).map(move |rank| (row, rank)));
                let vectors = vectors.map(|(row, rank)| component(row, rank));
                Some(Array::from_kernel(&[size + 1, size], values.chain(vectors).collect()))
            }
        })*
    };
}

plain_decompositions!(f32, f64);

fn to_nalgebra<T: Element + nalgebra::Scalar>(matrix: &Array<T>) -> nalgebra::DMatrix<T> {
    let &[rows, columns] = matrix.shape() else { unreachable!("matrices are decomposed") };
    nalgebra::DMatrix::from_row_iterator(rows, columns, matrix.storage().iter().copied())
}

fn from_nalgebra<T: Element + nalgebra::Scalar>(matrix: &nalgebra::DMatrix<T>) -> Array<T> {
    // Column by column is row by row of the transpose.
    Array::from_kernel(&[matrix.nrows(), matrix.ncols()], matrix.transpose().as_slice().to_vec())
}

/// The values and the derivatives of a matrix of dual numbers.
fn split<T: Element>(matrix: &Array<Dual<T>>) -> (Array<T>, Array<T>) {
    let part = |part: fn(&Dual<T>) -> T| {
        Array::from_kernel(matrix.shape(), matrix.storage().iter().map(part).collect())
    };
    (part(|x| x.value), part(|x| x.derivative))
}

fn paired<T: Element>(values: &Array<T>, derivatives: &Array<T>) -> Array<Dual<T>> {
    let pairs = values.storage().iter().zip(derivatives.storage());
    Array::from_kernel(
        values.shape(),
        pairs.map(|(&value, &derivative)| Dual::new(value, derivative)).collect(),
    )
}

impl<T: Element> Decompose for Dual<T> {
    /// With AX = B: X′ = A⁻¹(B′ − A′X).
    fn solve(matrix: &Array<Self>, right: &Array<Self>) -> Option<Array<Self>> {
        let ((a, da), (b, db)) = (split(matrix), split(right));
        let x = T::solve(&a, &b)?;
        let dx = T::solve(&a, &(db - matmul(&da, &x)))?;
        Some(paired(&x, &dx))
    }

    fn solve_triangular(
        matrix: &Array<Self>,
        right: &Array<Self>,
        triangle: Triangle,
    ) -> Option<Array<Self>> {
        let ((a, da), (b, db)) = (split(matrix), split(right));
        let x = T::solve_triangular(&a, &b, triangle)?;
        let dx = T::solve_triangular(&a, &(db - matmul(&triangle.of(&da), &x)), triangle)?;
        Some(paired(&x, &dx))
    }

    /// L′ = L·Φ(L⁻¹A′L⁻ᵀ), where Φ takes the lower triangle and half the diagonal.
    fn cholesky(matrix: &Array<Self>) -> Option<Array<Self>> {
        let (a, da) = split(matrix);
        let lower = T::cholesky(&a)?;
        let half = transpose(&T::solve_triangular(&lower, &da, Triangle::Lower)?);
        let inner = T::solve_triangular(&lower, &half, Triangle::Lower)?;
        Some(paired(&lower, &matmul(&lower, &half_lower(&inner))))
    }

    /// (ln |det A|)′ = tr(A⁻¹A′).
    fn log_determinant(matrix: &Array<Self>) -> Option<Self> {
        let (a, da) = split(matrix);
        let value = T::log_determinant(&a)?;
        let product = T::solve(&a, &da)?;
        let trace = (0..a.shape()[0]).fold(T::zero(), |sum, i| sum + product[&[i, i][..]]);
        Some(Dual::new(value, trace))
    }

    /// With W = VᵀA′V: λ′ = diag W, and V′ = V·(F∘W) with Fᵢⱼ = 1/(λⱼ − λᵢ).
    fn symmetric_eigen(matrix: &Array<Self>) -> Option<Array<Self>> {
        let (a, da) = split(matrix);
        let packed = T::symmetric_eigen(&a)?;
        let (values, vectors) = values_and_vectors(&packed);
        let turned = matmul(&matmul(&transpose(&vectors), &da), &vectors);
        let size = a.shape()[0];
        let diagonal = (0..size).map(|i| turned[&[i, i][..]]).collect();
        let d_vectors = matmul(&vectors, &(reciprocal_gaps(&values) * turned.clone()));
        Some(paired(&packed, &join(&Array::from_kernel(&[size], diagonal), &d_vectors)))
    }
}
