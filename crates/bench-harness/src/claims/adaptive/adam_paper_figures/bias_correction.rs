//! E3: Adam with and without the correction of its moments, on an autoencoder.

use autograd::ArrayAlgebra;
use losses_optim::loss::{HalfSquaredError, Loss, LossError, Reduction};
use serde::Serialize;

use super::correction::{BETA1, BETA2, CORRECTIONS, Correction};
use super::{Data, ID};
use crate::Error;
use crate::claim::{Outcome, Scale, Verdict};
use crate::data::Dataset;
use crate::model::{Batch, Mlp, Task, Trainer, TrainerOptions, evaluate_on, gradient_check_at};
use crate::report::{fixed, scientific};
use crate::run::Laboratory;
use crate::stats::{self, CONFIDENCE, median, paired_difference};

/// The learning rates that are tried.
pub(super) const RATES: [f64; 5] = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1];
/// Adam's default rate: from here on rates count as large.
pub(super) const LARGE: f64 = 1e-3;
/// Smaller mini-batches than those of the comparisons: more steps for the same cost.
const BATCH: usize = 32;
/// The step of the gradients' check: between kinks the loss is a parabola along each weight, of which central differences
/// of any step are exact, and it is large enough for shorter ones to be lost in rounding.
const CHECK_STEP: f64 = 1e-4;
/// What a larger loss, or that of a run that diverged, is counted as.
const CEILING: f64 = 1e6;

/// Reconstructing the inputs: half the squared distance.
struct Reconstruction;

impl Task for Reconstruction {
    fn loss<A: ArrayAlgebra>(&self, outputs: &A, batch: &Batch<'_, A>) -> Result<A, LossError> {
        HalfSquaredError.evaluate(outputs, batch.inputs, Reduction::Mean)
    }
}

/// A training run.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Run {
    hidden: Vec<usize>,
    epochs: u64,
    beta1: f64,
    beta2: f64,
    correction: Correction,
    rate: f64,
    seed: u64,
}

/// The training loss at the end of a run.
fn train(run: &Run, data: &Dataset) -> f64 {
    let model = Mlp::new(data.dimension(), &run.hidden, data.dimension());
    let options = TrainerOptions { batch: BATCH, l2: 0.0, dropout: 0.0 };
    let optimizer = run.correction.optimizer(run.beta1, run.beta2, 1e-8);
    let mut trainer = Trainer::on(Reconstruction, &model, data, options, optimizer, run.seed);
    for _ in 0..run.epochs {
        if !trainer.epoch(|_, _| run.rate).loss.is_finite() {
            return CEILING;
        }
    }
    let loss = evaluate_on(&Reconstruction, &model, trainer.parameters(), data).loss;
    if loss.is_nan() { CEILING } else { loss.min(CEILING) }
}

/// The loss of reconstructing every image as the mean image.
fn constant(data: &Dataset) -> f64 {
    let (dimension, count) = (data.dimension(), data.len() as f64);
    let pixels = |pixel: usize| data.features.iter().skip(pixel).step_by(dimension).map(|&x| f64::from(x));
    let variance = |pixel: usize| {
        let mean = pixels(pixel).sum::<f64>() / count;
        pixels(pixel).map(|x| (x - mean).powi(2)).sum::<f64>() / count
    };
    (0..dimension).map(variance).sum::<f64>() / 2.0
}

/// The runs of a combination of β₁, β₂ and correction: losses by learning rate and by seed.
pub(super) struct Group {
    pub(super) beta1: f64,
    pub(super) beta2: f64,
    pub(super) correction: Correction,
    pub(super) losses: Vec<Vec<f64>>,
}

impl Group {
    /// The largest loss over the learning rates from `lowest` on, by seed.
    pub(super) fn worst(&self, lowest: f64) -> Vec<f64> {
        let of_seed = |seed: usize| {
            let rates = RATES.iter().zip(&self.losses).filter(|(rate, _)| **rate >= lowest);
            rates.map(|(_, losses)| losses[seed]).fold(0.0, f64::max)
        };
        (0..self.losses[0].len()).map(of_seed).collect()
    }

    /// The medians over the seeds with their learning rates, by ascending loss.
    pub(super) fn ranked(&self) -> Vec<(f64, f64)> {
        let middle = |losses: &Vec<f64>| median(losses).expect("at least one seed, and no NaN");
        let mut ranked: Vec<(f64, f64)> = self.losses.iter().map(middle).zip(RATES).collect();
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
        ranked
    }
}

/// What E3 found.
pub(super) struct Corrections {
    model: String,
    pub(super) epochs: u64,
    scale: Scale,
    pub(super) groups: Vec<Group>,
    /// The loss of the mean image.
    pub(super) constant: f64,
    gradient_error: f64,
}

/// The seeds of a β₂: at quick scale half of them where it decides no criterion.
fn seeds_of(beta2: f64, seeds: &[u64], scale: Scale) -> &[u64] {
    if scale == Scale::Full || beta2 == BETA2[0] { seeds } else { &seeds[..seeds.len().div_ceil(2)] }
}

