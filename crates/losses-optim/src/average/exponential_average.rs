use num_traits::Float;
use serde::{Deserialize, Serialize};

use crate::{
    error::{StepError, decay_rate, same_length},
    optim::constant,
    state::Method,
};

/// Exponential moving average (EMA) of the iterates.
///
/// ```text
/// w̄ ← β w̄ + (1 − β) w        w̄₁ = w₁
/// ```
///
/// # Conventions
///
/// It begins with the first iterate, as PyTorch's `AveragedModel` with an EMA function, so nothing is to be corrected; optax's
/// `ema` begins with 0 and corrects by 1 − βᵗ.
///
/// # Example
///
/// ```
/// use losses_optim::average::ExponentialAverage;
///
/// let mut average = ExponentialAverage { decay: 0.5, ..ExponentialAverage::default() };
/// for w in [1.0, 3.0, 8.0] {
///     average.observe(&[w])?;
/// }
/// assert_eq!(average.mean, [5.0]);
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// B. T. Polyak and A. B. Juditsky, 1992, with weights that fade; A. Tarvainen and H. Valpola, *Mean teachers are better role
/// models*, NeurIPS 2017, arXiv:1703.01780.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExponentialAverage<T> {
    /// β in [0, 1): the share of the average that is kept. Default 0.999.
    pub decay: f64,
    /// n, the iterates in the mean.
    pub count: u64,
    /// w̄, the average; empty before the first call.
    pub mean: Vec<T>,
}

impl<T> Default for ExponentialAverage<T> {
    fn default() -> Self {
        Self { decay: 0.999, count: 0, mean: Vec::new() }
    }
}

impl<T> Method for ExponentialAverage<T> {
    type Scalar = T;
    const NAME: &'static str = "exponential_average";
    const SUMMARY: &'static str = "a moving average of the iterates";
    const SOURCE: &'static str = "Tarvainen and Valpola 2017, arXiv:1703.01780";
}

impl<T: Float> ExponentialAverage<T> {
    /// Takes note of the parameters after a step. Only the first call allocates.
    ///
    /// # Errors
    ///
    /// Refuses parameters of another number than before and constants out of range; the average is then unchanged.
    pub fn observe(&mut self, params: &[T]) -> Result<(), StepError> {
        decay_rate("decay", self.decay)?;
        if self.count == 0 {
            self.mean = params.to_vec();
        }
        same_length("mean", &self.mean, params.len())?;
        self.count += 1;
        let (beta, one_minus_beta) = (constant::<T>(self.decay), constant::<T>(1.0 - self.decay));
        for (mean, &w) in self.mean.iter_mut().zip(params) {
            *mean = beta * *mean + one_minus_beta * w;
        }
        Ok(())
    }
}
