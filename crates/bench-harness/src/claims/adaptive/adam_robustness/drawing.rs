//! The figures.

use super::FACTORS;
use super::sweep::Sweep;
use super::training::{METHODS, rate};
use crate::report::{Axis, Figure, Point, Series};

pub(super) fn rate_figure(clean: &Sweep) -> Figure {
    let series = METHODS.iter().zip(&clean.accuracies).map(|((name, ..), by_rate)| {
        let points = clean.problem.half_decades().zip(by_rate);
        Series::line(name, points.map(|(half, accuracies)| Point::spread(rate(half), accuracies)).collect())
    });
    Figure {
        id: "rates".to_owned(),
        title: "Test accuracy by learning rate".to_owned(),
        caption: "On the digits: median and range over the seeds. The width of a plateau says how carefully a rate must be chosen, \
                  its place where the default should lie."
            .to_owned(),
        x: Axis::logarithmic("learning rate"),
        y: Axis::linear("test accuracy"),
        series: series.collect(),
    }
}

pub(super) fn scale_figure(scaled: &[Vec<f64>]) -> Figure {
    let series = METHODS.iter().zip(scaled).map(|((name, ..), accuracies)| {
        let points =
            FACTORS.iter().zip(accuracies).map(|(&exponent, &mean)| Point::new(10f64.powi(exponent), mean));
        Series::line(name, points.collect())
    });
    Figure {
        id: "scale".to_owned(),
        title: "The loss multiplied by a factor".to_owned(),
        caption: "Mean test accuracy at one rate for each method. Methods that divide by the size of the gradient do not notice; for \
                  the others the factor is one on the learning rate."
            .to_owned(),
        x: Axis::logarithmic("factor on the loss"),
        y: Axis::linear("test accuracy"),
        series: series.collect(),
    }
}
