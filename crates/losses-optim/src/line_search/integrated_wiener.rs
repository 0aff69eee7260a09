//! A Gaussian process over the line: what noisy values and slopes say of the function between them.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

/// The shift of the process's origin to the left of the line's, which leaves its value and slope at 0 open.
const OFFSET: f64 = 10.0;

/// cov(f(s), f(t)) of the integrated Wiener process.
fn k(s: f64, t: f64) -> f64 {
    let least = s.min(t) + OFFSET;
    least.powi(3) / 3.0 + (s - t).abs() * least * least / 2.0
}

/// cov(f(s), f′(t)).
fn kd(s: f64, t: f64) -> f64 {
    let (s, t) = (s + OFFSET, t + OFFSET);
    if s < t { s * s / 2.0 } else { s * t - t * t / 2.0 }
}

/// cov(f′(s), f′(t)).
fn dkd(s: f64, t: f64) -> f64 {
    s.min(t) + OFFSET
}

/// The integrated Wiener process, conditioned on values and slopes with noise. Between observations its mean is a cubic.
#[derive(Debug, Clone)]
pub(super) struct IntegratedWiener {
    /// Where it was observed, in the order of observation.
    pub(super) times: Vec<f64>,
    values: Vec<f64>,
    slopes: Vec<f64>,
    value_variance: f64,
    slope_variance: f64,
    gram: Option<Cholesky<f64, Dyn>>,
    weights: DVector<f64>,
}

impl IntegratedWiener {
    /// Without observations; all of them will have noise of these variances.
    pub(super) fn new(value_variance: f64, slope_variance: f64) -> Self {
        Self {
            times: Vec::new(),
            values: Vec::new(),
            slopes: Vec::new(),
            value_variance,
            slope_variance,
            gram: None,
            weights: DVector::zeros(0),
        }
    }

    /// Conditions on one more observation. Returns whether the posterior is still a distribution: two observations at one
    /// place without noise are one too many.
    pub(super) fn observe(&mut self, time: f64, value: f64, slope: f64) -> bool {
        self.times.push(time);
        self.values.push(value);
        self.slopes.push(slope);
        let n = self.times.len();
        let gram = DMatrix::from_fn(2 * n, 2 * n, |row, column| {
            let (s, t) = (self.times[row % n], self.times[column % n]);
            let noise = |variance| if row == column { variance } else { 0.0 };
            match (row < n, column < n) {
                (true, true) => k(s, t) + noise(self.value_variance),
                (true, false) => kd(s, t),
                (false, true) => kd(t, s),
                (false, false) => dkd(s, t) + noise(self.slope_variance),
            }
        });
        self.gram = gram.cholesky();
        let seen = DVector::from_iterator(2 * n, self.values.iter().chain(&self.slopes).copied());
        match &self.gram {
            Some(gram) => self.weights = gram.solve(&seen),
            None => return false,
        }
        self.weights.iter().all(|weight| weight.is_finite())
    }

    /// Covariances of f(t) with all observations.
    fn of_value(&self, t: f64) -> DVector<f64> {
        let times = || self.times.iter();
        DVector::from_iterator(
            2 * self.times.len(),
            times().map(|&s| k(t, s)).chain(times().map(|&s| kd(t, s))),
        )
    }

    /// Covariances of f′(t) with all observations.
    fn of_slope(&self, t: f64) -> DVector<f64> {
        let times = || self.times.iter();
        DVector::from_iterator(
            2 * self.times.len(),
            times().map(|&s| kd(s, t)).chain(times().map(|&s| dkd(t, s))),
        )
    }

    /// How much of two covariances the observations explain: vᵀG⁻¹w.
    fn explained(&self, v: &DVector<f64>, w: &DVector<f64>) -> f64 {
        self.gram.as_ref().map_or(0.0, |gram| v.dot(&gram.solve(w)))
    }

    /// E f(t).
    pub(super) fn mean(&self, t: f64) -> f64 {
        self.of_value(t).dot(&self.weights)
    }

    /// E f′(t).
    pub(super) fn mean_slope(&self, t: f64) -> f64 {
        self.of_slope(t).dot(&self.weights)
    }

    /// Where the cubic that is the mean around t is least, or NaN.
    pub(super) fn cubic_minimum(&self, t: f64) -> f64 {
        let n = self.times.len();
        let (mut second, mut third) = (0.0, 0.0);
        for (i, &s) in self.times.iter().enumerate() {
            if t <= s {
                second += (s - t) * self.weights[i] + self.weights[n + i];
                third -= self.weights[i];
            }
        }
        // The slope is ½ third x² + second x + first in x, the distance from t; at the minimum it rises.
        let first = self.mean_slope(t);
        if third.abs() < 1e-9 {
            return t - first / second;
        }
        t + ((second * second - 2.0 * third * first).sqrt() - second) / third
    }

    /// var f(t).
    pub(super) fn variance(&self, t: f64) -> f64 {
        let v = self.of_value(t);
        (k(t, t) - self.explained(&v, &v)).max(0.0)
    }

