//! The Gaussian mixture of [`objectives`](crate::objectives) over arrays.

use autograd::{Array, ArrayAlgebra, ArrayOps};

use crate::objectives::Gmm;

/// A mixture of Gaussians over points, as arrays: the same function of the same parameters as [`Gmm`], but that the factors'
/// elements below the diagonal lie in square matrices, of which no other element counts.
pub struct Mixture {
    components: usize,
    dimensions: usize,
    /// A row for each point.
    points: Array<f64>,
    /// 1 below the diagonal and 0 elsewhere.
    below: Array<f64>,
    /// 1 on the diagonal and 0 elsewhere.
    diagonal: Array<f64>,
}

impl Mixture {
    /// The mixture of an objective.
    pub fn new(of: &Gmm) -> Self {
        let (d, points) = (of.dimensions(), of.points());
        let square = |one: fn(usize, usize) -> bool| {
            let elements = (0..d * d).map(|at| if one(at / d, at % d) { 1.0 } else { 0.0 }).collect();
            Array::new(&[d, d], elements).expect("full")
        };
        Self {
            components: of.components(),
            dimensions: d,
            points: Array::new(&[points.len(), d], points.concat()).expect("full"),
            below: square(|row, column| column < row),
            diagonal: square(|row, column| column == row),
        }
    }

    /// The parameters of [`Gmm`] as arrays: logarithms of weights, means, logarithms of the factors' diagonals, and the
    /// factors.
    pub fn arrays(&self, x: &[f64]) -> Vec<Array<f64>> {
        let (k, d) = (self.components, self.dimensions);
        let (alphas, rest) = x.split_at(k);
        let (means, factors) = rest.split_at(k * d);
        let (mut diagonals, mut squares) = (Vec::new(), Vec::new());
        for factor in factors.chunks_exact(d * (d + 1) / 2) {
            let (diagonal, mut below) = factor.split_at(d);
            diagonals.extend_from_slice(diagonal);
            for row in 0..d {
                let (own, others) = below.split_at(row);
                squares.extend_from_slice(own);
                squares.resize(squares.len() + d - row, 0.0);
                below = others;
            }
        }
        let shaped = |shape: &[usize], elements: &[f64]| Array::new(shape, elements.to_vec()).expect("full");
        vec![
            shaped(&[k], alphas),
            shaped(&[k, d], means),
            shaped(&[k, d], &diagonals),
            shaped(&[k, d, d], &squares),
        ]
    }

    /// The log-likelihood with the prior.
    ///
    /// # Panics
    /// If the arrays are not those of the mixture's parameters.
    pub fn value<A: ArrayAlgebra<Element = f64>>(&self, x: &[A]) -> A {
        let [alphas, means, logarithms, below] = x else {
            panic!("the mixture has four arrays of parameters")
        };
        let (k, d) = (self.components, self.dimensions);
        let constant = |array: &Array<f64>| A::from_array(array.clone());
        let diagonals = logarithms.exp();
        let below = below.clone() * constant(&self.below);
        let factors = below + diagonals.reshape(&[k, d, 1]) * constant(&self.diagonal);
        // Q(x − μ) = Qx − Qμ: one product for all points and components.
        let centres = (factors.clone() * means.reshape(&[k, 1, d])).sum(&[2]).reshape(&[k * d]);
        let products = constant(&self.points).matmul(&factors.reshape(&[k * d, d]).transpose());
        let points = self.points.shape()[0];
        let squares = products.squared_difference(&centres).reshape(&[points, k, d]).sum(&[2]);
        let terms = alphas.clone() + logarithms.sum(&[1]) - squares.clone() * squares.number(0.5);
        let likelihood = terms.log_sum_exp().sum_all() - alphas.log_sum_exp() * alphas.number(points as f64);
        let prior = (factors.clone() * factors).sum_all();
        likelihood + prior.clone() * prior.number(0.5)
    }
}
