//! Dividing the learning rate by ten as training goes on.

use losses_optim::optim::{GradientDescent, Momentum, Optimizer};
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict, exploratory};
use crate::data::Dataset;
use crate::model::{
    Arm, Classification, Decay, Grid, Mlp, Trainer, TrainerOptions, evaluate, gradient_gate, tune,
};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed};
use crate::run::Laboratory;
use crate::run::seed::stream;
use crate::stats::{CONFIDENCE, Interval, mean, paired_difference};

/// The claim.
pub struct DecayByTen;

const ID: &str = "decay-by-ten";
/// Independent copies of the noisy quadratic, as coordinates of one vector.
const COPIES: usize = 4_096;
const MOMENTUM: f64 = 0.9;
/// The rates of the floors, each a tenth of the one before; momentum takes a tenth of them, for the same η/(1 − μ).
const FLOOR_RATES: [f64; 3] = [0.2, 0.02, 0.002];
const EPOCHS: u64 = 30;
const EVERY: u64 = 10;
const BATCH: usize = 32;
/// The rates of the trainings, as twice the decimal exponent.
const HALF_DECADES: std::ops::RangeInclusive<i32> = -3..=2;

/// ½x² with gradient noise of variance 1, in many independent copies.
struct Noisy {
    optimizer: Box<dyn Optimizer<f64>>,
    x: Vec<f64>,
    gradient: Vec<f64>,
    random: rand_chacha::ChaCha8Rng,
}

impl Noisy {
    fn new(optimizer: Box<dyn Optimizer<f64>>, start: f64, seed: u64) -> Self {
        let random = stream(seed, "gradient noise");
        Self { optimizer, x: vec![start; COPIES], gradient: vec![0.0; COPIES], random }
    }

    fn step(&mut self, learning_rate: f64) {
        for (slope, x) in self.gradient.iter_mut().zip(&self.x) {
            let noise: f64 = StandardNormal.sample(&mut self.random);
            *slope = x + noise;
        }
        self.optimizer.step(&mut self.x, &self.gradient, learning_rate).expect("a finite rate");
    }

    fn mean_square(&self) -> f64 {
        self.x.iter().map(|x| x * x).sum::<f64>() / COPIES as f64
    }
}

/// A method on the noisy quadratic at a constant rate.
#[derive(Debug, Clone, Copy, Serialize)]
struct Floor {
    momentum: f64,
    learning_rate: f64,
    seed: u64,
}

impl Floor {
    /// η/(2 − η), and with momentum η(1 + μ)/((1 − μ)(2(1 + μ) − η)).
    fn predicted(&self) -> f64 {
        let (eta, mu) = (self.learning_rate, self.momentum);
        eta * (1.0 + mu) / ((1.0 - mu) * (2.0 * (1.0 + mu) - eta))
    }

    /// The mean square after ten times the steps in which the start fades by a factor e.
    fn measured(&self) -> f64 {
        let optimizer: Box<dyn Optimizer<f64>> = if self.momentum == 0.0 {
            Box::new(GradientDescent::default())
        } else {
            Box::new(Momentum { momentum: self.momentum, ..Momentum::default() })
        };
        let mut noisy = Noisy::new(optimizer, 0.0, self.seed);
        let steps = (10.0 * (1.0 - self.momentum) / self.learning_rate).ceil() as u64;
        (0..steps.max(200)).for_each(|_| noisy.step(self.learning_rate));
        noisy.mean_square()
    }
}

/// The rates of the picture: the steps for which each holds.
const STAIRS: [(f64, u64); 3] = [(0.2, 200), (0.02, 600), (0.002, 3_000)];

/// The mean square every ten steps, with decay or without.
fn stairs(decays: bool, seed: u64) -> Vec<f64> {
    let mut noisy = Noisy::new(Box::new(GradientDescent::default()), 10.0, seed);
    let mut kept = Vec::new();
    for (learning_rate, steps) in STAIRS {
        for step in 1..=steps {
            noisy.step(if decays { learning_rate } else { STAIRS[0].0 });
            if step % 10 == 0 {
                kept.push(noisy.mean_square());
            }
        }
    }
    kept
}

/// What is trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
enum Problem {
    /// Logistic regression on the digits with 20 % of the labels drawn at random.
    Logistic,
    /// A narrow perceptron on the same.
    Narrow,
    /// A perceptron that fits the clean digits.
    Interpolating,
}

