//! SGD with Nesterov momentum and decay against Adam: how reliably each converges, and a problem on which adaptive methods
//! fit everything and generalise to nothing.

use losses_optim::optim;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Scale, Verdict};
use crate::data::{Dataset, Split};
use crate::model::{Arm, Decay, Grid, Mlp, Trainer, TrainerOptions, Tuned, evaluate, gradient_check, tune};
use crate::report::{Axis, Cell, Figure, Point, Series, Table};
use crate::run::Laboratory;
use crate::stats::{self, Centre, bootstrap, fisher_exact, levene, mean, median, ratio_of_means, sample_sd};

/// The claim.
pub struct SgdNesterovDecayVsAdam;

const ID: &str = "sgd-nesterov-decay-vs-adam";
const EPOCHS: u64 = 30;
/// The training loss at which a run counts as converged.
const TARGET: f64 = 0.02;
const BATCH: usize = 32;
const NESTEROV: &str = "SGD-Nesterov + decay";

/// The same comparison with arms of one's own beside the claim's: for a new optimizer on equal terms with the known ones.
///
/// `examples/own_optimizer.rs` in this package is a program that does it.
pub struct WithGuests {
    /// The guests, each with the learning rates at which its tuning begins: eight of them, as the others have.
    pub guests: Vec<(Arm, Grid)>,
}

/// The arms of the comparison, from simple to complex, with eight learning rates apiece.
pub fn arms() -> Vec<(Arm, Grid)> {
    let decayed = Decay::TenfoldEvery(EPOCHS / 3);
    let arm = |name, optimizer, decay, lowest| (Arm::new(name, optimizer, decay), Grid { lowest, count: 8 });
    vec![
        arm("SGD", "gradient_descent", Decay::Constant, -5),
        arm(NESTEROV, "nesterov", decayed, -6),
        arm("AdaGrad", "ada_grad", Decay::Constant, -6),
        arm("RMSProp", "rms_prop", Decay::Constant, -8),
        arm("Adam", "adam", Decay::Constant, -8),
        arm("Adam + decay", "adam", decayed, -8),
        arm("AMSGrad", "ams_grad", Decay::Constant, -8),
    ]
}

/// A training run.
#[derive(Clone, Serialize)]
struct Run {
    data: &'static str,
    hidden: [usize; 2],
    arm: Arm,
    learning_rate: f64,
    seed: u64,
}

/// How a run went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Course {
    /// The training loss after each epoch; infinite from a divergence on.
    #[serde(with = "crate::run::float::vec")]
    losses: Vec<f64>,
    test_accuracy: f64,
}

impl Course {
    /// The first epoch after which the loss was at the target, or infinity.
    fn epochs_to_target(&self) -> f64 {
        self.losses.iter().position(|&loss| loss <= TARGET).map_or(f64::INFINITY, |epoch| (epoch + 1) as f64)
    }

    fn last(&self) -> f64 {
        self.losses.last().copied().unwrap_or(f64::INFINITY)
    }

    /// The mean absolute second difference of the logarithm of the loss by epoch: how far the curve is from smooth.
    fn roughness(&self) -> f64 {
        let logs: Vec<f64> = self.losses.iter().map(|loss| loss.max(1e-12).ln()).collect();
        let bends = logs.windows(3).map(|w| (w[2] - 2.0 * w[1] + w[0]).abs());
        bends.sum::<f64>() / (logs.len() - 2) as f64
    }
}

/// An arm, tuned, with its reported runs by seed.
struct Tried {
    arm: Arm,
    tuned: Tuned,
    courses: Vec<Course>,
}

fn find<'a>(tried: &'a [Tried], name: &str) -> &'a Tried {
    tried.iter().find(|tried| tried.arm.name == name).expect("an arm of the comparison")
}

fn model(hidden: [usize; 2], data: &Dataset) -> Mlp {
    Mlp::new(data.dimension(), &hidden, data.classes)
}

/// Which epochs' losses are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Losses {
    /// All of them, for the reported curves.
    EveryEpoch,
    /// The last one alone, for tuning.
    Final,
}

