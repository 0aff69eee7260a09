//! How a run went.

use serde::{Deserialize, Serialize};

use super::suite::EPOCHS;

/// A run whose loss is more than this many times its start has diverged.
const DIVERGED: f64 = 1e6;
/// Below this share of the start a loss counts as this share: its logarithm would be that of rounding errors.
const ZERO: f64 = 1e-12;

/// How a run went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Course {
    /// The training loss of the best constant prediction, or of the starting point where nothing is predicted.
    pub(super) start: f64,
    /// The training loss after each epoch, above its minimum where that is known; infinite from a divergence on.
    #[serde(with = "crate::run::float::vec")]
    pub(super) losses: Vec<f64>,
    /// The test accuracy of a classifier.
    pub(super) accuracy: Option<f64>,
}

impl Course {
    /// A run that is about to begin.
    pub(super) fn begin(start: f64) -> Self {
        Self { start, losses: Vec::new(), accuracy: None }
    }

    pub(super) fn last(&self) -> f64 {
        *self.losses.last().expect("a run has an epoch")
    }

    pub(super) fn diverged(&self) -> bool {
        self.last().is_infinite()
    }

    /// ln of a loss, that of a diverged run at the bound of divergence.
    fn ln(&self, loss: f64) -> f64 {
        loss.min(DIVERGED * self.start).ln()
    }

    /// log₁₀ of the final loss.
    pub(super) fn log10(&self) -> f64 {
        self.ln(self.last()) / std::f64::consts::LN_10
    }

    /// The mean absolute second difference of the logarithm of the loss by epoch: how far the curve is from smooth.
    pub(super) fn roughness(&self) -> f64 {
        let logs: Vec<f64> = self.losses.iter().map(|&loss| self.ln(loss)).collect();
        let bends = logs.windows(3).map(|w| (w[2] - 2.0 * w[1] + w[0]).abs());
        bends.sum::<f64>() / (logs.len() - 2) as f64
    }

    /// Notes the loss after an epoch; says whether the run has diverged, for good.
    pub(super) fn note(&mut self, loss: f64) -> bool {
        let diverged = loss.is_nan() || loss > DIVERGED * self.start;
        if diverged {
            self.losses.resize(EPOCHS as usize, f64::INFINITY);
        } else {
            self.losses.push(loss.max(ZERO * self.start));
        }
        diverged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(start: f64, losses: &[f64]) -> Course {
        Course { start, losses: losses.to_vec(), accuracy: None }
    }

    #[test]
    fn roughness_of_known_curves() {
        // A straight line of the logarithm is smooth, however steep.
        assert!(course(1.0, &[1.0, 0.1, 0.01, 0.001]).roughness() < 1e-12);
        let zigzag = course(1.0, &[1.0, 2.0, 1.0, 2.0]).roughness();
        assert!((zigzag - 2.0 * 2f64.ln()).abs() < 1e-12);
        // A run that diverges stays at the bound.
        let bend = course(1.0, &[1.0, 1.0, f64::INFINITY, f64::INFINITY]).roughness();
        assert!((bend - 1e6_f64.ln()).abs() < 1e-9, "{bend}");
    }

    #[test]
    fn divergence_is_noted_for_good() {
        let mut run = course(2.0, &[]);
        assert!(!run.note(1.9e6) && run.note(2.1e6) && run.diverged());
        assert!(run.losses.len() == 15 && (run.log10() - 2e6_f64.log10()).abs() < 1e-12);
        assert!(course(1.0, &[]).note(f64::NAN));
        let mut solved = course(2.0, &[]);
        assert!(!solved.note(1e-40) && solved.last() == 2e-12);
    }
}
