//! What a budget of k trials buys.

use super::{Better, Error, input};

/// The expected best of k of the n values, drawn without replacement: with the values sorted from worst to best,
/// Σᵢ v₍ᵢ₎ · C(i − 1, k − 1) / C(n, k).
///
/// This is the mean over all subsets of k trials, so a curve over k shows performance as a function of the tuning
/// budget without the luck of one order of trials. k = 1 is the mean, k = n the best. A smaller-is-better +∞ makes
/// every expectation infinite in which it can be the best.
///
/// ```
/// use bench_harness::stats::{Better, expected_best_of};
/// let accuracy = [0.70, 0.80, 0.90];
/// assert!((expected_best_of(&accuracy, 2, Better::Larger)? - (0.8 + 0.9 + 0.9) / 3.0).abs() < 1e-15);
/// # Ok::<(), bench_harness::stats::Error>(())
/// ```
///
/// Source: Dodge et al. 2019, "Show your work", section 3.1, arXiv:1909.03004, which draws with replacement; without
/// replacement the estimator is unbiased (Tang et al. 2020, arXiv:2004.13705).
///
/// # Errors
/// An empty sample, a NaN or −∞, or k outside 1 … n.
pub fn expected_best_of(values: &[f64], k: usize, better: Better) -> Result<f64, Error> {
    input::at_least(1, values.len(), "the best of k trials")?;
    input::ordered(values)?;
    let n = values.len();
    if k == 0 || k > n {
        let expected = "a number from 1 to the number of trials";
        return Err(Error::Parameter { name: "k", value: k as f64, expected });
    }
    let mut best_first = values.to_vec();
    best_first.sort_by(|a, b| match better {
        Better::Larger => b.total_cmp(a),
        Better::Smaller => a.total_cmp(b),
    });
    // The best is among the k with probability k/n. The weights follow from one another by ratios of binomial
    // coefficients, which themselves would overflow for a few hundred trials.
    let mut weight = k as f64 / n as f64;
    let mut expected = 0.0;
    for (better_ones, value) in best_first.iter().take(n - k + 1).enumerate() {
        expected += weight * value;
        let worse_ones = n - better_ones - 1;
        weight *= (worse_ones + 1 - k) as f64 / worse_ones.max(1) as f64;
    }
    Ok(expected)
}
