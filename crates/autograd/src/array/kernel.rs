//! The elementwise and reducing loops. Contiguous operands take the path of plain slices, which the compiler turns into
//! vector code; everything else goes through ndarray's iterators.

use ndarray::{ArrayViewD, IxDyn};

use super::{Array, Element};

/// f(x), element by element.
pub(crate) fn map<T: Element>(x: &Array<T>, f: impl Fn(T) -> T) -> Array<T> {
    let elements = match x.as_slice() {
        Some(slice) => slice.iter().map(|&x| f(x)).collect(),
        None => x.storage().iter().map(|&x| f(x)).collect(),
    };
    Array::from_kernel(x.shape(), elements)
}

/// f(a, b), element by element, broadcast to `shape`.
///
/// # Panics
/// If an operand does not broadcast to `shape`.
pub(crate) fn zip<T: Element>(
    a: &Array<T>,
    b: &Array<T>,
    shape: &[usize],
    f: impl Fn(T, T) -> T,
) -> Array<T> {
    let elements = match (a.as_slice(), b.as_slice()) {
        (Some(left), Some(right)) if a.shape() == shape && b.shape() == shape => {
            left.iter().zip(right).map(|(&a, &b)| f(a, b)).collect()
        }
        (Some(left), Some(&[b])) if a.shape() == shape => left.iter().map(|&a| f(a, b)).collect(),
        (Some(&[a]), Some(right)) if b.shape() == shape => right.iter().map(|&b| f(a, b)).collect(),
        // A row that repeats: the bias of a layer.
        (Some(left), Some(row)) if a.shape() == shape && !row.is_empty() && shape.ends_with(b.shape()) => {
            let mut elements = Vec::with_capacity(left.len());
            for chunk in left.chunks_exact(row.len()) {
                elements.extend(chunk.iter().zip(row).map(|(&a, &b)| f(a, b)));
            }
            elements
        }
        // A column that repeats: a number for each row.
        (Some(left), Some(column)) if a.shape() == shape && is_column(b.shape(), shape) => {
            let mut elements = Vec::with_capacity(left.len());
            for (chunk, &b) in left.chunks_exact(row_length(shape)).zip(column) {
                elements.extend(chunk.iter().map(|&a| f(a, b)));
            }
            elements
        }
        _ => {
            let (a, b) = (broadcast(a, shape), broadcast(b, shape));
            a.iter().zip(b.iter()).map(|(&a, &b)| f(a, b)).collect()
        }
    };
    Array::from_kernel(shape, elements)
}

/// Whether `column` is `shape` but for a last axis of length 1, of something.
fn is_column(column: &[usize], shape: &[usize]) -> bool {
    matches!((column, shape), ([rows @ .., 1], [all @ .., length]) if rows == all && *length > 0)
}

/// f(a, b, c), element by element, for operands of one shape.
pub(crate) fn zip3<T: Element>(
    a: &Array<T>,
    b: &Array<T>,
    c: &Array<T>,
    f: impl Fn(T, T, T) -> T,
) -> Array<T> {
    debug_assert!(a.shape() == b.shape() && b.shape() == c.shape());
    let elements = match (a.as_slice(), b.as_slice(), c.as_slice()) {
        (Some(a), Some(b), Some(c)) => a.iter().zip(b).zip(c).map(|((&a, &b), &c)| f(a, b, c)).collect(),
        _ => a.view().iter().zip(b.view()).zip(c.view()).map(|((&a, &b), &c)| f(a, b, c)).collect(),
    };
    Array::from_kernel(a.shape(), elements)
}

/// Adds `b` to `a` in place; copies `a` first only if its storage is shared.
pub(crate) fn add_assign<T: Element>(a: &mut Array<T>, b: &Array<T>) {
    debug_assert_eq!(a.shape(), b.shape());
    match b.as_slice() {
        Some(b) => a.as_mut_slice().iter_mut().zip(b).for_each(|(a, &b)| *a = *a + b),
        None => a.as_mut_slice().iter_mut().zip(b.view()).for_each(|(a, &b)| *a = *a + b),
    }
}

/// A view repeated to `shape`.
///
/// # Panics
/// If the array does not broadcast to `shape`.
pub(crate) fn broadcast<'a, T: Element>(x: &'a Array<T>, shape: &[usize]) -> ArrayViewD<'a, T> {
    x.storage().broadcast(IxDyn(shape)).expect("shapes are checked before a kernel runs")
}

/// The rows along the last axis of a contiguous array; an array without axes is a row of one element.
pub(crate) fn row_length(shape: &[usize]) -> usize {
    shape.last().copied().unwrap_or(1)
}

/// Replaces each row along the last axis by another of the same length.
pub(crate) fn map_rows<T: Element>(x: &Array<T>, f: impl Fn(&[T], &mut [T])) -> Array<T> {
    let x = x.to_contiguous();
    let length = row_length(x.shape());
    let mut elements = vec![T::zero(); x.len()];
    if length > 0 {
        let rows = x.as_slice().expect("contiguous").chunks_exact(length);
        for (row, result) in rows.zip(elements.chunks_exact_mut(length)) {
            f(row, result);
        }
    }
    Array::from_kernel(x.shape(), elements)
}
