//! Beyond symmetric noise and ten classes, at full scale: tables that describe, without a criterion.

use losses_optim::loss::JanochaCzarnecki;
use rand_distr::{Distribution, StandardNormal};
use serde::Serialize;

use super::{EPOCHS, ID, LOSSES, by_epoch};
use crate::Error;
use crate::data::{Dataset, Split, WrongLabels};
use crate::model::{Images, LossCourse, LossTrial};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed};
use crate::run::Laboratory;
use crate::run::seed::stream;
use crate::stats::{self, CONFIDENCE, mean, paired_difference};

/// What a part adds to the page.
pub(super) struct Part {
    pub(super) figure: Figure,
    pub(super) table: Table,
    pub(super) remark: String,
}

/// The test accuracies at the end, in percent.
fn last(courses: &[LossCourse]) -> Vec<f64> {
    courses.iter().map(|course| 100.0 * course.last()).collect()
}

/// The mean difference of two arms with its interval, in points.
fn difference(a: &[LossCourse], b: &[LossCourse]) -> Result<String, stats::Error> {
    let found = paired_difference(&last(a), &last(b), CONFIDENCE)?;
    Ok(format!("{}, {} to {}", fixed(found.estimate, 1), fixed(found.low, 1), fixed(found.high, 1)))
}

/// The shares of labels that name the next class.
const NEXT: [f64; 3] = [0.0, 0.2, 0.4];

/// Noise that depends on the class: a wrong label names the next class.
pub(super) fn class_dependent(
    laboratory: &Laboratory,
    images: &Images,
    seeds: &[u64],
) -> Result<Part, Error> {
    let mut trials = Vec::new();
    for (_, loss) in LOSSES {
        for label_noise in NEXT {
            trials.extend(seeds.iter().map(|&seed| LossTrial {
                label_noise,
                wrong_labels: WrongLabels::Next,
                epochs: EPOCHS,
                ..LossTrial::new(loss, seed)
            }));
        }
    }
    let courses = laboratory.cells("class-dependent noise", &trials, |trial| Ok(trial.run(images)))?;
    let groups: Vec<&[LossCourse]> = courses.chunks(seeds.len()).collect();
    let group = |loss: usize, noise: usize| groups[loss * NEXT.len() + noise];
    let undecidable = Error::undecidable(ID);
    let against_entropy = |loss| difference(group(loss, 2), group(0, 2)).map_err(&undecidable);
    let mut rows = Vec::new();
    for (loss, (name, _)) in LOSSES.iter().enumerate() {
        let mut row = vec![Cell::from(*name)];
        for noise in 0..NEXT.len() {
            row.push(Cell::number(mean(&last(group(loss, noise))).map_err(&undecidable)?, 1));
        }
        row.push(if loss == 0 { Cell::Empty } else { Cell::from(against_entropy(loss)?) });
        rows.push(row);
    }
    let line = |(loss, (name, _)): (usize, &(&str, JanochaCzarnecki))| {
        let points = NEXT
            .iter()
            .enumerate()
            .map(|(index, noise)| Point::spread(100.0 * noise, &last(group(loss, index))));
        Series::line(name, points.collect())
    };
    Ok(Part {
        figure: Figure {
            id: "class-dependent".to_owned(),
            title: "Wrong labels that depend on the class".to_owned(),
            caption: "Clean test accuracy at the end of training over the share of labels that name the next class, 0 after 9: the median over \
                      the seeds, and the band from the lowest to the highest."
                .to_owned(),
            x: Axis::linear("training labels that name the next class, in percent"),
            y: Axis::linear("test accuracy in percent"),
            series: LOSSES.iter().enumerate().map(line).collect(),
        },
        table: Table {
            id: "class-dependent".to_owned(),
            title: "Noise that depends on the class: clean test accuracy in percent".to_owned(),
            caption: "The same images, model and training; a wrong label names the next class, 0 after 9, and no other. Means over the seeds, \
                      by the share of wrong training labels; last, the paired difference from cross-entropy at 40 % in points, with its 95 % \
                      interval. Described, not judged: no criterion is about it."
                .to_owned(),
            columns: ["loss", "0 %", "20 %", "40 %", "minus cross-entropy at 40 %"].map(str::to_owned).to_vec(),
            rows,
        },
        remark: "Where every wrong label names the next class, the right one is still the most frequent label of an image as long as less than \
                 half are wrong, and the expected loss of each of the three has its minimiser there: of L1 with the probability 1, of the \
                 others with the share of right labels. What they differ in is what a network makes of a finite sample."
            .to_owned(),
    })
}

/// The numbers of classes that are compared, and the shares of labels that name any other class.
const CLASSES: [usize; 2] = [10, 100];
const SYMMETRIC: [f64; 2] = [0.0, 0.4];
/// The dimension of the synthetic data, and the samples of each of its two parts.
const DIMENSION: usize = 32;
const SAMPLES: usize = 5_000;

/// A run on synthetic classes.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Synthetic {
    classes: usize,
    trial: LossTrial,
}

