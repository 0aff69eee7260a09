//! The autoencoder, and how it is trained.

use autograd::{Array, ArrayAlgebra, Parameters, Tape, Var};
use losses_optim::loss::{Loss, MeanSquaredError, Reduction};
use losses_optim::optim::{Momentum, NesterovLookAhead, Optimizer};
use losses_optim::schedule::SutskeverMomentum;
use rand::seq::{SliceRandom, index};
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use crate::claim::Scale;
use crate::data::Dataset;
use crate::model::{Activation, Mlp};
use crate::run::seed::stream;

/// Weights into each unit that are not zero at the start.
pub(super) const FAN_IN: usize = 15;

/// The momentum for the last tenth of the updates where it is lowered.
const LOWERED: f64 = 0.9;

/// How a momentum method remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Method {
    /// Classical momentum; without any, gradient descent.
    Classical,
    /// Nesterov's, with the gradient taken at the look-ahead point.
    Nesterov,
}

/// What the momentum does at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Ending {
    /// It stays.
    Kept,
    /// It is lowered to [`LOWERED`] for the last tenth of the updates.
    Lowered,
}

/// A method with its largest momentum.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Arm {
    pub(super) method: Method,
    pub(super) largest: f64,
    pub(super) ending: Ending,
}

impl Arm {
    pub(super) fn name(&self) -> String {
        match (self.method, self.ending) {
            _ if self.largest == 0.0 => "SGD".to_owned(),
            (Method::Classical, _) => format!("CM {}", self.largest),
            (Method::Nesterov, Ending::Kept) => format!("NAG {}", self.largest),
            (Method::Nesterov, Ending::Lowered) => format!("NAG {}, lowered at the end", self.largest),
        }
    }

    pub(super) fn kept(method: Method, largest: f64) -> Self {
        Self { method, largest, ending: Ending::Kept }
    }
}

/// What is trained at a scale.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Problem {
    pub(super) samples: usize,
    pub(super) hidden: Vec<usize>,
    pub(super) batch: usize,
    pub(super) updates: u64,
    /// Updates between increases of the momentum.
    pub(super) every: u64,
    /// The largest momenta, ascending.
    pub(super) momenta: Vec<f64>,
}

impl Problem {
    pub(super) fn at(scale: Scale) -> Self {
        match scale {
            Scale::Quick => Self {
                samples: 1437,
                hidden: vec![32, 16, 6, 16, 32],
                batch: 20,
                updates: 1_500,
                every: 10,
                momenta: vec![0.9, 0.99],
            },
            Scale::Full => Self {
                samples: 10_000,
                hidden: vec![64, 32, 12, 32, 64],
                batch: 50,
                updates: 20_000,
                every: 20,
                momenta: vec![0.9, 0.99, 0.995, 0.999],
            },
        }
    }

    pub(super) fn model(&self, data: &Dataset) -> Mlp {
        Mlp::new(data.dimension(), &self.hidden, data.dimension()).with_activation(Activation::Sigmoid)
    }

