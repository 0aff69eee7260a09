//! A product and a sum in one word.

#[cfg(test)]
use crate::check::{Case, cases_of};
use crate::op::{
    ArrayAlgebra,
    arithmetic::{Add, Multiply},
    bind_as,
};

/// a·b + c, elementwise with broadcasting: `left * factor + term`, rounded after the product and after the sum.
///
/// # Gradient
///
/// By a: b, by b: a, and by c: 1; an operand that was repeated receives the sum over the repeated axes. No kink.
///
/// # Panics
/// If the shapes do not broadcast.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::vector(&[1.0, 2.0])];
/// assert_eq!(x[0].mul_add(&x[0], &Array::scalar(3.0)).to_vec(), [4.0, 7.0]);
/// let gradient = autograd::grad(|x| x[0].mul_add(&x[0], &x[0]).sum_all(), &x);
/// assert_eq!(gradient[0].to_vec(), [3.0, 5.0]);
/// ```
#[track_caller]
pub fn mul_add<A: ArrayAlgebra>(left: &A, factor: &A, term: &A) -> A {
    let shapes = [left.shape(), factor.shape(), term.shape()];
    let product = bind_as("mul_add", &shapes, Multiply, &[left, factor]);
    bind_as("mul_add", &shapes, Add, &[&product, term])
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    cases_of! {
        |x| mul_add(&x[0], &x[1], &x[2]) => &[&[2, 3], &[3], &[2, 1]], &[&[], &[], &[]], &[&[0], &[1], &[]];
    }
}
