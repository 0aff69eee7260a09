//! Whether a sequence has a trend.

use super::{Error, input};

/// The Mann–Kendall test for a trend of a sequence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MannKendall {
    /// S = Σᵢ<ⱼ sign(xⱼ − xᵢ): positive for a rising sequence.
    pub score: f64,
    /// Two-sided, by the normal approximation with continuity correction.
    pub p_value: f64,
}

/// Tests a sequence for a monotone trend: S against its variance under independence, n(n − 1)(2n + 5)/18 less the same sum
/// over the sizes of groups of equal values.
///
/// ```
/// use bench_harness::stats::mann_kendall;
/// let trend = mann_kendall(&[1.0, 2.0, 3.0, 4.0, 5.0])?;
/// assert_eq!(trend.score, 10.0);
/// assert!((trend.p_value - 0.02749).abs() < 1e-5);
/// # Ok::<(), bench_harness::stats::Error>(())
/// ```
///
/// Source: H. B. Mann 1945, "Nonparametric tests against trend", doi:10.2307/1907187; M. G. Kendall 1975.
///
/// # Errors
/// Fewer than four values, a NaN, or values that are all equal.
pub fn mann_kendall(x: &[f64]) -> Result<MannKendall, Error> {
    input::at_least(4, x.len(), "a trend")?;
    input::admitted(x, "a number", |value| !value.is_nan())?;
    let mut score = 0.0;
    for (i, a) in x.iter().enumerate() {
        for b in &x[i + 1..] {
            score += f64::from(i8::from(b > a) - i8::from(b < a));
        }
    }
    let term = |n: f64| n * (n - 1.0) * (2.0 * n + 5.0);
    let mut sorted = x.to_vec();
    sorted.sort_by(f64::total_cmp);
    let ties: f64 = sorted.chunk_by(|a, b| a == b).map(|group| term(group.len() as f64)).sum();
    let variance = (term(x.len() as f64) - ties) / 18.0;
    if variance <= 0.0 {
        return Err(Error::NoSpread("a trend"));
    }
    let z = (f64::abs(score) - 1.0).max(0.0) / variance.sqrt();
    Ok(MannKendall { score, p_value: statrs::function::erf::erfc(z / std::f64::consts::SQRT_2) })
}
