//! The log-likelihood of a Gaussian mixture with a Wishart prior.

use std::iter::Sum;

use autograd::{Many, Tape, Var};
use num_traits::Float;

use super::{ByHand, ManyObjective, Objective, draw, lit, log_sum_exp, shares};

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

    /// What every point's term needs, laid out as the parameters are: the logarithms of the weights with those of the
    /// determinants, the means, and the factors with their diagonals as they are.
    fn prepared<F: Float>(&self, x: &[F]) -> Vec<F> {
        let (k, d) = (self.components, self.dimensions);
        let mut prepared = x.to_vec();
        let (weights, rest) = prepared.split_at_mut(k);
        for (weight, factor) in weights.iter_mut().zip(rest[k * d..].chunks_exact_mut(d * (d + 1) / 2)) {
            *weight = factor[..d].iter().fold(*weight, |sum, &q| sum + q);
            factor[..d].iter_mut().for_each(|q| *q = q.exp());
        }
        prepared
    }

    /// The weight, the mean and the factor of each component.
    #[inline(always)]
    fn prepared_components<'a, F: Float>(
        &self,
        prepared: &'a [F],
    ) -> impl Iterator<Item = (F, &'a [F], &'a [F])> {
        let (k, d) = (self.components, self.dimensions);
        let (weights, rest) = prepared.split_at(k);
        let (means, factors) = rest.split_at(k * d);
        let parameters = means.chunks_exact(d).zip(factors.chunks_exact(d * (d + 1) / 2));
        weights.iter().zip(parameters).map(|(&weight, (mean, factor))| (weight, mean, factor))
    }

    /// What one point adds to the log-likelihood.
    fn term<F: Float>(
        &self,
        prepared: &[F],
        point: &[f64],
        Scratch { centred, terms }: &mut Scratch<F>,
    ) -> F {
        let d = self.dimensions;
        for (term, (weight, mean, factor)) in terms.iter_mut().zip(self.prepared_components(prepared)) {
            let (diagonal, below) = factor.split_at(d);
            let mut squared = F::zero();
            let mut next = 0;
            for i in 0..d {
                centred[i] = lit::<F>(point[i]) - mean[i];
                let mut product = diagonal[i] * centred[i];
                for &other in &centred[..i] {
                    product = product + below[next] * other;
                    next += 1;
                }
                squared = squared + product * product;
            }
            *term = weight - squared * lit(0.5);
        }
        log_sum_exp(terms)
    }

    /// The same, with sums, products of vectors and the logarithm of the sum as operations of many numbers.
    fn term_of_many<F: Many + Sum>(
        &self,
        prepared: &[F],
        point: &[f64],
        Scratch { centred, terms }: &mut Scratch<F>,
    ) -> F {
        let d = self.dimensions;
        for (term, (weight, mean, factor)) in terms.iter_mut().zip(self.prepared_components(prepared)) {
            let (diagonal, mut below) = factor.split_at(d);
            let product = |i: usize| {
                centred[i] = lit::<F>(point[i]) - mean[i];
                let (row, rows) = below.split_at(i);
                below = rows;
                let product = diagonal[i] * centred[i] + F::dot(row, &centred[..i]);
                product * product
            };
            *term = weight - (0..d).map(product).sum::<F>() * lit(0.5);
        }
        F::log_sum_exp(terms)
    }

    /// What does not depend on the points: the weights' normalisation and the prior.
    fn rest<F: Float>(&self, x: &[F]) -> F {
        let (k, d) = (self.components, self.dimensions);
        let (alphas, rest) = x.split_at(k);
        let mut prior = F::zero();
        for factor in rest[k * d..].chunks_exact(d * (d + 1) / 2) {
            let (diagonal, below) = factor.split_at(d);
            let squares = diagonal.iter().fold(F::zero(), |sum, &q| sum + (q + q).exp());
            let squares = below.iter().fold(squares, |sum, &q| sum + q * q);
            let logarithms = diagonal.iter().fold(F::zero(), |sum, &q| sum + q);
            prior = prior + squares * lit(0.5 * GAMMA * GAMMA) - logarithms * lit(f64::from(EXCESS));
        }
        prior - log_sum_exp(alphas) * lit(POINTS as f64)
    }

    /// The value and the gradient with one short recording for each point, which is swept at once: so it stays in the cache.
    /// Returns the number of operations of all recordings together.
    pub fn gradient_by_points(
        &self,
        x: &[f64],
        tapes: &mut [Tape<f64>; 2],
        gradient: &mut [f64],
    ) -> (f64, usize) {
        self.by_points(x, tapes, gradient, |x, point, scratch| self.term(x, point, scratch))
    }

    /// The same with the operations of many numbers.
    pub fn gradient_by_points_of_many(
        &self,
        x: &[f64],
        tapes: &mut [Tape<f64>; 2],
        gradient: &mut [f64],
    ) -> (f64, usize) {
        self.by_points(x, tapes, gradient, |x, point, scratch| self.term_of_many(x, point, scratch))
    }

    fn by_points(
        &self,
        x: &[f64],
        tapes: &mut [Tape<f64>; 2],
        gradient: &mut [f64],
        term: impl for<'t> Fn(&[Var<'t, f64>], &[f64], &mut Scratch<Var<'t, f64>>) -> Var<'t, f64>,
    ) -> (f64, usize) {
        let [outer, inner] = tapes;
        outer.clear();
        let variables = outer.vars(x);
        let mut results = self.prepared(&variables);
        let prepared: Vec<f64> = results.iter().map(|result| *result.value()).collect();
        let (mut value, mut operations) = (0.0, 0);
        let mut cotangents = vec![0.0; prepared.len() + 1];
        for point in &self.points {
            inner.clear();
            let leaves = inner.vars(&prepared);
            let term = term(&leaves, point, &mut Scratch::new(self));
            value += term.value();
            operations += inner.nodes();
            let by_leaves = inner.gradient(&term);
            for (cotangent, leaf) in cotangents.iter_mut().zip(&leaves) {
                *cotangent += by_leaves.wrt(leaf);
            }
            inner.recycle(by_leaves);
        }
        results.push(self.rest(&variables));
        value += results[prepared.len()].value();
        cotangents[prepared.len()] = 1.0;
        let by_variables = outer.pullback_many(&results, cotangents);
        for (gradient, variable) in gradient.iter_mut().zip(&variables) {
            *gradient = by_variables.wrt(variable);
        }
        outer.recycle(by_variables);
        (value, operations + outer.nodes())
    }
}

