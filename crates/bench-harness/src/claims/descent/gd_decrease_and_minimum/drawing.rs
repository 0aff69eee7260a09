//! The figures and tables.

use super::descent::{
    CURVATURES, OFFSETS, PRODUCTS, SADDLE_RATE, always_lowers, descend, leave_saddle, quadratic, saddle,
};
use super::network::{NETWORK_STEPS, NetworkCourse};
use crate::report::{Axis, Cell, Figure, Point, Series, Table};
use crate::stats::Line;

pub(super) fn quadratic_table(thresholds: &[f64; 3]) -> Table {
    let rows = CURVATURES.iter().zip(thresholds).map(|(&curvature, &eta)| {
        let mut row = vec![
            Cell::number(curvature, 0),
            Cell::number(2.0 / curvature, 4),
            Cell::from(format!("{eta:.6}")),
        ];
        row.extend(PRODUCTS.map(|product| {
            Cell::from(if always_lowers(curvature, product / curvature) { "yes" } else { "no" })
        }));
        row
    });
    let products = PRODUCTS.iter().map(|product| format!("ηL = {product}"));
    Table {
        id: "threshold".to_owned(),
        title: "Does every step lower the loss?".to_owned(),
        caption: "The quadratic ½(x² + L·y²) from (1, 1), 2000 steps. Theory: yes, if and only if η < 2/L."
            .to_owned(),
        columns: ["L", "2/L", "threshold found"].map(str::to_owned).into_iter().chain(products).collect(),
        rows: rows.collect(),
    }
}

pub(super) fn escape_table(escapes: &[usize; 7], ridge: &[[f64; 2]]) -> Table {
    let mut rows: Vec<Vec<Cell>> = OFFSETS
        .iter()
        .zip(escapes)
        .rev()
        .map(|(&offset, &steps)| {
            let theory = -offset.ln() / (1.0 + 2.0 * SADDLE_RATE).ln();
            vec![Cell::from(format!("{offset:e}")), Cell::number(steps as f64, 0), Cell::number(theory, 1)]
        })
        .collect();
    rows.push(vec![
        Cell::from("0"),
        Cell::from(format!("never ({} steps followed)", ridge.len() - 1)),
        Cell::from("∞"),
    ]);
    Table {
        id: "escape".to_owned(),
        title: "Steps until the saddle is left".to_owned(),
        caption: "From (1, δ), η = 0.1, until |y| > 1. Linear theory: y grows by 1 + 2η a step, hence ln(1/δ)/ln 1.2 steps; the \
                  quartic term slows the last few."
            .to_owned(),
        columns: ["δ", "steps", "linear theory"].map(str::to_owned).to_vec(),
        rows,
    }
}

