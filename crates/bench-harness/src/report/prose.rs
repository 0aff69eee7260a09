//! Numbers as prose sets them: with a true minus, and powers of ten written out.

/// A number with fixed decimals.
///
/// ```
/// assert_eq!(bench_harness::report::fixed(-0.25, 2), "−0.25");
/// ```
pub fn fixed(value: f64, decimals: usize) -> String {
    format!("{value:.decimals$}").replace('-', "−")
}

/// A number as a mantissa of one decimal times a power of ten; 0 as it is.
///
/// ```
/// use bench_harness::report::scientific;
/// assert_eq!(scientific(4.94e-15), "4.9·10⁻¹⁵");
/// assert_eq!(scientific(-120.0), "−1.2·10²");
/// assert_eq!(scientific(0.0), "0");
/// ```
pub fn scientific(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string().replace('-', "−");
    }
    let text = format!("{value:.1e}");
    let (mantissa, exponent) = text.split_once('e').expect("the form has an exponent");
    format!("{}·10{}", mantissa.replace('-', "−"), superscript(exponent))
}

/// An integer in superscript digits.
pub(super) fn superscript(integer: &str) -> String {
    let digits = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raise = |c: char| c.to_digit(10).map_or('⁻', |digit| digits[digit as usize]);
    integer.chars().map(raise).collect()
}
