//! What can be wrong with a step or a constant, in words that name the cure.

use thiserror::Error;

/// A constant of a method lies outside the range in which the method is defined.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("`{name}` is {found}: expected {expected}; set the field before the first step")]
pub struct HyperparameterError {
    /// The field that holds the constant.
    pub name: &'static str,
    /// Its value.
    pub found: f64,
    /// The admissible range, in words.
    pub expected: &'static str,
}

/// Why a step was refused. Parameters and state are unchanged when one of these is returned.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum StepError {
    /// Gradient and parameters differ in length.
    #[error(
        "the gradient has {found} entries but there are {expected} parameters: pass two slices of one layout"
    )]
    GradientLength {
        /// The number of parameters.
        expected: usize,
        /// The length of the gradient.
        found: usize,
    },
    /// The state belongs to another number of parameters.
    #[error(
        "state `{buffer}` has {found} entries but there are {expected} parameters: \
         load the state that was saved for these parameters, or begin with a new optimizer"
    )]
    StateLength {
        /// The field of the state.
        buffer: &'static str,
        /// The number of parameters.
        expected: usize,
        /// The length of the field.
        found: usize,
    },
    /// The learning rate is NaN, infinite or negative.
    #[error("the learning rate is {found}: expected a finite number, zero or greater; check the schedule")]
    LearningRate {
        /// The learning rate that was passed.
        found: f64,
    },
    /// Workers without samples have no mean.
    #[error(
        "{workers} workers have no sample between them: pass at least one worker with at least one sample"
    )]
    NoSamples {
        /// The number of workers.
        workers: usize,
    },
    /// A constant of the method is out of range.
    #[error(transparent)]
    Hyperparameter(#[from] HyperparameterError),
}

/// Passes if `value` lies in [0, 1), where exponential averages are defined.
pub(crate) fn decay_rate(name: &'static str, value: f64) -> Result<(), HyperparameterError> {
    within(name, value, (0.0..1.0).contains(&value), "a number in [0, 1)")
}

/// Passes if `value` is finite and not negative.
pub(crate) fn non_negative(name: &'static str, value: f64) -> Result<(), HyperparameterError> {
    within(name, value, value >= 0.0 && value.is_finite(), "a finite number, zero or greater")
}

/// Passes if `value` is finite and greater than zero.
pub(crate) fn positive(name: &'static str, value: f64) -> Result<(), HyperparameterError> {
    within(name, value, value > 0.0 && value.is_finite(), "a finite number greater than zero")
}

/// Passes if `value` counts at least one step.
pub(crate) fn one_or_more(name: &'static str, value: u64) -> Result<(), HyperparameterError> {
    within(name, value as f64, value > 0, "a whole number of steps, one or more")
}

/// Refuses a buffer of the state that has another length than the parameters.
pub(crate) fn same_length<T>(buffer: &'static str, values: &[T], expected: usize) -> Result<(), StepError> {
    if values.len() == expected {
        Ok(())
    } else {
        Err(StepError::StateLength { buffer, expected, found: values.len() })
    }
}

/// Passes if `holds`; otherwise says what was expected.
pub(crate) fn within(
    name: &'static str,
    found: f64,
    holds: bool,
    expected: &'static str,
) -> Result<(), HyperparameterError> {
    if holds { Ok(()) } else { Err(HyperparameterError { name, found, expected }) }
}
