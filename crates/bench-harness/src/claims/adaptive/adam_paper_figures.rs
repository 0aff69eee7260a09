//! The comparisons of the paper that introduced Adam: logistic regression, and a perceptron with and without dropout.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Scale, Verdict};
use crate::data::{Dataset, Split};
use crate::model::{Arm, Decay, Grid, Mlp, Trainer, TrainerOptions, Tuned, evaluate, gradient_check, tune};
use crate::report::{Axis, Cell, Figure, Point, Series, Table};
use crate::run::Laboratory;
use crate::stats::{self, equivalence, mean, minimum_detectable_effect, paired_difference};

/// The claim.
pub struct AdamPaperFigures;

/// The arms of the comparison, with the grid on which each one's learning rate is tuned: four rates apiece, around the
/// value that is usual for it. Steps α/√t want an α some ten times as large as constant steps.
fn arms(decay: Decay) -> Vec<(Arm, Grid)> {
    let shift = match decay {
        Decay::InverseSquareRoot => 2,
        Decay::Constant | Decay::TenfoldEvery(_) => 0,
    };
    let arm = |name, optimizer, lowest| {
        (Arm::new(name, optimizer, decay), Grid { lowest: lowest + shift, count: 4 })
    };
    vec![
        arm("SGD-Nesterov", "nesterov", -3),
        arm("AdaGrad", "ada_grad", -4),
        arm("RMSProp", "rms_prop", -6),
        arm("Adam", "adam", -6),
    ]
}

/// An experiment: a model, how it is regularised, and for how long it is trained.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Experiment {
    name: &'static str,
    hidden: Vec<usize>,
    l2: f32,
    dropout: f32,
    decay: Decay,
    epochs: u64,
}

/// A training run.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Run {
    experiment: Experiment,
    arm: Arm,
    learning_rate: f64,
    seed: u64,
}

/// How a run went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Course {
    /// The training loss after each epoch, without dropout, in double precision; infinite from a divergence on.
    #[serde(with = "crate::run::float::vec")]
    losses: Vec<f64>,
    test_accuracy: f64,
}

/// An experiment's tuned arms with their runs, by seed.
struct Results {
    experiment: Experiment,
    arms: Vec<(Arm, Tuned, Vec<Course>)>,
}

impl Results {
    fn courses(&self, arm: &str) -> &[Course] {
        &self.arms.iter().find(|(other, ..)| other.name == arm).expect("an arm of the comparison").2
    }

    /// The losses of an arm after so many epochs, by seed.
    fn after(&self, arm: &str, epoch: u64) -> Vec<f64> {
        self.courses(arm).iter().map(|course| course.losses[epoch as usize - 1]).collect()
    }

    fn last(&self, arm: &str) -> Vec<f64> {
        self.after(arm, self.experiment.epochs)
    }
}

/// Mini-batches of the paper.
const BATCH: usize = 128;

fn experiments() -> [Experiment; 3] {
    let perceptron = |name, dropout| Experiment {
        name,
        hidden: vec![256, 256],
        l2: 0.0,
        dropout,
        decay: Decay::Constant,
        epochs: 20,
    };
    [
        Experiment {
            name: "E1 logistic regression",
            hidden: vec![],
            l2: 1e-4,
            dropout: 0.0,
            decay: Decay::InverseSquareRoot,
            epochs: 45,
        },
        perceptron("E2 perceptron", 0.0),
        perceptron("E2 perceptron, dropout", 0.5),
    ]
}

fn model(experiment: &Experiment, data: &Dataset) -> Mlp {
    Mlp::new(data.dimension(), &experiment.hidden, data.classes)
}

fn train(run: &Run, split: &Split, wanted: Losses) -> Course {
    let experiment = &run.experiment;
    let model = model(experiment, &split.train);
    let options = TrainerOptions { batch: BATCH, l2: experiment.l2, dropout: experiment.dropout };
    let mut trainer = Trainer::new(&model, &split.train, options, run.arm.make(), run.seed);
    let mut losses = Vec::new();
    for epoch in 1..=experiment.epochs {
        let seen = trainer.epoch(|step, epoch| run.arm.learning_rate(run.learning_rate, step, epoch));
        let loss = if !seen.loss.is_finite() {
            f64::INFINITY
        } else if wanted == Losses::Final && epoch < experiment.epochs {
            continue;
        } else {
            let loss = evaluate(&model, trainer.parameters(), &split.train).loss;
            if loss.is_finite() { loss } else { f64::INFINITY }
        };
        losses.push(loss);
        if loss.is_infinite() {
            losses.resize(experiment.epochs as usize, f64::INFINITY);
            break;
        }
    }
    Course { losses, test_accuracy: evaluate(&model, trainer.parameters(), &split.test).accuracy }
}