/// Room for what the term of one point goes through.
struct Scratch<F> {
    centred: Vec<F>,
    terms: Vec<F>,
}

impl<F: Float> Scratch<F> {
    fn new(of: &Gmm) -> Self {
        Self { centred: vec![F::zero(); of.dimensions], terms: vec![F::zero(); of.components] }
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
        let prepared = self.prepared(x);
        let mut scratch = Scratch::new(self);
        let term = |sum, point: &Vec<f64>| sum + self.term(&prepared, point, &mut scratch);
        self.points.iter().fold(F::zero(), term) + self.rest(x)
    }
}

impl ManyObjective for Gmm {
    fn value_of_many<F: Many + Sum>(&self, x: &[F]) -> F {
        let prepared = self.prepared(x);
        let mut scratch = Scratch::new(self);
        let term = |point: &Vec<f64>| self.term_of_many(&prepared, point, &mut scratch);
        self.points.iter().map(term).sum::<F>() + self.rest(x)
    }
}

impl ByHand for Gmm {
    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let (k, d) = (self.components, self.dimensions);
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
        for point in &self.points {
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
                    let ((own, others), (by_own, by_others)) =
                        (below.split_at(row), by_below.split_at_mut(row));
                    for (((by, q), c), by_mean) in by_own.iter_mut().zip(own).zip(centred).zip(&mut *by_mean)
                    {
                        *by -= weighed * c;
                        *by_mean += weighed * q;
                    }
                    (below, by_below) = (others, by_others);
                }
            }
        }
        let points = self.points.len() as f64;
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
}
