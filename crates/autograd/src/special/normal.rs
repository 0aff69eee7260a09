//! The distribution function of the normal distribution, which [`Gelu`](super::Gelu) weighs its argument with.

use num_traits::Float;

use super::Erfc;
use crate::algebra::{Algebra, number};
use crate::elementary::Elementary;

/// Φ(x) = ½ erfc(−x/√2), accurate where it is small; derivative φ(x) = exp(−x²/2)/√(2π).
///
/// Single precision has a formula of its own, which turns into vector code and is several times as short: ½ + x·S(x²) near 0,
/// and Φ(−|x|) = exp(−x²/2)·P(q)/(|x| + 3) with q = (|x| − 3)/(|x| + 3) elsewhere. Either loses no more than the digits of x²,
/// (1 + x²) times two units in the last place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Normal;

/// 1/√(2π)
const ROOT: f64 = 0.398_942_280_401_432_7;

/// S on [0, 1] and P on [1, 14.3], where Φ(−|x|) ends even as a denormal number: the polynomials of these degrees whose largest
/// relative error is least, by C. L. Lawson's iteration (1961) on 300 Chebyshev points in 40 digits; it is 7·10⁻¹⁰ and 1.3·10⁻⁸.
const S: [f64; 6] = [
    3.989_422_917e-1,
    -6.649_035_960e-2,
    9.973_322_973e-3,
    -1.186_329_988e-3,
    1.134_863_705e-4,
    -7.654_208_275e-6,
];
const P: [f64; 8] = [
    7.290_837_169e-1,
    -5.093_318_820e-1,
    2.300_167_531e-1,
    -4.726_513_848e-2,
    -1.044_429_187e-2,
    6.983_155_850e-3,
    9.092_774_126e-4,
    -1.021_917_327e-3,
];

impl Elementary for Normal {
    const NAME: &'static str = "normal_distribution";

    #[inline(always)]
    fn value<T: Float>(&self, x: T) -> T {
        // Of a known type the compiler knows the answer.
        if T::epsilon() < number(1e-10) {
            return number::<T>(0.5) * Erfc.value(x * number(-core::f64::consts::FRAC_1_SQRT_2));
        }
        let (one, size) = (T::one(), x.abs());
        let near = number::<T>(0.5) + x * polynomial(&S, x * x);
        let reciprocal = (size + number(3.0)).recip();
        let power = (x * x * number(-0.5)).exp();
        let tail = power * (reciprocal * polynomial(&P, one - number::<T>(6.0) * reciprocal));
        let far = if x > T::zero() { one - tail } else { tail };
        // Both are computed; NaN stays in either.
        if size < one { near } else { far }
    }

    #[inline(always)]
    fn derivative<A: Algebra>(&self, x: &A, _y: &A) -> A {
        (x.clone() * x.clone() * x.number(-0.5)).exp() * x.number(ROOT)
    }
}

/// Σᵢ cᵢ xⁱ.
#[inline(always)]
fn polynomial<T: Float>(coefficients: &[f64], x: T) -> T {
    coefficients
        .iter()
        .rev()
        .skip(1)
        .fold(number(coefficients[coefficients.len() - 1]), |sum, &c| sum * x + number(c))
}
