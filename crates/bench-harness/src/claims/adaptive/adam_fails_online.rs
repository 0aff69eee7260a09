//! Adam does not converge on simple convex online problems.

use losses_optim::optim::{AdaGrad, Adam, AmsGrad, GradientDescent, Optimizer};
use losses_optim::schedule::{Constant, InverseSquareRoot, Schedule};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Scale, Verdict};
use crate::report::{Axis, Cell, Figure, Point, Series, Table};
use crate::run::Laboratory;

/// The claim.
pub struct AdamFailsOnline;

/// A periodic sequence of linear losses fₜ(x) = gₜ·x on \[−1, 1\]: a large slope once a period, small negative ones else.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Sequence {
    /// The slope at the first step of each period.
    pub large: f64,
    /// The slope at all other steps.
    pub small: f64,
    /// The length of a period.
    pub period: u64,
}

impl Sequence {
    /// Theorem 1 of Reddi et al.: C once in three steps, else −1.
    pub fn theorem_1(large: f64) -> Self {
        Self { large, small: -1.0, period: 3 }
    }

    /// The synthetic experiment of Reddi et al., section 5: 1010 once in 101 steps, else −10.
    pub const SYNTHETIC: Self = Self { large: 1010.0, small: -10.0, period: 101 };

    /// The slope at step t = 1, 2, …
    fn slope(&self, t: u64) -> f64 {
        if t % self.period == 1 { self.large } else { self.small }
    }
}

/// An online learner of one number on \[−1, 1\].
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub enum Learner {
    /// Projected gradient descent with steps α/√t.
    GradientDescent,
    /// AdaGrad with a constant α: its own accumulator makes the 1/√t.
    AdaGrad,
    /// Adam as Reddi et al. state it: no correction of bias, ε = 0, steps α/√t.
    AdamUncorrected,
    /// Adam as published by Kingma & Ba, with correction of bias, ε = 0, steps α/√t.
    Adam,
    /// AMSGrad, ε = 0, steps α/√t.
    AmsGrad,
}

impl Learner {
    const ALL: [Self; 5] =
        [Self::GradientDescent, Self::AdaGrad, Self::AmsGrad, Self::AdamUncorrected, Self::Adam];

    fn name(self) -> &'static str {
        match self {
            Self::GradientDescent => "SGD",
            Self::AdaGrad => "AdaGrad",
            Self::AdamUncorrected => "Adam, no bias correction",
            Self::Adam => "Adam",
            Self::AmsGrad => "AMSGrad",
        }
    }
}

/// An online game: who plays against what, from where, with which constants.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Game {
    /// The losses.
    pub sequence: Sequence,
    /// The player.
    pub learner: Learner,
    /// The first point.
    pub start: f64,
    /// α.
    pub learning_rate: f64,
    /// β₁, for Adam and AMSGrad.
    pub beta1: f64,
    /// β₂, for Adam and AMSGrad.
    pub beta2: f64,
    /// T.
    pub steps: u64,
}

/// How a game went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Course {
    /// (t, x after t steps, Rₜ/t) at steps spaced by equal ratios.
    trace: Vec<(u64, f64, f64)>,
    /// The last point.
    last: f64,
    /// R_T/T: the mean excess over the best fixed point, which is −1.
    regret: f64,
    /// The number of periods that did not begin at x = 1, to the last bit.
    begun_elsewhere: u64,
}

