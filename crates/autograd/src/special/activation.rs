//! The activation functions of networks that are no functions of [`Float`], each in the form that stays accurate for
//! arguments of any size.

use num_traits::Float;

use super::Erfc;
use crate::algebra::{Algebra, number};
use crate::elementary::Elementary;

/// σ(x) = 1/(1 + e⁻ˣ), computed as eˣ/(1 + eˣ) for x ≤ 0, so that nothing overflows and small results keep their digits.
///
/// Its derivative is σ(x)·σ(−x), which keeps its digits where σ is near 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sigmoid;

/// ln(1 + eˣ), computed as x + ln(1 + e⁻ˣ) for x > 0; the derivative is σ(x) (C. Dugas, Y. Bengio, F. Bélisle, C. Nadeau &
/// R. Garcia 2001, *Incorporating second-order functional knowledge for better option pricing*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Softplus;

/// x·σ(x), also known as swish; the derivative is σ(x)·(1 + x·σ(−x)) (S. Elfwing, E. Uchibe & K. Doya 2017, arXiv:1702.03118;
/// P. Ramachandran, B. Zoph & Q. V. Le 2017, arXiv:1710.05941).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Silu;

/// x·σ(2u) = x·(1 + tanh u)/2 with u = √(2/π)·(x + 0.044715·x³): the approximation of [`Gelu`] that PyTorch calls
/// `approximate="tanh"`, which differs by less than 5·10⁻⁴ (D. Hendrycks & K. Gimpel 2016, arXiv:1606.08415). The
/// derivative is σ(2u)·(1 + x·σ(−2u)·2u′).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GeluTanh;

/// √(2/π)·2
const TWICE_ROOT: f64 = 1.595_769_121_605_730_7;
/// The coefficient of x³ within the tangent of [`GeluTanh`].
const CUBIC: f64 = 0.044715;

/// σ(x), written so that both sides of an if are cheap.
#[inline(always)]
fn sigmoid_of<T: Float>(x: T) -> T {
    let positive = x > T::zero();
    let power = (if positive { -x } else { x }).exp();
    (if positive { T::one() } else { power }) / (T::one() + power)
}

/// σ(x) in the language of rules. 1/(1 + e⁻ˣ) underflows to 0 where e⁻ˣ overflows, which is where it would be beneath the
/// normal numbers.
#[inline(always)]
fn sigmoid_rule<A: Algebra>(x: &A) -> A {
    ((-x.clone()).exp() + x.number(1.0)).recip()
}

impl Elementary for Sigmoid {
    const NAME: &'static str = "sigmoid";

    #[inline(always)]
    fn value<T: Float>(&self, x: T) -> T {
        sigmoid_of(x)
    }

    #[inline(always)]
    fn derivative<A: Algebra>(&self, x: &A, y: &A) -> A {
        y.clone() * sigmoid_rule(&-x.clone())
    }
}

impl Elementary for Softplus {
    const NAME: &'static str = "softplus";

    #[inline(always)]
    fn value<T: Float>(&self, x: T) -> T {
        let positive = x > T::zero();
        let rest = (if positive { -x } else { x }).exp().ln_1p();
        if positive { x + rest } else { rest }
    }

    #[inline(always)]
    fn derivative<A: Algebra>(&self, x: &A, _y: &A) -> A {
        sigmoid_rule(x)
    }
}

impl Elementary for Silu {
    const NAME: &'static str = "silu";

    #[inline(always)]
    fn value<T: Float>(&self, x: T) -> T {
        x * sigmoid_of(x)
    }

    #[inline(always)]
    fn derivative<A: Algebra>(&self, x: &A, y: &A) -> A {
        sigmoid_rule(x) + y.clone() * sigmoid_rule(&-x.clone())
    }
}

impl Elementary for GeluTanh {
    const NAME: &'static str = "gelu_tanh";

    #[inline(always)]
    fn value<T: Float>(&self, x: T) -> T {
        x * sigmoid_of(number::<T>(TWICE_ROOT) * (x + number::<T>(CUBIC) * x * x * x))
    }

    #[inline(always)]
    fn derivative<A: Algebra>(&self, x: &A, y: &A) -> A {
        let square = x.clone() * x.clone();
        let twice = x.number(TWICE_ROOT) * x.clone() * (x.number(1.0) + x.number(CUBIC) * square.clone());
        let slope = x.number(TWICE_ROOT) * (x.number(1.0) + x.number(3.0 * CUBIC) * square);
        sigmoid_rule(&twice) + y.clone() * sigmoid_rule(&-twice.clone()) * slope
    }
}

/// ln σ(x) = −ln(1 + e⁻ˣ); derivative σ(−x).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogSigmoid;

impl Elementary for LogSigmoid {
    const NAME: &'static str = "log_sigmoid";

    #[inline]
    fn value<T: Float>(&self, x: T) -> T {
        -Softplus.value(-x)
    }

    #[inline]
    fn derivative<A: Algebra>(&self, x: &A, _y: &A) -> A {
        sigmoid_rule(&-x.clone())
    }
}

/// x·Φ(x) with the normal distribution function Φ(x) = ½ erfc(−x/√2); derivative Φ(x) + x·φ(x) with the density
/// φ(x) = exp(−x²/2)/√(2π) (D. Hendrycks & K. Gimpel 2016, arXiv:1606.08415).
///
/// Accurate for negative x too, where the form with 1 + erf loses all digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gelu;

impl Elementary for Gelu {
    const NAME: &'static str = "gelu";

    #[inline]
    fn value<T: Float>(&self, x: T) -> T {
        let scale: T = number(-core::f64::consts::FRAC_1_SQRT_2);
        x * number(0.5) * Erfc.value(x * scale)
    }

