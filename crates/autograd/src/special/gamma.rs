//! The logarithm of the gamma function and its derivatives.

use num_traits::Float;
use smallvec::SmallVec;

use crate::algebra::{Algebra, number};
use crate::elementary::Elementary;

/// ln |Γ(x)|; derivative [`Digamma`]. +∞ at 0, −1, −2, …
///
/// The value is that of the `libm` crate (after FreeBSD's msun): within 4 ulp for x > 0, and 4ε·max(1, |ln |Γ(x)||) else.
/// In nested types the derivatives of the value are those of Stirling's series, within 10⁻¹⁴.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogGamma;

impl Elementary for LogGamma {
    const NAME: &'static str = "log_gamma";

    fn value<T: Float>(&self, x: T) -> T {
        let precise: T = number(libm::lgamma(x.to_f64().unwrap_or(f64::NAN)));
        let series = stirling(x);
        let value: T = number(series.to_f64().unwrap_or(f64::NAN));
        // The series less its own value: 0, with all derivatives.
        if value.is_finite() { precise + (series - value) } else { precise }
    }

    fn derivative<A: Algebra>(&self, x: &A, _y: &A) -> A {
        x.map(&Digamma)
    }
}

/// ψ(x) = d/dx ln Γ(x); derivative [`Polygamma`] of order 1. NaN at its poles 0, −1, −2, …
///
/// Within 4ε·max(1, |ψ(x)|) for x > 0; for x < 0, where a pole is near and the argument's rounding counts, within
/// 16ε·(1 + |x|)·max(1, |ψ(x)|²).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Digamma;

impl Elementary for Digamma {
    const NAME: &'static str = "digamma";

    fn value<T: Float>(&self, x: T) -> T {
        polygamma(0, x)
    }

    fn derivative<A: Algebra>(&self, x: &A, _y: &A) -> A {
        x.map(&Polygamma(1))
    }
}

/// ψ⁽ⁿ⁾(x), the derivative of order n of the [`Digamma`] function; derivative ψ⁽ⁿ⁺¹⁾. At the poles 0, −1, −2, … it is +∞ for
/// odd n and NaN for even n.
///
/// By recurrence up to x ≥ 12 + 2n and the asymptotic series there, by reflection for x < ½ (NIST Digital Library of
/// Mathematical Functions, 5.15). Within 16ε relatively for x > 0 and n ≤ 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Polygamma(
    /// The order n.
    pub u32,
);

impl Elementary for Polygamma {
    const NAME: &'static str = "polygamma";

    fn value<T: Float>(&self, x: T) -> T {
        polygamma(self.0, x)
    }

    fn derivative<A: Algebra>(&self, x: &A, _y: &A) -> A {
        x.map(&Polygamma(self.0 + 1))
    }
}

/// B₂ₖ of the asymptotic series, k = 1, 2, …
const BERNOULLI: [f64; 10] = [
    1.0 / 6.0,
    -1.0 / 30.0,
    1.0 / 42.0,
    -1.0 / 30.0,
    5.0 / 66.0,
    -691.0 / 2730.0,
    7.0 / 6.0,
    -3617.0 / 510.0,
    43867.0 / 798.0,
    -174_611.0 / 330.0,
];

/// The distance to the nearest whole number, whose sines and tangents are those of the number up to sign.
fn beside_whole<T: Float>(x: T) -> T {
    x - x.round()
}

fn pi<T: Float>() -> T {
    number(core::f64::consts::PI)
}

/// ln |Γ(x)| by Stirling's series: within 10⁻¹⁴ of it, relatively or absolutely.
fn stirling<T: Float>(x: T) -> T {
    let half = number(0.5);
    if x < half {
        // Γ(x)·Γ(1 − x) = π/sin πx.
        return (pi::<T>() / (pi::<T>() * beside_whole(x)).sin().abs()).ln() - stirling(T::one() - x);
    }
    let mut z = x;
    let mut product = T::one();
    while z < number(10.0) {
        product = product * z;
        z = z + T::one();
    }
    let inverse = z.recip();
    let series = (1..=8).rev().fold(T::zero(), |sum, k| {
        let coefficient = BERNOULLI[k - 1] / ((2 * k * (2 * k - 1)) as f64);
        sum * inverse * inverse + number(coefficient)
    }) * inverse;
    let half_ln_tau = number(0.918_938_533_204_672_8);
    (z - half) * z.ln() - z + half_ln_tau + series - product.ln()
}

