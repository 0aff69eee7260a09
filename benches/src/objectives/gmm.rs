//! The log-likelihood of a Gaussian mixture with a Wishart prior.

use num_traits::Float;

use super::{Objective, draw, lit, log_sum_exp};

/// A mixture of `components` Gaussians in `dimensions` dimensions over 1,000 points.
#[derive(Debug)]
pub struct Gmm {
    dimensions: usize,
    components: usize,
    points: Vec<Vec<f64>>,
}

const POINTS: usize = 1000;
/// The prior's scale and excess of degrees of freedom.
const GAMMA: f64 = 1.0;
const EXCESS: i32 = 0;

impl Gmm {
    /// The shape of ADBench's file of the same numbers.
    pub fn new(dimensions: usize, components: usize) -> Self {
        let points = (0..POINTS).map(|i| draw(i + 1, dimensions, 1.0)).collect();
        Self { dimensions, components, points }
    }

    /// The number of dimensions.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// The number of Gaussians.
    pub fn components(&self) -> usize {
        self.components
    }

    /// The points.
    pub fn points(&self) -> &[Vec<f64>] {
        &self.points
    }
}

impl Objective for Gmm {
    fn name(&self) -> String {
        format!("GMM {},{}", self.dimensions, self.components)
    }

    fn point(&self) -> Vec<f64> {
        let (d, k) = (self.dimensions, self.components);
        draw(0, k + k * d + k * d * (d + 1) / 2, 0.5)
    }

    fn value<F: Float>(&self, x: &[F]) -> F {
        let (d, k) = (self.dimensions, self.components);
        let (alphas, rest) = x.split_at(k);
        let (means, factors) = rest.split_at(k * d);
        // The inverse of each covariance's Cholesky factor: logarithms of the diagonal, then what is below it.
        let width = d * (d + 1) / 2;
        let factor = |k: usize| &factors[k * width..(k + 1) * width];
        let diagonals: Vec<F> = (0..k).flat_map(|k| factor(k)[..d].iter().map(|&q| q.exp())).collect();
        let sums: Vec<F> = (0..k).map(|k| factor(k)[..d].iter().fold(F::zero(), |sum, &q| sum + q)).collect();

        let mut likelihood = F::zero();
        let mut centred = vec![F::zero(); d];
        let mut terms = vec![F::zero(); k];
        for point in &self.points {
            for (k, term) in terms.iter_mut().enumerate() {
                for i in 0..d {
                    centred[i] = lit::<F>(point[i]) - means[k * d + i];
                }
                let below = &factor(k)[d..];
                let mut squared = F::zero();
                let mut next = 0;
                for i in 0..d {
                    let mut product = diagonals[k * d + i] * centred[i];
                    for &other in &centred[..i] {
                        product = product + below[next] * other;
                        next += 1;
                    }
                    squared = squared + product * product;
                }
                *term = alphas[k] + sums[k] - squared * lit(0.5);
            }
            likelihood = likelihood + log_sum_exp(&terms);
        }
        likelihood = likelihood - log_sum_exp(alphas) * lit(POINTS as f64);

        let mut prior = F::zero();
        for (k, &sum) in sums.iter().enumerate() {
            let diagonal = diagonals[k * d..(k + 1) * d].iter().fold(F::zero(), |sum, &q| sum + q * q);
            let squares = factor(k)[d..].iter().fold(diagonal, |sum, &q| sum + q * q);
            prior = prior + squares * lit(0.5 * GAMMA * GAMMA) - sum * lit(f64::from(EXCESS));
        }
        likelihood + prior
    }
}
