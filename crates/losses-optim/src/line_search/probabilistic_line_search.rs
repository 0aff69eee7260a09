use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{
    LineSearchError,
    armijo::inside,
    float,
    integrated_wiener::IntegratedWiener,
    wolfe_probability::{expected_improvement, wolfe},
};
use crate::{
    error::{HyperparameterError, one_or_more, positive, within},
    objective::{Estimate, SampledObjective},
    optim::constant,
    scratch::Scratch,
    state::Method,
    vector::dot,
};

/// A line search for gradients from batches: it asks how probable it is that Wolfe's conditions hold, not whether they do.
///
/// ```text
/// along d = −g, in units of the last step:   α = t α₀,   y(t) = (f(w + α d) − f(w)) / (α₀ ‖g‖²),   y(0) = 0,  y′(0) = −1
/// prior of y:  an integrated Wiener process; observations: values and slopes of fresh batches, with the noise found at t = 0
/// accept t if  P[ y(t) ≤ y(0) + c₁ t y′(0)  and  c₂ y′(0) ≤ y′(t) ≤ c₂ y′(0) + b̄ ] > p        b̄ = 2 c₂ (|y′(0)| + 2 sd y′(0))
/// else try the candidate with the largest product of that probability and the expected improvement:
///      the minima of the posterior mean's cubics, and one point beyond the last
/// next α₀ = 1.3 α
/// ```
///
/// # Conventions
///
/// This is an optimizer with a search in it rather than a [`LineSearch`](super::LineSearch): values of different batches are not to be
/// compared, so it sees the objective as a [`SampledObjective`]. Each [`step`](Self::step) goes along the negative gradient; what
/// was seen where it ended is what the next one begins with.
///
/// Details follow the authors' released code where the paper leaves them open: the first trial is t = 1; the step beyond the last
/// point is 1, and doubles when it is taken; if the posterior slope at 0 is positive, a hundredth of the first cell is taken; if nothing
/// is accepted, the observed point with the lowest posterior mean is. α₀ is put back to its running average when it is more
/// than a hundred times off. A point that is accepted after others were seen is seen once more. An observation
/// that is NaN or infinite is not learnt from; the next trial is at a tenth.
///
/// Room for the points of a line, [`evaluations`](Self::evaluations) of them and at most 64, is made at the first step; the process's
/// matrix has two rows for each.
///
/// # Example
///
/// ```
/// use losses_optim::{line_search::ProbabilisticLineSearch, objective::Estimate};
///
/// // ½w² seen with errors that change from batch to batch.
/// let mut batch = 0_u32;
/// let mut objective = |w: &[f64], estimate: &mut Estimate<f64>| {
///     batch += 1;
///     let error = 0.1 * f64::from(batch).sin();
///     estimate.value = 0.5 * w[0] * w[0] + error * w[0];
///     estimate.gradient[0] = w[0] + error;
///     estimate.value_variance = 0.005 * w[0] * w[0];
///     estimate.gradient_variance[0] = 0.005;
/// };
/// let mut search = ProbabilisticLineSearch { step: 1e-3, ..ProbabilisticLineSearch::default() };
/// let mut w = [10.0];
/// for _ in 0..10 {
///     search.step(&mut w, &mut objective)?;
/// }
/// assert!(w[0].abs() < 0.3, "{w:?}"); // from a first step a thousand times too short
/// # Ok::<(), losses_optim::line_search::LineSearchError>(())
/// ```
///
/// # Source
///
/// M. Mahsereci and P. Hennig, *Probabilistic Line Searches for Stochastic Optimization*, NeurIPS 2015, arXiv:1502.02846; longer in
/// JMLR 18, 2017, arXiv:1703.10034.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProbabilisticLineSearch<T> {
    /// c₁ in (0, 1). Default 0.05.
    pub decrease: f64,
    /// c₂ in (c₁, 1). Default 0.5.
    pub flatness: f64,
    /// p in (0, 1), the probability of Wolfe's conditions that is enough. Default 0.3.
    pub confidence: f64,
    /// How many points of a line are looked at, at most. Default 7.
    pub evaluations: u64,
    /// By which the next α₀ is larger than the step taken, > 0. Default 1.3.
    pub growth: f64,
    /// γ in [0, 1), what is kept of the average of steps. Default 0.95.
    pub memory: f64,
    /// By how much α₀ may differ from that average, > 1. Default 100.
    pub deviation: f64,
    /// α₀ > 0. Default 10⁻³.
    pub step: f64,
    /// The running average of α; `None` before the first step.
    pub average: Option<f64>,
    /// The parameters where the last step ended; empty before.
    pub point: Vec<T>,
    /// What was seen there.
    pub seen: Option<Estimate<T>>,
    /// What a step works in; no part of the state.
    #[serde(skip, default = "ProbabilisticRoom::default")]
    pub room: ProbabilisticRoom<T>,
}

