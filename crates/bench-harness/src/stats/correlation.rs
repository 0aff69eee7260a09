//! Whether two quantities move together.

use super::{Error, input, mean, student};

/// A correlation coefficient and its significance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Correlation {
    /// The coefficient, from −1 to 1.
    pub coefficient: f64,
    /// The two-sided p-value of "no correlation": T = r·√((n − 2)/(1 − r²)) has n − 2 degrees of freedom. Exact for
    /// normal pairs and [`pearson`]; an approximation for [`spearman`], rough below ten pairs.
    pub p_value: f64,
}

/// Pearson's correlation r = Σ (xᵢ − x̄)(yᵢ − ȳ) / √(Σ (xᵢ − x̄)² · Σ (yᵢ − ȳ)²).
///
/// # Errors
/// Samples of different sizes or of fewer than three pairs, a NaN or an infinity, or values without spread.
pub fn pearson(x: &[f64], y: &[f64]) -> Result<Correlation, Error> {
    input::paired(x.len(), y.len())?;
    input::at_least(3, x.len(), "a correlation")?;
    let (x_mean, y_mean) = (mean(x)?, mean(y)?);
    let sum = |term: &dyn Fn(f64, f64) -> f64| -> f64 {
        x.iter().zip(y).map(|(x, y)| term(x - x_mean, y - y_mean)).sum()
    };
    let (xx, yy, xy) = (sum(&|x, _| x * x), sum(&|_, y| y * y), sum(&|x, y| x * y));
    if xx == 0.0 || yy == 0.0 {
        return Err(Error::NoSpread("a correlation"));
    }
    // Two square roots rather than one of the product, which could overflow. The gap 1 − |r| is half the squared
    // distance of the normalised samples: subtracting a rounded r from 1 would give a perfect correlation a p of 1e-8.
    let (x_norm, y_norm) = (xx.sqrt(), yy.sqrt());
    let r = xy / (x_norm * y_norm);
    let gap = sum(&|x, y| (x / x_norm - r.signum() * y / y_norm).powi(2)) / 2.0;
    let coefficient = if gap < 0.5 { r.signum() * (1.0 - gap) } else { r };
    let freedom = (x.len() - 2) as f64;
    let t = coefficient.abs() * (freedom / (gap * (1.0 + coefficient.abs()))).sqrt();
    Ok(Correlation { coefficient, p_value: (2.0 * student::upper_tail(t, freedom)).min(1.0) })
}

/// Spearman's rank correlation: [`pearson`] of the ranks, where ties share the mean of their ranks. +∞ takes part.
///
/// Source: Spearman 1904, doi:10.2307/1412159.
///
/// # Errors
/// As [`pearson`], but +∞ is admitted.
pub fn spearman(x: &[f64], y: &[f64]) -> Result<Correlation, Error> {
    input::ordered(x)?;
    input::ordered(y)?;
    pearson(&ranks(x), &ranks(y))
}

/// The ranks from 1, ties sharing the mean of theirs.
pub(super) fn ranks(values: &[f64]) -> Vec<f64> {
    values
        .iter()
        .map(|value| {
            let below = values.iter().filter(|other| *other < value).count();
            let equal = values.iter().filter(|other| *other == value).count();
            below as f64 + (equal as f64 + 1.0) / 2.0
        })
        .collect()
}
