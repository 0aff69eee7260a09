//! What the lecture leaves out: gradient descent by several workers, in step and out of step.

use autograd::{Array, Element, Parameters, Tape, Var};
use losses_optim::distributed::{Share, mean_of_workers};
use losses_optim::loss::{Loss, Reduction, SoftmaxCrossEntropy};
use losses_optim::optim::{AdaGrad, GradientDescent, Momentum, Optimizer};
use losses_optim::wrap::Delayed;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use crate::data::Dataset;
use crate::model::Mlp;
use crate::report::{Axis, Cell, Figure, Point, Series, Table, scientific};
use crate::run::Laboratory;
use crate::run::seed::stream;

/// The claim.
pub struct DistributedGradientDescent;

const BATCH: usize = 128;
const STEPS: usize = 100;
const WORKERS: [usize; 4] = [2, 4, 8, 16];
/// τ: how many steps old the gradients are.
const DELAYS: [usize; 6] = [0, 1, 2, 3, 4, 5];

/// The mean gradient of a classifier over some samples of the digits.
fn gradient<T: Element>(
    model: &Mlp,
    parameters: &Parameters<T>,
    digits: &Dataset,
    samples: &[usize],
) -> Vec<T> {
    let cast = |x: &f32| T::from(*x).expect("a float");
    let features = samples.iter().flat_map(|&sample| digits.example(sample)).map(cast).collect();
    let inputs = Array::new(&[samples.len(), digits.dimension()], features).expect("whole examples");
    let labels: Vec<usize> = samples.iter().map(|&sample| usize::from(digits.labels[sample])).collect();
    let tape = Tape::new();
    let scores =
        model.outputs(&parameters.record(&tape), &Var::constant(inputs), |_, activations| activations);
    let loss = SoftmaxCrossEntropy.evaluate(&scores, &labels, Reduction::Mean).expect("sound data");
    let mut gradient = vec![T::zero(); parameters.len()];
    parameters.gradient(&tape, &loss, &mut gradient);
    gradient
}

/// Trains a perceptron on the digits with so many workers, each with its share of every batch, whose mean gradients are
/// averaged in the order of the workers. Returns the parameters.
fn train<T: Element>(workers: usize, digits: &Dataset, seed: u64) -> Vec<T> {
    let model = Mlp::new(digits.dimension(), &[32], digits.classes);
    let mut parameters: Parameters<T> = model.initialise(&mut stream(seed, "initialisation"));
    let rate = T::from(0.1).expect("a float");
    for step in 0..STEPS {
        let batch: Vec<usize> = (0..BATCH).map(|i| (step * BATCH + i) % digits.len()).collect();
        let parts = batch.chunks_exact(BATCH / workers);
        let gradients: Vec<Vec<T>> = parts.map(|part| gradient(&model, &parameters, digits, part)).collect();
        let shares: Vec<_> =
            gradients.iter().map(|gradient| Share { samples: BATCH / workers, gradient }).collect();
        let mut mean = vec![T::zero(); parameters.len()];
        mean_of_workers(&shares, &mut mean).expect("gradients of the parameters' length");
        let updated = GradientDescent::default().step(parameters.as_mut_slice(), &mean, rate);
        updated.expect("a finite rate and a gradient of the parameters' length");
    }
    parameters.as_slice().to_vec()
}

/// The largest difference of a parameter after [`STEPS`] steps from one worker's.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Drift {
    double: f64,
    single: f64,
}

fn drift(workers: usize, digits: &Dataset, seed: u64) -> Drift {
    fn largest<T: Element>(a: &[T], b: &[T]) -> f64 {
        let differences = a.iter().zip(b).map(|(&a, &b)| (a - b).abs().to_f64().expect("a float"));
        differences.fold(0.0, f64::max)
    }
    Drift {
        double: largest(&train::<f64>(workers, digits, seed), &train::<f64>(1, digits, seed)),
        single: largest(&train::<f32>(workers, digits, seed), &train::<f32>(1, digits, seed)),
    }
}

