//! A Gaussian process over the line: what noisy values and slopes say of the function between them.

use nalgebra::{Cholesky, DMatrix, DVectorView, DVectorViewMut, Dyn, VecStorage};

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
///
/// It is made once for many lines, and asked through `&mut` because it works in vectors that it keeps.
#[derive(Default)]
pub(super) struct IntegratedWiener {
    /// Where it was observed, in the order of observation.
    pub(super) times: Vec<f64>,
    /// Values, in the order of observation.
    values: Vec<f64>,
    /// Slopes, in the order of observation.
    slopes: Vec<f64>,
    value_variance: f64,
    slope_variance: f64,
    gram: Gram,
    /// G⁻¹ times the values and the slopes.
    weights: Vec<f64>,
    /// Covariances with all observations: of f and f′ at 0, of f and f′ at another place.
    covariances: [Vec<f64>; 4],
}

impl IntegratedWiener {
    /// Forgets all observations; those to come will have noise of these variances. Makes room for so many.
    pub(super) fn restart(&mut self, value_variance: f64, slope_variance: f64, observations: usize) {
        for observed in [&mut self.times, &mut self.values, &mut self.slopes] {
            observed.clear();
            observed.reserve(observations);
        }
        self.covariances.iter_mut().chain([&mut self.weights]).for_each(|room| {
            room.clear();
            room.reserve(2 * observations);
        });
        self.gram.restart(2 * observations);
        (self.value_variance, self.slope_variance) = (value_variance, slope_variance);
    }

    /// Conditions on one more observation. Returns whether that could be done: two observations at one place without noise are
    /// one too many, and the last is then forgotten.
    pub(super) fn observe(&mut self, time: f64, value: f64, slope: f64) -> bool {
        self.times.push(time);
        self.values.push(value);
        self.slopes.push(slope);
        let possible = self.condition();
        if !possible {
            self.times.pop();
            self.values.pop();
            self.slopes.pop();
            self.condition();
        }
        possible
    }

    /// Finds the weights of all observations. Returns whether there are any.
    fn condition(&mut self) -> bool {
        let n = self.times.len();
        let positive = self.gram.decompose(2 * n, |row, column| {
            let (s, t) = (self.times[row % n], self.times[column % n]);
            let noise = |variance| if row == column { variance } else { 0.0 };
            match (row < n, column < n) {
                (true, true) => k(s, t) + noise(self.value_variance),
                (true, false) => kd(s, t),
                (false, true) => kd(t, s),
                (false, false) => dkd(s, t) + noise(self.slope_variance),
            }
        });
        self.weights.clear();
        self.weights.extend(self.values.iter().chain(&self.slopes));
        solve(&self.gram.decomposition, &mut self.weights);
        positive && self.weights.iter().all(|weight| weight.is_finite())
    }

    /// E f(t).
    pub(super) fn mean(&mut self, t: f64) -> f64 {
        let v = &mut self.covariances[2];
        of_value(&self.times, t, v);
        dot(v, &self.weights)
    }

    /// E f′(t).
    pub(super) fn mean_slope(&mut self, t: f64) -> f64 {
        let w = &mut self.covariances[3];
        of_slope(&self.times, t, w);
        dot(w, &self.weights)
    }

    /// Where the cubic that is the mean around t is least, or NaN.
    pub(super) fn cubic_minimum(&mut self, t: f64) -> f64 {
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
    pub(super) fn variance(&mut self, t: f64) -> f64 {
        let v = &mut self.covariances[2];
        of_value(&self.times, t, v);
        (k(t, t) - self.gram.explained(v, v)).max(0.0)
    }

    /// The joint distribution of f and f′ at 0 and at t.
    pub(super) fn joint(&mut self, t: f64) -> Joint {
        let [v0, w0, v, w] = &mut self.covariances;
        of_value(&self.times, 0.0, v0);
        of_slope(&self.times, 0.0, w0);
        of_value(&self.times, t, v);
        of_slope(&self.times, t, w);
        let gram = &mut self.gram;
        let mut rest = |prior: f64, a: &[f64], b: &[f64]| prior - gram.explained(a, b);
        let (k00, k01, k02, k03) = (
            rest(k(0.0, 0.0), v0, v0),
            rest(kd(0.0, 0.0), v0, w0),
            rest(k(0.0, t), v0, v),
            rest(kd(0.0, t), v0, w),
        );
        let (k11, k12, k13) =
            (rest(dkd(0.0, 0.0), w0, w0), rest(kd(t, 0.0), w0, v), rest(dkd(0.0, t), w0, w));
        let (k22, k23, k33) = (rest(k(t, t), v, v), rest(kd(t, t), v, w), rest(dkd(t, t), w, w));
        Joint {
            mean: [v0, w0, v, w].map(|covariances| dot(covariances, &self.weights)),
            covariance: [
                [k00, k01, k02, k03],
                [k01, k11, k12, k13],
                [k02, k12, k22, k23],
                [k03, k13, k23, k33],
            ],
        }
    }
}

/// Covariances of f(t) with all observations.
fn of_value(times: &[f64], t: f64, covariances: &mut Vec<f64>) {
    covariances.clear();
    covariances.extend(times.iter().map(|&s| k(t, s)).chain(times.iter().map(|&s| kd(t, s))));
}

/// Covariances of f′(t) with all observations.
fn of_slope(times: &[f64], t: f64, covariances: &mut Vec<f64>) {
    covariances.clear();
    covariances.extend(times.iter().map(|&s| kd(s, t)).chain(times.iter().map(|&s| dkd(t, s))));
}

/// aᵀb, in the linear-algebra crate's order of summation.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    DVectorView::from_slice(a, a.len()).dot(&DVectorView::from_slice(b, b.len()))
}

