//! Magnitudes with the signs of others, elementwise with broadcasting.

use num_traits::{Float, One};

use crate::array::{Array, Element, kernel};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{
    ArrayAlgebra, Cotangents, Operands, Primitive, arithmetic::broadcast_zip, bind, chain::Chain,
};

/// |a| with the sign of b; by a: 1 if the signs agree, else −1, and 0 at a = 0; by b: 0.
#[derive(Debug, Clone, Copy)]
pub struct Copysign;

impl Primitive for Copysign {
    const NAME: &'static str = "copysign";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        broadcast_zip(Self::NAME, x, |a, b| a.copysign(b))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add_broadcast(0, || {
            let sign = kernel::map(x[1].array(), |b: A::Element| <A::Element as One>::one().copysign(b));
            let sign_of_left = x[0].step(0.5) * x[0].number(2.0) - x[0].number(1.0);
            bind(Chain, &[&cotangent, &(sign_of_left * A::from_array(sign))])
        });
    }

    fn kinks<T: Element>(&self, x: &[&Array<T>]) -> usize {
        kernel::count(x[0], |a| a.is_zero())
    }
}

/// |a| with the sign of b, that of a zero too, elementwise with broadcasting.
///
/// # Gradient
///
/// By a: 1 if the signs agree, else −1. *Kink* at a = 0, with the subdifferential \[−1, 1\]: 0, its element of minimum norm.
/// By b: 0, at its jump by convention.
///
/// # Panics
/// If the shapes do not broadcast.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::vector(&[3.0, 3.0, 0.0]), Array::vector(&[1.0, -0.0, 2.0])];
/// assert_eq!(x[0].copysign(&x[1]).to_vec(), [3.0, -3.0, 0.0]);
/// let gradient = autograd::grad(|x| x[0].copysign(&x[1]).sum_all(), &x);
/// assert_eq!((gradient[0].to_vec(), gradient[1].to_vec()), (vec![1.0, -1.0, 0.0], vec![0.0; 3]));
/// ```
#[track_caller]
pub fn copysign<A: ArrayAlgebra>(magnitude: &A, sign: &A) -> A {
    bind(Copysign, &[magnitude, sign])
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let shapes: [[&[usize]; 2]; 4] = [[&[2, 3], &[2, 3]], [&[2, 3], &[]], [&[], &[3]], [&[0], &[1]]];
    let mut cases: Vec<Case> = shapes.iter().map(|shapes| Case::new(Copysign, shapes)).collect();
    cases.push(Case::new(Copysign, &[&[2], &[2]]).within(-1.0..-0.2));
    cases
}
