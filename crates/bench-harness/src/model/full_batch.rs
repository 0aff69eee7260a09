//! The loss of a whole data set as a function of the parameters, with its first and second derivatives.

use autograd::{Algebra, Array, ArrayAlgebra, ArrayOps, Layout, Parameters, Tape, Var};
use losses_optim::objective::{Objective, TwiceDifferentiable};
use nalgebra::DMatrix;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::data::Dataset;
use crate::model::{Batch, Classification, Mlp, Task};

/// The mean cross-entropy of a classifier on a whole data set plus ½λ‖w‖², in double precision, as a function of its
/// parameters: for experiments that follow exact gradients or look at curvature. No sampling, no state.
#[derive(Debug, Clone)]
pub struct FullBatch<'a> {
    model: &'a Mlp,
    layout: Layout,
    inputs: Array<f64>,
    labels: Vec<usize>,
    l2: f64,
}

impl<'a> FullBatch<'a> {
    /// The objective of a model on these data with the penalty ½λ‖w‖², λ = `l2`.
    pub fn new(model: &'a Mlp, data: &Dataset, l2: f64) -> Self {
        let features = data.features.iter().map(|&x| f64::from(x)).collect();
        Self {
            model,
            layout: model.layout(),
            inputs: Array::new(&[data.len(), data.dimension()], features)
                .expect("each example has its dimension"),
            labels: data.labels.iter().map(|&label| usize::from(label)).collect(),
            l2,
        }
    }

    /// The number of parameters.
    pub fn dimension(&self) -> usize {
        self.layout.len()
    }

    /// The model's outputs for every sample.
    pub fn outputs(&self, w: &[f64]) -> Array<f64> {
        self.model.outputs(&self.parameters(w).arrays(), &self.inputs, |_, activations| activations)
    }

    /// The objective at w.
    pub fn loss(&self, w: &[f64]) -> f64 {
        let loss = self.data_loss(&self.parameters(w).arrays(), &self.inputs);
        loss.item().expect("a mean is one number") + self.penalty(w)
    }

    /// The objective at w and its gradient.
    pub fn loss_and_gradient(&self, w: &[f64]) -> (f64, Vec<f64>) {
        let (tape, parameters) = (Tape::new(), self.parameters(w));
        let loss = self.data_loss(&parameters.record(&tape), &Var::constant(self.inputs.clone()));
        let mut gradient = vec![0.0; w.len()];
        let loss = parameters.gradient(&tape, &loss, &mut gradient);
        gradient.iter_mut().zip(w).for_each(|(slope, w)| *slope += self.l2 * w);
        (loss + self.penalty(w), gradient)
    }

    /// The product of the Hessian at w with a direction, by reverse mode over reverse mode: the derivative of ∇f·v.
    ///
    /// # Panics
    /// If the direction has another length than w.
    pub fn curve_along(&self, w: &[f64], direction: &[f64]) -> Vec<f64> {
        assert_eq!(w.len(), direction.len(), "a direction in the space of the parameters");
        let directions = self.parameters(direction).arrays();
        self.differentiate_gradient(w, |tape, gradient, columns| {
            let along = gradient.iter().zip(directions).map(|(g, v)| (g * &Var::constant(v)).sum_all());
            let along = along.reduce(|sum, term| sum + term).expect("a model has parameters");
            columns.push(&tape.gradient(&along));
        })
        .remove(0)
    }

    /// The Hessian at w: the gradient is recorded once and pulled back once for each parameter.
    pub fn hessian(&self, w: &[f64]) -> DMatrix<f64> {
        let columns = self.differentiate_gradient(w, |tape, gradient, columns| {
            for part in gradient {
                let count = part.array().len();
                for coordinate in 0..count {
                    let mut unit = vec![0.0; count];
                    unit[coordinate] = 1.0;
                    let unit = Array::new(part.shape(), unit).expect("the gradient's own shape");
                    columns.push(&tape.pullback(part, unit));
                }
            }
        });
        let hessian = DMatrix::from_fn(w.len(), w.len(), |row, column| columns[column][row]);
        (&hessian + hessian.transpose()) / 2.0
    }

    /// The eigenvalue of the Hessian at w of largest absolute value, by power iteration from a random direction until
    /// it moves by less than one part in a thousand, at most a hundred times.
    pub fn largest_curvature(&self, w: &[f64], random: &mut ChaCha8Rng) -> f64 {
        let mut direction: Vec<f64> = (0..w.len()).map(|_| random.random_range(-1.0..1.0)).collect();
        let mut curvature = 0.0;
        for _ in 0..100 {
            let length = norm(&direction);
            direction.iter_mut().for_each(|v| *v /= length);
            let product = self.curve_along(w, &direction);
            let before = curvature;
            curvature = direction.iter().zip(&product).map(|(v, hv)| v * hv).sum();
            if (curvature - before).abs() <= 1e-3 * curvature.abs() {
                break;
            }
            direction = product;
        }
        curvature
    }

