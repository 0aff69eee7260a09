//! How often one arm beats the other.

use super::{Error, input};

/// Which of two values is the better one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// The larger, as of an accuracy.
    Larger,
    /// The smaller, as of a loss or a time.
    Smaller,
}

/// P(A better than B): the share of pairs (i, j) with aᵢ better than bⱼ, plus half of the ties. Any seed of one arm
/// meets any seed of the other; its interval is [`bootstrap_two`](super::bootstrap_two)'s. +∞ takes part.
///
/// It is the statistic of Mann and Whitney divided by the number of pairs.
///
/// Source: Bouthillier et al. 2021, "Accounting for variance in machine learning benchmarks", arXiv:2103.03098.
///
/// # Errors
/// An empty sample, a NaN or −∞.
pub fn win_probability(a: &[f64], b: &[f64], better: Better) -> Result<f64, Error> {
    input::at_least(1, a.len().min(b.len()), "a win probability")?;
    share(a, b, a.iter().flat_map(|a| b.iter().map(move |b| (*a, *b))), better)
}

/// The share of seeds i with aᵢ better than bᵢ, plus half of the ties, for arms paired on the seed.
///
/// # Errors
/// As [`win_probability`], and for samples of different sizes.
pub fn paired_win_probability(a: &[f64], b: &[f64], better: Better) -> Result<f64, Error> {
    input::paired(a.len(), b.len())?;
    input::at_least(1, a.len(), "a win probability")?;
    share(a, b, a.iter().copied().zip(b.iter().copied()), better)
}

/// The share of wins among the contests, half of the ties included.
fn share(
    a: &[f64],
    b: &[f64],
    contests: impl Iterator<Item = (f64, f64)>,
    better: Better,
) -> Result<f64, Error> {
    input::ordered(a)?;
    input::ordered(b)?;
    let (mut wins, mut total) = (0.0, 0.0);
    for (a, b) in contests {
        let won = match better {
            Better::Larger => a > b,
            Better::Smaller => a < b,
        };
        wins += if won {
            1.0
        } else if a == b {
            0.5
        } else {
            0.0
        };
        total += 1.0;
    }
    Ok(wins / total)
}