    pub(super) fn arms(&self) -> Vec<Arm> {
        let mut arms = vec![Arm::kept(Method::Classical, 0.0)];
        for method in [Method::Nesterov, Method::Classical] {
            arms.extend(self.momenta.iter().map(|&largest| Arm::kept(method, largest)));
        }
        arms
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Run {
    pub(super) problem: Problem,
    pub(super) arm: Arm,
    pub(super) learning_rate: f64,
    pub(super) seed: u64,
}

/// The squared error of the reconstructions, summed over the pixels, the mean of all training images: at twenty places of the
/// run, the last at its end. Shorter where the run diverged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Course {
    pub(super) errors: Vec<f64>,
}

pub(super) const LOOKS: u64 = 20;

impl Course {
    pub(super) fn last(&self) -> f64 {
        if self.errors.len() < LOOKS as usize { f64::INFINITY } else { self.errors[self.errors.len() - 1] }
    }
}

/// Each unit has [`FAN_IN`] incoming weights from a normal distribution, the others and all biases are zero.
fn initialise(model: &Mlp, seed: u64) -> Parameters<f32> {
    let mut random = stream(seed, "initialisation");
    let layout = model.layout();
    let mut values = vec![0.0; layout.len()];
    for entry in layout.entries() {
        let &[inputs, units] = entry.shape() else { continue };
        for unit in 0..units {
            for input in index::sample(&mut random, inputs, FAN_IN.min(inputs)) {
                let normal: f64 = StandardNormal.sample(&mut random);
                values[entry.range().start + input * units + unit] = normal as f32;
            }
        }
    }
    Parameters::new(layout, values)
}

/// The squared error summed over the pixels, the mean over the images.
pub(super) fn error<A: ArrayAlgebra>(model: &Mlp, parameters: &[A], images: &A) -> A {
    let outputs = Activation::Sigmoid.apply(&model.outputs(parameters, images, |_, activations| activations));
    let mean =
        MeanSquaredError.evaluate(&outputs, images, Reduction::Mean).expect("one output for each pixel");
    let pixels = mean.number(model.outputs as f64);
    mean * pixels
}

fn images(data: &Dataset, samples: &[usize]) -> Array<f32> {
    let pixels = samples.iter().flat_map(|&sample| data.example(sample)).copied().collect();
    Array::new(&[samples.len(), data.dimension()], pixels).expect("each image has its pixels")
}

/// The error at the end; infinite where the run diverged.
pub(super) fn train(run: &Run, data: &Dataset) -> f64 {
    observe(run, data, 1).errors.first().copied().unwrap_or(f64::INFINITY)
}

/// The errors at so many places of the run.
pub(super) fn observe(run: &Run, data: &Dataset, looks: u64) -> Course {
    let Run { problem, arm, learning_rate, seed } = run;
    let model = problem.model(data);
    let mut parameters = initialise(&model, *seed);
    let mut gradient = vec![0.0; parameters.len()];
    let (mut classical, mut nesterov) = (Momentum::default(), NesterovLookAhead::default());
    let schedule = SutskeverMomentum { largest: arm.largest, every: problem.every };
    let lowered_from = problem.updates - problem.updates / 10;
    let mut order: Vec<usize> = (0..data.len()).collect();
    let mut shuffling = stream(*seed, "batch order");
    let (mut tape, mut next, mut errors) = (Tape::new(), order.len(), Vec::new());
    let all = images(data, &order);
    for update in 1..=problem.updates {
        if next + problem.batch > order.len() {
            order.shuffle(&mut shuffling);
            next = 0;
        }
        let batch = Var::constant(images(data, &order[next..next + problem.batch]));
        next += problem.batch;
        {
            let variables = parameters.record(&tape);
            parameters.gradient(&tape, &error(&model, &variables, &batch), &mut gradient);
        }
        tape.clear();
        let momentum = match arm.ending {
            Ending::Lowered if update > lowered_from => LOWERED,
            _ => schedule.momentum(update),
        };
        let rate = *learning_rate as f32;
        let step = match arm.method {
            Method::Classical => {
                classical.momentum = momentum;
                classical.step(parameters.as_mut_slice(), &gradient, rate)
            }
            Method::Nesterov => {
                nesterov.momentum = momentum;
                nesterov.step(parameters.as_mut_slice(), &gradient, rate)
            }
        };
        step.expect("a finite rate");
        if update % (problem.updates / looks) == 0 {
            // Nesterov's iterate is not where its gradient is taken.
            let iterate = match arm.method {
                Method::Classical => parameters.clone(),
                Method::Nesterov => Parameters::new(parameters.layout().clone(), nesterov.w.clone()),
            };
            let error = error(&model, &iterate.arrays(), &all).item().expect("a mean is one number");
            if !error.is_finite() {
                break;
            }
            errors.push(f64::from(error));
        }
    }
    Course { errors }
}

/// The mean squared error of the mean image: what a network that has learned nothing gives.
pub(super) fn constant(data: &Dataset) -> f64 {
    let (pixels, count) = (data.dimension(), data.len() as f64);
    let moment = |pixel: usize, power: i32| {
        (0..data.len()).map(|sample| f64::from(data.example(sample)[pixel]).powi(power)).sum::<f64>() / count
    };
    (0..pixels).map(|pixel| moment(pixel, 2) - moment(pixel, 1).powi(2)).sum()
}

/// The largest relative difference of exact and numeric derivatives at 20 random parameters, as the other experiments have it.
pub(super) fn gradient_error(model: &Mlp, data: &Dataset, seed: u64) -> f64 {
    crate::model::gradient_check_on(&Reconstruction, model, data, seed)
}

/// The autoencoder's task, for the gradient check.
struct Reconstruction;

impl crate::model::Task for Reconstruction {
    fn loss<A: ArrayAlgebra>(
        &self,
        outputs: &A,
        batch: &crate::model::Batch<'_, A>,
    ) -> Result<A, losses_optim::loss::LossError> {
        MeanSquaredError.evaluate(&Activation::Sigmoid.apply(outputs), batch.inputs, Reduction::Mean)
    }
}
