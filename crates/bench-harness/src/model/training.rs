//! Training by mini-batches.

use autograd::{Array, ArrayAlgebra, Parameters, Tape, Var};
use losses_optim::optim::Optimizer;
use losses_optim::state::SavableOptimizer;
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::data::Dataset;
use crate::model::{Batch, Classification, Mlp, Task};
use crate::run::seed::stream;

/// Trains a perceptron by a task's loss, the mean over each mini-batch.
///
/// Initialisation, batch order and dropout draw from streams of their own under one seed, so that arms with the same
/// seed start at the same point and see the same batches.
pub struct Trainer<'a, T = Classification> {
    task: T,
    model: &'a Mlp,
    data: &'a Dataset,
    options: TrainerOptions,
    optimizer: Box<dyn SavableOptimizer<f32>>,
    parameters: Parameters<f32>,
    tape: Tape<Array<f32>>,
    gradient: Vec<f32>,
    order: Vec<usize>,
    shuffling: ChaCha8Rng,
    dropping: ChaCha8Rng,
    steps: u64,
    epochs: u64,
}

/// What training does besides following the gradient of the loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrainerOptions {
    /// The number of samples in a mini-batch; the last one of an epoch may be smaller.
    pub batch: usize,
    /// λ of the penalty ½λ‖w‖², whose gradient λw is added to the loss's.
    pub l2: f32,
    /// The share of hidden activations that are set to zero in training, the others being divided by the share kept
    /// (N. Srivastava et al. 2014, section 10).
    pub dropout: f32,
}

/// What an epoch of training saw, batch by batch, while the parameters changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epoch {
    /// The mean loss of the samples, each when its batch was used.
    pub loss: f64,
    /// The share of samples whose right class had the highest output when their batch was used.
    pub accuracy: f64,
}

/// How fixed parameters do on a data set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evaluation {
    /// The mean loss, in double precision from the outputs on.
    pub loss: f64,
    /// The share of samples whose right class has the highest output.
    pub accuracy: f64,
}

impl<'a> Trainer<'a> {
    /// A classifier at its initial parameters, to be trained by softmax cross-entropy.
    pub fn new(
        model: &'a Mlp,
        data: &'a Dataset,
        options: TrainerOptions,
        optimizer: Box<dyn SavableOptimizer<f32>>,
        seed: u64,
    ) -> Self {
        Self::on(Classification, model, data, options, optimizer, seed)
    }
}

impl<'a, T: Task> Trainer<'a, T> {
    /// A model at its initial parameters, to be trained on a task.
    pub fn on(
        task: T,
        model: &'a Mlp,
        data: &'a Dataset,
        options: TrainerOptions,
        optimizer: Box<dyn SavableOptimizer<f32>>,
        seed: u64,
    ) -> Self {
        let parameters = model.initialise(&mut stream(seed, "initialisation"));
        Self {
            task,
            model,
            data,
            options,
            optimizer,
            gradient: vec![0.0; parameters.len()],
            parameters,
            tape: Tape::new(),
            order: (0..data.len()).collect(),
            shuffling: stream(seed, "batch order"),
            dropping: stream(seed, "dropout"),
            steps: 0,
            epochs: 0,
        }
    }

    /// The parameters as they are now.
    pub fn parameters(&self) -> &Parameters<f32> {
        &self.parameters
    }

    /// The parameters, to start from others than the initial ones.
    pub fn parameters_mut(&mut self) -> &mut Parameters<f32> {
        &mut self.parameters
    }

    /// One pass over the data in a new order; `learning_rate` is asked at each step for its rate, given the number of the
    /// step and of the epoch, both counted from 1. Returns early, with what was seen so far, if the loss is no longer
    /// finite: the run has diverged.
    pub fn epoch(&mut self, learning_rate: impl Fn(u64, u64) -> f64) -> Epoch {
        self.epoch_on(self.data, learning_rate)
    }

    /// As [`epoch`](Self::epoch), over other data in place of the trainer's own: the same examples with new noise.
    ///
    /// # Panics
    /// If there are not as many examples.
    pub fn epoch_on(&mut self, data: &Dataset, learning_rate: impl Fn(u64, u64) -> f64) -> Epoch {
        assert_eq!(data.len(), self.data.len(), "as many examples as the trainer's own");
        self.epochs += 1;
        self.order.shuffle(&mut self.shuffling);
        let order = std::mem::take(&mut self.order);
        let (mut loss, mut right) = (0.0, 0);
        for batch in order.chunks(self.options.batch) {
            self.steps += 1;
            let (batch_loss, batch_right) =
                self.step(data, batch, learning_rate(self.steps, self.epochs) as f32);
            loss += f64::from(batch_loss) * batch.len() as f64;
            right += batch_right;
            if !batch_loss.is_finite() {
                break;
            }
        }
        self.order = order;
        let count = self.data.len() as f64;
        Epoch { loss: loss / count, accuracy: right as f64 / count }
    }

