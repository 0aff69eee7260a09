//! Functions beyond those of [`Float`](num_traits::Float), for numbers and arrays alike: activation functions, the error
//! function, the gamma function.
//!
//! One line of the table below makes a function a method of numbers ([`SpecialOps`]) and a function of arrays
//! ([`op::special`](crate::op::special)).

mod activation;
mod erf;
mod gamma;
mod normal;

pub use activation::{Elu, Gelu, GeluTanh, LeakyRelu, LogSigmoid, Sigmoid, Silu, Softplus};
pub use erf::{Erf, Erfc};
pub use gamma::{Digamma, LogGamma, Polygamma};

use crate::kink::KinkOps;

/// Calls a macro with the table. A line holds the documentation, the name with its parameters, and the function's rule.
macro_rules! with_special {
    ($callback:path) => {
        $callback! {
            /// 1/(1 + e⁻ˣ); see [`Sigmoid`](crate::special::Sigmoid).
            sigmoid() => crate::special::Sigmoid;
            /// −ln(1 + e⁻ˣ); see [`LogSigmoid`](crate::special::LogSigmoid).
            log_sigmoid() => crate::special::LogSigmoid;
            /// ln(1 + eˣ); see [`Softplus`](crate::special::Softplus).
            softplus() => crate::special::Softplus;
            /// x·σ(x); see [`Silu`](crate::special::Silu).
            silu() => crate::special::Silu;
            /// x·Φ(x); see [`Gelu`](crate::special::Gelu).
            gelu() => crate::special::Gelu;
            /// The approximation of x·Φ(x) by a hyperbolic tangent; see [`GeluTanh`](crate::special::GeluTanh).
            gelu_tanh() => crate::special::GeluTanh;
            /// x for x > 0, slope·x below; see [`LeakyRelu`](crate::special::LeakyRelu).
            leaky_relu(slope: f64) => crate::special::LeakyRelu { slope };
            /// x for x > 0, α·(eˣ − 1) below; see [`Elu`](crate::special::Elu).
            ///
            /// # Panics
            /// If α is negative or NaN.
            elu(alpha: f64) => crate::special::Elu::new(alpha);
            /// The error function; see [`Erf`](crate::special::Erf).
            erf() => crate::special::Erf;
            /// 1 − erf x; see [`Erfc`](crate::special::Erfc).
            erfc() => crate::special::Erfc;
            /// ln |Γ(x)|; see [`LogGamma`](crate::special::LogGamma).
            log_gamma() => crate::special::LogGamma;
            /// d/dx ln Γ(x); see [`Digamma`](crate::special::Digamma).
            digamma() => crate::special::Digamma;
            /// The derivative of this order of the digamma function; see [`Polygamma`](crate::special::Polygamma).
            polygamma(order: u32) => crate::special::Polygamma(order);
        }
    };
}
#[cfg(feature = "std")]
pub(crate) use with_special;

macro_rules! declare_special_ops {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $kind:ty),*) => $function:expr;)*) => {
        /// Functions beyond those of [`Float`](num_traits::Float), for plain numbers, dual numbers and recorded ones alike.
        ///
        /// ```
        /// use autograd::SpecialOps;
        ///
        /// let (value, gradient) = autograd::value_and_grad(|x| x[0].softplus(), &[0.0]);
        /// assert_eq!((value, gradient[0]), (2.0_f64.ln(), 0.5));
        /// assert_eq!(autograd::grad(|x| x[0].log_gamma(), &[1.0])[0], (1.0_f64).digamma());
        /// ```
        pub trait SpecialOps: KinkOps {
            $(
                $(#[$doc])*
                #[must_use]
                #[inline]
                #[track_caller]
                fn $name(self $(, $argument: $kind)*) -> Self {
                    self.apply(&$function)
                }
            )*
        }
    };
}

with_special!(declare_special_ops);

impl<T: KinkOps> SpecialOps for T {}
