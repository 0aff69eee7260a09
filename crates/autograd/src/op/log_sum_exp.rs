//! The logarithm of a sum of exponentials.

use crate::array::{Array, Element, kernel};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{
    ArrayAlgebra, Cotangents, Operands, Primitive, axes, bind, require_axis, reshape, softmax, transpose,
};

/// ln Σᵢ exp xᵢ over the last axis, which stays with length 1. The derivative is the softmax.
#[derive(Debug, Clone, Copy)]
pub struct LogSumExp;

/// What is left of ln Σᵢ exp xᵢ without the largest element m: ln Σᵢ exp(xᵢ − m), from these exponentials. 0 where m is
/// infinite and decides by itself, or NaN and stays.
///
/// Whoever subtracts the whole takes m first: added up, large scores would swallow the digits of the logarithm.
#[inline(always)]
pub(super) fn rest<T: Element>(largest: T, exponentials: &[T]) -> T {
    if largest.is_finite() { kernel::sum_run(exponentials).ln() } else { T::zero() }
}

impl Primitive for LogSumExp {
    const NAME: &'static str = "log_sum_exp";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        require_axis(Self::NAME, x[0].shape())?;
        let x = x[0].to_contiguous();
        let mut shape = x.shape().to_vec();
        *shape.last_mut().expect("an axis, as required") = 1;
        Ok(Array::written(&shape, |sums| {
            // Of an empty row.
            sums.fill(T::neg_infinity());
            kernel::with_exponentials(&x, |row, _, largest, exponentials| {
                sums[row] = largest + rest(largest, exponentials);
            });
        }))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || cotangent * softmax::softmax(&x[0]));
    }
}

/// The logarithm of a sum of exponentials over the last axis, which is dropped:
///
/// ```text
/// y = ln Σᵢ exp xᵢ = m + ln Σᵢ exp(xᵢ − m)      with the largest element m,
/// ```
///
/// computed in the second form, so that no exponential overflows. It lies between m and m + ln n, and is the smooth upper
/// bound of the maximum. −∞ over no elements.
///
/// # Gradient
///
/// ∂y/∂xᵢ = exp xᵢ / Σⱼ exp xⱼ, the [softmax](super::softmax::softmax()). No kink.
///
/// # Panics
/// If the array has no axis.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::new(&[2, 2], vec![1e4, 1e4, 0.0, 0.0])?];
/// assert_eq!(x[0].log_sum_exp().to_vec(), [1e4 + 2.0_f64.ln(), 2.0_f64.ln()]);
/// assert_eq!(x[0].log_sum_exp_kept(&[1]).shape(), [2, 1]);
/// assert_eq!(x[0].log_sum_exp_over(&[0, 1]).item(), x[0].log_sum_exp_over(&[0]).log_sum_exp().item());
/// let gradient = autograd::grad(|x| x[0].log_sum_exp().sum_all(), &x);
/// assert_eq!(gradient[0].to_vec(), [0.5; 4]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
///
/// # Source
///
/// P. Blanchard, D. J. Higham & N. J. Higham 2021, *Accurately computing the log-sum-exp and softmax functions*, IMA Journal
/// of Numerical Analysis 41, pages 2311–2330.
#[track_caller]
pub fn log_sum_exp<A: ArrayAlgebra>(x: &A) -> A {
    let kept = bind(LogSumExp, &[x]);
    let shape = kept.shape()[..kept.shape().len() - 1].to_vec();
    reshape::reshape(&kept, &shape)
}

/// ln Σᵢ exp xᵢ over the given axes, which stay with length 1; −∞ over no elements. Computed as [`log_sum_exp`] is, which has
/// an example.
///
/// # Gradient
///
/// ∂y/∂xᵢ = exp xᵢ / Σⱼ exp xⱼ, over the same axes.
///
/// # Panics
/// If an axis does not exist or is named twice.
#[track_caller]
pub fn log_sum_exp_kept<A: ArrayAlgebra>(x: &A, axes: &[usize]) -> A {
    let kept = match axes::kept(LogSumExp::NAME, x.shape(), axes) {
        Ok(kept) => kept,
        Err(error) => panic!("{error}"),
    };
    let others = (0..x.shape().len()).filter(|axis| !axes.contains(axis));
    let order: Vec<usize> = others.chain(axes.iter().copied()).collect();
    let last = transpose::permute(x, &order);
    let count = axes::count(x.shape(), axes);
    let mut shape = last.shape()[..order.len() - axes.len()].to_vec();
    shape.push(count);
    reshape::reshape(&bind(LogSumExp, &[&reshape::reshape(&last, &shape)]), &kept)
}

/// ln Σᵢ exp xᵢ over the given axes, which are dropped; −∞ over no elements. Computed as [`log_sum_exp`] is, which has an
/// example.
///
/// # Gradient
///
/// ∂y/∂xᵢ = exp xᵢ / Σⱼ exp xⱼ, over the same axes.
///
/// # Panics
/// If an axis does not exist or is named twice.
#[track_caller]
pub fn log_sum_exp_over<A: ArrayAlgebra>(x: &A, axes: &[usize]) -> A {
    axes::dropped(&log_sum_exp_kept(x, axes), axes)
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new(LogSumExp, &[&[2, 3]]),
        Case::new(LogSumExp, &[&[4]]),
        Case::new(LogSumExp, &[&[2, 1, 3]]),
        Case::new(LogSumExp, &[&[0, 3]]),
        Case::new(LogSumExp, &[&[3, 2]]).transposed(),
    ]
}