/// Which epochs' losses are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Losses {
    /// All of them, for the reported curves.
    EveryEpoch,
    /// The last one alone, for tuning.
    Final,
}

impl Claim for AdamPaperFigures {
    fn about(&self) -> About {
        About {
            id: "adam-paper-figures".to_owned(),
            title: "Adam in the comparisons that introduced it".to_owned(),
            statement: "Adam converges as fast as SGD with Nesterov momentum on logistic regression and faster than AdaGrad, \
                        and faster than every other method on perceptrons, with dropout and without."
                .to_owned(),
            lecture: "part 3, Adam".to_owned(),
            sources: vec![
                "D. P. Kingma & J. Ba 2015, Adam: A Method for Stochastic Optimization, sections 6.1 and 6.2, Figures 1 \
                 (left) and 2, arXiv:1412.6980"
                    .to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "logistic-equal",
                    "E1, logistic regression, L2 penalty, steps α/√t: the final training loss of Adam equals that of \
                     SGD-Nesterov to within 5 % of SGD-Nesterov's mean (equivalence by two one-sided paired t-tests at \
                     5 %). Refuted if the 95 % interval of the paired difference excludes 0 with Adam worse by more \
                     than the margin.",
                ),
                Criterion::new(
                    "logistic-adagrad",
                    "E1: the 95 % intervals of the paired differences Adam − AdaGrad and SGD-Nesterov − AdaGrad in final \
                     training loss lie below 0. Refuted if one lies above 0.",
                ),
                Criterion::new(
                    "perceptron",
                    "E2, perceptron without dropout: after 5 and after 20 epochs Adam's mean training loss is at most that of \
                     every other method. Refuted if the 95 % interval of a paired difference Adam − other lies above 0.",
                ),
                Criterion::new("perceptron-dropout", "E2 with dropout ½: the same."),
            ],
            would_change: "The grid of learning rates, the number of epochs at which losses are read, and the data: the \
                           differences between tuned methods are small beside those between learning rates. Momentum, β₁, \
                           β₂ and ε stay at their usual values; tuning them too favours the methods that have more of \
                           them."
                .to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let (name, data): (&str, Box<dyn Fn(u64) -> Split + Sync>) = match laboratory.scale() {
            Scale::Quick => {
                let digits = laboratory.digits()?;
                (
                    "digits, 1437 for training, 360 for testing, split anew for each seed",
                    Box::new(move |seed| digits.split(1437, seed)),
                )
            }
            Scale::Full => {
                let mnist = laboratory.mnist()?;
                (
                    "MNIST, 10,000 training images drawn anew for each seed, the 10,000 test images",
                    Box::new(move |seed| Split {
                        train: mnist.train.split(10_000, seed).train,
                        test: mnist.test.clone(),
                    }),
                )
            }
        };
        let (seeds, tuning_seeds) = (laboratory.seeds(6, 6), laboratory.tuning_seeds(2));
        let mut results = Vec::new();
        for experiment in experiments() {
            results.push(study(laboratory, experiment, &seeds, &tuning_seeds, &data)?);
        }
        let gate = gate(&results, &data(seeds[0]).train)?;
        let undecidable = Error::undecidable("adam-paper-figures");
        let outcomes = outcomes(&results).map_err(undecidable)?;
        let final_of = |results: &Results, arm| mean(&results.last(arm)).unwrap_or(f64::INFINITY);
        let mut remarks = vec![
            "The paper prints curves and no table; its direction stands in the table's last column [V: text].".to_owned(),
            "Losses are read on the whole training set without dropout; the paper plots the running training cost, with it."
                .to_owned(),
            "The penalty of E1 is part of the gradient, not of the printed loss.".to_owned(),
            format!(
                "The paper's perceptrons have two hidden layers of 1000 and it compares with AdaDelta and SFO as well; ours \
                 have {:?}.",
                results[1].experiment.hidden
            ),
            gate,
        ];
        remarks.extend(laboratory.data_notes());
        Ok(Findings {
            setup: vec![
                ("data".to_owned(), name.to_owned()),
                ("mini-batch".to_owned(), BATCH.to_string()),
                (
                    "E1".to_owned(),
                    format!(
                        "logistic regression, L2 penalty 10⁻⁴, steps α/√t, {} epochs",
                        results[0].experiment.epochs
                    ),
                ),
                (
                    "E2".to_owned(),
                    format!(
                        "perceptron {:?}, ReLU, constant α, {} epochs",
                        results[1].experiment.hidden, results[1].experiment.epochs
                    ),
                ),
                (
                    "tuning".to_owned(),
                    format!(
                        "the learning rate of each arm, 4 rates at ratio √10, extended by 2 at an edge at most twice, {} seeds of their own, by the final training loss",
                        tuning_seeds.len()
                    ),
                ),
                (
                    "other constants".to_owned(),
                    "momentum 0.9; RMSProp's decay 0.9; β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸".to_owned(),
                ),
                (
                    "seeds".to_owned(),
                    format!(
                        "{}, {} to {}; arms are paired on the seed",
                        seeds.len(),
                        seeds[0],
                        seeds[seeds.len() - 1]
                    ),
                ),
            ],
            data: laboratory.data_used(),
            figures: results
                .iter()
                .flat_map(|results| [course_figure(results), rates_figure(results)])
                .collect(),
            tables: vec![
                losses_table(&results).map_err(Error::undecidable("adam-paper-figures"))?,
                seeds_table(&results),
            ],
            outcomes,
            key_number: format!(
                "final training loss, Adam against SGD-Nesterov: {:.4} and {:.4} (logistic), {:.1e} and {:.1e} (perceptron)",
                final_of(&results[0], "Adam"),
                final_of(&results[0], "SGD-Nesterov"),
                final_of(&results[1], "Adam"),
                final_of(&results[1], "SGD-Nesterov"),
            ),
            remarks,
        })
    }
}