fn train(run: &Run, split: &Split, wanted: Losses) -> Course {
    let model = model(run.hidden, &split.train);
    let options = TrainerOptions { batch: BATCH, l2: 0.0, dropout: 0.0 };
    let mut trainer = Trainer::new(&model, &split.train, options, run.arm.make(), run.seed);
    let mut losses = Vec::new();
    for epoch in 1..=EPOCHS {
        let seen = trainer.epoch(|step, epoch| run.arm.learning_rate(run.learning_rate, step, epoch));
        if wanted == Losses::Final && epoch < EPOCHS && seen.loss.is_finite() {
            continue;
        }
        let loss = if seen.loss.is_finite() {
            evaluate(&model, trainer.parameters(), &split.train).loss
        } else {
            f64::INFINITY
        };
        if !loss.is_finite() {
            losses.resize(EPOCHS as usize, f64::INFINITY);
            break;
        }
        losses.push(loss);
    }
    Course { losses, test_accuracy: evaluate(&model, trainer.parameters(), &split.test).accuracy }
}

/// Trains one epoch on the digits: what a benchmark times.
///
/// # Panics
/// If there is no arm of this name.
pub fn one_epoch(digits: &Dataset, arm: &str, learning_rate: f64) -> f64 {
    let (arm, _) = arms().into_iter().find(|(other, _)| other.name == arm).expect("an arm of the comparison");
    let model = model([128, 128], digits);
    let options = TrainerOptions { batch: BATCH, l2: 0.0, dropout: 0.0 };
    let mut trainer = Trainer::new(&model, digits, options, arm.make(), 0);
    trainer.epoch(|step, epoch| arm.learning_rate(learning_rate, step, epoch)).loss
}

/// The toy problem of Wilson et al.: n samples, of which a share p has the label +1. Feature 1 is the label, features 2
/// and 3 are 1, and then each sample has features of its own: one if its label is +1, five if it is −1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct Toy {
    samples: usize,
    positive: f64,
    optimizer: &'static str,
    learning_rate: f64,
}

/// How an optimizer ended on the toy problem.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct ToyEnd {
    steps: u64,
    training_loss: f64,
    test_error: f64,
    /// The largest over the smallest |wⱼ| of the features: 1 for a multiple of sign(Xᵀy).
    spread: f64,
}

/// The methods on the toy problem: name in tables, name in the register, learning rate.
const TOY_METHODS: [(&str, &str, f64); 6] = [
    ("gradient descent", "gradient_descent", 0.2),
    ("momentum", "momentum", 0.02),
    ("AdaGrad", "ada_grad", 0.1),
    ("RMSProp", "rms_prop", 0.01),
    ("Adam", "adam", 0.01),
    ("AMSGrad", "ams_grad", 0.01),
];

/// Squared error at which the toy problem counts as fitted.
const TOY_FITTED: f64 = 1e-6;

fn play_toy(toy: &Toy) -> ToyEnd {
    let Toy { samples, positive, optimizer, learning_rate } = *toy;
    let positives = (samples as f64 * positive).round() as usize;
    let features = 3 + 5 * samples;
    let label = |i: usize| if i < positives { 1.0 } else { -1.0 };
    let own = |i: usize| 3 + 5 * i..3 + 5 * i + if i < positives { 1 } else { 5 };
    let mut optimizer = (optim::find(optimizer).expect("registered").over_f64)();
    let (mut w, mut gradient) = (vec![0.0; features], vec![0.0; features]);
    let mut training_loss = f64::INFINITY;
    let mut steps = 0;
    while training_loss > TOY_FITTED && steps < 200_000 {
        steps += 1;
        gradient.fill(0.0);
        training_loss = 0.0;
        for i in 0..samples {
            let y = label(i);
            let output = y * w[0] + w[1] + w[2] + own(i).map(|j| w[j]).sum::<f64>();
            let residual = output - y;
            training_loss += residual * residual / samples as f64;
            let slope = residual / samples as f64;
            gradient[0] += slope * y;
            gradient[1] += slope;
            gradient[2] += slope;
            own(i).for_each(|j| gradient[j] += slope);
        }
        // Methods whose steps do not shrink with the gradient need a rate that does.
        let rate = if is_adaptive(toy) { learning_rate / (steps as f64).sqrt() } else { learning_rate };
        optimizer.step(&mut w, &gradient, rate).expect("finite rates");
    }
    // A new sample's own features were never seen: their weights are 0, and only the first three decide.
    let wrong = |y: f64| y * w[0] + w[1] + w[2] <= 0.0 && y > 0.0 || y * w[0] + w[1] + w[2] >= 0.0 && y < 0.0;
    let test_error =
        positive * f64::from(u8::from(wrong(1.0))) + (1.0 - positive) * f64::from(u8::from(wrong(-1.0)));
    let sizes: Vec<f64> =
        [0, 1, 2].into_iter().chain((0..samples).flat_map(own)).map(|j| w[j].abs()).collect();
    let (low, high) =
        sizes.iter().fold((f64::INFINITY, 0.0_f64), |(low, high), &w| (low.min(w), high.max(w)));
    ToyEnd { steps, training_loss, test_error, spread: high / low }
}

