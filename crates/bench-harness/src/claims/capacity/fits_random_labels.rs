//! Networks fit random labels.

use std::sync::Arc;

use losses_optim::schedule::{Exponential, Schedule};
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Scale, Verdict};
use crate::data::{Dataset, Split};
use crate::model::{Mlp, Trainer, TrainerOptions, evaluate, fits_all, gradient_check};
use crate::report::{Axis, Cell, Figure, Point, Series, Table};
use crate::run::Laboratory;
use crate::run::seed::stream;
use crate::stats::{median, sign_test, wilson_interval};

/// The claim.
pub struct FitsRandomLabels;

/// What is done to a data set before a network sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// Nothing.
    TrueLabels,
    /// One permutation of the pixels, the same for every image.
    ShuffledPixels,
    /// A permutation of the pixels for each image.
    RandomPixels,
    /// Every pixel from a Gaussian with the mean and variance of the data.
    Gaussian,
    /// Every training label drawn uniformly from the classes.
    RandomLabels,
}

impl Condition {
    const ALL: [Self; 5] =
        [Self::TrueLabels, Self::ShuffledPixels, Self::RandomPixels, Self::Gaussian, Self::RandomLabels];

    fn name(self) -> &'static str {
        match self {
            Self::TrueLabels => "true labels",
            Self::ShuffledPixels => "shuffled pixels",
            Self::RandomPixels => "random pixels",
            Self::Gaussian => "Gaussian pixels",
            Self::RandomLabels => "random labels",
        }
    }

    /// Whether nothing that holds beyond the training set is left to learn.
    fn is_noise(self) -> bool {
        matches!(self, Self::RandomPixels | Self::Gaussian | Self::RandomLabels)
    }

    /// The data under this condition. The test part keeps its labels.
    pub fn apply(self, mut split: Split, seed: u64) -> Split {
        let mut random = stream(seed, "corruption");
        let parts = [&mut split.train, &mut split.test];
        match self {
            Self::TrueLabels => {}
            Self::ShuffledPixels => {
                let order = permutation(parts[0].dimension(), &mut random);
                parts.into_iter().for_each(|part| permute_each(part, || order.clone()));
            }
            Self::RandomPixels => {
                let dimension = parts[0].dimension();
                parts.into_iter().for_each(|part| permute_each(part, || permutation(dimension, &mut random)));
            }
            Self::Gaussian => {
                let (mean, deviation) = moments(&parts[0].features);
                let normal = Normal::new(mean, deviation).expect("data have a finite spread");
                for part in parts {
                    part.features.iter_mut().for_each(|pixel| *pixel = normal.sample(&mut random) as f32);
                }
            }
            Self::RandomLabels => {
                let classes = parts[0].classes as u8;
                parts[0].labels.iter_mut().for_each(|label| *label = random.random_range(0..classes));
            }
        }
        split
    }
}

fn permutation(length: usize, random: &mut ChaCha8Rng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..length).collect();
    order.shuffle(random);
    order
}

fn permute_each(data: &mut Dataset, mut order: impl FnMut() -> Vec<usize>) {
    let dimension = data.dimension();
    for example in data.features.chunks_exact_mut(dimension) {
        let before = example.to_vec();
        for (pixel, from) in example.iter_mut().zip(order()) {
            *pixel = before[from];
        }
    }
}

/// The mean and the standard deviation of all numbers.
fn moments(numbers: &[f32]) -> (f64, f64) {
    let count = numbers.len() as f64;
    let mean = numbers.iter().map(|&x| f64::from(x)).sum::<f64>() / count;
    let variance = numbers.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / count;
    (mean, variance.sqrt())
}

/// The middle 28×28 of CIFAR-10's images, each brought to mean 0 and variance 1, as Zhang et al. preprocess them.
fn centre_and_whiten(data: &Dataset) -> Dataset {
    let (side, crop) = (32, 28);
    let offset = (side - crop) / 2;
    let mut features = Vec::with_capacity(data.len() * 3 * crop * crop);
    for index in 0..data.len() {
        let image = data.example(index);
        let start = features.len();
        for plane in 0..3 {
            for row in offset..offset + crop {
                let from = (plane * side + row) * side + offset;
                features.extend_from_slice(&image[from..from + crop]);
            }
        }
        let (mean, deviation) = moments(&features[start..]);
        // An image of one colour has no variance; Zhang et al. bound it below in the same way.
        let scale = deviation.max(1.0 / (3.0 * (crop * crop) as f64).sqrt());
        features[start..].iter_mut().for_each(|pixel| *pixel = ((f64::from(*pixel) - mean) / scale) as f32);
    }
    Dataset { features, shape: vec![3, crop, crop], ..data.clone() }
}

