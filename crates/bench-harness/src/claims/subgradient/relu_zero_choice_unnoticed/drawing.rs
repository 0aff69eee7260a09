//! The figures, and the tables of the publication.

use super::training::ROUNDINGS;
use crate::report::{Axis, Cell, Figure, Point, Series, Table};
use crate::stats::Interval;

/// How often the choice changes a gradient, from the publication's released tables.
pub(super) fn published_gradients() -> Table {
    let rows = [
        ("1", "256", "0.871", "0.054", "0"),
        ("2", "256", "0.999", "0.258", "0"),
        ("3", "256", "1", "0.463", "0"),
        ("5", "256", "1", "0.647", "0"),
        ("6", "256", "1", "0.697", "0"),
        ("3", "16", "", "0.021", ""),
        ("3", "64", "", "0.163", ""),
        ("3", "256", "", "0.478", ""),
        ("3", "512", "", "0.582", ""),
        ("3", "1024", "", "0.873", ""),
    ];
    Table {
        id: "published-gradients".to_owned(),
        title: "Bertoin et al.: how often the choice changes a gradient".to_owned(),
        caption: "The share of 1000 initialisations at which the gradient of some mini-batch of MNIST differs between relu′(0) = 0 and 1, for \
                  perceptrons of so many hidden layers and units [V: released tables, one by depth and one by width]. Not repeated here."
            .to_owned(),
        columns: ["hidden layers", "units", "f16", "f32", "f64"].map(str::to_owned).to_vec(),
        rows: rows.map(|(depth, width, half, single, double)| {
            [depth, width, half, single, double].map(|text| if text.is_empty() { Cell::Empty } else { Cell::from(text) }).to_vec()
        })
        .to_vec(),
    }
}

/// What becomes of accuracy in the publication, with its released rule.
pub(super) fn published_accuracies() -> Table {
    let rows =
        [("0", "0.901"), ("0.1", "0.891"), ("0.2", "0.795"), ("0.3", "0.181"), ("0.5 and more", "0.10")];
    Table {
        id: "published-accuracies".to_owned(),
        title: "Bertoin et al.: a ResNet-18 on CIFAR-10 without batch normalisation".to_owned(),
        caption: "Test accuracy [V: released tables], trained with the released rule. With batch normalisation it falls \
                  from 0.919 to 0.898 only."
            .to_owned(),
        columns: ["relu′(0)", "test accuracy"].map(str::to_owned).to_vec(),
        rows: rows.map(|(choice, accuracy)| vec![Cell::from(choice), Cell::from(accuracy)]).to_vec(),
    }
}

pub(super) fn accuracy_figure(
    accuracies: &[f64],
    collapsed: &[f64],
    seeds: usize,
    released: usize,
) -> Figure {
    let chain = |alpha: usize| {
        let points = (0..ROUNDINGS.len()).map(|rounding| {
            Point::spread((rounding + 1) as f64, &accuracies[(2 * rounding + alpha) * seeds..][..seeds])
        });
        Series::dots(&format!("chain rule, relu′(0) = {alpha}"), points.collect())
    };
    let own = (0..2).map(|grid| Point::spread((grid + 2) as f64, &collapsed[grid * released..][..released]));
    Figure {
        id: "accuracy".to_owned(),
        title: "The choice is not noticed; another rule is".to_owned(),
        caption: "Test accuracy: median over the seeds, whiskers from the lowest to the highest. 1: f32; 2: grid of 2⁻⁷; 3: grid of 2⁻⁵, where one \
                  pre-activation in a hundred is exactly 0. The released rule puts α in place of the gradient."
            .to_owned(),
        x: Axis::linear("pre-activations"),
        y: Axis::linear("test accuracy in per cent"),
        series: vec![chain(0), chain(1), Series::dots("released rule, α = 1", own.collect())],
    }
}

pub(super) fn zeros_figure(shares: &[Interval]) -> Figure {
    let points = shares.iter().enumerate().map(|(i, share)| Point {
        x: (i + 1) as f64,
        y: (share.estimate > 0.0).then_some(share.estimate),
        bounds: Some((share.low, share.high)),
    });
    Figure {
        id: "zeros".to_owned(),
        title: "Zeros come with coarse formats".to_owned(),
        caption: "The share of pre-activations that are exactly 0 at initialisation, with 95 % intervals; none was found where there is no point. \
                  1: f64; 2: f32; 3: bfloat16; 4: f16."
            .to_owned(),
        x: Axis::linear("format"),
        y: Axis::logarithmic("share of exact zeros"),
        series: vec![Series::dots("share", points.collect())],
    }
}
