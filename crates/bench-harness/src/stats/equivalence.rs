//! "No difference", shown rather than failed to be refuted.

use super::{Error, Interval, difference::differences, input, mean_interval, sample_sd, student};

/// The outcome of an equivalence test at the 5 % level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Equivalence {
    /// The mean difference with its 90 % interval: two one-sided 5 % tests.
    pub difference: Interval,
    /// The margin within which a difference does not matter.
    pub margin: f64,
    /// The larger of the two one-sided probabilities.
    pub p_value: f64,
}

impl Equivalence {
    /// Whether the arms are equivalent: the 90 % interval lies strictly within ±margin, that is, p < 0.05.
    pub fn holds(&self) -> bool {
        self.difference.above(-self.margin) && self.difference.below(self.margin)
    }
}

/// Two one-sided t-tests (TOST) that the mean of the paired differences aᵢ − bᵢ lies within ±margin: with the mean d,
/// the standard error e = s/√n and T of n − 1 degrees of freedom,
/// p = max(P(T ≥ (d + margin)/e), P(T ≤ (d − margin)/e)).
///
/// The margin is part of the criterion and fixed before the run. Differences without spread are decided by their
/// value alone: p is 0 strictly inside the margin and 1 otherwise.
///
/// ```
/// use bench_harness::stats::equivalence;
/// let test = equivalence(&[9.1, 8.9, 9.0, 9.2], &[9.0, 9.0, 9.1, 9.1], 0.5)?;
/// assert!(test.holds() && test.p_value < 0.05);
/// # Ok::<(), bench_harness::stats::Error>(())
/// ```
///
/// Source: Schuirmann 1987, doi:10.1007/BF01068419.
///
/// # Errors
/// Samples of different sizes or of fewer than two pairs, a NaN or an infinity, or a margin that is not positive and
/// finite.
pub fn equivalence(a: &[f64], b: &[f64], margin: f64) -> Result<Equivalence, Error> {
    if !(margin > 0.0 && margin.is_finite()) {
        return Err(Error::Parameter { name: "margin", value: margin, expected: "a positive number" });
    }
    let differences = differences(a, b)?;
    input::at_least(2, differences.len(), "an equivalence test")?;
    let difference = mean_interval(&differences, 0.9)?;
    let n = differences.len() as f64;
    let error = sample_sd(&differences)? / n.sqrt();
    let p_value = if error == 0.0 {
        if difference.estimate.abs() < margin { 0.0 } else { 1.0 }
    } else {
        let above = student::upper_tail((difference.estimate + margin) / error, n - 1.0);
        let below = student::upper_tail((margin - difference.estimate) / error, n - 1.0);
        above.max(below)
    };
    Ok(Equivalence { difference, margin, p_value })
}
