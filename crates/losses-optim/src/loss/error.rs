//! What a loss refuses.

/// Predictions, targets, weights or constants that a loss is not defined for.
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

    /// Predictions with other axes than the loss reads.
    #[error("{loss}: expected predictions as {expected}, found the shape {found:?}; reshape them")]
    Predictions {
        /// The loss.
        loss: &'static str,
        /// What the axes should be.
        expected: &'static str,
        /// The shape of the predictions.
        found: Vec<usize>,
    },

    /// Targets of another shape than the predictions call for.
    #[error(
        "{loss}: expected targets of shape {expected:?}, to fit the predictions, found {found:?}; reshape one of them"
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

    /// A prediction outside the domain of the loss.
    #[error("{loss}: prediction {position} in row-major order is {found}, expected {expected}")]
    Prediction {
        /// The loss.
        loss: &'static str,
        /// Where it stands.
        position: usize,
        /// What predictions may be.
        expected: &'static str,
        /// What it is.
        found: f64,
    },

    /// Not one weight per sample.
    #[error("expected one weight for each of the samples, the shape {expected:?}, found {found:?}")]
    WeightShape {
        /// The shape of the samples' losses.
        expected: Vec<usize>,
        /// The shape of the weights.
        found: Vec<usize>,
    },

    /// A weight that is negative, infinite or NaN.
    #[error("the weight of sample {sample} is {found}, expected a finite number, zero or greater")]
    Weight {
        /// The row.
        sample: usize,
        /// Its weight.
        found: f64,
    },

    /// A mean over samples of which none counts.
    #[error("the weights of the samples add up to 0, so that they have no mean; leave the batch out, or sum")]
    NoWeight,

    /// A constant of the loss out of its range.
    #[error("{loss}: `{name}` is {found}, expected {expected}")]
    Constant {
        /// The loss.
        loss: &'static str,
        /// The field.
        name: &'static str,
        /// The admissible range, in words.
        expected: &'static str,
        /// Its value.
        found: f64,
    },

    /// Not one weight per class.
    #[error("{loss}: expected one weight for each of the {classes} classes, found {found}")]
    ClassWeights {
        /// The loss.
        loss: &'static str,
        /// The number of scores in a row.
        classes: usize,
        /// The number of weights.
        found: usize,
    },
}
