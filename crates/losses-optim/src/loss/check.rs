//! What losses refuse, each check once.

use std::borrow::Cow;

use autograd::{Array, ArrayAlgebra};

use super::LossError;

/// Refuses a batch without samples: its mean would be NaN and its gradient say nothing.
pub(super) fn samples(loss: &'static str, shape: &[usize]) -> Result<(), LossError> {
    if shape.is_empty() {
        let expected = "an array whose axis 0 counts samples";
        return Err(LossError::Predictions { loss, expected, found: Vec::new() });
    }
    if shape.contains(&0) {
        return Err(LossError::Empty { loss, shape: shape.to_vec() });
    }
    Ok(())
}

/// Refuses targets of another shape, which broadcasting would silently combine with the predictions.
pub(super) fn same_shape(
    loss: &'static str,
    predictions: &[usize],
    targets: &[usize],
) -> Result<(), LossError> {
    if predictions != targets {
        return Err(LossError::Shape { loss, expected: predictions.to_vec(), found: targets.to_vec() });
    }
    Ok(())
}

/// Passes predictions that are a matrix, and gives its lengths.
pub(super) fn matrix(loss: &'static str, shape: &[usize]) -> Result<[usize; 2], LossError> {
    samples(loss, shape)?;
    match *shape {
        [rows, columns] => Ok([rows, columns]),
        _ => {
            let expected = "a matrix with one row per sample";
            Err(LossError::Predictions { loss, expected, found: shape.to_vec() })
        }
    }
}

/// Passes a matrix of scores with one label in range for each row, and gives its lengths.
pub(super) fn labels(
    loss: &'static str,
    scores: &[usize],
    labels: &[usize],
) -> Result<[usize; 2], LossError> {
    let [samples, classes] = matrix(loss, scores)?;
    if labels.len() != samples {
        return Err(LossError::Shape { loss, expected: vec![samples], found: vec![labels.len()] });
    }
    match labels.iter().enumerate().find(|(_, label)| **label >= classes) {
        Some((sample, &found)) => Err(LossError::Label { loss, sample, classes, found }),
        None => Ok([samples, classes]),
    }
}

/// Passes targets that are all `admissible`.
pub(super) fn targets<A: ArrayAlgebra>(
    loss: &'static str,
    targets: &A,
    expected: &'static str,
    admissible: impl Fn(f64) -> bool,
) -> Result<(), LossError> {
    match numbers(targets.array()).find(|&(_, y)| !admissible(y)) {
        Some((position, found)) => Err(LossError::Target { loss, position, expected, found }),
        None => Ok(()),
    }
}

/// Passes targets that are finite.
pub(super) fn finite_targets<A: ArrayAlgebra>(loss: &'static str, y: &A) -> Result<(), LossError> {
    targets(loss, y, "a finite number", f64::is_finite)
}

/// Passes labels that are 1 or −1.
pub(super) fn signs<A: ArrayAlgebra>(loss: &'static str, labels: &A) -> Result<(), LossError> {
    targets(loss, labels, "a label of 1 or −1", |y| y.abs() == 1.0)
}

/// Passes a matrix of scores with a distribution for each row, and gives its lengths: numbers from 0 to 1 that add up to
/// 1 to within 10⁻³, so that rounded tables pass and unnormalised scores do not.
pub(super) fn distributions<A: ArrayAlgebra>(
    loss: &'static str,
    scores: &[usize],
    y: &A,
) -> Result<[usize; 2], LossError> {
    let [samples, classes] = matrix(loss, scores)?;
    same_shape(loss, scores, y.shape())?;
    targets(loss, y, "a probability from 0 to 1", |y| (0.0..=1.0).contains(&y))?;
    let mut sums = vec![0.0; samples];
    for (position, y) in numbers(y.array()) {
        sums[position / classes] += y;
    }
    match sums.iter().position(|sum: &f64| (sum - 1.0).abs() > 1e-3) {
        Some(row) => {
            let expected = "part of a row of probabilities that add up to 1, here the row's sum";
            Err(LossError::Target { loss, position: row * classes, expected, found: sums[row] })
        }
        None => Ok([samples, classes]),
    }
}

/// Passes predictions that are `admissible` or NaN.
pub(super) fn predictions<A: ArrayAlgebra>(
    loss: &'static str,
    predictions: &A,
    expected: &'static str,
    admissible: impl Fn(f64) -> bool,
) -> Result<(), LossError> {
    match numbers(predictions.array()).find(|&(_, x)| !x.is_nan() && !admissible(x)) {
        Some((position, found)) => Err(LossError::Prediction { loss, position, expected, found }),
        None => Ok(()),
    }
}

/// Passes a constant if `holds`.
pub(super) fn constant(
    loss: &'static str,
    name: &'static str,
    found: f64,
    holds: bool,
    expected: &'static str,
) -> Result<(), LossError> {
    if holds { Ok(()) } else { Err(LossError::Constant { loss, name, expected, found }) }
}

/// Passes a constant that is finite and greater than 0.
pub(super) fn positive(loss: &'static str, name: &'static str, found: f64) -> Result<(), LossError> {
    let holds = found > 0.0 && found.is_finite();
    constant(loss, name, found, holds, "a finite number greater than zero")
}

/// Passes a constant that is finite and not negative.
pub(super) fn non_negative(loss: &'static str, name: &'static str, found: f64) -> Result<(), LossError> {
    let holds = found >= 0.0 && found.is_finite();
    constant(loss, name, found, holds, "a finite number, zero or greater")
}

/// Passes one finite weight ≥ 0 for each loss.
pub(super) fn weights<A: ArrayAlgebra>(losses: &A, weights: &A) -> Result<(), LossError> {
    if losses.shape() != weights.shape() {
        let (expected, found) = (losses.shape().to_vec(), weights.shape().to_vec());
        return Err(LossError::WeightShape { expected, found });
    }
    match numbers(weights.array()).find(|(_, weight)| !(*weight >= 0.0 && weight.is_finite())) {
        Some((sample, found)) => Err(LossError::Weight { sample, found }),
        None => Ok(()),
    }
}

/// Passes a sum of weights by which a mean can be divided.
pub(super) fn total_weight<A: ArrayAlgebra>(total: &A) -> Result<(), LossError> {
    if numbers(total.array()).any(|(_, total)| total > 0.0) { Ok(()) } else { Err(LossError::NoWeight) }
}

/// The numbers in row-major order with their positions.
fn numbers<T: autograd::Element>(array: &Array<T>) -> impl Iterator<Item = (usize, f64)> {
    let numbers = array.as_slice().map_or_else(|| Cow::Owned(array.to_vec()), Cow::Borrowed);
    (0..numbers.len()).map(move |position| {
        (position, num_traits::ToPrimitive::to_f64(&numbers[position]).unwrap_or(f64::NAN))
    })
}
