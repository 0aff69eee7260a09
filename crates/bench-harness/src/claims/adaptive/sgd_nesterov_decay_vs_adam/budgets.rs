//! What a budget of tuning buys.

use super::tuning::{BUDGETS, LARGEST, Solved, TRIALS, Tried};
use crate::report::{Axis, Cell, Figure, Point, Series, Table};
use crate::stats::{self, Better, expected_best_of, mean, median};

/// What an arm leaves with the best of k trials, on average over the problems, for k from 1 on.
fn best_of(solved: &[Solved], arm: usize) -> Result<Vec<f64>, stats::Error> {
    let left: Vec<Vec<f64>> = solved.iter().map(|solved| solved.left_by_trials(&solved.tried[arm])).collect();
    let of_budget = |k| {
        let of_problem = left.iter().map(|left| expected_best_of(left, k, Better::Smaller));
        mean(&of_problem.collect::<Result<Vec<f64>, _>>()?)
    };
    (1..=TRIALS).map(of_budget).collect()
}

/// The curves of expected performance by budget.
pub(super) fn figure(solved: &[Solved]) -> Result<Figure, stats::Error> {
    let mut series = Vec::new();
    for (arm, tried) in solved[0].tried.iter().enumerate() {
        let expected = best_of(solved, arm)?;
        let points = (1..).zip(expected).map(|(k, left)| Point::new(f64::from(k), 100.0 * left));
        series.push(Series::line(tried.name(), points.collect()));
    }
    Ok(Figure {
        id: "budgets".to_owned(),
        title: "What k trials of the learning rate buy".to_owned(),
        caption: format!(
            "The share of the way to the lowest loss that the best of k trials leaves, expected over all choices of k of the {TRIALS} \
             rates (Dodge et al. 2019; drawn without replacement, Σᵢ v₍ᵢ₎ C(i − 1, k − 1)/C({TRIALS}, k) with the best value last), \
             averaged over the problems. On the tuning seeds, by training loss."
        ),
        x: Axis::logarithmic("trials k"),
        y: Axis::logarithmic("share of the way left, per cent"),
        series,
    })
}

/// What each budget's choice does on fresh seeds.
pub(super) fn table(solved: &[Solved]) -> Result<Table, stats::Error> {
    let mut rows = Vec::new();
    for (arm, tried) in solved[0].tried.iter().enumerate() {
        let mut row = vec![Cell::from(tried.name())];
        for budget in 0..BUDGETS.len() {
            let (mut failed, mut diverged, mut runs) = (0, 0, 0);
            for solved in solved {
                for course in &solved.tried[arm].courses[budget] {
                    failed += usize::from(solved.failed(course));
                    diverged += usize::from(course.diverged());
                    runs += 1;
                }
            }
            row.push(Cell::from(format!("{failed} of {runs} ({diverged})")));
        }
        for budget in 0..BUDGETS.len() {
            let courses = solved.iter().flat_map(|solved| {
                let left = |course| 100.0 * solved.left_in(course, course.last());
                solved.tried[arm].courses[budget].iter().map(left)
            });
            row.push(Cell::number(mean(&courses.collect::<Vec<_>>())?, 1));
        }
        for budget in 0..BUDGETS.len() {
            let courses = solved.iter().flat_map(|solved| &solved.tried[arm].courses[budget]);
            let accuracies = courses.filter_map(|course| course.accuracy);
            row.push(Cell::number(100.0 * mean(&accuracies.collect::<Vec<_>>())?, 1));
        }
        row.push(Cell::number(optimism(solved, arm)?, 2));
        rows.push(row);
    }
    Ok(Table {
        id: "budgets".to_owned(),
        title: "Each budget's choice on fresh seeds".to_owned(),
        caption: "Budget 1 is the default rate of PyTorch 2, 4 and 16 are trials of rates a decade and a quarter of one apart. Runs \
                  that fail, and in brackets how many of them diverge; the way left in per cent, and the test accuracy in per cent, on \
                  average over the problems (accuracy: over those that classify). The last number is the geometric mean over the \
                  problems of the final training loss on fresh seeds over that on the tuning seeds, at budget 16: 1 if the choice was \
                  no luck."
            .to_owned(),
        columns: [
            "method", "failed at 1", "at 4", "at 16", "way left at 1", "at 4", "at 16", "accuracy at 1", "at 4", "at 16",
            "fresh / tuned",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows,
    })
}

/// How much larger the loss is on fresh seeds than where the rate was chosen: the geometric mean over the problems.
fn optimism(solved: &[Solved], arm: usize) -> Result<f64, stats::Error> {
    let mut logs = Vec::new();
    for solved in solved {
        let tried = &solved.tried[arm];
        let chosen = score(tried, tried.chosen[LARGEST]);
        let fresh = median(&tried.tuned().iter().map(|course| course.last()).collect::<Vec<_>>())?;
        // An arm that diverges at every rate has nothing to be optimistic about.
        if chosen.is_finite() && fresh.is_finite() {
            logs.push((fresh / chosen).ln());
        }
    }
    Ok(mean(&logs)?.exp())
}

fn score(tried: &Tried, rate: f64) -> f64 {
    tried.trials.iter().find(|trial| trial.0 == rate).expect("a rate that was tried").1
}
