//! Whole steps of training: forward, loss, backward, update.

use autograd::{Array, Parameters, Tape, Var};
use bench_harness::model::Mlp;
use bench_harness::run::seed::stream;
use losses_optim::loss::{Loss, Reduction, SoftmaxCrossEntropy};
use losses_optim::optim::{Adam, GradientDescent, Nesterov, Optimizer};

use crate::bandwidth::CopiedBytes;
use crate::product::{Lie, Product, noise};

/// Which optimizer a step uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Update {
    /// Gradient descent.
    Sgd,
    /// Nesterov momentum.
    Nesterov,
    /// Adam.
    Adam,
}

impl Update {
    /// The optimizer with its default constants.
    fn make(self) -> Box<dyn Optimizer<f32>> {
        match self {
            Self::Sgd => Box::new(GradientDescent::default()),
            Self::Nesterov => Box::new(Nesterov::default()),
            Self::Adam => Box::new(Adam::default()),
        }
    }

    /// The bytes that an update moves for each f32 parameter: its gradient is read, it and each number of the state are
    /// read and written.
    fn bytes_per_parameter(self) -> usize {
        match self {
            Self::Sgd => 12,
            Self::Nesterov => 20,
            Self::Adam => 28,
        }
    }
}

/// A classifier to be trained: a perceptron on a batch of random inputs.
#[derive(Debug, Clone, Copy)]
pub struct Workload {
    /// What lists call it.
    pub name: &'static str,
    /// The sizes of the layers, inputs and classes included.
    pub layers: &'static [usize],
    /// The number of samples in the batch.
    pub batch: usize,
    /// The optimizer.
    pub update: Update,
}

/// The steps that are timed, from small to large networks but for the last, which is all overhead.
pub const WORKLOADS: [Workload; 5] = [
    Workload { name: "a softmax regression", layers: &[784, 10], batch: 128, update: Update::Sgd },
    Workload {
        name: "b perceptron, Nesterov",
        layers: &[784, 512, 512, 10],
        batch: 128,
        update: Update::Nesterov,
    },
    Workload { name: "b perceptron, Adam", layers: &[784, 512, 512, 10], batch: 128, update: Update::Adam },
    Workload {
        name: "c large perceptron, Adam",
        layers: &[3072, 512, 512, 512, 10],
        batch: 128,
        update: Update::Adam,
    },
    Workload { name: "d tiny perceptron, Adam", layers: &[64, 32, 10], batch: 32, update: Update::Adam },
];

impl Workload {
    fn model(&self) -> Mlp {
        let &[inputs, ref hidden @ .., outputs] = self.layers else {
            panic!("a layer has inputs and outputs")
        };
        Mlp::new(inputs, hidden, outputs)
    }

    /// The bare matrix products of one step: for each layer its outputs, the gradient of its weights and, but for the
    /// first layer, that of its inputs. Both operands lie row by row, where the bare product is fastest, though some lie
    /// otherwise in the step: what it costs to bring them into order is no part of the floor.
    pub fn products(&self) -> Vec<Product> {
        let batch = self.batch;
        let layers = self.layers.windows(2).enumerate().flat_map(|(layer, sizes)| {
            let (inputs, outputs) = (sizes[0], sizes[1]);
            let product = |size| Product::new(size, Lie::Plain, Lie::Plain);
            let forward = product([batch, inputs, outputs]);
            let by_weights = product([inputs, batch, outputs]);
            let by_inputs = (layer > 0).then(|| product([batch, outputs, inputs]));
            [Some(forward), Some(by_weights), by_inputs].into_iter().flatten()
        });
        layers.collect()
    }

    /// A copy that moves as many bytes as the update does.
    pub fn update_as_copy(&self) -> CopiedBytes {
        CopiedBytes::moving(self.model().parameters() * self.update.bytes_per_parameter())
    }

    /// A run of training, about to begin.
    pub fn training(&self) -> Training {
        let model = self.model();
        let parameters = model.initialise(&mut stream(0, "initialisation"));
        let inputs = Array::new(&[self.batch, model.inputs], noise(self.batch * model.inputs));
        Training {
            gradient: vec![0.0; parameters.len()],
            labels: (0..self.batch).map(|sample| sample % model.outputs).collect(),
            inputs: inputs.expect("as many as the shape asks for"),
            optimizer: self.update.make(),
            tape: Tape::new(),
            parameters,
            model,
        }
    }
}

/// A run of training on one batch.
pub struct Training {
    model: Mlp,
    parameters: Parameters<f32>,
    gradient: Vec<f32>,
    tape: Tape<Array<f32>>,
    optimizer: Box<dyn Optimizer<f32>>,
    inputs: Array<f32>,
    labels: Vec<usize>,
}

impl Training {
    /// One step, as a user writes it; returns the loss before it.
    pub fn step(&mut self) -> f32 {
        let variables = self.parameters.record(&self.tape);
        let inputs = Var::constant(self.inputs.clone());
        let scores = self.model.outputs(&variables, &inputs, |_, activations| activations);
        let loss = SoftmaxCrossEntropy.evaluate(&scores, &self.labels, Reduction::Mean);
        let loss = self.parameters.gradient(&self.tape, &loss.expect("sound data"), &mut self.gradient);
        drop((variables, scores));
        self.tape.clear();
        // Small, so that a benchmark of many steps on one batch stays where its numbers are ordinary.
        let updated = self.optimizer.step(self.parameters.as_mut_slice(), &self.gradient, 1e-5);
        updated.expect("the rate is finite and the gradient has the parameters' length");
        loss
    }
}
