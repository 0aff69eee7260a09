//! Reversing axes. Nothing is copied: the result is a view with negative strides.

use ndarray::Axis;

use crate::array::{Array, Element};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, axes, bind};

/// Reverses axes. The cotangent is reversed as well.
#[derive(Debug, Clone)]
pub struct Flip {
    /// The axes.
    pub axes: Vec<usize>,
}

impl Primitive for Flip {
    const NAME: &'static str = "flip";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        axes::kept(Self::NAME, x[0].shape(), &self.axes)?;
        let mut flipped = x[0].storage().clone();
        for &axis in &self.axes {
            flipped.invert_axis(Axis(axis));
        }
        Ok(flipped.into())
    }

    fn vjp<A: ArrayAlgebra>(&self, _x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || bind(self.clone(), &[&cotangent]));
    }
}

/// The elements in reverse order along the given axes: a view, of which nothing is copied.
///
/// # Gradient
///
/// The cotangent in reverse order along the same axes.
///
/// # Panics
/// If an axis does not exist or is named twice.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = Array::new(&[2, 2], vec![1.0, 2.0, 3.0, 4.0])?;
/// assert_eq!(x.flip(&[1]).to_vec(), [2.0, 1.0, 4.0, 3.0]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
#[track_caller]
pub fn flip<A: ArrayAlgebra>(x: &A, axes: &[usize]) -> A {
    bind(Flip { axes: axes.to_vec() }, &[x])
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let of = |axes: &[usize], shape: &[usize]| Case::new(Flip { axes: axes.to_vec() }, &[shape]);
    vec![
        of(&[0], &[3]),
        of(&[0, 2], &[2, 1, 3]),
        of(&[], &[]),
        of(&[1], &[2, 0]),
        of(&[1], &[2, 3]).transposed(),
    ]
}