    /// One step on the given samples; returns their mean loss and how many of them were classified rightly before it.
    fn step(&mut self, data: &Dataset, batch: &[usize], learning_rate: f32) -> (f32, usize) {
        let (inputs, labels) = gather(data, batch);
        let inputs = Var::constant(inputs);
        let loss = {
            let variables = self.parameters.record(&self.tape);
            let (dropout, dropping) = (self.options.dropout, &mut self.dropping);
            let outputs = self.model.outputs(&variables, &inputs, |_, activations| {
                if dropout == 0.0 {
                    activations
                } else {
                    &activations * &mask(activations.shape(), dropout, dropping)
                }
            });
            let right = correct(outputs.array(), &labels);
            let batch = Batch { inputs: &inputs, labels: &labels };
            let loss = self.task.loss(&outputs, &batch).expect("the data suit the task");
            (self.parameters.gradient(&self.tape, &loss, &mut self.gradient), right)
        };
        self.tape.clear();
        if self.options.l2 != 0.0 {
            for (slope, &parameter) in self.gradient.iter_mut().zip(self.parameters.as_slice()) {
                *slope += self.options.l2 * parameter;
            }
        }
        self.optimizer
            .step(self.parameters.as_mut_slice(), &self.gradient, learning_rate)
            .expect("schedules give finite rates, and the gradient has the parameters' length");
        loss
    }
}

/// A mask of inverted dropout: 0 with probability `rate`, to within 2⁻¹⁷, else 1/(1 − rate).
fn mask<'t>(shape: &[usize], rate: f32, random: &mut ChaCha8Rng) -> Var<'t, Array<f32>> {
    let kept = (1.0 - rate).recip();
    let dropped_below = (rate * 65536.0).round() as u32;
    let mut draws = vec![0_u16; shape.iter().product()];
    random.fill(draws.as_mut_slice());
    let mask = draws.iter().map(|&draw| if u32::from(draw) < dropped_below { 0.0 } else { kept }).collect();
    Var::constant(Array::new(shape, mask).expect("one draw for each element"))
}

/// The samples at these positions: a matrix with one row each, and their labels.
fn gather(data: &Dataset, samples: &[usize]) -> (Array<f32>, Vec<usize>) {
    let mut features = Vec::with_capacity(samples.len() * data.dimension());
    for &sample in samples {
        features.extend_from_slice(data.example(sample));
    }
    let inputs =
        Array::new(&[samples.len(), data.dimension()], features).expect("each example has its dimension");
    (inputs, samples.iter().map(|&sample| usize::from(data.labels[sample])).collect())
}

/// How many rows have their largest score at the label; a row with NaN has none.
fn correct(scores: &Array<f32>, labels: &[usize]) -> usize {
    let classes = scores.shape()[1];
    let scores = scores.as_slice().expect("a layer's outputs are contiguous");
    let rows = scores.chunks_exact(classes).zip(labels);
    rows.filter(|(row, label)| {
        row.iter().enumerate().all(|(class, &score)| class == **label || score < row[**label])
    })
    .count()
}

/// The cross-entropy and accuracy of a classifier's fixed parameters.
pub fn evaluate(model: &Mlp, parameters: &Parameters<f32>, data: &Dataset) -> Evaluation {
    evaluate_on(&Classification, model, parameters, data)
}

/// The loss and accuracy of fixed parameters on a task.
pub fn evaluate_on<T: Task>(
    task: &T,
    model: &Mlp,
    parameters: &Parameters<f32>,
    data: &Dataset,
) -> Evaluation {
    let arrays = parameters.arrays();
    let (mut loss, mut right) = (0.0, 0);
    let samples: Vec<usize> = (0..data.len()).collect();
    for samples in samples.chunks(512) {
        let (inputs, labels) = gather(data, samples);
        let outputs = model.outputs(&arrays, &inputs, |_, activations| activations);
        right += correct(&outputs, &labels);
        let batch = Batch { inputs: &widen(&inputs), labels: &labels };
        let mean = task.loss(&widen(&outputs), &batch).expect("the data suit the task");
        loss += mean.item().expect("a mean is one number") * samples.len() as f64;
    }
    Evaluation { loss: loss / data.len() as f64, accuracy: right as f64 / data.len() as f64 }
}

/// Whether every sample is classified rightly; the first batch that holds one that is not settles it.
pub fn fits_all(model: &Mlp, parameters: &Parameters<f32>, data: &Dataset) -> bool {
    let arrays = parameters.arrays();
    let samples: Vec<usize> = (0..data.len()).collect();
    samples.chunks(128).all(|batch| {
        let (inputs, labels) = gather(data, batch);
        let outputs = model.outputs(&arrays, &inputs, |_, activations| activations);
        correct(&outputs, &labels) == batch.len()
    })
}