/// The size of the iterates on ½x² when each step uses the gradient of τ steps ago: after each step.
fn delayed(optimizer: impl Optimizer<f64>, learning_rate: f64, delay: usize, steps: usize) -> Vec<f64> {
    let mut optimizer = Delayed::new(delay, optimizer);
    let mut x = [1.0];
    let mut sizes = Vec::with_capacity(steps);
    // The first calls only fill the queue.
    for call in 0..delay + steps {
        let slope = x;
        optimizer.step(&mut x, &slope, learning_rate).expect("a finite rate");
        if call >= delay {
            sizes.push(x[0].abs());
        }
        if x[0].abs() > 1e100 {
            break;
        }
    }
    sizes
}

/// Whether the iterates die out rather than grow: the largest of the last quarter against that of the quarter before.
fn is_stable(momentum: f64, learning_rate: f64, delay: usize) -> bool {
    let optimizer = Momentum { momentum, v: Vec::new() };
    let steps = 20_000;
    let sizes = delayed(optimizer, learning_rate, delay, steps);
    let largest = |part: &[f64]| part.iter().copied().fold(0.0, f64::max);
    sizes.len() == steps && largest(&sizes[steps * 3 / 4..]) <= largest(&sizes[steps / 2..steps * 3 / 4])
}

/// The largest stable η on ½x², by bisection to one part in a thousand.
fn threshold(&(momentum, delay): &(f64, usize)) -> f64 {
    let (mut stable, mut unstable) = (0.0, 8.0);
    while unstable - stable > 5e-4 * unstable {
        let middle = 0.5 * (stable + unstable);
        if is_stable(momentum, middle, delay) { stable = middle } else { unstable = middle }
    }
    0.5 * (stable + unstable)
}

/// 2 sin(π/(2(2τ + 1))).
fn theory(delay: usize) -> f64 {
    2.0 * (std::f64::consts::FRAC_PI_2 / (2 * delay + 1) as f64).sin()
}

/// The size of the iterate after 2,000 steps with gradients five steps old, at one and a half times the threshold, or when it
/// overflowed.
fn beyond_the_threshold(optimizer: impl Optimizer<f64>) -> f64 {
    delayed(optimizer, 1.5 * theory(5), 5, 2_000).last().copied().unwrap_or(f64::INFINITY)
}