    /// The joint distribution of f and f′ at 0 and at t.
    pub(super) fn joint(&self, t: f64) -> Joint {
        let (v0, w0, v, w) = (self.of_value(0.0), self.of_slope(0.0), self.of_value(t), self.of_slope(t));
        let rest = |prior: f64, a: &DVector<f64>, b: &DVector<f64>| prior - self.explained(a, b);
        Joint {
            mean: [self.mean(0.0), self.mean_slope(0.0), self.mean(t), self.mean_slope(t)],
            covariance: {
                let (k00, k01, k02, k03) = (
                    rest(k(0.0, 0.0), &v0, &v0),
                    rest(kd(0.0, 0.0), &v0, &w0),
                    rest(k(0.0, t), &v0, &v),
                    rest(kd(0.0, t), &v0, &w),
                );
                let (k11, k12, k13) =
                    (rest(dkd(0.0, 0.0), &w0, &w0), rest(kd(t, 0.0), &w0, &v), rest(dkd(0.0, t), &w0, &w));
                let (k22, k23, k33) =
                    (rest(k(t, t), &v, &v), rest(kd(t, t), &v, &w), rest(dkd(t, t), &w, &w));
                [[k00, k01, k02, k03], [k01, k11, k12, k13], [k02, k12, k22, k23], [k03, k13, k23, k33]]
            },
        }
    }
}

/// Means and covariances of f(0), f′(0), f(t), f′(t), in this order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Joint {
    pub(super) mean: [f64; 4],
    pub(super) covariance: [[f64; 4]; 4],
}

impl Joint {
    /// The mean of a linear combination.
    pub(super) fn mean_of(&self, a: [f64; 4]) -> f64 {
        a.iter().zip(self.mean).map(|(a, mean)| a * mean).sum()
    }

    /// The covariance of two linear combinations.
    pub(super) fn covariance_of(&self, a: [f64; 4], b: [f64; 4]) -> f64 {
        let row = |row: &[f64; 4]| row.iter().zip(b).map(|(c, b)| c * b).sum::<f64>();
        a.iter().zip(&self.covariance).map(|(a, covariances)| a * row(covariances)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_noise_the_mean_goes_through_values_and_slopes() {
        let mut process = IntegratedWiener::new(0.0, 0.0);
        let seen = [(0.0, 0.0, -1.0), (1.0, -0.5, 0.25), (3.0, 0.75, 0.5)];
        for (time, value, slope) in seen {
            assert!(process.observe(time, value, slope));
        }
        for (time, value, slope) in seen {
            assert!(
                (process.mean(time) - value).abs() < 1e-9 && (process.mean_slope(time) - slope).abs() < 1e-9
            );
            assert!(process.variance(time) < 1e-9);
        }
        assert!(process.variance(2.0) > 1e-3);
        // Between two observations without noise the mean is their cubic Hermite interpolant.
        let (h00, h10, h01, h11) = (0.5, 0.125, 0.5, -0.125);
        let expected = h00 * 0.0 - h10 + h01 * -0.5 + h11 * 0.25;
        assert!((process.mean(0.5) - expected).abs() < 1e-9);
        assert!(!process.observe(1.0, -0.5, 0.25), "twice the same without noise");
    }

    #[test]
    fn slopes_and_minima_are_those_of_the_mean() {
        let mut process = IntegratedWiener::new(0.01, 0.04);
        for (time, value, slope) in [(0.0, 0.0, -1.0), (1.0, -0.4, 0.4), (2.5, 0.5, 0.9)] {
            assert!(process.observe(time, value, slope));
        }
        for t in [0.2, 0.7, 1.3, 2.0] {
            let h = 1e-5;
            let difference = (process.mean(t + h) - process.mean(t - h)) / (2.0 * h);
            assert!((process.mean_slope(t) - difference).abs() < 1e-6);
        }
        let least = process.cubic_minimum(1e-6);
        assert!(least > 0.0 && least < 1.0 && process.mean_slope(least).abs() < 1e-6, "{least}");
        assert!(
            process.mean(least) < process.mean(least + 0.05)
                && process.mean(least) < process.mean(least - 0.05)
        );
    }

    #[test]
    fn covariances_are_those_of_differences() {
        let mut process = IntegratedWiener::new(0.01, 0.04);
        assert!(process.observe(0.0, 0.0, -1.0) && process.observe(1.0, -0.4, 0.4));
        let (t, h) = (0.6, 1e-4);
        let joint = process.joint(t);
        // var f′(t) from var(f(t + h) − f(t − h)), by the covariance of the two.
        let (v, w) = (process.of_value(t + h), process.of_value(t - h));
        let between = k(t + h, t - h) - process.explained(&v, &w);
        let rise = process.variance(t + h) + process.variance(t - h) - 2.0 * between;
        assert!((joint.covariance[3][3] - rise / (4.0 * h * h)).abs() < 1e-3);
        assert!((joint.covariance[2][2] - process.variance(t)).abs() < 1e-12);
        assert_eq!(process.joint(0.0).mean[..2], process.joint(0.0).mean[2..]);
    }
}
