//! What a loss refuses.

/// Predictions and targets that a loss cannot compare.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LossError {
    /// No sample, or samples without a number.
    #[error(
        "{loss}: expected at least one sample and one number per sample, found predictions of shape {shape:?}"
    )]
    Empty {
        /// The loss.
        loss: &'static str,
        /// The shape of the predictions.
        shape: Vec<usize>,
    },

    /// Targets of another shape than the predictions call for.
    #[error(
        "{loss}: expected targets of shape {expected:?}, like the predictions, found {found:?}; reshape one of them"
    )]
    Shape {
        /// The loss.
        loss: &'static str,
        /// The shape that the predictions call for.
        expected: Vec<usize>,
        /// The shape of the targets.
        found: Vec<usize>,
    },

    /// A label that names no class.
    #[error(
        "{loss}: sample {sample} has label {found}, expected one below {classes}, the number of scores in a row"
    )]
    Label {
        /// The loss.
        loss: &'static str,
        /// The row.
        sample: usize,
        /// The number of classes.
        classes: usize,
        /// The label.
        found: usize,
    },

    /// A target that the loss is not defined for.
    #[error("{loss}: target {position} in row-major order is {found}, expected {expected}")]
    Target {
        /// The loss.
        loss: &'static str,
        /// Where it stands.
        position: usize,
        /// What targets may be.
        expected: &'static str,
        /// What it is.
        found: f64,
    },
}
