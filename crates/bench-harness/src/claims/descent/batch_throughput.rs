//! Single samples waste the machine; mini-batches do not.

use std::time::{Duration, Instant};

use losses_optim::optim;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::claim::{About, Claim, Criterion, Findings, Outcome, Scale, Verdict};
use crate::data::Dataset;
use crate::model::{Grid, Mlp, Trainer, TrainerOptions, Tuned, evaluate, gradient_check, tune};
use crate::report::{Axis, Cell, Figure, Point, Series, Table, fixed};
use crate::run::Laboratory;
use crate::stats::{median, sign_test};

/// The claim.
pub struct BatchThroughput;

const ID: &str = "batch-throughput";
const BATCHES: [usize; 6] = [1, 4, 16, 64, 256, 1024];
/// The positions of 1 and 64.
const COMPARED: [usize; 2] = [0, 3];
const TRAINING: usize = 1437;
/// Hidden layers: of the network whose throughput decides, and of the one that is trained to the target.
const LARGE: usize = 512;
const SMALL: usize = 128;
const REPETITIONS: usize = 5;
const TARGET: f64 = 0.05;
const MOST_EPOCHS: u64 = 60;

fn network(data: &Dataset, width: usize) -> Mlp {
    Mlp::new(data.dimension(), &[width; 2], data.classes)
}

fn trainer<'a>(model: &'a Mlp, data: &'a Dataset, batch: usize, seed: u64) -> Trainer<'a> {
    let descent = (optim::find("gradient_descent").expect("it is registered").over_f32)();
    Trainer::new(model, data, TrainerOptions { batch, l2: 0.0, dropout: 0.0 }, descent, seed)
}

/// What the clock is read for. The machine is part of it: what was measured on one is no result of another.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Timing {
    machine: String,
    widths: [usize; 2],
    batches: [usize; 6],
    repetitions: usize,
    /// How long each repetition of a batch size takes at least.
    milliseconds: u64,
}

/// Samples per second by width, by batch size, by repetition.
type Throughput = Vec<Vec<Vec<f64>>>;

fn measure(timing: &Timing, data: &Dataset) -> Throughput {
    let of_width = |&width: &usize| {
        let model = network(data, width);
        // As many samples as fill whole batches, and at least 64, so that an epoch's shuffle does not count.
        let parts = timing.batches.map(|batch| data.select(&(0..batch.max(64)).collect::<Vec<_>>()));
        let mut trainers: Vec<Trainer<'_>> =
            timing.batches.iter().zip(&parts).map(|(&batch, part)| trainer(&model, part, batch, 0)).collect();
        for trainer in &mut trainers {
            trainer.epoch(|_, _| 1e-3);
        }
        let mut found = vec![Vec::new(); trainers.len()];
        // Batch sizes take turns, so that what slows the machine for a while slows all of them.
        for _ in 0..timing.repetitions {
            for ((trainer, part), found) in trainers.iter_mut().zip(&parts).zip(&mut found) {
                let (begun, mut samples) = (Instant::now(), 0);
                while begun.elapsed() < Duration::from_millis(timing.milliseconds) {
                    trainer.epoch(|_, _| 1e-3);
                    samples += part.len();
                }
                found.push(samples as f64 / begun.elapsed().as_secs_f64());
            }
        }
        found
    };
    timing.widths.iter().map(of_width).collect()
}

#[derive(Debug, Clone, Copy, Serialize)]
struct Run {
    batch: usize,
    learning_rate: f64,
    seed: u64,
}

/// The epochs until the training loss is at most the target.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Epochs {
    #[serde(with = "crate::run::float")]
    epochs: f64,
}

fn epochs_to_target(run: &Run, data: &Dataset) -> f64 {
    let model = network(data, SMALL);
    let mut trainer = trainer(&model, data, run.batch, run.seed);
    for epoch in 1..=MOST_EPOCHS {
        let seen = trainer.epoch(|_, _| run.learning_rate).loss;
        // A run that is no better than guessing after three epochs has died or diverged.
        if !seen.is_finite() || (epoch == 3 && seen > (data.classes as f64).ln()) {
            break;
        }
        // The epoch's own mean lags behind the loss after it: far above the target, no look at all data is needed.
        if seen < 5.0 * TARGET && evaluate(&model, trainer.parameters(), data).loss <= TARGET {
            return epoch as f64;
        }
    }
    f64::INFINITY
}

