//! Two arms, paired on the seed.

use super::{Error, Interval, input, mean_interval};

/// The mean of the paired differences aᵢ − bᵢ with its t-interval, as [`mean_interval`] of the differences.
///
/// # Errors
/// Samples of different sizes or of fewer than two pairs, a NaN or an infinity, or a confidence outside 0 … 1.
pub fn paired_difference(a: &[f64], b: &[f64], confidence: f64) -> Result<Interval, Error> {
    mean_interval(&differences(a, b)?, confidence)
}

/// The differences aᵢ − bᵢ of finite values.
pub(super) fn differences(a: &[f64], b: &[f64]) -> Result<Vec<f64>, Error> {
    input::paired(a.len(), b.len())?;
    input::finite(a)?;
    input::finite(b)?;
    Ok(a.iter().zip(b).map(|(a, b)| a - b).collect())
}