impl Problem {
    const ALL: [Self; 3] = [Self::Logistic, Self::Narrow, Self::Interpolating];

    fn name(self) -> &'static str {
        match self {
            Self::Logistic => "logistic regression, noisy labels",
            Self::Narrow => "16 units, noisy labels",
            Self::Interpolating => "64 units, clean labels",
        }
    }

    fn model(self) -> Mlp {
        let hidden: &[usize] = match self {
            Self::Logistic => &[],
            Self::Narrow => &[16],
            Self::Interpolating => &[64],
        };
        Mlp::new(64, hidden, 10)
    }

    fn l2(self) -> f32 {
        if self == Self::Interpolating { 0.0 } else { 1e-3 }
    }
}

#[derive(Debug, Clone, Copy, Serialize)]
struct Run {
    problem: Problem,
    decay: Decay,
    learning_rate: f64,
    seed: u64,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct End {
    /// The objective that training minimises, penalty included.
    #[serde(with = "crate::run::float")]
    objective: f64,
    test_accuracy: f64,
}

fn train(run: &Run, digits: &Dataset) -> End {
    let mut split = digits.split(1437, run.seed);
    if run.problem != Problem::Interpolating {
        split.train.corrupt_labels(0.2, &mut stream(run.seed, "label noise"));
    }
    let (model, l2) = (run.problem.model(), run.problem.l2());
    let arm = Arm::new("SGD", "gradient_descent", run.decay);
    let options = TrainerOptions { batch: BATCH, l2, dropout: 0.0 };
    let mut trainer = Trainer::new(&model, &split.train, options, arm.make(), run.seed);
    for _ in 0..EPOCHS {
        if !trainer.epoch(|step, epoch| arm.learning_rate(run.learning_rate, step, epoch)).loss.is_finite() {
            break;
        }
    }
    let squares: f64 = trainer.parameters().as_slice().iter().map(|&w| f64::from(w).powi(2)).sum();
    let objective = evaluate(&model, trainer.parameters(), &split.train).loss + f64::from(l2) / 2.0 * squares;
    End {
        objective: if objective.is_nan() { f64::INFINITY } else { objective },
        test_accuracy: evaluate(&model, trainer.parameters(), &split.test).accuracy,
    }
}

/// The decays that are compared.
const DECAYS: [Decay; 2] = [Decay::Constant, Decay::TenfoldEvery(EVERY)];

fn rate(half_decades: i32) -> f64 {
    format!("{:.2e}", 10f64.powf(f64::from(half_decades) / 2.0)).parse().expect("a number was printed")
}

fn logs(ends: &[End]) -> Vec<f64> {
    ends.iter().map(|end| end.objective.clamp(1e-300, 1e300).ln()).collect()
}

/// A problem at every rate, and at the rates tuned for each decay.
struct Compared {
    problem: Problem,
    /// By decay, then by rate, then by seed.
    ends: Vec<Vec<Vec<End>>>,
    tuned: Vec<(String, Vec<End>)>,
}

impl Compared {
    /// The positions of the three largest rates at which every seed ends below the loss of guessing without decay.
    fn stable(&self) -> Vec<usize> {
        let guessing = 10f64.ln();
        let stable = |&rate: &usize| self.ends[0][rate].iter().all(|end| end.objective < guessing);
        let mut stable: Vec<usize> = (0..HALF_DECADES.count()).rev().filter(stable).take(3).collect();
        stable.reverse();
        stable
    }

    /// ln objective, with decay − without, at a rate.
    fn gain(&self, rate: usize) -> Result<Interval, crate::stats::Error> {
        paired_difference(&logs(&self.ends[1][rate]), &logs(&self.ends[0][rate]), CONFIDENCE)
    }

