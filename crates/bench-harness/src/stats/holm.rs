//! Several tests of one claim.

use super::{Error, input};

/// Holm's step-down adjusted p-values, in the order given: with p₍₁₎ ≤ … ≤ p₍ₘ₎,
/// p̃₍ᵢ₎ = max over j ≤ i of min(1, (m − j + 1) · p₍ⱼ₎).
///
/// Comparing them with α keeps the probability of any false rejection at or below α, whatever the dependence.
///
/// ```
/// use bench_harness::stats::holm;
/// assert_eq!(holm(&[0.03, 0.01, 0.5])?, [0.06, 0.03, 0.5]);
/// # Ok::<(), bench_harness::stats::Error>(())
/// ```
///
/// Source: Holm 1979, "A simple sequentially rejective multiple test procedure", Scand. J. Statist. 6, 65–70.
///
/// # Errors
/// No p-values, or one outside 0 … 1.
pub fn holm(p_values: &[f64]) -> Result<Vec<f64>, Error> {
    input::at_least(1, p_values.len(), "Holm's procedure")?;
    input::admitted(p_values, "a probability", |p| (0.0..=1.0).contains(&p))?;
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&i, &j| p_values[i].total_cmp(&p_values[j]));
    let mut adjusted = vec![0.0; p_values.len()];
    let mut largest = 0.0_f64;
    for (rank, &index) in order.iter().enumerate() {
        largest = largest.max(((p_values.len() - rank) as f64 * p_values[index]).min(1.0));
        adjusted[index] = largest;
    }
    Ok(adjusted)
}