/// As many samples of each class: a standard normal distribution around a centre that is itself standard normal. With the
/// data comes the accuracy of the nearest centre, which no classifier exceeds in expectation.
fn gaussians(classes: usize, seed: u64) -> (Split, f64) {
    let mut random = stream(seed, "centres");
    let centres: Vec<f64> = (0..classes * DIMENSION).map(|_| StandardNormal.sample(&mut random)).collect();
    let part = |name: &str| {
        let mut random = stream(seed, name);
        let labels: Vec<u8> = (0..SAMPLES).map(|sample| (sample % classes) as u8).collect();
        let mut features = Vec::with_capacity(SAMPLES * DIMENSION);
        for &label in &labels {
            let centre = &centres[usize::from(label) * DIMENSION..][..DIMENSION];
            features.extend(centre.iter().map(|c| {
                let normal: f64 = StandardNormal.sample(&mut random);
                (c + normal) as f32
            }));
        }
        Dataset {
            name: format!("{classes} Gaussians, {name}"),
            features,
            shape: vec![DIMENSION],
            labels,
            classes,
            checksum: String::new(),
            note: None,
        }
    };
    let split = Split { train: part("training part"), test: part("test part") };
    let nearest = |sample: &[f32]| {
        let distance = |class: usize| -> f64 {
            let centre = &centres[class * DIMENSION..][..DIMENSION];
            sample.iter().zip(centre).map(|(&x, c)| (f64::from(x) - c).powi(2)).sum()
        };
        (0..classes).min_by(|&a, &b| distance(a).total_cmp(&distance(b)))
    };
    let right = (0..SAMPLES)
        .filter(|&sample| nearest(split.test.example(sample)) == Some(usize::from(split.test.labels[sample])))
        .count();
    (split, right as f64 / SAMPLES as f64)
}

/// Many classes, beside few of the same kind.
pub(super) fn many_classes(laboratory: &Laboratory, seeds: &[u64]) -> Result<Part, Error> {
    let mut runs = Vec::new();
    for classes in CLASSES {
        for (_, loss) in LOSSES {
            for label_noise in SYMMETRIC {
                runs.extend(seeds.iter().map(|&seed| {
                    let trial = LossTrial { label_noise, epochs: EPOCHS, ..LossTrial::new(loss, seed) };
                    Synthetic { classes, trial }
                }));
            }
        }
    }
    let courses = laboratory
        .cells("many classes", &runs, |run| Ok(run.trial.run_on(gaussians(run.classes, run.trial.seed).0)))?;
    let groups: Vec<&[LossCourse]> = courses.chunks(seeds.len()).collect();
    let group = |classes: usize, loss: usize, noise: usize| {
        groups[(classes * LOSSES.len() + loss) * SYMMETRIC.len() + noise]
    };
    let undecidable = Error::undecidable(ID);
    let mut rows = Vec::new();
    for (loss, (name, _)) in LOSSES.iter().enumerate() {
        let mut row = vec![Cell::from(*name)];
        for classes in 0..CLASSES.len() {
            let fitted: Vec<f64> = group(classes, loss, 0)
                .iter()
                .map(|course| 100.0 * course.fitted.last().copied().unwrap_or(course.guessing))
                .collect();
            row.push(Cell::number(mean(&fitted).map_err(&undecidable)?, 1));
            for noise in 0..SYMMETRIC.len() {
                row.push(Cell::number(mean(&last(group(classes, loss, noise))).map_err(&undecidable)?, 1));
            }
        }
        rows.push(row);
    }
    let mut best = vec![Cell::from("nearest true centre")];
    for classes in CLASSES {
        let accuracies: Vec<f64> = seeds.iter().map(|&seed| 100.0 * gaussians(classes, seed).1).collect();
        best.extend([Cell::Empty, Cell::number(mean(&accuracies).map_err(&undecidable)?, 1), Cell::Empty]);
    }
    rows.push(best);
    let against_entropy =
        |classes, loss| difference(group(classes, loss, 0), group(classes, 0, 0)).map_err(&undecidable);
    let remark = format!(
        "Zhang & Sabuncu report that the mean absolute error, which is L1 but for a factor, can perform poorly with deep networks and \
         challenging data [V: abstract]; that many classes are what it underfits is from memory [M]. On the synthetic data without noise, L1 \
         minus cross-entropy in test accuracy is {} points with 10 classes and {} with 100; L2 minus cross-entropy, {} and {}. The derivative \
         of L1 by a logit is 2p times that of cross-entropy, with p the probability of the label: 2/K at the start, where all K classes are \
         alike.",
        against_entropy(0, 1)?,
        against_entropy(1, 1)?,
        against_entropy(0, 2)?,
        against_entropy(1, 2)?
    );
    let line = |(loss, (name, _)): (usize, &(&str, JanochaCzarnecki))| {
        Series::line(name, by_epoch(group(1, loss, 0)))
    };
    Ok(Part {
        figure: Figure {
            id: "many-classes".to_owned(),
            title: "A hundred classes, without noise".to_owned(),
            caption: "Test accuracy by epoch on 100 synthetic classes with clean labels: the median over the seeds, and the band from the lowest \
                      to the highest."
                .to_owned(),
            x: Axis::linear("epoch"),
            y: Axis::linear("test accuracy in percent"),
            series: LOSSES.iter().enumerate().map(line).collect(),
        },
        table: Table {
            id: "many-classes".to_owned(),
            title: "Ten classes and a hundred: accuracy in percent".to_owned(),
            caption: format!(
                "Synthetic classes, each a standard normal distribution in {DIMENSION} dimensions around a centre drawn likewise; {SAMPLES} \
                 samples for training and {SAMPLES} for testing, drawn anew for each seed; model and training as above. \"Fitted\": the \
                 training labels met in the last epoch, without noise; then test accuracy without noise and with 40 % of the training labels \
                 replaced by any other class. Means over the seeds; last, the best that is possible. Described, not judged: no criterion is \
                 about it."
            ),
            columns: [
                "loss",
                "10 classes: fitted",
                "0 %",
                "40 %",
                "100 classes: fitted",
                "0 %",
                "40 %",
            ]
            .map(str::to_owned)
            .to_vec(),
            rows,
        },
        remark,
    })
}
