//! The exact sign test for paired samples.

use statrs::distribution::{Binomial, DiscreteCDF};

use super::{Error, input};

/// The outcome of a sign test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SignTest {
    /// Pairs whose first value is the smaller.
    pub smaller: usize,
    /// Pairs whose first value is the larger.
    pub larger: usize,
    /// Pairs of equal values, two infinities among them. They are dropped.
    pub ties: usize,
    /// The two-sided probability of a split at least as uneven if each sign were a fair coin.
    pub p_value: f64,
}

/// The exact two-sided sign test of paired samples: with n pairs that are no ties and k the rarer sign,
/// p = min(1, 2 · P(K ≤ k)) for K binomial with n draws of probability ½.
///
/// Only the order within a pair counts, so +∞ ("never reached the target") takes part: it is larger than every finite
/// value, and two infinities are a tie. Ties are dropped; without any other pair p is 1.
///
/// ```
/// use bench_harness::stats::sign_test;
/// let never = f64::INFINITY;
/// let test = sign_test(&[3.0, 4.0, 2.0, 5.0, 3.0, 4.0], &[5.0, never, 4.0, never, 9.0, 8.0])?;
/// assert_eq!((test.smaller, test.larger), (6, 0));
/// assert!((test.p_value - 0.03125).abs() < 1e-12); // six pairs can show this much, five cannot
/// # Ok::<(), bench_harness::stats::Error>(())
/// ```
///
/// Source: Dixon & Mood 1946, "The statistical sign test", doi:10.1080/01621459.1946.10501898.
///
/// # Errors
/// Samples of different sizes, empty samples, a NaN or −∞.
pub fn sign_test(a: &[f64], b: &[f64]) -> Result<SignTest, Error> {
    input::paired(a.len(), b.len())?;
    input::at_least(1, a.len(), "a sign test")?;
    input::ordered(a)?;
    input::ordered(b)?;
    let smaller = a.iter().zip(b).filter(|(a, b)| a < b).count();
    let larger = a.iter().zip(b).filter(|(a, b)| a > b).count();
    let n = smaller + larger;
    let coin = Binomial::new(0.5, n as u64).expect("½ is a probability");
    let p_value = (2.0 * coin.cdf(smaller.min(larger) as u64)).min(1.0);
    Ok(SignTest { smaller, larger, ties: a.len() - n, p_value })
}
