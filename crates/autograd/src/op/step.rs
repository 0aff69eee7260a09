//! The step function, elementwise: the derivative of the rectifier.

use crate::array::{Array, Element, kernel};
#[cfg(test)]
use crate::check::{Case, cases_of};
use crate::error::ShapeError;
use crate::kink;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive};

/// 1 where x > 0, 0 where x < 0, `at_zero` where x = 0, NaN where x is NaN. Its derivative is 0, at the jump by
/// convention: that makes the second derivative at a kink 0 and not NaN.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// The value at 0.
    pub at_zero: f64,
}

impl Primitive for Step {
    const NAME: &'static str = "step";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        Ok(kernel::map(x[0], |x| kink::step(x, self.at_zero)))
    }

    fn vjp<A: ArrayAlgebra>(
        &self,
        _x: Operands<'_, A>,
        _y: &A,
        _cotangent: A,
        _into: &mut Cotangents<'_, A>,
    ) {
    }
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case::new(Step { at_zero: 0.5 }, &[&[2, 3]]).within(0.2..1.0),
        Case::new(Step { at_zero: 0.0 }, &[&[0]]),
    ];
    cases.extend(cases_of! {
        |x| x[0].step(0.0) => &[&[]];
    });
    cases
}
