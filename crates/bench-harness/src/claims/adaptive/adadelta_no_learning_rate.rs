//! Adadelta needs no learning rate: as printed on the slide it does not move; as published its ε is one.

use losses_optim::optim::{Adadelta, GradientDescent, Optimizer};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use crate::data::Dataset;
use crate::model::{Mlp, Trainer, TrainerOptions, evaluate};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed, scientific, superscript};
use crate::run::Laboratory;
use crate::stats::mean;

/// The claim.
pub struct AdadeltaNoLearningRate;

const ID: &str = "adadelta-no-learning-rate";
const RHO: f64 = 0.95;
/// The decimal exponents of ε on the parabola.
const PARABOLA: [i32; 5] = [-10, -8, -6, -4, -2];
/// The decimal exponents of ε, and of SGD's η, on the digits. SGD's plateau lies within its range; Adadelta's reaches the largest
/// ε, and has no upper end: see the remark.
const EPSILONS: std::ops::RangeInclusive<i32> = -12..=2;
const RATES: std::ops::RangeInclusive<i32> = -5..=2;
const EPOCHS: usize = 8;

/// The ends of a range of powers of ten, in words.
fn powers(exponents: &std::ops::RangeInclusive<i32>) -> String {
    let power = |exponent: &i32| format!("10{}", superscript(&exponent.to_string()));
    format!("{} to {}", power(exponents.start()), power(exponents.end()))
}

/// The rule as the slide prints it: Δ = −√h/(√r + ε)·g with h = 0 at first. The way it goes in 1,000 steps on (x − 1)².
fn as_printed() -> f64 {
    let (mut x, mut r, mut h) = (3.0_f64, 0.0_f64, 0.0_f64);
    for _ in 0..1_000 {
        let g = 2.0 * (x - 1.0);
        r = RHO * r + (1.0 - RHO) * g * g;
        let step = -h.sqrt() / (r.sqrt() + 1e-6) * g;
        h = RHO * h + (1.0 - RHO) * step * step;
        x += step;
    }
    (x - 3.0).abs()
}

/// The published rule on (x − 1)² from 3: the steps until |x − 1| < ½, and the first step.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Descent {
    steps: u64,
    first: f64,
}

fn descend(exponent: i32) -> Descent {
    let mut optimizer = Adadelta { decay: RHO, epsilon: 10f64.powi(exponent), ..Adadelta::default() };
    let (mut x, mut first, mut steps) = ([3.0], 0.0, 0);
    while (x[0] - 1.0_f64).abs() >= 0.5 {
        let before = x[0];
        optimizer.step(&mut x, &[2.0 * (before - 1.0)], 1.0).expect("a finite rate");
        steps += 1;
        if steps == 1 {
            first = before - x[0];
        }
    }
    Descent { steps, first }
}

