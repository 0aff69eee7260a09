use num_traits::Float;
use serde::{Deserialize, Serialize};

use crate::{
    error::{StepError, same_length},
    optim::constant,
    state::Method,
};

/// Polyak–Ruppert averaging: the plain mean of all iterates.
///
/// ```text
/// n ← n + 1,   w̄ ← w̄ + (w − w̄)/n
/// ```
///
/// # Conventions
///
/// The mean begins with the first iterate that is shown; to leave out a transient, begin to show later. PyTorch's
/// `AveragedModel` without further arguments is this mean.
///
/// # Example
///
/// ```
/// use losses_optim::average::PolyakRuppert;
///
/// let mut average = PolyakRuppert::default();
/// for w in [1.0, 3.0, 8.0] {
///     average.observe(&[w])?;
/// }
/// assert_eq!(average.mean, [4.0]);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// B. T. Polyak and A. B. Juditsky, *Acceleration of Stochastic Approximation by Averaging*, 1992, doi:10.1137/0330046;
/// D. Ruppert, 1988.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolyakRuppert<T> {
    /// n, the iterates in the mean.
    pub count: u64,
    /// w̄, the average; empty before the first call.
    pub mean: Vec<T>,
}

impl<T> Default for PolyakRuppert<T> {
    fn default() -> Self {
        Self { count: 0, mean: Vec::new() }
    }
}

impl<T> Method for PolyakRuppert<T> {
    type Scalar = T;
    const NAME: &'static str = "polyak_ruppert";
    const SUMMARY: &'static str = "the mean of all iterates";
    const SOURCE: &'static str = "Polyak and Juditsky 1992; Ruppert 1988";
}

impl<T: Float> PolyakRuppert<T> {
    /// Takes note of the parameters after a step. Only the first call allocates.
    ///
    /// # Errors
    ///
    /// Refuses parameters of another number than before and constants out of range; the average is then unchanged.
    pub fn observe(&mut self, params: &[T]) -> Result<(), StepError> {
        if self.count == 0 {
            self.mean = params.to_vec();
        }
        same_length("mean", &self.mean, params.len())?;
        self.count += 1;
        let share = constant::<T>(1.0 / self.count as f64);
        for (mean, &w) in self.mean.iter_mut().zip(params) {
            *mean = *mean + (w - *mean) * share;
        }
        Ok(())
    }
}
