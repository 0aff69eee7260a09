//! The length of a vector of two components, elementwise with broadcasting.

use crate::array::{Array, Element, kernel};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, arithmetic::broadcast_zip, bind, norm};

/// √(a² + b²), without overflow on the way; by a: a/√(a² + b²), and (0, 0) at the origin.
#[derive(Debug, Clone, Copy)]
pub struct Hypot;

impl Primitive for Hypot {
    const NAME: &'static str = "hypot";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        broadcast_zip(Self::NAME, x, |a, b| a.hypot(b))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add_broadcast(0, || norm::pull(&x[0], y, &cotangent));
        into.add_broadcast(1, || norm::pull(&x[1], y, &cotangent));
    }

    fn kinks<T: Element>(&self, x: &[&Array<T>]) -> usize {
        let at_origin = |a: T, b: T| if a.is_zero() && b.is_zero() { T::one() } else { T::zero() };
        let origins = broadcast_zip(Self::NAME, x, at_origin);
        origins.map_or(0, |origins| kernel::count(&origins, |origin| !origin.is_zero()))
    }

    fn flat_beside_kinks(&self) -> bool {
        false
    }
}

/// √(a² + b²), elementwise with broadcasting and without overflow on the way.
///
/// # Gradient
///
/// By a: a/√(a² + b²); by b: b/√(a² + b²). *Kink* at the origin, a cone's tip whose subdifferential is the unit disc: (0, 0),
/// its element of minimum norm.
///
/// # Panics
/// If the shapes do not broadcast.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::vector(&[3.0, 0.0]), Array::vector(&[4.0, 0.0])];
/// let gradient = autograd::grad(|x| x[0].hypot(&x[1]).sum_all(), &x);
/// assert_eq!((gradient[0].to_vec(), gradient[1].to_vec()), (vec![0.6, 0.0], vec![0.8, 0.0]));
/// ```
#[track_caller]
pub fn hypot<A: ArrayAlgebra>(a: &A, b: &A) -> A {
    bind(Hypot, &[a, b])
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let shapes: [[&[usize]; 2]; 5] =
        [[&[2, 3], &[2, 3]], [&[2, 3], &[]], [&[2, 1], &[3]], [&[], &[]], [&[0], &[1]]];
    shapes.iter().map(|shapes| Case::new(Hypot, shapes)).collect()
}
