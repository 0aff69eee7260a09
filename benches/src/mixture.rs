//! The Gaussian mixture of [`objectives`](crate::objectives) over arrays, and its gradient written by hand.

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

/// The value and the gradient of [`Gmm`], derived by hand, with loops over numbers.
pub fn by_hand(of: &Gmm, x: &[f64], gradient: &mut [f64]) -> f64 {
    let (k, d) = (of.components(), of.dimensions());
    let width = d * (d + 1) / 2;
    let (alphas, rest) = x.split_at(k);
    let (means, factors) = rest.split_at(k * d);
    gradient.fill(0.0);
    let (by_alphas, rest) = gradient.split_at_mut(k);
    let (by_means, by_factors) = rest.split_at_mut(k * d);
    let diagonals: Vec<f64> =
        factors.chunks_exact(width).flat_map(|factor| factor[..d].iter().map(|q| q.exp())).collect();
    let sums: Vec<f64> = factors.chunks_exact(width).map(|factor| factor[..d].iter().sum()).collect();
    let (mut centred, mut products) = (vec![0.0; k * d], vec![0.0; k * d]);
    let mut terms = vec![0.0; k];
    let mut value = 0.0;
    for point in of.points() {
        for component in 0..k {
            let span = component * d..(component + 1) * d;
            let (centred, products) = (&mut centred[span.clone()], &mut products[span.clone()]);
            for ((centred, x), mean) in centred.iter_mut().zip(point).zip(&means[span.clone()]) {
                *centred = x - mean;
            }
            let mut below = &factors[component * width + d..(component + 1) * width];
            let mut squares = 0.0;
            for row in 0..d {
                let (own, others) = below.split_at(row);
                let product = own.iter().zip(&*centred).fold(0.0, |sum, (q, c)| sum + q * c);
                products[row] = product + diagonals[span.start + row] * centred[row];
                squares += products[row] * products[row];
                below = others;
            }
            terms[component] = alphas[component] + sums[component] - 0.5 * squares;
        }
        value += shares(&mut terms);
        for component in 0..k {
            let share = terms[component];
            let span = component * d..(component + 1) * d;
            let (centred, products) = (&centred[span.clone()], &products[span.clone()]);
            by_alphas[component] += share;
            let mut below = &factors[component * width + d..(component + 1) * width];
            let (by_diagonal, mut by_below) =
                by_factors[component * width..(component + 1) * width].split_at_mut(d);
            let by_mean = &mut by_means[span.clone()];
            for row in 0..d {
                let weighed = share * products[row];
                let diagonal = diagonals[span.start + row];
                by_diagonal[row] += share - weighed * centred[row] * diagonal;
                by_mean[row] += weighed * diagonal;
                let ((own, others), (by_own, by_others)) = (below.split_at(row), by_below.split_at_mut(row));
                for (((by, q), c), by_mean) in by_own.iter_mut().zip(own).zip(centred).zip(&mut *by_mean) {
                    *by -= weighed * c;
                    *by_mean += weighed * q;
                }
                (below, by_below) = (others, by_others);
            }
        }
    }
    let points = of.points().len() as f64;
    let mut weights = alphas.to_vec();
    value -= points * shares(&mut weights);
    by_alphas.iter_mut().zip(weights).for_each(|(by, weight)| *by -= points * weight);
    for (component, (factor, by)) in
        factors.chunks_exact(width).zip(by_factors.chunks_exact_mut(width)).enumerate()
    {
        for (row, by) in by[..d].iter_mut().enumerate() {
            let diagonal = diagonals[component * d + row];
            value += 0.5 * diagonal * diagonal;
            *by += diagonal * diagonal;
        }
        for (q, by) in factor[d..].iter().zip(&mut by[d..]) {
            value += 0.5 * q * q;
            *by += q;
        }
    }
    value
}

/// The logarithm of the sum of exponentials; each term becomes its share of the sum.
fn shares(terms: &mut [f64]) -> f64 {
    let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for term in terms.iter_mut() {
        *term = (*term - largest).exp();
        sum += *term;
    }
    terms.iter_mut().for_each(|term| *term /= sum);
    largest + sum.ln()
}
