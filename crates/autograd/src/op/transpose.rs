//! Reordering axes. Nothing is copied: the result is a view with reordered strides.

use ndarray::IxDyn;

use crate::array::{Array, Element};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, axes, bind};

/// Reorders axes: axis i of the result is axis `axes[i]` of the operand. The cotangent is reordered back.
#[derive(Debug, Clone)]
pub struct Permute {
    /// A permutation of the operand's axes.
    pub axes: Vec<usize>,
}

impl Primitive for Permute {
    const NAME: &'static str = "permute";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let mut sorted = self.axes.clone();
        sorted.sort_unstable();
        if sorted.iter().copied().ne(0..x[0].dimensions()) {
            let reason = format!("expected each of its axes once, found {:?}", self.axes);
            return Err(ShapeError::new(Self::NAME, [x[0].shape()], reason));
        }
        Ok(x[0].storage().clone().permuted_axes(IxDyn(&self.axes)).into())
    }

    fn vjp<A: ArrayAlgebra>(&self, _x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || bind(Permute { axes: inverse(&self.axes) }, &[&cotangent]));
    }
}

/// The permutation that undoes another.
pub(crate) fn inverse(axes: &[usize]) -> Vec<usize> {
    let mut inverse = vec![0; axes.len()];
    for (position, &axis) in axes.iter().enumerate() {
        inverse[axis] = position;
    }
    inverse
}

/// Reorders axes: axis i of the result is axis `axes[i]` of the operand. A view, of which nothing is copied. For an example
/// see [`transpose`].
///
/// # Gradient
///
/// The cotangent with its axes reordered back.
///
/// # Panics
/// If `axes` does not name each axis once.
#[track_caller]
pub fn permute<A: ArrayAlgebra>(x: &A, axes: &[usize]) -> A {
    bind(Permute { axes: axes.to_vec() }, &[x])
}

/// Swaps two axes: a view, of which nothing is copied. For an example see [`transpose`].
///
/// # Gradient
///
/// The cotangent with the same axes swapped.
///
/// # Panics
/// If one of them does not exist.
#[track_caller]
pub fn swap_axes<A: ArrayAlgebra>(x: &A, first: usize, second: usize) -> A {
    for axis in [first, second] {
        if let Err(error) = axes::require("swap_axes", x.shape(), axis) {
            panic!("{error}");
        }
    }
    let mut order = axes::all(x);
    order.swap(first, second);
    permute(x, &order)
}

/// Swaps the last two axes: the transpose of a matrix, or of each matrix of a batch. A view, of which nothing is copied.
///
/// # Gradient
///
/// The transpose of the cotangent.
///
/// # Panics
/// If there are fewer than two axes.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = Array::new(&[1, 2, 3], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?;
/// assert_eq!(x.transpose().to_vec(), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
/// assert_eq!(x.swap_axes(0, 2).shape(), [3, 2, 1]);
/// assert_eq!(x.permute(&[2, 0, 1]).shape(), [3, 1, 2]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
#[track_caller]
pub fn transpose<A: ArrayAlgebra>(x: &A) -> A {
    let dimensions = x.shape().len();
    assert!(dimensions >= 2, "transpose of {:?}: expected at least two axes, found {dimensions}", x.shape());
    swap_axes(x, dimensions - 2, dimensions - 1)
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let of = |axes: &[usize], shape: &[usize]| Case::new(Permute { axes: axes.to_vec() }, &[shape]);
    vec![of(&[1, 0], &[2, 3]), of(&[2, 0, 1], &[2, 1, 3]), of(&[], &[]), of(&[1, 0], &[0, 2])]
}
