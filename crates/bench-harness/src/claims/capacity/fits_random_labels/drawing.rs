//! The figures, and the tables beside the published one.

use super::Results;
use super::condition::Condition;
use super::training::Fit;
use crate::report::{Axis, Cell, Figure, Point, Series, Table};
use crate::stats::median;

/// Zhang et al., Table 1, without regularisation: net, condition, training and test accuracy in per cent.
const PUBLISHED: [(&str, &str, f64, f64); 10] = [
    ("Inception, small", "true labels", 100.0, 85.75),
    ("Inception, small", "random labels", 100.0, 9.78),
    ("Inception, small, no batch normalisation", "true labels", 100.0, 82.0),
    ("Inception, small, no batch normalisation", "random labels", 100.0, 10.12),
    ("AlexNet, small", "true labels", 100.0, 76.07),
    ("AlexNet, small", "random labels", 99.82, 9.86),
    ("512-512-512", "true labels", 100.0, 52.39),
    ("512-512-512", "random labels", 100.0, 10.48),
    ("512", "true labels", 100.0, 50.51),
    ("512", "random labels", 99.34, 10.61),
];

/// Training loss by epoch under the five conditions.
pub(super) fn figure(results: &Results) -> Figure {
    let series = Condition::ALL.map(|condition| {
        let longest = results.of(3, condition).map(|fit| fit.losses.len()).max().unwrap_or(0);
        let points = (0..longest).map(|epoch| {
            // A run that has fitted keeps its last loss, so that the band does not narrow as runs end.
            let at = |fit: &Fit| fit.losses.get(epoch).or(fit.losses.last()).copied().unwrap_or(f64::NAN);
            Point::spread((epoch + 1) as f64, &results.of(3, condition).map(at).collect::<Vec<_>>())
        });
        Series::line(condition.name(), points.collect())
    });
    Figure {
        id: format!("loss-{}", results.problem.name.to_lowercase()),
        title: format!("{}: every condition is fitted", results.problem.name),
        caption: "Training loss of the net 512-512-512 until every training sample is classified rightly: the median over \
                  the seeds, and the band from the smallest to the largest; a run that has ended keeps its last value. Each \
                  loss is the mean over the epoch while it ran. Compare Zhang et al., Figure 1a."
            .to_owned(),
        x: Axis::logarithmic("epoch"),
        y: Axis::logarithmic("training loss (cross-entropy, nats)"),
        series: series.to_vec(),
    }
}

pub(super) fn paper_table(problems: &[Results]) -> Table {
    let mut rows: Vec<Vec<Cell>> = PUBLISHED
        .iter()
        .map(|&(net, condition, train, test)| {
            vec![
                Cell::from("CIFAR-10, 50,000 (Zhang et al. [S])"),
                Cell::from(net),
                Cell::from(condition),
                Cell::number(train, 2),
                Cell::number(test, 2),
                Cell::Empty,
            ]
        })
        .collect();
    for results in problems {
        for layers in [3, 1] {
            for condition in Condition::ALL {
                let Ok(epochs) = median(&results.epochs(layers, condition)) else { continue };
                let mean = |quantity: fn(&Fit) -> f64| 100.0 * results.mean(layers, condition, quantity);
                rows.push(vec![
                    Cell::from(format!("{}, {} (ours)", results.problem.name, results.problem.train)),
                    Cell::from(vec!["512"; layers].join("-")),
                    Cell::from(condition.name()),
                    Cell::number(mean(|fit| fit.train_accuracy), 2),
                    Cell::number(mean(|fit| fit.test_accuracy), 2),
                    if epochs.is_finite() {
                        Cell::number(epochs, 1)
                    } else {
                        Cell::from("not within the limit")
                    },
                ]);
            }
        }
    }
    Table {
        id: "paper".to_owned(),
        title: "Zhang et al., Table 1 (no regularisation), beside ours".to_owned(),
        caption: "Accuracies in per cent, ours as means over the seeds; epochs as medians. [S]: three transcriptions of the \
                  paper's table that agree."
            .to_owned(),
        columns: ["data", "net", "condition", "training accuracy", "test accuracy", "epochs to fit"]
            .map(str::to_owned)
            .to_vec(),
        rows,
    }
}

pub(super) fn seeds_table(problems: &[Results]) -> Table {
    let rows = problems.iter().flat_map(|results| {
        results.runs.iter().map(|(run, fit)| {
            vec![
                Cell::from(run.problem.name),
                Cell::from(vec!["512"; run.hidden.len()].join("-")),
                Cell::from(run.condition.name()),
                Cell::from(run.seed.to_string()),
                fit.fitted.map_or(Cell::from("—"), |epoch| Cell::number(epoch as f64, 0)),
                Cell::number(100.0 * fit.train_accuracy, 2),
                Cell::number(100.0 * fit.test_accuracy, 2),
            ]
        })
    });
    Table {
        id: "seeds".to_owned(),
        title: "Every run".to_owned(),
        caption: "Epochs to fit, and accuracies in per cent.".to_owned(),
        columns: [
            "data",
            "hidden layers",
            "condition",
            "seed",
            "epochs",
            "training accuracy",
            "test accuracy",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: rows.collect(),
    }
}
