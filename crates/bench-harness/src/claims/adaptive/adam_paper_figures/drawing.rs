//! The figures and tables.

use super::bias_correction::{Corrections, Group, LARGE, RATES};
use super::comparison::{Experiment, Results};
use super::correction::{BETA2, first_step_length};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed, scientific};
use crate::stats::{self, mean};

fn stem(experiment: &Experiment) -> String {
    experiment.name.to_lowercase().replace(", ", "-").replace(' ', "-")
}

pub(super) fn course_figure(results: &Results) -> Figure {
    let series = results.arms.iter().map(|(arm, tuned, courses)| {
        let points = (0..results.experiment.epochs as usize).map(|epoch| {
            let losses: Vec<f64> = courses.iter().map(|course| course.losses[epoch]).collect();
            Point::spread((epoch + 1) as f64, &losses)
        });
        Series::line(&format!("{}, α = {}", arm.name, tuned.rate), points.collect())
    });
    Figure {
        id: stem(&results.experiment),
        title: format!("{}: training loss", results.experiment.name),
        caption: "Training loss after each epoch at the tuned learning rate: the median over the seeds, and the band from the \
                  smallest to the largest. Compare Kingma & Ba, Figures 1 (left) and 2."
            .to_owned(),
        x: Axis::linear("epoch"),
        y: Axis::logarithmic("training loss (cross-entropy, nats)"),
        series: series.collect(),
    }
}

pub(super) fn rates_figure(results: &Results) -> Figure {
    let series = results.arms.iter().map(|(arm, tuned, _)| {
        let points = tuned.tried.iter().map(|&(rate, loss)| Point {
            x: rate,
            y: loss.is_finite().then_some(loss),
            bounds: None,
        });
        Series::line(arm.name, points.collect())
    });
    Figure {
        id: format!("{}-rates", stem(&results.experiment)),
        title: format!("{}: what the learning rate decides", results.experiment.name),
        caption: "Final training loss over the learning rates that were tried, the median of the tuning seeds; a gap is a run \
                  that diverged. The lowest point of each line is the tuned rate."
            .to_owned(),
        x: Axis::logarithmic("learning rate α"),
        y: Axis::logarithmic("final training loss (nats)"),
        series: series.collect(),
    }
}

pub(super) fn losses_table(results: &[Results]) -> Result<Table, stats::Error> {
    let mut rows = Vec::new();
    for results in results {
        for (arm, tuned, courses) in &results.arms {
            let accuracies: Vec<f64> = courses.iter().map(|course| 100.0 * course.test_accuracy).collect();
            let paper = match (results.experiment.hidden.is_empty(), arm.name) {
                (true, "Adam") => "level with SGD-Nesterov, ahead of AdaGrad",
                (true, "SGD-Nesterov") => "level with Adam",
                (true, "AdaGrad") => "behind both",
                (false, "Adam") => "the fastest",
                _ => "",
            };
            rows.push(vec![
                Cell::from(results.experiment.name),
                Cell::from(arm.name),
                Cell::from(format!("{}{}", tuned.rate, if tuned.on_edge { " (edge optimum)" } else { "" })),
                Cell::number(mean(&results.after(arm.name, 5))?, 5),
                Cell::number(mean(&results.last(arm.name))?, 6),
                Cell::number(mean(&accuracies)?, 2),
                if paper.is_empty() { Cell::Empty } else { Cell::from(paper) },
            ]);
        }
    }
    Ok(Table {
        id: "losses".to_owned(),
        title: "Training loss and test accuracy at the tuned rates".to_owned(),
        caption: "Means over the seeds; losses in nats, accuracies in per cent. The last column is the paper's statement.".to_owned(),
        columns: ["experiment", "method", "tuned α", "loss, 5 epochs", "final loss", "test accuracy", "paper"]
            .map(str::to_owned)
            .to_vec(),
        rows,
    })
}

