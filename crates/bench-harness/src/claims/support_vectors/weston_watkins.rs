//! The multi-class hinge loss of Weston and Watkins.

use autograd::check::{Mode, Order};
use autograd::{Array, ArrayAlgebra, check_grads};
use losses_optim::loss::{
    CrammerSinger, Hinge, Loss, LossError, OneVersusRest, Reduction, SoftmaxCrossEntropy, WestonWatkins,
};
use losses_optim::optim;
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use crate::data::{Dataset, Split};
use crate::model::{Batch, Grid, Mlp, Task, Trainer, TrainerOptions, evaluate, gradient_gate, tune};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed, scientific};
use crate::run::Laboratory;
use crate::run::seed::stream;
use crate::stats::{Equivalence, equivalence, mean, minimum_detectable_effect};

/// The claim.
pub struct WestonWatkinsClaim;

const ID: &str = "weston-watkins";
const EPOCHS: u64 = 20;
/// Accuracies, in points, that differ by less are the same.
const MARGIN: f64 = 1.0;

/// What a linear classifier of ten digits is trained by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
enum By {
    WestonWatkins,
    CrammerSinger,
    OneVersusRest,
    CrossEntropy,
}

const LOSSES: [(&str, By); 4] = [
    ("Weston–Watkins", By::WestonWatkins),
    ("Crammer–Singer", By::CrammerSinger),
    ("one against the rest", By::OneVersusRest),
    ("cross-entropy", By::CrossEntropy),
];

