//! The rectifier, elementwise. The choice at 0 is made in [`kink`](crate::kink).

use crate::kink::Relu;
use crate::op::{ArrayAlgebra, map::apply};
#[cfg(test)]
use crate::{check::Case, op::map::Map};

/// max(x, 0), elementwise. NaN stays NaN.
///
/// # Gradient
///
/// 1 for x > 0, 0 for x < 0. *Kink* at 0, with the subdifferential \[0, 1\]: 0, its element of minimum norm; [`relu_at`]
/// takes another. The second derivative is 0 everywhere.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::vector(&[-1.0, 0.0, 2.0])];
/// let gradient = autograd::grad(|x| x[0].relu().sum_all(), &x);
/// assert_eq!(gradient[0].to_vec(), [0.0, 0.0, 1.0]);
/// let other = autograd::grad(|x| x[0].relu_at(0.5).sum_all(), &x);
/// assert_eq!(other[0].to_vec(), [0.0, 0.5, 1.0]);
/// ```
///
/// # Source
///
/// D. Bertoin, J. Bolte, S. Gerchinovitz & E. Pauwels 2021, *Numerical influence of ReLU'(0) on backpropagation*,
/// arXiv:2106.12915, on the choice at 0.
#[track_caller]
pub fn relu<A: ArrayAlgebra>(x: &A) -> A {
    apply(Relu::default(), x)
}

/// max(x, 0), elementwise, with the chosen derivative at 0. For an example see [`relu`].
///
/// # Gradient
///
/// 1 for x > 0, 0 for x < 0, and `slope` at 0.
///
/// # Panics
/// If the slope lies outside \[0, 1\], and so is no subgradient.
#[track_caller]
pub fn relu_at<A: ArrayAlgebra>(x: &A, slope: f64) -> A {
    apply(Relu::at(slope), x)
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new(Map(Relu::default()), &[&[2, 3]]).within(0.2..1.0),
        Case::new(Map(Relu::default()), &[&[2, 3]]).within(-1.0..-0.2),
        Case::new(Map(Relu::at(0.5)), &[&[0, 3]]),
    ]
}