fn polygamma<T: Float>(n: u32, x: T) -> T {
    if x.is_nan() || (x <= T::zero() && x == x.round()) {
        return if n % 2 == 1 && !x.is_nan() { T::infinity() } else { T::nan() };
    }
    let odd = |n: u32, x: T| if n % 2 == 1 { -x } else { x };
    if x < number(0.5) {
        // ψ⁽ⁿ⁾(x) = (−1)ⁿ ψ⁽ⁿ⁾(1 − x) − dⁿ/dxⁿ π cot πx.
        return odd(n, polygamma(n, T::one() - x)) - cotangent(n, beside_whole(x));
    }
    let end = number(12.0 + 2.0 * f64::from(n));
    let factorial = (1..=n).fold(1.0, |product, k| product * f64::from(k));
    // ψ⁽ⁿ⁾(x) = ψ⁽ⁿ⁾(x + 1) − (−1)ⁿ n!/xⁿ⁺¹; the small terms are added up first.
    let mut z = x;
    let mut passed: SmallVec<[T; 24]> = SmallVec::new();
    while z < end {
        passed.push(z);
        z = z + T::one();
    }
    let sum = passed.iter().rev().fold(T::zero(), |sum, z| sum + z.powi(-(n as i32) - 1));
    let inverse = z.recip();
    // B₂ₖ·(2k + n − 1)!/(2k)!, where for n = 0 this is B₂ₖ/2k.
    let mut series = T::zero();
    for k in (1..=BERNOULLI.len()).rev() {
        let order = 2 * k as u32;
        let quotient = if n == 0 {
            1.0 / f64::from(order)
        } else {
            (order + 1..order + n).fold(1.0, |product, k| product * f64::from(k))
        };
        series = (series + number(BERNOULLI[k - 1] * quotient)) * inverse * inverse;
    }
    // For n ≥ 1 with the sign (−1)ⁿ⁺¹, and for n = 0 with the logarithm for the leading term.
    if n == 0 {
        return z.ln() - (inverse * number(0.5) + series) - sum;
    }
    let leading = number::<T>(factorial / f64::from(n)) * inverse.powi(n as i32);
    let next = number::<T>(factorial / 2.0) * inverse.powi(n as i32 + 1);
    odd(n + 1, leading + next + series * inverse.powi(n as i32) + number::<T>(factorial) * sum)
}

/// dⁿ/dxⁿ of π cot πx for |x| ≤ ½: πⁿ⁺¹ times a polynomial in c = cot πx, by d/dx cot πx = −π(1 + cot² πx).
fn cotangent<T: Float>(n: u32, x: T) -> T {
    let mut coefficients: SmallVec<[f64; 8]> = SmallVec::from_slice(&[0.0, 1.0]);
    for _ in 0..n {
        let mut next: SmallVec<[f64; 8]> = SmallVec::from_elem(0.0, coefficients.len() + 1);
        for (power, &coefficient) in coefficients.iter().enumerate().skip(1) {
            let slope = power as f64 * coefficient;
            next[power - 1] -= slope;
            next[power + 1] -= slope;
        }
        coefficients = next;
    }
    // Near ½ the tangent of the distance from there, which vanishes where the cotangent does.
    let quarter: T = number(0.25);
    let from_half: T = number::<T>(0.5) - x.abs();
    let c = if x.abs() < quarter {
        (pi::<T>() * x).tan().recip()
    } else {
        (pi::<T>() * from_half).tan() * x.signum()
    };
    let polynomial =
        coefficients.iter().rev().fold(T::zero(), |sum, &coefficient| sum * c + number(coefficient));
    polynomial * pi::<T>().powi(n as i32 + 1)
}
