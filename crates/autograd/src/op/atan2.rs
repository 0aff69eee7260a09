//! The angle of a point, elementwise with broadcasting.

use crate::array::{Array, Element};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{
    ArrayAlgebra, Cotangents, Operands, Primitive, arithmetic::broadcast_zip, bind, hypot, norm,
};

/// The angle of the point (x, y), whose operands are y and x; by y: x/(x² + y²), by x: −y/(x² + y²), and 0 at the origin.
#[derive(Debug, Clone, Copy)]
pub struct Atan2;

impl Primitive for Atan2 {
    const NAME: &'static str = "atan2";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        broadcast_zip(Self::NAME, x, |y, x| y.atan2(x))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        let radius = hypot::hypot(&x[0], &x[1]);
        // Divided twice by the radius, whose square may overflow; of the second division at the origin 1 is taken.
        let over_square = |x: &A| {
            let at_origin = super::compare::equal(&radius, &radius.number(0.0));
            let safe = super::select::select(&at_origin, &radius.number(1.0), &radius);
            norm::pull(x, &radius, &(cotangent.clone() / safe))
        };
        into.add_broadcast(0, || over_square(&x[1]));
        into.add_broadcast(1, || -over_square(&x[0]));
    }
}

/// The angle of the point (x, y) in (−π, π], elementwise with broadcasting: `y.atan2(&x)`.
///
/// # Gradient
///
/// By y: x/(x² + y²); by x: −y/(x² + y²), neither of which overflows on the way. At the origin the angle jumps and has no
/// derivative: both are 0 there, by convention. On the negative half of the x axis, where it jumps from π to −π, the
/// derivatives beside the jump hold.
///
/// # Panics
/// If the shapes do not broadcast.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let point = [Array::vector(&[0.0, 0.0]), Array::vector(&[-2.0, 0.0])];
/// let gradient = autograd::grad(|p| p[0].atan2(&p[1]).sum_all(), &point);
/// assert_eq!((gradient[0].to_vec(), gradient[1].to_vec()), (vec![-0.5, 0.0], vec![0.0, 0.0]));
/// ```
#[track_caller]
pub fn atan2<A: ArrayAlgebra>(y: &A, x: &A) -> A {
    bind(Atan2, &[y, x])
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let shapes: [[&[usize]; 2]; 5] =
        [[&[2, 3], &[2, 3]], [&[2, 3], &[]], [&[2, 1], &[3]], [&[], &[]], [&[0], &[1]]];
    shapes.iter().map(|shapes| Case::new(Atan2, shapes)).collect()
}
