//! Too small a learning rate takes long, too large a one misses the optimum.

use losses_optim::optim::{GradientDescent, Optimizer};
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Verdict};
use crate::data::Dataset;
use crate::model::{Classification, Mlp, Quadratic, Trainer, TrainerOptions, evaluate, gradient_gate};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed, scientific};
use crate::run::Laboratory;
use crate::run::seed::stream;
use crate::stats::{CONFIDENCE, median, paired_difference, power_law};

/// The claim.
pub struct LearningRateRegimes;

const ID: &str = "learning-rate-regimes";
/// The curvatures of the quadratic without noise; the largest is L.
const CURVATURES: [f64; 2] = [1.0, 10.0];
const L: f64 = CURVATURES[1];
const TARGET: f64 = 1e-6;
/// The noisy quadratic: curvature 1, gradient noise of variance 1, this start and as many steps.
const START: f64 = 10.0;
const STEPS: i32 = 2_000;
/// Independent copies of the noisy quadratic, as coordinates of one vector.
const COPIES: usize = 4_096;
const EPOCHS: u64 = 20;
const BATCH: usize = 32;

fn rate(half_decades: i32) -> f64 {
    format!("{:.2e}", 10f64.powf(f64::from(half_decades) / 2.0)).parse().expect("a number was printed")
}

/// The rates at which the quadratic without noise is followed, all below 2/L.
fn quadratic_rates() -> Vec<f64> {
    (-8..=-2).map(rate).chain([0.15, 0.18, 0.19, 0.199]).collect()
}

/// Steps of gradient descent from (1, 1) until no coordinate is larger than [`TARGET`].
fn iterations(learning_rate: f64) -> u64 {
    let (quadratic, mut descent) =
        (Quadratic { curvatures: CURVATURES.to_vec() }, GradientDescent::default());
    let mut x = [1.0, 1.0];
    let mut steps = 0;
    while x.iter().any(|x: &f64| x.abs() > TARGET) {
        let gradient = quadratic.gradient(&x);
        descent.step(&mut x, &gradient, learning_rate).expect("a finite rate");
        steps += 1;
    }
    steps
}

/// ln(10⁻⁶)/ln maxᵢ|1 − ηλᵢ|.
fn predicted_iterations(learning_rate: f64) -> f64 {
    let slowest =
        CURVATURES.iter().map(|curvature| (1.0 - learning_rate * curvature).abs()).fold(0.0, f64::max);
    TARGET.ln() / slowest.ln()
}

