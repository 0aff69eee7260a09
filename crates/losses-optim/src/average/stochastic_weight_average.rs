use num_traits::Float;
use serde::{Deserialize, Serialize};

use crate::{
    error::{StepError, one_or_more, same_length},
    optim::constant,
    state::Method,
};

/// Stochastic weight averaging (SWA): the mean of the iterates at the end of every cycle, after a start.
///
/// ```text
/// after call i > s, whenever c divides i − s:   n ← n + 1,   w̄ ← w̄ + (w − w̄)/n
/// ```
///
/// # Conventions
///
/// Call it once a step, or once an epoch with `every` 1; PyTorch's `AveragedModel` leaves both to the caller. The learning rate, cyclic or constant, is the schedule's. Statistics
/// of batch normalisation have to be computed anew for the mean.
///
/// # Example
///
/// ```
/// use losses_optim::average::StochasticWeightAverage;
///
/// let mut average = StochasticWeightAverage { start: 1, every: 2, ..StochasticWeightAverage::default() };
/// for w in [9.0, 9.0, 1.0, 9.0, 3.0] {
///     average.observe(&[w])?;
/// }
/// assert_eq!((average.count, average.mean), (2, vec![2.0]));
/// # Ok::<(), losses_optim::error::StepError>(())
/// ```
///
/// # Source
///
/// P. Izmailov et al., *Averaging Weights Leads to Wider Optima and Better Generalization*, UAI 2018,
/// arXiv:1803.05407.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StochasticWeightAverage<T> {
    /// s, the calls before the first cycle. Default 0.
    pub start: u64,
    /// c ≥ 1, the calls in a cycle. Default 1.
    pub every: u64,
    /// i, the calls so far.
    pub calls: u64,
    /// n, the iterates in the mean.
    pub count: u64,
    /// w̄, the average; empty before the first call.
    pub mean: Vec<T>,
}

impl<T> Default for StochasticWeightAverage<T> {
    fn default() -> Self {
        Self { start: 0, every: 1, calls: 0, count: 0, mean: Vec::new() }
    }
}

impl<T> Method for StochasticWeightAverage<T> {
    type Scalar = T;
    const NAME: &'static str = "stochastic_weight_average";
    const SUMMARY: &'static str = "the mean of the iterates at the end of every cycle";
    const SOURCE: &'static str = "Izmailov et al. 2018, arXiv:1803.05407";
}

impl<T: Float> StochasticWeightAverage<T> {
    /// Takes note of the parameters after a step. Only the first call allocates.
    ///
    /// # Errors
    ///
    /// Refuses parameters of another number than before and constants out of range; the average is then unchanged.
    pub fn observe(&mut self, params: &[T]) -> Result<(), StepError> {
        one_or_more("every", self.every)?;
        if self.count > 0 {
            same_length("mean", &self.mean, params.len())?;
        }
        self.calls += 1;
        if self.calls <= self.start || !(self.calls - self.start).is_multiple_of(self.every) {
            return Ok(());
        }
        if self.count == 0 {
            self.mean = params.to_vec();
        }
        self.count += 1;
        let share = constant::<T>(1.0 / self.count as f64);
        for (mean, &w) in self.mean.iter_mut().zip(params) {
            *mean = *mean + (w - *mean) * share;
        }
        Ok(())
    }
}
