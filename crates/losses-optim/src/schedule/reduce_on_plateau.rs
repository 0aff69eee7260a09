use serde::{Deserialize, Serialize};

use super::Schedule;
use crate::{
    error::{HyperparameterError, non_negative},
    state::Method,
};

/// Reduce on plateau: the rate is multiplied by a factor when a loss has not improved for a while.
///
/// ```text
/// improved:   loss < (1 − θ) best   (best > 0; in general best − θ |best|)
/// bad ← 0 if improved, else bad + 1
/// if bad > patience:  η ← max(γ η, η_min),  bad ← 0,  and no bad epoch counts for `cooldown` epochs
/// ```
///
/// # Conventions
///
/// Tell it each epoch's loss with [`observe`](Self::observe); the rate in force does not depend on t. With positive losses
/// it is PyTorch's `ReduceLROnPlateau` in modes `min` and `rel` (which has θ = 10⁻⁴ and patience 10 as well, and skips
/// reductions smaller than 10⁻⁸; here every reduction is made); optax's `contrib.reduce_on_plateau` reduces when `patience` is
/// reached, not exceeded. A loss that is NaN or infinite is no improvement. To watch an accuracy,
/// pass its negative.
///
/// # Example
///
/// ```
/// use losses_optim::schedule::{ReduceOnPlateau, Schedule};
///
/// let mut schedule = ReduceOnPlateau { rate: 1.0, factor: 0.5, patience: 1, ..ReduceOnPlateau::default() };
/// for loss in [3.0, 2.0, 2.0, 2.0] {
///     schedule.observe(loss);
/// }
/// assert_eq!(schedule.learning_rate(5), 0.5);
/// ```
///
/// # Source
///
/// The lecture ("when the loss stagnates"); A. Krizhevsky, I. Sutskever and G. Hinton, NeurIPS 2012, section 5, by hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReduceOnPlateau {
    /// η ≥ 0, the rate in force. Default 0.01.
    pub rate: f64,
    /// γ ≥ 0, by which the rate is multiplied. Default 0.1.
    pub factor: f64,
    /// How many epochs without improvement are borne. Default 10.
    pub patience: u64,
    /// θ ≥ 0, the relative improvement that counts. Default 10⁻⁴.
    pub threshold: f64,
    /// How many epochs after a reduction are not judged. Default 0.
    pub cooldown: u64,
    /// η_min ≥ 0. Default 0.
    pub smallest: f64,
    /// The smallest loss that counted as an improvement.
    pub best: Option<f64>,
    /// Epochs without improvement.
    pub bad: u64,
    /// Epochs left that are not judged.
    pub cooling: u64,
}

impl Default for ReduceOnPlateau {
    fn default() -> Self {
        Self {
            rate: 0.01,
            factor: 0.1,
            patience: 10,
            threshold: 1e-4,
            cooldown: 0,
            smallest: 0.0,
            best: None,
            bad: 0,
            cooling: 0,
        }
    }
}

impl Method for ReduceOnPlateau {
    type Scalar = f64;
    const NAME: &'static str = "reduce_on_plateau";
    const SUMMARY: &'static str = "multiplied by a factor when the loss stagnates";
    const SOURCE: &'static str = "Krizhevsky, Sutskever and Hinton 2012, section 5";
}

impl ReduceOnPlateau {
    /// Takes note of an epoch's loss.
    pub fn observe(&mut self, loss: f64) {
        if self.best.is_none_or(|best| loss < best - self.threshold * best.abs()) && loss.is_finite() {
            self.best = Some(loss);
            self.bad = 0;
        } else {
            self.bad += 1;
        }
        if self.cooling > 0 {
            self.cooling -= 1;
            self.bad = 0;
        }
        if self.bad > self.patience {
            self.rate = (self.rate * self.factor).max(self.smallest).min(self.rate);
            self.bad = 0;
            self.cooling = self.cooldown;
        }
    }
}

impl Schedule for ReduceOnPlateau {
    fn validate(&self) -> Result<(), HyperparameterError> {
        non_negative("rate", self.rate)?;
        non_negative("factor", self.factor)?;
        non_negative("threshold", self.threshold)?;
        non_negative("smallest", self.smallest)
    }

    fn learning_rate(&self, _: u64) -> f64 {
        self.rate
    }
}
