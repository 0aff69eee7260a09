//! Percentile bootstrap of any statistic.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::{Error, Interval, input, mean, median, quantile};

/// The number of resamples.
pub const RESAMPLES: usize = 10_000;

/// A statistic with its percentile-bootstrap interval over [`RESAMPLES`] resamples of the observations.
///
/// An observation may be anything copied as a whole: a number, or a pair (a, b) of two arms on the same seed, which
/// then stay together. The bounds are the (1 ± confidence)/2 [`quantile`]s of the statistic over the resamples. The
/// stream is ChaCha8 from the seed and the draws are ⌊u·n/2⁶⁴⌋ for 64 random bits u, so the bytes of a report depend
/// on nothing else (the bias is below n/2⁶⁴).
///
/// With few observations the interval is too narrow (for the mean of six normal values, about 87 % instead of 95 %):
/// a report that decides by it says so.
///
/// ```
/// use bench_harness::stats::{CONFIDENCE, bootstrap, ratio_of_means};
/// let pairs = [(2.0, 1.0), (4.2, 2.0), (6.1, 3.0), (7.9, 4.0)]; // two arms on four seeds
/// let ratio = bootstrap(&pairs, ratio_of_means, CONFIDENCE, 0)?;
/// assert!(ratio.contains(2.0));
/// # Ok::<(), bench_harness::stats::Error>(())
/// ```
///
/// Source: Efron & Tibshirani 1993, "An Introduction to the Bootstrap", section 13.3.
///
/// # Errors
/// Fewer than two observations, a confidence outside 0 … 1, or a statistic that is NaN or −∞ on the sample or on a
/// resample. +∞ is admitted, so that medians of times to a target can be bootstrapped.
pub fn bootstrap<T: Copy>(
    sample: &[T],
    statistic: impl Fn(&[T]) -> f64,
    confidence: f64,
    seed: u64,
) -> Result<Interval, Error> {
    input::at_least(2, sample.len(), "a bootstrap")?;
    let mut stream = ChaCha8Rng::seed_from_u64(seed);
    let mut resample = sample.to_vec();
    let replicate = || {
        draw(sample, &mut resample, &mut stream);
        statistic(&resample)
    };
    percentile(statistic(sample), replicate, confidence)
}

/// As [`bootstrap`], for two samples that are drawn independently of each other: arms without common seeds.
///
/// # Errors
/// As [`bootstrap`], for either sample.
pub fn bootstrap_two<T: Copy, U: Copy>(
    first: &[T],
    second: &[U],
    statistic: impl Fn(&[T], &[U]) -> f64,
    confidence: f64,
    seed: u64,
) -> Result<Interval, Error> {
    input::at_least(2, first.len().min(second.len()), "a bootstrap")?;
    let mut stream = ChaCha8Rng::seed_from_u64(seed);
    let (mut left, mut right) = (first.to_vec(), second.to_vec());
    let replicate = || {
        draw(first, &mut left, &mut stream);
        draw(second, &mut right, &mut stream);
        statistic(&left, &right)
    };
    percentile(statistic(first, second), replicate, confidence)
}

/// The ratio of the means of paired observations (a, b): ā / b̄. NaN where it has no meaning.
pub fn ratio_of_means(pairs: &[(f64, f64)]) -> f64 {
    ratio(pairs, mean)
}

/// The ratio of the medians of paired observations (a, b). +∞ where the first alone is infinite, NaN where both are.
pub fn ratio_of_medians(pairs: &[(f64, f64)]) -> f64 {
    ratio(pairs, median)
}

/// The ratio of a centre of the first members to that of the second.
fn ratio(pairs: &[(f64, f64)], centre: impl Fn(&[f64]) -> Result<f64, Error>) -> f64 {
    let (first, second): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    match (centre(&first), centre(&second)) {
        (Ok(first), Ok(second)) => first / second,
        _ => f64::NAN,
    }
}

/// Fills `resample` with draws from `sample`, with replacement.
fn draw<T: Copy>(sample: &[T], resample: &mut [T], stream: &mut ChaCha8Rng) {
    let n = sample.len() as u128;
    for slot in resample {
        *slot = sample[((u128::from(stream.next_u64()) * n) >> 64) as usize];
    }
}

/// The interval between the percentiles of the replicates.
fn percentile(estimate: f64, mut replicate: impl FnMut() -> f64, confidence: f64) -> Result<Interval, Error> {
    input::confidence(confidence)?;
    let replicates: Vec<f64> = (0..RESAMPLES).map(|_| replicate()).collect();
    if !replicates.iter().chain([&estimate]).all(|&value| value > f64::NEG_INFINITY) {
        return Err(Error::Undefined("the statistic of a bootstrap"));
    }
    let tail = (1.0 - confidence) / 2.0;
    Ok(Interval { estimate, low: quantile(&replicates, tail)?, high: quantile(&replicates, 1.0 - tail)? })
}
