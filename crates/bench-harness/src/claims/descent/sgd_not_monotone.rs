//! Steps on a part of the data may raise the loss of the whole.

use autograd::{Var, value_and_grad};
use losses_optim::optim::{GradientDescent, Optimizer};
use nalgebra::DMatrix;
use rand::RngExt;
use rand::seq::index;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use crate::data::Dataset;
use crate::model::{FullBatch, Mlp};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed, scientific};
use crate::run::Laboratory;
use crate::run::seed::stream;
use crate::stats::{CONFIDENCE, least_squares, mean, mean_interval, pearson, spearman};

/// The claim.
pub struct SgdNotMonotone;

const ID: &str = "sgd-not-monotone";
const TRAINING: usize = 1437;
const BATCHES: [usize; 6] = [1, 4, 16, 64, 256, TRAINING];
const L2: f64 = 1e-3;
const RATE: f64 = 0.1;
const UPDATES: usize = 300;
/// The least squares: fewer equations than unknowns.
const EQUATIONS: usize = 20;
const UNKNOWNS: usize = 100;
const SINGLE_STEPS: usize = 4_000;
/// Single steps between two looks at the risk in the figure and the fit.
const LOOK_EVERY: usize = 20;

/// A course of stochastic gradient descent on logistic regression.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Course {
    /// The risk of the whole training set before the first update and after each.
    risks: Vec<f64>,
}

impl Course {
    /// The share of the updates that raise the risk.
    fn rises(&self) -> f64 {
        let rises = self.risks.windows(2).filter(|pair| pair[1] > pair[0]).count();
        rises as f64 / (self.risks.len() - 1) as f64
    }
}

fn descend(data: &Dataset, batch: usize, seed: u64) -> Course {
    let model = Mlp::new(data.dimension(), &[], data.classes);
    let risk = FullBatch::new(&model, data, L2);
    let mut random = stream(seed, "batches");
    let mut w = vec![0.0; risk.dimension()];
    let mut risks = vec![risk.loss(&w)];
    for _ in 0..UPDATES {
        let (_, gradient) = if batch == data.len() {
            risk.loss_and_gradient(&w)
        } else {
            let chosen = index::sample(&mut random, data.len(), batch).into_vec();
            FullBatch::new(&model, &data.select(&chosen), L2).loss_and_gradient(&w)
        };
        GradientDescent::default().step(&mut w, &gradient, RATE).expect("a finite rate");
        risks.push(risk.loss(&w));
    }
    Course { risks }
}

/// A bound on the curvature of the risk that holds everywhere: the Hessian of softmax cross-entropy by the scores is at
/// most ½, hence that of the risk at most half the largest eigenvalue of the mean of x̃x̃ᵀ, plus λ; x̃ is an image and a 1.
fn curvature_bound(data: &Dataset) -> f64 {
    let columns = data.dimension() + 1;
    let extended = DMatrix::from_fn(data.len(), columns, |row, column| {
        data.example(row).get(column).map_or(1.0, |&pixel| f64::from(pixel))
    });
    let moments = extended.tr_mul(&extended) / data.len() as f64;
    0.5 * moments.symmetric_eigenvalues().max() + L2
}

/// Single-sample descent on least squares that can be solved exactly.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Interpolation {
    /// The risk over that of the start, every [`LOOK_EVERY`] steps.
    risks: Vec<f64>,
    /// The share of the steps that raised the risk.
    rises: f64,
}

fn interpolate(seed: u64) -> Interpolation {
    let mut random = stream(seed, "equations");
    let mut normals =
        |count: usize| -> Vec<f64> { (0..count).map(|_| StandardNormal.sample(&mut random)).collect() };
    let rows: Vec<Vec<f64>> = (0..EQUATIONS).map(|_| normals(UNKNOWNS)).collect();
    let targets = normals(EQUATIONS);
    let residual =
        |w: &[f64], row: usize| rows[row].iter().zip(w).map(|(x, w)| x * w).sum::<f64>() - targets[row];
    let risk =
        |w: &[f64]| (0..EQUATIONS).map(|row| residual(w, row).powi(2)).sum::<f64>() / (2 * EQUATIONS) as f64;
    let longest = rows.iter().map(|row| row.iter().map(|x| x * x).sum::<f64>()).fold(0.0, f64::max);

    let mut order = stream(seed, "order of the equations");
    let mut w = vec![0.0; UNKNOWNS];
    let first = risk(&w);
    let (mut before, mut rises, mut risks) = (first, 0, vec![1.0]);
    for step in 1..=SINGLE_STEPS {
        let row = order.random_range(0..EQUATIONS);
        let (_, gradient) = value_and_grad(
            |w: &[Var<'_, f64>]| {
                let products = rows[row].iter().zip(w).map(|(&x, &w)| w * x);
                let residual = products.fold(Var::constant(-targets[row]), |sum, product| sum + product);
                residual * residual * 0.5
            },
            &w,
        );
        GradientDescent::default().step(&mut w, &gradient, 1.0 / longest).expect("a finite rate");
        let after = risk(&w);
        rises += usize::from(after > before);
        before = after;
        if step % LOOK_EVERY == 0 {
            risks.push(after / first);
        }
    }
    Interpolation { risks, rises: rises as f64 / SINGLE_STEPS as f64 }
}