    fn parameters(&self, w: &[f64]) -> Parameters<f64> {
        Parameters::new(self.layout.clone(), w.to_vec())
    }

    fn penalty(&self, w: &[f64]) -> f64 {
        self.l2 / 2.0 * w.iter().map(|w| w * w).sum::<f64>()
    }

    fn data_loss<A: ArrayAlgebra>(&self, parameters: &[A], inputs: &A) -> A {
        let outputs = self.model.outputs(parameters, inputs, |_, activations| activations);
        let batch = Batch { inputs, labels: &self.labels };
        Classification.loss(&outputs, &batch).expect("the data suit the task")
    }

    /// Records the gradient at w and collects what `ask` wants to know of its derivatives.
    fn differentiate_gradient(
        &self,
        w: &[f64],
        ask: impl for<'t> FnOnce(&'t Tape<Array<f64>>, &[Var<'t, Array<f64>>], &mut Columns<'_, 't>),
    ) -> Vec<Vec<f64>> {
        let outer = Tape::new();
        let leaves = self.parameters(w).record(&outer);
        let inner = Tape::new();
        let variables = inner.vars(&leaves);
        let inputs = Var::constant(Var::constant(self.inputs.clone()));
        // The penalty joins within, so that its curvature λ needs no second place; λ/2·w² has the gradient λw.
        let penalty = variables.iter().map(|w| (w * w).sum_all()).reduce(|sum, term| sum + term);
        let penalty = penalty.expect("a model has parameters");
        let loss = self.data_loss(&variables, &inputs) + &penalty * &penalty.number(self.l2 / 2.0);
        let sweep = inner.gradient(&loss);
        let gradient: Vec<_> = variables.iter().map(|variable| sweep.wrt(variable)).collect();
        let mut columns = Columns { leaves: &leaves, found: Vec::new() };
        ask(&outer, &gradient, &mut columns);
        columns.found
    }
}

impl Objective<f64> for FullBatch<'_> {
    fn value(&mut self, w: &[f64]) -> f64 {
        self.loss(w)
    }

    fn value_and_grad(&mut self, w: &[f64], gradient: &mut [f64]) -> f64 {
        let (loss, slopes) = self.loss_and_gradient(w);
        gradient.copy_from_slice(&slopes);
        loss
    }
}

impl TwiceDifferentiable<f64> for FullBatch<'_> {
    fn hessian(&mut self, w: &[f64], hessian: &mut [f64]) {
        // Symmetric: by columns is by rows.
        hessian.copy_from_slice(FullBatch::hessian(self, w).as_slice());
    }
}

/// Cotangents of all parameters, flat, one for each sweep of the outer tape.
struct Columns<'a, 't> {
    leaves: &'a [Var<'t, Array<f64>>],
    found: Vec<Vec<f64>>,
}

impl Columns<'_, '_> {
    fn push(&mut self, sweep: &autograd::Gradient<Array<f64>>) {
        self.found.push(self.leaves.iter().flat_map(|leaf| sweep.wrt(leaf).to_vec()).collect());
    }
}

/// The Euclidean length.
pub fn norm(vector: &[f64]) -> f64 {
    vector.iter().map(|x| x * x).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use crate::data;
    use crate::model::Activation;
    use crate::run::seed::stream;

    use super::*;

    /// Against differences of the gradient, and the largest eigenvalue against the whole spectrum.
    #[test]
    fn curvature_is_the_derivative_of_the_gradient() {
        let digits = data::digits().unwrap().pooled(2).select(&(0..40).collect::<Vec<_>>());
        let model = Mlp::new(16, &[3], 10).with_activation(Activation::Tanh);
        let objective = FullBatch::new(&model, &digits, 1e-2);
        let w = model.initialise::<f64>(&mut stream(1, "test")).as_slice().to_vec();
        let hessian = objective.hessian(&w);
        for coordinate in [0, 50, 90] {
            let at = |shift: f64| {
                let mut w = w.clone();
                w[coordinate] += shift;
                objective.loss_and_gradient(&w).1
            };
            let (above, below) = (at(1e-5), at(-1e-5));
            let mut unit = vec![0.0; w.len()];
            unit[coordinate] = 1.0;
            let product = objective.curve_along(&w, &unit);
            for row in 0..w.len() {
                let numeric = (above[row] - below[row]) / 2e-5;
                assert!((hessian[(row, coordinate)] - numeric).abs() < 1e-8, "{row}, {coordinate}");
                assert!((product[row] - hessian[(row, coordinate)]).abs() < 1e-14, "{row}, {coordinate}");
            }
        }
        let largest = hessian.symmetric_eigenvalues().amax();
        let found = objective.largest_curvature(&w, &mut stream(2, "test"));
        assert!((found - largest).abs() < 0.01 * largest, "{found} {largest}");
        assert!((objective.loss(&w) - objective.loss_and_gradient(&w).0).abs() < 1e-15);
    }
}
