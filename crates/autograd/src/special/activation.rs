//! The activation functions of networks that are no functions of [`Float`], each in the form that stays accurate for
//! arguments of any size.

use num_traits::Float;

use super::Erfc;
use crate::algebra::{Algebra, number};
use crate::elementary::Elementary;

/// σ(x) = 1/(1 + e⁻ˣ); derivative σ(x)·σ(−x), which keeps its digits on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sigmoid;

impl Elementary for Sigmoid {
    const NAME: &'static str = "sigmoid";

    #[inline]
    fn value<T: Float>(&self, x: T) -> T {
        let small = (-x.abs()).exp();
        let numerator = if x < T::zero() { small } else { T::one() };
        numerator / (T::one() + small)
    }

    #[inline]
    fn derivative<A: Algebra>(&self, x: &A, y: &A) -> A {
        y.clone() * (-x.clone()).map(&Sigmoid)
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
        (-x.clone()).map(&Sigmoid)
    }
}

/// ln(1 + eˣ), as max(x, 0) + ln(1 + e^−|x|); derivative σ(x).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Softplus;

impl Elementary for Softplus {
    const NAME: &'static str = "softplus";

    #[inline]
    fn value<T: Float>(&self, x: T) -> T {
        if x > T::zero() { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() }
    }

    #[inline]
    fn derivative<A: Algebra>(&self, x: &A, _y: &A) -> A {
        x.map(&Sigmoid)
    }
}

/// x·σ(x), also called swish; derivative σ(x)·(1 + x·σ(−x)) (D. Hendrycks & K. Gimpel 2016, arXiv:1606.08415; S. Elfwing,
/// E. Uchibe & K. Doya 2017, arXiv:1702.03118).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Silu;

impl Elementary for Silu {
    const NAME: &'static str = "silu";

    #[inline]
    fn value<T: Float>(&self, x: T) -> T {
        x * Sigmoid.value(x)
    }

    #[inline]
    fn derivative<A: Algebra>(&self, x: &A, y: &A) -> A {
        x.map(&Sigmoid) + y.clone() * (-x.clone()).map(&Sigmoid)
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
        let scale: T = number(-std::f64::consts::FRAC_1_SQRT_2);
        x * number(0.5) * Erfc.value(x * scale)
    }

    #[inline]
    fn derivative<A: Algebra>(&self, x: &A, _y: &A) -> A {
        let distribution =
            x.number(0.5) * (x.clone() * x.number(-std::f64::consts::FRAC_1_SQRT_2)).map(&Erfc);
        let density = (x.clone() * x.clone() * x.number(-0.5)).exp() * x.number(0.398_942_280_401_432_7);
        distribution + x.clone() * density
    }
}

/// ½x·(1 + tanh u) with u = √(2/π)·(x + 0.044715·x³), the approximation of [`Gelu`] by D. Hendrycks & K. Gimpel 2016,
/// arXiv:1606.08415; written as x·σ(2u), which is the same and keeps its digits for negative x. Derivative
/// σ(2u) + 2x·σ(2u)·σ(−2u)·u′.
///
/// The derivative is finite for |x| up to the root of the largest number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GeluTanh;

/// 2√(2/π), and 0.044715 times it.
const TWICE_ROOT: f64 = 1.595_769_121_605_731;
const CUBIC: f64 = 0.044_715 * TWICE_ROOT;

impl Elementary for GeluTanh {
    const NAME: &'static str = "gelu_tanh";

    #[inline]
    fn value<T: Float>(&self, x: T) -> T {
        let (linear, cubic): (T, T) = (number(TWICE_ROOT), number(CUBIC));
        x * Sigmoid.value(x * (linear + cubic * x * x))
    }

    #[inline]
    fn derivative<A: Algebra>(&self, x: &A, y: &A) -> A {
        let square = x.clone() * x.clone();
        let twice = x.clone() * (x.number(TWICE_ROOT) + x.number(CUBIC) * square.clone());
        let slope = x.number(TWICE_ROOT) + x.number(3.0 * CUBIC) * square;
        twice.map(&Sigmoid) + y.clone() * (-twice).map(&Sigmoid) * slope
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