impl Claim for SgdNesterovDecayVsAdam {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "SGD with Nesterov momentum and decay against Adam".to_owned(),
            statement: "SGD with Nesterov momentum and a decaying learning rate converges most reliably; Adam's individual rates \
                        make loss curves harder to interpret, and adaptive methods can fit the training set by a solution that \
                        generalises worse."
                .to_owned(),
            lecture: "part 3, summary: which optimizer to start with".to_owned(),
            sources: vec![
                "A. C. Wilson, R. Roelofs, M. Stern, N. Srebro & B. Recht 2017, The Marginal Value of Adaptive Gradient Methods \
                 in Machine Learning, section 3.3, arXiv:1705.08292"
                    .to_owned(),
                "D. Choi et al. 2019, On Empirical Comparisons of Optimizers for Deep Learning, arXiv:1910.05446".to_owned(),
                "R. M. Schmidt, F. Schneider & P. Hennig 2021, Descending through a Crowded Valley, arXiv:2007.01547".to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "toy",
                    "Wilson et al.'s problem, n = 50 and 200, share of positives p = 0.6 and 0.75, squared loss from w = 0: \
                     every method fits the training set to a mean squared error of 10⁻⁶; gradient descent and momentum \
                     then have test error 0, and AdaGrad, RMSProp, Adam and AMSGrad exactly 1 − p. Refuted by any that does \
                     not.",
                ),
                Criterion::new(
                    "reliable",
                    "Tuned with the same budget of 16 runs, no arm has fewer runs that miss a training loss of 0.02 within 30 \
                     epochs than SGD-Nesterov + decay, no arm has a smaller standard deviation of log₁₀ final training \
                     loss over the seeds, and it is smaller than Adam's by Brown–Forsythe's test at 5 %. Refuted if it \
                     misses more often than Adam (Fisher's exact test at 5 %) or varies more (Brown–Forsythe at 5 %).",
                ),
                Criterion::new(
                    "interpretable",
                    "Roughness, the mean |second difference| of ln training loss by epoch: the ratio Adam / SGD-Nesterov + decay \
                     has a 95 % bootstrap interval above 1. Refuted if it lies below 1.",
                ),
            ],
            would_change: "Problems where test error and not training loss is compared, larger networks, other schedules for Adam \
                           (the arm Adam + decay shows how much is the decay's doing), and tuning more than the learning rate, \
                           which Choi et al. found to remove the gap."
                .to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        WithGuests { guests: Vec::new() }.investigate(laboratory)
    }
}

