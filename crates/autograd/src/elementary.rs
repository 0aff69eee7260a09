//! The table of elementary functions: one line each feeds scalars, dual numbers and arrays.

use num_traits::Float;

use crate::algebra::Algebra;

/// A function of one number, with its derivative: an operation that applies to numbers as it stands and to arrays
/// element by element.
///
/// Anybody may implement it. `value` is written for every [`Float`], and so holds for dual numbers and recorded
/// variables too; `derivative` is the rule that reverse mode uses.
///
/// ```
/// use autograd::{Algebra, Elementary, ElementaryOps};
/// use num_traits::Float;
///
/// /// x ↦ x·eˣ
/// #[derive(Debug, Clone, Copy)]
/// struct Xexp;
///
/// impl Elementary for Xexp {
///     const NAME: &'static str = "xexp";
///     fn value<T: Float>(&self, x: T) -> T {
///         x * x.exp()
///     }
///     fn derivative<A: Algebra>(&self, x: &A, y: &A) -> A {
///         x.exp() + y.clone()
///     }
/// }
///
/// assert_eq!(autograd::grad(|x| x[0].apply(&Xexp), &[1.0]), [2.0 * 1.0_f64.exp()]);
/// ```
pub trait Elementary: core::fmt::Debug + Clone + Send + Sync + 'static {
    /// The name in messages and listings.
    const NAME: &'static str;

    /// The function.
    fn value<T: Float>(&self, x: T) -> T;

    /// The derivative at `x`, where the function's value is `y`.
    fn derivative<A: Algebra>(&self, x: &A, y: &A) -> A;

    /// Whether the derivative at `x` is a choice among several. Beside `x`, on either side, it must be the derivative.
    fn is_kink<T: Float>(&self, _x: T) -> bool {
        false
    }
}

/// Calls a macro with the table. A line holds the documentation, the name of the function as a type, its name as a
/// method of [`Float`], and its derivative by argument `x` and result `y`.
macro_rules! with_elementary {
    ($callback:ident) => {
        $callback! {
            // The derivative from the result.
            /// eˣ; derivative eˣ.
            Exp, exp => |_x, y| y.clone();
            /// 2ˣ; derivative 2ˣ·ln 2.
            Exp2, exp2 => |_x, y| y.clone() * y.number(core::f64::consts::LN_2);
            /// √x; derivative 1/(2√x), infinite at 0.
            Sqrt, sqrt => |_x, y| y.number(0.5) / y.clone();
            /// ∛x; derivative 1/(3∛x²), infinite at 0.
            Cbrt, cbrt => |_x, y| (y.number(3.0) * y.clone() * y.clone()).recip();
            /// 1/x; derivative −1/x².
            Recip, recip => |_x, y| -(y.clone() * y.clone());
            /// tan x; derivative 1 + tan²x.
            Tan, tan => |_x, y| y.number(1.0) + y.clone() * y.clone();
            /// tanh x; derivative 1 − tanh²x, as (1 − y)(1 + y), which keeps its digits where y is near ±1.
            Tanh, tanh => |_x, y| (y.number(1.0) - y.clone()) * (y.number(1.0) + y.clone());
            // The derivative from the argument.
            /// eˣ − 1, accurate near 0; derivative eˣ.
            ExpM1, exp_m1 => |x, _y| x.exp();
            /// ln x; derivative 1/x.
            Ln, ln => |x, _y| x.recip();
            /// log₂ x; derivative 1/(x·ln 2).
            Log2, log2 => |x, _y| (x.clone() * x.number(core::f64::consts::LN_2)).recip();
            /// log₁₀ x; derivative 1/(x·ln 10).
            Log10, log10 => |x, _y| (x.clone() * x.number(core::f64::consts::LN_10)).recip();
            /// ln(1 + x), accurate near 0; derivative 1/(1 + x).
            Ln1p, ln_1p => |x, _y| (x.number(1.0) + x.clone()).recip();
            /// sin x; derivative cos x.
            Sin, sin => |x, _y| x.cos();
            /// cos x; derivative −sin x.
            Cos, cos => |x, _y| -x.sin();
            /// arcsin x; derivative 1/√(1 − x²).
            Asin, asin => |x, _y| one_minus_square(x).sqrt().recip();
            /// arccos x; derivative −1/√(1 − x²).
            Acos, acos => |x, _y| -one_minus_square(x).sqrt().recip();
            /// arctan x; derivative 1/(1 + x²).
            Atan, atan => |x, _y| (x.number(1.0) + x.clone() * x.clone()).recip();
            /// sinh x; derivative cosh x.
            Sinh, sinh => |x, _y| x.cosh();
            /// cosh x; derivative sinh x.
            Cosh, cosh => |x, _y| x.sinh();
            /// arsinh x; derivative 1/√(1 + x²).
            Asinh, asinh => |x, _y| (x.number(1.0) + x.clone() * x.clone()).sqrt().recip();
            /// arcosh x; derivative 1/(√(x − 1)·√(x + 1)).
            Acosh, acosh => |x, _y| {
                ((x.clone() - x.number(1.0)).sqrt() * (x.clone() + x.number(1.0)).sqrt()).recip()
            };
            /// artanh x; derivative 1/(1 − x²).
            Atanh, atanh => |x, _y| one_minus_square(x).recip();
        }
    };
}
pub(crate) use with_elementary;

/// 1 − x², as (1 − x)(1 + x), which keeps its digits where x is near ±1.
fn one_minus_square<A: Algebra>(x: &A) -> A {
    (x.number(1.0) - x.clone()) * (x.number(1.0) + x.clone())
}

/// Makes each line of the table an [`Elementary`].
macro_rules! implement_elementary {
    ($($(#[$doc:meta])* $function:ident, $name:ident => |$x:ident, $y:ident| $derivative:expr;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            pub struct $function;

            impl Elementary for $function {
                const NAME: &'static str = stringify!($name);

                // Always, so that a loop over an array becomes vector code.
                #[inline(always)]
                fn value<T: Float>(&self, x: T) -> T {
                    Float::$name(x)
                }

                #[inline]
                fn derivative<A: Algebra>(&self, $x: &A, $y: &A) -> A {
                    $derivative
                }
            }
        )*
    };
}

with_elementary!(implement_elementary);

/// xⁿ for a whole exponent; derivative n·xⁿ⁻¹, and 0 for n = 0 whatever x is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Powi(
    /// The exponent n.
    pub i32,
);

impl Elementary for Powi {
    const NAME: &'static str = "powi";

    #[inline]
    fn value<T: Float>(&self, x: T) -> T {
        Float::powi(x, self.0)
    }

    #[inline]
    fn derivative<A: Algebra>(&self, x: &A, _y: &A) -> A {
        match self.0 {
            0 => x.number(0.0),
            1 => x.number(1.0),
            // Saturating: n − 1 does not exist for the least n, and there the power is 0, 1 or ∞ either way.
            n => x.number(f64::from(n)) * x.powi(n.saturating_sub(1)),
        }
    }
}

/// Applies elementary functions that [`Float`] does not have, to plain numbers, dual numbers and recorded ones alike; for an
/// example see [`Elementary`].
pub trait ElementaryOps: Float {
    /// Applies a function given by its rule.
    #[must_use]
    fn apply<E: Elementary>(self, function: &E) -> Self;
}

impl ElementaryOps for f32 {
    #[inline]
    fn apply<E: Elementary>(self, function: &E) -> f32 {
        function.value(self)
    }
}

impl ElementaryOps for f64 {
    #[inline]
    fn apply<E: Elementary>(self, function: &E) -> f64 {
        function.value(self)
    }
}
