//! Smooth activations, elementwise: compositions of the exponential function that are accurate for arguments of any size.

use num_traits::Float;

use crate::algebra::{Algebra, number};
use crate::elementary::Elementary;
use crate::op::{ArrayAlgebra, map::apply};
#[cfg(test)]
use crate::{check::Case, op::map::Map};

/// σ(x) = 1/(1 + e⁻ˣ), computed as eˣ/(1 + eˣ) for x ≤ 0, so that nothing overflows and small results keep their digits.
///
/// Its derivative is σ(x)·σ(−x), which keeps its digits where σ is near 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sigmoid;

/// ln(1 + eˣ), computed as x + ln(1 + e⁻ˣ) for x > 0; the derivative is σ(x).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Softplus;

/// x·σ(x); the derivative is σ(x)·(1 + x·σ(−x)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Silu;

/// x·σ(2u) = x·(1 + tanh u)/2 with u = √(2/π)·(x + 0.044715·x³); the derivative is σ(2u)·(1 + x·σ(−2u)·2u′).
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

/// The logistic function 1/(1 + e⁻ˣ), elementwise.
///
/// # Gradient
///
/// σ(x)·σ(−x). No kink.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// assert_eq!(Array::vector(&[-1e3, 0.0, 1e3]).sigmoid().to_vec(), [0.0, 0.5, 1.0]);
/// ```
pub fn sigmoid<A: ArrayAlgebra>(x: &A) -> A {
    apply(Sigmoid, x)
}

/// ln(1 + eˣ), elementwise: a smooth max(x, 0).
///
/// # Gradient
///
/// σ(x) = 1/(1 + e⁻ˣ). No kink.
///
/// # Source
///
/// C. Dugas, Y. Bengio, F. Bélisle, C. Nadeau & R. Garcia 2001, *Incorporating second-order functional knowledge for better
/// option pricing*.
pub fn softplus<A: ArrayAlgebra>(x: &A) -> A {
    apply(Softplus, x)
}

/// x·σ(x), elementwise, also known as swish.
///
/// # Gradient
///
/// σ(x)·(1 + x·σ(−x)). No kink.
///
/// # Source
///
/// S. Elfwing, E. Uchibe & K. Doya 2017, *Sigmoid-weighted linear units for neural network function approximation in
/// reinforcement learning*, arXiv:1702.03118; P. Ramachandran, B. Zoph & Q. V. Le 2017, arXiv:1710.05941.
pub fn silu<A: ArrayAlgebra>(x: &A) -> A {
    apply(Silu, x)
}

/// x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2, elementwise: the approximation of x·Φ(x), with the normal distribution Φ, that
/// PyTorch calls `approximate="tanh"`. It differs from x·Φ(x) by less than 5·10⁻⁴.
///
/// # Gradient
///
/// σ(2u)·(1 + x·σ(−2u)·2u′) with u = √(2/π)·(x + 0.044715·x³). No kink.
///
/// # Source
///
/// D. Hendrycks & K. Gimpel 2016, *Gaussian error linear units*, arXiv:1606.08415.
pub fn gelu_tanh<A: ArrayAlgebra>(x: &A) -> A {
    apply(GeluTanh, x)
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let intervals = [-6.0..-1.0, -1.0..1.0, 1.0..6.0];
    let mut cases = Vec::new();
    for interval in intervals {
        cases.push(Case::new(Map(Sigmoid), &[&[2, 3]]).within(interval.clone()));
        cases.push(Case::new(Map(Softplus), &[&[2, 3]]).within(interval.clone()));
        cases.push(Case::new(Map(Silu), &[&[2, 3]]).within(interval.clone()));
        cases.push(Case::new(Map(GeluTanh), &[&[2, 3]]).within(interval));
    }
    cases.push(Case::new(Map(Sigmoid), &[&[0]]));
    cases
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
