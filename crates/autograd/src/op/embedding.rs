//! Embedding: a table of vectors, one for each word of a vocabulary.

#[cfg(test)]
use crate::check::{Case, cases_of};
use crate::op::{ArrayAlgebra, bind_as, index_select::IndexSelect};

/// The rows of a table (words × dimensions) at these indices, one row for each index, as often as it is named.
///
/// # Gradient
///
/// A row of the table receives the sum of the cotangents of all places at which it was named; all other rows receive 0.
///
/// # Panics
/// If the table has no axis, or an index is not one of its rows.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps, grad};
///
/// let table = [Array::new(&[3, 2], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?];
/// assert_eq!(table[0].embedding(&[2, 0, 2]).to_vec(), [5.0, 6.0, 1.0, 2.0, 5.0, 6.0]);
/// let gradient = grad(|table| table[0].embedding(&[2, 0, 2]).sum_all(), &table);
/// assert_eq!(gradient[0].to_vec(), [1.0, 1.0, 0.0, 0.0, 2.0, 2.0]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
///
/// # Source
///
/// Y. Bengio, R. Ducharme, P. Vincent & C. Jauvin 2003, *A neural probabilistic language model*.
#[track_caller]
pub fn embedding<A: ArrayAlgebra>(table: &A, indices: &[usize]) -> A {
    let rows = IndexSelect { axis: 0, indices: indices.into() };
    bind_as("embedding", &[table.shape()], rows, &[table])
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    cases_of! {
        |x| embedding(&x[0], &[2, 0, 2]) => &[&[3, 2]], &[&[3, 0]];
        |x| embedding(&x[0], &[]) => &[&[0, 2]];
    }
}