impl Claim for DistributedGradientDescent {
    fn about(&self) -> About {
        About {
            id: "distributed-gradient-descent".to_owned(),
            title: "Gradient descent by several workers".to_owned(),
            statement: "The lecture names distributed gradient descent and does not discuss it. In step, workers that share a batch \
                        do what one worker does; out of step, stale gradients need a smaller learning rate, by a known factor."
                .to_owned(),
            lecture: "part 3, summary: what was not discussed".to_owned(),
            sources: vec![
                "J. Dean et al. 2012, Large Scale Distributed Deep Networks, NIPS".to_owned(),
                "J. Langford, A. J. Smola & M. Zinkevich 2009, Slow Learners are Fast, arXiv:0911.0491".to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "synchronous",
                    "With W = 2, 4, 8, 16 workers, each with 1/W of every batch of 128, the parameters of a perceptron after 100 \
                     steps in double precision differ from one worker's by less than 10⁻¹². Refuted otherwise.",
                ),
                Criterion::new(
                    "asynchronous",
                    "With gradients τ = 0, …, 5 steps old, gradient descent on a curvature λ is stable exactly for \
                     ηλ < 2 sin(π/(2(2τ + 1))): the threshold found by bisection agrees to 1 %. Refuted otherwise.",
                ),
            ],
            would_change: "Batch normalisation, whose statistics depend on what a worker sees, or workers that hold different \
                           parameters. Delays that vary at random are bounded by their largest."
                .to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let digits = laboratory.digits()?;
        let seed = laboratory.seeds(1, 1)[0];
        let configurations = WORKERS.map(|workers| (workers, seed));
        let drifts = laboratory
            .cells("synchronous", &configurations, |&(workers, seed)| Ok(drift(workers, &digits, seed)))?;
        let mut grid: Vec<(f64, usize)> = DELAYS.iter().map(|&delay| (0.0, delay)).collect();
        grid.extend(DELAYS.iter().map(|&delay| (0.9, delay)));
        let thresholds = laboratory.cells("asynchronous", &grid, |of| Ok(threshold(of)))?;
        let (plain, with_momentum) = thresholds.split_at(DELAYS.len());
        let largest = drifts.iter().map(|drift| drift.double).fold(0.0, f64::max);
        let deviation = DELAYS
            .iter()
            .zip(plain)
            .map(|(&delay, found)| (found / theory(delay) - 1.0).abs())
            .fold(0.0, f64::max);
        let stale = beyond_the_threshold(GradientDescent::default());
        let adaptive = beyond_the_threshold(AdaGrad::default());
        let delays = DELAYS.iter().zip(plain).zip(with_momentum).map(|((&delay, &plain), &momentum)| {
            vec![
                Cell::number(delay as f64, 0),
                Cell::number(theory(delay), 6),
                Cell::number(plain, 4),
                Cell::number(momentum, 4),
                Cell::number(momentum / 0.1, 3),
            ]
        });
        let workers = WORKERS.iter().zip(&drifts).map(|(&workers, drift)| {
            vec![
                Cell::number(workers as f64, 0),
                Cell::from(scientific(drift.double)),
                Cell::from(scientific(drift.single)),
            ]
        });
        let points = |values: &[f64]| {
            DELAYS
                .iter()
                .zip(values)
                .map(|(&delay, &value)| Point::new(delay as f64, value))
                .collect::<Vec<_>>()
        };
        Ok(Findings {
            setup: vec![
                ("synchronous".to_owned(), format!("perceptron 64-32-10 on the digits, batches of {BATCH}, η = 0.1, {STEPS} steps")),
                ("asynchronous".to_owned(), "½x² from 1; each step uses the gradient of τ steps ago; stable if the iterates die out over 20,000 steps".to_owned()),
            ],
            data: laboratory.data_used(),
            figures: vec![Figure {
                id: "threshold".to_owned(),
                title: "Stale gradients need smaller steps".to_owned(),
                caption: "The largest stable learning rate times curvature, against how many steps old the gradients are. With \
                          momentum 0.9 it falls much faster: without delay momentum allows 3.8, with one step of delay a tenth of \
                          what plain gradient descent bears."
                    .to_owned(),
                x: Axis::linear("delay τ in steps"),
                y: Axis::logarithmic("largest stable ηλ"),
                series: vec![
                    Series::dots("gradient descent", points(plain)),
                    Series::dots("momentum 0.9", points(with_momentum)),
                    Series::reference("2 sin(π/(2(2τ + 1)))", points(&DELAYS.map(theory))),
                ],
            }],
            tables: vec![
                Table {
                    id: "delays".to_owned(),
                    title: "The largest stable learning rate".to_owned(),
                    caption: "By theory and by bisection on ½x². For momentum also divided by 1 − μ, the rate that counts for \
                              progress."
                        .to_owned(),
                    columns: ["τ", "theory", "gradient descent", "momentum 0.9", "η/(1 − μ)"].map(str::to_owned).to_vec(),
                    rows: delays.collect(),
                },
                Table {
                    id: "workers".to_owned(),
                    title: "Workers in step".to_owned(),
                    caption: "The largest difference of a parameter from one worker's after 100 steps: the order of summation, and \
                              what 100 steps make of it."
                        .to_owned(),
                    columns: ["workers", "f64", "f32"].map(str::to_owned).to_vec(),
                    rows: workers.collect(),
                },
            ],
            outcomes: vec![
                Outcome::new(
                    "synchronous",
                    Verdict::holds_or_refuted(largest < 1e-12),
                    format!("largest difference {} < 10⁻¹²", scientific(largest)),
                ),
                Outcome::new(
                    "asynchronous",
                    Verdict::holds_or_refuted(deviation <= 0.01),
                    format!("largest deviation from theory over τ = 0 to 5: {:.2} % ≤ 1 %", 100.0 * deviation),
                ),
            ],
            key_number: format!(
                "largest stable ηλ: {:.3} without delay, {:.3} with 5 steps of delay; W workers equal one to {}",
                plain[0],
                plain[5],
                scientific(largest)
            ),
            remarks: vec![format!(
                "With τ = 5 at one and a half times the threshold gradient descent is at |x| = {} after 2,000 steps, \
                 AdaGrad at the same η at {}: its rate falls until the delay does no harm. Dean et al. call AdaGrad the \
                 key to their asynchronous training [S].",
                scientific(stale),
                scientific(adaptive)
            )],
        })
    }
}
