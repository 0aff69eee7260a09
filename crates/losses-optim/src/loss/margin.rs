//! Losses of margins: the sum of one function over the products of scores with labels ±1.

use autograd::{ArrayAlgebra, Elementary, op::map::apply};

use super::{LossError, check, sum_within_samples};

/// Σ f(y·s) for each sample.
pub(super) fn per_sample<E: Elementary, A: ArrayAlgebra>(
    loss: &'static str,
    function: &E,
    scores: &A,
    labels: &A,
) -> Result<A, LossError> {
    check::samples(loss, scores.shape())?;
    check::same_shape(loss, scores.shape(), labels.shape())?;
    check::signs(loss, labels)?;
    Ok(sum_within_samples(&apply(function.clone(), &(labels.clone() * scores.clone()))))
}

/// The constant matrix that holds `own` at each row's label and `other` elsewhere.
pub(super) fn by_label<A: ArrayAlgebra>(labels: &[usize], classes: usize, own: f64, other: f64) -> A {
    let mut elements = vec![super::number(other); labels.len() * classes];
    for (row, &label) in labels.iter().enumerate() {
        elements[row * classes + label] = super::number(own);
    }
    super::constant(&[labels.len(), classes], elements)
}

/// Δ + zⱼ − z_c for every class j but the right one, c, whose own entry is −Δ: below zero, so that no hinge opens or
/// kinks there.
pub(super) fn excess<A: ArrayAlgebra>(scores: &A, labels: &[usize], classes: usize, margin: f64) -> A {
    use autograd::ArrayOps;
    let right = scores.gather(labels).reshape(&[labels.len(), 1]);
    scores.clone() - right + by_label(labels, classes, -margin, margin)
}
