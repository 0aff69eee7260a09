//! The softmax function.

use crate::array::{Array, Element, kernel};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{
    ArrayAlgebra, Cotangents, Operands, Primitive, axes, bind, chain::Chain, fitting, require_axis, sum,
    transpose,
};

/// pᵢ = exp xᵢ / Σⱼ exp xⱼ over the last axis; the cotangent c becomes p·(c − Σⱼ cⱼpⱼ).
#[derive(Debug, Clone, Copy)]
pub struct Softmax;

impl Primitive for Softmax {
    const NAME: &'static str = "softmax";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        require_axis(Self::NAME, x[0].shape())?;
        let x = x[0].to_contiguous();
        let length = kernel::row_length(x.shape());
        Ok(Array::written(x.shape(), |probabilities| {
            kernel::with_exponentials(&x, |row, _, _, exponentials| {
                let sum = kernel::sum_run(exponentials);
                let row = &mut probabilities[row * length..][..length];
                row.iter_mut().zip(exponentials).for_each(|(p, &x)| *p = x / sum);
            });
        }))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || {
            let mean = sum::sum_kept(&bind(Chain, &[&cotangent, y]), &[x[0].shape().len() - 1]);
            bind(Chain, &[&(cotangent - mean), y])
        });
    }
}

/// exp xᵢ / Σⱼ exp xⱼ over the last axis; stable for elements of any size.
///
/// # Panics
/// If the array has no axis.
#[track_caller]
pub fn softmax<A: ArrayAlgebra>(x: &A) -> A {
    bind(Softmax, &[x])
}

/// As [`softmax`], over another axis than the last.
///
/// # Panics
/// If the axis does not exist.
#[track_caller]
pub fn softmax_over<A: ArrayAlgebra>(x: &A, axis: usize) -> A {
    fitting(axes::require("softmax_over", x.shape(), axis));
    let last = x.shape().len() - 1;
    if axis == last {
        return softmax(x);
    }
    transpose::swap_axes(&softmax(&transpose::swap_axes(x, axis, last)), axis, last)
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new(Softmax, &[&[2, 3]]),
        Case::new(Softmax, &[&[4]]),
        Case::new(Softmax, &[&[0, 3]]),
        Case::new(Softmax, &[&[3, 2]]).transposed(),
    ]
}
