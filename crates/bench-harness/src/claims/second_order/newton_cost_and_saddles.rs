//! What Newton's method costs, and where it ends.

use std::time::Instant;

use losses_optim::line_search::FixedStep;
use losses_optim::minimise::{Ended, Indefinite, Minimiser, Newton, SaddleFreeNewton, Until};
use losses_optim::objective::{ByHand, WithHessian};
use nalgebra::{DMatrix, DVector};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Scale, Verdict, exploratory};
use crate::data::Dataset;
use crate::model::{Activation, FullBatch, Mlp, norm};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed, scientific};
use crate::run::Laboratory;
use crate::run::seed::stream;
use crate::stats::{CONFIDENCE, median, power_law, wilson_interval};

/// The claim.
pub struct NewtonCostAndSaddles;

const ID: &str = "newton-cost-and-saddles";
/// The dimension of the quadratic.
const DIMENSION: usize = 50;
/// Hidden widths of the networks that are timed: 64 to 1,009 parameters.
const WIDTHS: [usize; 5] = [2, 4, 9, 18, 37];
const REPETITIONS: usize = 5;
const L2: f64 = 1e-3;
/// An eigenvalue below −10⁻⁶ is negative.
const NEGATIVE: f64 = -1e-6;
const FLAT: f64 = 1e-8;
const MOST_STEPS: u64 = 60;
/// The factors on He's initialisation: with 0.1 the network is nearly linear at the start.
const STARTS: [f64; 3] = [1.0, 0.3, 0.1];
/// Full-batch steps of gradient descent, at this rate.
const DESCENT: (usize, f64) = (1_000, 0.3);
/// With fewer runs that converge a share says nothing.
const FEWEST: usize = 8;

/// 4×4 images, and a network with one hidden layer of tanh.
fn network(width: usize) -> Mlp {
    Mlp::new(16, &[width], 10).with_activation(Activation::Tanh)
}

/// How far one Newton step from a random point is from the minimum of a random quadratic, relative to the way there.
fn one_step(seed: u64) -> Result<f64, Error> {
    let mut random = stream(seed, "quadratic");
    let mut normals =
        |count: usize| -> Vec<f64> { (0..count).map(|_| StandardNormal.sample(&mut random)).collect() };
    let factor = DMatrix::from_vec(DIMENSION, DIMENSION, normals(DIMENSION * DIMENSION));
    let curvature = &factor * factor.transpose() + DMatrix::identity(DIMENSION, DIMENSION);
    let minimum = DVector::from_vec(normals(DIMENSION));
    let start = normals(DIMENSION);
    let gradient = |w: &[f64]| &curvature * (DVector::from_column_slice(w) - &minimum);
    let value = |w: &[f64]| 0.5 * (DVector::from_column_slice(w) - &minimum).dot(&gradient(w));
    let mut objective = WithHessian {
        objective: ByHand {
            value,
            value_and_grad: |w: &[f64], into: &mut [f64]| {
                into.copy_from_slice(gradient(w).as_slice());
                value(w)
            },
        },
        hessian: |_: &[f64], into: &mut [f64]| into.copy_from_slice(curvature.as_slice()),
    };
    let mut w = start.clone();
    Newton::new(Indefinite::SolveAsIs, FixedStep::default()).step(&mut w, &mut objective).map_err(
        |error| Error::Invalid {
            claim: ID.to_owned(),
            reason: format!("Newton's step on a convex quadratic failed: {error}"),
        },
    )?;
    let distance = |w: &[f64]| (DVector::from_column_slice(w) - &minimum).norm();
    Ok(distance(&w) / distance(&start))
}

/// What the clock is read for. The machine is part of it: what was measured on one is no result of another.
#[derive(Debug, Clone, Serialize)]
struct Timing {
    machine: String,
    widths: [usize; 5],
    repetitions: usize,
}

/// The shortest of several times in seconds, at one size.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Times {
    parameters: usize,
    gradient: f64,
    hessian: f64,
    solve: f64,
}