impl Claim for SgdNotMonotone {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "Stochastic gradient descent does not lower the loss in every step".to_owned(),
            statement: "A step of stochastic gradient descent follows the gradient of one sample, or of a few, and therefore \
                        does not lower the loss of the whole training set in every iteration."
                .to_owned(),
            lecture: "part 3, stochastic gradient descent".to_owned(),
            sources: vec![
                "H. Robbins & S. Monro 1951, A Stochastic Approximation Method, doi:10.1214/aoms/1177729586".to_owned(),
                "T. Strohmer & R. Vershynin 2009, A Randomized Kaczmarz Algorithm with Exponential Convergence, \
                 arXiv:math/0702226 (single-equation steps on consistent systems)"
                    .to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "single-sample",
                    "Logistic regression on the digits with an L2 penalty, a convex risk; 300 updates at η = 0.1. With one sample \
                     to a batch, the share of the updates that raise the risk of the whole training set has a 95 % interval over \
                     seeds above 0. Refuted if no update raises it.",
                ),
                Criterion::new(
                    "falls-with-batch",
                    "The share falls with the batch size B in 1, 4, 16, 64, 256, 1437: Spearman's correlation of B and the mean \
                     share is at most −0.9. Refuted if it is positive.",
                ),
                Criterion::new(
                    "full-batch",
                    "With all samples in the batch and η < 2/L, for a bound L on the curvature, no update raises the risk. \
                     Refuted by one that does.",
                ),
                Criterion::new(
                    "interpolation",
                    "Where one w solves all of 20 equations in 100 unknowns exactly, single-equation steps at a constant \
                     η = 1/max‖x‖² converge linearly for every seed: the risk falls below 10⁻¹⁰ of the first, and the line of \
                     its logarithm against the step, down to 10⁻²⁰, falls with r² > 0.95. Refuted if the risk of some seed stays above \
                     10⁻² of the first.",
                ),
            ],
            would_change: "The learning rate: the smaller it is, the fewer steps of a given batch size raise the risk; and the \
                           place: far from the minimum all samples pull in the same direction, near it they do not."
                .to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let digits = laboratory.digits()?;
        let seeds = laboratory.seeds(6, 20);
        let cells: Vec<(usize, u64)> =
            BATCHES.iter().flat_map(|&batch| seeds.iter().map(move |&seed| (batch, seed))).collect();
        let courses = laboratory.cells("logistic regression", &cells, |&(batch, seed)| {
            Ok(descend(&digits.split(TRAINING, seed).train, batch, seed))
        })?;
        let by_batch: Vec<&[Course]> = courses.chunks_exact(seeds.len()).collect();
        let bound = seeds
            .iter()
            .map(|&seed| curvature_bound(&digits.split(TRAINING, seed).train))
            .fold(0.0, f64::max);
        let exact = laboratory.cells("least squares", &seeds, |&seed| Ok(interpolate(seed)))?;

        let undecidable = Error::undecidable(ID);
        let shares: Vec<Vec<f64>> =
            by_batch.iter().map(|courses| courses.iter().map(Course::rises).collect()).collect();
        let means =
            shares.iter().map(|shares| mean(shares)).collect::<Result<Vec<_>, _>>().map_err(&undecidable)?;
        let single = mean_interval(&shares[0], CONFIDENCE).map_err(&undecidable)?;
        let trend = spearman(&BATCHES.map(|batch| batch as f64), &means).map_err(&undecidable)?.coefficient;
        let full = shares[5].iter().copied().fold(0.0, f64::max);
        let fits = exact
            .iter()
            .map(|run| linear_fit(&run.risks))
            .collect::<Result<Vec<_>, _>>()
            .map_err(&undecidable)?;
        let lowest_r2 = fits.iter().map(|fit| fit.1).fold(1.0, f64::min);
        let last = exact.iter().map(|run| run.risks[run.risks.len() - 1]).fold(0.0, f64::max);
        let steepest = fits.iter().map(|fit| fit.0).fold(f64::NEG_INFINITY, f64::max);
        let single_rises: Vec<f64> = exact.iter().map(|run| run.rises).collect();
        let single_rises = mean(&single_rises).map_err(&undecidable)?;

        Ok(Findings {
            setup: vec![
                (
                    "logistic regression".to_owned(),
                    format!(
                        "{TRAINING} digits, split anew for each seed, softmax cross-entropy + ½·{L2}·‖w‖², f64, from w = 0, \
                         {UPDATES} updates at η = {RATE}, each on a batch drawn without replacement"
                    ),
                ),
                (
                    "least squares".to_owned(),
                    format!(
                        "{EQUATIONS} equations in {UNKNOWNS} unknowns, standard normal, from w = 0, {SINGLE_STEPS} steps on one \
                         equation each"
                    ),
                ),
                ("curvature bound L".to_owned(), format!("{bound:.2}, so that 2/L = {:.3}", 2.0 / bound)),
                ("seeds".to_owned(), format!("{}, {} to {}", seeds.len(), seeds[0], seeds[seeds.len() - 1])),
            ],
            data: laboratory.data_used(),
            figures: vec![share_figure(&shares), course_figure(&by_batch), interpolation_figure(&exact)],
            tables: vec![share_table(&by_batch, &shares, &seeds), interpolation_table(&exact, &fits, &seeds)],
            outcomes: vec![
                Outcome::new(
                    "single-sample",
                    if shares[0].iter().all(|&share| share == 0.0) { Verdict::Refuted } else { Verdict::holds_or_not(single.above(0.0)) },
                    format!(
                        "share of updates that raise the risk at B = 1: {:.3}, 95 % interval {:.3} to {:.3} (> 0)",
                        single.estimate, single.low, single.high
                    ),
                ),
                Outcome::new(
                    "falls-with-batch",
                    if trend > 0.0 { Verdict::Refuted } else { Verdict::holds_or_not(trend <= -0.9) },
                    format!(
                        "Spearman {} ≤ −0.9; mean shares {}",
                        fixed(trend, 3),
                        means.iter().map(|share| format!("{share:.3}")).collect::<Vec<_>>().join(", ")
                    ),
                ),
                Outcome::new(
                    "full-batch",
                    Verdict::holds_or_refuted(full == 0.0 && RATE < 2.0 / bound),
                    format!("largest share over the seeds at B = {TRAINING}: {full} (= 0), η = {RATE} < 2/L = {:.3}", 2.0 / bound),
                ),
                Outcome::new(
                    "interpolation",
                    if last > 1e-2 {
                        Verdict::Refuted
                    } else {
                        Verdict::holds_or_not(last < 1e-10 && steepest < 0.0 && lowest_r2 > 0.95)
                    },
                    format!(
                        "largest last risk over the first: {} < 10⁻¹⁰; lowest r² {lowest_r2:.4} > 0.95; slowest fall {} decades \
                         per 1000 steps",
                        scientific(last),
                        fixed(steepest * 1000.0, 2)
                    ),
                ),
            ],
            key_number: format!(
                "{:.0} % of single-sample updates raise the risk, {:.1} % at B = 64, none on all samples",
                100.0 * means[0],
                100.0 * means[3]
            ),
            remarks: vec![
                format!(
                    "That single steps raise the loss does not keep them from converging. Where one w fits all samples their \
                     gradients vanish together, and single steps at a constant rate converge linearly although {:.0} % of them raise \
                     the risk. Where none does, as in the logistic regression, a constant rate ends in a noise floor.",
                    100.0 * single_rises
                ),
                "Every update is weighed on the whole training set, penalty included, in double precision; with the full batch the \
                 fall of each step is far above rounding."
                    .to_owned(),
            ],
        })
    }
}

