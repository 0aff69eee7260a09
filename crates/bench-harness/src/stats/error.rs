//! Why a statistic could not be computed.

/// Why a statistic could not be computed, in words that name the remedy.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The sample is too small for what was asked.
    #[error("{what} needs at least {needed} values, found {found}")]
    TooFew {
        /// What was asked for.
        what: &'static str,
        /// The smallest sample it is defined for.
        needed: usize,
        /// The size of the sample given.
        found: usize,
    },

    /// A value that the statistic has no meaning for: NaN anywhere, an infinity where values are averaged.
    #[error("value {value} at position {position}: {expected} expected")]
    Unusable {
        /// Its place in the sample, from 0.
        position: usize,
        /// The value.
        value: f64,
        /// What is admitted instead.
        expected: &'static str,
    },

    /// Two samples that should be paired have different sizes.
    #[error("paired samples must have the same size, found {left} and {right}")]
    Unpaired {
        /// The size of the first sample.
        left: usize,
        /// The size of the second sample.
        right: usize,
    },

    /// A parameter outside its range.
    #[error("{name} = {value}: {expected} expected")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// Its value.
        value: f64,
        /// Its range.
        expected: &'static str,
    },

    /// All values are equal where the statistic divides by their spread.
    #[error("{0} is not defined for values without spread")]
    NoSpread(&'static str),

    /// The statistic is not a number on this sample, or on a resample of it.
    #[error("{0} is not a number on this sample")]
    Undefined(&'static str),
}
