//! Between slices and the matrices of the linear-algebra crate, which are of `f64`.

use nalgebra::{DMatrix, DVector};
use num_traits::Float;

use super::MinimiseError;
use crate::{objective::TwiceDifferentiable, optim::constant};

/// The Hessian in `f64`, made symmetric to the last bit.
pub(super) fn hessian<T: Float>(
    params: &[T],
    objective: &mut dyn TwiceDifferentiable<T>,
) -> Result<DMatrix<f64>, MinimiseError> {
    let n = params.len();
    let mut entries = vec![T::zero(); n * n];
    objective.hessian(params, &mut entries);
    let float = |x: T| x.to_f64().unwrap_or(f64::NAN);
    let hessian =
        DMatrix::from_fn(n, n, |i, j| 0.5 * (float(entries[i * n + j]) + float(entries[j * n + i])));
    match hessian.iter().find(|entry| !entry.is_finite()) {
        Some(&value) => Err(MinimiseError::NotFinite { value }),
        None => Ok(hessian),
    }
}

/// A slice in `f64`.
pub(super) fn vector<T: Float>(x: &[T]) -> DVector<f64> {
    DVector::from_iterator(x.len(), x.iter().map(|x| x.to_f64().unwrap_or(f64::NAN)))
}

/// A direction in the type of the parameters.
pub(super) fn direction<T: Float>(d: &DVector<f64>) -> Vec<T> {
    d.iter().map(|&d| constant(d)).collect()
}