fn study(
    laboratory: &Laboratory,
    experiment: Experiment,
    seeds: &[u64],
    tuning_seeds: &[u64],
    data: &(impl Fn(u64) -> Split + Sync + ?Sized),
) -> Result<Results, Error> {
    let arms = arms(experiment.decay);
    let run = |arm: &Arm, learning_rate, seed| Run {
        experiment: experiment.clone(),
        arm: *arm,
        learning_rate,
        seed,
    };
    let stage = |what: &str| format!("{}, {what}", experiment.name);
    let score = |run: &Run| {
        Ok(train(run, &data(run.seed), Losses::Final).losses.last().copied().unwrap_or(f64::INFINITY))
    };
    let tuned = tune(laboratory, &stage("tuning"), &arms, tuning_seeds, run, score)?;
    let mut runs = Vec::new();
    for ((arm, _), tuned) in arms.iter().zip(&tuned) {
        runs.extend(seeds.iter().map(|&seed| run(arm, tuned.rate, seed)));
    }
    let mut courses = laboratory
        .cells(&stage("reported"), &runs, |run| Ok(train(run, &data(run.seed), Losses::EveryEpoch)))?
        .into_iter();
    let arms = arms.into_iter().zip(tuned);
    let arms = arms.map(|((arm, _), tuned)| (arm, tuned, courses.by_ref().take(seeds.len()).collect()));
    Ok(Results { experiment, arms: arms.collect() })
}

