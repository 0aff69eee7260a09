//! The error function and its complement.
//!
//! The rational approximations, and their coefficients, are those of FreeBSD's msun library (`s_erf.c`), written for every
//! [`Float`] so that derivatives pass through:
//!
//! ```text
//! Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved.
//!
//! Developed at SunPro, a Sun Microsystems, Inc. business.
//! Permission to use, copy, modify, and distribute this
//! software is freely granted, provided that this notice
//! is preserved.
//! ```

use num_traits::Float;

use crate::algebra::{Algebra, number};
use crate::elementary::Elementary;

/// erf x = 2/√π · ∫₀ˣ exp(−t²) dt; derivative 2/√π · exp(−x²).
///
/// Within 1 ulp in `f64`, and 3 in `f32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Erf;

impl Elementary for Erf {
    const NAME: &'static str = "erf";

    fn value<T: Float>(&self, x: T) -> T {
        let size = x.abs();
        if size < number(0.84375) {
            return x + x * near_zero(x);
        }
        let one = T::one();
        let far = one - tail(size);
        if x < T::zero() { -far } else { far }
    }

    fn derivative<A: Algebra>(&self, x: &A, _y: &A) -> A {
        x.number(core::f64::consts::FRAC_2_SQRT_PI) * (-(x.clone() * x.clone())).exp()
    }
}

/// erfc x = 1 − erf x, accurate where it is small; derivative −2/√π · exp(−x²).
///
/// Within 3 ulp in `f64`, and 5 in `f32`, down to the least normal number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Erfc;

impl Elementary for Erfc {
    const NAME: &'static str = "erfc";

    fn value<T: Float>(&self, x: T) -> T {
        let size = x.abs();
        let (one, two) = (T::one(), number::<T>(2.0));
        if size < number(0.84375) {
            let rest = x * near_zero(x);
            let half = number(0.5);
            return if x < number(0.25) { one - (x + rest) } else { half - (x - half + rest) };
        }
        if x < T::zero() { two - tail(size) } else { tail(size) }
    }

    fn derivative<A: Algebra>(&self, x: &A, _y: &A) -> A {
        x.number(-core::f64::consts::FRAC_2_SQRT_PI) * (-(x.clone() * x.clone())).exp()
    }
}

/// (erf x)/x − 1 for |x| < 0.84375.
fn near_zero<T: Float>(x: T) -> T {
    let square = x * x;
    polynomial(&NEAR_P, square) / polynomial(&NEAR_Q, square)
}

/// erfc x for x ≥ 0.84375; NaN for NaN.
fn tail<T: Float>(x: T) -> T {
    let one = T::one();
    if x >= number(28.0) {
        return T::zero();
    }
    if x < number(1.25) {
        let s = x - one;
        return one - number(ERF_OF_ONE) - polynomial(&ONE_P, s) / polynomial(&ONE_Q, s);
    }
    let s = (x * x).recip();
    let ratio = if x < number(1.0 / 0.35) {
        polynomial(&FAR_R, s) / polynomial(&FAR_S, s)
    } else {
        polynomial(&TAIL_R, s) / polynomial(&TAIL_S, s)
    };
    // −x² = −z² + (z − x)(z + x), where z² is exact.
    let z = leading_digits(x);
    (-(z * z) - number(0.5625)).exp() * ((z - x) * (z + x) + ratio).exp() / x
}

/// The constant of the first twelve binary digits of `x`, whose square is exact in `f32` too.
fn leading_digits<T: Float>(x: T) -> T {
    let bits = x.to_f64().unwrap_or(f64::NAN).to_bits();
    number(f64::from_bits(bits & !((1 << 41) - 1)))
}

/// Σᵢ cᵢ xⁱ.
fn polynomial<T: Float>(coefficients: &[f64], x: T) -> T {
    coefficients.iter().rev().fold(T::zero(), |sum, &coefficient| sum * x + number(coefficient))
}

/// erf 1, rounded to single precision.
const ERF_OF_ONE: f64 = 0.845_062_911_510_467_5;
/// P and Q of R = P/Q on [0, 0.84375].
const NEAR_P: [f64; 5] = [
    0.128_379_167_095_512_56,
    -0.325_042_107_247_001_5,
    -0.028_481_749_575_598_51,
    -0.005_770_270_296_489_442,
    -2.376_301_665_665_016_3e-05,
];
const NEAR_Q: [f64; 6] = [
    1.0,
    0.397_917_223_959_155_35,
    0.065_022_249_988_767_3,
    0.005_081_306_281_875_766,
    0.000_132_494_738_004_321_64,
    -3.960_228_278_775_368e-06,
];
/// On [0.84375, 1.25], about 1.
const ONE_P: [f64; 7] = [
    -0.002_362_118_560_752_659_4,
    0.414_856_118_683_748_33,
    -0.372_207_876_035_701_3,
    0.318_346_619_901_161_75,
    -0.110_894_694_282_396_68,
    0.035_478_304_325_618_236,
    -0.002_166_375_594_868_791,
];
const ONE_Q: [f64; 7] = [
    1.0,
    0.106_420_880_400_844_23,
    0.540_397_917_702_171,
    0.071_828_654_414_196_27,
    0.126_171_219_808_761_64,
    0.013_637_083_912_029_05,
    0.011_984_499_846_799_107,
];
/// On [1.25, 1/0.35], in 1/x².
const FAR_R: [f64; 8] = [
    -0.009_864_944_034_847_148,
    -0.693_858_572_707_181_8,
    -10.558_626_225_323_291,
    -62.375_332_450_326_006,
    -162.396_669_462_573_47,
    -184.605_092_906_711_04,
    -81.287_435_506_306_6,
    -9.814_329_344_169_145,
];
const FAR_S: [f64; 9] = [
    1.0,
    19.651_271_667_439_257,
    137.657_754_143_519_04,
    434.565_877_475_229_23,
    645.387_271_733_267_9,
    429.008_140_027_567_83,
    108.635_005_541_779_44,
    6.570_249_770_319_282,
    -0.060_424_415_214_858_1,
];
/// On [1/0.35, 28], in 1/x².
const TAIL_R: [f64; 7] = [
    -0.009_864_942_924_700_1,
    -0.799_283_237_680_523,
    -17.757_954_917_754_752,
    -160.636_384_855_821_92,
    -637.566_443_368_389_6,
    -1_025.095_131_611_077_2,
    -483.519_191_608_651_4,
];
const TAIL_S: [f64; 8] = [
    1.0,
    30.338_060_743_482_46,
    325.792_512_996_573_9,
    1_536.729_586_084_437,
    3_199.858_219_508_595_5,
    2_553.050_406_433_164_4,
    474.528_541_206_955_37,
    -22.440_952_446_585_82,
];
