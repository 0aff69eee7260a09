//! Intervals of a proportion: k successes in n trials.

use statrs::distribution::{Beta, Continuous, ContinuousCDF, Normal};

use super::{Error, Interval, input};

/// Wilson's score interval of a proportion: with p̂ = k/n and z the normal quantile of (1 + confidence)/2,
/// (p̂ + z²/2n ± z·√(p̂(1 − p̂)/n + z²/4n²)) / (1 + z²/n).
///
/// The estimate is p̂ itself, not the interval's centre. The interval stays within 0 … 1 and has positive width even
/// at k = 0 and k = n.
///
/// Source: Wilson 1927, doi:10.1080/01621459.1927.10502953.
///
/// # Errors
/// No trials, more successes than trials, or a confidence outside 0 … 1.
pub fn wilson_interval(successes: u64, trials: u64, confidence: f64) -> Result<Interval, Error> {
    let (estimate, n) = proportion(successes, trials, confidence)?;
    let z = Normal::standard().inverse_cdf(0.5 + confidence / 2.0);
    let centre = estimate + z * z / (2.0 * n);
    let half = z * (estimate * (1.0 - estimate) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    // At the ends the bound is 0 or 1 exactly; rounding must not say otherwise.
    let low = if successes == 0 { 0.0 } else { (centre - half) / scale };
    let high = if successes == trials { 1.0 } else { (centre + half) / scale };
    Ok(Interval { estimate, low, high })
}

/// The exact interval of Clopper and Pearson: with α = 1 − confidence, the α/2 quantile of Beta(k, n − k + 1) and the
/// 1 − α/2 quantile of Beta(k + 1, n − k); 0 at k = 0 and 1 at k = n. It covers at least the confidence, and usually more.
///
/// Source: Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404.
///
/// # Errors
/// As [`wilson_interval`].
pub fn clopper_pearson_interval(successes: u64, trials: u64, confidence: f64) -> Result<Interval, Error> {
    let (estimate, _) = proportion(successes, trials, confidence)?;
    let (k, n) = (successes as f64, trials as f64);
    let tail = (1.0 - confidence) / 2.0;
    let low = if successes == 0 { 0.0 } else { beta_quantile(tail, k, n - k + 1.0) };
    let high = if successes == trials { 1.0 } else { beta_quantile(1.0 - tail, k + 1.0, n - k) };
    Ok(Interval { estimate, low, high })
}

/// The proportion and the number of trials, checked.
fn proportion(successes: u64, trials: u64, confidence: f64) -> Result<(f64, f64), Error> {
    input::confidence(confidence)?;
    input::at_least(1, trials as usize, "a proportion")?;
    if successes > trials {
        let (value, expected) = (successes as f64, "at most the number of trials");
        return Err(Error::Parameter { name: "successes", value, expected });
    }
    Ok((successes as f64 / trials as f64, trials as f64))
}

/// The quantile of a beta distribution: the library's, polished by two Newton steps as the t quantile is.
fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    let beta = Beta::new(a, b).expect("both shapes are at least 1");
    (0..2).fold(beta.inverse_cdf(p), |x, _| x - (beta.cdf(x) - p) / beta.pdf(x))
}
