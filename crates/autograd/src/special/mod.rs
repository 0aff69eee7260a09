//! Functions beyond those of [`Float`](num_traits::Float), for numbers and arrays alike: activation functions, the error
//! function, the gamma function.
//!
//! One line of the table below makes a function a method of numbers ([`SpecialOps`]) and a function of arrays
//! (module `op::special`). The types say how each is computed, how accurate it is, and where it comes from.
//!
//! ```
//! use autograd::special::{Gelu, Sigmoid};
//! use autograd::{Algebra, Elementary, SpecialOps};
//!
//! // A method of numbers, and a rule by which others are written.
//! assert_eq!(1.0.sigmoid(), Sigmoid.value(1.0));
//! assert_eq!(autograd::grad(|x| x[0].gelu(), &[0.0]), [Gelu.derivative(&0.0, &0.0)]);
//! assert_eq!(0.5.map(&Sigmoid), 0.5.sigmoid());
//! ```

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
            /// σ(x) = 1/(1 + e⁻ˣ); derivative σ(x)·σ(−x). See [`Sigmoid`](crate::special::Sigmoid).
            sigmoid() => crate::special::Sigmoid;
            /// ln σ(x) = −ln(1 + e⁻ˣ); derivative σ(−x). See [`LogSigmoid`](crate::special::LogSigmoid).
            log_sigmoid() => crate::special::LogSigmoid;
            /// ln(1 + eˣ); derivative σ(x). See [`Softplus`](crate::special::Softplus).
            softplus() => crate::special::Softplus;
            /// x·σ(x); derivative σ(x)·(1 + x·σ(−x)). See [`Silu`](crate::special::Silu).
            silu() => crate::special::Silu;
            /// x·Φ(x) with the normal distribution function Φ; derivative Φ(x) + x·φ(x) with its density φ. See
            /// [`Gelu`](crate::special::Gelu).
            gelu() => crate::special::Gelu;
            /// x·σ(2u), the approximation of x·Φ(x) by u = √(2/π)·(x + 0.044715·x³); derivative σ(2u)·(1 + x·σ(−2u)·2u′). See
            /// [`GeluTanh`](crate::special::GeluTanh).
            gelu_tanh() => crate::special::GeluTanh;
            /// x for x > 0, slope·x below; derivative 1 and the slope, at the kink 0 the number between the two that is nearest
            /// to 0. See [`LeakyRelu`](crate::special::LeakyRelu).
            leaky_relu(slope: f64) => crate::special::LeakyRelu { slope };
            /// x for x > 0, α·(eˣ − 1) below; derivative 1 and α·eˣ, at 0, which is a kink unless α = 1, the lesser of 1 and α.
            /// See [`Elu`](crate::special::Elu).
            ///
            /// # Panics
            /// If α is negative or NaN.
            elu(alpha: f64) => crate::special::Elu::new(alpha);
            /// erf x = 2/√π · ∫₀ˣ exp(−t²) dt; derivative 2/√π · exp(−x²). See [`Erf`](crate::special::Erf).
            erf() => crate::special::Erf;
            /// 1 − erf x, accurate where it is small; derivative −2/√π · exp(−x²). See [`Erfc`](crate::special::Erfc).
            erfc() => crate::special::Erfc;
            /// ln |Γ(x)|; derivative ψ(x), the digamma function. See [`LogGamma`](crate::special::LogGamma).
            log_gamma() => crate::special::LogGamma;
            /// ψ(x) = d/dx ln Γ(x); derivative ψ⁽¹⁾(x). See [`Digamma`](crate::special::Digamma).
            digamma() => crate::special::Digamma;
            /// ψ⁽ⁿ⁾(x), the derivative of order n of the digamma function; derivative ψ⁽ⁿ⁺¹⁾(x). See
            /// [`Polygamma`](crate::special::Polygamma).
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
