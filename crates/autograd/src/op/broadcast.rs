//! Repeating an array along new axes or axes of length 1.

use crate::array::{Array, Element, broadcast_shape, kernel};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, bind};

/// Repeats an array to a longer shape. The cotangent is summed over what was repeated.
#[derive(Debug, Clone)]
pub struct Broadcast {
    /// The shape to fill.
    pub shape: Vec<usize>,
}

impl Primitive for Broadcast {
    const NAME: &'static str = "broadcast_to";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        if broadcast_shape(x[0].shape(), &self.shape).as_ref() != Ok(&self.shape) {
            let reason =
                format!("it does not repeat to {:?}: an axis must agree or have length 1", self.shape);
            return Err(ShapeError::new(Self::NAME, [x[0].shape()], reason));
        }
        Ok(kernel::broadcast(x[0], &self.shape))
    }

    fn vjp<A: ArrayAlgebra>(&self, _x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add_broadcast(0, || cotangent);
    }
}

/// Repeats an array to a longer shape: axes are aligned from the last, and an axis of length 1 repeats. Operators and all
/// other elementwise operations of several arrays do so by themselves.
///
/// # Gradient
///
/// Each element receives the sum of the cotangents of its copies.
///
/// # Panics
/// If the array does not repeat to the shape.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::vector(&[1.0, 2.0])];
/// assert_eq!(x[0].broadcast_to(&[3, 2]).to_vec(), [1.0, 2.0, 1.0, 2.0, 1.0, 2.0]);
/// assert_eq!(autograd::grad(|x| x[0].broadcast_to(&[3, 2]).sum_all(), &x)[0].to_vec(), [3.0, 3.0]);
/// ```
#[track_caller]
pub fn broadcast_to<A: ArrayAlgebra>(x: &A, shape: &[usize]) -> A {
    if x.shape() == shape { x.clone() } else { bind(Broadcast { shape: shape.to_vec() }, &[x]) }
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let of = |from: &[usize], to: &[usize]| Case::new(Broadcast { shape: to.to_vec() }, &[from]);
    vec![of(&[3], &[2, 3]), of(&[2, 1], &[2, 3]), of(&[], &[2, 2]), of(&[1], &[0]), of(&[2, 3], &[2, 3])]
}