impl Claim for WithGuests {
    fn about(&self) -> About {
        SgdNesterovDecayVsAdam.about()
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let (name, data): (&str, Box<dyn Fn(u64) -> Split + Sync>) = match laboratory.scale() {
            Scale::Quick => {
                let digits = laboratory.digits()?;
                ("digits", Box::new(move |seed| digits.split(1437, seed)))
            }
            Scale::Full => {
                let mnist = laboratory.mnist()?;
                (
                    "MNIST",
                    Box::new(move |seed| Split {
                        train: mnist.train.split(5000, seed).train,
                        test: mnist.test.clone(),
                    }),
                )
            }
        };
        let toys = toys();
        let ends = laboratory.cells("Wilson's toy problem", &toys, |toy| Ok(play_toy(toy)))?;
        let ends: Vec<(Toy, ToyEnd)> = toys.into_iter().zip(ends).collect();

        let (seeds, tuning_seeds) = (laboratory.seeds(6, 8), laboratory.tuning_seeds(2));
        let hidden = [128, 128];
        let run = |arm: &Arm, learning_rate, seed| Run { data: name, hidden, arm: *arm, learning_rate, seed };
        let arms = [arms(), self.guests.clone()].concat();
        let tuned = tune(laboratory, "tuning", &arms, &tuning_seeds, run, |run| {
            Ok(train(run, &data(run.seed), Losses::Final).last())
        })?;
        let mut runs = Vec::new();
        for ((arm, _), tuned) in arms.iter().zip(&tuned) {
            runs.extend(seeds.iter().map(|&seed| run(arm, tuned.rate, seed)));
        }
        let mut courses = laboratory
            .cells("reported", &runs, |run| Ok(train(run, &data(run.seed), Losses::EveryEpoch)))?
            .into_iter();
        let tried: Vec<Tried> = arms
            .into_iter()
            .zip(tuned)
            .map(|((arm, _), tuned)| Tried {
                arm,
                tuned,
                courses: courses.by_ref().take(seeds.len()).collect(),
            })
            .collect();

        let example = data(seeds[0]).train;
        let gradient_error = gradient_check(&model(hidden, &example), &example, seeds[0]);
        if gradient_error > 1e-6 {
            return Err(Error::Invalid {
                claim: ID.to_owned(),
                reason: format!("exact and numeric gradients differ by {gradient_error:e}, more than 10⁻⁶"),
            });
        }
        let undecidable = Error::undecidable(ID);
        let rough = rough(&tried, laboratory.seed()).map_err(&undecidable)?;
        let mut remarks = vec![
            "Convergence is compared by training loss; no test accuracy decides a criterion here except on the toy problem."
                .to_owned(),
            format!(
                "Sanity gate: exact and numeric derivatives agree to {gradient_error:.1e} on 20 coordinates. A run that diverges \
                 counts as one that misses the target."
            ),
        ];
        remarks.extend(laboratory.data_notes());
        Ok(Findings {
            setup: vec![
                (
                    "data".to_owned(),
                    match laboratory.scale() {
                        Scale::Quick => "digits, 1437 for training, 360 for testing, split anew for each seed".to_owned(),
                        Scale::Full => "MNIST, 5000 training images drawn anew for each seed, the 10,000 test images".to_owned(),
                    },
                ),
                ("model".to_owned(), format!("perceptron {hidden:?}, ReLU, softmax cross-entropy, f32")),
                ("training".to_owned(), format!("{EPOCHS} epochs, mini-batches of {BATCH}, no regularisation")),
                ("decay".to_owned(), format!("where named, the rate is divided by ten every {} epochs", EPOCHS / 3)),
                (
                    "tuning".to_owned(),
                    format!(
                        "the learning rate alone, 8 rates at ratio √10 on {} seeds of their own, extended by 2 at an edge at most \
                         twice, by the final training loss",
                        tuning_seeds.len()
                    ),
                ),
                ("other constants".to_owned(), "the optimizers' defaults: momentum 0.9, RMSProp's decay 0.9, β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸".to_owned()),
                ("seeds".to_owned(), format!("{}, {} to {}; arms are paired on the seed", seeds.len(), seeds[0], seeds[seeds.len() - 1])),
            ],
            data: laboratory.data_used(),
            figures: vec![course_figure(&tried), rates_figure(&tried)],
            tables: vec![toy_table(&ends), arms_table(&tried).map_err(&undecidable)?, seeds_table(&tried)],
            key_number: format!(
                "epochs to training loss {TARGET}: {} for SGD-Nesterov + decay, {} for Adam; toy test error 0 against 1 − p",
                median_epochs(&tried, NESTEROV),
                median_epochs(&tried, "Adam")
            ),
            outcomes: vec![toy_outcome(&ends), reliable(&tried).map_err(&undecidable)?, rough],
            remarks,
        })
    }
}

