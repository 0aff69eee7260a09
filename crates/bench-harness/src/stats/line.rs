//! A straight line through points, and the exponent of a power law.

use super::{Error, Interval, input, mean, student};

/// A fitted line y = intercept + slope · x.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// The slope with its t-interval.
    pub slope: Interval,
    /// The value at x = 0.
    pub intercept: f64,
}

/// The least-squares line: slope b = Σ (xᵢ − x̄)(yᵢ − ȳ) / Σ (xᵢ − x̄)², intercept ȳ − b·x̄, and the slope's interval
/// b ± t₍₁₊c₎⸝₂, ₙ₋₂ · √(Σ rᵢ² / (n − 2) / Σ (xᵢ − x̄)²) for residuals rᵢ and confidence c.
///
/// The interval assumes independent errors of equal variance. Successive losses of one run are neither: fit one line
/// per seed and give [`mean_interval`](super::mean_interval) the slopes.
///
/// # Errors
/// Samples of different sizes or of fewer than three points, a NaN or an infinity, equal x, or a confidence outside
/// 0 … 1.
pub fn least_squares(x: &[f64], y: &[f64], confidence: f64) -> Result<Line, Error> {
    input::paired(x.len(), y.len())?;
    input::at_least(3, x.len(), "the interval of a slope")?;
    input::confidence(confidence)?;
    let (x_mean, y_mean) = (mean(x)?, mean(y)?);
    let xx: f64 = x.iter().map(|x| (x - x_mean).powi(2)).sum();
    if xx == 0.0 {
        return Err(Error::NoSpread("a slope"));
    }
    let xy: f64 = x.iter().zip(y).map(|(x, y)| (x - x_mean) * (y - y_mean)).sum();
    let estimate = xy / xx;
    // Residuals about the means: no cancellation against a large intercept.
    let residuals: f64 = x.iter().zip(y).map(|(x, y)| (y - y_mean - estimate * (x - x_mean)).powi(2)).sum();
    let freedom = (x.len() - 2) as f64;
    let half = student::quantile(0.5 + confidence / 2.0, freedom) * (residuals / freedom / xx).sqrt();
    Ok(Line {
        slope: Interval { estimate, low: estimate - half, high: estimate + half },
        intercept: y_mean - estimate * x_mean,
    })
}

/// The line through (ln x, ln y): the slope is the exponent r of y = C · xʳ, and C = e^intercept.
///
/// ```
/// use bench_harness::stats::{CONFIDENCE, power_law};
/// let steps = [1.0, 10.0, 100.0, 1000.0];
/// let error = steps.map(|k: f64| 3.0 / k.sqrt());
/// assert!((power_law(&steps, &error, CONFIDENCE)?.slope.estimate + 0.5).abs() < 1e-12);
/// # Ok::<(), bench_harness::stats::Error>(())
/// ```
///
/// # Errors
/// As [`least_squares`], and for values that are not positive.
pub fn power_law(x: &[f64], y: &[f64], confidence: f64) -> Result<Line, Error> {
    let logarithms = |values: &[f64]| -> Result<Vec<f64>, Error> {
        input::admitted(values, "a positive number", |value| value > 0.0 && value.is_finite())?;
        Ok(values.iter().map(|value| value.ln()).collect())
    };
    least_squares(&logarithms(x)?, &logarithms(y)?, confidence)
}