pub(super) fn network_table(networks: &[(f64, NetworkCourse)]) -> Table {
    let rows = networks.iter().map(|(rate, course)| {
        let last = course.losses.last().copied().unwrap_or(f64::INFINITY);
        vec![
            Cell::number(*rate, 2),
            Cell::number(2.0 / rate, 2),
            Cell::number(course.first_curvature, 2),
            Cell::number(course.last_curvature, 2),
            Cell::from(format!("{} of {NETWORK_STEPS}", course.rises())),
            Cell::number(last, 4),
        ]
    });
    Table {
        id: "network".to_owned(),
        title: "Full-batch descent of a small network".to_owned(),
        caption: "The Hessian's largest eigenvalue at the start and after the last step, against 2/η."
            .to_owned(),
        columns: [
            "η",
            "2/η",
            "curvature at the start",
            "at the end",
            "steps that raise the loss",
            "final loss",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: rows.collect(),
    }
}

pub(super) fn separable_table(course: &[(f64, f64, f64)], growth: &Line) -> Table {
    let wanted = [1.0, 10.0, 100.0, 1_000.0, 10_000.0];
    let near = wanted.map(|k| course.iter().find(|point| point.0 >= k).expect("the course is longer"));
    let rows = near.into_iter().chain(course.last()).map(|&(step, loss, length)| {
        vec![Cell::number(step, 0), Cell::from(format!("{loss:.2e}")), Cell::number(length, 3)]
    });
    Table {
        id: "separable".to_owned(),
        title: "A loss without a minimum".to_owned(),
        caption: format!(
            "Logistic loss of separable points: it tends to 0 and the weights to infinity, like ln k (slope {:.3} per unit of ln k \
             over the last two decades).",
            growth.slope.estimate
        ),
        columns: ["step k", "loss", "‖w‖"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

/// The level lines of the saddle function, with gaps between them: (±√(level + y² − y⁴/4), y) as y passes through a range.
fn level_lines(levels: &[f64]) -> Vec<Point> {
    const GAP: Point = Point { x: 0.0, y: None, bounds: None };
    let mut points = vec![GAP];
    for (&level, side) in levels.iter().flat_map(|level| [(level, 1.0), (level, -1.0)]) {
        // Where the halves meet: the roots of level + y² − y⁴/4.
        let tips = [1.0, -1.0].map(|sign| (2.0 + sign * 2.0 * (1.0 + level).sqrt()).sqrt());
        let tips = tips.into_iter().filter(|tip| tip.is_finite()).flat_map(|tip| [(tip, 0.0), (-tip, 0.0)]);
        let regular = (-111..=111).map(|step| {
            let y = f64::from(step) / 50.0;
            (y, level + y * y - y.powi(4) / 4.0)
        });
        let mut line: Vec<(f64, f64)> = regular.chain(tips).collect();
        line.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (y, square) in line {
            if (0.0..=1.21).contains(&square) {
                points.push(Point::new(side * square.sqrt(), y));
            } else if points.last().is_some_and(|last| last.y.is_some()) {
                points.push(GAP);
            }
        }
        points.push(GAP);
    }
    points
}

pub(super) fn saddle_figure() -> Figure {
    let mut series: Vec<Series> = [(0.3, "δ = 0.3"), (1e-2, "δ = 10⁻²"), (1e-8, "δ = 10⁻⁸"), (0.0, "δ = 0")]
        .into_iter()
        .map(|(offset, name)| {
            let mut path = leave_saddle(offset, 200);
            let mut w = *path.last().expect("a path has its start");
            for _ in 0..50 {
                descend(|w| saddle(w), &mut w, SADDLE_RATE);
                path.push(w);
            }
            Series::line(name, path.iter().map(|w| Point::new(w[0], w[1])).collect())
        })
        .collect();
    series.push(Series::reference("level lines", level_lines(&[-0.9, -0.5, 0.0, 0.5, 1.0])));
    Figure {
        id: "saddle".to_owned(),
        title: "Beside the ridge to a minimum, on the ridge to the saddle".to_owned(),
        caption: "Paths of gradient descent on x² − y² + y⁴/4 from (1, δ), η = 0.1. The smaller δ, the closer the path passes by \
                  the saddle at the origin before it turns to the minimum at (0, √2); with δ = 0 it stays."
            .to_owned(),
        x: Axis::linear("x"),
        y: Axis::linear("y"),
        series,
    }
}

pub(super) fn quadratic_figure() -> Figure {
    let series = CURVATURES.iter().map(|&curvature| {
        let points = (1..=60).map(|step| {
            let product = f64::from(step) * 0.05;
            let mut w = [1.0, 1.0];
            let first = quadratic(&w, curvature);
            for _ in 0..10 {
                descend(|w| quadratic(w, curvature), &mut w, product / curvature);
            }
            Point::new(product, quadratic(&w, curvature) / first)
        });
        Series::line(&format!("L = {curvature}"), points.collect())
    });
    Figure {
        id: "threshold".to_owned(),
        title: "The threshold is at η·L = 2, whatever L".to_owned(),
        caption: "The loss after 10 steps on ½(x² + L·y²), divided by that at the start. Beyond η·L = 2 it grows; below, the flat direction \
                  decides how far it falls."
            .to_owned(),
        x: Axis::linear("η·L"),
        y: Axis::logarithmic("loss after 10 steps / first loss"),
        series: series.chain([Series::level("no change", 0.05, 3.0, 1.0)]).collect(),
    }
}

pub(super) fn escape_figure(escapes: &[usize; 7]) -> Figure {
    let at = |offset: f64| -offset.log10();
    let measured = OFFSETS.iter().zip(escapes).map(|(&offset, &steps)| Point::new(at(offset), steps as f64));
    let theory = [1e-300, 1e-4]
        .map(|offset: f64| Point::new(at(offset), -offset.ln() / (1.0 + 2.0 * SADDLE_RATE).ln()));
    Figure {
        id: "escape".to_owned(),
        title: "The time at the saddle grows like ln(1/δ)".to_owned(),
        caption: "Steps until |y| > 1 from (1, δ). A start 10⁻³⁰⁰ beside the ridge costs 3,800 steps: saddles delay, they seldom \
                  hold."
            .to_owned(),
        x: Axis::linear("log₁₀(1/δ)"),
        y: Axis::linear("steps to leave the saddle"),
        series: vec![Series::dots("measured", measured.collect()), Series::reference("ln(1/δ)/ln 1.2", theory.to_vec())],
    }
}

pub(super) fn network_figure(networks: &[(f64, NetworkCourse)]) -> Figure {
    let series = networks.iter().map(|(rate, course)| {
        let points = course.losses.iter().enumerate();
        let points = points.map(|(step, &loss)| Point {
            x: step as f64,
            y: loss.is_finite().then_some(loss),
            bounds: None,
        });
        Series::line(&format!("η = {rate}"), points.collect())
    });
    Figure {
        id: "network".to_owned(),
        title: "Full-batch training at five learning rates".to_owned(),
        caption: "Training loss of a network of 16 tanh units on 200 digits. Every step uses the exact gradient, and yet at large \
                  rates not every step lowers the loss."
            .to_owned(),
        x: Axis::linear("step"),
        y: Axis::logarithmic("training loss (nats)"),
        series: series.collect(),
    }
}
