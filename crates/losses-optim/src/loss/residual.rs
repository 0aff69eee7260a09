//! Losses of residuals: the sum of one function over the differences of predictions and targets.

use autograd::{ArrayAlgebra, Elementary, op::map::apply};

use super::{LossError, check, sum_within_samples};

/// Σ f(ŷ − y) for each sample.
pub(super) fn per_sample<E: Elementary, A: ArrayAlgebra>(
    loss: &'static str,
    function: &E,
    predictions: &A,
    targets: &A,
) -> Result<A, LossError> {
    check::samples(loss, predictions.shape())?;
    check::same_shape(loss, predictions.shape(), targets.shape())?;
    check::finite_targets(loss, targets)?;
    let residuals = predictions.clone() - targets.clone();
    Ok(sum_within_samples(&apply(function.clone(), &residuals)))
}
