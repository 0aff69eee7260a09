//! Angles in degrees and in radians.

#[cfg(test)]
use crate::check::Case;
use crate::op::ArrayAlgebra;

/// Radians as degrees, x·180/π.
#[track_caller]
pub fn to_degrees<A: ArrayAlgebra>(x: &A) -> A {
    x.clone() * x.number(1.0_f64.to_degrees())
}

/// Degrees as radians, x·π/180.
#[track_caller]
pub fn to_radians<A: ArrayAlgebra>(x: &A) -> A {
    x.clone() * x.number(1.0_f64.to_radians())
}

/// No primitives of their own: they multiply, which is swept itself.
#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    Vec::new()
}