/// The largest rate at which 20,000 steps do not lead away, by bisection to four digits.
fn measured_threshold() -> f64 {
    let stays = |learning_rate: f64| {
        let (quadratic, mut descent) =
            (Quadratic { curvatures: CURVATURES.to_vec() }, GradientDescent::default());
        let mut x = [1.0, 1.0];
        for _ in 0..20_000 {
            let gradient = quadratic.gradient(&x);
            descent.step(&mut x, &gradient, learning_rate).expect("a finite rate");
            if norm(&x) > 10.0 {
                return false;
            }
        }
        true
    };
    let (mut low, mut high) = (0.1 / L, 10.0 / L);
    while high / low > 1.0 + 1e-4 {
        let middle = (low * high).sqrt();
        if stays(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

fn norm(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// The mean square of the copies after [`STEPS`] steps.
fn noisy(learning_rate: f64, seed: u64) -> f64 {
    let mut random = stream(seed, "gradient noise");
    let mut descent = GradientDescent::default();
    let mut x = vec![START; COPIES];
    let mut gradient = vec![0.0; COPIES];
    for _ in 0..STEPS {
        for (slope, x) in gradient.iter_mut().zip(&x) {
            let noise: f64 = StandardNormal.sample(&mut random);
            *slope = x + noise;
        }
        descent.step(&mut x, &gradient, learning_rate).expect("a finite rate");
    }
    x.iter().map(|x| x * x).sum::<f64>() / COPIES as f64
}

/// (1 − η)²ᵏ x₀² + η/(2 − η) · (1 − (1 − η)²ᵏ): what is left of the start, and what the noise keeps up.
fn predicted_noisy(learning_rate: f64) -> (f64, f64) {
    let left = (1.0 - learning_rate).powi(2 * STEPS);
    (left * START * START, learning_rate / (2.0 - learning_rate) * (1.0 - left))
}

#[derive(Debug, Clone, Copy, Serialize)]
struct Training {
    learning_rate: f64,
    seed: u64,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Measured {
    #[serde(with = "crate::run::float")]
    value: f64,
}

fn train(training: &Training, digits: &Dataset) -> Measured {
    let split = digits.split(1437, training.seed);
    let model = Mlp::new(64, &[64], 10);
    let descent = (losses_optim::optim::find("gradient_descent").expect("registered").over_f32)();
    let options = TrainerOptions { batch: BATCH, l2: 0.0, dropout: 0.0 };
    let mut trainer = Trainer::new(&model, &split.train, options, descent, training.seed);
    for _ in 0..EPOCHS {
        if !trainer.epoch(|_, _| training.learning_rate).loss.is_finite() {
            return Measured { value: f64::INFINITY };
        }
    }
    let loss = evaluate(&model, trainer.parameters(), &split.train).loss;
    Measured { value: if loss.is_nan() { f64::INFINITY } else { loss } }
}

impl Claim for LearningRateRegimes {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "Learning rates: too small, right, too large".to_owned(),
            statement: "With too small a learning rate training takes long; with too large a one it misses the optimum.".to_owned(),
            lecture: "part 3, the learning rate".to_owned(),
            sources: vec![
                "The closed forms for quadratics are elementary: along an axis of curvature λ a step multiplies the distance by 1 − ηλ"
                    .to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "time",
                    "On ½(x² + 10y²) from (1, 1) gradient descent needs ln(10⁻⁶)/ln max|1 − ηλ| steps to 10⁻⁶, rounded up, to within one \
                     step, at eleven rates from 10⁻⁴ to 0.199. Refuted by one that differs.",
                ),
                Criterion::new(
                    "small",
                    "For small rates (10⁻⁴ to 10⁻²) the steps are proportional to 1/η: the slope of ln steps over ln η is −1 ± 0.05. \
                     Refuted outside.",
                ),
                Criterion::new(
                    "too-large",
                    "The largest rate that does not lead away, found by bisection, is 2/L = 0.2 within 1 %. Refuted outside.",
                ),
                Criterion::new(
                    "noise",
                    "With noise in the gradient, after a fixed number of steps the mean squared distance to the optimum is what the closed \
                     form says within 10 % at nine rates from 10⁻⁴ to 1, all of them stable, and the best of them is neither the smallest \
                     nor the largest. Refuted otherwise.",
                ),
                Criterion::new(
                    "network",
                    "A perceptron on the digits: over eleven rates from 10⁻⁴ to 10 the training loss after a fixed number of epochs is \
                     smallest at a rate in between, and larger at both ends (95 % intervals of the mean paired difference of ln loss \
                     above 0). Refuted if the best rate is an end.",
                ),
            ],
            would_change: "More steps move the best rate on a noisy problem down. Without noise the best rate for a quadratic is 2/(L + m), \
                           with m the smallest curvature, close to the edge of divergence."
                .to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let digits = laboratory.digits()?;
        let undecidable = Error::undecidable(ID);
        let seeds = laboratory.seeds(6, 20);
        let rates = quadratic_rates();
        let steps = laboratory.cells("steps", &rates, |&rate| Ok(iterations(rate)))?;
        let small: Vec<(f64, f64)> = rates
            .iter()
            .zip(&steps)
            .filter(|(rate, _)| **rate <= 0.01)
            .map(|(&rate, &steps)| (rate, steps as f64))
            .collect();
        let (small_rates, small_steps): (Vec<f64>, Vec<f64>) = small.into_iter().unzip();
        let slope = power_law(&small_rates, &small_steps, CONFIDENCE).map_err(&undecidable)?.slope.estimate;
        let off = rates
            .iter()
            .zip(&steps)
            .map(|(&rate, &steps)| (steps as f64 - predicted_iterations(rate).ceil()).abs())
            .fold(0.0, f64::max);
        let threshold = measured_threshold();

        let noisy_rates: Vec<f64> = (-8..=0).map(rate).collect();
        let ends = laboratory.cells("noise", &noisy_rates, |&rate| Ok(noisy(rate, laboratory.seed())))?;
        let predicted = |rate: f64| {
            let (left, floor) = predicted_noisy(rate);
            left + floor
        };
        let noise_off = noisy_rates
            .iter()
            .zip(&ends)
            .map(|(&rate, end)| (end / predicted(rate) - 1.0).abs())
            .fold(0.0, f64::max);
        let best_noisy = lowest(&ends);

        let net_rates: Vec<f64> = (-8..=2).map(rate).collect();
        let mut trainings = Vec::new();
        for &learning_rate in &net_rates {
            trainings.extend(seeds.iter().map(|&seed| Training { learning_rate, seed }));
        }
        let losses = laboratory.cells("network", &trainings, |training| Ok(train(training, &digits)))?;
        let losses: Vec<Vec<f64>> =
            losses.chunks_exact(seeds.len()).map(|of| of.iter().map(|loss| loss.value).collect()).collect();
        let medians = losses
            .iter()
            .map(|losses| median(losses))
            .collect::<Result<Vec<_>, _>>()
            .map_err(&undecidable)?;
        let best = lowest(&medians);
        let logs = |index: usize| -> Vec<f64> {
            losses[index].iter().map(|loss| loss.clamp(1e-300, 1e300).ln()).collect()
        };
        let last = net_rates.len() - 1;
        let lower_end = paired_difference(&logs(0), &logs(best), CONFIDENCE).map_err(&undecidable)?;
        let upper_end = paired_difference(&logs(last), &logs(best), CONFIDENCE).map_err(&undecidable)?;
        let gate = gradient_gate(
            ID,
            &Classification,
            &Mlp::new(64, &[64], 10),
            &digits.split(1437, seeds[0]).train,
        )?;

        let quadratic_rows = rates.iter().zip(&steps).map(|(&rate, &steps)| {
            vec![
                Cell::from(rate.to_string()),
                Cell::number(predicted_iterations(rate), 1),
                Cell::number(steps as f64, 0),
            ]
        });
        let net_rows = net_rates.iter().zip(&losses).zip(&medians).map(|((&rate, losses), &middle)| {
            let number =
                |value: f64| if value.is_finite() { Cell::number(value, 4) } else { Cell::from("diverged") };
            let ends = losses
                .iter()
                .fold((f64::INFINITY, 0.0_f64), |(low, high), &loss| (low.min(loss), high.max(loss)));
            vec![Cell::from(rate.to_string()), number(middle), number(ends.0), number(ends.1)]
        });
        Ok(Findings {
            setup: vec![
                ("quadratic".to_owned(), "½(x² + 10y²), gradient descent from (1, 1) in f64; L = 10".to_owned()),
                ("noisy quadratic".to_owned(), format!("½x² with independent gradient noise of variance 1, from {START}, {STEPS} steps, {COPIES} copies")),
                ("network".to_owned(), format!("perceptron 64-64-10 on 1,437 digits, SGD with mini-batches of {BATCH}, {EPOCHS} epochs at a constant rate, softmax cross-entropy")),
                ("seeds".to_owned(), format!("{}, {} to {}, paired", seeds.len(), seeds[0], seeds[seeds.len() - 1])),
            ],
            data: laboratory.data_used(),
            figures: vec![
                net_figure(&net_rates, &losses),
                steps_figure(&rates, &steps, threshold),
                noise_figure(&noisy_rates, &ends),
            ],
            tables: vec![
                Table {
                    id: "network".to_owned(),
                    title: "The network after its epochs".to_owned(),
                    caption: format!("Training loss over {} seeds: median, lowest and highest.", seeds.len()),
                    columns: ["η", "median", "lowest", "highest"].map(str::to_owned).to_vec(),
                    rows: net_rows.collect(),
                },
                Table {
                    id: "steps".to_owned(),
                    title: "Steps to 10⁻⁶ on the quadratic".to_owned(),
                    caption: "The closed form before rounding up, and what was counted.".to_owned(),
                    columns: ["η", "closed form", "counted"].map(str::to_owned).to_vec(),
                    rows: quadratic_rows.collect(),
                },
            ],
            outcomes: vec![
                Outcome::new(
                    "time",
                    Verdict::holds_or_refuted(off <= 1.0),
                    format!("largest difference between counted and predicted steps: {off} (≤ 1)"),
                ),
                Outcome::new(
                    "small",
                    Verdict::holds_or_refuted((slope + 1.0).abs() <= 0.05),
                    format!("slope {} (−1 ± 0.05)", fixed(slope, 4)),
                ),
                Outcome::new(
                    "too-large",
                    Verdict::holds_or_refuted((threshold * L / 2.0 - 1.0).abs() < 0.01),
                    format!("threshold {threshold:.5}, 2/L = {} (within 1 %)", 2.0 / L),
                ),
                Outcome::new(
                    "noise",
                    Verdict::holds_or_refuted(noise_off < 0.1 && best_noisy != 0 && best_noisy != ends.len() - 1),
                    format!(
                        "largest relative difference from the closed form {noise_off:.3} (< 0.1); best rate {} of 10⁻⁴ to 1",
                        noisy_rates[best_noisy]
                    ),
                ),
                Outcome::new(
                    "network",
                    if best == 0 || best == last {
                        Verdict::Refuted
                    } else {
                        Verdict::holds_or_not(lower_end.above(0.0) && upper_end.above(0.0))
                    },
                    format!(
                        "best rate {}; ln loss above it by {} ({} to {}) at 10⁻⁴ and by {} ({} to {}) at 10 (> 0)",
                        net_rates[best],
                        fixed(lower_end.estimate, 2),
                        fixed(lower_end.low, 2),
                        fixed(lower_end.high, 2),
                        fixed(upper_end.estimate, 2),
                        fixed(upper_end.low, 2),
                        fixed(upper_end.high, 2)
                    ),
                ),
            ],
            key_number: format!(
                "network: loss {} at η = {}, {} at 10⁻⁴, {} at 10; quadratic: divergence from η = {threshold:.4} on, 2/L = {}",
                scientific(medians[best]),
                net_rates[best],
                fixed(medians[0], 2),
                if medians[last].is_finite() { fixed(medians[last], 2) } else { "diverged".to_owned() },
                2.0 / L
            ),
            remarks: vec![
                "\"Misses the optimum\" has two meanings, and both occur: beyond 2/L the steps lead away; below it, with noise, they settle \
                 at a distance that grows with the rate."
                    .to_owned(),
                gate,
            ],
        })
    }
}

/// The position of the lowest value.
fn lowest(values: &[f64]) -> usize {
    (0..values.len()).min_by(|&a, &b| values[a].total_cmp(&values[b])).expect("there are rates")
}

fn net_figure(rates: &[f64], losses: &[Vec<f64>]) -> Figure {
    // A loss beyond what the axis can show reads as diverged; the cap keeps the rest legible.
    let capped = |losses: &[f64]| losses.iter().map(|loss| loss.min(1e3)).collect::<Vec<_>>();
    let points = rates.iter().zip(losses).map(|(&rate, losses)| Point::spread(rate, &capped(losses)));
    Figure {
        id: "network".to_owned(),
        title: "A network: too small, right, too large".to_owned(),
        caption: format!(
            "Training loss of the perceptron after {EPOCHS} epochs: median and range over the seeds, capped at 1000. The dashed line is the \
             loss of guessing."
        ),
        x: Axis::logarithmic("learning rate η"),
        y: Axis::logarithmic("training loss (nats)"),
        series: vec![
            Series::line("after training", points.collect()),
            Series::level("guessing, ln 10", rates[0], rates[rates.len() - 1], 10f64.ln()),
        ],
    }
}

fn steps_figure(rates: &[f64], steps: &[u64], threshold: f64) -> Figure {
    let fine = (0..=400).map(|i| 1e-4 * (0.1999_f64 / 1e-4).powf(f64::from(i) / 400.0));
    let counted = rates.iter().zip(steps).map(|(&rate, &steps)| Point::new(rate, steps as f64));
    Figure {
        id: "steps".to_owned(),
        title: "A quadratic: steps until the optimum is reached".to_owned(),
        caption: format!(
            "Steps of gradient descent to 10⁻⁶ on ½(x² + 10y²), counted, and the closed form. To the left the steps grow like 1/η, to the \
             right they grow without bound as η approaches 2/L = 0.2; the rate from which on the steps lead away was found at {threshold:.4}."
        ),
        x: Axis::logarithmic("learning rate η"),
        y: Axis::logarithmic("steps to 10⁻⁶"),
        series: vec![
            Series::dots("counted", counted.collect()),
            Series::reference(
                "closed form",
                fine.map(|rate| Point::new(rate, predicted_iterations(rate))).collect(),
            ),
        ],
    }
}

fn noise_figure(rates: &[f64], ends: &[f64]) -> Figure {
    let measured = rates.iter().zip(ends).map(|(&rate, &end)| Point::new(rate, end));
    let fine = || (0..=200).map(|i| 1e-4 * 1e4_f64.powf(f64::from(i) / 200.0));
    let part = |part: fn((f64, f64)) -> f64| {
        let points = fine().map(|rate| (rate, part(predicted_noisy(rate)))).filter(|&(_, y)| y > 1e-5);
        points.map(|(rate, y)| Point::new(rate, y)).collect()
    };
    Figure {
        id: "noise".to_owned(),
        title: "A noisy quadratic: what is left after 2,000 steps".to_owned(),
        caption: "Mean squared distance to the optimum, measured, and the two parts of the closed form: what is left of the start falls with \
                  the rate, what the noise keeps up grows with it."
            .to_owned(),
        x: Axis::logarithmic("learning rate η"),
        y: Axis::logarithmic("mean squared distance"),
        series: vec![
            Series::dots("measured", measured.collect()),
            Series::reference("left of the start", part(|(left, _)| left)),
            Series::reference("kept up by noise", part(|(_, floor)| floor)),
        ],
    }
}
