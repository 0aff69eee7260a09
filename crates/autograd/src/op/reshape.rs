//! Giving the same elements another shape.

use ndarray::IxDyn;

use crate::array::{Array, Element};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, bind};

/// The same elements, in row-major order, in another shape. The cotangent is given the old one. Copies only what does
/// not lie row-major in memory.
#[derive(Debug, Clone)]
pub struct Reshape {
    /// The new shape.
    pub shape: Vec<usize>,
}

impl Primitive for Reshape {
    const NAME: &'static str = "reshape";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let count: usize = self.shape.iter().product();
        if count != x[0].len() {
            let reason =
                format!("its {} elements do not fill the shape {:?} of {count}", x[0].len(), self.shape);
            return Err(ShapeError::new(Self::NAME, [x[0].shape()], reason));
        }
        let reshaped = x[0].to_contiguous().storage().clone().into_shape_with_order(IxDyn(&self.shape));
        Ok(reshaped.expect("contiguous, with the same number of elements").into())
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || reshape(&cotangent, x[0].shape()));
    }
}

/// The same elements, in row-major order, in another shape. Copies only what does not lie row-major in memory.
///
/// # Gradient
///
/// The cotangent in the old shape.
///
/// # Panics
/// If the numbers of elements differ.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = Array::vector(&[1.0, 2.0, 3.0, 4.0]).reshape(&[2, 2]);
/// assert_eq!((x.shape(), x.transpose().reshape(&[4]).to_vec()), (&[2, 2][..], vec![1.0, 3.0, 2.0, 4.0]));
/// ```
#[track_caller]
pub fn reshape<A: ArrayAlgebra>(x: &A, shape: &[usize]) -> A {
    if x.shape() == shape { x.clone() } else { bind(Reshape { shape: shape.to_vec() }, &[x]) }
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let of = |from: &[usize], to: &[usize]| Case::new(Reshape { shape: to.to_vec() }, &[from]);
    vec![
        of(&[2, 3], &[6]),
        of(&[6], &[3, 2]),
        of(&[1], &[]),
        of(&[0, 3], &[3, 0]),
        of(&[2, 3], &[2, 3]).transposed(),
    ]
}