/// Plays a game to its end.
pub fn play(game: &Game) -> Course {
    let Game { sequence, learner, start, learning_rate, beta1, beta2, steps } = *game;
    let mut optimizer: Box<dyn Optimizer<f64>> = match learner {
        Learner::GradientDescent => Box::new(GradientDescent::default()),
        Learner::AdaGrad => Box::new(AdaGrad { epsilon: 0.0, ..AdaGrad::default() }),
        Learner::Adam | Learner::AdamUncorrected => {
            Box::new(Adam { beta1, beta2, epsilon: 0.0, ..Adam::default() })
        }
        Learner::AmsGrad => Box::new(AmsGrad { beta1, beta2, epsilon: 0.0, ..AmsGrad::default() }),
    };
    let schedule: Box<dyn Schedule> = match learner {
        Learner::AdaGrad => Box::new(Constant { initial: learning_rate }),
        _ => Box::new(InverseSquareRoot { initial: learning_rate }),
    };
    let mut x = [start];
    let (mut regret, mut begun_elsewhere, mut trace, mut next) = (0.0, 0, Vec::new(), 1.0_f64);
    for t in 1..=steps {
        let slope = sequence.slope(t);
        if t % sequence.period == 1 && x[0] != 1.0 {
            begun_elsewhere += 1;
        }
        regret += slope * (x[0] + 1.0);
        let correction = match learner {
            // With ε = 0 the correction of bias is a factor of the step, and this takes it out.
            Learner::AdamUncorrected => (1.0 - beta1.powf(t as f64)) / (1.0 - beta2.powf(t as f64)).sqrt(),
            _ => 1.0,
        };
        let rate = schedule.learning_rate(t) * correction;
        optimizer.step(&mut x, &[slope], rate).expect("finite rates, one number");
        x[0] = x[0].clamp(-1.0, 1.0);
        if t as f64 >= next || t == steps {
            trace.push((t, x[0], regret / t as f64));
            next = (t as f64 * 1.05).max(t as f64 + 1.0);
        }
    }
    Course { trace, last: x[0], regret: regret / steps as f64, begun_elsewhere }
}

/// The large slopes of Theorem 1 that are played.
const LARGE: [f64; 4] = [2.5, 3.0, 4.0, 10.0];
/// The step sizes of the synthetic experiment. The paper does not state its own.
const RATES: [f64; 4] = [0.01, 0.1, 0.5, 1.0];
/// The decay rates of the synthetic experiment: the paper's, and the default.
const DECAYS: [f64; 2] = [0.99, 0.999];
/// 20/101: the mean regret of staying at x = 1, against x = −1.
const SYNTHETIC_REGRET: f64 = 20.0 / 101.0;

