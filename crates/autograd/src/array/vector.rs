//! Elementary functions without calls and branches, so that a loop of them turns into vector code.
//!
//! What an if chooses between is computed both ways, exponents are moved in and out through the bits of a number, and whole
//! numbers are rounded to by adding a number so large that no digit is left behind the point.

/// The functions for `f32`.
pub(super) mod single {
    use std::f32::consts::LOG2_E;

    /// 1.5·2²³: adding it leaves the nearest whole number in the low bits.
    const ROUND: f32 = 12_582_912.0;
    /// ln 2 in two parts; the first has few digits, so that its product with an exponent is exact.
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;

    /// 2ⁿ for a whole number n from −126 to 127, given as n + ROUND.
    #[inline(always)]
    fn power_of_two(rounded: f32) -> f32 {
        f32::from_bits(rounded.to_bits().wrapping_add(127) << 23)
    }

    /// (n + ROUND, eʳ − 1) with x = n·ln 2 + r and |r| ≤ ln 2 / 2.
    ///
    /// The polynomial is that of S. L. Moshier's Cephes library, `expf`.
    #[inline(always)]
    fn reduced(x: f32) -> (f32, f32) {
        let rounded = x * LOG2_E + ROUND;
        let n = rounded - ROUND;
        let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
        let mut p = 1.987_569_1e-4;
        p = p * r + 1.398_199_9e-3;
        p = p * r + 8.333_452e-3;
        p = p * r + 4.166_579_6e-2;
        p = p * r + 1.666_666_5e-1;
        p = p * r + 5e-1;
        (rounded, r * r * p + r)
    }

    #[inline(always)]
    pub(crate) fn exp(x: f32) -> f32 {
        // Beyond these it is 0 and infinite; NaN stays.
        let x = if x > 89.0 { 89.0 } else { x };
        let x = if x < -104.0 { -104.0 } else { x };
        let (rounded, minus_one) = reduced(x);
        let n = rounded - ROUND;
        // In two steps: 2ⁿ alone need not be a normal number, nor a finite one.
        let half = n * 0.5 + ROUND;
        let rest = (n - (half - ROUND)) + ROUND;
        (minus_one + 1.0) * power_of_two(half) * power_of_two(rest)
    }

    #[inline(always)]
    pub(crate) fn exp_m1(x: f32) -> f32 {
        let bounded = if x > 89.0 { 89.0 } else { x };
        let bounded = if bounded < -18.0 { -18.0 } else { bounded };
        let (rounded, minus_one) = reduced(bounded);
        let n = rounded - ROUND;
        let half = n * 0.5 + ROUND;
        let (scale, rest) = (power_of_two(half), power_of_two((n - (half - ROUND)) + ROUND));
        // Where n = 0 the result keeps every digit of the polynomial, and elsewhere 1 is taken from 2ⁿ, not from eˣ.
        let large = minus_one * scale * rest + (scale * rest - 1.0);
        // 2ⁿ alone overflows before its product with a number below 1 does.
        let overflowing = (minus_one + 1.0) * scale * rest;
        let result = if x > 80.0 { overflowing } else { large };
        if x == 0.0 { x } else { result }
    }

    /// tanh |x| = t/(t + 2) with t = exp 2|x| − 1.
    #[inline(always)]
    pub(crate) fn tanh(x: f32) -> f32 {
        let size = x.abs();
        // From here on it is 1.
        let bounded = if size > 10.0 { 10.0 } else { size };
        let (rounded, minus_one) = reduced(2.0 * bounded);
        let scale = power_of_two(rounded);
        let t = minus_one * scale + (scale - 1.0);
        (t / (t + 2.0)).copysign(x)
    }

    /// (k, f) with x = 2ᵏ(1 + f) and √½ ≤ 1 + f < √2, for a normal positive x.
    #[inline(always)]
    fn parted(x: f32) -> (f32, f32) {
        const ROOT_OF_HALF: u32 = 0x3f35_04f3;
        let bits = x.to_bits().wrapping_add(0x3f80_0000 - ROOT_OF_HALF);
        let k = (bits >> 23) as i32 - 127;
        (k as f32, f32::from_bits((bits & 0x007f_ffff) + ROOT_OF_HALF) - 1.0)
    }

