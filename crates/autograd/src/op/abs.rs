//! The absolute value, elementwise. The choice at 0 is made in [`kink`](crate::kink).

use crate::kink::Abs;
use crate::op::{ArrayAlgebra, map::apply};
#[cfg(test)]
use crate::{check::Case, op::map::Map};

/// |x|, elementwise.
///
/// # Gradient
///
/// 1 for x > 0, −1 for x < 0. *Kink* at 0, with the subdifferential \[−1, 1\]: 0, its element of minimum norm. The second
/// derivative is 0 everywhere.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::vector(&[-3.0, 0.0, 2.0])];
/// assert_eq!(autograd::grad(|x| x[0].abs().sum_all(), &x)[0].to_vec(), [-1.0, 0.0, 1.0]);
/// ```
#[track_caller]
pub fn abs<A: ArrayAlgebra>(x: &A) -> A {
    apply(Abs, x)
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new(Map(Abs), &[&[2, 3]]).within(0.2..1.0),
        Case::new(Map(Abs), &[&[2, 3]]).within(-1.0..-0.2),
        Case::new(Map(Abs), &[&[]]),
        Case::new(Map(Abs), &[&[0, 2]]),
    ]
}