fn measure(timing: &Timing, data: &Dataset) -> Vec<Times> {
    let mut found: Vec<Times> = timing
        .widths
        .iter()
        .map(|&width| Times {
            parameters: network(width).parameters(),
            gradient: f64::INFINITY,
            hessian: f64::INFINITY,
            solve: f64::INFINITY,
        })
        .collect();
    // Sizes take turns, so that what slows the machine for a while slows all of them.
    for _ in 0..timing.repetitions {
        for (&width, times) in timing.widths.iter().zip(&mut found) {
            let model = network(width);
            let objective = FullBatch::new(&model, data, L2);
            let w: Vec<f64> = model.initialise(&mut stream(0, "timing")).as_slice().to_vec();
            let (mut gradient, mut hessian) = (Vec::new(), DMatrix::zeros(0, 0));
            // A gradient is too short for one reading of the clock.
            let gradients = 20;
            times.gradient = times.gradient.min(
                seconds(|| (0..gradients).for_each(|_| gradient = objective.loss_and_gradient(&w).1))
                    / f64::from(gradients),
            );
            times.hessian = times.hessian.min(seconds(|| hessian = objective.hessian(&w)));
            // Raised to be positive definite, as a method would have to.
            for i in 0..w.len() {
                hessian[(i, i)] += 100.0;
            }
            let against = DVector::from_vec(gradient);
            let mut step = DVector::zeros(0);
            times.solve = times.solve.min(seconds(|| {
                step = hessian.clone().cholesky().expect("it was raised enough").solve(&against);
            }));
            assert!(step.iter().all(|entry| entry.is_finite()), "a finite system has a finite solution");
        }
    }
    found
}

fn seconds(mut work: impl FnMut()) -> f64 {
    let begun = Instant::now();
    work();
    begun.elapsed().as_secs_f64()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
enum Method {
    Newton,
    SaddleFree,
    Descent,
}

impl Method {
    const ALL: [Self; 3] = [Self::Newton, Self::SaddleFree, Self::Descent];

    fn name(self) -> &'static str {
        match self {
            Self::Newton => "Newton",
            Self::SaddleFree => "saddle-free Newton",
            Self::Descent => "gradient descent",
        }
    }
}

#[derive(Debug, Clone, Copy, Serialize)]
struct Run {
    method: Method,
    width: usize,
    samples: usize,
    start: f64,
    seed: u64,
}

/// Where a run ended.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct End {
    converged: bool,
    #[serde(with = "crate::run::float")]
    loss: f64,
    #[serde(with = "crate::run::float")]
    gradient: f64,
    /// The share of negative eigenvalues.
    index: f64,
}

impl End {
    const NOWHERE: Self = Self { converged: false, loss: f64::INFINITY, gradient: f64::INFINITY, index: 0.0 };

    fn is_saddle(&self) -> bool {
        self.index > 0.0
    }
}

fn search(run: &Run, pooled: &Dataset) -> End {
    let model = network(run.width);
    let mut objective = FullBatch::new(&model, &pooled.split(run.samples, run.seed).train, L2);
    let mut random: ChaCha8Rng = stream(run.seed, "initialisation");
    let mut w: Vec<f64> =
        model.initialise::<f64>(&mut random).as_slice().iter().map(|w| run.start * w).collect();
    let until = Until { gradient: FLAT, steps: MOST_STEPS };
    let summary = match run.method {
        Method::Newton => {
            Newton::new(Indefinite::SolveAsIs, FixedStep::default()).minimise(&mut w, &mut objective, &until)
        }
        Method::SaddleFree => SaddleFreeNewton::default().minimise(&mut w, &mut objective, &until),
        Method::Descent => {
            for _ in 0..DESCENT.0 {
                let gradient = objective.loss_and_gradient(&w).1;
                w.iter_mut().zip(gradient).for_each(|(w, g)| *w -= DESCENT.1 * g);
            }
            return end(&objective, &w, true);
        }
    };
    // Full Newton steps may run away, or meet a singular Hessian.
    match summary {
        Ok(summary) => end(&objective, &w, summary.ended == Ended::Flat),
        Err(_) => End::NOWHERE,
    }
}

fn end(objective: &FullBatch<'_>, w: &[f64], converged: bool) -> End {
    let (loss, gradient) = objective.loss_and_gradient(w);
    if !converged {
        return End { converged, loss, gradient: norm(&gradient), index: 0.0 };
    }
    let spectrum = objective.hessian(w).symmetric_eigenvalues();
    let negative = spectrum.iter().filter(|&&eigenvalue| eigenvalue < NEGATIVE).count();
    End { converged, loss, gradient: norm(&gradient), index: negative as f64 / w.len() as f64 }
}