/// A data set with the settings that all its conditions share.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct Problem {
    name: &'static str,
    /// Training and test samples, drawn anew for each seed.
    train: usize,
    test: usize,
    learning_rate: f64,
    /// The factor of the learning rate after each epoch.
    factor: f64,
    /// Epochs after which a run that has not fitted is given up.
    most_epochs: u64,
}

const DIGITS: Problem =
    Problem { name: "digits", train: 1437, test: 360, learning_rate: 0.05, factor: 0.99, most_epochs: 400 };
const MNIST: Problem =
    Problem { name: "MNIST", train: 5000, test: 2000, learning_rate: 0.05, factor: 0.99, most_epochs: 100 };
const CIFAR_10: Problem = Problem {
    name: "CIFAR-10",
    train: 5000,
    test: 2000,
    learning_rate: 0.01,
    factor: 0.99,
    most_epochs: 100,
};

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

/// A training run.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Run {
    problem: Problem,
    hidden: Vec<usize>,
    condition: Condition,
    seed: u64,
}

/// How a run went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Fit {
    /// The mean loss of each epoch, while it ran.
    #[serde(with = "crate::run::float::vec")]
    losses: Vec<f64>,
    /// The epoch after which every training sample was classified rightly, if that happened.
    fitted: Option<u64>,
    train_accuracy: f64,
    test_accuracy: f64,
    #[serde(with = "crate::run::float")]
    gradient_error: f64,
}

/// The runs of one problem, in memory.
struct Results {
    problem: Problem,
    runs: Vec<(Run, Fit)>,
}

impl Results {
    /// The runs of one net under one condition, by seed.
    fn of(&self, layers: usize, condition: Condition) -> impl Iterator<Item = &Fit> {
        let wanted = move |run: &Run| run.hidden.len() == layers && run.condition == condition;
        self.runs.iter().filter(move |(run, _)| wanted(run)).map(|(_, fit)| fit)
    }

    /// The epochs to fit; infinite for runs that did not.
    fn epochs(&self, layers: usize, condition: Condition) -> Vec<f64> {
        self.of(layers, condition).map(|fit| fit.fitted.map_or(f64::INFINITY, |epoch| epoch as f64)).collect()
    }

    fn mean(&self, layers: usize, condition: Condition, quantity: impl Fn(&Fit) -> f64) -> f64 {
        let values: Vec<f64> = self.of(layers, condition).map(quantity).collect();
        values.iter().sum::<f64>() / values.len() as f64
    }
}

/// The hidden layers of the two nets of Zhang et al.
fn nets() -> [Vec<usize>; 2] {
    [vec![512; 3], vec![512]]
}

/// Trains one epoch of the three-layer net on random labels of the digits: what a benchmark times.
pub fn one_epoch(digits: &Dataset) -> f64 {
    let split = Condition::RandomLabels.apply(digits.split(DIGITS.train, 0), 0);
    let model = Mlp::new(digits.dimension(), &nets()[0], digits.classes);
    trainer(&model, &split.train, 0).epoch(|_, _| DIGITS.learning_rate).loss
}

fn trainer<'a>(model: &'a Mlp, data: &'a Dataset, seed: u64) -> Trainer<'a> {
    let momentum = losses_optim::optim::find("momentum").expect("registered");
    let options = TrainerOptions { batch: 64, l2: 0.0, dropout: 0.0 };
    Trainer::new(model, data, options, (momentum.over_f32)(), seed)
}

fn train(run: &Run, split: Split) -> Fit {
    let split = run.condition.apply(split, run.seed);
    let model = Mlp::new(split.train.dimension(), &run.hidden, split.train.classes);
    let schedule = Exponential { initial: run.problem.learning_rate, factor: run.problem.factor };
    let mut trainer = trainer(&model, &split.train, run.seed);
    let (mut losses, mut fitted) = (Vec::new(), None);
    for epoch in 1..=run.problem.most_epochs {
        let seen = trainer.epoch(|_, epoch| schedule.learning_rate(epoch));
        losses.push(seen.loss);
        if !seen.loss.is_finite() {
            break;
        }
        // Far from fitting there is no need to ask.
        if seen.accuracy > 0.95 && fits_all(&model, trainer.parameters(), &split.train) {
            fitted = Some(epoch);
            break;
        }
    }
    Fit {
        losses,
        fitted,
        train_accuracy: evaluate(&model, trainer.parameters(), &split.train).accuracy,
        test_accuracy: evaluate(&model, trainer.parameters(), &split.test).accuracy,
        gradient_error: gradient_check(&model, &split.train, run.seed),
    }
}

