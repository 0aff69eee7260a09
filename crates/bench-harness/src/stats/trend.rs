//! Whether a proportion rises over ordered groups.

use statrs::function::erf::erfc;

use super::{Error, input};

/// The outcome of the test of Cochran and Armitage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProportionTrend {
    /// The standardised sum of the trend: positive where the proportion rises with the score.
    pub z: f64,
    /// The two-sided p-value of "no trend", by the normal approximation.
    pub p_value: f64,
}

/// The test of Cochran and Armitage for a linear trend of proportions over scores: with kᵢ successes in nᵢ trials at score
/// xᵢ, N = Σ nᵢ, p̄ = Σ kᵢ/N and x̄ = Σ nᵢxᵢ/N, z = Σ (xᵢ − x̄)(kᵢ − nᵢp̄) / √(p̄(1 − p̄) Σ nᵢ(xᵢ − x̄)²).
///
/// ```
/// use bench_harness::stats::proportion_trend;
/// // Smokers among lung patients in four studies, scored 1 to 4 (Fleiss 1981, page 139): χ² = 8.2249, p = 0.004132.
/// let trend = proportion_trend(&[(83, 86), (90, 93), (129, 136), (70, 82)], &[1.0, 2.0, 3.0, 4.0])?;
/// assert!((trend.z.powi(2) - 8.2249).abs() < 1e-4 && (trend.p_value - 0.004132).abs() < 1e-6);
/// assert!(trend.z < 0.0);
/// # Ok::<(), bench_harness::stats::Error>(())
/// ```
///
/// Sources: Cochran 1954, doi:10.2307/3001616; Armitage 1955, doi:10.2307/3001775. The example's values are those of
/// R's `prop.trend.test`.
///
/// # Errors
/// Fewer than two groups, as many scores as groups not given, a score that is not finite, a group without trials or with
/// more successes than trials, equal scores, or outcomes that are all the same.
pub fn proportion_trend(groups: &[(u64, u64)], scores: &[f64]) -> Result<ProportionTrend, Error> {
    input::paired(groups.len(), scores.len())?;
    input::at_least(2, groups.len(), "a trend of proportions")?;
    input::finite(scores)?;
    for &(successes, trials) in groups {
        input::at_least(1, trials as usize, "a proportion")?;
        if successes > trials {
            let (value, expected) = (successes as f64, "at most the number of trials");
            return Err(Error::Parameter { name: "successes", value, expected });
        }
    }
    let total: f64 = groups.iter().map(|group| group.1 as f64).sum();
    let pooled = groups.iter().map(|group| group.0 as f64).sum::<f64>() / total;
    let centre = groups.iter().zip(scores).map(|(group, x)| group.1 as f64 * x).sum::<f64>() / total;
    let (mut sum, mut spread) = (0.0, 0.0);
    for (&(successes, trials), x) in groups.iter().zip(scores) {
        sum += (x - centre) * (successes as f64 - trials as f64 * pooled);
        spread += trials as f64 * (x - centre).powi(2);
    }
    let variance = pooled * (1.0 - pooled) * spread;
    if variance <= 0.0 {
        return Err(Error::NoSpread("a trend of proportions"));
    }
    let z = sum / variance.sqrt();
    Ok(ProportionTrend { z, p_value: erfc(z.abs() / std::f64::consts::SQRT_2) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_answers_in_words() {
        let error = |groups: &[(u64, u64)], scores: &[f64]| proportion_trend(groups, scores).unwrap_err();
        assert_eq!(
            error(&[(1, 2)], &[1.0]),
            Error::TooFew { what: "a trend of proportions", needed: 2, found: 1 }
        );
        assert_eq!(error(&[(1, 2), (1, 2)], &[1.0]), Error::Unpaired { left: 2, right: 1 });
        assert_eq!(error(&[(2, 2), (3, 3)], &[1.0, 2.0]), Error::NoSpread("a trend of proportions"));
        assert_eq!(error(&[(1, 2), (1, 3)], &[1.0, 1.0]), Error::NoSpread("a trend of proportions"));
        assert!(matches!(error(&[(3, 2), (1, 3)], &[1.0, 2.0]), Error::Parameter { .. }));
        let rising = proportion_trend(&[(0, 10), (10, 10)], &[0.0, 1.0]).unwrap();
        assert!(rising.z > 4.4 && rising.z < 4.5 && rising.p_value < 1e-4);
    }
}