pub(super) fn seeds_table(results: &[Results]) -> Table {
    let rows = results.iter().flat_map(|results| {
        results.arms.iter().map(|(arm, _, courses)| {
            let losses = courses
                .iter()
                .map(|course| format!("{:.3e}", course.losses[results.experiment.epochs as usize - 1]));
            vec![
                Cell::from(results.experiment.name),
                Cell::from(arm.name),
                Cell::from(losses.collect::<Vec<_>>().join(" ")),
            ]
        })
    });
    Table {
        id: "seeds".to_owned(),
        title: "Final training loss of every seed".to_owned(),
        caption: "In the order of the seeds.".to_owned(),
        columns: ["experiment", "method", "final losses"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

/// A figure for each β₂.
pub(super) fn correction_figures(found: &Corrections) -> Vec<Figure> {
    BETA2.map(|beta2| correction_figure(found, beta2)).to_vec()
}

fn correction_figure(found: &Corrections, beta2: f64) -> Figure {
    let line = |group: &Group| {
        let points = RATES.iter().zip(&group.losses).map(|(&rate, losses)| Point::spread(rate, losses));
        Series::line(&format!("β₁ = {}, {}", group.beta1, group.correction.name()), points.collect())
    };
    let mut series: Vec<Series> =
        found.groups.iter().filter(|group| group.beta2 == beta2).map(line).collect();
    series.push(Series::level("mean image", RATES[0], RATES[RATES.len() - 1], found.constant));
    Figure {
        id: format!("e3-{}", beta2.to_string().replace('.', "-")),
        title: format!("E3 autoencoder: β₂ = {beta2}"),
        caption: format!(
            "Training loss after {} epochs over the learning rate, with the correction of the moments and without: the median over the \
             seeds, and the band from the smallest to the largest; dashed, every image reconstructed as the mean image. Losses above 10⁶ \
             are drawn at 10⁶. Compare Kingma & Ba, Figure 4.",
            found.epochs
        ),
        x: Axis::logarithmic("learning rate α"),
        y: Axis::logarithmic("training loss per image"),
        series,
    }
}

/// A loss with two decimals, or as a power of ten where they say nothing.
fn in_words(loss: f64) -> String {
    if loss < 1000.0 { fixed(loss, 2) } else { scientific(loss) }
}

/// The worst and the best learning rate of each combination.
pub(super) fn correction_table(found: &Corrections) -> Table {
    let rows = found.groups.iter().map(|group| {
        let ranked = group.ranked();
        let (best, worst) = (ranked[0], ranked[ranked.len() - 1]);
        let large = ranked.iter().rev().find(|(_, rate)| *rate >= LARGE).copied().unwrap_or(worst);
        let mut row = vec![
            Cell::from(group.beta2.to_string()),
            Cell::from(group.beta1.to_string()),
            Cell::from(group.correction.name()),
            Cell::number(first_step_length(group.correction, group.beta1, group.beta2), 2),
        ];
        for (loss, rate) in [best, worst, large] {
            row.extend([Cell::from(in_words(loss)), Cell::from(rate.to_string())]);
        }
        row
    });
    Table {
        id: "bias-correction".to_owned(),
        title: "E3 autoencoder: the best and the worst learning rate".to_owned(),
        caption: format!(
            "The first step in units of α by theory; then the lowest and the highest of the median losses over the seeds, and the highest from \
             α = {LARGE} on, each with its learning rate."
        ),
        columns: [
            "β₂",
            "β₁",
            "moments",
            "first step / α",
            "best loss",
            "at α",
            "worst loss",
            "at α",
            "worst of the large",
            "at α",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: rows.collect(),
    }
}

/// The worst losses of every seed.
pub(super) fn correction_seeds_table(found: &Corrections) -> Table {
    let text = |losses: Vec<f64>| losses.into_iter().map(in_words).collect::<Vec<_>>().join(" ");
    let rows = found.groups.iter().map(|group| {
        vec![
            Cell::from(group.beta2.to_string()),
            Cell::from(group.beta1.to_string()),
            Cell::from(group.correction.name()),
            Cell::from(text(group.worst(RATES[0]))),
            Cell::from(text(group.worst(LARGE))),
        ]
    });
    Table {
        id: "bias-correction-seeds".to_owned(),
        title: "E3 autoencoder: the worst loss of every seed".to_owned(),
        caption: format!(
            "Over all learning rates, and over those from {LARGE} on; in the order of the seeds."
        ),
        columns: ["β₂", "β₁", "moments", "all rates", "large rates"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}
