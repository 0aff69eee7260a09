//! Elementary functions, element by element: every line of the table, and any function given by its rule.

use crate::array::{Array, Element, kernel};
use crate::elementary::Elementary;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, bind};

/// f(x), element by element; the cotangent is multiplied by f′(x).
#[derive(Debug, Clone, Copy)]
pub struct Map<E>(
    /// The function.
    pub E,
);

impl<E: Elementary> Primitive for Map<E> {
    const NAME: &'static str = E::NAME;

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        Ok(kernel::map_elementary(&self.0, x[0]))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || A::pull_elementary(&self.0, &x[0], y, cotangent));
    }

    fn kinks<T: Element>(&self, x: &[&Array<T>]) -> usize {
        kernel::count(x[0], |x| self.0.is_kink(x))
    }
}

/// Applies an elementary function given by its rule to an array, plain or recorded, element by element.
///
/// # Gradient
///
/// The cotangent times f′(x), as the rule gives it; a cotangent of 0 stays 0 where f′(x) is infinite.
///
/// # Example
///
/// ```
/// use autograd::elementary::Powi;
/// use autograd::op::map::apply;
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::vector(&[1.0, 2.0])];
/// assert_eq!(autograd::grad(|x| apply(Powi(3), &x[0]).sum_all(), &x)[0].to_vec(), [3.0, 12.0]);
/// ```
#[track_caller]
pub fn apply<E: Elementary, A: ArrayAlgebra>(function: E, x: &A) -> A {
    bind(Map(function), &[x])
}

#[cfg(test)]
pub(crate) use sweep::cases;

#[cfg(test)]
mod sweep {
    use super::Map;
    use crate::check::Case;
    use crate::elementary;

    /// The cases of the whole table: each function over an interval of its domain.
    macro_rules! table_cases {
        ($($(#[$doc:meta])* $function:ident, $name:ident => |$x:ident, $y:ident| $derivative:expr;)*) => {
            fn table_cases() -> Vec<Case> {
                vec![$(Case::new(Map(elementary::$function), &[&[2, 3]]).within(domain(stringify!($name)))),*]
            }
        };
    }

    elementary::with_elementary!(table_cases);

    /// An interval on which a function of the table is smooth and neither flat nor steep beyond what differences can tell.
    fn domain(name: &str) -> std::ops::Range<f64> {
        match name {
            "asin" | "acos" | "atanh" => -0.8..0.8,
            "ln" | "log2" | "log10" | "sqrt" | "cbrt" | "recip" => 0.4..3.0,
            "acosh" => 1.4..3.0,
            "ln_1p" => -0.6..3.0,
            _ => -1.2..1.2,
        }
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut cases = table_cases();
        for exponent in [-2, -1, 0, 1, 2, 3] {
            cases.push(Case::new(Map(elementary::Powi(exponent)), &[&[2, 3]]).within(0.5..2.0));
        }
        cases.push(Case::new(Map(elementary::Exp), &[&[]]));
        cases.push(Case::new(Map(elementary::Exp), &[&[0, 2]]));
        cases.push(Case::new(Map(elementary::Tanh), &[&[3, 2]]).transposed());
        cases
    }
}