    /// The same at the rate tuned for each.
    fn tuned_gain(&self) -> Result<Interval, crate::stats::Error> {
        paired_difference(&logs(&self.tuned[1].1), &logs(&self.tuned[0].1), CONFIDENCE)
    }
}

/// The verdict of a criterion that wants every interval below 0.
fn all_below(intervals: &[Interval]) -> Verdict {
    if !intervals.is_empty() && intervals.iter().all(|interval| interval.below(0.0)) {
        Verdict::Reproduced
    } else if intervals.iter().any(|interval| interval.above(0.0)) {
        Verdict::Refuted
    } else {
        Verdict::NotReproduced
    }
}

fn interval_text(interval: &Interval) -> String {
    format!("{} ({} to {})", fixed(interval.estimate, 3), fixed(interval.low, 3), fixed(interval.high, 3))
}

impl Claim for DecayByTen {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "Dividing the learning rate by ten".to_owned(),
            statement: "The learning rate should be adapted as training goes on, for instance divided by ten every so many epochs, and \
                        momentum does not make this unnecessary."
                .to_owned(),
            lecture: "part 3, the learning rate and momentum".to_owned(),
            sources: vec![
                "The stationary variance of gradient descent with additive noise follows from its linear recurrence; with momentum from a \
                 recurrence of second order"
                    .to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "floor",
                    "On ½x² with gradient noise of variance 1 the mean squared distance settles at η/(2 − η), with momentum at \
                     η(1 + μ)/((1 − μ)(2(1 + μ) − η)): dividing η by ten divides it by about ten, with momentum too. Measured within 10 % \
                     of this at three rates each. Refuted outside.",
                ),
                Criterion::new(
                    "same-rate",
                    "Where the data cannot be fitted (labels 20 % random): at each of the three largest stable initial rates (without \
                     decay every seed ends below ln 10, the loss of guessing), decay lowers the final training objective, for logistic regression and for a narrow perceptron (95 % intervals of the mean paired \
                     difference of its logarithm below 0, all six). Refuted if one lies above 0.",
                ),
                Criterion::new(
                    "tuned",
                    "The same with the initial rate tuned for each: decay lowers the final objective on both. Refuted if an interval lies \
                     above 0.",
                ),
            ],
            would_change: "Data that the model can fit: then the noise of the gradient vanishes with the loss, there is no floor, and a rate \
                           that is divided by ten only makes training slower. So does a division that comes before the floor is reached."
                .to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let digits = laboratory.digits()?;
        let undecidable = Error::undecidable(ID);
        let (seeds, tuning_seeds) = (laboratory.seeds(6, 20), laboratory.tuning_seeds(2));
        let seed = laboratory.seed();
        let floors: Vec<Floor> = [0.0, MOMENTUM]
            .into_iter()
            .flat_map(|momentum| {
                FLOOR_RATES.map(|rate| Floor { momentum, learning_rate: rate * (1.0 - momentum), seed })
            })
            .collect();
        let measured = laboratory.cells("floors", &floors, |floor| Ok(floor.measured()))?;
        let off = floors
            .iter()
            .zip(&measured)
            .map(|(floor, at)| (at / floor.predicted() - 1.0).abs())
            .fold(0.0, f64::max);
        let stairs = laboratory.cells("stairs", &[true, false], |&decays| Ok(stairs(decays, seed)))?;

        let mut compared = Vec::new();
        for problem in Problem::ALL {
            let run = |&decay: &Decay, learning_rate, seed| Run { problem, decay, learning_rate, seed };
            let arms = DECAYS
                .map(|decay| (decay, Grid { lowest: *HALF_DECADES.start(), count: HALF_DECADES.count() }));
            let stage = format!("tuning, {}", problem.name());
            let tuned =
                tune(laboratory, &stage, &arms, &tuning_seeds, run, |run| Ok(train(run, &digits).objective))?;
            let mut runs = Vec::new();
            for (decay, tuned) in DECAYS.iter().zip(&tuned) {
                runs.extend(seeds.iter().map(|&seed| run(decay, tuned.rate, seed)));
                for half in HALF_DECADES {
                    runs.extend(seeds.iter().map(|&seed| run(decay, rate(half), seed)));
                }
            }
            let ends = laboratory.cells("reported", &runs, |run| Ok(train(run, &digits)))?;
            let (mut by_decay, mut at_tuned) = (Vec::new(), Vec::new());
            for (of_decay, tuned) in ends.chunks_exact(ends.len() / 2).zip(&tuned) {
                let mut by_rate = of_decay.chunks_exact(seeds.len()).map(<[End]>::to_vec);
                let name = format!("{}{}", tuned.rate, if tuned.on_edge { " (edge optimum)" } else { "" });
                at_tuned.push((name, by_rate.next().expect("the tuned rate comes first")));
                by_decay.push(by_rate.collect());
            }
            compared.push(Compared { problem, ends: by_decay, tuned: at_tuned });
        }
        let gate = gradient_gate(
            ID,
            &Classification,
            &Mlp::new(64, &[16], 10),
            &digits.split(1437, seeds[0]).train,
        )?;