    /// ln(1 + f) = f − (f²/2 − s(f²/2 + R(s²))) with s = f/(2 + f), plus k·ln 2, plus a correction that was rounded off.
    ///
    /// The polynomial is that of FreeBSD's `logf`.
    #[inline(always)]
    fn logarithm(k: f32, f: f32, correction: f32) -> f32 {
        let s = f / (2.0 + f);
        let z = s * s;
        let w = z * z;
        let r = z * (0.666_666_6 + w * 0.284_987_87) + w * (0.400_009_72 + w * 0.242_790_79);
        let half_square = 0.5 * f * f;
        let low = k * LN_2_LOW + correction;
        s * (half_square + r) + low - half_square + f + k * LN_2_HIGH
    }

    #[inline(always)]
    pub(crate) fn ln(x: f32) -> f32 {
        // Numbers below the normal ones are lifted by 2²⁵.
        let small = x < f32::MIN_POSITIVE;
        let (k, f) = parted(if small { x * 33_554_432.0 } else { x });
        let result = logarithm(if small { k - 25.0 } else { k }, f, 0.0);
        let result = if x < f32::INFINITY { result } else { x };
        let result = if x == 0.0 { f32::NEG_INFINITY } else { result };
        if x < 0.0 { f32::NAN } else { result }
    }

    #[inline(always)]
    pub(crate) fn ln_1p(x: f32) -> f32 {
        let u = 1.0 + x;
        let (k, f) = parted(u);
        // What 1 + x lost, relative to it.
        let lost = if x < 1.0 { x - (u - 1.0) } else { 1.0 - (u - x) };
        // Where k = 0 nothing need be lost at all.
        let (f, correction) = if k == 0.0 { (x, 0.0) } else { (f, lost / u) };
        let result = logarithm(k, f, correction);
        let result = if x < f32::INFINITY { result } else { x };
        let result = if x == -1.0 { f32::NEG_INFINITY } else { result };
        let result = if x < -1.0 { f32::NAN } else { result };
        // Here it is x, sign of zero included, and the polynomial's squares would only fall below the normal numbers.
        if x.abs() < 1e-8 { x } else { result }
    }
}

/// The functions for `f64`.
pub(super) mod double {
    use std::f64::consts::LOG2_E;

    /// 1.5·2⁵²: adding it leaves the nearest whole number in the low bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    /// ln 2 in two parts; the first has 33 bits, so that its product with an exponent is exact.
    const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

    /// 2ⁿ for a whole number n from −1022 to 1023, given as n + ROUND.
    #[inline(always)]
    fn power_of_two(rounded: f64) -> f64 {
        f64::from_bits(rounded.to_bits().wrapping_add(1023) << 52)
    }

    /// (n + ROUND, eʳ − 1) with x = n·ln 2 + r and |r| ≤ ln 2 / 2: eʳ − 1 = r + r·c/(2 − c) with a polynomial c in r.
    ///
    /// The polynomial and the two parts of r are those of FreeBSD's `exp`.
    #[inline(always)]
    fn reduced(x: f64) -> (f64, f64) {
        let rounded = x * LOG2_E + ROUND;
        let n = rounded - ROUND;
        let (high, low) = (x - n * LN_2_HIGH, n * LN_2_LOW);
        let r = high - low;
        let z = r * r;
        let mut p = 4.138_136_797_057_238_5e-8;
        p = p * z - 1.653_390_220_546_525_2e-6;
        p = p * z + 6.613_756_321_437_934e-5;
        p = p * z - 2.777_777_777_701_559_3e-3;
        p = p * z + 1.666_666_666_666_660_2e-1;
        let c = r - z * p;
        (rounded, (r * c / (2.0 - c) - low) + high)
    }

    #[inline(always)]
    pub(crate) fn exp(x: f64) -> f64 {
        // Beyond these it is 0 and infinite; NaN stays.
        let x = if x > 710.0 { 710.0 } else { x };
        let x = if x < -746.0 { -746.0 } else { x };
        let (rounded, minus_one) = reduced(x);
        let n = rounded - ROUND;
        // In two steps: 2ⁿ alone need not be a normal number, nor a finite one.
        let half = n * 0.5 + ROUND;
        let rest = (n - (half - ROUND)) + ROUND;
        (minus_one + 1.0) * power_of_two(half) * power_of_two(rest)
    }