/// Where the search for the learning rate of a batch size begins.
fn grid(batch: usize) -> Grid {
    let lowest = match batch {
        1 => -4,
        4 => -3,
        16 => -2,
        64 => -1,
        _ => 0,
    };
    Grid { lowest, count: 3 }
}

impl Claim for BatchThroughput {
    fn about(&self) -> About {
        About {
            id: ID.to_owned(),
            title: "Mini-batches regain the efficiency that single samples waste".to_owned(),
            statement: "Updates on single samples are inefficient, because of the latency of transfers to the GPU; mini-batches \
                        regain efficiency."
                .to_owned(),
            lecture: "part 3, stochastic gradient descent and mini-batches".to_owned(),
            sources: vec![
                "I. Goodfellow, Y. Bengio & A. Courville 2016, Deep Learning, section 8.1.3 (what decides the size of a batch)".to_owned(),
            ],
            criteria: vec![
                Criterion::new(
                    "throughput",
                    "Training steps of a perceptron with two hidden layers of 512, one core: the median samples per second rise from \
                     each B to the next up to 64, and at 64 they are at least 5 times those at 1. Refuted if they are fewer at 64 \
                     than at 1.",
                ),
                Criterion::new(
                    "interior",
                    "The time until the training loss is at most 0.05, at the learning rate tuned for each B, is lowest in the median \
                     at a B other than the smallest (1) and the largest (1024), and lower there than at both ends in a sign test over \
                     seeds (p < 0.05). Refuted if it is lowest at an end.",
                ),
                Criterion::new(
                    "reason-as-stated",
                    "Were the latency of transfers the reason, then a processor that computes in its own memory would process as many \
                     samples a second at any B: at 64 at most 1.5 times those at 1. Refuted by at least 5 times as many without any \
                     transfer.",
                ),
            ],
            would_change: "A smaller network, whose weights stay in the nearest cache, gains less; an accelerator behind a bus gains \
                           more. The target and the tuning decide which B is fastest."
                .to_owned(),
        }
    }