/// The sanity gates: exact gradients, finite losses, better than a constant prediction.
fn gate(results: &[Results], data: &Dataset) -> Result<String, Error> {
    let mut largest: f64 = 0.0;
    for Results { experiment, arms } in results {
        largest = largest.max(gradient_check(&model(experiment, data), data, 0));
        for (arm, _, courses) in arms {
            if courses
                .iter()
                .any(|course| course.losses.last().is_none_or(|&loss| loss >= (data.classes as f64).ln()))
            {
                return Err(Error::Invalid {
                    claim: "adam-paper-figures".to_owned(),
                    reason: format!(
                        "{}: a tuned run of {} is no better than a constant",
                        experiment.name, arm.name
                    ),
                });
            }
        }
    }
    if largest > 1e-6 {
        return Err(Error::Invalid {
            claim: "adam-paper-figures".to_owned(),
            reason: format!("exact and numeric gradients differ by {largest:e}, more than 10⁻⁶"),
        });
    }
    Ok(format!(
        "Sanity gates: every reported run beats a constant prediction and none diverged; exact and numeric derivatives agree \
         to {largest:.1e} on 20 coordinates of each model."
    ))
}

fn outcomes(results: &[Results]) -> Result<Vec<Outcome>, stats::Error> {
    let logistic = &results[0];
    let (adam, nesterov, ada_grad) =
        (logistic.last("Adam"), logistic.last("SGD-Nesterov"), logistic.last("AdaGrad"));
    let margin = 0.05 * mean(&nesterov)?;
    let equal = equivalence(&adam, &nesterov, margin)?;
    let difference = paired_difference(&adam, &nesterov, 0.95)?;
    let differences: Vec<f64> = adam.iter().zip(&nesterov).map(|(a, b)| a - b).collect();
    let logistic_equal = Outcome {
        criterion: "logistic-equal".to_owned(),
        verdict: if equal.holds() {
            Verdict::Reproduced
        } else if difference.low > margin {
            Verdict::Refuted
        } else {
            Verdict::NotReproduced
        },
        tested: format!(
            "Adam − SGD-Nesterov = {:.2e}, 90 % interval {:.2e} to {:.2e} within ±{margin:.2e} (p = {:.3}); detectable at \
             80 % power: {:.2e}",
            equal.difference.estimate,
            equal.difference.low,
            equal.difference.high,
            equal.p_value,
            minimum_detectable_effect(&differences)?
        ),
    };
    let (mut tested, mut below, mut above) = (Vec::new(), true, false);
    for (name, losses) in [("Adam", &adam), ("SGD-Nesterov", &nesterov)] {
        let difference = paired_difference(losses, &ada_grad, 0.95)?;
        below &= difference.below(0.0);
        above |= difference.above(0.0);
        tested.push(format!(
            "{name} − AdaGrad = {:.2e}, 95 % interval {:.2e} to {:.2e} (< 0)",
            difference.estimate, difference.low, difference.high
        ));
    }
    let logistic_ada_grad = Outcome {
        criterion: "logistic-adagrad".to_owned(),
        verdict: match (below, above) {
            (true, _) => Verdict::Reproduced,
            (_, true) => Verdict::Refuted,
            _ => Verdict::NotReproduced,
        },
        tested: tested.join("; "),
    };
    Ok(vec![
        logistic_equal,
        logistic_ada_grad,
        fastest("perceptron", &results[1])?,
        fastest("perceptron-dropout", &results[2])?,
    ])
}

/// Whether no other arm is ahead of Adam after 5 and after 20 epochs.
fn fastest(criterion: &str, results: &Results) -> Result<Outcome, stats::Error> {
    let (mut tested, mut holds, mut refuted) = (Vec::new(), true, false);
    for epoch in [5, 20] {
        let adam = results.after("Adam", epoch);
        for (arm, ..) in results.arms.iter().filter(|(arm, ..)| arm.name != "Adam") {
            let other = results.after(arm.name, epoch);
            if other.iter().any(|loss| loss.is_infinite()) {
                tested.push(format!("epoch {epoch}: {} diverged", arm.name));
                continue;
            }
            let difference = paired_difference(&adam, &other, 0.95)?;
            holds &= difference.estimate <= 0.0;
            refuted |= difference.above(0.0);
            tested.push(format!(
                "epoch {epoch}: Adam − {} = {:.2e}, {:.2e} to {:.2e}",
                arm.name, difference.estimate, difference.low, difference.high
            ));
        }
    }
    let verdict = match (holds, refuted) {
        (true, _) => Verdict::Reproduced,
        (_, true) => Verdict::Refuted,
        _ => Verdict::NotReproduced,
    };
    let tested = format!("{} (means ≤ 0; 95 % intervals)", tested.join("; "));
    Ok(Outcome { criterion: criterion.to_owned(), verdict, tested })
}