impl Claim for FitsRandomLabels {
    fn about(&self) -> About {
        About {
            id: "fits-random-labels".to_owned(),
            title: "Networks fit random labels".to_owned(),
            statement: "An ordinary network with ordinary training reaches zero training error on labels that were drawn at \
                        random, and on images that are noise: it has the capacity to memorise, so capacity alone does not \
                        explain why it generalises."
                .to_owned(),
            lecture: "part 3, over-provisioning; verified there by learning random labels".to_owned(),
            sources: vec![
                "C. Zhang, S. Bengio, M. Hardt, B. Recht & O. Vinyals 2017, Understanding deep learning requires rethinking \
                 generalization, Table 1 and Figure 1a, arXiv:1611.03530"
                    .to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "fits",
                    "The net of three hidden layers of 512 classifies every training sample rightly, in all five \
                     conditions and for every seed, with the same optimizer settings throughout. Refuted by any run \
                     that does not.",
                ),
                Criterion::new(
                    "learns-nothing",
                    "The test accuracy after fitting random labels, random pixels and Gaussian pixels is chance: its \
                     mean over the seeds lies within 10 % ± 5 points in each of the three.",
                ),
                Criterion::new(
                    "order",
                    "Epochs to fit: random labels take longer than random pixels and Gaussian pixels, and these longer \
                     than true labels and shuffled pixels. Each of the six comparisons is a two-sided sign test paired on the \
                     seed at 5 %; all six must hold (an intersection–union test, which needs no correction).",
                ),
            ],
            would_change: "Regularisation strong enough to keep the weights small, a net too narrow for the samples, fewer \
                           epochs, or a learning rate that decays before random labels are fitted. Two identical images \
                           with different random labels could not be fitted by any function; the digits have none."
                .to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let seeds = laboratory.seeds(6, 6);
        let mut problems = Vec::new();
        match laboratory.scale() {
            Scale::Quick => {
                let digits = laboratory.digits()?;
                problems.push(study(laboratory, DIGITS, &seeds, |seed| digits.split(DIGITS.train, seed))?);
            }
            Scale::Full => {
                let mnist = laboratory.mnist()?;
                problems.push(study(laboratory, MNIST, &seeds, |seed| subset(&mnist, &MNIST, seed))?);
                let cifar = laboratory.cifar10()?;
                let cifar = Arc::new(Split {
                    train: centre_and_whiten(&cifar.train),
                    test: centre_and_whiten(&cifar.test),
                });
                problems.push(study(laboratory, CIFAR_10, &seeds, |seed| subset(&cifar, &CIFAR_10, seed))?);
            }
        }
        let undecidable = Error::undecidable("fits-random-labels");
        let slowest: Vec<String> = problems
            .iter()
            .map(|results| {
                let epochs = |condition| median(&results.epochs(3, condition)).expect("there are seeds");
                format!(
                    "{}: {} of {} runs fit every label; random labels take {} epochs, true ones {}",
                    results.problem.name,
                    Condition::ALL
                        .iter()
                        .flat_map(|&c| results.of(3, c))
                        .filter(|fit| fit.fitted.is_some())
                        .count(),
                    5 * seeds.len(),
                    epochs(Condition::RandomLabels),
                    epochs(Condition::TrueLabels)
                )
            })
            .collect();
        let mut setup = vec![
            ("nets".to_owned(), "perceptrons, 512-512-512 and 512, ReLU, He initialisation, f32".to_owned()),
            ("loss".to_owned(), "softmax cross-entropy, mean over mini-batches of 64".to_owned()),
            ("stop".to_owned(), "when every training sample is classified rightly".to_owned()),
            ("seeds".to_owned(), format!("{}, {} to {}", seeds.len(), seeds[0], seeds[seeds.len() - 1])),
        ];
        for Results { problem, .. } in &problems {
            setup.push((
                problem.name.to_owned(),
                format!(
                    "{} training and {} test samples; SGD, momentum 0.9, learning rate {}·{}^(epoch−1), at most {} \
                     epochs, no regularisation; the same in all conditions",
                    problem.train, problem.test, problem.learning_rate, problem.factor, problem.most_epochs
                ),
            ));
        }
        let mut remarks = vec![
            "\"Random pixels\" permutes each image by itself, \"shuffled pixels\" all images alike, \"Gaussian pixels\" \
             draws every pixel with the mean and variance of the training set; test images are treated likewise and keep \
             their labels."
                .to_owned(),
            "A permutation keeps an image's brightness, and that alone tells some classes apart: random pixels may stay a \
             little above chance."
                .to_owned(),
            "Zhang et al. find random labels the slowest, and noise images faster than these [S]. That noise is slower than true \
             images is from an independent rerun with a small convolutional net [S]; a perceptron looks for no neighbourhood \
             and presumably tells noise images of many pixels apart the more easily the more pixels they have."
                .to_owned(),
            "Zhang et al. use all 50,000 images and other nets beside the perceptrons; only the perceptrons are run here, on \
             a part of the images that is drawn anew for each seed. On ImageNet their Inception v3 classifies 95.20 % of the training \
             images as their random labels say [S], and 0.11 % of the test images rightly [M]."
                .to_owned(),
        ];
        let gate =
            problems.iter().flat_map(|r| &r.runs).map(|(_, fit)| fit.gradient_error).fold(0.0, f64::max);
        remarks.push(format!(
            "Sanity gates: no run diverged; exact and numeric derivatives agree to {gate:.1e} on 20 coordinates of each run."
        ));
        remarks.extend(laboratory.data_notes());
        Ok(Findings {
            setup,
            data: laboratory.data_used(),
            figures: problems.iter().map(figure).collect(),
            tables: vec![paper_table(&problems), seeds_table(&problems)],
            outcomes: vec![
                fits(&problems),
                learns_nothing(&problems),
                order(&problems).map_err(undecidable)?,
            ],
            key_number: slowest.join("; "),
            remarks,
        })
    }
}

