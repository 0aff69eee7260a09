//! The figures and tables.

use super::minima::{Copies, Minimum, PLACES, Pair, Rescaled};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, scientific};

pub(super) fn line_figure(copies: &Copies) -> Figure {
    let line = |name: &str, profile: &[f64]| {
        let points = profile.iter().enumerate();
        Series::line(
            name,
            points.map(|(place, &loss)| Point::new(place as f64 / (PLACES + 1) as f64, loss)).collect(),
        )
    };
    let [lowest, highest] = &copies.profiles;
    Figure {
        id: "line".to_owned(),
        title: "Copies of a minimum are valleys with a ridge between them".to_owned(),
        caption: "The loss on the straight line from the minimum (0) to a copy with its hidden units permuted or changed in sign (1): \
                  the lines with the lowest and the highest barrier among those looked at. Both ends are minima of the same loss."
            .to_owned(),
        x: Axis::linear("place on the line"),
        y: Axis::linear("loss (nats)"),
        series: vec![line("lowest barrier", lowest), line("highest barrier", highest)],
    }
}

pub(super) fn count_figure() -> Figure {
    let counts = (1..=20).scan(1.0, |count, units| {
        *count *= 2.0 * f64::from(units);
        Some(Point::new(f64::from(units), *count))
    });
    Figure {
        id: "count".to_owned(),
        title: "How many equivalent copies a minimum has".to_owned(),
        caption: "2ᵏk! for one hidden layer of k odd units, such as tanh: faster than exponential."
            .to_owned(),
        x: Axis::linear("hidden units k"),
        y: Axis::logarithmic("equivalent copies"),
        series: vec![Series::line("2ᵏk!", counts.collect())],
    }
}

pub(super) fn rescaled_figure(rescaled: &[Rescaled]) -> Figure {
    let points = rescaled.iter().map(|of| Point::new(of.scale, of.curvature));
    Figure {
        id: "rescaled".to_owned(),
        title: "One function, any curvature".to_owned(),
        caption: "The largest eigenvalue of the Hessian of a rectified network's loss when the weights into its hidden units are \
                  scaled by a and those out of them by 1/a. The network's outputs stay the same."
            .to_owned(),
        x: Axis::logarithmic("a"),
        y: Axis::logarithmic("largest curvature"),
        series: vec![Series::line("largest eigenvalue", points.collect())],
    }
}

pub(super) fn minima_table(minima: &[(u64, Minimum)]) -> Table {
    let rows = minima.iter().map(|(seed, minimum)| {
        vec![
            Cell::from(seed.to_string()),
            Cell::number(minimum.loss, 6),
            Cell::from(scientific(minimum.gradient)),
            Cell::from(scientific(minimum.lowest_curvature)),
        ]
    });
    Table {
        id: "minima".to_owned(),
        title: "Where independent runs end".to_owned(),
        caption: "The same 200 samples, another initialisation; a positive smallest eigenvalue marks a strict minimum.".to_owned(),
        columns: ["seed", "loss (nats)", "‖∇f‖", "smallest eigenvalue"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

pub(super) fn pairs_table(pairs: &[Pair]) -> Table {
    let rows = pairs.iter().map(|pair| {
        vec![
            Cell::from(format!("{}, {}", pair.seeds[0], pair.seeds[1])),
            Cell::number(pair.distance, 2),
            Cell::number(pair.barrier, 3),
            Cell::number(pair.aligned_distance, 2),
            Cell::number(pair.aligned_barrier, 3),
        ]
    });
    Table {
        id: "pairs".to_owned(),
        title: "Lines between independent runs".to_owned(),
        caption: "The distance and the barrier between two runs, and the same after the second run's units took the order and signs \
                  that bring it nearest to the first, out of all 3840."
            .to_owned(),
        columns: ["seeds", "distance", "barrier (nats)", "distance, aligned", "barrier, aligned"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

pub(super) fn rescaled_table(rescaled: &[Rescaled]) -> Table {
    let rows = rescaled.iter().map(|of| {
        vec![
            Cell::from(format!("{}", of.scale)),
            Cell::from(scientific(of.change)),
            Cell::number(of.distance, 2),
            Cell::from(scientific(of.curvature)),
        ]
    });
    Table {
        id: "rescaled".to_owned(),
        title: "Rescaled rectifiers".to_owned(),
        caption: "The largest relative change of an output on the 200 samples, the distance in weight space, and the largest \
                  eigenvalue of the loss's Hessian."
            .to_owned(),
        columns: ["a", "change of outputs", "distance", "largest curvature"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}
