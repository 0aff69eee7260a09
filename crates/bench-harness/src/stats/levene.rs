//! Whether groups differ in spread.

use statrs::distribution::{ContinuousCDF, FisherSnedecor};

use super::{Error, input, mean, median};

/// What the deviations are measured from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Centre {
    /// Each group's mean: Levene's test, for symmetric data.
    Mean,
    /// Each group's median: the test of Brown and Forsythe, robust against skewed data.
    Median,
}

/// The outcome of Levene's test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Levene {
    /// The F statistic of the deviations.
    pub statistic: f64,
    /// P(F ≥ statistic) with k − 1 and N − k degrees of freedom.
    pub p_value: f64,
}

/// Levene's test that k groups have the same variance: the analysis of variance of zᵢⱼ = |xᵢⱼ − centreᵢ|,
/// F = (N − k)/(k − 1) · Σ nᵢ(z̄ᵢ − z̄)² / Σ Σ (zᵢⱼ − z̄ᵢ)².
///
/// Sources: Levene 1960, in "Contributions to Probability and Statistics", 278–292; Brown & Forsythe 1974,
/// doi:10.1080/01621459.1974.10482955.
///
/// # Errors
/// Fewer than two groups, a group of fewer than two values, a NaN or an infinity, or deviations without spread.
pub fn levene(groups: &[&[f64]], centre: Centre) -> Result<Levene, Error> {
    input::at_least(2, groups.len(), "a comparison of groups")?;
    let deviations = groups
        .iter()
        .map(|group| {
            input::at_least(2, group.len(), "the spread of a group")?;
            let centre = match centre {
                Centre::Mean => mean(group)?,
                Centre::Median => {
                    input::finite(group)?;
                    median(group)?
                }
            };
            Ok(group.iter().map(|value| (value - centre).abs()).collect())
        })
        .collect::<Result<Vec<Vec<f64>>, Error>>()?;
    let all: Vec<f64> = deviations.iter().flatten().copied().collect();
    let overall = mean(&all)?;
    let (mut between, mut within) = (0.0, 0.0);
    for group in &deviations {
        let centre = mean(group)?;
        between += group.len() as f64 * (centre - overall).powi(2);
        within += group.iter().map(|value| (value - centre).powi(2)).sum::<f64>();
    }
    if within == 0.0 {
        return Err(Error::NoSpread("Levene's test"));
    }
    let upper = (groups.len() - 1) as f64;
    let lower = (all.len() - groups.len()) as f64;
    let statistic = lower / upper * between / within;
    let law = FisherSnedecor::new(upper, lower).expect("positive degrees of freedom");
    Ok(Levene { statistic, p_value: law.sf(statistic) })
}
