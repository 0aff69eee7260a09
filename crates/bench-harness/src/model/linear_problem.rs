//! Linear regression with noise of one's choice.

use nalgebra::{DMatrix, DVector};
use rand_distr::{Distribution, StandardNormal, StudentT};
use serde::Serialize;

use crate::run::seed::stream;

/// The samples and the features of a [`LinearProblem`].
const SAMPLES: usize = 200;
const FEATURES: usize = 10;

/// The noise of the targets of a [`LinearProblem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Noise {
    /// Standard normal.
    Gaussian,
    /// Student's t with two degrees of freedom: no variance.
    HeavyTails,
    /// Gaussian with a deviation from 0.1 to 3 that grows with the first feature: e^(x₁/2 − ½), cut off.
    Uneven,
}

/// 200 samples of 10 features, targets Xw + noise: the features and the true weights w are standard normal.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearProblem {
    /// X: a row for each sample.
    pub inputs: DMatrix<f64>,
    /// w.
    pub truth: DVector<f64>,
    /// Xw + noise.
    pub targets: DVector<f64>,
}

impl LinearProblem {
    /// The problem of a seed, with its features and weights the same whatever the noise.
    pub fn draw(noise: Noise, seed: u64) -> Self {
        let mut random = stream(seed, "linear problem");
        let mut normal = || -> f64 { StandardNormal.sample(&mut random) };
        let inputs = DMatrix::from_fn(SAMPLES, FEATURES, |_, _| normal());
        let truth = DVector::from_fn(FEATURES, |_, _| normal());
        let mut random = stream(seed, "noise");
        let heavy = StudentT::new(2.0).expect("two degrees of freedom");
        let noise = DVector::from_fn(SAMPLES, |row, _| {
            let normal: f64 = StandardNormal.sample(&mut random);
            match noise {
                Noise::Gaussian => normal,
                Noise::HeavyTails => heavy.sample(&mut random),
                Noise::Uneven => normal * (0.5 * inputs[(row, 0)] - 0.5).exp().clamp(0.1, 3.0),
            }
        });
        let targets = &inputs * &truth + noise;
        Self { inputs, truth, targets }
    }

    /// The weights that minimise Σᵢ cᵢ (xᵢ·w − yᵢ)², c ≥ 0 being the samples' `importance`.
    ///
    /// # Panics
    /// If fewer samples than features have any.
    pub fn least_squares(&self, importance: &DVector<f64>) -> DVector<f64> {
        let scaled =
            DMatrix::from_fn(SAMPLES, FEATURES, |row, column| importance[row] * self.inputs[(row, column)]);
        let normal = self.inputs.tr_mul(&scaled).cholesky().expect("more samples than features");
        normal.solve(&scaled.tr_mul(&self.targets))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn least_squares_leave_residuals_orthogonal_to_the_features() {
        let problem = LinearProblem::draw(Noise::Uneven, 1);
        let importance = DVector::from_fn(SAMPLES, |row, _| (row % 3) as f64);
        let residuals = &problem.inputs * problem.least_squares(&importance) - &problem.targets;
        let slopes = problem.inputs.tr_mul(&residuals.component_mul(&importance));
        assert!(slopes.amax() < 1e-10, "{slopes}");
    }

    #[test]
    fn noise_differs_and_the_rest_does_not() {
        let [gaussian, heavy] =
            [Noise::Gaussian, Noise::HeavyTails].map(|noise| LinearProblem::draw(noise, 7));
        assert_eq!((&gaussian.inputs, &gaussian.truth), (&heavy.inputs, &heavy.truth));
        let noise = &gaussian.targets - &gaussian.inputs * &gaussian.truth;
        // The variance of 200 standard normals, whose standard deviation is 0.1.
        let variance = noise.norm_squared() / SAMPLES as f64;
        assert!((variance - 1.0).abs() < 0.3 && gaussian.targets != heavy.targets, "{variance}");
    }
}
