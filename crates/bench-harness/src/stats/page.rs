//! Whether a quantity rises over ordered conditions.

use super::correlation::ranks;
use super::{Error, input};

/// Page's test for an increase over ordered conditions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Page {
    /// L = Σⱼ j · Rⱼ for the sums Rⱼ of the ranks of condition j: large for an increase.
    pub statistic: f64,
    /// One-sided, by the normal approximation.
    pub p_value: f64,
}

/// Tests whether values rise over k conditions, given in the order in which they should, on n subjects (seeds): each row is
/// a subject's values by condition. Ranks are taken within each subject; without a trend L has the mean nk(k + 1)²/4 and the
/// variance nk²(k + 1)²(k − 1)/144. Ties share the mean of their ranks, which makes the test conservative.
///
/// ```
/// use bench_harness::stats::page;
/// let error = [[0.1, 0.2, 0.4], [0.0, 0.3, 0.5], [0.1, 0.1, 0.6], [0.2, 0.3, 0.4]].map(Vec::from);
/// assert!(page(&error)?.p_value < 0.01);
/// # Ok::<(), bench_harness::stats::Error>(())
/// ```
///
/// Source: E. B. Page 1963, "Ordered hypotheses for multiple treatments", doi:10.1080/01621459.1963.10500843.
///
/// # Errors
/// No subject, rows of different lengths or of fewer than three conditions, a NaN or −∞.
pub fn page(subjects: &[Vec<f64>]) -> Result<Page, Error> {
    input::at_least(1, subjects.len(), "a trend over conditions")?;
    let conditions = subjects[0].len();
    input::at_least(3, conditions, "a trend over conditions")?;
    let mut statistic = 0.0;
    for subject in subjects {
        input::paired(conditions, subject.len())?;
        input::ordered(subject)?;
        statistic += ranks(subject).iter().enumerate().map(|(j, rank)| (j + 1) as f64 * rank).sum::<f64>();
    }
    let (mean, variance) = null_moments(subjects.len() as f64, conditions as f64);
    let z = (statistic - mean) / variance.sqrt();
    Ok(Page { statistic, p_value: statrs::function::erf::erfc(z / std::f64::consts::SQRT_2) / 2.0 })
}

/// Mean and variance of L without a trend.
fn null_moments(n: f64, k: f64) -> (f64, f64) {
    (n * k * (k + 1.0).powi(2) / 4.0, n * (k * (k + 1.0)).powi(2) * (k - 1.0) / 144.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against every one of the 24² pairs of orders of four conditions.
    #[test]
    fn moments_are_those_of_all_orders() {
        let mut orders = Vec::new();
        for code in 0..256_usize {
            let order: Vec<f64> = (0..4).map(|place| (code >> (2 * place) & 3) as f64).collect();
            if (0..4).all(|value| order.contains(&f64::from(value))) {
                orders.push(order);
            }
        }
        assert_eq!(orders.len(), 24);
        let pairs = orders.iter().flat_map(|a| orders.iter().map(move |b| vec![a.clone(), b.clone()]));
        let all: Vec<f64> = pairs.map(|pair| page(&pair).unwrap().statistic).collect();
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        let variance = all.iter().map(|l| (l - mean).powi(2)).sum::<f64>() / all.len() as f64;
        let (expected, spread) = null_moments(2.0, 4.0);
        assert!((mean - expected).abs() < 1e-12 && (variance - spread).abs() < 1e-10, "{mean} {variance}");
    }

    /// L = 2·(1·1 + 2·2 + 3·3) = 28 for two rising rows of three: mean 24, variance 4, z = 2.
    #[test]
    fn a_rise_has_a_small_tail_and_a_fall_a_large_one() {
        let rise = page(&[vec![1.0, 2.0, 3.0], vec![0.0, 5.0, f64::INFINITY]]).unwrap();
        assert_eq!(rise.statistic, 28.0);
        assert!((rise.p_value - 0.022_750_131_948).abs() < 1e-10, "{}", rise.p_value);
        let fall = page(&[vec![3.0, 2.0, 1.0], vec![9.0, 5.0, 0.0]]).unwrap();
        assert!((fall.p_value - 0.977_249_868_052).abs() < 1e-10, "{}", fall.p_value);
        assert!(page(&[]).is_err() && page(&[vec![1.0, 2.0]]).is_err());
        assert!(page(&[vec![1.0, 2.0, 3.0], vec![1.0, 2.0]]).is_err());
    }
}