    fn investigate(&self, laboratory: &Laboratory) -> Result<Findings, Error> {
        let digits = laboratory.digits()?;
        let (seeds, tuning_seeds) = (laboratory.seeds(6, 20), laboratory.tuning_seeds(1));
        let timing = Timing {
            machine: laboratory.machine(),
            widths: [LARGE, SMALL],
            batches: BATCHES,
            repetitions: REPETITIONS,
            milliseconds: match laboratory.scale() {
                Scale::Quick => 80,
                Scale::Full => 1_000,
            },
        };
        let throughput = laboratory.timed("timing", timing, |timing| Ok(measure(timing, &digits)))?;

        let data = |seed| digits.split(TRAINING, seed).train;
        let run = |&batch: &usize, learning_rate, seed| Run { batch, learning_rate, seed };
        let arms: Vec<(usize, Grid)> = BATCHES.map(|batch| (batch, grid(batch))).to_vec();
        let score = |run: &Run| Ok(epochs_to_target(run, &data(run.seed)));
        let tuned = tune(laboratory, "tuning", &arms, &tuning_seeds, run, score)?;
        let mut runs = Vec::new();
        for (&batch, tuned) in BATCHES.iter().zip(&tuned) {
            runs.extend(seeds.iter().map(|&seed| Run { batch, learning_rate: tuned.rate, seed }));
        }
        let epochs = laboratory.cells("reported", &runs, |run| Ok(Epochs { epochs: score(run)? }))?;
        let epochs: Vec<Vec<f64>> = epochs
            .chunks_exact(seeds.len())
            .map(|chunk| chunk.iter().map(|of| of.epochs).collect())
            .collect();
        let gate = gradient_check(&network(&digits, SMALL), &digits, seeds[0]);
        if gate > 1e-6 {
            let reason = format!("exact and numeric gradients differ by {gate:e}, more than 10⁻⁶");
            return Err(Error::Invalid { claim: ID.to_owned(), reason });
        }

        let undecidable = Error::undecidable(ID);
        let medians =
            |of: &[Vec<f64>]| of.iter().map(|values| median(values)).collect::<Result<Vec<f64>, _>>();
        let (large, small) =
            (medians(&throughput[0]).map_err(&undecidable)?, medians(&throughput[1]).map_err(&undecidable)?);
        let times: Vec<Vec<f64>> = epochs
            .iter()
            .zip(&small)
            .map(|(epochs, per_second)| {
                epochs.iter().map(|epochs| epochs * TRAINING as f64 / per_second).collect()
            })
            .collect();
        let middle = medians(&times).map_err(&undecidable)?;
        let fastest =
            (0..BATCHES.len()).min_by(|&a, &b| middle[a].total_cmp(&middle[b])).expect("there are batches");
        let last = BATCHES.len() - 1;
        let against = |end: usize| sign_test(&times[fastest], &times[end]);
        let (first_test, last_test) =
            (against(0).map_err(&undecidable)?, against(last).map_err(&undecidable)?);
        let [one, many] = COMPARED;
        let gain = large[many] / large[one];
        let rising = large[..=many].windows(2).all(|pair| pair[1] > pair[0]);
        let inner = fastest != 0 && fastest != last;
        let clear =
            [first_test, last_test].iter().all(|test| test.smaller > test.larger && test.p_value < 0.05);

        Ok(Findings {
            setup: vec![
                ("data".to_owned(), format!("digits, {TRAINING} to train on")),
                (
                    "networks".to_owned(),
                    format!("64-{LARGE}-{LARGE}-10 for the throughput, 64-{SMALL}-{SMALL}-10 for the time to the target; ReLU, softmax cross-entropy, f32"),
                ),
                (
                    "timing".to_owned(),
                    format!(
                        "whole training steps (forward, backward, update) on one thread, nothing beside them; {REPETITIONS} repetitions in \
                         which the batch sizes take turns; the median"
                    ),
                ),
                ("machine".to_owned(), laboratory.machine()),
                (
                    "time to the target".to_owned(),
                    "epochs until the training loss, looked at after each epoch, is at most 0.05, times the samples of an epoch over the \
                     samples per second"
                        .to_owned(),
                ),
                (
                    "tuning".to_owned(),
                    "3 rates at ratio √10 for each B, extended by 2 at an edge at most twice, one seed of its own, by the epochs to the \
                     target"
                        .to_owned(),
                ),
                ("seeds".to_owned(), format!("{}, {} to {}", seeds.len(), seeds[0], seeds[seeds.len() - 1])),
            ],
            data: laboratory.data_used(),
            figures: vec![throughput_figure(&throughput), time_figure(&times)],
            tables: vec![table(&large, &small, &tuned, &epochs, &middle), seeds_table(&epochs, &seeds)],
            outcomes: vec![
                Outcome::new(
                    "throughput",
                    if gain < 1.0 { Verdict::Refuted } else { Verdict::holds_or_not(rising && gain >= 5.0) },
                    format!(
                        "samples per second at B = 1, 4, 16, 64: {}; 64 over 1: {gain:.1} ≥ 5",
                        large[..=many].iter().map(|rate| format!("{rate:.0}")).collect::<Vec<_>>().join(" < ")
                    ),
                ),
                Outcome::new(
                    "interior",
                    if inner { Verdict::holds_or_not(clear) } else { Verdict::Refuted },
                    format!(
                        "fastest in the median at B = {}; faster than B = 1 in {} of {} seeds (p = {:.3}), than B = 1024 in {} (p = {:.3})",
                        BATCHES[fastest],
                        first_test.smaller,
                        seeds.len(),
                        first_test.p_value,
                        last_test.smaller,
                        last_test.p_value
                    ),
                ),
                Outcome::new(
                    "reason-as-stated",
                    if gain >= 5.0 { Verdict::Refuted } else { Verdict::holds_or_not(gain <= 1.5) },
                    format!("without any transfer, 64 over 1: {gain:.1} ≤ 1.5"),
                ),
            ],
            key_number: format!("{gain:.0} times as many samples a second at B = 64 as at 1; the target is reached fastest at B = {}", BATCHES[fastest]),
            remarks: vec![
                "Why without a transfer: a single sample multiplies each weight once, so that a step waits for memory to bring the weights \
                 and to take their update; a batch uses each weight B times once it is there. The cost of a step beside its arithmetic is \
                 shared by the batch as well. Latency of transfers adds to this; it is not the whole reason."
                    .to_owned(),
                format!(
                    "How much is gained depends on what a step costs beside its arithmetic. A pilot in NumPy took 564 µs for a step on one \
                     sample, where this program takes {} µs, and gained 41 times at B = 64 and 67 times at 1024 (1,772, 10,700, 32,700, \
                     72,700, 99,000 and 118,000 samples a second at the six batch sizes, on two cores).",
                    fixed(1e6 / median(&throughput[0][0]).map_err(&undecidable)?, 0)
                ),
                "Times differ from run to run, and from machine to machine; no verdict depends on how fast the machine is. The times of this \
                 report were measured once and stored with the run's other results under the machine's name: a further run takes them from \
                 there and gives the same page, and --fresh measures anew. The epochs to the target are no times and always the same."
                    .to_owned(),
                format!("Sanity gate: exact and numeric derivatives agree to {gate:.1e} on 20 coordinates."),
            ],
        })
    }
}