impl Claim for AdamFailsOnline {
    fn about(&self) -> About {
        About {
            id: "adam-fails-online".to_owned(),
            title: "Adam can fail to converge on convex problems, and AMSGrad does not".to_owned(),
            statement: "There are convex problems on which Adam does not converge to the optimum, however long it runs; \
                        AMSGrad, which never lets its second moment shrink, does."
                .to_owned(),
            lecture: "part 3, Adam and AMSGrad".to_owned(),
            sources: vec![
                "S. J. Reddi, S. Kale & S. Kumar 2018, On the Convergence of Adam and Beyond, Theorem 1 and section 5, \
                 arXiv:1904.09237"
                    .to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "theorem-1",
                    "Losses C·x once in three steps, else −x, on [−1, 1], from x = 1, with β₁ = 0, β₂ = 1/(1 + C²) and \
                     steps α/√t, α = ½: for each C in 2.5, 3, 4, 10 Adam without bias correction begins every period at \
                     x = 1 exactly, and its mean regret against x = −1 is at least (2C − 4)/3 − 1/T. Refuted if a period \
                     begins elsewhere or the regret is smaller.",
                ),
                Criterion::new(
                    "controls",
                    "On the same losses SGD, AdaGrad and AMSGrad have a mean regret below 0.05 after 3·10⁴ steps \
                     (ten times as many at full scale).",
                ),
                Criterion::new(
                    "synthetic",
                    "Losses 1010·x once in 101 steps, else −10·x, with β₁ = 0.9, β₂ = 0.99, α = ½, steps α/√t, from x = 0, \
                     10⁶ steps (ten times as many at full scale): Adam ends above 0.99 with a mean regret within 0.05 of 20/101 \
                     (staying at the worst point), and AMSGrad ends below −0.99. Refuted if Adam ends below 0.",
                ),
            ],
            would_change: "A step size outside the theorem's range (α ≥ √(1 − β₂)), a β₂ that grows towards 1 with time, \
                           or a small AMSGrad step: at β₂ = 0.99 and α = 0.1 or below AMSGrad is on its way to −1 but \
                           has not arrived at the last step. The losses are chosen against Adam; they say that its convergence \
                           cannot be guaranteed, not that it fails on the problems it is used for."
                .to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let longer = match laboratory.scale() {
            Scale::Quick => 1,
            Scale::Full => 10,
        };
        let theorem: Vec<Game> = LARGE
            .iter()
            .flat_map(|&large| {
                Learner::ALL.map(|learner| Game {
                    sequence: Sequence::theorem_1(large),
                    learner,
                    start: 1.0,
                    learning_rate: 0.5,
                    beta1: 0.0,
                    beta2: 1.0 / (1.0 + large * large),
                    steps: 30_000 * longer,
                })
            })
            .collect();
        let mut synthetic = Vec::new();
        for beta2 in DECAYS {
            for learning_rate in RATES {
                for learner in Learner::ALL {
                    synthetic.push(Game {
                        sequence: Sequence::SYNTHETIC,
                        learner,
                        start: 0.0,
                        learning_rate,
                        beta1: 0.9,
                        beta2,
                        steps: 1_000_000 * longer,
                    });
                }
            }
        }
        let theorem = played(laboratory, "theorem 1", theorem)?;
        let synthetic = played(laboratory, "synthetic", synthetic)?;
        let outcomes =
            vec![theorem_outcome(&theorem), controls_outcome(&theorem), synthetic_outcome(&synthetic)];
        let adam = of_paper(&synthetic, Learner::Adam);
        let ams_grad = of_paper(&synthetic, Learner::AmsGrad);
        Ok(Findings {
            setup: vec![
                ("feasible set".to_owned(), "[−1, 1], by projection after each step".to_owned()),
                (
                    "mean regret R_T/T".to_owned(),
                    "the loss summed over T steps, less that of the best fixed point, x = −1, divided by T".to_owned(),
                ),
                ("ε".to_owned(), "0 for all methods".to_owned()),
                ("AdaGrad".to_owned(), "constant α: its own sum makes the steps fall as 1/√t".to_owned()),
                (
                    "steps".to_owned(),
                    format!("{} (Theorem 1), {} (synthetic)", 30_000 * longer, 1_000_000 * longer),
                ),
                ("arithmetic".to_owned(), "f64; nothing is random".to_owned()),
            ],
            data: laboratory.data_used(),
            figures: vec![path_figure(&synthetic), regret_figure(&synthetic)],
            tables: vec![theorem_table(&theorem), synthetic_table(&synthetic)],
            outcomes,
            key_number: format!(
                "1010/−10: Adam ends at x = {}, AMSGrad at {}; the optimum is −1",
                signed(adam.last),
                signed(ams_grad.last)
            ),
            remarks: vec![
                "The paper states no step size for its synthetic experiment; the table shows four.".to_owned(),
                "The theorem is stated for Adam without correction of bias; with it, as it is used, Adam behaves the same on \
                 these losses, for the correction fades with β₂ᵗ."
                    .to_owned(),
                "With ε = 0 the correction of bias only scales the step, by √(1 − β₂ᵗ)/(1 − β₁ᵗ). It decides how far the \
                 first, large steps go: at β₂ = 0.999 and α = ½ the uncorrected form has reached +1 after 10⁶ steps \
                 and the corrected one is still on its way."
                    .to_owned(),
            ],
        })
    }
}

fn played(laboratory: &Laboratory, stage: &str, games: Vec<Game>) -> Result<Vec<(Game, Course)>, Error> {
    let courses = laboratory.cells(stage, &games, |game| Ok(play(game)))?;
    Ok(games.into_iter().zip(courses).collect())
}

/// The synthetic game with the paper's β₂ and α = ½.
fn of_paper(synthetic: &[(Game, Course)], learner: Learner) -> &Course {
    let found = synthetic
        .iter()
        .find(|(game, _)| game.learner == learner && game.learning_rate == 0.5 && game.beta2 == DECAYS[0]);
    &found.expect("the grid has this game").1
}

