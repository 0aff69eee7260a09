//! Eigenvalues and eigenvectors of symmetric matrices.

use crate::array::{Array, Element};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::cholesky::{symmetric, symmetric_part};
use crate::op::{
    ArrayAlgebra, Cotangents, Operands, Primitive, bind, compare, concat, matmul, reshape, select, slice,
    solve, squeeze, transpose,
};

/// The eigenvalues λ of the symmetric part of a matrix, ascending, in row 0 above the eigenvectors V in the columns. From the
/// cotangents ℓ of λ and C of V the matrix receives the symmetric part of V·(diag ℓ + F∘(VᵀC))·Vᵀ with
/// Fᵢⱼ = 1/(λⱼ − λᵢ), and 0 where the two are equal.
#[derive(Debug, Clone, Copy)]
pub struct SymmetricEigen;

/// The eigenvalues and the eigenvectors, of one array.
#[track_caller]
pub(crate) fn values_and_vectors<A: ArrayAlgebra>(packed: &A) -> (A, A) {
    let size = packed.shape()[1];
    let values = reshape::reshape(&slice::slice_axis(packed, 0, 0..1), &[size]);
    (values, slice::slice_axis(packed, 0, 1..size + 1))
}

/// The eigenvalues above the eigenvectors.
pub(crate) fn join<A: ArrayAlgebra>(values: &A, vectors: &A) -> A {
    concat::concat(&[&squeeze::insert_axis(values, 0), vectors], 0)
}

/// Fᵢⱼ = 1/(λⱼ − λᵢ), and 0 where the two are equal.
pub(crate) fn reciprocal_gaps<A: ArrayAlgebra>(values: &A) -> A {
    let gaps = squeeze::insert_axis(values, 0) - squeeze::insert_axis(values, 1);
    let (zero, one) = (gaps.number(0.0), gaps.number(1.0));
    let equal = compare::equal(&gaps, &zero);
    select::select(&equal, &zero, &select::select(&equal, &one, &gaps).recip())
}

impl Primitive for SymmetricEigen {
    const NAME: &'static str = "symmetric_eigen";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        solve::require_square(Self::NAME, x[0].shape())?;
        T::symmetric_eigen(&symmetric(x[0])).ok_or_else(|| {
            let reason = "the eigenvalues were not found; are all elements finite?";
            ShapeError::new(Self::NAME, [x[0].shape()], reason)
        })
    }

    fn vjp<A: ArrayAlgebra>(&self, _x: Operands<'_, A>, y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || {
            let (values, vectors) = values_and_vectors(y);
            let (by_values, by_vectors) = values_and_vectors(&cotangent);
            let transposed = transpose::transpose(&vectors);
            let turned = reciprocal_gaps(&values) * matmul::matmul(&transposed, &by_vectors);
            // V·diag ℓ scales the columns.
            let scaled =
                vectors.clone() * squeeze::insert_axis(&by_values, 0) + matmul::matmul(&vectors, &turned);
            symmetric_part(&matmul::matmul(&scaled, &transposed))
        });
    }

    /// The eigenvalues that equal another, which one decomposition more tells.
    fn kinks<T: Element>(&self, x: &[&Array<T>]) -> usize {
        let size = x[0].shape()[0];
        let Some(packed) = T::symmetric_eigen(&symmetric(x[0])) else { return 0 };
        let values = &packed.as_slice().expect("made by a kernel")[..size];
        let equals_neighbour =
            |&i: &usize| (i > 0 && values[i] == values[i - 1]) || values.get(i + 1) == Some(&values[i]);
        (0..size).filter(equals_neighbour).count()
    }

    fn flat_beside_kinks(&self) -> bool {
        false
    }
}

/// The eigenvalues λ of a symmetric matrix, ascending, and its eigenvectors in the columns of a matrix V: A = V·diag λ·Vᵀ. Of
/// A only the symmetric part (A + Aᵀ)/2 counts. Of each eigenvector the component of largest magnitude is positive: where two
/// are as large, a vector may turn over, and its derivative holds beside that.
///
/// # Gradient
///
/// With the cotangents ℓ of λ and C of V, A receives the symmetric part of V·(diag ℓ + F∘(VᵀC))·Vᵀ with Fᵢⱼ = 1/(λⱼ − λᵢ).
/// The derivatives of eigenvectors grow as eigenvalues come close.
///
/// *Kink* where eigenvalues coincide: their eigenvectors are any basis of their space, so they have no derivative, and F is 0
/// there; the derivative of a single such eigenvalue belongs to the basis that was found, one choice among many. A function
/// in which they count alike, such as their sum, has the right derivative there too.
///
/// # Panics
/// If A is not a square matrix, or has elements that are not finite.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps, LinearAlgebra};
///
/// let a = [Array::new(&[2, 2], vec![2.0, 1.0, 1.0, 2.0])?];
/// let (values, vectors) = a[0].symmetric_eigen();
/// let again = (&vectors * &values).matmul(&vectors.transpose());
/// assert!((&again - &a[0]).abs().max_all().item() < Some(1e-14));
/// let gradient = autograd::grad(|x| x[0].symmetric_eigenvalues().max_all(), &a);
/// // vvᵀ with the eigenvector v = (1, 1)/√2.
/// assert!(gradient[0].to_vec().iter().all(|element: &f64| (element - 0.5).abs() < 1e-15));
/// # Ok::<(), autograd::ShapeError>(())
/// ```
///
/// # Source
///
/// M. B. Giles 2008, *Collected matrix derivative results for forward and reverse mode algorithmic differentiation*.
#[track_caller]
pub fn symmetric_eigen<A: ArrayAlgebra>(matrix: &A) -> (A, A) {
    values_and_vectors(&bind(SymmetricEigen, &[matrix]))
}

/// The eigenvalues λ of a symmetric matrix, ascending. For choices where they coincide, the source and an example see
/// [`symmetric_eigen`].
///
/// # Gradient
///
/// With the cotangent ℓ, A receives V·diag ℓ·Vᵀ with the eigenvectors in the columns of V.
///
/// # Panics
/// If A is not a square matrix, or has elements that are not finite.
#[track_caller]
pub fn symmetric_eigenvalues<A: ArrayAlgebra>(matrix: &A) -> A {
    symmetric_eigen(matrix).0
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let of = |shape: &[usize]| Case::new(SymmetricEigen, &[shape]);
    // Within ±1 no two components are as large as each other, where an eigenvector would turn over.
    vec![of(&[3, 3]).within(-1.0..1.0), of(&[2, 2]), of(&[1, 1]), of(&[0, 0]), of(&[2, 2]).transposed()]
}