/// What a step of [`ProbabilisticLineSearch`] works in, kept from one to the next. It equals any other and is empty in a copy.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbabilisticRoom<T>(Scratch<Buffers<T>>);

impl<T> Default for ProbabilisticRoom<T> {
    fn default() -> Self {
        Self(Scratch::default())
    }
}

/// For so many points of a line there is room from the first step on.
const ROOM: u64 = 64;

struct Buffers<T> {
    direction: Vec<T>,
    /// A point along it.
    trial: Vec<T>,
    process: IntegratedWiener,
    /// The times of the process, in order.
    sorted: Vec<f64>,
}

impl<T> Default for Buffers<T> {
    fn default() -> Self {
        Self {
            direction: Vec::new(),
            trial: Vec::new(),
            process: IntegratedWiener::default(),
            sorted: Vec::new(),
        }
    }
}

/// Why a step was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// Wolfe's conditions hold with enough probability.
    Probable,
    /// They do nowhere; the posterior mean is lowest here.
    Lowest,
    /// The slope at the start is probably positive after all: a very short step.
    Cautious,
    /// The gradient is 0: no step.
    Stationary,
}

/// What a step of [`ProbabilisticLineSearch`] has come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProbabilisticStep {
    /// α.
    pub step: f64,
    /// How many batches were drawn.
    pub evaluations: u64,
    /// Why it ended there.
    pub accepted: Accepted,
}

impl<T> Default for ProbabilisticLineSearch<T> {
    fn default() -> Self {
        Self {
            decrease: 0.05,
            flatness: 0.5,
            confidence: 0.3,
            evaluations: 7,
            growth: 1.3,
            memory: 0.95,
            deviation: 100.0,
            step: 1e-3,
            average: None,
            point: Vec::new(),
            seen: None,
            room: ProbabilisticRoom::default(),
        }
    }
}

impl<T> Method for ProbabilisticLineSearch<T> {
    type Scalar = T;
    const NAME: &'static str = "probabilistic_line_search";
    const SUMMARY: &'static str = "goes where Wolfe's conditions probably hold, for gradients from batches";
    const SOURCE: &'static str = "Mahsereci and Hennig 2015, arXiv:1502.02846";
}

/// A search in progress, in units of α₀.
struct Trials<'a, T> {
    objective: &'a mut dyn SampledObjective<T>,
    start: &'a [T],
    direction: &'a [T],
    trial: &'a mut [T],
    seen: &'a mut Estimate<T>,
    /// α₀.
    unit: f64,
    /// f(w).
    value: f64,
    /// ‖g‖².
    square: f64,
    process: &'a mut IntegratedWiener,
    sorted: &'a mut Vec<f64>,
    evaluations: u64,
    /// The t of the last look.
    at: f64,
}