/// √(ε/((1 − ρ)g² + ε))·g, the first step of the published rule.
fn first_step(exponent: i32) -> f64 {
    let (epsilon, g) = (10f64.powi(exponent), 4.0);
    (epsilon / ((1.0 - RHO) * g * g + epsilon)).sqrt() * g
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
enum Method {
    Adadelta,
    Sgd,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct Run {
    method: Method,
    /// The decimal exponent of ε or η.
    exponent: i32,
    seed: u64,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Accuracy {
    test: f64,
}

fn train(run: &Run, digits: &Dataset) -> Accuracy {
    let split = digits.split(1437, run.seed);
    let model = Mlp::new(64, &[64], 10);
    let options = TrainerOptions { batch: 32, l2: 0.0, dropout: 0.0 };
    let value = 10f64.powi(run.exponent);
    let (optimizer, rate): (Box<dyn losses_optim::state::SavableOptimizer<f32>>, f64) = match run.method {
        Method::Adadelta => (Box::new(Adadelta { decay: RHO, epsilon: value, ..Adadelta::default() }), 1.0),
        Method::Sgd => (Box::new(GradientDescent::default()), value),
    };
    let mut trainer = Trainer::new(&model, &split.train, options, optimizer, run.seed);
    for _ in 0..EPOCHS {
        if !trainer.epoch(|_, _| rate).loss.is_finite() {
            break;
        }
    }
    Accuracy { test: evaluate(&model, trainer.parameters(), &split.test).accuracy }
}

/// The mean test accuracy at each exponent.
struct Sweep {
    method: Method,
    means: Vec<(i32, f64)>,
}

impl Sweep {
    fn best(&self) -> f64 {
        self.means.iter().map(|&(_, accuracy)| accuracy).fold(0.0, f64::max)
    }

    /// The mean test accuracy at an exponent of the sweep.
    fn at(&self, exponent: i32) -> f64 {
        self.means.iter().find(|mean| mean.0 == exponent).expect("in the range").1
    }

    /// Whether the largest value tried is within one point of the best, so that the plateau may go on beyond it.
    fn open_end(&self) -> bool {
        self.means.last().is_some_and(|&(_, accuracy)| accuracy >= self.best() - 0.01)
    }

    /// How many decades in a row, around the best, stay within one point of it: one less than the exponents that do.
    fn plateau(&self) -> usize {
        let good: Vec<bool> =
            self.means.iter().map(|&(_, accuracy)| accuracy >= self.best() - 0.01).collect();
        let longest = good.split(|good| !good).map(<[bool]>::len).max().unwrap_or(0);
        longest.saturating_sub(1)
    }
}

impl Claim for AdadeltaNoLearningRate {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "Adadelta has no learning rate".to_owned(),
            statement: "Adadelta scales its steps by a moving average of its own former steps, so that no learning rate has to be \
                        chosen."
                .to_owned(),
            lecture: "part 3, Adadelta".to_owned(),
            sources: vec!["M. D. Zeiler 2012, ADADELTA: An Adaptive Learning Rate Method, arXiv:1212.5701".to_owned()],
            criteria: vec![
                Criterion::new(
                    "printed-rule-moves",
                    "The rule as printed on the slide, with ε outside the roots and an average of steps that begins at 0, moves at \
                     all in 1,000 steps. Refuted if the way is exactly 0.",
                ),
                Criterion::new(
                    "epsilon-does-not-matter",
                    "The published rule (ε inside both roots) reaches |x − 1| < ½ on (x − 1)² from 3 in a number of steps that \
                     varies at most tenfold over ε = 10⁻¹⁰ … 10⁻². Refuted if it varies more than a hundredfold.",
                ),
                Criterion::new(
                    "wider-plateau",
                    "On the digits the test accuracy stays within one point of the best over at least two more decades of Adadelta's \
                     ε than of SGD's η. Refuted if its plateau is narrower than SGD's.",
                ),
            ],
            would_change: "A longer training: the more epochs, the more small ε catch up.".to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let digits = laboratory.digits()?;
        let way = as_printed();
        let descents = laboratory.cells("parabola", &PARABOLA, |&exponent| Ok(descend(exponent)))?;
        let seeds = laboratory.seeds(3, 10);
        let sweeps = [(Method::Adadelta, EPSILONS), (Method::Sgd, RATES)];
        let mut runs = Vec::new();
        for (method, exponents) in &sweeps {
            for exponent in exponents.clone() {
                runs.extend(seeds.iter().map(|&seed| Run { method: *method, exponent, seed }));
            }
        }
        let accuracies = laboratory.cells("digits", &runs, |run| Ok(train(run, &digits)))?;
        let mut by_exponent = runs.chunks_exact(seeds.len()).zip(accuracies.chunks_exact(seeds.len()));
        let sweeps = sweeps
            .into_iter()
            .map(|(method, exponents)| {
                let means = by_exponent.by_ref().take(exponents.count()).map(|(runs, accuracies)| {
                    let values: Vec<f64> = accuracies.iter().map(|accuracy| accuracy.test).collect();
                    Ok((runs[0].exponent, mean(&values).map_err(Error::undecidable(ID))?))
                });
                Ok(Sweep { method, means: means.collect::<Result<Vec<_>, Error>>()? })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        let (adadelta, sgd) = (&sweeps[0], &sweeps[1]);
        let steps: Vec<u64> = descents.iter().map(|descent| descent.steps).collect();
        let spread = steps[0] as f64 / steps[PARABOLA.len() - 1] as f64;
        let rows = PARABOLA.iter().zip(&descents).map(|(&exponent, descent)| {
            vec![
                Cell::from(scientific(10f64.powi(exponent))),
                Cell::number(descent.steps as f64, 0),
                Cell::from(scientific(descent.first)),
                Cell::from(scientific(first_step(exponent))),
            ]
        });
        let published = [
            ("Adadelta, ρ = 0.95, ε = 10⁻⁶", "1.83 %"),
            ("Adadelta, ε from 10⁻⁸ to 10⁻²", "1.83 to 2.59 %"),
            ("SGD, η from 1 to 10⁻⁴", "2.26 to 58.10 %"),
            ("AdaGrad at its best", "1.79 %"),
        ];
        Ok(Findings {
            setup: vec![
                ("constants".to_owned(), "ρ = 0.95; the published rule with learning rate 1".to_owned()),
                ("digits".to_owned(), format!("perceptron 64-64-10, mini-batches of 32, {EPOCHS} epochs, test accuracy")),
                (
                    "values tried".to_owned(),
                    format!("one in each decade: ε from {} for Adadelta, η from {} for SGD", powers(&EPSILONS), powers(&RATES)),
                ),
                ("seeds".to_owned(), format!("{}, {} to {}", seeds.len(), seeds[0], seeds[seeds.len() - 1])),
            ],
            data: laboratory.data_used(),
            figures: vec![Figure {
                id: "plateau".to_owned(),
                title: "Adadelta's ε and SGD's learning rate".to_owned(),
                caption: "Mean test accuracy on the digits, against the constant that has to be chosen: ε for Adadelta, η for SGD. \
                          Both matter; Adadelta's forgives more decades."
                    .to_owned(),
                x: Axis::logarithmic("ε (Adadelta) or η (SGD)"),
                y: Axis::linear("test accuracy"),
                series: sweeps
                    .iter()
                    .map(|sweep| {
                        let name = if sweep.method == Method::Adadelta { "Adadelta, by ε" } else { "SGD, by η" };
                        let points = sweep.means.iter().map(|&(exponent, mean)| Point::new(10f64.powi(exponent), mean));
                        Series::line(name, points.collect())
                    })
                    .collect(),
            }],
            tables: vec![
                Table {
                    id: "parabola".to_owned(),
                    title: "ε is a hidden step size".to_owned(),
                    caption: "The published rule on (x − 1)² from x = 3: steps until |x − 1| < ½, and the first step, measured and by \
                              √(ε/((1 − ρ)g² + ε))·g, with the gradient g = 4 at 3."
                        .to_owned(),
                    columns: ["ε", "steps", "first step", "theory"].map(str::to_owned).to_vec(),
                    rows: rows.collect(),
                },
                Table {
                    id: "published".to_owned(),
                    title: "What the paper reports".to_owned(),
                    caption: "Test error on MNIST after 6 epochs (Zeiler 2012, Tables 1 and 2), from memory [M]: not checked against the \
                              paper."
                        .to_owned(),
                    columns: ["method", "test error"].map(str::to_owned).to_vec(),
                    rows: published.iter().map(|&(method, error)| vec![Cell::from(method), Cell::from(error)]).collect(),
                },
            ],
            outcomes: vec![
                Outcome::new(
                    "printed-rule-moves",
                    Verdict::holds_or_refuted(way > 0.0),
                    format!("way in 1,000 steps: {way} (> 0)"),
                ),
                Outcome::new(
                    "epsilon-does-not-matter",
                    if spread <= 10.0 {
                        Verdict::Reproduced
                    } else if spread > 100.0 {
                        Verdict::Refuted
                    } else {
                        Verdict::NotReproduced
                    },
                    format!(
                        "{} steps for ε = 10⁻¹⁰, 10⁻⁸, 10⁻⁶, 10⁻⁴, 10⁻²: a factor of {spread:.0} (≤ 10)",
                        steps.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")
                    ),
                ),
                Outcome::new(
                    "wider-plateau",
                    if adadelta.plateau() >= sgd.plateau() + 2 {
                        Verdict::Reproduced
                    } else if adadelta.plateau() < sgd.plateau() {
                        Verdict::Refuted
                    } else {
                        Verdict::NotReproduced
                    },
                    format!(
                        "decades within one point of the best: Adadelta {}{} (best {}), SGD {} (best {}); at least 2 more wanted",
                        if adadelta.open_end() { "at least " } else { "" },
                        adadelta.plateau(),
                        fixed(adadelta.best(), 3),
                        sgd.plateau(),
                        fixed(sgd.best(), 3)
                    ),
                ),
            ],
            key_number: format!("{} to {} steps, depending on ε; as printed it does not move", steps[steps.len() - 1], steps[0]),
            remarks: vec![
                "Zeiler's rule is Δ = −√(h + ε)/√(r + ε)·g, with r and h the moving averages, of decay ρ, of the squared gradients g and \
                 of the squared steps Δ. The slide's has no ε beside h, and h = 0 at first: the step is 0, so h \
                 stays 0."
                    .to_owned(),
                format!(
                    "Where ε is far above r and h, the rule is Δ = −g, gradient descent at the learning rate 1, and on the digits that is a \
                     good one: SGD has a test accuracy of {} there, Adadelta {} at the largest ε. How far the plateau reaches upwards is \
                     therefore owed to the problem; where the rate 1 is too large, it ends.",
                    fixed(sgd.at(0), 3),
                    fixed(adadelta.at(*EPSILONS.end()), 3)
                ),
                "Frameworks offer a learning rate for Adadelta all the same (default 1), which is another way to say it."
                    .to_owned(),
            ],
        })
    }
}
