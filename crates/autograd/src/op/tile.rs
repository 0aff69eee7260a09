//! Repeating elements, and whole arrays.

use crate::array::count;
#[cfg(test)]
use crate::check::{Case, cases_of};
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, axes, broadcast, fitting, reshape};

/// The shape with each axis repeated so many times.
fn repeated(name: &'static str, shape: &[usize], counts: &[usize]) -> Result<Vec<usize>, ShapeError> {
    let lengths = shape.iter().zip(counts);
    let whole: Option<Vec<usize>> = lengths.map(|(length, &count)| length.checked_mul(count)).collect();
    whole.filter(|whole| count(whole).is_some()).ok_or_else(|| {
        let reason = format!("repeated {counts:?} times it has more elements than can be counted");
        ShapeError::new(name, [shape], reason)
    })
}

/// Each position of an axis so many times in a row: 1, 2 becomes 1, 1, 2, 2.
///
/// # Gradient
///
/// Each element receives the sum of the cotangents of its copies.
///
/// # Panics
/// If the axis does not exist.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::vector(&[1.0, 2.0])];
/// assert_eq!(x[0].repeat(0, 2).to_vec(), [1.0, 1.0, 2.0, 2.0]);
/// assert_eq!(x[0].tile(&[2]).to_vec(), [1.0, 2.0, 1.0, 2.0]);
/// assert_eq!(autograd::grad(|x| x[0].tile(&[3]).sum_all(), &x)[0].to_vec(), [3.0, 3.0]);
/// ```
#[track_caller]
pub fn repeat<A: ArrayAlgebra>(x: &A, axis: usize, count: usize) -> A {
    fitting(axes::require("repeat", x.shape(), axis));
    let mut counts = vec![1; x.shape().len()];
    counts[axis] = count;
    let whole = fitting(repeated("repeat", x.shape(), &counts));
    let mut shape = x.shape().to_vec();
    shape.insert(axis + 1, 1);
    let single = reshape::reshape(x, &shape);
    shape[axis + 1] = count;
    reshape::reshape(&broadcast::broadcast_to(&single, &shape), &whole)
}

/// The whole array side by side, so many times along each axis: 1, 2 becomes 1, 2, 1, 2. For an example see [`repeat`].
///
/// # Gradient
///
/// Each element receives the sum of the cotangents of its copies.
///
/// # Panics
/// If there is not one count for each axis.
#[track_caller]
pub fn tile<A: ArrayAlgebra>(x: &A, counts: &[usize]) -> A {
    if counts.len() != x.shape().len() {
        let reason = format!("expected one count for each of its {} axes, found {counts:?}", x.shape().len());
        panic!("{}", ShapeError::new("tile", [x.shape()], reason));
    }
    let whole = fitting(repeated("tile", x.shape(), counts));
    let interleaved = |counts: &[usize]| -> Vec<usize> {
        counts.iter().zip(x.shape()).flat_map(|(&count, &length)| [count, length]).collect()
    };
    let single = reshape::reshape(x, &interleaved(&vec![1; counts.len()]));
    reshape::reshape(&broadcast::broadcast_to(&single, &interleaved(counts)), &whole)
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    cases_of! {
        |x| repeat(&x[0], 1, 2) => &[&[2, 3]], &[&[0, 2]];
        |x| repeat(&x[0], 0, 0) => &[&[2]];
        |x| tile(&x[0], &[2, 3]) => &[&[2, 1]], &[&[2, 0]];
        |x| tile(&x[0], &[]) => &[&[]];
    }
}