impl Claim for NewtonCostAndSaddles {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "Newton's method: price and saddles".to_owned(),
            statement: "Methods of second order step by the inverse Hessian, which is too expensive for networks. And plain Newton steps go to any \
                        point where the gradient vanishes, saddles included."
                .to_owned(),
            lecture: "part 3, second-order methods".to_owned(),
            sources: vec![
                "Y. Dauphin et al. 2014, Identifying and attacking the saddle point problem in high-dimensional non-convex optimization, \
                 arXiv:1406.2572"
                    .to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "one-step",
                    "On a random convex quadratic of 50 dimensions one Newton step goes to the minimum: what is left of the distance is at most \
                     10⁻¹⁰ of it. Refuted if more is left.",
                ),
                Criterion::new(
                    "expensive",
                    "For networks of P = 64 to 1,009 parameters, Hessian and solve together take longer than P/2 gradients, at every size. Refuted \
                     if they take less at every size.",
                ),
                Criterion::new(
                    "cubic",
                    "The time of the solve grows as a power of P between 2.5 and 3.3. Not reproduced otherwise.",
                ),
                Criterion::new(
                    "newton-finds-saddles",
                    "Of the runs of Newton's method with full steps that converge, from random starts of three sizes on a small network, more than 20 % end where the \
                     Hessian has a negative eigenvalue (95 % Wilson interval above 0.2). Refuted if the interval lies below; undecided with fewer \
                     than 8 that converge.",
                ),
                Criterion::new(
                    "saddle-free",
                    "With the absolute values of the eigenvalues none of the runs that converge does. Refuted by one; undecided with fewer than 8 that \
                     converge.",
                ),
            ],
            would_change: "Products with the Hessian instead of the Hessian itself (conjugate gradients), which cost a few gradients each; a line \
                           search or a raised diagonal, which keep Newton's method from climbing."
                .to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let pooled = laboratory.digits()?.pooled(2);
        let undecidable = Error::undecidable(ID);
        let (width, samples) = match laboratory.scale() {
            Scale::Quick => (2, 100),
            Scale::Full => (3, 200),
        };
        let seeds = laboratory.seeds(14, 34);
        let left = one_step(laboratory.seed())?;
        let timing = Timing { machine: laboratory.machine(), widths: WIDTHS, repetitions: REPETITIONS };
        let timed = pooled.select(&(0..100).collect::<Vec<_>>());
        let times = laboratory.timed("times", timing, |timing| Ok(measure(timing, &timed)))?;
        let parameters: Vec<f64> = times.iter().map(|times| times.parameters as f64).collect();
        let solves: Vec<f64> = times.iter().map(|times| times.solve).collect();
        let exponent = power_law(&parameters, &solves, CONFIDENCE).map_err(&undecidable)?.slope.estimate;
        // In gradients, and for each parameter.
        let prices: Vec<f64> = times
            .iter()
            .map(|times| (times.hessian + times.solve) / times.gradient / times.parameters as f64)
            .collect();
        let dearest = prices.iter().copied().fold(0.0, f64::max);
        let cheapest = prices.iter().copied().fold(f64::INFINITY, f64::min);

        let mut runs = Vec::new();
        for method in Method::ALL {
            for start in STARTS {
                runs.extend(seeds.iter().map(|&seed| Run { method, width, samples, start, seed }));
            }
        }
        let ends = laboratory.cells("searches", &runs, |run| Ok(search(run, &pooled)))?;
        let ends: Vec<Vec<End>> =
            ends.chunks_exact(STARTS.len() * seeds.len()).map(<[End]>::to_vec).collect();
        let counts = |method: usize| {
            let converged = ends[method].iter().filter(|end| end.converged);
            (converged.clone().count(), converged.filter(|end| end.is_saddle()).count())
        };
        let (newton, saddle_free) = (counts(0), counts(1));
        let share =
            wilson_interval(newton.1 as u64, newton.0.max(1) as u64, CONFIDENCE).map_err(&undecidable)?;

        let mut rows = Vec::new();
        for (method, ends) in Method::ALL.into_iter().zip(&ends) {
            let converged: Vec<&End> = ends.iter().filter(|end| end.converged).collect();
            let losses: Vec<f64> = converged.iter().map(|end| end.loss).collect();
            let largest_index = converged.iter().map(|end| end.index).fold(0.0, f64::max);
            rows.push(vec![
                Cell::from(method.name()),
                if method == Method::Descent {
                    Cell::from("–")
                } else {
                    Cell::from(format!("{} of {}", converged.len(), ends.len()))
                },
                Cell::from(format!(
                    "{} of {}",
                    converged.iter().filter(|end| end.is_saddle()).count(),
                    converged.len()
                )),
                Cell::number(largest_index, 3),
                if losses.is_empty() {
                    Cell::Empty
                } else {
                    Cell::number(median(&losses).map_err(&undecidable)?, 3)
                },
            ]);
        }
        let milliseconds = |seconds: f64| Cell::from(fixed(1e3 * seconds, 3));
        let time_rows = times.iter().zip(&prices).map(|(times, price)| {
            vec![
                Cell::number(times.parameters as f64, 0),
                milliseconds(times.gradient),
                milliseconds(times.hessian),
                milliseconds(times.solve),
                Cell::number(price * times.parameters as f64, 0),
                Cell::from(scientific(8.0 * (times.parameters as f64).powi(2))),
            ]
        });
        let decided = |converged: usize, verdict: Verdict| {
            if converged < FEWEST { Verdict::Inconclusive } else { verdict }
        };
        Ok(Findings {
            setup: vec![
                ("quadratic".to_owned(), format!("½(w − w*)ᵀ(AAᵀ + I)(w − w*) with normal A, w* and start, {DIMENSION} dimensions")),
                (
                    "times".to_owned(),
                    format!("networks 16-h-10, tanh, h = {}, on 100 digits pooled to 4×4; exact Hessian by reverse mode over reverse mode, solve by Cholesky, f64, one core; the shortest of {REPETITIONS}", WIDTHS.map(|h| h.to_string()).join(", ")),
                ),
                ("machine".to_owned(), laboratory.machine()),
                (
                    "searches".to_owned(),
                    format!("network 16-{width}-10, tanh, {} parameters, on {samples} digits pooled to 4×4, λ = {L2} of ½λ‖w‖²; from He's initialisation times 1, 0.3 and 0.1; converged: no entry of the gradient above 10⁻⁸ within {MOST_STEPS} steps", network(width).parameters()),
                ),
                ("gradient descent".to_owned(), format!("{} steps on all samples at η = {}, wherever it then is", DESCENT.0, DESCENT.1)),
                ("seeds".to_owned(), format!("{}, {} to {}", seeds.len(), seeds[0], seeds[seeds.len() - 1])),
            ],
            data: laboratory.data_used(),
            figures: vec![ends_figure(&ends), price_figure(&times)],
            tables: vec![
                Table {
                    id: "ends".to_owned(),
                    title: "Where the searches end".to_owned(),
                    caption: "Runs that converged; of these, how many ended where the Hessian has an eigenvalue below −10⁻⁶; the largest share of such \
                              eigenvalues; the median loss."
                        .to_owned(),
                    columns: ["method", "converged", "with a negative eigenvalue", "largest index", "median loss"].map(str::to_owned).to_vec(),
                    rows,
                },
                Table {
                    id: "times".to_owned(),
                    title: "The price of a step".to_owned(),
                    caption: "Milliseconds; Hessian and solve in gradients; and the bytes of the Hessian, 8P². The network of 1.2 million weights that fits \
                              random labels would need 11.5 terabytes."
                        .to_owned(),
                    columns: ["P", "gradient", "Hessian", "solve", "gradients for one step", "bytes"].map(str::to_owned).to_vec(),
                    rows: time_rows.collect(),
                },
            ],
            outcomes: vec![
                Outcome::new("one-step", Verdict::holds_or_refuted(left <= 1e-10), format!("{} of the distance is left (≤ 10⁻¹⁰)", scientific(left))),
                Outcome::new(
                    "expensive",
                    if cheapest > 0.5 {
                        Verdict::Reproduced
                    } else if dearest < 0.5 {
                        Verdict::Refuted
                    } else {
                        Verdict::NotReproduced
                    },
                    format!("a step takes {cheapest:.2}·P to {dearest:.2}·P gradients (> 0.5·P)"),
                ),
                Outcome::new(
                    "cubic",
                    Verdict::holds_or_not((2.5..=3.3).contains(&exponent)),
                    format!("exponent of the solve {} (2.5 to 3.3)", fixed(exponent, 2)),
                ),
                Outcome::new(
                    "newton-finds-saddles",
                    decided(newton.0, Verdict::above(&share, 0.2)),
                    format!("{} of {} runs that converged ({:.2} to {:.2}; > 0.2)", newton.1, newton.0, share.low, share.high),
                ),
                Outcome::new(
                    "saddle-free",
                    decided(saddle_free.0, Verdict::holds_or_refuted(saddle_free.1 == 0)),
                    format!("{} of {} runs that converged (= 0)", saddle_free.1, saddle_free.0),
                ),
            ],
            key_number: format!(
                "{} of {} converged Newton runs end at saddles, {} of {} saddle-free ones; at {} parameters a step costs {:.0} gradients",
                newton.1,
                newton.0,
                saddle_free.1,
                saddle_free.0,
                times[times.len() - 1].parameters,
                prices[prices.len() - 1] * parameters[parameters.len() - 1]
            ),
            remarks: vec![
                exploratory(
                    "the searches began at first from He's initialisation alone, 40 times and for at most 100 steps, and now from three sizes \
                     of it, 14 times each and for at most 60; gradient descent had 3,000 steps and has 1,000",
                ),
                "Times differ from run to run, and from machine to machine; no verdict depends on how fast the machine is. The times of this report \
                 were measured once and stored with the run's other results under the machine's name: a further run takes them from there and gives \
                 the same page, and --fresh measures anew."
                    .to_owned(),
                "The solve is three nested loops, but its exponent also tells what fits into the processor's caches: small matrices do, the \
                 largest do not, which makes the measured exponent exceed 3 on a busy machine."
                    .to_owned(),
                "Gradient descent stops after its steps, converged or not: small negative eigenvalues at its end are the rest of the way."
                    .to_owned(),
                "That Newton's method is too expensive is a statement about the full Hessian. Its product with a vector costs a few gradients whatever \
                 the size, and L-BFGS costs little more than gradient descent."
                    .to_owned(),
            ],
        })
    }
}

