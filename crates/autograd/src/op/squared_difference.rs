//! Squared differences, the terms of a squared error.

use crate::array::{Array, Element, kernel};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, arithmetic::broadcast_zip, bind, sum};

/// (a − b)², elementwise with broadcasting.
#[derive(Debug, Clone, Copy)]
pub struct SquaredDifference;

/// What a receives of (a − b)², from a, b and the cotangent c: 2(a − b)·c.
#[derive(Debug, Clone, Copy)]
struct Slope;

impl Primitive for SquaredDifference {
    const NAME: &'static str = "squared_difference";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        broadcast_zip(Self::NAME, x, |a, b| (a - b) * (a - b))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        let slope = bind(Slope, &[&x[0], &x[1], &cotangent]);
        into.add_broadcast(0, || slope.clone());
        into.add(1, || -sum::sum_to(&slope, x[1].shape()));
    }
}

impl Primitive for Slope {
    const NAME: &'static str = "squared_difference_slope";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let two = T::one() + T::one();
        if x[0].shape() == x[2].shape() && x[1].shape() == x[2].shape() {
            return Ok(kernel::zip3(x[0], x[1], x[2], |a, b, c| two * (a - b) * c));
        }
        let difference = broadcast_zip(Self::NAME, x, |a, b| two * (a - b))?;
        broadcast_zip(Self::NAME, &[&difference, x[2]], |twice, c| twice * c)
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        let by_difference = cotangent.clone() * x[2].clone() * cotangent.number(2.0);
        into.add_broadcast(0, || by_difference.clone());
        into.add_broadcast(1, || -by_difference);
        into.add(2, || bind(Slope, &[&x[0], &x[1], &cotangent]));
    }
}

/// (a − b)², elementwise with broadcasting: of predictions and targets, the terms of a squared error. One node, and one pass
/// over the elements in either direction.
///
/// # Gradient
///
/// a receives 2(a − b) times the cotangent, b its negative; an operand that was repeated receives the sum over the repeated
/// axes. No kink.
///
/// # Panics
/// If the shapes do not broadcast.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::vector(&[1.0, 5.0]), Array::vector(&[2.0, 3.0])];
/// assert_eq!(x[0].squared_difference(&x[1]).to_vec(), [1.0, 4.0]);
/// let gradient = autograd::grad(|x| x[0].squared_difference(&x[1]).sum_all(), &x);
/// assert_eq!((gradient[0].to_vec(), gradient[1].to_vec()), (vec![-2.0, 4.0], vec![2.0, -4.0]));
/// ```
#[track_caller]
pub fn squared_difference<A: ArrayAlgebra>(left: &A, right: &A) -> A {
    bind(SquaredDifference, &[left, right])
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let shapes: [[&[usize]; 2]; 4] =
        [[&[2, 3], &[2, 3]], [&[2, 3], &[3]], [&[2, 1], &[1, 3]], [&[0, 2], &[2]]];
    let mut cases: Vec<Case> = shapes.iter().map(|shapes| Case::new(SquaredDifference, shapes)).collect();
    cases.push(Case::new(Slope, &[&[2, 3], &[2, 3], &[2, 3]]));
    cases.push(Case::new(Slope, &[&[2, 3], &[3], &[2, 3]]));
    cases
}
