//! Points where the gradient vanishes, of any index.

use nalgebra::{DVector, SymmetricEigen};

use crate::model::{FullBatch, norm};

/// The longest step of a search: at its start, and at all.
const FIRST_RADIUS: f64 = 0.3;
const MOST_RADIUS: f64 = 2.0;

/// A point where the gradient vanishes: a minimum, a saddle or a maximum, as the eigenvalues tell.
#[derive(Debug, Clone, PartialEq)]
pub struct CriticalPoint {
    /// The point.
    pub w: Vec<f64>,
    /// f there.
    pub loss: f64,
    /// ‖∇f‖ there.
    pub gradient: f64,
    /// The eigenvalues of the Hessian there, ascending.
    pub spectrum: Vec<f64>,
}

impl CriticalPoint {
    /// The critical point near `start` that is reached by climbing along the `climbing` directions of lowest curvature and
    /// descending along all others: with 0, a minimum.
    ///
    /// A step is d = −Σᵢ sᵢ (gᵢ/(|λᵢ| + μ)) qᵢ in the eigenbasis of the exact Hessian, sᵢ = −1 for the lowest `climbing`
    /// eigenvalues and 1 for the others: Newton's step where the signs of the λᵢ are those already. μ keeps it within a
    /// radius, which shrinks where the gradient afterwards is not g + Hd to within 1.5‖g‖ and grows where it is to within
    /// 0.6‖g‖. `None` if ‖∇f‖ does not fall below `tolerance` within `most` steps.
    ///
    /// Sources: with no climbing it is Newton's method of Y. Dauphin et al. 2014, section 6, arXiv:1406.2572; with it,
    /// the modes are followed as by C. J. Cerjan & W. H. Miller 1981, doi:10.1063/1.442352.
    pub fn search(
        objective: &FullBatch<'_>,
        start: Vec<f64>,
        climbing: usize,
        tolerance: f64,
        most: usize,
    ) -> Option<Self> {
        let mut w = start;
        let (mut loss, gradient) = objective.loss_and_gradient(&w);
        let mut gradient = DVector::from_vec(gradient);
        let mut radius = FIRST_RADIUS;
        for _ in 0..most {
            let spectrum = Spectrum::of(objective, &w);
            let length = gradient.norm();
            if length < tolerance {
                return Some(Self { w, loss, gradient: length, spectrum: spectrum.values });
            }
            let along = spectrum.vectors.tr_mul(&gradient);
            while radius > 1e-9 {
                let (step, expected) = spectrum.step(&along, climbing, radius);
                let there: Vec<f64> = w.iter().zip(&step).map(|(w, step)| w + step).collect();
                let (loss_there, gradient_there) = objective.loss_and_gradient(&there);
                let gradient_there = DVector::from_vec(gradient_there);
                let error = (&gradient_there - expected).norm() / length;
                let reached = error.min(1.0) * length < tolerance && gradient_there.norm() < length;
                if error < 1.5 || reached {
                    (w, loss, gradient) = (there, loss_there, gradient_there);
                    if error < 0.6 {
                        radius = (2.0 * radius).min(MOST_RADIUS);
                    }
                    break;
                }
                radius /= 2.0;
            }
        }
        None
    }

    /// The share of the eigenvalues below −`tolerance`: 0 at a minimum, 1 at a maximum.
    pub fn index(&self, tolerance: f64) -> f64 {
        negative(&self.spectrum, tolerance) as f64 / self.spectrum.len() as f64
    }
}

/// How many eigenvalues lie below −`tolerance`.
pub fn negative(spectrum: &[f64], tolerance: f64) -> usize {
    spectrum.iter().filter(|&&eigenvalue| eigenvalue < -tolerance).count()
}

/// The eigenvalues of a Hessian, ascending, with their vectors.
struct Spectrum {
    values: Vec<f64>,
    vectors: nalgebra::DMatrix<f64>,
}

impl Spectrum {
    fn of(objective: &FullBatch<'_>, w: &[f64]) -> Self {
        let eigen = SymmetricEigen::new(objective.hessian(w));
        let mut order: Vec<usize> = (0..w.len()).collect();
        order.sort_by(|&i, &j| eigen.eigenvalues[i].total_cmp(&eigen.eigenvalues[j]));
        Self {
            values: order.iter().map(|&i| eigen.eigenvalues[i]).collect(),
            vectors: eigen.eigenvectors.select_columns(&order),
        }
    }

    /// A step no longer than `radius` and the gradient after it to first order, for a gradient given in this basis.
    fn step(&self, along: &DVector<f64>, climbing: usize, radius: f64) -> (DVector<f64>, DVector<f64>) {
        let damped = |damping: f64| -> Vec<f64> {
            let parts = along.iter().zip(&self.values).enumerate();
            parts
                .map(|(i, (g, value))| {
                    let size = g / (value.abs() + damping);
                    if i < climbing { size } else { -size }
                })
                .collect()
        };
        // ‖d‖ ≤ ‖g‖/μ, hence the upper end is short enough; 40 halvings of the exponent find the length to many digits.
        let (mut low, mut high) = (1e-14_f64, (norm(along.as_slice()) / radius).max(1e-14));
        if norm(&damped(low)) <= radius {
            high = low;
        }
        for _ in 0..40 {
            let middle = (low * high).sqrt();
            if norm(&damped(middle)) > radius { low = middle } else { high = middle }
        }
        let step = DVector::from_vec(damped(high));
        let bent = DVector::from_iterator(
            step.len(),
            step.iter().zip(&self.values).zip(along.iter()).map(|((step, value), g)| g + value * step),
        );
        (&self.vectors * step, &self.vectors * bent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data;
    use crate::model::{Activation, Mlp};
    use crate::run::seed::stream;

    /// From one start, the search ends at a minimum or on a saddle above it, as it is told.
    #[test]
    fn it_descends_to_minima_and_climbs_to_saddles() {
        let digits = data::digits().unwrap().pooled(2).select(&(0..100).collect::<Vec<_>>());
        let model = Mlp::new(16, &[2], 10).with_activation(Activation::Tanh);
        let objective = FullBatch::new(&model, &digits, 1e-2);
        let start = model.initialise::<f64>(&mut stream(1, "test")).as_slice().to_vec();
        let found = |climbing| {
            CriticalPoint::search(&objective, start.clone(), climbing, 1e-9, 300).expect("it converges")
        };
        let (minimum, saddle) = (found(0), found(2));
        assert_eq!((negative(&minimum.spectrum, 1e-6), negative(&saddle.spectrum, 1e-6)), (0, 2));
        assert!(minimum.loss < saddle.loss && saddle.index(1e-6) == 2.0 / 64.0);
        for point in [minimum, saddle] {
            assert!(norm(&objective.loss_and_gradient(&point.w).1) < 1e-9);
        }
    }
}