fn ends_figure(ends: &[Vec<End>]) -> Figure {
    let series = Method::ALL.into_iter().zip(ends).map(|(method, ends)| {
        let converged = ends.iter().filter(|end| end.converged);
        Series::dots(method.name(), converged.map(|end| Point::new(end.index, end.loss)).collect())
    });
    Figure {
        id: "ends".to_owned(),
        title: "Where the searches end".to_owned(),
        caption: "Each point is the end of a run that converged (for gradient descent, of any run): its loss against the share of negative eigenvalues \
                  of the Hessian there. Minima have share 0."
            .to_owned(),
        x: Axis::linear("share of negative eigenvalues"),
        y: Axis::linear("loss (nats, penalty included)"),
        series: series.collect(),
    }
}

fn price_figure(times: &[Times]) -> Figure {
    let line = |name: &str, of: fn(&Times) -> f64| {
        let points =
            times.iter().map(|times| Point::new(times.parameters as f64, of(times) / times.gradient));
        Series::line(name, points.collect())
    };
    let half = times.iter().map(|times| Point::new(times.parameters as f64, times.parameters as f64 / 2.0));
    Figure {
        id: "price".to_owned(),
        title: "The more parameters, the more gradients a Newton step costs".to_owned(),
        caption: "The time of the exact Hessian and of the solve, in gradients of the same network; the dashed line is half a gradient for each \
                  parameter. The Hessian grows like P, the solve faster and overtakes it in larger networks."
            .to_owned(),
        x: Axis::logarithmic("parameters P"),
        y: Axis::logarithmic("time, in gradients"),
        series: vec![
            line("Hessian", |times| times.hessian),
            line("solve", |times| times.solve),
            Series::reference("P/2", half.collect()),
        ],
    }
}
