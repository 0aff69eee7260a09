//! Whole and fractional parts, and signs: functions that jump, elementwise.
//!
//! Between their jumps the steps are constant and have derivative 0, and the fractional part has derivative 1. At the jumps
//! they have none: the same is given there, by convention.
//!
//! ```
//! use autograd::{Array, ArrayOps};
//!
//! let x = [Array::vector(&[-1.5, 0.25, 2.0])];
//! assert_eq!(x[0].floor().to_vec(), [-2.0, 0.0, 2.0]);
//! assert_eq!(x[0].ceil().to_vec(), [-1.0, 1.0, 2.0]);
//! assert_eq!(x[0].round().to_vec(), [-2.0, 0.0, 2.0]);
//! assert_eq!((x[0].trunc() + x[0].fract()).to_vec(), x[0].to_vec());
//! assert_eq!(x[0].signum().to_vec(), [-1.0, 1.0, 1.0]);
//! let gradient = autograd::grad(|x| (x[0].floor() + x[0].fract()).sum_all(), &x);
//! assert_eq!(gradient[0].to_vec(), [1.0, 1.0, 1.0]);
//! ```

use num_traits::Float;

use crate::algebra::Algebra;
use crate::elementary::Elementary;
use crate::op::{ArrayAlgebra, map::apply};
#[cfg(test)]
use crate::{check::Case, op::map::Map};

/// Declares functions of [`Float`] with a constant derivative.
macro_rules! jumping {
    ($($(#[$doc:meta])* $function:ident, $name:ident => $derivative:expr;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            pub struct $function;

            impl Elementary for $function {
                const NAME: &'static str = stringify!($name);

                #[inline]
                fn value<T: Float>(&self, x: T) -> T {
                    x.$name()
                }

                #[inline]
                fn derivative<A: Algebra>(&self, x: &A, _y: &A) -> A {
                    x.number($derivative)
                }
            }

            $(#[$doc])*
            ///
            /// # Gradient
            ///
            /// The constant given above, at the jumps too; there it is a convention and not a subgradient. For an example see
            /// [the module](self).
            #[track_caller]
            pub fn $name<A: ArrayAlgebra>(x: &A) -> A {
                apply($function, x)
            }
        )*

        #[cfg(test)]
        pub(crate) fn cases() -> Vec<Case> {
            vec![$(
                Case::new(Map($function), &[&[2, 2]]).within(0.6..0.9),
                Case::new(Map($function), &[&[0]]),
                Case::new(Map($function), &[&[]]).within(-0.4..-0.1),
            )*]
        }
    };
}

jumping! {
    /// ⌊x⌋, the largest whole number that does not exceed x, elementwise; derivative 0.
    Floor, floor => 0.0;
    /// ⌈x⌉, the smallest whole number that is not below x, elementwise; derivative 0.
    Ceil, ceil => 0.0;
    /// The whole number nearest to x, halves away from 0, elementwise; derivative 0.
    Round, round => 0.0;
    /// x without its fractional part, elementwise; derivative 0.
    Trunc, trunc => 0.0;
    /// x − trunc x, elementwise; derivative 1.
    Fract, fract => 1.0;
    /// 1 with the sign of x, that of a zero too, elementwise; NaN of NaN; derivative 0.
    Signum, signum => 0.0;
}
