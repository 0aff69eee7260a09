//! Training with a choice of the derivative at 0, on rounded pre-activations.

use autograd::kink::Relu;
use autograd::op::map::apply;
use autograd::op::{Cotangents, Operands, Primitive, bind};
use autograd::{Array, ArrayAlgebra, ArrayOps, Element, Parameters, ShapeError, Tape, Var};
use losses_optim::loss::{Loss, Reduction, SoftmaxCrossEntropy};
use losses_optim::optim::{Momentum, Optimizer};
use rand::seq::SliceRandom;
use serde::Serialize;

use crate::data::Dataset;
use crate::model::Mlp;
use crate::run::seed::stream;

pub(super) const WIDTHS: [usize; 3] = [128, 128, 128];

pub(super) const EPOCHS: usize = 12;

pub(super) const BATCH: usize = 32;

pub(super) const RATE: f32 = 0.02;

/// Rounds to multiples of a step and lets the cotangent pass: a coarse number format.
#[derive(Debug, Clone)]
struct OnGrid {
    step: f64,
}

impl Primitive for OnGrid {
    const NAME: &'static str = "on_grid";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let step = T::from(self.step).expect("a float");
        Array::new(x[0].shape(), x[0].to_vec().into_iter().map(|x| (x / step).round() * step).collect())
    }

    fn vjp<A: ArrayAlgebra>(&self, _x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || cotangent);
    }
}

/// The rectifier with the backward rule of the code released with Bertoin et al. 2021: where the input is 0 the gradient is
/// set to α itself, not to α times what arrives.
#[derive(Debug, Clone)]
struct ReleasedRelu {
    pub(super) alpha: f64,
}

impl Primitive for ReleasedRelu {
    const NAME: &'static str = "released_relu";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        Array::new(x[0].shape(), x[0].to_vec().into_iter().map(|x| x.max(T::zero())).collect())
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || {
            let positive = x[0].step(0.0);
            let zero = x[0].step(1.0) - positive.clone();
            cotangent * positive + zero * x[0].number(self.alpha)
        });
    }
}

/// How the gradient passes an input of exactly 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) enum Rule {
    /// α times what arrives: the chain rule.
    Chain(f64),
    /// α itself.
    Released(f64),
}

/// How pre-activations are rounded in training.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) enum Rounding {
    /// As f32 has them.
    Single,
    /// To multiples of 2 to this power.
    Grid(i32),
}

pub(super) const ROUNDINGS: [(&str, Rounding); 3] =
    [("f32", Rounding::Single), ("grid of 2⁻⁷", Rounding::Grid(-7)), ("grid of 2⁻⁵", Rounding::Grid(-5))];

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Run {
    pub(super) rule: Rule,
    pub(super) rounding: Rounding,
    pub(super) seed: u64,
}

/// A network of three hidden layers, with the choices of a run.
fn outputs<A: ArrayAlgebra>(parameters: &[A], inputs: &A, rule: Rule, rounding: Rounding) -> A {
    let mut activations = inputs.clone();
    let layers = parameters.len() / 2;
    for (layer, pair) in parameters.chunks_exact(2).enumerate() {
        activations = activations.matmul(&pair[0]) + pair[1].clone();
        if layer + 1 < layers {
            if let Rounding::Grid(power) = rounding {
                activations = bind(OnGrid { step: 2_f64.powi(power) }, &[&activations]);
            }
            activations = match rule {
                Rule::Chain(alpha) => apply(Relu::at(alpha), &activations),
                Rule::Released(alpha) => bind(ReleasedRelu { alpha }, &[&activations]),
            };
        }
    }
    activations
}

pub(super) fn model() -> Mlp {
    Mlp::new(64, &WIDTHS, 10)
}

pub(super) fn matrix(data: &Dataset, samples: &[usize]) -> (Array<f32>, Vec<usize>) {
    let features = samples.iter().flat_map(|&sample| data.example(sample)).copied().collect();
    let inputs =
        Array::new(&[samples.len(), data.dimension()], features).expect("each example has its dimension");
    (inputs, samples.iter().map(|&sample| usize::from(data.labels[sample])).collect())
}

/// The test accuracy in per cent after training.
pub(super) fn train(run: &Run, digits: &Dataset) -> f64 {
    let split = digits.split(1437, run.seed);
    let mut parameters: Parameters<f32> = model().initialise(&mut stream(run.seed, "initialisation"));
    let mut gradient = vec![0.0; parameters.len()];
    let mut optimizer = Momentum::<f32>::default();
    let mut order: Vec<usize> = (0..split.train.len()).collect();
    let mut shuffling = stream(run.seed, "batch order");
    let mut tape = Tape::new();
    for _ in 0..EPOCHS {
        order.shuffle(&mut shuffling);
        for batch in order.chunks(BATCH) {
            let (inputs, labels) = matrix(&split.train, batch);
            {
                let variables = parameters.record(&tape);
                let outputs = outputs(&variables, &Var::constant(inputs), run.rule, run.rounding);
                let loss = SoftmaxCrossEntropy
                    .evaluate(&outputs, &labels, Reduction::Mean)
                    .expect("labels in range");
                parameters.gradient(&tape, &loss, &mut gradient);
            }
            tape.clear();
            if gradient.iter().any(|slope| !slope.is_finite()) {
                return 10.0;
            }
            optimizer.step(parameters.as_mut_slice(), &gradient, RATE).expect("a finite rate");
        }
    }
    let (inputs, labels) = matrix(&split.test, &(0..split.test.len()).collect::<Vec<_>>());
    let scores = outputs(&parameters.arrays(), &inputs, run.rule, run.rounding).to_vec();
    let right = scores.chunks_exact(10).zip(&labels).filter(|(row, label)| {
        row.iter().enumerate().all(|(class, &score)| class == **label || score < row[**label])
    });
    100.0 * right.count() as f64 / labels.len() as f64
}

/// The length of the gradient by the first layer's weights when they are all 0, for a choice of the derivative.
pub(super) fn structural(alpha: f64, digits: &Dataset) -> f64 {
    let mut parameters: Parameters<f32> = model().initialise(&mut stream(0, "initialisation"));
    let first = parameters.layout().entries()[0].range();
    parameters.as_mut_slice()[first.clone()].fill(0.0);
    let (inputs, labels) = matrix(digits, &(0..128).collect::<Vec<_>>());
    let mut gradient = vec![0.0; parameters.len()];
    let tape = Tape::new();
    let variables = parameters.record(&tape);
    let outputs = outputs(&variables, &Var::constant(inputs), Rule::Chain(alpha), Rounding::Single);
    let loss = SoftmaxCrossEntropy.evaluate(&outputs, &labels, Reduction::Mean).expect("labels in range");
    parameters.gradient(&tape, &loss, &mut gradient);
    gradient[first].iter().map(|slope| f64::from(*slope).powi(2)).sum::<f64>().sqrt()
}
