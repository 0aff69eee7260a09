//! Powers and logarithms with arrays for exponents and bases, elementwise with broadcasting.

use crate::array::{Array, Element};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{
    ArrayAlgebra, Cotangents, Operands, Primitive, arithmetic::broadcast_zip, bind, chain::Chain, compare,
    select,
};

/// xᵖ; by x: p·xᵖ⁻¹, and 0 where p = 0; by p: xᵖ·ln x, and 0 where x = 0 and p ≥ 0.
#[derive(Debug, Clone, Copy)]
pub struct Powf;

impl Primitive for Powf {
    const NAME: &'static str = "powf";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        broadcast_zip(Self::NAME, x, |base, exponent| base.powf(exponent))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        let (base, exponent) = (&x[0], &x[1]);
        into.add_broadcast(0, || {
            let power = powf(base, &(exponent.clone() - exponent.number(1.0)));
            bind(Chain, &[&cotangent, &bind(Chain, &[exponent, &power])])
        });
        into.add_broadcast(1, || {
            let zero = base.number(0.0);
            let flat = compare::equal(base, &zero) * compare::greater_equal(exponent, &zero);
            bind(Chain, &[&cotangent, &select::select(&flat, &zero, &(y.clone() * base.ln()))])
        });
    }
}

/// xᵖ, elementwise with broadcasting. Whole exponents are faster as `powi`.
///
/// # Gradient
///
/// * By x: p·xᵖ⁻¹, and 0 where p = 0.
/// * By p: xᵖ·ln x, and 0 where x = 0 and p ≥ 0. NaN for x < 0, where the power is defined for whole exponents alone.
///
/// The logarithm of the base is taken only if the exponent is differentiated, so that a constant exponent leaves negative
/// bases alone.
///
/// # Panics
/// If the shapes do not broadcast.
///
/// # Example
///
/// ```
/// use autograd::{Algebra, Array, ArrayOps};
///
/// let x = [Array::vector(&[4.0, 9.0])];
/// let gradient = autograd::grad(|x| x[0].powf(&x[0].number(1.5)).sum_all(), &x);
/// assert_eq!(gradient[0].to_vec(), [3.0, 4.5]);
/// ```
#[track_caller]
pub fn powf<A: ArrayAlgebra>(base: &A, exponent: &A) -> A {
    bind(Powf, &[base, exponent])
}

/// The logarithm of x to a base, ln x / ln b, elementwise with broadcasting.
///
/// # Gradient
///
/// By x: 1/(x·ln b); by b: −ln x/(b·ln² b).
///
/// # Panics
/// If the shapes do not broadcast.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::vector(&[8.0_f64]), Array::scalar(2.0)];
/// let gradient = autograd::grad(|x| x[0].log(&x[1]).sum_all(), &x);
/// assert!((gradient[0].to_vec()[0] - 0.125 / 2.0_f64.ln()).abs() < 1e-15);
/// assert!((gradient[1].to_vec()[0] + 1.5 / 2.0_f64.ln()).abs() < 1e-15);
/// ```
#[track_caller]
pub fn log<A: ArrayAlgebra>(x: &A, base: &A) -> A {
    x.ln() / base.ln()
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let shapes: [[&[usize]; 2]; 5] =
        [[&[2, 3], &[2, 3]], [&[2, 3], &[]], [&[], &[3]], [&[2, 1], &[3]], [&[0], &[1]]];
    shapes.iter().map(|shapes| Case::new(Powf, shapes)).collect()
}