/// The largest relative difference between exact and numeric derivatives of a classifier's loss: see
/// [`gradient_check_on`].
pub fn gradient_check(model: &Mlp, data: &Dataset, seed: u64) -> f64 {
    gradient_check_on(&Classification, model, data, seed)
}

/// The largest relative difference between exact and numeric derivatives of the loss of 32 samples by 20 random
/// parameters: central differences in double precision, |exact − numeric|/max(|exact|, |numeric|, 10⁻³). The gate that
/// every training experiment passes before it counts. The step is 10⁻⁶, which suits losses of about 1: see
/// [`gradient_check_at`].
pub fn gradient_check_on<T: Task>(task: &T, model: &Mlp, data: &Dataset, seed: u64) -> f64 {
    gradient_check_at(1e-6, task, model, data, seed)
}

/// As [`gradient_check_on`], with central differences of this step. Rounding leaves an error of about ε·ℓ/step of a loss ℓ,
/// with the machine epsilon ε: a loss in the hundreds needs a longer step.
pub fn gradient_check_at<T: Task>(step: f64, task: &T, model: &Mlp, data: &Dataset, seed: u64) -> f64 {
    let mut random = stream(seed, "gradient check");
    let mut parameters: Parameters<f64> = model.initialise(&mut stream(seed, "initialisation"));
    let samples: Vec<usize> = (0..data.len().min(32)).collect();
    let (inputs, labels) = gather(data, &samples);
    let inputs = widen(&inputs);
    let loss = |parameters: &Parameters<f64>| {
        let outputs = model.outputs(&parameters.arrays(), &inputs, |_, activations| activations);
        let batch = Batch { inputs: &inputs, labels: &labels };
        task.loss(&outputs, &batch).expect("the data suit the task").item().expect("a mean is one number")
    };
    let mut gradient = vec![0.0; parameters.len()];
    {
        let tape = Tape::new();
        let variables = parameters.record(&tape);
        let inputs = Var::constant(inputs.clone());
        let outputs = model.outputs(&variables, &inputs, |_, activations| activations);
        let batch = Batch { inputs: &inputs, labels: &labels };
        let recorded = task.loss(&outputs, &batch).expect("the data suit the task");
        parameters.gradient(&tape, &recorded, &mut gradient);
    }
    let mut largest: f64 = 0.0;
    for _ in 0..20 {
        let coordinate = random.random_range(0..parameters.len());
        let here = parameters.as_slice()[coordinate];
        let mut at = |value: f64| {
            parameters.as_mut_slice()[coordinate] = value;
            loss(&parameters)
        };
        let (exact, numeric) = (gradient[coordinate], (at(here + step) - at(here - step)) / (2.0 * step));
        parameters.as_mut_slice()[coordinate] = here;
        let error = (exact - numeric).abs() / exact.abs().max(numeric.abs()).max(1e-3);
        // NaN agrees with nothing, and a maximum would pass over it.
        largest = if error.is_nan() { f64::INFINITY } else { largest.max(error) };
    }
    largest
}

fn widen(array: &Array<f32>) -> Array<f64> {
    let elements = array.to_vec().iter().map(|&x| f64::from(x)).collect();
    Array::new(array.shape(), elements).expect("the same shape")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data;

    fn trainer<'a>(model: &'a Mlp, data: &'a Dataset, dropout: f32) -> Trainer<'a> {
        let adam = (losses_optim::optim::find("adam").unwrap().over_f32)();
        Trainer::new(model, data, TrainerOptions { batch: 32, l2: 0.0, dropout }, adam, 7)
    }

    #[test]
    fn a_perceptron_learns_the_digits_and_its_gradient_is_exact() {
        let split = data::digits().unwrap().split(1437, 7);
        let model = Mlp::new(64, &[32], 10);
        assert!(gradient_check(&model, &split.train, 7) < 1e-6);
        for dropout in [0.0, 0.2] {
            let mut trainer = trainer(&model, &split.train, dropout);
            let first = trainer.epoch(|_, _| 3e-3);
            for _ in 0..9 {
                trainer.epoch(|_, _| 3e-3);
            }
            let test = evaluate(&model, trainer.parameters(), &split.test);
            assert!(first.loss > 2.0 * test.loss && test.accuracy > 0.9, "{first:?} {test:?}");
        }
    }

    #[test]
    fn a_diverging_run_ends_its_epoch() {
        let digits = data::digits().unwrap();
        let model = Mlp::new(64, &[32], 10);
        let mut trainer = trainer(&model, &digits, 0.0);
        assert!(!trainer.epoch(|_, _| 1e30).loss.is_finite());
    }
}
