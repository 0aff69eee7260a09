//! The chain rule's product, elementwise: a cotangent of exactly zero wins against an infinite or undefined partial.

use crate::array::{Array, Element};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, arithmetic::broadcast_zip, bind};
use crate::value;

/// cotangent · partial, and 0 where the cotangent is 0 and the partial is not finite. What rules multiply with, so that
/// a branch that was not taken never poisons a gradient with NaN; rules of one's own do well to do so too.
///
/// The product is differentiated as any: each factor receives the cotangent times the other, with the same precedence of 0.
///
/// ```
/// use autograd::Array;
/// use autograd::op::{bind, chain::Chain};
///
/// let (cotangent, partial) = (Array::vector(&[0.0, 2.0]), Array::vector(&[f64::INFINITY, 3.0]));
/// assert_eq!(bind(Chain, &[&cotangent, &partial]).to_vec(), [0.0, 6.0]);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Chain;

impl Primitive for Chain {
    const NAME: &'static str = "chain";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        broadcast_zip(Self::NAME, x, value::chain)
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add_broadcast(0, || bind(Chain, &[&cotangent, &x[1]]));
        into.add_broadcast(1, || bind(Chain, &[&cotangent, &x[0]]));
    }
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new(Chain, &[&[2, 3], &[2, 3]]),
        Case::new(Chain, &[&[2, 3], &[]]),
        Case::new(Chain, &[&[0], &[1]]),
    ]
}