/// Trains every combination at every learning rate.
pub(super) fn study(laboratory: &Laboratory, seeds: &[u64], data: &Data) -> Result<Corrections, Error> {
    let scale = laboratory.scale();
    let (hidden, epochs): (Vec<usize>, u64) = match scale {
        Scale::Quick => (vec![32, 8, 32], 10),
        Scale::Full => (vec![64, 8, 64], 3),
    };
    let mut groups = Vec::new();
    let mut runs = Vec::new();
    for beta2 in BETA2 {
        let seeds = seeds_of(beta2, seeds, scale);
        for beta1 in BETA1 {
            for correction in CORRECTIONS {
                groups.push(Group { beta1, beta2, correction, losses: Vec::new() });
                for rate in RATES {
                    runs.extend(seeds.iter().map(|&seed| Run {
                        hidden: hidden.clone(),
                        epochs,
                        beta1,
                        beta2,
                        correction,
                        rate,
                        seed,
                    }));
                }
            }
        }
    }
    let losses = laboratory.cells("E3 autoencoder", &runs, |run| Ok(train(run, &data(run.seed).train)))?;
    let mut losses = losses.into_iter();
    for group in &mut groups {
        let of_rate = seeds_of(group.beta2, seeds, scale).len();
        group.losses = RATES.map(|_| losses.by_ref().take(of_rate).collect()).to_vec();
    }
    let example = data(seeds[0]).train;
    let model = Mlp::new(example.dimension(), &hidden, example.dimension());
    let found = Corrections {
        model: [&[model.inputs], &hidden[..], &[model.outputs]]
            .concat()
            .iter()
            .map(usize::to_string)
            .collect::<Vec<_>>()
            .join("-"),
        epochs,
        scale,
        groups,
        constant: constant(&example),
        gradient_error: gradient_check_at(CHECK_STEP, &Reconstruction, &model, &example, 0),
    };
    found.check()?;
    Ok(found)
}

impl Corrections {
    /// The sanity gates.
    fn check(&self) -> Result<(), Error> {
        let invalid = |reason| Err(Error::Invalid { claim: ID.to_owned(), reason });
        if self.gradient_error > 1e-6 {
            return invalid(format!(
                "E3: exact and numeric gradients differ by {:e}, more than 10⁻⁶",
                self.gradient_error
            ));
        }
        for group in self.groups.iter().filter(|group| group.correction == Correction::With) {
            let best = group.ranked()[0];
            if best.0 >= self.constant {
                return invalid(format!(
                    "E3: Adam with β₁ = {} and β₂ = {} is no better than the mean image at any learning rate",
                    group.beta1, group.beta2
                ));
            }
        }
        Ok(())
    }

    /// What the gates let pass, for the remarks.
    pub(super) fn gate(&self) -> String {
        format!(
            "Sanity gates of E3: with the correction and at its best learning rate, every pair of β₁ and β₂ beats the mean image, whose \
             loss is {} on the data of the first seed; exact and numeric derivatives (central differences of step {CHECK_STEP}) agree to {:.1e} on \
             20 coordinates.",
            fixed(self.constant, 3),
            self.gradient_error
        )
    }

    /// The set-up.
    pub(super) fn describe(&self) -> String {
        let fewer = match self.scale {
            Scale::Quick => format!(
                "; β₂ other than {}, which decide no criterion, with the first half of the seeds",
                BETA2[0]
            ),
            Scale::Full => String::new(),
        };
        format!(
            "autoencoder {}, ReLU, half the squared distance between an image and its reconstruction, {} epochs at constant α in \
             mini-batches of {BATCH}{fewer}",
            self.model, self.epochs
        )
    }

    fn group(&self, beta1: f64, beta2: f64, correction: Correction) -> &Group {
        let same =
            |group: &&Group| (group.beta1, group.beta2, group.correction) == (beta1, beta2, correction);
        self.groups.iter().find(same).expect("each was run")
    }

    /// The outcomes of the criteria on the worst loss.
    pub(super) fn outcomes(&self) -> Result<[Outcome; 2], stats::Error> {
        Ok([self.outcome("bias-correction", RATES[0])?, self.outcome("bias-correction-large-rates", LARGE)?])
    }

    fn outcome(&self, criterion: &str, lowest: f64) -> Result<Outcome, stats::Error> {
        let (mut tested, mut above, mut below) = (Vec::new(), true, false);
        for beta1 in BETA1 {
            let worst = |correction| self.group(beta1, BETA2[0], correction).worst(lowest);
            let logarithms = |losses: &[f64]| losses.iter().map(|loss| loss.log10()).collect::<Vec<f64>>();
            let (without, with) = (worst(Correction::Without), worst(Correction::With));
            let difference = paired_difference(&logarithms(&without), &logarithms(&with), CONFIDENCE)?;
            above &= difference.above(0.0);
            below |= difference.below(0.0);
            tested.push(format!(
                "β₁ = {beta1}: median of the worst {} without and {} with; decimal logarithm higher by {}, {} to {}",
                scientific(median(&without)?),
                scientific(median(&with)?),
                fixed(difference.estimate, 2),
                fixed(difference.low, 2),
                fixed(difference.high, 2)
            ));
        }
        let verdict = match (above, below) {
            (true, _) => Verdict::Reproduced,
            (_, true) => Verdict::Refuted,
            _ => Verdict::NotReproduced,
        };
        Ok(Outcome::new(criterion, verdict, format!("{} (> 0)", tested.join("; "))))
    }
}