    #[inline]
    fn derivative<A: Algebra>(&self, x: &A, _y: &A) -> A {
        let distribution =
            x.number(0.5) * (x.clone() * x.number(-core::f64::consts::FRAC_1_SQRT_2)).map(&Erfc);
        let density = (x.clone() * x.clone() * x.number(-0.5)).exp() * x.number(0.398_942_280_401_432_7);
        distribution + x.clone() * density
    }
}

/// x for x > 0, slope·x for x < 0 (A. L. Maas, A. Y. Hannun & A. Y. Ng 2013, *Rectifier nonlinearities improve neural network
/// acoustic models*); derivative 1 and the slope, and at 0 the number between them that is nearest to 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LeakyRelu {
    /// The slope for negative x.
    pub slope: f64,
}

impl LeakyRelu {
    /// The element of minimum norm of the subdifferential at 0, the interval between the slope and 1.
    fn at_zero(&self) -> f64 {
        self.slope.clamp(0.0, 1.0)
    }
}

impl Elementary for LeakyRelu {
    const NAME: &'static str = "leaky_relu";

    #[inline]
    fn value<T: Float>(&self, x: T) -> T {
        if x > T::zero() {
            x
        } else if x < T::zero() {
            x * number(self.slope)
        } else {
            // Zero, or NaN. As a product it keeps the chosen slope when `x` is itself a dual number or recorded.
            x * number(self.at_zero())
        }
    }

    #[inline]
    fn derivative<A: Algebra>(&self, x: &A, _y: &A) -> A {
        if self.slope == 1.0 {
            return x.step(1.0) + (-x.clone()).step(0.0);
        }
        let rise = 1.0 - self.slope;
        x.number(self.slope) + x.number(rise) * x.step((self.at_zero() - self.slope) / rise)
    }

    #[inline]
    fn is_kink<T: Float>(&self, x: T) -> bool {
        x == T::zero() && self.slope != 1.0
    }
}

/// x for x > 0, α·(eˣ − 1) for x ≤ 0 (D.-A. Clevert, T. Unterthiner & S. Hochreiter 2015, arXiv:1511.07289); derivative 1
/// and α·eˣ. At 0, unless α = 1, the number between α and 1 that is nearest to 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Elu {
    /// The limit −α for x → −∞; not negative.
    pub alpha: f64,
}

impl Elu {
    /// The function with this limit −α for x → −∞.
    ///
    /// # Panics
    /// If α is negative or NaN.
    #[track_caller]
    pub fn new(alpha: f64) -> Self {
        assert!(alpha >= 0.0, "the limit of elu for x → −∞ is −α with α ≥ 0, found {alpha}");
        Self { alpha }
    }
}

impl Elementary for Elu {
    const NAME: &'static str = "elu";

    #[inline]
    fn value<T: Float>(&self, x: T) -> T {
        if x > T::zero() {
            x
        } else if x < T::zero() {
            x.exp_m1() * number(self.alpha)
        } else {
            x * number(self.alpha.min(1.0))
        }
    }

    #[inline]
    fn derivative<A: Algebra>(&self, x: &A, _y: &A) -> A {
        x.map(&EluSlope { alpha: self.alpha })
    }

    #[inline]
    fn is_kink<T: Float>(&self, x: T) -> bool {
        x == T::zero() && self.alpha != 1.0
    }
}

/// The derivative of [`Elu`]: 1 for x > 0, α·eˣ for x < 0, min(α, 1) at 0; its own derivative is 0, α·eˣ, and 0 at 0.
#[derive(Debug, Clone, Copy, PartialEq)]
struct EluSlope {
    alpha: f64,
}

impl Elementary for EluSlope {
    const NAME: &'static str = "elu_slope";

    #[inline]
    fn value<T: Float>(&self, x: T) -> T {
        if x > T::zero() {
            T::one()
        } else if x == T::zero() {
            number(self.alpha.min(1.0))
        } else {
            x.exp() * number(self.alpha)
        }
    }

    #[inline]
    fn derivative<A: Algebra>(&self, x: &A, y: &A) -> A {
        y.clone() * (-x.clone()).step(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elementary::ElementaryOps;

    /// At 0 the formula changes: no derivative is lost there, in any mode.
    #[test]
    fn derivatives_at_zero() {
        macro_rules! check {
            ($function:expr, $first:expr, $second:expr) => {
                assert_eq!(crate::grad(|x| x[0].apply(&$function), &[0.0_f64]), [$first]);
                assert_eq!(crate::jvp(|x| x[0].apply(&$function), &[0.0_f64], &[1.0]).1, $first);
                let second = crate::hessian(|x| x[0].apply(&$function), &[0.0_f64])[0][0];
                assert!((second - $second).abs() < 1e-15, "{second}");
            };
        }
        check!(Sigmoid, 0.25, 0.0);
        check!(Softplus, 0.5, 0.25);
        check!(Silu, 0.5, 0.5);
        check!(GeluTanh, 0.5, TWICE_ROOT / 2.0);
    }

    #[test]
    fn nothing_overflows() {
        for x in [-1e4_f64, 1e4] {
            assert_eq!(x.apply(&Sigmoid), if x > 0.0 { 1.0 } else { 0.0 });
            assert_eq!(x.apply(&Softplus), x.max(0.0));
            assert_eq!(x.apply(&Silu), if x > 0.0 { x } else { -0.0 });
            assert_eq!(crate::grad(|x| x[0].apply(&GeluTanh), &[x]), [if x > 0.0 { 1.0 } else { 0.0 }]);
        }
    }
}
