//! Numbers as prose sets them: with a true minus, and powers of ten written out.

/// A number with fixed decimals. What rounds to 0 has no sign.
///
/// ```
/// use bench_harness::report::fixed;
/// assert_eq!(fixed(-0.25, 2), "−0.25");
/// assert_eq!(fixed(-0.004, 2), "0.00");
/// ```
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(zero) if zero.bytes().all(|byte| matches!(byte, b'0' | b'.')) => zero.to_owned(),
        Some(size) => format!("−{size}"),
        None => text,
    }
}

/// A number as a mantissa of one decimal times a power of ten, where that is not 1; 0 as it is.
///
/// ```
/// use bench_harness::report::scientific;
/// assert_eq!(scientific(4.94e-15), "4.9·10⁻¹⁵");
/// assert_eq!(scientific(-120.0), "−1.2·10²");
/// assert_eq!(scientific(5.0), "5.0");
/// assert_eq!(scientific(0.0), "0");
/// ```
pub fn scientific(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string().replace('-', "−");
    }
    let text = format!("{value:.1e}");
    let (mantissa, exponent) = text.split_once('e').expect("the form has an exponent");
    let power = if exponent == "0" { String::new() } else { format!("·10{}", superscript(exponent)) };
    mantissa.replace('-', "−") + &power
}

/// An integer in superscript digits.
pub(crate) fn superscript(integer: &str) -> String {
    let digits = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raise = |c: char| c.to_digit(10).map_or('⁻', |digit| digits[digit as usize]);
    integer.chars().map(raise).collect()
}
