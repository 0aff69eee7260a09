//! Every contender on every problem: tuned with each budget, then run on fresh seeds.

use super::course::Course;
use super::suite::{EPOCHS, Losses, Problem, Run, Suite};
use crate::Error;
use crate::model::{Arm, Decay};
use crate::run::Laboratory;
use crate::stats::median;

/// The trials of each budget; one trial is the default rate.
pub(super) const BUDGETS: [usize; 3] = [1, 4, 16];
pub(super) const TRIALS: usize = BUDGETS[2];
/// The budget at which the criteria are decided.
pub(super) const LARGEST: usize = 2;
/// What the rates of an arm span.
pub(super) const DECADES: f64 = 4.0;
/// A run fails that leaves more than this share of the way to the lowest loss.
pub(super) const FAILURE: f64 = 0.1;

pub(super) const NESTEROV: &str = "SGD-Nesterov + decay";
pub(super) const ADAM: &str = "Adam";

/// An arm of the comparison with what is tried of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contender {
    /// The optimizer and its schedule.
    pub arm: Arm,
    /// The rate that stands for not tuning at all.
    pub default_rate: f64,
    /// Where the rates of its trials begin; they span four decades.
    pub lowest: f64,
}

/// The contenders, from simple to complex, with the default rates of PyTorch 2.
pub fn contenders() -> Vec<Contender> {
    let decayed = Decay::TenfoldEvery(EPOCHS / 3);
    let one = |name, optimizer, decay, default_rate, lowest| Contender {
        arm: Arm::new(name, optimizer, decay),
        default_rate,
        lowest,
    };
    vec![
        one("SGD", "gradient_descent", Decay::Constant, 1e-3, 1e-2),
        one(NESTEROV, "nesterov", decayed, 1e-3, 1e-3),
        one("AdaGrad", "ada_grad", Decay::Constant, 1e-2, 1e-2),
        one("RMSProp", "rms_prop", Decay::Constant, 1e-2, 1e-4),
        one(ADAM, "adam", Decay::Constant, 1e-3, 1e-4),
        one("Adam + decay", "adam", decayed, 1e-3, 3e-4),
        one("AMSGrad", "ams_grad", Decay::Constant, 1e-3, 1e-4),
        one("Nadam", "nadam", Decay::Constant, 2e-3, 1e-4),
    ]
}

impl Contender {
    /// The rates in the order of the trials: van der Corput's sequence in base 2 over the logarithms, so that the first four
    /// are a decade apart and the sixteen a quarter of one.
    fn rates(&self) -> Vec<f64> {
        let reversed = |trial: u8| trial.reverse_bits() >> (u8::BITS - TRIALS.ilog2());
        let places = (0..TRIALS as u8).map(|trial| (f64::from(reversed(trial)) + 0.5) / TRIALS as f64);
        let rates = places.map(|place| self.lowest * 10f64.powf(DECADES * place));
        // From the decimal form, so that the rates are those that a reader would type.
        rates.map(|rate| format!("{rate:.2e}").parse().expect("a number was printed")).collect()
    }
}

/// A contender on a problem.
pub(super) struct Tried {
    pub(super) contender: Contender,
    /// The rate of each trial with its score: the median over the tuning seeds of the final training loss.
    pub(super) trials: Vec<(f64, f64)>,
    /// The rate that each budget chose.
    pub(super) chosen: [f64; 3],
    /// For each budget, the runs at its rate by reported seed.
    pub(super) courses: [Vec<Course>; 3],
}

impl Tried {
    pub(super) fn name(&self) -> &'static str {
        self.contender.arm.name
    }

    /// Whether the largest budget chose the lowest or the highest rate of its trials.
    pub(super) fn on_edge(&self) -> bool {
        let rate = self.chosen[LARGEST];
        let others = || self.trials.iter().map(|&(other, _)| other);
        others().all(|other| other >= rate) || others().all(|other| other <= rate)
    }

    /// The runs at the largest budget's rate.
    pub(super) fn tuned(&self) -> &[Course] {
        &self.courses[LARGEST]
    }
}

/// A problem with all that was tried on it.
pub(super) struct Solved {
    pub(super) problem: Problem,
    /// The median over the tuning seeds of the loss that every run begins with.
    pub(super) start: f64,
    /// The lowest score of any trial.
    pub(super) floor: f64,
    pub(super) tried: Vec<Tried>,
}

impl Solved {
    pub(super) fn find(&self, name: &str) -> &Tried {
        self.tried.iter().find(|tried| tried.name() == name).expect("an arm of the comparison")
    }

    /// The share of the way from the start to the lowest loss that a final loss leaves: 1 for a run that diverged.
    fn left(&self, loss: f64, start: f64) -> f64 {
        ((loss - self.floor) / (start - self.floor)).clamp(0.0, 1.0)
    }

    /// As [`left`](Self::left), of a loss in a run.
    pub(super) fn left_in(&self, course: &Course, loss: f64) -> f64 {
        self.left(loss, course.start)
    }

    /// What each trial left.
    pub(super) fn left_by_trials(&self, tried: &Tried) -> Vec<f64> {
        tried.trials.iter().map(|&(_, loss)| self.left(loss, self.start)).collect()
    }

    pub(super) fn failed(&self, course: &Course) -> bool {
        self.left_in(course, course.last()) > FAILURE
    }