    #[inline(always)]
    pub(crate) fn exp_m1(x: f64) -> f64 {
        let bounded = if x > 710.0 { 710.0 } else { x };
        let bounded = if bounded < -40.0 { -40.0 } else { bounded };
        let (rounded, minus_one) = reduced(bounded);
        let n = rounded - ROUND;
        let half = n * 0.5 + ROUND;
        let (scale, rest) = (power_of_two(half), power_of_two((n - (half - ROUND)) + ROUND));
        // Where n = 0 the result keeps every digit of the polynomial, and elsewhere 1 is taken from 2ⁿ, not from eˣ.
        let large = minus_one * scale * rest + (scale * rest - 1.0);
        // 2ⁿ alone overflows before its product with a number below 1 does.
        let overflowing = (minus_one + 1.0) * scale * rest;
        let result = if x > 700.0 { overflowing } else { large };
        if x == 0.0 { x } else { result }
    }

    /// tanh |x| = t/(t + 2) with t = exp 2|x| − 1.
    #[inline(always)]
    pub(crate) fn tanh(x: f64) -> f64 {
        let size = x.abs();
        // From here on it is 1.
        let bounded = if size > 20.0 { 20.0 } else { size };
        let (rounded, minus_one) = reduced(2.0 * bounded);
        let scale = power_of_two(rounded);
        let t = minus_one * scale + (scale - 1.0);
        (t / (t + 2.0)).copysign(x)
    }

    /// (k, f) with x = 2ᵏ(1 + f) and √½ ≤ 1 + f < √2, for a normal positive x.
    #[inline(always)]
    fn parted(x: f64) -> (f64, f64) {
        const ROOT_OF_HALF: u64 = 0x3fe6_a09e_0000_0000;
        let bits = x.to_bits().wrapping_add(0x3ff0_0000_0000_0000 - ROOT_OF_HALF);
        // A number that lies between 2⁵² and 2⁵³ has the exponent for its last digits: no conversion, which has no vector
        // form before AVX-512.
        const TWO_TO_52: f64 = 4_503_599_627_370_496.0;
        let k = f64::from_bits((bits >> 52) | TWO_TO_52.to_bits()) - (TWO_TO_52 + 1023.0);
        (k, f64::from_bits((bits & 0x000f_ffff_ffff_ffff) + ROOT_OF_HALF) - 1.0)
    }

    /// ln(1 + f) = f − (f²/2 − s(f²/2 + R(s²))) with s = f/(2 + f), plus k·ln 2, plus a correction that was rounded off.
    ///
    /// The polynomial is that of FreeBSD's `log`.
    #[inline(always)]
    fn logarithm(k: f64, f: f64, correction: f64) -> f64 {
        let s = f / (2.0 + f);
        let z = s * s;
        let w = z * z;
        let odd = z
            * (6.666_666_666_666_735e-1
                + w * (2.857_142_874_366_239e-1
                    + w * (1.818_357_216_161_805e-1 + w * 1.479_819_860_511_658_6e-1)));
        let even = w
            * (3.999_999_999_940_942e-1 + w * (2.222_219_843_214_978_4e-1 + w * 1.531_383_769_920_937_3e-1));
        let half_square = 0.5 * f * f;
        let low = k * LN_2_LOW + correction;
        s * (half_square + (odd + even)) + low - half_square + f + k * LN_2_HIGH
    }

    #[inline(always)]
    pub(crate) fn ln(x: f64) -> f64 {
        // Numbers below the normal ones are lifted by 2⁵⁴.
        let small = x < f64::MIN_POSITIVE;
        let (k, f) = parted(if small { x * 18_014_398_509_481_984.0 } else { x });
        let result = logarithm(if small { k - 54.0 } else { k }, f, 0.0);
        let result = if x < f64::INFINITY { result } else { x };
        let result = if x == 0.0 { f64::NEG_INFINITY } else { result };
        if x < 0.0 { f64::NAN } else { result }
    }

    #[inline(always)]
    pub(crate) fn ln_1p(x: f64) -> f64 {
        let u = 1.0 + x;
        let (k, f) = parted(u);
        // What 1 + x lost, relative to it.
        let lost = if x < 1.0 { x - (u - 1.0) } else { 1.0 - (u - x) };
        // Where k = 0 nothing need be lost at all.
        let (f, correction) = if k == 0.0 { (x, 0.0) } else { (f, lost / u) };
        let result = logarithm(k, f, correction);
        let result = if x < f64::INFINITY { result } else { x };
        let result = if x == -1.0 { f64::NEG_INFINITY } else { result };
        let result = if x < -1.0 { f64::NAN } else { result };
        // Here it is x, sign of zero included, and the polynomial's squares would only fall below the normal numbers.
        if x.abs() < 1e-17 { x } else { result }
    }
}
