//! Reordering axes. Nothing is copied: the result is a view with reordered strides.

use ndarray::IxDyn;

use crate::array::{Array, Element};
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, bind};
#[cfg(test)]
use crate::check::Case;

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
        into.add(0, || {
            let mut inverse = vec![0; self.axes.len()];
            for (position, &axis) in self.axes.iter().enumerate() {
                inverse[axis] = position;
            }
            bind(Permute { axes: inverse }, &[&cotangent])
        });
    }
}

/// Reorders axes: axis i of the result is axis `axes[i]` of the operand.
///
/// # Panics
/// If `axes` does not name each axis once.
#[track_caller]
pub fn permute<A: ArrayAlgebra>(x: &A, axes: &[usize]) -> A {
    bind(Permute { axes: axes.to_vec() }, &[x])
}

/// Swaps the last two axes: the transpose of a matrix.
///
/// # Panics
/// If there are fewer than two axes.
#[track_caller]
pub fn transpose<A: ArrayAlgebra>(x: &A) -> A {
    let dimensions = x.shape().len();
    assert!(dimensions >= 2, "transpose of {:?}: expected at least two axes, found {dimensions}", x.shape());
    let mut axes: Vec<usize> = (0..dimensions).collect();
    axes.swap(dimensions - 2, dimensions - 1);
    permute(x, &axes)
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let of = |axes: &[usize], shape: &[usize]| Case::new(Permute { axes: axes.to_vec() }, &[shape]);
    vec![of(&[1, 0], &[2, 3]), of(&[2, 0, 1], &[2, 1, 3]), of(&[], &[]), of(&[1, 0], &[0, 2])]
}
