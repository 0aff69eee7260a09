//! The curves of one problem, and the numbers of all.

use super::course::Course;
use super::suite::EPOCHS;
use super::tuning::{ADAM, LARGEST, NESTEROV, Solved};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed, scientific};
use crate::stats::{self, CONFIDENCE, mean, minimum_detectable_effect, paired_difference};

pub(super) fn course_figure(solved: &Solved) -> Figure {
    let mut series: Vec<Series> = solved
        .tried
        .iter()
        .map(|tried| {
            let points = (0..EPOCHS as usize).map(|epoch| {
                let losses: Vec<f64> = tried.tuned().iter().map(|course| course.losses[epoch]).collect();
                Point::spread((epoch + 1) as f64, &losses)
            });
            Series::line(tried.name(), points.collect())
        })
        .collect();
    series.push(Series::level("target", 1.0, EPOCHS as f64, solved.target()));
    Figure {
        id: "loss".to_owned(),
        title: format!("Training loss at each method's tuned rate: {}", solved.problem.name()),
        caption: "After 16 trials, the median over the seeds after each epoch, and the band from the smallest to the largest. A run \
                  that ends above the dashed line has failed."
            .to_owned(),
        x: Axis::linear("epoch"),
        y: Axis::logarithmic("training loss (cross-entropy, nats)"),
        series,
    }
}

pub(super) fn rates_figure(solved: &Solved) -> Figure {
    let series = solved.tried.iter().map(|tried| {
        let mut trials = tried.trials.clone();
        trials.sort_by(|a, b| a.0.total_cmp(&b.0));
        let points = trials.into_iter().map(|(rate, loss)| Point {
            x: rate,
            y: loss.is_finite().then_some(loss),
            bounds: None,
        });
        Series::line(tried.name(), points.collect())
    });
    Figure {
        id: "rates".to_owned(),
        title: format!("Final training loss by learning rate: {}", solved.problem.name()),
        caption: "The sixteen trials of each method, the median of the tuning seeds; a line that ends has diverged beyond. What a \
                  method gains by the choice of its rate, and how wide that choice is."
            .to_owned(),
        x: Axis::logarithmic("initial learning rate"),
        y: Axis::logarithmic("final training loss (nats)"),
        series: series.collect(),
    }
}

/// The lowest loss of each problem, and the chosen rates.
pub(super) fn problems_table(solved: &[Solved]) -> Table {
    let names = solved[0].tried.iter().map(|tried| tried.name().to_owned());
    let rows = solved.iter().enumerate().map(|(place, solved)| {
        let mut row = vec![
            Cell::from(format!("{} {}", place + 1, solved.problem.name())),
            Cell::from(scientific(solved.floor)),
            Cell::from(scientific(solved.target())),
        ];
        row.extend(solved.tried.iter().map(|tried| {
            let edge = if tried.on_edge() { " (edge optimum)" } else { "" };
            Cell::from(format!("{}{edge}", tried.chosen[LARGEST]))
        }));
        row
    });
    Table {
        id: "problems".to_owned(),
        title: "The problems, and the rates that 16 trials chose".to_owned(),
        caption: "The lowest training loss that any arm reached in tuning (for the quadratic and the regressions, above the minimum), \
                  and the loss above which a run counts as failed, at the tuning seeds' start."
            .to_owned(),
        columns: ["problem", "lowest loss", "target"].map(str::to_owned).into_iter().chain(names).collect(),
        rows: rows.collect(),
    }
}

/// What the comparison says of test accuracy.
pub(super) fn accuracy(solved: &[Solved]) -> Result<String, stats::Error> {
    // By seed, the mean over the problems that classify.
    let of = |name: &str| {
        let by_problem: Vec<Vec<f64>> = solved
            .iter()
            .map(|solved| solved.find(name).tuned().iter().filter_map(|course| course.accuracy).collect())
            .filter(|accuracies: &Vec<f64>| !accuracies.is_empty())
            .collect();
        let of_seed = |seed: usize| mean(&by_problem.iter().map(|of| 100.0 * of[seed]).collect::<Vec<_>>());
        (0..by_problem[0].len()).map(of_seed).collect::<Result<Vec<f64>, _>>()
    };
    let (favourite, adam) = (of(NESTEROV)?, of(ADAM)?);
    let difference = paired_difference(&favourite, &adam, CONFIDENCE)?;
    let differences: Vec<f64> = favourite.iter().zip(&adam).map(|(a, b)| a - b).collect();
    Ok(format!(
        "Test accuracy decides nothing here. After 16 trials, SGD-Nesterov + decay minus Adam is, on average over the problems that \
         classify, {} points, 95 % interval {} to {}, over {} seeds; a difference of {:.2} would have been found with a probability of \
         80 %.",
        fixed(difference.estimate, 2),
        fixed(difference.low, 2),
        fixed(difference.high, 2),
        differences.len(),
        minimum_detectable_effect(&differences)?
    ))
}

/// Every run of the largest budget.
pub(super) fn seeds_table(solved: &[Solved]) -> Table {
    let mut rows = Vec::new();
    for solved in solved {
        for tried in &solved.tried {
            let list = |text: &dyn Fn(&Course) -> String| {
                tried.tuned().iter().map(text).collect::<Vec<_>>().join(" ")
            };
            rows.push(vec![
                Cell::from(solved.problem.name()),
                Cell::from(tried.name()),
                Cell::from(list(&|course| solved.epochs_to_target(course).to_string())),
                Cell::from(list(&|course| format!("{:.2e}", course.last()))),
                Cell::from(list(&|course| {
                    course.accuracy.map_or(String::new(), |accuracy| format!("{:.2}", 100.0 * accuracy))
                })),
            ]);
        }
    }
    Table {
        id: "seeds".to_owned(),
        title: "Every seed after 16 trials".to_owned(),
        caption: "In the order of the seeds: epochs to the target (inf: never), final training loss, test accuracy in per cent."
            .to_owned(),
        columns: ["problem", "method", "epochs", "final loss", "test accuracy"].map(str::to_owned).to_vec(),
        rows,
    }
}
