//! The language that derivative rules are written in: what numbers and arrays, recorded or not, have in common.

use core::ops::{Add, Div, Mul, Neg, Sub};

use num_traits::Float;

use crate::elementary::{Elementary, with_elementary};

/// Declares [`Algebra`] with one method for each line of the table of elementary functions.
macro_rules! declare_algebra {
    ($($(#[$doc:meta])* $function:ident, $name:ident => |$x:ident, $y:ident| $derivative:expr;)*) => {
        /// The language that derivative rules are written in: arithmetic and the elementary functions, elementwise.
        ///
        /// Numbers speak it, and so do arrays, dual numbers and recorded variables, because the rule of a derivative is
        /// then itself differentiable: that is all there is to higher orders. Arguments are taken by reference and the
        /// operators by value, for a clone of an array shares its storage.
        ///
        /// ```
        /// use autograd::{Algebra, Array};
        ///
        /// /// ½x² + eˣ
        /// fn f<A: Algebra>(x: &A) -> A {
        ///     x.number(0.5) * x.powi(2) + x.exp()
        /// }
        /// assert_eq!(f(&2.0), 2.0 + 2.0_f64.exp());
        /// assert_eq!(f(&Array::vector(&[0.0, 2.0])).to_vec()[0], 1.0);
        /// assert_eq!(autograd::grad(|x| f(&x[0]), &[0.0]), [1.0]);
        /// ```
        pub trait Algebra:
            Clone
            + Add<Output = Self>
            + Sub<Output = Self>
            + Mul<Output = Self>
            + Div<Output = Self>
            + Neg<Output = Self>
        {
            /// The constant `value`, of the kind of `self`; between arrays it is 0-dimensional and broadcasts.
            fn number(&self, value: f64) -> Self;
            /// xⁿ.
            fn powi(&self, exponent: i32) -> Self;
            /// 1 where x > 0, 0 where x < 0, and `at_zero` where x = 0, elementwise; its own derivative is 0.
            fn step(&self, at_zero: f64) -> Self;
            /// f(x), elementwise, for a function given by its rule: how the derivative of one names another.
            fn map<E: Elementary>(&self, function: &E) -> Self;
            $($(#[$doc])* fn $name(&self) -> Self;)*
        }

        impl<T: Float> Algebra for T {
            #[inline]
            fn number(&self, value: f64) -> T {
                number(value)
            }

            #[inline]
            fn powi(&self, exponent: i32) -> T {
                Float::powi(*self, exponent)
            }

            #[inline]
            fn step(&self, at_zero: f64) -> T {
                crate::kink::step(*self, at_zero)
            }

            #[inline]
            fn map<E: Elementary>(&self, function: &E) -> T {
                function.value(*self)
            }

            $(#[inline]
            fn $name(&self) -> T {
                Float::$name(*self)
            })*
        }
    };
}

with_elementary!(declare_algebra);

/// The number of type `T` nearest to `value`.
///
/// # Panics
/// If `T` cannot be made from a float, which no type that implements [`Float`] in earnest refuses.
#[inline]
pub(crate) fn number<T: Float>(value: f64) -> T {
    T::from(value).expect("a float type must be constructible from f64")
}
