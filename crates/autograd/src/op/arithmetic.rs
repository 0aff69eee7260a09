//! Addition, subtraction, multiplication, division and negation, elementwise with broadcasting: the operators `+ − * /` of
//! arrays, with a number on either side, and assigning (`+=`), which keeps the shape of the left operand.
//!
//! Axes are aligned from the last, and an axis of length 1 repeats; an operand that was repeated receives the sum of its
//! cotangents over the repeated axes. Division follows the floats: x/0 is ±∞ and 0/0 is NaN.
//!
//! ```
//! use autograd::{Array, ArrayOps};
//!
//! let x = [Array::vector(&[1.0_f64, 2.0]), Array::scalar(4.0)];
//! assert_eq!((&x[0] / &x[1]).to_vec(), [0.25, 0.5]);
//! // A plain number may stand on either side, and what is on the left may be assigned to.
//! let mut sum = 1.0 - &x[0] * 2.0;
//! sum += &x[0];
//! assert_eq!(sum.to_vec(), [0.0, -1.0]);
//! let gradient = autograd::grad(|x| (&x[0] / &x[1]).sum_all(), &x);
//! assert_eq!((gradient[0].to_vec(), gradient[1].item()), (vec![0.25, 0.25], Some(-0.1875)));
//! ```

use crate::array::{Array, Element, broadcast_shape, kernel};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, bind, chain::Chain};

/// Evaluates an operation of two operands over their common shape.
pub(crate) fn broadcast_zip<T: Element>(
    name: &'static str,
    x: &[&Array<T>],
    f: impl Fn(T, T) -> T + Sync,
) -> Result<Array<T>, ShapeError> {
    let (a, b) = (x[0], x[1]);
    if a.shape() == b.shape() {
        return Ok(kernel::zip(a, b, a.shape(), f));
    }
    match broadcast_shape(a.shape(), b.shape()) {
        Ok(shape) => Ok(kernel::zip(a, b, &shape, f)),
        Err(from_last) => Err(ShapeError::new(
            name,
            [a.shape(), b.shape()],
            format!(
                "the axes at position {} from the last differ in length and neither is 1; reshape one operand, or \
                 give it an axis of length 1 to repeat",
                from_last + 1
            ),
        )),
    }
}

/// a + b; both receive the cotangent.
#[derive(Debug, Clone, Copy)]
pub struct Add;

impl Primitive for Add {
    const NAME: &'static str = "add";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        broadcast_zip(Self::NAME, x, |a, b| a + b)
    }

    fn vjp<A: ArrayAlgebra>(&self, _x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add_broadcast(0, || cotangent.clone());
        into.add_broadcast(1, || cotangent);
    }
}

/// a − b; a receives the cotangent, b its negative.
#[derive(Debug, Clone, Copy)]
pub struct Subtract;

impl Primitive for Subtract {
    const NAME: &'static str = "subtract";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        broadcast_zip(Self::NAME, x, |a, b| a - b)
    }

    fn vjp<A: ArrayAlgebra>(&self, _x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add_broadcast(0, || cotangent.clone());
        into.add_broadcast(1, || -cotangent);
    }
}

/// a·b, elementwise; a receives b times the cotangent, and b receives a times it.
#[derive(Debug, Clone, Copy)]
pub struct Multiply;

impl Primitive for Multiply {
    const NAME: &'static str = "multiply";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        broadcast_zip(Self::NAME, x, |a, b| a * b)
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add_broadcast(0, || bind(Chain, &[&cotangent, &x[1]]));
        into.add_broadcast(1, || bind(Chain, &[&cotangent, &x[0]]));
    }
}

/// a/b, elementwise; a receives the cotangent over b, and b receives −a/b² times it.
#[derive(Debug, Clone, Copy)]
pub struct Divide;

impl Primitive for Divide {
    const NAME: &'static str = "divide";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        broadcast_zip(Self::NAME, x, |a, b| a / b)
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add_broadcast(0, || bind(Chain, &[&cotangent, &x[1].recip()]));
        into.add_broadcast(1, || bind(Chain, &[&cotangent, &-(y.clone() / x[1].clone())]));
    }
}

/// −x; derivative −1.
#[derive(Debug, Clone, Copy)]
pub struct Negate;

impl Primitive for Negate {
    const NAME: &'static str = "negate";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        Ok(kernel::map(x[0], |x| -x))
    }

    fn vjp<A: ArrayAlgebra>(&self, _x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || -cotangent);
    }
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let shapes: [(&[usize], &[usize]); 8] = [
        (&[2, 3], &[2, 3]),
        (&[2, 3], &[3]),
        (&[3], &[2, 3]),
        (&[2, 1], &[1, 3]),
        (&[], &[2, 2]),
        (&[2, 2], &[]),
        (&[0, 3], &[3]),
        (&[], &[]),
    ];
    let mut cases = Vec::new();
    for (left, right) in shapes {
        cases.push(Case::new(Add, &[left, right]));
        cases.push(Case::new(Subtract, &[left, right]));
        cases.push(Case::new(Multiply, &[left, right]));
        cases.push(Case::new(Divide, &[left, right]));
    }
    cases.extend([Case::new(Negate, &[&[2, 3]]), Case::new(Negate, &[&[]]), Case::new(Negate, &[&[0]])]);
    cases.push(Case::new(Multiply, &[&[3, 2], &[3, 2]]).transposed());
    cases
}