impl<T: Float> Trials<'_, T> {
    /// Draws a batch at t. Returns y and y′.
    fn look(&mut self, t: f64) -> (f64, f64) {
        let alpha = constant::<T>(t * self.unit);
        for ((trial, &w), &d) in self.trial.iter_mut().zip(self.start).zip(self.direction) {
            *trial = w + alpha * d;
        }
        self.objective.sample(self.trial, self.seen);
        self.evaluations += 1;
        self.at = t;
        let slope = float(dot(&self.seen.gradient, self.direction));
        ((float(self.seen.value) - self.value) / (self.unit * self.square), slope / self.square)
    }
}

impl<T: Float> ProbabilisticLineSearch<T> {
    /// Checks the constants.
    ///
    /// # Errors
    ///
    /// Names the first constant that is out of its range.
    pub fn validate(&self) -> Result<(), HyperparameterError> {
        inside("decrease", self.decrease)?;
        let holds = self.flatness > self.decrease && self.flatness < 1.0;
        within("flatness", self.flatness, holds, "a number between `decrease` and 1")?;
        inside("confidence", self.confidence)?;
        one_or_more("evaluations", self.evaluations)?;
        positive("growth", self.growth)?;
        crate::error::decay_rate("memory", self.memory)?;
        let holds = self.deviation > 1.0 && self.deviation.is_finite();
        within("deviation", self.deviation, holds, "a finite number greater than one")?;
        positive("step", self.step)
    }

    /// One step along the negative gradient.
    ///
    /// # Errors
    ///
    /// Refuses constants out of range and a start where the objective is not finite, and gives up if it is finite at no trial. The
    /// parameters are then unchanged.
    pub fn step(
        &mut self,
        params: &mut [T],
        objective: &mut dyn SampledObjective<T>,
    ) -> Result<ProbabilisticStep, LineSearchError> {
        self.validate()?;
        // Where the parameters have been moved, what was seen is of use as room only.
        let known = self.point == params;
        let fits = |seen: &Estimate<T>| {
            seen.gradient.len() == params.len() && seen.gradient_variance.len() == params.len()
        };
        let (mut seen, known) = match self.seen.take().filter(fits) {
            Some(seen) => (seen, known),
            None => (Estimate::zeros(params.len()), false),
        };
        let mut evaluations = 0;
        if !known {
            objective.sample(params, &mut seen);
            evaluations += 1;
        }
        let square = float(dot(&seen.gradient, &seen.gradient));
        if !(float(seen.value).is_finite() && square.is_finite()) {
            return Err(LineSearchError::NoDescent { value: float(seen.value), slope: -square });
        }
        if square == 0.0 {
            self.arrive(params, seen);
            return Ok(ProbabilisticStep { step: 0.0, evaluations, accepted: Accepted::Stationary });
        }
        let Buffers { direction, trial, process, sorted } = &mut self.room.0.0;
        direction.clear();
        direction.extend(seen.gradient.iter().map(|&g| -g));
        trial.clear();
        trial.extend_from_slice(params);
        let spread: f64 = seen
            .gradient
            .iter()
            .zip(&seen.gradient_variance)
            .map(|(&g, &variance)| float(g).powi(2) * float(variance))
            .sum();
        let unit = self.step;
        let observations = 1 + self.evaluations.min(ROOM) as usize;
        sorted.reserve(observations);
        process.restart(
            float(seen.value_variance) / (unit * square).powi(2),
            spread / (square * square),
            observations,
        );
        let mut trials = Trials {
            objective,
            start: params,
            direction,
            trial,
            unit,
            value: float(seen.value),
            square,
            process,
            sorted,
            evaluations,
            at: 0.0,
            seen: &mut seen,
        };
        let (decrease, flatness) = (self.decrease, self.flatness);
        let found = search(
            &mut trials,
            self.evaluations,
            |process, t| wolfe(process, t, decrease, flatness),
            self.confidence,
        );
        let evaluations = trials.evaluations;
        let (t, accepted) = found?;
        params.copy_from_slice(trial);
        self.arrive(params, seen);
        let step = t * unit;
        let average = self.average.map_or(step, |average| self.memory * average + (1.0 - self.memory) * step);
        self.average = Some(average);
        self.step = self.growth * step;
        if self.step > self.deviation * average || self.step < average / self.deviation {
            self.step = average;
        }
        Ok(ProbabilisticStep { step, evaluations, accepted })
    }

