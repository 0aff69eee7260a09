//! Mean, standard deviation, median and quantiles.

use super::{Error, input};

/// The arithmetic mean x̄ = (1/n) Σ xᵢ.
///
/// # Errors
/// An empty sample, a NaN or an infinity: the mean of times some of which are infinite says nothing, use [`median`].
pub fn mean(values: &[f64]) -> Result<f64, Error> {
    input::at_least(1, values.len(), "a mean")?;
    input::finite(values)?;
    Ok(values.iter().sum::<f64>() / values.len() as f64)
}

/// The sample standard deviation s = √(Σ (xᵢ − x̄)² / (n − 1)), in two passes.
///
/// # Errors
/// Fewer than two values, a NaN or an infinity.
pub fn sample_sd(values: &[f64]) -> Result<f64, Error> {
    input::at_least(2, values.len(), "a standard deviation")?;
    let centre = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - centre).powi(2)).sum();
    Ok((squares / (values.len() - 1) as f64).sqrt())
}

/// The median: [`quantile`] ½. Runs that never reached their target take part as +∞.
///
/// ```
/// use bench_harness::stats::median;
/// assert_eq!(median(&[12.0, f64::INFINITY, 8.0])?, 12.0);
/// assert_eq!(median(&[12.0, f64::INFINITY])?, f64::INFINITY);
/// # Ok::<(), bench_harness::stats::Error>(())
/// ```
///
/// # Errors
/// An empty sample, a NaN or −∞.
pub fn median(values: &[f64]) -> Result<f64, Error> {
    quantile(values, 0.5)
}

/// The quantile of order p by linear interpolation of the order statistics: with h = (n − 1)p,
/// Q(p) = x₍⌊h⌋₊₁₎ + (h − ⌊h⌋)(x₍⌊h⌋₊₂₎ − x₍⌊h⌋₊₁₎). This is type 7 of Hyndman and Fan, the default of R and NumPy.
///
/// Between a finite value and +∞ every position but the lower end is +∞.
///
/// Source: Hyndman & Fan 1996, "Sample quantiles in statistical packages", definition 7,
/// doi:10.1080/00031305.1996.10473566.
///
/// # Errors
/// An empty sample, a NaN or −∞, or p outside 0 … 1.
pub fn quantile(values: &[f64], p: f64) -> Result<f64, Error> {
    input::at_least(1, values.len(), "a quantile")?;
    input::ordered(values)?;
    if !(0.0..=1.0).contains(&p) {
        return Err(Error::Parameter { name: "p", value: p, expected: "a number from 0 to 1" });
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let position = (sorted.len() - 1) as f64 * p;
    let below = position.floor() as usize;
    let fraction = position - position.floor();
    let low = sorted[below];
    if fraction == 0.0 || low == f64::INFINITY {
        return Ok(low);
    }
    Ok(low + fraction * (sorted[below + 1] - low))
}
