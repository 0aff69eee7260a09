//! Angles in degrees and in radians.

#[cfg(test)]
use crate::check::Case;
use crate::op::ArrayAlgebra;

/// Radians as degrees, x·180/π, elementwise.
///
/// # Gradient
///
/// 180/π everywhere.
///
/// # Example
///
/// ```
/// use std::f64::consts::PI;
///
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::vector(&[0.0, PI / 2.0])];
/// assert_eq!(x[0].to_degrees().to_vec(), [0.0, 90.0]);
/// assert_eq!(Array::vector(&[180.0]).to_radians().to_vec(), [PI]);
/// let gradient = autograd::grad(|x| x[0].to_degrees().sum_all(), &x);
/// assert_eq!(gradient[0].to_vec(), [180.0 / PI; 2]);
/// ```
#[track_caller]
pub fn to_degrees<A: ArrayAlgebra>(x: &A) -> A {
    x.clone() * x.number(1.0_f64.to_degrees())
}

/// Degrees as radians, x·π/180, elementwise.
///
/// # Gradient
///
/// π/180 everywhere. For an example see [`to_degrees`].
#[track_caller]
pub fn to_radians<A: ArrayAlgebra>(x: &A) -> A {
    x.clone() * x.number(1.0_f64.to_radians())
}

/// No primitives of their own: they multiply, which is swept itself.
#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    Vec::new()
}