    fn arrive(&mut self, params: &[T], seen: Estimate<T>) {
        self.point.clear();
        self.point.extend_from_slice(params);
        self.seen = Some(seen);
    }
}

/// The t to go to, which is also where the objective was seen last.
fn search<T: Float>(
    trials: &mut Trials<'_, T>,
    limit: u64,
    probability: impl Fn(&mut IntegratedWiener, f64) -> f64,
    confidence: f64,
) -> Result<(f64, Accepted), LineSearchError> {
    let mut usable = trials.process.observe(0.0, 0.0, -1.0);
    let (mut t, mut beyond, mut looked) = (1.0, 1.0, 0);
    while usable && looked < limit {
        looked += 1;
        let (value, slope) = trials.look(t);
        if !(value.is_finite() && slope.is_finite()) {
            t *= 0.1;
            continue;
        }
        usable = trials.process.observe(t, value, slope);
        if !usable {
            break;
        }
        let process = &mut *trials.process;
        if probability(process, t) > confidence {
            return Ok((t, Accepted::Probable));
        }
        let sorted = &mut *trials.sorted;
        sorted.clear();
        sorted.extend_from_slice(&process.times);
        sorted.sort_unstable_by(f64::total_cmp);
        if process.mean_slope(0.0) > 0.0 {
            let t = 0.01 * sorted[1];
            trials.look(t);
            return Ok((t, Accepted::Cautious));
        }
        // With one more observation, an earlier point may have become probable.
        let probable = |process: &mut IntegratedWiener, t| probability(process, t) > confidence;
        if let Some(earlier) = lowest(process, &sorted[1..], probable) {
            trials.look(earlier);
            return Ok((earlier, Accepted::Probable));
        }
        let best = sorted.iter().map(|&t| process.mean(t)).fold(f64::INFINITY, f64::min);
        let furthest = sorted[sorted.len() - 1] + beyond;
        let (mut next, mut merit) = (furthest, f64::NEG_INFINITY);
        for (i, &from) in sorted.iter().enumerate() {
            let candidate = match sorted.get(i + 1) {
                Some(&to) => match process.cubic_minimum(from + 1e-6 * (to - from)) {
                    least if least > from && least < to => least,
                    _ => continue,
                },
                None => furthest,
            };
            let worth = expected_improvement(process, candidate, best) * probability(process, candidate);
            if worth > merit {
                (next, merit) = (candidate, worth);
            }
        }
        if next == furthest {
            beyond *= 2.0;
        }
        t = next;
    }
    trials.sorted.clear();
    trials.sorted.extend(trials.process.times.iter().skip(1));
    let Some(lowest) = lowest(trials.process, trials.sorted, |_, _| true) else {
        return Err(LineSearchError::Exhausted { evaluations: trials.evaluations, last: t * trials.unit });
    };
    if lowest != trials.at {
        trials.look(lowest);
    }
    Ok((lowest, Accepted::Lowest))
}

/// Of the times that are admitted, the one with the lowest posterior mean.
fn lowest(
    process: &mut IntegratedWiener,
    times: &[f64],
    admits: impl Fn(&mut IntegratedWiener, f64) -> bool,
) -> Option<f64> {
    let mut lowest: Option<(f64, f64)> = None;
    for &t in times {
        if admits(process, t) {
            let mean = process.mean(t);
            if lowest.is_none_or(|(least, _)| mean.total_cmp(&least).is_lt()) {
                lowest = Some((mean, t));
            }
        }
    }
    lowest.map(|(_, t)| t)
}