impl Task for By {
    fn loss<A: ArrayAlgebra>(&self, outputs: &A, batch: &Batch<'_, A>) -> Result<A, LossError> {
        match self {
            Self::WestonWatkins => WestonWatkins::default().evaluate(outputs, batch.labels, Reduction::Mean),
            Self::CrammerSinger => CrammerSinger::default().evaluate(outputs, batch.labels, Reduction::Mean),
            Self::OneVersusRest => OneVersusRest.evaluate(outputs, batch.labels, Reduction::Mean),
            Self::CrossEntropy => SoftmaxCrossEntropy.evaluate(outputs, batch.labels, Reduction::Mean),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct Run {
    by: By,
    learning_rate: f64,
    seed: u64,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct End {
    train: f64,
    test: f64,
}

fn train(run: &Run, split: &Split) -> End {
    let model = Mlp::new(64, &[], 10);
    let options = TrainerOptions { batch: 64, l2: 1e-4, dropout: 0.0 };
    let optimizer = (optim::find("momentum").expect("registered").over_f32)();
    let mut trainer = Trainer::on(run.by, &model, &split.train, options, optimizer, run.seed);
    for epoch in 0..EPOCHS {
        // Falling linearly, so that every loss ends without noise.
        let share = 1.0 - epoch as f64 / EPOCHS as f64;
        if !trainer.epoch(|_, _| run.learning_rate * share).loss.is_finite() {
            return End { train: 0.1, test: 0.1 };
        }
    }
    End {
        train: evaluate(&model, trainer.parameters(), &split.train).accuracy,
        test: evaluate(&model, trainer.parameters(), &split.test).accuracy,
    }
}

/// The largest departure, over random scores, of the two-class loss with margin 1 on (z/2, −z/2) from the hinge of z.
fn two_classes(seed: u64) -> f64 {
    let mut random = stream(seed, "scores");
    (0..1_000)
        .map(|i| {
            let z: f64 = random.random_range(-5.0..5.0);
            let scores = Array::new(&[1, 2], vec![z / 2.0, -z / 2.0]).expect("two scores");
            let (label, sign) = if i % 2 == 0 { (0, 1.0) } else { (1, -1.0) };
            let multi =
                WestonWatkins::default().evaluate(&scores, &[label], Reduction::Sum).expect("a label");
            let hinge = Hinge
                .evaluate(&Array::vector(&[z]), &Array::vector(&[sign]), Reduction::Sum)
                .expect("a label");
            (multi.item().expect("one") - hinge.item().expect("one")).abs()
        })
        .fold(0.0, f64::max)
}

/// Full-batch subgradient descent on λ‖w‖² + Σ loss with margin 1 at 2λ, and on the same with margin 2 at λ from twice the
/// start with twice the step: how many of the predictions agree, and the largest relative |w − 2u|.
fn rescaled(digits: &Dataset) -> (usize, usize, f64) {
    let split = digits.split(1437, 1000);
    let matrix = |data: &Dataset| {
        let features = data.features.iter().map(|&x| f64::from(x)).collect();
        Array::new(&[data.len(), data.dimension()], features).expect("each example has its dimension")
    };
    let (inputs, test) = (matrix(&split.train), matrix(&split.test));
    let labels: Vec<usize> = split.train.labels.iter().map(|&label| usize::from(label)).collect();
    let mut random = stream(1000, "start");
    let start: Vec<f64> = (0..640)
        .map(|_| {
            let normal: f64 = StandardNormal.sample(&mut random);
            0.1 * normal
        })
        .collect();
    let descend = |margin: f64, lambda: f64, start: Vec<f64>, step: f64| {
        use autograd::{ArrayOps, Var, grad};
        let mut w = Array::new(&[64, 10], start).expect("a matrix");
        for _ in 0..200 {
            let gradient = grad(
                |w| {
                    let scores = Var::constant(inputs.clone()).matmul(&w[0]);
                    let loss = WestonWatkins { margin }
                        .evaluate(&scores, &labels, Reduction::Sum)
                        .expect("labels in range");
                    loss + (&w[0] * &w[0]).sum_all() * Var::constant(Array::scalar(lambda))
                },
                std::slice::from_ref(&w),
            );
            w = &w - &(&gradient[0] * step);
        }
        w
    };
    let one = descend(1.0, 0.2, start.clone(), 1e-4);
    let two = descend(2.0, 0.1, start.iter().map(|w| 2.0 * w).collect(), 2e-4);
    let classes = |w: &Array<f64>| -> Vec<usize> {
        use autograd::ArrayOps;
        let scores = test.matmul(w).to_vec();
        let best = |row: &[f64]| (0..10).max_by(|&a, &b| row[a].total_cmp(&row[b])).expect("ten");
        scores.chunks_exact(10).map(best).collect()
    };
    let (by_one, by_two) = (classes(&one), classes(&two));
    let same = by_one.iter().zip(&by_two).filter(|(a, b)| a == b).count();
    let largest = one.to_vec().iter().map(|u| (2.0 * u).abs()).fold(0.0, f64::max);
    let departure =
        one.to_vec().iter().zip(two.to_vec()).map(|(u, w)| (w - 2.0 * u).abs()).fold(0.0, f64::max);
    (same, by_one.len(), departure / largest)
}

impl Claim for WestonWatkinsClaim {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "The multi-class hinge loss".to_owned(),
            statement: "The hinge loss extends to several classes: each wrong class whose score comes within a margin of 1 of the right one's adds \
                        how far it does."
                .to_owned(),
            lecture: "part 2, multi-class hinge loss".to_owned(),
            sources: vec![
                "J. Weston & C. Watkins 1999, Support Vector Machines for Multi-Class Pattern Recognition, ESANN".to_owned(),
                "K. Crammer & Y. Singer 2001, On the Algorithmic Implementation of Multiclass Kernel-based Vector Machines, JMLR 2".to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "gradient",
                    "Exact and numeric derivatives, first and second, forward and reverse, agree on random scores of 4 classes (within \
                     √ε, ε the machine epsilon). Refuted otherwise.",
                ),
                Criterion::new(
                    "two-classes",
                    "For two classes with scores ±z/2 it is the hinge loss of z, to 10⁻¹² at 1,000 random z. Refuted otherwise.",
                ),
                Criterion::new(
                    "margin-is-a-scale",
                    "Descending on λ‖w‖² and the loss with margin 2, from twice the start at twice the step, gives twice the weights of \
                     margin 1 with 2λ: the same class for 360 of 360 test images. Refuted otherwise.",
                ),
                Criterion::new(
                    "as-accurate",
                    "Linear classifiers of the digits at tuned rates: the test accuracies of this loss and of cross-entropy are equivalent within \
                     1 point (two one-sided tests at 5 %). Refuted if the 90 % interval of the difference lies outside.",
                ),
            ],
            would_change: "Many more classes, over which this loss sums and Crammer and Singer's takes the largest.".to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let digits = laboratory.digits()?;
        let mut random = stream(laboratory.seed(), "scores for the gradient");
        let scores = (0..12).map(|_| random.random_range(-2.0..2.0)).collect();
        let scores = [Array::new(&[3, 4], scores).expect("a matrix")];
        let gradient = check_grads(
            |z| {
                WestonWatkins::default().evaluate(&z[0], &[0, 2, 3], Reduction::Sum).expect("labels in range")
            },
            &scores,
            Order::Second,
            &Mode::ALL,
        );
        let two = two_classes(laboratory.seed());
        let (same, of, departure) = rescaled(&digits);

        let (seeds, tuning_seeds) = (laboratory.seeds(10, 20), laboratory.tuning_seeds(2));
        let arms = LOSSES.map(|(_, by)| (by, Grid { lowest: -4, count: 4 }));
        let run = |&by: &By, learning_rate, seed| Run { by, learning_rate, seed };
        let tuned = tune(laboratory, "tuning", &arms, &tuning_seeds, run, |run| {
            Ok(1.0 - train(run, &digits.split(1437, run.seed).for_tuning(run.seed)).test)
        })?;
        let mut runs = Vec::new();
        for ((by, _), tuned) in arms.iter().zip(&tuned) {
            runs.extend(seeds.iter().map(|&seed| run(by, tuned.rate, seed)));
        }
        let ends =
            laboratory.cells("reported", &runs, |run| Ok(train(run, &digits.split(1437, run.seed))))?;
        let accuracies: Vec<Vec<f64>> = ends
            .chunks_exact(seeds.len())
            .map(|ends| ends.iter().map(|end| 100.0 * end.test).collect())
            .collect();
        let undecidable = Error::undecidable(ID);
        let test: Equivalence = equivalence(&accuracies[0], &accuracies[3], MARGIN).map_err(&undecidable)?;
        let differences: Vec<f64> = accuracies[0].iter().zip(&accuracies[3]).map(|(a, b)| a - b).collect();
        let detectable = minimum_detectable_effect(&differences).map_err(&undecidable)?;
        let example = digits.split(1437, seeds[0]).train;
        let gate = gradient_gate(ID, &By::CrossEntropy, &Mlp::new(64, &[], 10), &example)?;
        let mut rows = Vec::new();
        for (((name, _), tuned), (accuracies, ends)) in
            LOSSES.iter().zip(&tuned).zip(accuracies.iter().zip(ends.chunks_exact(seeds.len())))
        {
            let train: Vec<f64> = ends.iter().map(|end| 100.0 * end.train).collect();
            rows.push(vec![
                Cell::from(*name),
                Cell::from(format!("{}{}", tuned.rate, if tuned.on_edge { " (edge optimum)" } else { "" })),
                Cell::number(mean(&train).map_err(&undecidable)?, 2),
                Cell::number(mean(accuracies).map_err(&undecidable)?, 2),
            ]);
        }
        let i = &test.difference;
        let average =
            |index: usize| mean(&accuracies[index]).map(|mean| fixed(mean, 2)).map_err(&undecidable);
        Ok(Findings {
            setup: vec![
                ("data".to_owned(), "digits, 1437 for training, 360 for testing, split anew for each seed".to_owned()),
                ("model".to_owned(), "linear, 64 inputs, 10 classes".to_owned()),
                ("training".to_owned(), format!("momentum 0.9, mini-batches of 64, λ = 10⁻⁴ of ½λ‖w‖², {EPOCHS} epochs with linearly falling rate; 4 rates from 0.01 on at ratio √10 for each loss, extended at an edge, by the error on a held-out fifth of the training part, on {} seeds of their own", tuning_seeds.len())),
                ("seeds".to_owned(), format!("{}, {} to {}, paired", seeds.len(), seeds[0], seeds[seeds.len() - 1])),
            ],
            data: laboratory.data_used(),
            figures: vec![loss_figure(), accuracy_figure(&accuracies)],
            tables: vec![Table {
                id: "losses".to_owned(),
                title: "Linear classifiers by four losses".to_owned(),
                caption: "Mean accuracies in per cent at the tuned rates.".to_owned(),
                columns: ["loss", "rate", "training", "test"].map(str::to_owned).to_vec(),
                rows,
            }],
            key_number: format!("test accuracy: Weston–Watkins {} %, cross-entropy {} %", average(0)?, average(3)?),
            outcomes: vec![
                Outcome::new(
                    "gradient",
                    Verdict::holds_or_refuted(gradient.is_ok()),
                    gradient.map_or_else(|discrepancy| discrepancy.to_string(), |()| "all derivatives agree".to_owned()),
                ),
                Outcome::new("two-classes", Verdict::holds_or_refuted(two <= 1e-12), format!("largest difference {} (≤ 10⁻¹²)", scientific(two))),
                Outcome::new(
                    "margin-is-a-scale",
                    Verdict::holds_or_refuted(same == of),
                    format!("{same} of {of} predictions agree; |w − 2u| is {} of the largest weight", scientific(departure)),
                ),
                Outcome::new(
                    "as-accurate",
                    if test.holds() {
                        Verdict::Reproduced
                    } else if i.above(MARGIN) || i.below(-MARGIN) {
                        Verdict::Refuted
                    } else {
                        Verdict::NotReproduced
                    },
                    format!(
                        "difference {} points, 90 % interval {} to {} (within ±1); {} would have been found with 80 % power",
                        fixed(i.estimate, 2),
                        fixed(i.low, 2),
                        fixed(i.high, 2),
                        fixed(detectable, 2)
                    ),
                ),
            ],
            remarks: vec![
                "The original has a margin of 2 [M]; the third criterion says why the slide's 1 is the same classifier after rescaling.".to_owned(),
                gate,
            ],
        })
    }
}

/// The losses of three classes as one wrong class's score rises past the right one's.
fn loss_figure() -> Figure {
    let line = |name: &str, loss: &dyn Fn(&Array<f64>) -> f64| {
        let points = (-60..=60)
            .map(|i| f64::from(i) / 20.0)
            .map(|z| Point::new(z, loss(&Array::new(&[1, 3], vec![0.0, z, -0.5]).expect("three scores"))));
        Series::line(name, points.collect())
    };
    fn value<L: Loss<Target<Array<f64>> = [usize]>>(loss: &L, scores: &Array<f64>) -> f64 {
        loss.evaluate(scores, &[0], Reduction::Sum).expect("a label").item().expect("one number")
    }
    Figure {
        id: "losses".to_owned(),
        title: "Sum and maximum over the wrong classes".to_owned(),
        caption: "Three classes, the right one with score 0, one wrong one with −0.5: the loss over the score of the other wrong class. \
                  Weston–Watkins adds both classes that are within the margin, Crammer–Singer counts the worst, and cross-entropy is a smooth \
                  relative of both."
            .to_owned(),
        x: Axis::linear("score of the second class"),
        y: Axis::linear("loss"),
        series: vec![
            line("Weston–Watkins", &|z| value(&WestonWatkins::default(), z)),
            line("Crammer–Singer", &|z| value(&CrammerSinger::default(), z)),
            line("cross-entropy", &|z| value(&SoftmaxCrossEntropy, z)),
        ],
    }
}

fn accuracy_figure(accuracies: &[Vec<f64>]) -> Figure {
    let points =
        accuracies.iter().enumerate().map(|(i, accuracies)| Point::spread((i + 1) as f64, accuracies));
    let order: Vec<String> =
        LOSSES.iter().enumerate().map(|(i, (name, _))| format!("{} {name}", i + 1)).collect();
    Figure {
        id: "accuracy".to_owned(),
        title: "Four losses, one accuracy".to_owned(),
        caption: format!(
            "Test accuracy of linear classifiers: median over the seeds, whiskers from the lowest to the highest. {}.",
            order.join("; ")
        ),
        x: Axis::linear("loss"),
        y: Axis::linear("test accuracy in per cent"),
        series: vec![Series::dots("test accuracy", points.collect())],
    }
}