fn toys() -> Vec<Toy> {
    let mut toys = Vec::new();
    for samples in [50, 200] {
        for positive in [0.6, 0.75] {
            toys.extend(TOY_METHODS.map(|(_, optimizer, learning_rate)| Toy {
                samples,
                positive,
                optimizer,
                learning_rate,
            }));
        }
    }
    toys
}

fn is_adaptive(toy: &Toy) -> bool {
    !matches!(toy.optimizer, "gradient_descent" | "momentum")
}

fn toy_outcome(ends: &[(Toy, ToyEnd)]) -> Outcome {
    let holds = ends.iter().all(|(toy, end)| {
        let expected = if is_adaptive(toy) { 1.0 - toy.positive } else { 0.0 };
        end.training_loss <= TOY_FITTED && end.test_error == expected
    });
    let errors = |adaptive: bool, positive: f64| {
        let of = ends.iter().filter(|(toy, _)| is_adaptive(toy) == adaptive && toy.positive == positive);
        let errors: Vec<f64> = of.map(|(_, end)| end.test_error).collect();
        format!(
            "{:.2} to {:.2}",
            errors.iter().copied().fold(1.0, f64::min),
            errors.iter().copied().fold(0.0, f64::max)
        )
    };
    Outcome {
        criterion: "toy".to_owned(),
        verdict: if holds { Verdict::Reproduced } else { Verdict::Refuted },
        tested: format!(
            "test errors at p = 0.6: {} (gradient descent, momentum: = 0), {} (adaptive: = 0.4); at p = 0.75: {} (= 0), {} (= 0.25); \
             largest training loss {:.1e} ≤ 10⁻⁶",
            errors(false, 0.6),
            errors(true, 0.6),
            errors(false, 0.75),
            errors(true, 0.75),
            ends.iter().map(|(_, end)| end.training_loss).fold(0.0, f64::max)
        ),
    }
}

fn misses(tried: &Tried) -> u64 {
    tried.courses.iter().filter(|course| course.epochs_to_target().is_infinite()).count() as u64
}

fn final_logs(tried: &Tried) -> Vec<f64> {
    tried.courses.iter().map(|course| course.last().clamp(1e-300, 1e300).log10()).collect()
}

fn reliable(tried: &[Tried]) -> Result<Outcome, stats::Error> {
    let (nesterov, adam) = (find(tried, NESTEROV), find(tried, "Adam"));
    let runs = nesterov.courses.len() as u64;
    let spread = sample_sd(&final_logs(nesterov))?;
    let test = levene(&[&final_logs(nesterov), &final_logs(adam)], Centre::Median)?;
    let fewest = tried.iter().all(|other| misses(nesterov) <= misses(other));
    let mut tightest = true;
    for other in tried.iter().filter(|other| other.arm.name != NESTEROV) {
        tightest &= spread <= sample_sd(&final_logs(other))?;
    }
    let adam_spread = sample_sd(&final_logs(adam))?;
    let fisher =
        fisher_exact([[misses(nesterov), runs - misses(nesterov)], [misses(adam), runs - misses(adam)]])?;
    let verdict = if fewest && tightest && test.p_value < 0.05 {
        Verdict::Reproduced
    } else if (misses(nesterov) > misses(adam) && fisher < 0.05)
        || (spread > adam_spread && test.p_value < 0.05)
    {
        Verdict::Refuted
    } else {
        Verdict::NotReproduced
    };
    Ok(Outcome {
        criterion: "reliable".to_owned(),
        verdict,
        tested: format!(
            "runs that miss the target: {} of {runs} against Adam's {} (Fisher p = {fisher:.3}); standard deviation of log₁₀ final loss \
             {spread:.3} against Adam's {adam_spread:.3} (Brown–Forsythe p = {:.3}); {}",
            misses(nesterov),
            misses(adam),
            test.p_value,
            if tightest { "no arm varies less" } else { "another arm varies less" }
        ),
    })
}