        let noisy = &compared[..2];
        let mut gains = Vec::new();
        let mut gain_texts = Vec::new();
        for compared in noisy {
            for rate_index in compared.stable() {
                let gain = compared.gain(rate_index).map_err(&undecidable)?;
                let at = rate(HALF_DECADES.start() + rate_index as i32);
                gain_texts.push(format!("{} at {at}: {}", compared.problem.name(), interval_text(&gain)));
                gains.push(gain);
            }
        }
        let tuned_gains =
            compared.iter().map(Compared::tuned_gain).collect::<Result<Vec<_>, _>>().map_err(&undecidable)?;
        let average = |values: Vec<f64>| mean(&values).map_err(&undecidable);
        let mut rows = Vec::new();
        for compared in &compared {
            for ((name, ends), label) in compared.tuned.iter().zip(["constant", "÷10 every 10 epochs"]) {
                rows.push(vec![
                    Cell::from(compared.problem.name()),
                    Cell::from(label),
                    Cell::from(name.as_str()),
                    Cell::number(average(logs(ends))?.exp(), 4),
                    Cell::number(100.0 * average(ends.iter().map(|end| end.test_accuracy).collect())?, 2),
                ]);
            }
        }
        let floor_rows = floors.iter().zip(&measured).map(|(floor, &measured)| {
            vec![
                Cell::from(if floor.momentum == 0.0 { "SGD" } else { "momentum 0.9" }),
                Cell::number(floor.learning_rate, 4),
                Cell::number(floor.predicted(), 5),
                Cell::number(measured, 5),
            ]
        });
        let mut figures = vec![stairs_figure(&stairs)];
        figures.extend(compared.iter().map(rates_figure));
        Ok(Findings {
            setup: vec![
                ("noisy quadratic".to_owned(), format!("½x², gradient noise of variance 1, {COPIES} independent copies")),
                (
                    "training".to_owned(),
                    format!("1,437 digits; SGD with mini-batches of {BATCH}, {EPOCHS} epochs, constant rate or divided by ten after every {EVERY}"),
                ),
                (
                    "problems".to_owned(),
                    "logistic regression and a perceptron of 16 units, each with 20 % of the labels drawn at random and λ = 10⁻³ of the penalty ½λ‖w‖²; a perceptron of 64 units on clean labels without penalty, which can fit them".to_owned(),
                ),
                ("tuning".to_owned(), format!("6 rates from 10⁻¹·⁵ to 10 at ratio √10 for each decay, extended at an edge, on {} seeds of their own, by the final objective", tuning_seeds.len())),
                ("seeds".to_owned(), format!("{}, {} to {}, paired", seeds.len(), seeds[0], seeds[seeds.len() - 1])),
            ],
            data: laboratory.data_used(),
            figures,
            tables: vec![
                Table {
                    id: "tuned".to_owned(),
                    title: "Constant rate and decay, each at its tuned initial rate".to_owned(),
                    caption: "The geometric mean of the final training objectives over the seeds, and the mean accuracy on clean test labels in \
                              percent."
                        .to_owned(),
                    columns: ["problem", "rate", "initial η", "objective", "test accuracy"].map(str::to_owned).to_vec(),
                    rows,
                },
                Table {
                    id: "floors".to_owned(),
                    title: "Where noise keeps the iterate".to_owned(),
                    caption: "Mean squared distance on the noisy quadratic: the closed form and the measured one.".to_owned(),
                    columns: ["method", "η", "closed form", "measured"].map(str::to_owned).to_vec(),
                    rows: floor_rows.collect(),
                },
            ],
            outcomes: vec![
                Outcome::new(
                    "floor",
                    Verdict::holds_or_refuted(off < 0.1),
                    format!("largest relative difference from the closed form {off:.3} (< 0.1)"),
                ),
                Outcome::new(
                    "same-rate",
                    if gains.len() == 6 { all_below(&gains) } else { Verdict::Inconclusive },
                    format!("ln objective, decay − constant (< 0): {}", gain_texts.join("; ")),
                ),
                Outcome::new(
                    "tuned",
                    all_below(&tuned_gains[..2]),
                    format!(
                        "ln objective, decay − constant (< 0): {} {}; {} {}",
                        noisy[0].problem.name(),
                        interval_text(&tuned_gains[0]),
                        noisy[1].problem.name(),
                        interval_text(&tuned_gains[1])
                    ),
                ),
            ],
            key_number: format!(
                "tuned, objective with decay / without: {:.2} and {:.2} where the labels cannot be fitted, {:.2} where they can",
                tuned_gains[0].estimate.exp(),
                tuned_gains[1].estimate.exp(),
                tuned_gains[2].estimate.exp()
            ),
            remarks: vec![
                exploratory(
                    "the first version is not on record. From the plan made before any run this one differs in that the criterion “tuned” was \
                     added; “same-rate” is the plan's",
                ),
                format!(
                    "Where the labels can be fitted, decay at tuned rates changes ln objective by {}: there the noise of the gradient \
                     vanishes with the loss, and a smaller rate has nothing to quiet. The advice belongs to problems with a floor.",
                    interval_text(&tuned_gains[2])
                ),
                "Why decay is worse at the smaller rates: where the budget ends before the floor of a rate is reached, dividing the rate only \
                 slows training. With three times the epochs, 90 and a division after every 30, the tuned objectives with decay are 0.99 and \
                 0.98 of those without (differences of ln −0.010, −0.015 to −0.004, and −0.020, −0.044 to 0.004): decay no longer harms. At an \
                 initial rate of 0.1 it still does. The test accuracies, which no criterion reads, stand in the table."
                    .to_owned(),
                "Momentum is compared at a tenth of the rates, the same η/(1 − μ): its floor is as high as that of plain descent, and falls with \
                 the rate in the same way."
                    .to_owned(),
                gate,
            ],
        })
    }
}

