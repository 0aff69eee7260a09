use serde::{Deserialize, Serialize};

use super::{Schedule, between, elapsed};
use crate::{
    error::{HyperparameterError, non_negative, one_or_more, positive, within},
    state::Method,
};

/// One cycle: from a small rate up to the largest, then down to almost nothing.
///
/// ```text
/// s = min(t − 1, T − 1),   u = p T − 1
/// η(t) = cos-interpolated from η_max/a to η_max at s/u                         for s ≤ u
///        cos-interpolated from η_max to η_max/(a b) at (s − u)/(T − 1 − u)     after
/// ```
///
/// # Conventions
///
/// Shape and defaults are those of PyTorch's `OneCycleLR` (cosines in both phases) with t − 1 for its count from 0; the paper's
/// phases are linear. Momentum, which PyTorch and the paper cycle the other way, is left to the caller.
///
/// # Example
///
/// ```
/// use losses_optim::schedule::{OneCycle, Schedule};
///
/// let schedule = OneCycle { peak: 1.0, steps: 100, ..OneCycle::default() };
/// assert!((schedule.learning_rate(1) - 0.04).abs() < 1e-15);
/// assert_eq!(schedule.learning_rate(30), 1.0);
/// assert!((schedule.learning_rate(100) - 4e-6).abs() < 1e-15);
/// ```
///
/// # Source
///
/// L. N. Smith and N. Topin, *Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates*, 2017,
/// arXiv:1708.07120.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OneCycle {
    /// η_max ≥ 0. Default 0.1.
    pub peak: f64,
    /// T ≥ 1, the steps until the end. Default 100.
    pub steps: u64,
    /// p in [0, 1], the share of steps that rise. Default 0.3.
    pub rise: f64,
    /// a > 0: the first rate is η_max/a. Default 25.
    pub start_divisor: f64,
    /// b > 0: the last rate is η_max/(a b). Default 10⁴.
    pub end_divisor: f64,
}

impl Default for OneCycle {
    fn default() -> Self {
        Self { peak: 0.1, steps: 100, rise: 0.3, start_divisor: 25.0, end_divisor: 1e4 }
    }
}

impl Method for OneCycle {
    type Scalar = f64;
    const NAME: &'static str = "one_cycle";
    const SUMMARY: &'static str = "up to the largest rate, then down to almost nothing";
    const SOURCE: &'static str = "Smith and Topin 2017, arXiv:1708.07120";
}

impl Schedule for OneCycle {
    fn validate(&self) -> Result<(), HyperparameterError> {
        non_negative("peak", self.peak)?;
        one_or_more("steps", self.steps)?;
        within("rise", self.rise, (0.0..=1.0).contains(&self.rise), "a number in [0, 1]")?;
        positive("start_divisor", self.start_divisor)?;
        positive("end_divisor", self.end_divisor)
    }

    fn learning_rate(&self, t: u64) -> f64 {
        let first = self.peak / self.start_divisor;
        let end = self.steps.saturating_sub(1) as f64;
        let step = elapsed(t).min(end);
        let top = (self.rise * self.steps as f64 - 1.0).min(end);
        if step < top {
            between(first, self.peak, step / top)
        } else if end > top {
            between(self.peak, first / self.end_divisor, ((step - top) / (end - top)).min(1.0))
        } else {
            self.peak
        }
    }
}