fn rough(tried: &[Tried], seed: u64) -> Result<Outcome, stats::Error> {
    let of = |name| find(tried, name).courses.iter().map(Course::roughness).collect::<Vec<_>>();
    let ratio = |name| {
        let pairs: Vec<(f64, f64)> = of(name).into_iter().zip(of(NESTEROV)).collect();
        bootstrap(&pairs, ratio_of_means, 0.95, seed)
    };
    let (adam, decayed) = (ratio("Adam")?, ratio("Adam + decay")?);
    Ok(Outcome {
        criterion: "interpretable".to_owned(),
        verdict: if adam.above(1.0) {
            Verdict::Reproduced
        } else if adam.below(1.0) {
            Verdict::Refuted
        } else {
            Verdict::NotReproduced
        },
        tested: format!(
            "roughness ratio Adam / SGD-Nesterov + decay = {:.2}, 95 % interval {:.2} to {:.2} (> 1); with the same decay for Adam it \
             is {:.2}, {:.2} to {:.2}",
            adam.estimate, adam.low, adam.high, decayed.estimate, decayed.low, decayed.high
        ),
    })
}

fn median_epochs(tried: &[Tried], name: &str) -> String {
    let epochs: Vec<f64> = find(tried, name).courses.iter().map(Course::epochs_to_target).collect();
    match median(&epochs) {
        Ok(epochs) if epochs.is_finite() => epochs.to_string(),
        _ => "never".to_owned(),
    }
}

fn course_figure(tried: &[Tried]) -> Figure {
    let mut series: Vec<Series> = tried
        .iter()
        .map(|Tried { arm, courses, .. }| {
            let points = (0..EPOCHS as usize).map(|epoch| {
                let losses: Vec<f64> = courses.iter().map(|course| course.losses[epoch]).collect();
                Point::spread((epoch + 1) as f64, &losses)
            });
            Series::line(arm.name, points.collect())
        })
        .collect();
    series.push(Series::level("target", 1.0, EPOCHS as f64, TARGET));
    Figure {
        id: "loss".to_owned(),
        title: "Training loss at each method's tuned rate".to_owned(),
        caption: "The median over the seeds after each epoch, and the band from the smallest to the largest. The dashed line is the \
                  target whose first crossing is counted."
            .to_owned(),
        x: Axis::linear("epoch"),
        y: Axis::logarithmic("training loss (cross-entropy, nats)"),
        series,
    }
}

fn rates_figure(tried: &[Tried]) -> Figure {
    let series = tried.iter().map(|Tried { arm, tuned, .. }| {
        let points = tuned.tried.iter().map(|&(rate, loss)| Point {
            x: rate,
            y: loss.is_finite().then_some(loss),
            bounds: None,
        });
        Series::line(arm.name, points.collect())
    });
    Figure {
        id: "rates".to_owned(),
        title: "Final training loss by learning rate".to_owned(),
        caption: "Every learning rate that was tried, the median of the tuning seeds; a line that ends has diverged beyond. What a \
                  method gains by the choice of its rate, and how wide that choice is."
            .to_owned(),
        x: Axis::logarithmic("initial learning rate"),
        y: Axis::logarithmic("final training loss (nats)"),
        series: series.collect(),
    }
}

fn toy_table(ends: &[(Toy, ToyEnd)]) -> Table {
    let rows = TOY_METHODS.iter().map(|&(name, optimizer, _)| {
        let of = |samples: usize, positive: f64| {
            let end = ends.iter().find(|(toy, _)| {
                toy.optimizer == optimizer && toy.samples == samples && toy.positive == positive
            });
            end.expect("each is played").1
        };
        let mut row = vec![Cell::from(name)];
        for (samples, positive) in [(50, 0.6), (50, 0.75), (200, 0.6), (200, 0.75)] {
            row.push(Cell::number(of(samples, positive).test_error, 3));
        }
        row.push(Cell::from(format!("{:.1e}", of(200, 0.6).training_loss)));
        row.push(Cell::number(of(200, 0.6).spread, 3));
        row.push(Cell::from(if matches!(optimizer, "gradient_descent" | "momentum") {
            "0"
        } else {
            "1 − p"
        }));
        row
    });
    Table {
        id: "toy".to_owned(),
        title: "Wilson et al.'s toy problem: test error".to_owned(),
        caption: "Exact test error, for the label decides a new sample's features. The last number is max |wⱼ| / min |wⱼ| for n = 200, \
                  p = 0.6: 1 where the solution is a multiple of sign(Xᵀy). Theory: Wilson et al., section 3.3 [S]."
            .to_owned(),
        columns: ["method", "n = 50, p = 0.6", "50, 0.75", "200, 0.6", "200, 0.75", "training loss", "weight ratio", "theory"]
            .map(str::to_owned)
            .to_vec(),
        rows: rows.collect(),
    }
}

