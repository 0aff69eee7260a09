//! Momentum near one, and Nesterov's, on a deep autoencoder.

use autograd::{Array, ArrayAlgebra, Parameters, Tape, Var};
use losses_optim::loss::{Loss, MeanSquaredError, Reduction};
use losses_optim::optim::{Momentum, NesterovLookAhead, Optimizer};
use losses_optim::schedule::SutskeverMomentum;
use rand::seq::{SliceRandom, index};
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Scale, Verdict};
use crate::data::Dataset;
use crate::model::{Activation, Grid, Mlp, Tuned, tune};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed};
use crate::run::Laboratory;
use crate::run::seed::stream;
use crate::stats::{CONFIDENCE, Interval, bootstrap, holm, mean, median, paired_difference, ratio_of_means, sign_test};

/// The claim.
pub struct NagAndMomentumDeep;

const ID: &str = "nag-and-momentum-deep";
/// Weights into each unit that are not zero at the start.
const FAN_IN: usize = 15;
/// The momentum for the last tenth of the updates where it is lowered.
const LOWERED: f64 = 0.9;

/// How a momentum method remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Method {
    /// Classical momentum; without any, gradient descent.
    Classical,
    /// Nesterov's, with the gradient taken at the look-ahead point.
    Nesterov,
}

/// What the momentum does at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Ending {
    /// It stays.
    Kept,
    /// It is lowered to [`LOWERED`] for the last tenth of the updates.
    Lowered,
}

/// A method with its largest momentum.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct Arm {
    method: Method,
    largest: f64,
    ending: Ending,
}

impl Arm {
    fn name(&self) -> String {
        match (self.method, self.ending) {
            _ if self.largest == 0.0 => "SGD".to_owned(),
            (Method::Classical, _) => format!("CM {}", self.largest),
            (Method::Nesterov, Ending::Kept) => format!("NAG {}", self.largest),
            (Method::Nesterov, Ending::Lowered) => format!("NAG {}, lowered at the end", self.largest),
        }
    }

    fn kept(method: Method, largest: f64) -> Self {
        Self { method, largest, ending: Ending::Kept }
    }
}

/// What is trained at a scale.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Problem {
    samples: usize,
    hidden: Vec<usize>,
    batch: usize,
    updates: u64,
    /// Updates between increases of the momentum.
    every: u64,
    /// The largest momenta, ascending.
    momenta: Vec<f64>,
}