/// G, the covariances of all observations with each other, decomposed by Cholesky's method in a matrix that is kept.
struct Gram {
    decomposition: Cholesky<f64, Dyn>,
    /// G⁻¹ times a vector.
    solved: Vec<f64>,
}

impl Default for Gram {
    fn default() -> Self {
        Self { decomposition: Cholesky::pack_dirty(DMatrix::default()), solved: Vec::new() }
    }
}

impl Gram {
    /// Takes the entries out, to be written anew.
    fn entries(&mut self) -> Vec<f64> {
        let empty = Cholesky::pack_dirty(DMatrix::default());
        let mut entries = Vec::from(std::mem::replace(&mut self.decomposition, empty).unpack_dirty().data);
        entries.clear();
        entries
    }

    /// Makes room for so many rows.
    fn restart(&mut self, rows: usize) {
        let mut entries = self.entries();
        entries.reserve(rows * rows);
        self.decomposition = Cholesky::pack_dirty(matrix(0, entries));
        self.solved.clear();
        self.solved.reserve(rows);
    }

    /// Decomposes a symmetric matrix. Returns whether it is positive definite.
    fn decompose(&mut self, rows: usize, entry: impl Fn(usize, usize) -> f64) -> bool {
        let mut entries = self.entries();
        entries.extend((0..rows * rows).map(|i| entry(i % rows, i / rows)));
        // Where it is not, `Cholesky::new` would drop the matrix; this leaves NaN or 0 on the diagonal.
        self.decomposition = Cholesky::new_unchecked(matrix(rows, entries));
        let factor = self.decomposition.l_dirty();
        (0..rows).all(|i| factor[(i, i)] > 0.0)
    }

    /// How much of two covariances the observations explain: vᵀG⁻¹w.
    fn explained(&mut self, v: &[f64], w: &[f64]) -> f64 {
        self.solved.clear();
        self.solved.extend_from_slice(w);
        solve(&self.decomposition, &mut self.solved);
        dot(v, &self.solved)
    }
}

/// G⁻¹b, in place of b.
fn solve(decomposition: &Cholesky<f64, Dyn>, b: &mut [f64]) {
    let n = b.len();
    decomposition.solve_mut(&mut DVectorViewMut::from_slice(b, n));
}

/// A square matrix of these entries.
fn matrix(rows: usize, entries: Vec<f64>) -> DMatrix<f64> {
    DMatrix::from_vec_storage(VecStorage::new(Dyn(rows), Dyn(rows), entries))
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

    fn process(value_variance: f64, slope_variance: f64) -> IntegratedWiener {
        let mut process = IntegratedWiener::default();
        process.restart(value_variance, slope_variance, 3);
        process
    }

    #[test]
    fn without_noise_the_mean_goes_through_values_and_slopes() {
        let mut process = process(0.0, 0.0);
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
        let mean = process.mean(2.0);
        assert!(!process.observe(1.0, -0.5, 0.25), "twice the same without noise");
        assert_eq!((process.times.len(), process.mean(2.0)), (3, mean), "and as if it had not been tried");
    }

    #[test]
    fn slopes_and_minima_are_those_of_the_mean() {
        let mut process = process(0.01, 0.04);
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
        let mut process = process(0.01, 0.04);
        assert!(process.observe(0.0, 0.0, -1.0) && process.observe(1.0, -0.4, 0.4));
        let (t, h) = (0.6, 1e-4);
        let joint = process.joint(t);
        // var f′(t) from var(f(t + h) − f(t − h)), by the covariance of the two.
        let (mut v, mut w) = (Vec::new(), Vec::new());
        of_value(&process.times, t + h, &mut v);
        of_value(&process.times, t - h, &mut w);
        let between = k(t + h, t - h) - process.gram.explained(&v, &w);
        let rise = process.variance(t + h) + process.variance(t - h) - 2.0 * between;
        assert!((joint.covariance[3][3] - rise / (4.0 * h * h)).abs() < 1e-3);
        assert!((joint.covariance[2][2] - process.variance(t)).abs() < 1e-12);
        assert_eq!(process.joint(0.0).mean[..2], process.joint(0.0).mean[2..]);
    }

    #[test]
    fn a_process_that_has_been_used_is_as_good_as_new() {
        let observe = |process: &mut IntegratedWiener| {
            for (time, value, slope) in [(0.0, 0.0, -1.0), (1.0, -0.4, 0.4), (2.5, 0.5, 0.9)] {
                assert!(process.observe(time, value, slope));
            }
            (process.joint(0.6).covariance, process.mean(2.0), process.cubic_minimum(0.1))
        };
        let mut used = process(0.0, 0.0);
        assert!(used.observe(0.0, 1.0, 1.0) && !used.observe(0.0, 1.0, 1.0));
        used.restart(0.01, 0.04, 3);
        assert_eq!(observe(&mut used), observe(&mut process(0.01, 0.04)));
    }
}
