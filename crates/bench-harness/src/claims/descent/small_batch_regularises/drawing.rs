//! The figures and tables.

use super::Arm;
use super::training::{Method, Moment, Trained};
use crate::report::{Axis, Cell, Figure, Point, Series, Table};
use crate::stats::mean;

fn lines(arms: &[Arm], of: impl Fn(&Arm) -> Vec<f64>, what: &str) -> Vec<Series> {
    let line = |method: Method| {
        let points = arms.iter().filter(|arm| arm.method == method);
        let points = points.map(|arm| Point::spread(arm.batch as f64, &of(arm))).collect();
        Series::line(&format!("{}{what}", method.name()), points)
    };
    Method::ALL.map(line).to_vec()
}

pub(super) fn accuracy_figure(arms: &[Arm]) -> Figure {
    let mut series = lines(arms, |arm| arm.at_loss(|moment| 100.0 * moment.test), ", equal training loss");
    series.extend(lines(arms, Arm::at_updates, ", equal updates"));
    Figure {
        id: "accuracy".to_owned(),
        title: "Test accuracy by batch size, under two stopping rules".to_owned(),
        caption: "Accuracy on true labels after training with 20 % wrong ones, at the tuned learning rates; median and range over the seeds. \
                  At equal training loss all batch sizes have come equally far; after equal numbers of updates they have not."
            .to_owned(),
        x: Axis::logarithmic("batch size B"),
        y: Axis::linear("test accuracy (%)"),
        series,
    }
}

pub(super) fn sharpness_figure(arms: &[Arm]) -> Figure {
    let mut series = lines(arms, |arm| arm.at_loss(|moment| moment.sharpness), ", Keskar's sharpness");
    if arms
        .iter()
        .all(|arm| !arm.at_loss(|moment| moment.curvature.unwrap_or(f64::NAN)).iter().any(|x| x.is_nan()))
    {
        series.extend(lines(
            arms,
            |arm| arm.at_loss(|moment| moment.curvature.unwrap_or(f64::NAN)),
            ", largest curvature",
        ));
    }
    Figure {
        id: "sharpness".to_owned(),
        title: "Sharpness by batch size at equal training loss".to_owned(),
        caption: "Keskar's sharpness, the rise of the loss within a small box in per cent, and the largest eigenvalue of the Hessian where it \
                  was measured; median and range over the seeds."
            .to_owned(),
        x: Axis::logarithmic("batch size B"),
        y: Axis::logarithmic("sharpness"),
        series,
    }
}

pub(super) fn paper_table(arms: &[Arm]) -> Result<Table, crate::stats::Error> {
    let published = [
        ("F1, MNIST perceptron", 98.03, 97.81, "1.23 ± 0.83", "205.14 ± 69.52"),
        ("F2", 64.02, 59.45, "", ""),
        ("C1", 80.04, 77.26, "28.58", "707.23"),
        ("C2", 89.24, 87.26, "", ""),
        ("C3", 49.58, 46.45, "", ""),
        ("C4", 63.08, 57.81, "", ""),
    ];
    let sharpness = |text: &str| if text.is_empty() { Cell::Empty } else { Cell::from(text) };
    let mut rows: Vec<Vec<Cell>> = published
        .into_iter()
        .map(|(data, small, large, sharp_small, sharp_large)| {
            vec![
                Cell::from(format!("{data} (Keskar et al. [V])")),
                Cell::from("256"),
                Cell::from("10 % of the data"),
                Cell::number(small, 2),
                Cell::number(large, 2),
                sharpness(sharp_small),
                sharpness(sharp_large),
            ]
        })
        .collect();
    for method in Method::ALL {
        let of: Vec<&Arm> = arms.iter().filter(|arm| arm.method == method).collect();
        let (small, large) = (of[0], of[of.len() - 1]);
        let average = |arm: &Arm, of: fn(&Moment) -> f64| mean(&arm.at_loss(of));
        rows.push(vec![
            Cell::from(format!("ours, {}", method.name())),
            Cell::from(small.batch.to_string()),
            Cell::from(large.batch.to_string()),
            Cell::number(100.0 * average(small, |moment| moment.test)?, 2),
            Cell::number(100.0 * average(large, |moment| moment.test)?, 2),
            Cell::number(average(small, |moment| moment.sharpness)?, 3),
            Cell::number(average(large, |moment| moment.sharpness)?, 3),
        ]);
    }
    Ok(Table {
        id: "paper".to_owned(),
        title: "Keskar et al. beside ours".to_owned(),
        caption: "Test accuracy in per cent and sharpness at ε = 10⁻³ with small and large batches; the paper's with Adam, five runs each, \
                  ours as means over the seeds that arrived at the training loss. [V]: read in the paper."
            .to_owned(),
        columns: ["data", "small B", "large B", "accuracy, small", "accuracy, large", "sharpness, small", "sharpness, large"]
            .map(str::to_owned)
            .to_vec(),
        rows,
    })
}