    /// The first epoch after which a run that ends so would not have failed; infinite if there is none.
    pub(super) fn epochs_to_target(&self, course: &Course) -> f64 {
        let reached = course.losses.iter().position(|&loss| self.left_in(course, loss) <= FAILURE);
        reached.map_or(f64::INFINITY, |epoch| (epoch + 1) as f64)
    }

    /// The loss at which a run counts as converged, at the tuning seeds' start.
    pub(super) fn target(&self) -> f64 {
        self.floor + FAILURE * (self.start - self.floor)
    }
}

/// Tunes every contender on every problem, and runs what the budgets chose on the seeds to report.
pub(super) fn solve(
    laboratory: &Laboratory,
    suite: &Suite,
    contenders: &[Contender],
    seeds: &[u64],
    tuning_seeds: &[u64],
) -> Result<Vec<Solved>, Error> {
    let mut runs = Vec::new();
    for &problem in &suite.problems {
        for contender in contenders {
            for learning_rate in contender.rates() {
                let run = |&seed| Run { problem, arm: contender.arm, learning_rate, seed };
                runs.extend(tuning_seeds.iter().map(run));
            }
        }
    }
    let courses = laboratory.cells("tuning", &runs, |run| Ok(suite.train(run, Losses::Final)))?;
    let middle = |values: Vec<f64>| median(&values).expect("at least one seed, and no NaN");
    let mut of_rates = courses.chunks_exact(tuning_seeds.len());
    let mut solved: Vec<Solved> = suite
        .problems
        .iter()
        .map(|&problem| {
            let mut start = f64::NAN;
            let tried: Vec<Tried> = contenders
                .iter()
                .map(|&contender| {
                    let rates = contender.rates();
                    let trials: Vec<(f64, f64)> = rates
                        .into_iter()
                        .zip(of_rates.by_ref())
                        .map(|(rate, courses)| {
                            start = middle(courses.iter().map(|course| course.start).collect());
                            (rate, middle(courses.iter().map(Course::last).collect()))
                        })
                        .collect();
                    let chosen = [contender.default_rate, best(&trials[..BUDGETS[1]]), best(&trials)];
                    Tried { contender, trials, chosen, courses: [const { Vec::new() }; 3] }
                })
                .collect();
            let scores = tried.iter().flat_map(|tried| &tried.trials).map(|&(_, score)| score);
            Solved { problem, start, floor: scores.fold(f64::INFINITY, f64::min), tried }
        })
        .collect();

    // Budgets that chose the same rate share its runs.
    let mut runs = Vec::new();
    for Solved { problem, tried, .. } in &solved {
        for Tried { contender, chosen, .. } in tried {
            for learning_rate in distinct(chosen) {
                let run = |&seed| Run { problem: *problem, arm: contender.arm, learning_rate, seed };
                runs.extend(seeds.iter().map(run));
            }
        }
    }
    let courses = laboratory.cells("reported", &runs, |run| Ok(suite.train(run, Losses::EveryEpoch)))?;
    let mut of_rates = courses.chunks_exact(seeds.len());
    for tried in solved.iter_mut().flat_map(|solved| &mut solved.tried) {
        for rate in distinct(&tried.chosen) {
            let courses = of_rates.next().expect("each rate was run");
            for (chosen, kept) in tried.chosen.iter().zip(&mut tried.courses) {
                if *chosen == rate {
                    *kept = courses.to_vec();
                }
            }
        }
    }
    Ok(solved)
}

/// The rate of the lowest score, the first of several.
fn best(trials: &[(f64, f64)]) -> f64 {
    trials.iter().min_by(|a, b| a.1.total_cmp(&b.1)).expect("at least one trial").0
}

fn distinct(rates: &[f64]) -> Vec<f64> {
    let mut distinct = rates.to_vec();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    distinct
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets_are_nested_grids() {
        let mut rates = Contender { lowest: 1e-4, ..contenders()[1] }.rates();
        assert_eq!(rates.len(), 16);
        let mut four = rates[..4].to_vec();
        four.sort_by(f64::total_cmp);
        assert!(four.windows(2).all(|pair| (pair[1] / pair[0] - 10.0).abs() < 0.05), "{four:?}");
        rates.sort_by(f64::total_cmp);
        let ratio = 10f64.powf(0.25);
        assert!(rates.windows(2).all(|pair| (pair[1] / pair[0] / ratio - 1.0).abs() < 0.01), "{rates:?}");
        assert!(rates[0] > 1e-4 && rates[15] < 1.0, "{rates:?}");
    }

    #[test]
    fn the_way_left_and_the_target() {
        let problem = Problem::Quadratic;
        let solved = Solved { problem, start: 3.0, floor: 1.0, tried: Vec::new() };
        let course = |losses: &[f64]| Course { start: 5.0, losses: losses.to_vec(), accuracy: None };
        let converged = course(&[4.0, 1.5, 1.3, 1.4]);
        assert_eq!((solved.left_in(&converged, 3.0), solved.left_in(&converged, 0.5)), (0.5, 0.0));
        assert_eq!(solved.epochs_to_target(&converged), 3.0);
        assert!(!solved.failed(&converged) && solved.failed(&course(&[1.0, f64::INFINITY])));
        assert_eq!(solved.epochs_to_target(&course(&[2.0])), f64::INFINITY);
        assert_eq!((solved.left(f64::INFINITY, 3.0), solved.target()), (1.0, 1.2));
    }
}