/// A number with its sign in front, as print sets it.
fn signed(value: f64) -> String {
    format!("{value:+.3}").replace('-', "−")
}

fn bound(game: &Game) -> f64 {
    (2.0 * game.sequence.large - 4.0) / 3.0
}

fn theorem_outcome(theorem: &[(Game, Course)]) -> Outcome {
    let games = || theorem.iter().filter(|(game, _)| game.learner == Learner::AdamUncorrected);
    let holds = games().all(|(game, course)| {
        course.begun_elsewhere == 0 && course.regret >= bound(game) - 1.0 / game.steps as f64
    });
    let tested = games().map(|(game, course)| {
        format!(
            "C = {}: {} periods begun elsewhere, R_T/T = {:.4} ≥ {:.4}",
            game.sequence.large,
            course.begun_elsewhere,
            course.regret,
            bound(game) - 1.0 / game.steps as f64
        )
    });
    Outcome {
        criterion: "theorem-1".to_owned(),
        verdict: if holds { Verdict::Reproduced } else { Verdict::Refuted },
        tested: tested.collect::<Vec<_>>().join("; "),
    }
}

fn controls_outcome(theorem: &[(Game, Course)]) -> Outcome {
    let controls = [Learner::GradientDescent, Learner::AdaGrad, Learner::AmsGrad];
    let worst = controls.map(|learner| {
        let regrets =
            theorem.iter().filter(|(game, _)| game.learner == learner).map(|(_, course)| course.regret);
        (learner, regrets.fold(f64::NEG_INFINITY, f64::max))
    });
    let tested = worst.map(|(learner, regret)| format!("{} {regret:.4} < 0.05", learner.name()));
    Outcome {
        criterion: "controls".to_owned(),
        verdict: if worst.iter().all(|(_, regret)| *regret < 0.05) {
            Verdict::Reproduced
        } else {
            Verdict::NotReproduced
        },
        tested: format!("largest R_T/T over the four C: {}", tested.join(", ")),
    }
}

fn synthetic_outcome(synthetic: &[(Game, Course)]) -> Outcome {
    let adam = of_paper(synthetic, Learner::Adam);
    let ams_grad = of_paper(synthetic, Learner::AmsGrad);
    let holds = adam.last > 0.99 && (adam.regret - SYNTHETIC_REGRET).abs() < 0.05 && ams_grad.last < -0.99;
    Outcome {
        criterion: "synthetic".to_owned(),
        verdict: if holds {
            Verdict::Reproduced
        } else if adam.last < 0.0 {
            Verdict::Refuted
        } else {
            Verdict::NotReproduced
        },
        tested: format!(
            "Adam ends at {:.4} > 0.99 with |R_T/T − 20/101| = |{:.4} − {SYNTHETIC_REGRET:.4}| < 0.05; AMSGrad ends at \
             {} < −0.99",
            adam.last,
            adam.regret,
            signed(ams_grad.last)
        ),
    }
}

fn theorem_table(theorem: &[(Game, Course)]) -> Table {
    let rows = LARGE.iter().map(|&large| {
        let regret = |learner| {
            let course =
                theorem.iter().find(|(game, _)| game.sequence.large == large && game.learner == learner);
            Cell::number(course.expect("each is played").1.regret, 4)
        };
        let mut row = vec![Cell::number(large, 1), Cell::number((2.0 * large - 4.0) / 3.0, 4)];
        row.push(regret(Learner::AdamUncorrected));
        row.push(regret(Learner::Adam));
        row.extend([Learner::AmsGrad, Learner::AdaGrad, Learner::GradientDescent].map(regret));
        row
    });
    Table {
        id: "theorem-1".to_owned(),
        title: "Theorem 1: mean regret after the last step".to_owned(),
        caption: "R_T/T against the best fixed point. The bound (2C − 4)/3 is the theorem's, for Adam [V]. A method that \
                  converges has a mean regret that falls to 0."
            .to_owned(),
        columns: ["C", "theorem's bound", "Adam, no bias correction", "Adam", "AMSGrad", "AdaGrad", "SGD"]
            .map(str::to_owned)
            .to_vec(),
        rows: rows.collect(),
    }
}

