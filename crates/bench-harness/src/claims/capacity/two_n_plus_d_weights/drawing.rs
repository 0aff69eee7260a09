//! The figures.

use rand::RngExt;

use super::construction::{ARITHMETICS, Built, OnLine, STRETCHES, construct, output};
use crate::report::{Axis, Figure, Point, Series};
use crate::run::seed::stream;

pub(super) fn error_figure(built: &[Built]) -> Figure {
    let mut series: Vec<Series> = ARITHMETICS
        .iter()
        .enumerate()
        .map(|(arithmetic, name)| {
            let points = (0..STRETCHES).map(|stretch| {
                let errors: Vec<f64> = built
                    .iter()
                    .map(|built| built.errors[arithmetic].by_stretch[stretch].max(1e-20))
                    .collect();
                Point::spread((stretch as f64 + 0.5) / STRETCHES as f64, &errors)
            });
            Series::line(name, points.collect())
        })
        .collect();
    series.push(Series::level("half the distance of labels", 0.0, 1.0, 0.5));
    Figure {
        id: "errors".to_owned(),
        title: "The network needs more digits than f32 has".to_owned(),
        caption: format!(
            "The largest error of an output in each of {STRETCHES} stretches of the line onto which the images are projected, from left to \
             right: median and range over the seeds. Above the dashed line outputs round to wrong labels. Every unit to the left of a \
             point takes part in its output, so that errors add up to the right."
        ),
        x: Axis::linear("share of the images to the left"),
        y: Axis::logarithmic("largest error of an output"),
        series,
    }
}

/// The function of a small network, so that it can be seen.
pub(super) fn line_figure() -> Figure {
    let mut random = stream(0, "illustration");
    let count = 12;
    let pixels: Vec<i64> = (0..2 * count).map(|_| random.random_range(0..17)).collect();
    let labels: Vec<u8> = (0..count).map(|_| random.random_range(0..10)).collect();
    let line = OnLine::new(&pixels, 2, &labels, &mut random);
    let (z, b, y) = line.floats::<f64>();
    let w = construct(&z, &b, &y);
    let (from, to) = (b[0] - 1.0, z[count - 1] + 1.0);
    // A point at each kink, and the ends.
    let corners = std::iter::once(from).chain(b.iter().copied()).chain(std::iter::once(to));
    Figure {
        id: "function".to_owned(),
        title: "The network of twelve points".to_owned(),
        caption: "Twelve random points of the plane with random labels, seen along the direction a: the network is a broken line with a kink \
                  between neighbours, bent so that it meets every label. How far it swings between them is nobody's concern."
            .to_owned(),
        x: Axis::linear("projection a·x"),
        y: Axis::linear("output of the network"),
        series: vec![
            Series::line("network", corners.map(|at| Point::new(at, output(at, &b, &w))).collect()),
            Series::dots("labels", z.iter().zip(&y).map(|(&z, &y)| Point::new(z, y)).collect()),
        ],
    }
}

pub(super) fn trained_figure(constructed: usize, trained: &[(usize, f64)]) -> Figure {
    let points = trained.iter().map(|&(weights, accuracy)| Point::new(weights as f64, accuracy));
    Figure {
        id: "trained".to_owned(),
        title: "What exists and what training finds".to_owned(),
        caption: "The share of random labels that a net with one hidden layer has learned after training, against its number of weights, and \
                  the constructed network."
            .to_owned(),
        x: Axis::logarithmic("weights"),
        y: Axis::linear("share of training labels right"),
        series: vec![
            Series::line("trained", points.collect()),
            Series::dots("constructed", vec![Point::new(constructed as f64, 1.0)]),
        ],
    }
}