/// The slope of log₁₀ of the risk by step, down to 10⁻²⁰ of the first, and the r² of the line.
fn linear_fit(risks: &[f64]) -> Result<(f64, f64), crate::stats::Error> {
    let above: Vec<f64> = risks.iter().copied().take_while(|&risk| risk > 1e-20).map(f64::log10).collect();
    let steps: Vec<f64> = (0..above.len()).map(|look| (look * LOOK_EVERY) as f64).collect();
    let line = least_squares(&steps, &above, CONFIDENCE)?;
    Ok((line.slope.estimate, pearson(&steps, &above)?.coefficient.powi(2)))
}

fn share_figure(shares: &[Vec<f64>]) -> Figure {
    let points = BATCHES.iter().zip(shares).map(|(&batch, shares)| {
        let percent: Vec<f64> = shares.iter().map(|share| 100.0 * share).collect();
        Point::spread(batch as f64, &percent)
    });
    Figure {
        id: "share".to_owned(),
        title: "The smaller the batch, the more updates raise the risk".to_owned(),
        caption: "The share of 300 updates that raise the loss of the whole training set: median and range over the seeds. On all \
                  1437 samples none does."
            .to_owned(),
        x: Axis::logarithmic("batch size B"),
        y: Axis::linear("updates that raise the risk (%)"),
        series: vec![Series::line("logistic regression, η = 0.1", points.collect())],
    }
}