fn throughput_figure(throughput: &Throughput) -> Figure {
    let line = |name: &str, of: &[Vec<f64>]| {
        Series::line(
            name,
            BATCHES.iter().zip(of).map(|(&batch, values)| Point::spread(batch as f64, values)).collect(),
        )
    };
    let first = median(&throughput[0][0]).unwrap_or(f64::NAN);
    Figure {
        id: "throughput".to_owned(),
        title: "Samples per second by batch size".to_owned(),
        caption: "Training steps on one core, nothing transferred: median and range over the repetitions. The dashed line is what single \
                  samples give; above it, mini-batches gain."
            .to_owned(),
        x: Axis::logarithmic("batch size B"),
        y: Axis::logarithmic("samples per second"),
        series: vec![
            line("two layers of 512", &throughput[0]),
            line("two layers of 128", &throughput[1]),
            Series::level("512, single samples", 1.0, 1024.0, first),
        ],
    }
}

fn time_figure(times: &[Vec<f64>]) -> Figure {
    let points = BATCHES.iter().zip(times).map(|(&batch, times)| Point::spread(batch as f64, times));
    Figure {
        id: "time".to_owned(),
        title: "The time to the target is shortest in between".to_owned(),
        caption: "Seconds until the training loss is at most 0.05, at the learning rate tuned for each batch size; median and range over the \
                  seeds. Small batches waste the machine, large ones need more samples; a gap means that half of the seeds did not arrive."
            .to_owned(),
        x: Axis::logarithmic("batch size B"),
        y: Axis::logarithmic("seconds to a training loss of 0.05"),
        series: vec![Series::line("two layers of 128", points.collect())],
    }
}

fn table(large: &[f64], small: &[f64], tuned: &[Tuned], epochs: &[Vec<f64>], times: &[f64]) -> Table {
    let rows = BATCHES.iter().enumerate().map(|(i, &batch)| {
        let middle = median(&epochs[i]).unwrap_or(f64::INFINITY);
        let reached = |value: f64, decimals| {
            if value.is_finite() { Cell::number(value, decimals) } else { Cell::from("not within the limit") }
        };
        vec![
            Cell::number(batch as f64, 0),
            Cell::number(large[i], 0),
            Cell::number(large[i] / batch as f64, 0),
            Cell::number(large[i] / large[0], 1),
            Cell::number(small[i], 0),
            Cell::from(format!("{}{}", tuned[i].rate, if tuned[i].on_edge { " (edge optimum)" } else { "" })),
            reached(middle, 1),
            reached(times[i], 3),
        ]
    });
    Table {
        id: "throughput".to_owned(),
        title: "Throughput and time to the target".to_owned(),
        caption: format!(
            "Samples and steps per second of the large network and its gain over B = 1; of the small network the samples per second, the \
             tuned rate, and the medians over the seeds of the epochs and the seconds to a training loss of {TARGET}."
        ),
        columns: [
            "B",
            "samples/s (512)",
            "steps/s",
            "gain",
            "samples/s (128)",
            "tuned η",
            "epochs to 0.05",
            "seconds to 0.05",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: rows.collect(),
    }
}

fn seeds_table(epochs: &[Vec<f64>], seeds: &[u64]) -> Table {
    let rows = BATCHES.iter().zip(epochs).map(|(&batch, epochs)| {
        let reached =
            |&epochs: &f64| if epochs.is_finite() { Cell::number(epochs, 0) } else { Cell::from("—") };
        [Cell::number(batch as f64, 0)].into_iter().chain(epochs.iter().map(reached)).collect()
    });
    Table {
        id: "epochs".to_owned(),
        title: "Epochs to the target, every seed".to_owned(),
        caption: format!("At most {MOST_EPOCHS}; a dash is a run that did not arrive."),
        columns: ["B".to_owned()]
            .into_iter()
            .chain(seeds.iter().map(|seed| format!("seed {seed}")))
            .collect(),
        rows: rows.collect(),
    }
}