fn synthetic_table(synthetic: &[(Game, Course)]) -> Table {
    let rows = synthetic
        .iter()
        .filter(|(game, _)| !matches!(game.learner, Learner::GradientDescent | Learner::AdaGrad));
    let rows = rows.map(|(game, course)| {
        vec![
            Cell::from(game.learner.name()),
            Cell::number(game.beta2, 3),
            Cell::number(game.learning_rate, 2),
            Cell::number(course.last, 4),
            Cell::number(course.regret, 4),
            Cell::from(match game.learner {
                _ if game.beta2 != DECAYS[0] => "",
                Learner::AmsGrad => "→ −1",
                Learner::AdamUncorrected => "→ +1",
                _ => "",
            }),
        ]
    });
    Table {
        id: "synthetic".to_owned(),
        title: "The 1010/−10 sequence, over step sizes".to_owned(),
        caption: "Where each method ends and its mean regret; staying at +1 costs 20/101 = 0.1980. The paper's outcome, \
                  for its β₂ = 0.99 [V: text and figure; no table, no step size], stands in the last column."
            .to_owned(),
        columns: ["method", "β₂", "α", "last x", "R_T/T", "paper"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

/// The games with the paper's constants and α = ½, as lines of one of their traced quantities.
fn traces(synthetic: &[(Game, Course)], quantity: impl Fn(&(u64, f64, f64)) -> f64) -> Vec<Series> {
    [Learner::GradientDescent, Learner::AdaGrad, Learner::AmsGrad, Learner::Adam]
        .map(|learner| {
            let points = of_paper(synthetic, learner).trace.iter();
            Series::line(
                learner.name(),
                points.map(|point| Point::new(point.0 as f64, quantity(point))).collect(),
            )
        })
        .to_vec()
}

fn path_figure(synthetic: &[(Game, Course)]) -> Figure {
    let last = of_paper(synthetic, Learner::Adam).trace.last().map_or(1.0, |point| point.0 as f64);
    let mut series = traces(synthetic, |point| point.1);
    series.push(Series::level("optimum", 1.0, last, -1.0));
    Figure {
        id: "path".to_owned(),
        title: "Adam walks to the worst point".to_owned(),
        caption: "The iterate on the 1010/−10 sequence, α = ½, β₁ = 0.9, β₂ = 0.99. One loss in 101 has \
                  slope 1010, a hundred have slope −10: the mean slope is 10/101, so that −1 is best, but Adam divides the \
                  rare large slope away and drifts to +1."
            .to_owned(),
        x: Axis::logarithmic("step t"),
        y: Axis::linear("iterate x"),
        series,
    }
}

fn regret_figure(synthetic: &[(Game, Course)]) -> Figure {
    let last = of_paper(synthetic, Learner::Adam).trace.last().map_or(1.0, |point| point.0 as f64);
    // Early regrets may be negative, and the first steps are of the order of 1010: neither belongs on this axis.
    let mut series = traces(synthetic, |point| point.2);
    for line in &mut series {
        line.points.retain(|point| point.x >= 1000.0);
    }
    series.push(Series::level("20/101", 1000.0, last, SYNTHETIC_REGRET));
    Figure {
        id: "regret".to_owned(),
        title: "Adam's mean regret does not vanish".to_owned(),
        caption: "The mean regret Rₜ/t against x = −1 on the same sequence, from step 1000 on. It falls to 0 for methods \
                  that converge, late for SGD, whose steps on the large slope are long; Adam's tends to that of standing still at +1, 20/101 (dashed)."
            .to_owned(),
        x: Axis::logarithmic("step t"),
        y: Axis::linear("mean regret Rₜ/t"),
        series,
    }
}
