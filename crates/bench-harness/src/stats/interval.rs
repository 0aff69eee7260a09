//! An estimate with its confidence interval; the interval of a mean.

use super::{Error, input, mean, sample_sd, student};

/// The confidence of the intervals in the reports.
pub const CONFIDENCE: f64 = 0.95;

/// An estimate and the bounds of its confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The estimate itself.
    pub estimate: f64,
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

impl Interval {
    /// Whether `value` lies within the closed interval.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Whether the whole interval lies above `value`.
    pub fn above(&self, value: f64) -> bool {
        self.low > value
    }

    /// Whether the whole interval lies below `value`.
    pub fn below(&self, value: f64) -> bool {
        self.high < value
    }
}

/// The mean with its t-interval x̄ ± t₍₁₊c₎⸝₂, ₙ₋₁ · s/√n at confidence c (see [`CONFIDENCE`]).
///
/// Equal values give an interval of zero width: right for a deterministic quantity, an artefact for a random one.
///
/// ```
/// use bench_harness::stats::{CONFIDENCE, mean_interval};
/// let gain = mean_interval(&[0.8, 1.1, 0.9, 1.2, 1.0, 1.0], CONFIDENCE)?;
/// assert!(gain.above(0.0));
/// # Ok::<(), bench_harness::stats::Error>(())
/// ```
///
/// Source: Student 1908, "The probable error of a mean", doi:10.1093/biomet/6.1.1.
///
/// # Errors
/// Fewer than two values, a NaN or an infinity, or a confidence outside 0 … 1.
pub fn mean_interval(values: &[f64], confidence: f64) -> Result<Interval, Error> {
    input::at_least(2, values.len(), "the interval of a mean")?;
    input::confidence(confidence)?;
    let n = values.len() as f64;
    let estimate = mean(values)?;
    let half = student::quantile(0.5 + confidence / 2.0, n - 1.0) * sample_sd(values)? / n.sqrt();
    Ok(Interval { estimate, low: estimate - half, high: estimate + half })
}
