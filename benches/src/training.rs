//! Whole steps of training: forward, loss, backward, update.

use autograd::op::convolution::Convolution;
use autograd::op::pool::Pooling;
use autograd::{Array, ArrayAlgebra, ArrayOps, Layout, Parameters, Tape, Var};
use bench_harness::model::Mlp;
use bench_harness::run::seed::stream;
use losses_optim::loss::{Loss, Reduction, SoftmaxCrossEntropy};
use losses_optim::optim::{Adam, GradientDescent, Nesterov, Optimizer};
use losses_optim::wrap::Parallel;

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

    /// The same, divided among all threads.
    fn make_divided(self) -> Box<dyn Optimizer<f32>> {
        match self {
            Self::Sgd => Box::new(Parallel::new(GradientDescent::default())),
            Self::Nesterov => Box::new(Parallel::new(Nesterov::default())),
            Self::Adam => Box::new(Parallel::new(Adam::default())),
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

/// Where a run of training meets denormal numbers, those too small for a float's full precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denormals {
    /// Nowhere.
    Nowhere,
    /// In the moments of parameters whose gradient has become 0 for good: Adam's first moment, 0.9 times itself at each step,
    /// ends as four times the smallest denormal and stays there, for 0.9·4 is rounded to 4.
    Moments,
    /// In the inputs, and hence in two products of the first layer, and in all its moments.
    Inputs,
}

/// What is trained.
#[derive(Debug, Clone, Copy)]
pub enum Network {
    /// A perceptron of these sizes of layers, inputs and classes included.
    Perceptron(&'static [usize]),
    /// Two convolutions, each with pooling, and two layers.
    Convolutional,
}

/// A classifier to be trained on a batch of random inputs.
#[derive(Debug, Clone, Copy)]
pub struct Workload {
    /// What lists call it.
    pub name: &'static str,
    /// The classifier.
    pub network: Network,
    /// The number of samples in the batch.
    pub batch: usize,
    /// The optimizer.
    pub update: Update,
}

/// The steps that are timed, from small to large perceptrons, then one that is all overhead, and a convolutional network.
pub const WORKLOADS: [Workload; 6] = [
    Workload {
        name: "a softmax regression",
        network: Network::Perceptron(&[784, 10]),
        batch: 128,
        update: Update::Sgd,
    },
    Workload {
        name: "b perceptron, Nesterov",
        network: Network::Perceptron(&[784, 512, 512, 10]),
        batch: 128,
        update: Update::Nesterov,
    },
    Workload {
        name: "b perceptron, Adam",
        network: Network::Perceptron(&[784, 512, 512, 10]),
        batch: 128,
        update: Update::Adam,
    },
    Workload {
        name: "c large perceptron, Adam",
        network: Network::Perceptron(&[3072, 512, 512, 512, 10]),
        batch: 128,
        update: Update::Adam,
    },
    Workload {
        name: "d tiny perceptron, Adam",
        network: Network::Perceptron(&[64, 32, 10]),
        batch: 32,
        update: Update::Adam,
    },
    Workload {
        name: "e convolutional, Adam",
        network: Network::Convolutional,
        batch: 64,
        update: Update::Adam,
    },
];

/// The products of a layer: its outputs, the gradient of its weights and, but for the first layer, that of its inputs.
fn of_layer([samples, inputs, outputs]: [usize; 3], first: bool) -> impl Iterator<Item = [usize; 3]> {
    let by_inputs = (!first).then_some([samples, outputs, inputs]);
    [[samples, inputs, outputs], [inputs, samples, outputs]].into_iter().chain(by_inputs)
}

impl Network {
    fn model(self) -> Box<dyn Model> {
        match self {
            Self::Perceptron(sizes) => {
                let &[inputs, ref hidden @ .., outputs] = sizes else {
                    panic!("a layer has inputs and outputs")
                };
                Box::new(Mlp::new(inputs, hidden, outputs))
            }
            Self::Convolutional => Box::new(Convolutional),
        }
    }

    /// The sizes m, k and n of the matrix products of one step. Those of a convolution have a row for each filter and a column
    /// for each position of the window in each image.
    fn products(self, batch: usize) -> Vec<[usize; 3]> {
        match self {
            Self::Perceptron(sizes) => {
                let layers = sizes.windows(2).enumerate();
                layers.flat_map(|(layer, sizes)| of_layer([batch, sizes[0], sizes[1]], layer == 0)).collect()
            }
            Self::Convolutional => {
                let [one, two] = [batch * 24 * 24, batch * 8 * 8];
                let of_convolutions =
                    [[32, 25, one], [32, one, 25], [64, 800, two], [64, two, 800], [800, 64, two]];
                let layers = of_layer([batch, 1024, 512], false).chain(of_layer([batch, 512, 10], false));
                of_convolutions.into_iter().chain(layers).collect()
            }
        }
    }
}

impl Workload {
    /// The bare matrix products of one step. Both operands lie row by row, where the bare product is fastest, though some lie
    /// otherwise in the step, and the windows of convolutions are there already: what it costs to bring operands into order is
    /// no part of the floor.
    pub fn products(&self) -> Vec<Product> {
        let sizes = self.network.products(self.batch);
        sizes.into_iter().map(|size| Product::new(size, Lie::Plain, Lie::Plain)).collect()
    }

    /// A copy that moves as many bytes as the update does.
    pub fn update_as_copy(&self) -> CopiedBytes {
        CopiedBytes::moving(self.network.model().initialise().len() * self.update.bytes_per_parameter())
    }

    /// A run of training on one thread, about to begin.
    pub fn training(&self) -> Training {
        self.training_with(self.update.make())
    }

    /// A run of training whose updates are divided among all threads, about to begin.
    pub fn divided_training(&self) -> Training {
        self.training_with(self.update.make_divided())
    }

    /// A run of training with Adam under way, with half of the inputs 0, so that half of the first layer's weights have no
    /// gradient. Runs among denormals and without do the same operations.
    pub fn training_among(&self, denormals: Denormals) -> Training {
        let parameters = self.network.model().initialise().len();
        let moment = if denormals == Denormals::Nowhere { 1e-3 } else { 1e-40 };
        let moments = vec![moment; parameters];
        let adam = Adam { m: moments.clone(), v: moments, t: 100_000, ..Adam::default() };
        let mut training = self.training_with(Box::new(adam));
        let scale = if denormals == Denormals::Inputs { 1e-39 } else { 1.0 };
        for (position, input) in training.inputs.as_mut_slice().iter_mut().enumerate() {
            *input *= if position % 2 == 0 { scale } else { 0.0 };
        }
        training
    }

    fn training_with(&self, optimizer: Box<dyn Optimizer<f32>>) -> Training {
        let model = self.network.model();
        let parameters = model.initialise();
        let shape = model.input_shape(self.batch);
        let inputs = Array::new(&shape, noise(shape.iter().product()));
        Training {
            gradient: vec![0.0; parameters.len()],
            labels: (0..self.batch).map(|sample| sample % 10).collect(),
            inputs: inputs.expect("as many as the shape asks for"),
            optimizer,
            tape: Tape::new(),
            parameters,
            model,
        }
    }
}

/// A network whose ten outputs are scores of classes.
trait Model {
    fn initialise(&self) -> Parameters<f32>;
    fn input_shape(&self, batch: usize) -> Vec<usize>;
    fn scores<'t>(&self, parameters: &[Variable<'t>], inputs: &Variable<'t>) -> Variable<'t>;
}

type Variable<'t> = Var<'t, Array<f32>>;

impl Model for Mlp {
    fn initialise(&self) -> Parameters<f32> {
        Self::initialise(self, &mut stream(0, "initialisation"))
    }

    fn input_shape(&self, batch: usize) -> Vec<usize> {
        vec![batch, self.inputs]
    }

    fn scores<'t>(&self, parameters: &[Variable<'t>], inputs: &Variable<'t>) -> Variable<'t> {
        self.outputs(parameters, inputs, |_, activations| activations)
    }
}

