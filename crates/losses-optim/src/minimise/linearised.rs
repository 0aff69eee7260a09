//! A sum of squares around a point: what Gauss–Newton and Levenberg–Marquardt share.

use num_traits::Float;

use super::{MinimiseError, Progress};
use crate::{
    objective::{LeastSquares, Objective},
    vector::{add_scaled, dot, largest_entry},
};

/// Residuals and their Jacobian where a step ended.
pub(super) struct Linearised<T> {
    point: Vec<T>,
    /// r.
    pub(super) residuals: Vec<T>,
    /// J, row by row.
    pub(super) jacobian: Vec<T>,
    /// Jᵀr.
    pub(super) gradient: Vec<T>,
}

impl<T> Default for Linearised<T> {
    fn default() -> Self {
        Self { point: Vec::new(), residuals: Vec::new(), jacobian: Vec::new(), gradient: Vec::new() }
    }
}

/// ½‖r‖².
pub(super) fn half_square<T: Float>(residuals: &[T]) -> T {
    dot(residuals, residuals) / (T::one() + T::one())
}

impl<T: Float> Linearised<T> {
    pub(super) fn forget(&mut self) {
        self.residuals.clear();
    }

    /// Evaluates at `params` unless that has been done.
    pub(super) fn evaluate(
        &mut self,
        params: &[T],
        problem: &mut dyn LeastSquares<T>,
    ) -> Result<Progress<T>, MinimiseError> {
        let (m, n) = (problem.residual_count(), params.len());
        if self.residuals.len() != m || self.point != params {
            self.point.clear();
            self.point.extend_from_slice(params);
            self.residuals.resize(m, T::zero());
            self.jacobian.clear();
            self.jacobian.resize(m * n, T::zero());
            problem.residuals_and_jacobian(params, &mut self.residuals, &mut self.jacobian);
            self.gradient.clear();
            self.gradient.resize(n, T::zero());
            for (&r, row) in self.residuals.iter().zip(self.jacobian.chunks_exact(n.max(1))) {
                add_scaled(&mut self.gradient, r, row);
            }
            let value = half_square(&self.residuals);
            if !value.is_finite() || !largest_entry(&self.gradient).is_finite() {
                self.forget();
                return Err(MinimiseError::NotFinite { value: value.to_f64().unwrap_or(f64::NAN) });
            }
        }
        Ok(self.progress(T::zero()))
    }

    pub(super) fn progress(&self, step: T) -> Progress<T> {
        Progress { value: half_square(&self.residuals), gradient: largest_entry(&self.gradient), step }
    }
}

/// ½‖r‖² as an objective for a line search, whose evaluations with a slope leave the linearisation there.
pub(super) struct SumOfSquares<'a, T> {
    pub(super) problem: &'a mut dyn LeastSquares<T>,
    pub(super) there: &'a mut Linearised<T>,
    pub(super) residuals: &'a mut Vec<T>,
}

impl<T: Float> Objective<T> for SumOfSquares<'_, T> {
    fn value(&mut self, params: &[T]) -> T {
        self.problem.residuals(params, self.residuals);
        half_square(self.residuals)
    }

    fn value_and_grad(&mut self, params: &[T], grad: &mut [T]) -> T {
        match self.there.evaluate(params, self.problem) {
            Ok(progress) => {
                grad.copy_from_slice(&self.there.gradient);
                progress.value
            }
            Err(_) => T::nan(),
        }
    }
}