pub(super) fn arms_table(arms: &[Arm]) -> Result<Table, crate::stats::Error> {
    let rows = arms.iter().map(|arm| {
        let average = |of: fn(&Moment) -> f64| mean(&arm.at_loss(of));
        let curvature = average(|moment| moment.curvature.unwrap_or(0.0))?;
        Ok(vec![
            Cell::from(arm.method.name()),
            Cell::number(arm.batch as f64, 0),
            Cell::from(format!(
                "{}{}",
                arm.tuned.rate,
                if arm.tuned.on_edge { " (edge optimum)" } else { "" }
            )),
            Cell::number(average(|moment| moment.updates as f64)?, 0),
            Cell::number(average(|moment| moment.train_loss)?, 3),
            Cell::number(100.0 * average(|moment| moment.test)?, 2),
            mean(&arm.at_updates()).map_or(Cell::Empty, |accuracy| Cell::number(accuracy, 2)),
            Cell::number(average(|moment| moment.sharpness)?, 3),
            if curvature == 0.0 { Cell::Empty } else { Cell::number(curvature, 2) },
        ])
    });
    Ok(Table {
        id: "arms".to_owned(),
        title: "Every arm".to_owned(),
        caption: "Means over the seeds that arrived: updates, training loss, test accuracy, sharpness and largest curvature at the \
                  target's training loss, and the test accuracy after the fixed number of updates."
            .to_owned(),
        columns: [
            "method",
            "B",
            "tuned η",
            "updates",
            "training loss",
            "accuracy",
            "accuracy, equal updates",
            "sharpness",
            "largest curvature",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: rows.collect::<Result<_, _>>()?,
    })
}

pub(super) fn seeds_table(arms: &[Arm]) -> Table {
    let rows = arms.iter().map(|arm| {
        let text = |of: fn(&Trained) -> Option<f64>, decimals: usize| {
            let values = arm.runs.iter().map(of);
            let texts =
                values.map(|value| value.map_or("–".to_owned(), |value| format!("{value:.decimals$}")));
            texts.collect::<Vec<_>>().join(" ")
        };
        vec![
            Cell::from(arm.method.name()),
            Cell::number(arm.batch as f64, 0),
            Cell::from(text(|run| run.at_loss.as_ref().map(|moment| 100.0 * moment.test), 2)),
            Cell::from(text(|run| run.at_updates.map(|accuracy| 100.0 * accuracy), 2)),
            Cell::from(text(|run| run.at_loss.as_ref().map(|moment| moment.sharpness), 3)),
        ]
    });
    Table {
        id: "seeds".to_owned(),
        title: "Every seed".to_owned(),
        caption: "Test accuracies in per cent and sharpness, in the order of the seeds; – where a run did not arrive.".to_owned(),
        columns: ["method", "B", "accuracy, equal training loss", "accuracy, equal updates", "sharpness"]
            .map(str::to_owned)
            .to_vec(),
        rows: rows.collect(),
    }
}