fn stem(experiment: &Experiment) -> String {
    experiment.name.to_lowercase().replace(", ", "-").replace(' ', "-")
}

fn course_figure(results: &Results) -> Figure {
    let series = results.arms.iter().map(|(arm, tuned, courses)| {
        let points = (0..results.experiment.epochs as usize).map(|epoch| {
            let losses: Vec<f64> = courses.iter().map(|course| course.losses[epoch]).collect();
            Point::spread((epoch + 1) as f64, &losses)
        });
        Series::line(&format!("{}, α = {}", arm.name, tuned.rate), points.collect())
    });
    Figure {
        id: stem(&results.experiment),
        title: format!("{}: training loss", results.experiment.name),
        caption: "Training loss after each epoch at the tuned learning rate: the median over the seeds, and the band from the \
                  smallest to the largest. Compare Kingma & Ba, Figures 1 (left) and 2."
            .to_owned(),
        x: Axis::linear("epoch"),
        y: Axis::logarithmic("training loss (cross-entropy, nats)"),
        series: series.collect(),
    }
}

fn rates_figure(results: &Results) -> Figure {
    let series = results.arms.iter().map(|(arm, tuned, _)| {
        let points = tuned.tried.iter().map(|&(rate, loss)| Point {
            x: rate,
            y: loss.is_finite().then_some(loss),
            bounds: None,
        });
        Series::line(arm.name, points.collect())
    });
    Figure {
        id: format!("{}-rates", stem(&results.experiment)),
        title: format!("{}: what the learning rate decides", results.experiment.name),
        caption: "Final training loss over the learning rates that were tried, the median of the tuning seeds; a gap is a run \
                  that diverged. The lowest point of each line is the tuned rate."
            .to_owned(),
        x: Axis::logarithmic("learning rate α"),
        y: Axis::logarithmic("final training loss (nats)"),
        series: series.collect(),
    }
}

fn losses_table(results: &[Results]) -> Result<Table, stats::Error> {
    let mut rows = Vec::new();
    for results in results {
        for (arm, tuned, courses) in &results.arms {
            let accuracies: Vec<f64> = courses.iter().map(|course| 100.0 * course.test_accuracy).collect();
            let paper = match (results.experiment.hidden.is_empty(), arm.name) {
                (true, "Adam") => "level with SGD-Nesterov, ahead of AdaGrad",
                (true, "SGD-Nesterov") => "level with Adam",
                (true, "AdaGrad") => "behind both",
                (false, "Adam") => "the fastest",
                _ => "",
            };
            rows.push(vec![
                Cell::from(results.experiment.name),
                Cell::from(arm.name),
                Cell::from(format!("{}{}", tuned.rate, if tuned.on_edge { " (edge optimum)" } else { "" })),
                Cell::number(mean(&results.after(arm.name, 5))?, 5),
                Cell::number(mean(&results.last(arm.name))?, 6),
                Cell::number(mean(&accuracies)?, 2),
                if paper.is_empty() { Cell::Empty } else { Cell::from(paper) },
            ]);
        }
    }
    Ok(Table {
        id: "losses".to_owned(),
        title: "Training loss and test accuracy at the tuned rates".to_owned(),
        caption: "Means over the seeds; losses in nats, accuracies in per cent. The last column is the paper's statement.".to_owned(),
        columns: ["experiment", "method", "tuned α", "loss, 5 epochs", "final loss", "test accuracy", "paper"]
            .map(str::to_owned)
            .to_vec(),
        rows,
    })
}

fn seeds_table(results: &[Results]) -> Table {
    let rows = results.iter().flat_map(|results| {
        results.arms.iter().map(|(arm, _, courses)| {
            let losses = courses
                .iter()
                .map(|course| format!("{:.3e}", course.losses[results.experiment.epochs as usize - 1]));
            vec![
                Cell::from(results.experiment.name),
                Cell::from(arm.name),
                Cell::from(losses.collect::<Vec<_>>().join(" ")),
            ]
        })
    });
    Table {
        id: "seeds".to_owned(),
        title: "Final training loss of every seed".to_owned(),
        caption: "In the order of the seeds.".to_owned(),
        columns: ["experiment", "method", "final losses"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}
