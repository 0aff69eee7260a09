//! The softmax function.

use crate::array::{Array, Element, kernel};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, bind, require_axis, sum, transpose};

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
            let mean = sum::sum_kept(&(cotangent.clone() * y.clone()), &[x[0].shape().len() - 1]);
            y.clone() * (cotangent - mean)
        });
    }
}

/// Probabilities from scores, over the last axis; the shape stays:
///
/// ```text
/// pᵢ = exp xᵢ / Σⱼ exp xⱼ = exp(xᵢ − m) / Σⱼ exp(xⱼ − m)      with the largest element m,
/// ```
///
/// computed in the second form, so that no exponential overflows.
///
/// # Gradient
///
/// ∂pᵢ/∂xⱼ = pᵢ·(\[i = j\] − pⱼ): with the cotangent c, x receives p·(c − Σⱼ cⱼpⱼ). No kink.
///
/// # Panics
/// If the array has no axis.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps, s};
///
/// let x = [Array::vector(&[1e4, 1e4])];
/// assert_eq!(x[0].softmax().to_vec(), [0.5, 0.5]);
/// assert_eq!(x[0].insert_axis(1).softmax_over(0).to_vec(), [0.5, 0.5]);
/// let gradient = autograd::grad(|x| x[0].softmax().slice(s![0]), &x);
/// assert_eq!(gradient[0].to_vec(), [0.25, -0.25]);
/// ```
///
/// # Source
///
/// J. S. Bridle 1990, *Probabilistic interpretation of feedforward classification network outputs, with relationships to
/// statistical pattern recognition*; C. M. Bishop 2006, *Pattern Recognition and Machine Learning*, equations 4.104 and
/// 4.106; on the shift P. Blanchard, D. J. Higham & N. J. Higham 2021, *Accurately computing the log-sum-exp and softmax
/// functions*, IMA Journal of Numerical Analysis 41, pages 2311–2330.
#[track_caller]
pub fn softmax<A: ArrayAlgebra>(x: &A) -> A {
    bind(Softmax, &[x])
}

/// Probabilities from scores, over a given axis; the formula, the sources and an example are those of [`softmax`].
///
/// # Gradient
///
/// ∂pᵢ/∂xⱼ = pᵢ·(\[i = j\] − pⱼ) along the axis.
///
/// # Panics
/// If the axis does not exist.
#[track_caller]
pub fn softmax_over<A: ArrayAlgebra>(x: &A, axis: usize) -> A {
    let last = x.shape().len().saturating_sub(1);
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
