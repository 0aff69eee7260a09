//! Remainders of division, elementwise with broadcasting: the operator `%` of arrays.
//!
//! ```
//! use autograd::{Array, ArrayOps};
//!
//! let x = [Array::vector(&[7.5, -7.5]), Array::scalar(2.0)];
//! assert_eq!((&x[0] % &x[1]).to_vec(), [1.5, -1.5]);
//! let gradient = autograd::grad(|x| (&x[0] % &x[1]).sum_all(), &x);
//! assert_eq!((gradient[0].to_vec(), gradient[1].item()), (vec![1.0, 1.0], Some(0.0)));
//! ```

use crate::array::{Array, Element};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{
    ArrayAlgebra, Cotangents, Operands, Primitive, arithmetic::broadcast_zip, bind, chain::Chain, rounding,
};

/// a mod b = a − b·trunc(a/b), with the sign of a; by a: 1, by b: −trunc(a/b). At the jumps the derivatives beside them.
#[derive(Debug, Clone, Copy)]
pub struct Remainder;

impl Primitive for Remainder {
    const NAME: &'static str = "remainder";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        broadcast_zip(Self::NAME, x, |a, b| a % b)
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add_broadcast(0, || cotangent.clone());
        into.add_broadcast(1, || {
            // Not trunc(a/b), for a/b may round up to the next whole number.
            let quotient = rounding::round(&((x[0].clone() - y.clone()) / x[1].clone()));
            bind(Chain, &[&cotangent, &-quotient])
        });
    }
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let shapes: [[&[usize]; 2]; 5] =
        [[&[2, 2], &[2, 2]], [&[2, 2], &[]], [&[], &[2]], [&[0, 2], &[2]], [&[], &[]]];
    shapes.iter().map(|shapes| Case::new(Remainder, shapes)).collect()
}
