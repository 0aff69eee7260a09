//! The figures, and the tables beside the published ones.

use super::Results;
use super::training::{Arm, Ending, LOOKS, Method, Problem};
use crate::report::{Axis, Cell, Figure, Point, Series, Table};
use crate::stats::{mean, median};

pub(super) fn momentum_figure(results: &[Results], problem: &Problem) -> Figure {
    let line = |name: &str, method: Method| {
        let points = results
            .iter()
            .filter(|of| of.arm.method == method && of.arm.ending == Ending::Kept && of.arm.largest > 0.0);
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

pub(super) fn course_figure(results: &[Results], problem: &Problem, constant: f64) -> Figure {
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
    series.push(Series::level(
        "mean image",
        problem.updates as f64 / LOOKS as f64,
        problem.updates as f64,
        constant,
    ));
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

pub(super) fn table(results: &[Results]) -> Table {
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
        found.map_or(Cell::Empty, |of| {
            Cell::from(format!("{:.3} (η = {})", mean(&of.last()).unwrap_or(f64::INFINITY), of.tuned.rate))
        })
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
        columns: ["data", "method", "no momentum", "0.9", "0.99", "0.995", "0.999"]
            .map(str::to_owned)
            .to_vec(),
        rows,
    }
}

pub(super) fn seeds_table(results: &[Results], seeds: &[u64]) -> Table {
    let rows = results.iter().map(|of| {
        let mut row = vec![Cell::from(of.arm.name()), Cell::from(of.tuned.rate.to_string())];
        row.extend(of.last().into_iter().map(|error| Cell::number(error, 4)));
        row
    });
    let columns = ["method".to_owned(), "η".to_owned()]
        .into_iter()
        .chain(seeds.iter().map(|seed| format!("seed {seed}")));
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
