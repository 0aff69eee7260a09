//! The logarithm of the softmax function.

use crate::array::{Array, Element, kernel};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{
    ArrayAlgebra, Cotangents, Operands, Primitive, bind, log_sum_exp, require_axis, sum, transpose,
};

/// xᵢ − ln Σⱼ exp xⱼ over the last axis; the cotangent c becomes c − p·Σⱼ cⱼ with the probabilities p = exp y.
#[derive(Debug, Clone, Copy)]
pub struct LogSoftmax;

impl Primitive for LogSoftmax {
    const NAME: &'static str = "log_softmax";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        require_axis(Self::NAME, x[0].shape())?;
        let x = x[0].to_contiguous();
        let length = kernel::row_length(x.shape());
        Ok(Array::written(x.shape(), |logarithms| {
            kernel::with_exponentials(&x, |row, x, largest, exponentials| {
                let rest = log_sum_exp::rest(largest, exponentials);
                let row = &mut logarithms[row * length..][..length];
                row.iter_mut().zip(x).for_each(|(l, &x)| *l = (x - largest) - rest);
            });
        }))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || {
            let total = sum::sum_kept(&cotangent, &[x[0].shape().len() - 1]);
            cotangent - y.exp() * total
        });
    }
}

/// The logarithms of the softmax probabilities over the last axis,
///
/// ```text
/// yᵢ = xᵢ − ln Σⱼ exp xⱼ = (xᵢ − m) − ln Σⱼ exp(xⱼ − m)      with the largest element m,
/// ```
///
/// computed in the second form: no exponential overflows, and small probabilities keep their digits where the logarithm of
/// [`softmax`](super::softmax::softmax()) would be −∞. The shape stays.
///
/// # Gradient
///
/// ∂yᵢ/∂xⱼ = \[i = j\] − pⱼ with the probabilities p = exp y: with the cotangent c, x receives c − p·Σⱼ cⱼ. No kink.
///
/// # Panics
/// If the array has no axis.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps, s};
///
/// let x = [Array::vector(&[0.0, -1e4])];
/// assert_eq!(x[0].log_softmax().to_vec(), [0.0, -1e4]);
/// assert_eq!(x[0].log_softmax_over(0), x[0].log_softmax());
/// let gradient = autograd::grad(|x| x[0].log_softmax().slice(s![1]), &x);
/// assert_eq!(gradient[0].to_vec(), [-1.0, 1.0]);
/// ```
///
/// # Source
///
/// P. Blanchard, D. J. Higham & N. J. Higham 2021, *Accurately computing the log-sum-exp and softmax functions*, IMA Journal
/// of Numerical Analysis 41, pages 2311–2330.
#[track_caller]
pub fn log_softmax<A: ArrayAlgebra>(x: &A) -> A {
    bind(LogSoftmax, &[x])
}

/// The logarithms of the softmax probabilities over a given axis; the formula, the gradient, the source and an example are
/// those of [`log_softmax`].
///
/// # Gradient
///
/// ∂yᵢ/∂xⱼ = \[i = j\] − pⱼ along the axis.
///
/// # Panics
/// If the axis does not exist.
#[track_caller]
pub fn log_softmax_over<A: ArrayAlgebra>(x: &A, axis: usize) -> A {
    let last = x.shape().len().saturating_sub(1);
    if axis == last {
        return log_softmax(x);
    }
    transpose::swap_axes(&log_softmax(&transpose::swap_axes(x, axis, last)), axis, last)
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new(LogSoftmax, &[&[2, 3]]),
        Case::new(LogSoftmax, &[&[4]]),
        Case::new(LogSoftmax, &[&[0, 3]]),
        Case::new(LogSoftmax, &[&[3, 2]]).transposed(),
    ]
}