fn course_figure(by_batch: &[&[Course]]) -> Figure {
    let series = [0, 2, 5].map(|position: usize| {
        let points = by_batch[position][0].risks.iter().enumerate();
        let points = points.map(|(update, &risk)| Point::new(update as f64, risk)).collect();
        Series::line(&format!("B = {}", BATCHES[position]), points)
    });
    Figure {
        id: "courses".to_owned(),
        title: "The risk of the whole training set, update by update".to_owned(),
        caption: "One seed. An update on one sample costs 1/1437 of one on all samples: on the axis of samples seen the single \
                  steps would be far ahead."
            .to_owned(),
        x: Axis::linear("update"),
        y: Axis::logarithmic("risk (nats)"),
        series: series.to_vec(),
    }
}

fn interpolation_figure(exact: &[Interpolation]) -> Figure {
    let looks = exact[0].risks.iter().position(|&risk| risk < 1e-24).unwrap_or(exact[0].risks.len());
    let points = (0..looks).map(|look| {
        let risks: Vec<f64> = exact.iter().map(|run| run.risks[look]).collect();
        Point::spread((look * LOOK_EVERY) as f64, &risks)
    });
    Figure {
        id: "interpolation".to_owned(),
        title: "Where all equations can be solved, single steps converge linearly".to_owned(),
        caption: "Least squares with 20 equations in 100 unknowns, a step on one random equation at a time at a constant rate: the \
                  risk over the first, median and range over the seeds."
            .to_owned(),
        x: Axis::linear("step"),
        y: Axis::logarithmic("risk / first risk"),
        series: vec![Series::line("single-equation steps", points.collect())],
    }
}

fn share_table(by_batch: &[&[Course]], shares: &[Vec<f64>], seeds: &[u64]) -> Table {
    let rows = BATCHES.iter().zip(by_batch).zip(shares).map(|((&batch, courses), shares)| {
        let last = |course: &Course| course.risks[course.risks.len() - 1];
        let mut row = vec![Cell::number(batch as f64, 0)];
        row.extend(shares.iter().map(|share| Cell::number(100.0 * share, 1)));
        row.push(Cell::number(courses.iter().map(last).sum::<f64>() / courses.len() as f64, 4));
        row
    });
    let columns = ["B".to_owned()].into_iter().chain(seeds.iter().map(|seed| format!("seed {seed}")));
    Table {
        id: "shares".to_owned(),
        title: "Updates that raise the risk".to_owned(),
        caption: format!(
            "In per cent of {UPDATES} updates, for every seed; the last column is the mean final risk in nats."
        ),
        columns: columns.chain(["final risk".to_owned()]).collect(),
        rows: rows.collect(),
    }
}

fn interpolation_table(exact: &[Interpolation], fits: &[(f64, f64)], seeds: &[u64]) -> Table {
    let rows = exact.iter().zip(fits).zip(seeds).map(|((run, (slope, r2)), seed)| {
        vec![
            Cell::from(seed.to_string()),
            Cell::number(100.0 * run.rises, 1),
            Cell::number(1000.0 * slope, 2),
            Cell::number(*r2, 4),
            Cell::from(scientific(run.risks[run.risks.len() - 1])),
        ]
    });
    Table {
        id: "interpolation".to_owned(),
        title: "Single-equation steps where all equations can be solved".to_owned(),
        caption: format!(
            "{SINGLE_STEPS} steps; the slope is that of log₁₀ of the risk per 1000 steps, fitted down to 10⁻²⁰."
        ),
        columns: [
            "seed",
            "steps that raise the risk (%)",
            "decades per 1000 steps",
            "r²",
            "last risk / first",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: rows.collect(),
    }
}
