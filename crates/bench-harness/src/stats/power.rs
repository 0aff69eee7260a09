//! What a comparison of this size could have shown.

use super::difference::differences;
use super::{Error, sample_sd, student};

/// The smallest mean difference that a paired comparison of these n differences finds with a probability of about
/// 80 % at the two-sided 5 % level: (t₀.₉₇₅, ₙ₋₁ + t₀.₈, ₙ₋₁) · s/√n.
///
/// An effect below it may exist and was not testable; that is what a report says beside "not reproduced". The formula
/// adds two central quantiles where the exact power has a noncentral t: it is 79.5 % at six pairs and 77 % at three.
///
/// Source: Bloom 1995, "Minimum detectable effects", doi:10.1177/0193841X9501900504.
///
/// # Errors
/// Fewer than two differences, a NaN or an infinity.
pub fn minimum_detectable_effect(differences: &[f64]) -> Result<f64, Error> {
    let sd = sample_sd(differences)?;
    let n = differences.len() as f64;
    Ok((student::quantile(0.975, n - 1.0) + student::quantile(0.8, n - 1.0)) * sd / n.sqrt())
}

/// [`minimum_detectable_effect`] of the paired differences aᵢ − bᵢ: what [`paired_difference`](super::paired_difference) of
/// these two arms would have found.
///
/// ```
/// use bench_harness::stats::{detectable_difference, minimum_detectable_effect};
///
/// let (a, b) = ([3.0, 5.0, 4.0], [1.0, 4.0, 1.0]);
/// assert_eq!(detectable_difference(&a, &b)?, minimum_detectable_effect(&[2.0, 1.0, 3.0])?);
/// # Ok::<(), bench_harness::stats::Error>(())
/// ```
///
/// # Errors
/// Samples of different sizes or of fewer than two pairs, a NaN or an infinity.
pub fn detectable_difference(a: &[f64], b: &[f64]) -> Result<f64, Error> {
    minimum_detectable_effect(&differences(a, b)?)
}