impl Problem {
    fn at(scale: Scale) -> Self {
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

    fn model(&self, data: &Dataset) -> Mlp {
        Mlp::new(data.dimension(), &self.hidden, data.dimension()).with_activation(Activation::Sigmoid)
    }

    fn arms(&self) -> Vec<Arm> {
        let mut arms = vec![Arm::kept(Method::Classical, 0.0)];
        for method in [Method::Nesterov, Method::Classical] {
            arms.extend(self.momenta.iter().map(|&largest| Arm::kept(method, largest)));
        }
        arms
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Run {
    problem: Problem,
    arm: Arm,
    learning_rate: f64,
    seed: u64,
}

/// The squared error of the reconstructions, summed over the pixels, the mean of all training images: at twenty places of the
/// run, the last at its end. Shorter where the run diverged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Course {
    errors: Vec<f64>,
}

const LOOKS: u64 = 20;

impl Course {
    fn last(&self) -> f64 {
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
fn error<A: ArrayAlgebra>(model: &Mlp, parameters: &[A], images: &A) -> A {
    let outputs = Activation::Sigmoid.apply(&model.outputs(parameters, images, |_, activations| activations));
    let mean = MeanSquaredError.evaluate(&outputs, images, Reduction::Mean).expect("one output for each pixel");
    let pixels = mean.number(model.outputs as f64);
    mean * pixels
}

fn images(data: &Dataset, samples: &[usize]) -> Array<f32> {
    let pixels = samples.iter().flat_map(|&sample| data.example(sample)).copied().collect();
    Array::new(&[samples.len(), data.dimension()], pixels).expect("each image has its pixels")
}

fn train(run: &Run, data: &Dataset) -> Course {
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
        if update % (problem.updates / LOOKS) == 0 {
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
fn constant(data: &Dataset) -> f64 {
    let (pixels, count) = (data.dimension(), data.len() as f64);
    let moment = |pixel: usize, power: i32| {
        (0..data.len()).map(|sample| f64::from(data.example(sample)[pixel]).powi(power)).sum::<f64>() / count
    };
    (0..pixels).map(|pixel| moment(pixel, 2) - moment(pixel, 1).powi(2)).sum()
}

/// An arm with its tuned rate and its courses, seed by seed.
struct Results {
    arm: Arm,
    tuned: Tuned,
    courses: Vec<Course>,
}

impl Results {
    fn last(&self) -> Vec<f64> {
        self.courses.iter().map(Course::last).collect()
    }
}

impl Claim for NagAndMomentumDeep {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "Momentum near one trains a deep autoencoder, and Nesterov's form bears more of it".to_owned(),
            statement: "Momentum, commonly 0.9 to 0.99 or rising over time, trains deep networks that plain gradient descent does not; \
                        Nesterov's accelerated gradient is its better form."
                .to_owned(),
            lecture: "part 3, momentum and Nesterov's accelerated gradient".to_owned(),
            sources: vec![
                "I. Sutskever, J. Martens, G. Dahl & G. Hinton 2013, On the importance of initialization and momentum in deep learning, \
                 ICML, Tables 1 and 2"
                    .to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "beats-descent",
                    "A deep autoencoder of sigmoid units, the learning rate tuned for each method: the squared training error of plain \
                     gradient descent is at least twice that of the best method with momentum (ratio of means over seeds, its 95 % \
                     bootstrap interval above 2). Refuted if the interval lies below 1.",
                ),
                Criterion::new(
                    "nesterov",
                    "At both of the two largest momenta the mean error of Nesterov's form is at most that of classical momentum, and the \
                     95 % interval of the paired difference lies below 0 at one of them at least. Refuted if one lies above 0.",
                ),
                Criterion::new(
                    "lowered",
                    "Nesterov's form at the largest momentum, lowered to 0.9 for the last tenth of the updates, ends with a lower error \
                     than without: the 95 % interval of the paired difference (lowered minus kept) lies below 0. Refuted if it lies \
                     above 0.",
                ),
            ],
            would_change: "The initialisation: from a poor one no momentum helps. The budget: momentum of 0.999 remembers a thousand updates \
                           and needs many thousands to pay. A normalised or residual network leaves less to accelerate."
                .to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let problem = Problem::at(laboratory.scale());
        let (name, data) = match laboratory.scale() {
            Scale::Quick => {
                let digits = laboratory.digits()?;
                ("digits, 8×8", digits.split(problem.samples, laboratory.seed()).train)
            }
            Scale::Full => {
                let mnist = laboratory.mnist()?;
                ("MNIST, pooled to 14×14", mnist.train.split(problem.samples, laboratory.seed()).train.pooled(2))
            }
        };
        let (seeds, tuning_seeds) = (laboratory.seeds(6, 4), laboratory.tuning_seeds(1));
        let run = |arm: &Arm, learning_rate, seed| Run { problem: problem.clone(), arm: *arm, learning_rate, seed };
        let arms: Vec<(Arm, Grid)> = problem.arms().into_iter().map(|arm| (arm, grid(&arm))).collect();
        let tuned = tune(laboratory, "tuning", &arms, &tuning_seeds, run, |run| Ok(train(run, &data).last()))?;
        let mut arms: Vec<(Arm, Tuned)> = arms.into_iter().map(|(arm, _)| arm).zip(tuned).collect();
        let strongest = arms.iter().rfind(|(arm, _)| arm.method == Method::Nesterov).expect("there are some");
        arms.push((Arm { ending: Ending::Lowered, ..strongest.0 }, strongest.1.clone()));
        let mut runs = Vec::new();
        for (arm, tuned) in &arms {
            runs.extend(seeds.iter().map(|&seed| run(arm, tuned.rate, seed)));
        }
        let mut courses = laboratory.cells("reported", &runs, |run| Ok(train(run, &data)))?.into_iter();
        let results: Vec<Results> = arms
            .into_iter()
            .map(|(arm, tuned)| Results { arm, tuned, courses: courses.by_ref().take(seeds.len()).collect() })
            .collect();
        let constant = constant(&data);
        let failed: Vec<String> = results
            .iter()
            .filter(|of| of.last().iter().any(|error| error.is_infinite()))
            .map(|of| of.arm.name())
            .collect();
        if !failed.is_empty() {
            let reason = format!("diverged at the tuned learning rate: {}", failed.join(", "));
            return Err(Error::Invalid { claim: ID.to_owned(), reason });
        }

        let undecidable = Error::undecidable(ID);
        let weighed = weigh(&results, &problem, laboratory.seed()).map_err(&undecidable)?;
        let error_of = |of: &Results| mean(&of.last()).unwrap_or(f64::INFINITY);
        let gradient = gradient_error(&problem.model(&data), &data, seeds[0]);
        if gradient > 1e-6 {
            let reason = format!("exact and numeric gradients differ by {gradient:e}, more than 10⁻⁶");
            return Err(Error::Invalid { claim: ID.to_owned(), reason });
        }
        let mut remarks = vec![
            format!(
                "Sutskever et al. train autoencoders of eight hidden layers for 750,000 updates on batches of 200, with momentum rising every \
                 250 updates; here it is {} updates on batches of {}, rising every {}, so that the largest momentum is reached at a like \
                 part of the run. Their largest, 0.999, is {}.",
                problem.updates,
                problem.batch,
                problem.every,
                if problem.momenta.contains(&0.999) { "among ours" } else { "left to the full scale: it remembers a thousand updates" }
            ),
            "The published figures are of other data and are not to be compared in size with ours, but in order. Ours are trained by the \
             squared error that is reported."
                .to_owned(),
            format!(
                "Sanity gates: no reported run diverged; exact and numeric derivatives agree to {gradient:.1e} on 20 coordinates. Giving the \
                 mean image for every image has an error of {constant:.3}: a method whose mean stays there has learned nothing, which \
                 is a finding here and no failure."
            ),
        ];
        remarks.extend(laboratory.data_notes());
        Ok(Findings {
            setup: vec![
                ("data".to_owned(), format!("{name}, {} images, the same for all runs", problem.samples)),
                (
                    "network".to_owned(),
                    format!(
                        "{0}-{1}-{0}, sigmoid units, squared error, f32; {FAN_IN} standard normal weights into each unit, the others 0",
                        data.dimension(),
                        problem.hidden.iter().map(usize::to_string).collect::<Vec<_>>().join("-")
                    ),
                ),
                (
                    "momentum".to_owned(),
                    format!("μ = min(1 − 1/(2(⌊t/{0}⌋ + 1)), μ_max) at update t, μ_max in {1:?}", problem.every, problem.momenta),
                ),
                ("budget".to_owned(), format!("{} updates on batches of {}", problem.updates, problem.batch)),
                (
                    "tuning".to_owned(),
                    "the learning rate of each method, 3 rates at ratio √10, extended by 2 at an edge at most twice, one seed of its own, by \
                     the final training error"
                        .to_owned(),
                ),
                ("seeds".to_owned(), format!("{}, {} to {}; arms are paired on the seed", seeds.len(), seeds[0], seeds[seeds.len() - 1])),
            ],
            data: laboratory.data_used(),
            figures: vec![momentum_figure(&results, &problem), course_figure(&results, &problem, constant)],
            tables: vec![table(&results), seeds_table(&results, &seeds)],
            outcomes: weighed,
            key_number: results.iter().min_by(|a, b| error_of(a).total_cmp(&error_of(b))).map_or_else(String::new, |best| {
                format!("squared error {:.3} without momentum, {:.3} by {}", error_of(&results[0]), error_of(best), best.arm.name())
            }),
            remarks,
        })
    }
}

/// Where the search for an arm's learning rate begins: the more momentum, the longer its steps at one rate.
fn grid(arm: &Arm) -> Grid {
    let lowest = match arm.largest {
        0.0 => -2,
        0.9 => -3,
        _ => -5,
    };
    Grid { lowest, count: 3 }
}

/// The largest relative difference of exact and numeric derivatives at 20 random parameters, as the other experiments have it.
fn gradient_error(model: &Mlp, data: &Dataset, seed: u64) -> f64 {
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

fn weigh(results: &[Results], problem: &Problem, seed: u64) -> Result<Vec<Outcome>, crate::stats::Error> {
    let descent = results[0].last();
    let with_momentum = || results[1..].iter().filter(|of| of.arm.ending == Ending::Kept);
    let mut means = Vec::new();
    for of in with_momentum() {
        means.push((mean(&of.last())?, of));
    }
    let (_, best) = means.iter().min_by(|a, b| a.0.total_cmp(&b.0)).expect("there are methods with momentum");
    let pairs: Vec<(f64, f64)> = descent.iter().copied().zip(best.last()).collect();
    let ratio = bootstrap(&pairs, ratio_of_means, CONFIDENCE, seed)?;

    let find = |method, largest| {
        results.iter().find(|of| of.arm == Arm::kept(method, largest)).expect("every momentum has both methods").last()
    };
    let mut compared: Vec<(f64, Interval, f64)> = Vec::new();
    for &largest in problem.momenta.iter().rev().take(2) {
        let (nesterov, classical) = (find(Method::Nesterov, largest), find(Method::Classical, largest));
        let difference = paired_difference(&nesterov, &classical, CONFIDENCE)?;
        compared.push((largest, difference, sign_test(&nesterov, &classical)?.p_value));
    }
    let adjusted = holm(&compared.iter().map(|of| of.2).collect::<Vec<_>>())?;
    let tested = compared.iter().zip(&adjusted).map(|((largest, difference, _), p)| {
        format!(
            "μ = {largest}: NAG − CM {} ≤ 0, 95 % interval {} to {} (sign test, Holm: p = {p:.3})",
            fixed(difference.estimate, 3),
            fixed(difference.low, 3),
            fixed(difference.high, 3)
        )
    });
    let nesterov = if compared.iter().any(|of| of.1.above(0.0)) {
        Verdict::Refuted
    } else {
        Verdict::holds_or_not(
            compared.iter().all(|of| of.1.estimate <= 0.0) && compared.iter().any(|of| of.1.below(0.0)),
        )
    };

    let lowered = results.iter().find(|of| of.arm.ending == Ending::Lowered).expect("it is run");
    let gain = paired_difference(&lowered.last(), &find(Method::Nesterov, lowered.arm.largest), CONFIDENCE)?;
    Ok(vec![
        Outcome::new(
            "beats-descent",
            if ratio.below(1.0) { Verdict::Refuted } else { Verdict::holds_or_not(ratio.above(2.0)) },
            format!(
                "error of SGD over that of {}: {} ≥ 2, 95 % interval {} to {} (> 2)",
                best.arm.name(),
                fixed(ratio.estimate, 2),
                fixed(ratio.low, 2),
                fixed(ratio.high, 2)
            ),
        ),
        Outcome::new("nesterov", nesterov, tested.collect::<Vec<_>>().join("; ")),
        Outcome::new(
            "lowered",
            if gain.above(0.0) { Verdict::Refuted } else { Verdict::holds_or_not(gain.below(0.0)) },
            format!(
                "lowered − kept at μ = {}: {}, 95 % interval {} to {} (< 0)",
                lowered.arm.largest,
                fixed(gain.estimate, 4),
                fixed(gain.low, 4),
                fixed(gain.high, 4)
            ),
        ),
    ])
}

fn momentum_figure(results: &[Results], problem: &Problem) -> Figure {
    let line = |name: &str, method: Method| {
        let points = results.iter().filter(|of| of.arm.method == method && of.arm.ending == Ending::Kept && of.arm.largest > 0.0);
        Series::line(name, points.map(|of| Point::spread(1.0 - of.arm.largest, &of.last())).collect())
    };
    let (first, last) = (1.0 - problem.momenta[0], 1.0 - problem.momenta[problem.momenta.len() - 1]);
    let descent = median(&results[0].last()).unwrap_or(f64::NAN);
    Figure {
        id: "momentum".to_owned(),
        title: "The final error by the largest momentum".to_owned(),
        caption: "Squared training error of the autoencoder at the tuned learning rates, median and range over the seeds; momentum grows to \
                  the left. The dashed line is gradient descent without momentum."
            .to_owned(),
        x: Axis::logarithmic("1 − μ_max"),
        y: Axis::logarithmic("final squared error per image"),
        series: vec![
            line("Nesterov", Method::Nesterov),
            line("classical momentum", Method::Classical),
            Series::level("SGD", last, first, descent),
        ],
    }
}

fn course_figure(results: &[Results], problem: &Problem, constant: f64) -> Figure {
    let largest = problem.momenta[problem.momenta.len() - 1];
    let shown = results.iter().filter(|of| [0.0, 0.9, largest].contains(&of.arm.largest));
    let mut series: Vec<Series> = shown
        .map(|of| {
            let points = (0..LOOKS as usize).map(|look| {
                let errors: Vec<f64> = of.courses.iter().map(|course| course.errors[look]).collect();
                Point::spread((look as u64 + 1) as f64 * (problem.updates / LOOKS) as f64, &errors)
            });
            Series::line(&of.arm.name(), points.collect())
        })
        .collect();
    series.push(Series::level("mean image", problem.updates as f64 / LOOKS as f64, problem.updates as f64, constant));
    Figure {
        id: "courses".to_owned(),
        title: "The way of the training error".to_owned(),
        caption: "Squared training error over the updates, median and range over the seeds. CM is classical momentum, NAG Nesterov's form, \
                  the number the largest momentum. The dashed line is the error of the mean image."
            .to_owned(),
        x: Axis::linear("update"),
        y: Axis::logarithmic("squared error per image"),
        series,
    }
}

fn table(results: &[Results]) -> Table {
    let published = [
        ("Curves", "0.48", ["0.16", "0.096", "0.091", "0.074"], ["0.15", "0.10", "0.10", "0.10"]),
        ("MNIST", "2.1", ["1.0", "0.73", "0.75", "0.80"], ["1.0", "0.77", "0.84", "0.90"]),
        ("Faces", "36.4", ["14.2", "8.5", "7.8", "7.7"], ["15.3", "8.7", "8.3", "9.3"]),
    ];
    let mut rows = Vec::new();
    for (data, descent, nesterov, classical) in published {
        for (method, errors) in [("Nesterov", nesterov), ("classical", classical)] {
            let name = format!("{data} (Sutskever et al. [V])");
            rows.push([&name, method, descent].into_iter().chain(errors).map(Cell::from).collect::<Vec<_>>());
        }
    }
    let of = |method, largest: f64| {
        let found = results.iter().find(|of| of.arm == Arm::kept(method, largest));
        found.map_or(Cell::Empty, |of| Cell::from(format!("{:.3} (η = {})", mean(&of.last()).unwrap_or(f64::INFINITY), of.tuned.rate)))
    };
    for (name, method) in [("Nesterov", Method::Nesterov), ("classical", Method::Classical)] {
        let mut row = vec![Cell::from("ours"), Cell::from(name), of(Method::Classical, 0.0)];
        row.extend([0.9, 0.99, 0.995, 0.999].map(|largest| of(method, largest)));
        rows.push(row);
    }
    let edges: Vec<String> = results.iter().filter(|of| of.tuned.on_edge).map(|of| of.arm.name()).collect();
    Table {
        id: "paper".to_owned(),
        title: "Sutskever et al., Table 1, beside ours".to_owned(),
        caption: format!(
            "Final squared training error by the largest momentum; ours are means over the seeds at the tuned learning rate η. [V]: read in \
             the paper; its rows are for the same method without momentum in either. Rates that stayed on the grid's edge: {}.",
            if edges.is_empty() { "none".to_owned() } else { edges.join(", ") }
        ),
        columns: ["data", "method", "no momentum", "0.9", "0.99", "0.995", "0.999"].map(str::to_owned).to_vec(),
        rows,
    }
}

fn seeds_table(results: &[Results], seeds: &[u64]) -> Table {
    let rows = results.iter().map(|of| {
        let mut row = vec![Cell::from(of.arm.name()), Cell::from(of.tuned.rate.to_string())];
        row.extend(of.last().into_iter().map(|error| Cell::number(error, 4)));
        row
    });
    let columns = ["method".to_owned(), "η".to_owned()].into_iter().chain(seeds.iter().map(|seed| format!("seed {seed}")));
    Table {
        id: "seeds".to_owned(),
        title: "Final error of every seed".to_owned(),
        caption: "Squared training error per image. For the lowered momentum Sutskever et al., Table 2 [V], have 0.096 → 0.074, 1.2 → 0.73 \
                  and 10.83 → 7.7 on their three data sets."
            .to_owned(),
        columns: columns.collect(),
        rows: rows.collect(),
    }
}
