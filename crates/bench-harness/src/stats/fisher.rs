//! Two proportions, exactly.

use statrs::distribution::{Discrete, Hypergeometric};

use super::{Error, input};

/// The two-sided p-value of Fisher's exact test of a 2 × 2 table [[a, b], [c, d]]: rows are the arms, columns success
/// and failure.
///
/// Given the margins, the first cell is hypergeometric; p sums the probabilities of all tables that are no more
/// probable than the observed one, to within a relative 10⁻⁷ (the convention of R, so that tables equal but for
/// rounding count). A table with an empty row or column has p = 1.
///
/// ```
/// use bench_harness::stats::fisher_exact;
/// let p = fisher_exact([[3, 1], [1, 3]])?; // Fisher's lady tasting tea
/// assert!((p - 34.0 / 70.0).abs() < 1e-12);
/// # Ok::<(), bench_harness::stats::Error>(())
/// ```
///
/// Source: Fisher 1935, "The Design of Experiments", chapter II.
///
/// # Errors
/// A table of zeros.
pub fn fisher_exact(table: [[u64; 2]; 2]) -> Result<f64, Error> {
    let [[a, b], [c, d]] = table;
    let total = a + b + c + d;
    input::at_least(1, total as usize, "Fisher's exact test")?;
    let cell = Hypergeometric::new(total, a + c, a + b).expect("margins do not exceed the total");
    let observed = cell.pmf(a) * (1.0 + 1e-7);
    let lowest = (a + b).saturating_sub(b + d);
    let highest = (a + b).min(a + c);
    let p: f64 = (lowest..=highest).map(|k| cell.pmf(k)).filter(|&p| p <= observed).sum();
    Ok(p.min(1.0))
}