/// A part of a large data set, drawn for the seed.
fn subset(split: &Split, problem: &Problem, seed: u64) -> Split {
    Split {
        train: split.train.split(problem.train, seed).train,
        test: split.test.split(problem.test, seed).train,
    }
}

fn study(
    laboratory: &Laboratory,
    problem: Problem,
    seeds: &[u64],
    data: impl Fn(u64) -> Split + Sync,
) -> Result<Results, Error> {
    let mut runs = Vec::new();
    for hidden in nets() {
        for condition in Condition::ALL {
            // Zhang et al. report the one-layer net on true and on random labels.
            // It decides no criterion, so half the seeds must do.
            let seeds = match (hidden.len(), condition) {
                (3, _) => seeds,
                (_, Condition::TrueLabels | Condition::RandomLabels) => &seeds[..seeds.len().div_ceil(2)],
                _ => &[],
            };
            runs.extend(seeds.iter().map(|&seed| Run { problem, hidden: hidden.clone(), condition, seed }));
        }
    }
    // The longest first, so that no core waits at the end.
    runs.sort_by_key(|run| run.condition != Condition::RandomLabels);
    let fits = laboratory.cells(problem.name, &runs, |run| Ok(train(run, data(run.seed))))?;
    let failed = |fit: &Fit| fit.gradient_error > 1e-6 || fit.losses.iter().any(|loss| !loss.is_finite());
    if let Some((run, fit)) = runs.iter().zip(&fits).find(|(_, fit)| failed(fit)) {
        return Err(Error::Invalid {
            claim: "fits-random-labels".to_owned(),
            reason: format!(
                "{} with {} and seed {} failed a sanity gate: relative gradient error {:e}, last loss {:?}",
                problem.name,
                run.condition.name(),
                run.seed,
                fit.gradient_error,
                fit.losses.last()
            ),
        });
    }
    Ok(Results { problem, runs: runs.into_iter().zip(fits).collect() })
}

fn fits(problems: &[Results]) -> Outcome {
    let tested = problems.iter().map(|results| {
        let worst = |condition| results.of(3, condition).map(|fit| fit.train_accuracy).fold(1.0, f64::min);
        let worst =
            Condition::ALL.map(|condition| format!("{} {:.2} %", condition.name(), 100.0 * worst(condition)));
        format!("{}, lowest training accuracy over the seeds: {}", results.problem.name, worst.join(", "))
    });
    let all = problems.iter().all(|results| {
        Condition::ALL
            .iter()
            .flat_map(|&condition| results.of(3, condition))
            .all(|fit| fit.train_accuracy == 1.0)
    });
    Outcome {
        criterion: "fits".to_owned(),
        verdict: if all { Verdict::Reproduced } else { Verdict::Refuted },
        tested: tested.collect::<Vec<_>>().join("; ") + " (= 100 %)",
    }
}