fn stairs_figure(stairs: &[Vec<f64>]) -> Figure {
    let line = |name: &str, values: &[f64]| {
        let points = values.iter().enumerate().map(|(i, &value)| Point::new(10.0 * (i + 1) as f64, value));
        Series::line(name, points.collect())
    };
    let mut series = vec![line("divided by ten", &stairs[0]), line("constant", &stairs[1])];
    let (mut from, last) = (0.0, STAIRS.iter().map(|(_, steps)| *steps).sum::<u64>() as f64);
    let mut levels = Vec::new();
    for (learning_rate, steps) in STAIRS {
        let (to, y) = (from + steps as f64, learning_rate / (2.0 - learning_rate));
        levels.extend([Point::new(from, y), Point::new(to, y)]);
        from = to;
    }
    debug_assert_eq!(from, last);
    series.push(Series::reference("closed form η/(2 − η)", levels));
    Figure {
        id: "stairs".to_owned(),
        title: "Each division by ten lowers the floor tenfold".to_owned(),
        caption: format!(
            "Mean squared distance to the optimum of ½x² with noisy gradients, over {COPIES} copies, at rates {}; the dashed line is the \
             floor that belongs to the rate in force. At a constant rate the first floor stays.",
            STAIRS.map(|(rate, steps)| format!("{rate} for {steps} steps")).join(", ")
        ),
        x: Axis::linear("step"),
        y: Axis::logarithmic("mean squared distance"),
        series,
    }
}

fn rates_figure(compared: &Compared) -> Figure {
    let series = compared.ends.iter().zip(["constant", "÷10 every 10 epochs"]).map(|(by_rate, name)| {
        let points = HALF_DECADES.zip(by_rate).map(|(half, ends)| {
            // Beyond ten nothing is learned; the cap keeps the rest legible.
            let objectives: Vec<f64> = ends.iter().map(|end| end.objective.min(10.0)).collect();
            Point::spread(rate(half), &objectives)
        });
        Series::line(name, points.collect())
    });
    Figure {
        id: match compared.problem {
            Problem::Logistic => "logistic",
            Problem::Narrow => "narrow",
            Problem::Interpolating => "interpolating",
        }
        .to_owned(),
        title: format!("Final objective by initial rate: {}", compared.problem.name()),
        caption: "Median and range over the seeds, capped at 10.".to_owned(),
        x: Axis::logarithmic("initial learning rate η"),
        y: Axis::logarithmic("training objective (nats)"),
        series: series.collect(),
    }
}