fn arms_table(tried: &[Tried]) -> Result<Table, stats::Error> {
    let mut rows = Vec::new();
    for one @ Tried { arm, tuned, courses } in tried {
        let epochs: Vec<f64> = courses.iter().map(Course::epochs_to_target).collect();
        let accuracies: Vec<f64> = courses.iter().map(|course| 100.0 * course.test_accuracy).collect();
        let roughness: Vec<f64> = courses.iter().map(Course::roughness).collect();
        let epochs = median(&epochs)?;
        rows.push(vec![
            Cell::from(arm.name),
            Cell::from(format!("{}{}", tuned.rate, if tuned.on_edge { " (edge optimum)" } else { "" })),
            if epochs.is_finite() { Cell::number(epochs, 1) } else { Cell::from("never") },
            Cell::from(format!("{} of {}", misses(one), courses.len())),
            Cell::from(format!("{:.1e}", 10f64.powf(mean(&final_logs(one))?))),
            Cell::number(sample_sd(&final_logs(one))?, 3),
            Cell::number(mean(&roughness)?, 3),
            Cell::number(mean(&accuracies)?, 2),
            Cell::number(sample_sd(&accuracies)?, 2),
        ]);
    }
    Ok(Table {
        id: "arms".to_owned(),
        title: "The arms at their tuned rates".to_owned(),
        caption: format!(
            "Median epochs to a training loss of {TARGET}; runs that miss it; geometric mean of the final training loss and the standard \
             deviation of its log₁₀ over the seeds; roughness of the loss curve; test accuracy in per cent with its standard deviation."
        ),
        columns: [
            "method",
            "tuned rate",
            "epochs",
            "missed",
            "final loss",
            "sd log₁₀",
            "roughness",
            "test accuracy",
            "sd",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows,
    })
}

fn seeds_table(tried: &[Tried]) -> Table {
    let rows = tried.iter().map(|Tried { arm, courses, .. }| {
        let list = |text: &dyn Fn(&Course) -> String| courses.iter().map(text).collect::<Vec<_>>().join(" ");
        vec![
            Cell::from(arm.name),
            Cell::from(list(&|course| course.epochs_to_target().to_string())),
            Cell::from(list(&|course| format!("{:.2e}", course.last()))),
            Cell::from(list(&|course| format!("{:.2}", 100.0 * course.test_accuracy))),
        ]
    });
    Table {
        id: "seeds".to_owned(),
        title: "Every seed".to_owned(),
        caption: "In the order of the seeds: epochs to the target (inf: never), final training loss, test accuracy in per cent.".to_owned(),
        columns: ["method", "epochs", "final loss", "test accuracy"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roughness_and_time_to_target_of_known_curves() {
        let course = |losses: &[f64]| Course { losses: losses.to_vec(), test_accuracy: 0.0 };
        // A straight line of the logarithm is smooth, however steep.
        assert!(course(&[1.0, 0.1, 0.01, 0.001]).roughness() < 1e-12);
        let zigzag = course(&[1.0, 2.0, 1.0, 2.0]).roughness();
        assert!((zigzag - 2.0 * 2f64.ln()).abs() < 1e-12);
        assert_eq!(course(&[1.0, TARGET, 1.0]).epochs_to_target(), 2.0);
        assert_eq!(course(&[1.0, 1.0]).epochs_to_target(), f64::INFINITY);
    }
}