/// Convolutions 5×5 with 32 and 64 filters on images of 28×28, each followed by a rectifier and by pooling 2×2, then a layer
/// of 512 rectifiers and one of ten scores.
struct Convolutional;

impl Model for Convolutional {
    fn initialise(&self) -> Parameters<f32> {
        let layout = Layout::new()
            .with("kernels 0", &[32, 1, 5, 5])
            .with("bias 0", &[32, 1, 1])
            .with("kernels 1", &[64, 32, 5, 5])
            .with("bias 1", &[64, 1, 1])
            .with("weight 2", &[1024, 512])
            .with("bias 2", &[512])
            .with("weight 3", &[512, 10])
            .with("bias 3", &[10]);
        // Small, so that ten classes stay about as probable as each other.
        let values = noise(layout.len()).into_iter().map(|x| 0.05 * x).collect();
        Parameters::new(layout, values)
    }

    fn input_shape(&self, batch: usize) -> Vec<usize> {
        vec![batch, 1, 28, 28]
    }

    fn scores<'t>(&self, parameters: &[Variable<'t>], inputs: &Variable<'t>) -> Variable<'t> {
        let [kernels, bias, other_kernels, other_bias, layer @ ..] = parameters else {
            panic!("the layout's parameters")
        };
        let convolved = (inputs.conv2d(kernels, Convolution::default()) + bias).relu();
        let pooled = convolved.max_pool2d(Pooling::of([2, 2]));
        let convolved = (pooled.conv2d(other_kernels, Convolution::default()) + other_bias).relu();
        let pooled = convolved.max_pool2d(Pooling::of([2, 2]));
        let features = pooled.reshape(&[inputs.shape()[0], 1024]);
        features.linear(&layer[0], &layer[1]).relu().linear(&layer[2], &layer[3])
    }
}

/// A run of training on one batch.
pub struct Training {
    model: Box<dyn Model>,
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
        let scores = self.model.scores(&variables, &inputs);
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
