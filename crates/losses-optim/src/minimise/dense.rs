//! Between slices and the matrices of the linear-algebra crate, which are of `f64` and kept from step to step.

use nalgebra::{DMatrix, DVector};
use num_traits::Float;

use super::MinimiseError;
use crate::{objective::TwiceDifferentiable, optim::constant};

/// A number in `f64`.
fn float<T: Float>(x: T) -> f64 {
    x.to_f64().unwrap_or(f64::NAN)
}

/// Gives a matrix its shape. What it holds afterwards is to be overwritten; only another shape than before allocates.
pub(super) fn shape(matrix: &mut DMatrix<f64>, rows: usize, columns: usize) {
    if matrix.shape() != (rows, columns) {
        *matrix = DMatrix::zeros(rows, columns);
    }
}

/// A slice in `f64`, into a vector.
pub(super) fn vector<T: Float>(x: &[T], vector: &mut DVector<f64>) {
    if vector.len() != x.len() {
        *vector = DVector::zeros(x.len());
    }
    vector.iter_mut().zip(x).for_each(|(entry, &x)| *entry = float(x));
}

/// Rows in `f64`, into the first columns of a matrix.
pub(super) fn rows<T: Float>(rows: &[T], columns: usize, matrix: &mut DMatrix<f64>) {
    for (i, row) in rows.chunks_exact(columns.max(1)).enumerate() {
        for (j, &entry) in row.iter().enumerate() {
            matrix[(i, j)] = float(entry);
        }
    }
}

/// A direction in the type of the parameters.
pub(super) fn direction<'a, T: Float>(entries: impl Iterator<Item = &'a f64>, direction: &mut Vec<T>) {
    direction.clear();
    direction.extend(entries.map(|&d| constant::<T>(d)));
}

/// A Hessian as the objective writes it and in `f64`.
pub(super) struct Hessian<T> {
    entries: Vec<T>,
    /// Symmetric to the last bit.
    pub(super) matrix: DMatrix<f64>,
}

impl<T> Default for Hessian<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), matrix: DMatrix::default() }
    }
}

impl<T: Float> Hessian<T> {
    /// Asks the objective.
    pub(super) fn evaluate(
        &mut self,
        params: &[T],
        objective: &mut dyn TwiceDifferentiable<T>,
    ) -> Result<(), MinimiseError> {
        let n = params.len();
        self.entries.clear();
        self.entries.resize(n * n, T::zero());
        objective.hessian(params, &mut self.entries);
        shape(&mut self.matrix, n, n);
        for i in 0..n {
            for j in 0..n {
                self.matrix[(i, j)] = float(self.entries[i * n + j]).midpoint(float(self.entries[j * n + i]));
            }
        }
        match self.matrix.iter().find(|entry| !entry.is_finite()) {
            Some(&value) => Err(MinimiseError::NotFinite { value }),
            None => Ok(()),
        }
    }
}
