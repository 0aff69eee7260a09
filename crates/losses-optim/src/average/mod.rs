//! Averages of the iterates: often better than the last iterate, and never in the way of the optimizer.
//!
//! An average looks on: show it the parameters after each step and read its mean when you evaluate.

mod exponential_average;
mod polyak_ruppert;
mod stochastic_weight_average;

pub use exponential_average::ExponentialAverage;
pub use polyak_ruppert::PolyakRuppert;
pub use stochastic_weight_average::StochasticWeightAverage;

use crate::error::StepError;

/// Refuses parameters of another number than those averaged so far.
fn same_length<T>(mean: &[T], params: &[T]) -> Result<(), StepError> {
    if mean.len() == params.len() {
        Ok(())
    } else {
        Err(StepError::StateLength { buffer: "mean", expected: params.len(), found: mean.len() })
    }
}
