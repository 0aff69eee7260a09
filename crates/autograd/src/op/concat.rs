//! Joining arrays, along an axis that they have or along a new one, and taking them apart.

use crate::array::{Array, Element, count};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, axes, bind, slice, squeeze};

/// Joins arrays along an axis. Each receives its part of the cotangent.
#[derive(Debug, Clone, Copy)]
pub struct Concat {
    /// The axis.
    pub axis: usize,
}

impl Primitive for Concat {
    const NAME: &'static str = "concat";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let shapes = || x.iter().map(|x| x.shape());
        let Some(&first) = x.first() else {
            return Err(ShapeError::new(Self::NAME, [], "expected at least one array to join"));
        };
        axes::require(Self::NAME, first.shape(), self.axis)?;
        let mut shape = first.shape().to_vec();
        for (position, other) in x.iter().enumerate().skip(1) {
            shape[self.axis] = other.shape().get(self.axis).copied().unwrap_or(0);
            if other.shape() != shape {
                let reason = format!(
                    "the array at position {position} does not fit the first; they must agree but for axis {}",
                    self.axis
                );
                return Err(ShapeError::new(Self::NAME, shapes(), reason));
            }
        }
        let length = x.iter().try_fold(0_usize, |sum, x| sum.checked_add(x.shape()[self.axis]));
        shape[self.axis] = length.unwrap_or(usize::MAX);
        if count(&shape).is_none() {
            let reason =
                format!("joined along axis {} they have more elements than can be counted", self.axis);
            return Err(ShapeError::new(Self::NAME, shapes(), reason));
        }
        let outer: usize = shape[..self.axis].iter().product();
        let parts: Vec<Array<T>> = x.iter().map(|x| x.to_contiguous()).collect();
        Ok(Array::written(&shape, |mut rest| {
            for block in 0..outer {
                for part in &parts {
                    let length = part.len() / outer;
                    let (into, after) = rest.split_at_mut(length);
                    into.copy_from_slice(&part.as_slice().expect("contiguous")[block * length..][..length]);
                    rest = after;
                }
            }
        }))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        let mut start = 0;
        for position in 0..x.len() {
            let end = start + x[position].shape()[self.axis];
            into.add(position, || slice::slice_axis(&cotangent, self.axis, start..end));
            start = end;
        }
    }
}

/// Joins arrays along an axis that they have, in order; its lengths add up, and the others agree.
///
/// # Gradient
///
/// Each array receives its part of the cotangent.
///
/// # Panics
/// If there is no array, the axis does not exist, or the shapes differ on another axis.
///
/// # Example
///
/// ```
/// use autograd::{Algebra, Array, ArrayOps, Var};
///
/// let x = [Array::new(&[1, 2], vec![1.0, 2.0])?, Array::new(&[2, 2], vec![3.0, 4.0, 5.0, 6.0])?];
/// assert_eq!(Array::concat(&[&x[0], &x[1]], 0).to_vec(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
/// let gradient = autograd::grad(|x| Var::concat(&[&x[0], &x[1]], 0).powi(2).sum_all(), &x);
/// assert_eq!(gradient[1].to_vec(), [6.0, 8.0, 10.0, 12.0]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
#[track_caller]
pub fn concat<A: ArrayAlgebra>(arrays: &[&A], axis: usize) -> A {
    bind(Concat { axis }, arrays)
}

/// Joins arrays of one shape along a new axis, which has this place in the result.
///
/// # Gradient
///
/// Each array receives its position of the cotangent.
///
/// # Panics
/// If there is no array, the axis exceeds the number of axes, or the shapes differ.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let (x, y) = (Array::vector(&[1.0, 2.0]), Array::vector(&[3.0, 4.0]));
/// assert_eq!(Array::stack(&[&x, &y], 1).to_vec(), [1.0, 3.0, 2.0, 4.0]);
/// ```
#[track_caller]
pub fn stack<A: ArrayAlgebra>(arrays: &[&A], axis: usize) -> A {
    if let Some(other) = arrays.iter().find(|other| other.shape() != arrays[0].shape()) {
        let shapes = [arrays[0].shape(), other.shape()];
        panic!("{}", ShapeError::new("stack", shapes, "arrays are stacked only if they have one shape"));
    }
    let Some(&first) = arrays.first() else {
        panic!("{}", ShapeError::new("stack", [], "expected at least one array to stack"));
    };
    let dimensions = first.shape().len();
    if axis > dimensions {
        let reason = format!("the new axis may stand at 0 to {dimensions}, not at {axis}");
        panic!("{}", ShapeError::new("stack", [first.shape()], reason));
    }
    let mut expanded = Vec::with_capacity(arrays.len());
    for array in arrays {
        expanded.push(squeeze::insert_axis(*array, axis));
    }
    concat(&expanded.iter().collect::<Vec<_>>(), axis)
}

/// Takes an array apart along an axis, into parts of these lengths: views, of which nothing is copied. The other way round
/// than [`concat`](concat()).
///
/// # Gradient
///
/// The array receives the cotangents of the parts, each in its place; a part that is not used gives 0.
///
/// # Panics
/// If the axis does not exist, or the lengths do not add up to its own.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::vector(&[1.0, 2.0, 3.0])];
/// assert_eq!(x[0].split(0, &[1, 2])[1].to_vec(), [2.0, 3.0]);
/// assert_eq!(autograd::grad(|x| x[0].split(0, &[1, 2])[1].sum_all(), &x)[0].to_vec(), [0.0, 1.0, 1.0]);
/// ```
#[track_caller]
pub fn split<A: ArrayAlgebra>(x: &A, axis: usize, lengths: &[usize]) -> Vec<A> {
    let total: usize = lengths.iter().sum();
    if x.shape().get(axis) != Some(&total) {
        let reason = format!("parts of the lengths {lengths:?} take {total} positions of axis {axis}");
        panic!("{}", ShapeError::new("split", [x.shape()], reason));
    }
    let mut parts = Vec::with_capacity(lengths.len());
    let mut start = 0;
    for length in lengths {
        parts.push(slice::slice_axis(x, axis, start..start + length));
        start += length;
    }
    parts
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new(Concat { axis: 0 }, &[&[2, 2], &[1, 2]]),
        Case::new(Concat { axis: 1 }, &[&[2, 1], &[2, 2], &[2, 0]]),
        Case::new(Concat { axis: 1 }, &[&[2, 1, 2], &[2, 2, 2]]),
        Case::new(Concat { axis: 0 }, &[&[3]]),
        Case::new(Concat { axis: 1 }, &[&[0, 2], &[0, 1]]),
        Case::new(Concat { axis: 1 }, &[&[2, 3], &[2, 3]]).transposed(),
    ]
}
