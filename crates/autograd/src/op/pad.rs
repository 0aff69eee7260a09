//! Surrounding an array with a number.

use ndarray::{ArrayD, IxDyn, SliceInfoElem};

use crate::array::{Array, Element};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, bind, slice};

/// Adds positions before and after the elements of each axis, filled with a number. The cotangent loses them again.
#[derive(Debug, Clone)]
pub struct Pad {
    /// For each axis how many positions are added before and after.
    pub widths: Vec<[usize; 2]>,
    /// What they are filled with.
    pub value: f64,
}

impl Pad {
    /// Where the operand lies.
    fn inside(&self, shape: &[usize]) -> Vec<SliceInfoElem> {
        let ranges = self.widths.iter().zip(shape).map(|(&[before, _], &length)| before..before + length);
        ranges.map(SliceInfoElem::from).collect()
    }
}

impl Primitive for Pad {
    const NAME: &'static str = "pad";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let shape = x[0].shape();
        if self.widths.len() != shape.len() {
            let reason =
                format!("expected two widths for each of its {} axes, found {:?}", shape.len(), self.widths);
            return Err(ShapeError::new(Self::NAME, [shape], reason));
        }
        let lengths = self.widths.iter().zip(shape).map(|([before, after], length)| before + length + after);
        let whole: Vec<usize> = lengths.collect();
        let mut padded = ArrayD::from_elem(IxDyn(&whole), crate::algebra::number(self.value));
        padded.slice_mut(&self.inside(shape)[..]).assign(x[0].storage());
        Ok(padded.into())
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || slice::slice(&cotangent, self.inside(x[0].shape())));
    }
}

/// The array with positions added before and after the elements of each axis, `[before, after]`, filled with a number.
///
/// # Gradient
///
/// The cotangent without the added positions.
///
/// # Panics
/// If there is not one pair of widths for each axis.
///
/// # Example
///
/// ```
/// use autograd::{Algebra, Array, ArrayOps};
///
/// let x = [Array::vector(&[1.0, 2.0])];
/// assert_eq!(x[0].pad(&[[1, 2]], 0.0).to_vec(), [0.0, 1.0, 2.0, 0.0, 0.0]);
/// let gradient = autograd::grad(|x| x[0].pad(&[[1, 2]], 7.0).powi(2).sum_all(), &x);
/// assert_eq!(gradient[0].to_vec(), [2.0, 4.0]);
/// ```
#[track_caller]
pub fn pad<A: ArrayAlgebra>(x: &A, widths: &[[usize; 2]], value: f64) -> A {
    bind(Pad { widths: widths.to_vec(), value }, &[x])
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let of = |widths: &[[usize; 2]], value, shape: &[usize]| {
        Case::new(Pad { widths: widths.to_vec(), value }, &[shape])
    };
    vec![
        of(&[[1, 2]], 0.0, &[3]),
        of(&[[0, 1], [2, 0]], 1.5, &[2, 3]),
        of(&[], 1.0, &[]),
        of(&[[1, 0], [0, 0]], 0.0, &[0, 2]),
        of(&[[1, 0], [0, 1]], 0.0, &[2, 3]).transposed(),
    ]
}