fn learns_nothing(problems: &[Results]) -> Outcome {
    let mut tested = Vec::new();
    let mut holds = true;
    for results in problems {
        for condition in Condition::ALL.into_iter().filter(|condition| condition.is_noise()) {
            let accuracy = results.mean(3, condition, |fit| fit.test_accuracy);
            let trials = (results.of(3, condition).count() * results.problem.test) as u64;
            let interval = wilson_interval((accuracy * trials as f64).round() as u64, trials, 0.95)
                .expect("a share of some trials");
            holds &= (accuracy - 0.1).abs() <= 0.05;
            tested.push(format!(
                "{}, {}: |{:.1} − 10| ≤ 5 points (95 % interval of the pooled samples {:.1} to {:.1} %)",
                results.problem.name,
                condition.name(),
                100.0 * accuracy,
                100.0 * interval.low,
                100.0 * interval.high
            ));
        }
    }
    Outcome {
        criterion: "learns-nothing".to_owned(),
        verdict: if holds { Verdict::Reproduced } else { Verdict::NotReproduced },
        tested: tested.join("; "),
    }
}

fn order(problems: &[Results]) -> Result<Outcome, crate::stats::Error> {
    use Condition::{Gaussian, RandomLabels, RandomPixels, ShuffledPixels, TrueLabels};
    let slower = [
        (RandomLabels, RandomPixels),
        (RandomLabels, Gaussian),
        (RandomPixels, TrueLabels),
        (RandomPixels, ShuffledPixels),
        (Gaussian, TrueLabels),
        (Gaussian, ShuffledPixels),
    ];
    let (mut tested, mut holds, mut opposite) = (Vec::new(), true, false);
    for results in problems {
        for (slow, fast) in slower {
            let (slow_epochs, fast_epochs) = (results.epochs(3, slow), results.epochs(3, fast));
            let test = sign_test(&slow_epochs, &fast_epochs)?;
            holds &= test.larger > test.smaller && test.p_value < 0.05;
            opposite |= test.smaller > test.larger && test.p_value < 0.05;
            tested.push(format!(
                "{}, {} against {}: medians {} and {}, slower in {}, faster in {}, tied in {}, p = {:.3}",
                results.problem.name,
                slow.name(),
                fast.name(),
                median(&slow_epochs)?,
                median(&fast_epochs)?,
                test.larger,
                test.smaller,
                test.ties,
                test.p_value
            ));
        }
    }
    let verdict = if holds {
        Verdict::Reproduced
    } else if opposite {
        Verdict::Refuted
    } else {
        Verdict::NotReproduced
    };
    Ok(Outcome { criterion: "order".to_owned(), verdict, tested: tested.join("; ") })
}

/// Training loss by epoch under the five conditions.
fn figure(results: &Results) -> Figure {
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

fn paper_table(problems: &[Results]) -> Table {
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

fn seeds_table(problems: &[Results]) -> Table {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_change_what_they_say_and_nothing_else() {
        let split = crate::data::digits().unwrap().split(1437, 3);
        let of = |condition: Condition| condition.apply(split.clone(), 3);
        assert_eq!(of(Condition::TrueLabels), split);

        let shuffled = of(Condition::ShuffledPixels);
        let where_is = |pixel: usize| {
            let column =
                |data: &Dataset, pixel: usize| (0..200).map(|i| data.example(i)[pixel]).collect::<Vec<_>>();
            (0..64).find(|&other| column(&shuffled.train, other) == column(&split.train, pixel))
        };
        assert!((0..64).all(|pixel| where_is(pixel).is_some()), "one permutation serves all images");
        assert_eq!(shuffled.train.labels, split.train.labels);

        let random = of(Condition::RandomPixels);
        let sorted = |pixels: &[f32]| {
            let mut pixels = pixels.to_vec();
            pixels.sort_by(f32::total_cmp);
            pixels
        };
        assert!((0..1437).all(|i| sorted(random.train.example(i)) == sorted(split.train.example(i))));
        assert_ne!(random.train.features, split.train.features);

        let gaussian = of(Condition::Gaussian);
        let (ours, theirs) = (moments(&gaussian.train.features), moments(&split.train.features));
        assert!((ours.0 - theirs.0).abs() < 0.01 && (ours.1 - theirs.1).abs() < 0.01);

        let labels = of(Condition::RandomLabels);
        assert_eq!((&labels.train.features, &labels.test), (&split.train.features, &split.test));
        let kept = labels.train.labels.iter().zip(&split.train.labels).filter(|(a, b)| a == b).count();
        assert!((90..200).contains(&kept), "about a tenth stay by chance, {kept} of 1437");
    }
}
