use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{
    Line, LineSearch, LineSearchError,
    armijo::{backtrack, inside},
};
use crate::{
    error::{HyperparameterError, positive, within},
    optim::constant,
    state::Method,
};

/// Armijo backtracking on the loss of one batch, from a little more than the last step.
///
/// ```text
/// α = min(γ α₋₁, α_max), then times β until   φ(α) ≤ φ(0) + c α φ′(0)
/// ```
///
/// # Conventions
///
/// The [`Line`]'s objective is the loss of the *same batch* at 0 and at every α, and a new batch makes a new line; for
/// models that fit every sample exactly, SGD then converges as fast as gradient descent. Of the paper's rules for beginning
/// a search this is the one that grows: with γ = 2^(batch/samples) a step may double within an epoch. The first search begins
/// at α_max; what the method proposes is ignored. When no α is found, the last step is kept as it was.
///
/// # Example
///
/// ```
/// use losses_optim::{line_search::{Line, LineSearch, Room, StochasticArmijo}, objective::Recorded};
///
/// let mut search = StochasticArmijo { shrink: 0.5, growth: 1.5, ..StochasticArmijo::default() };
/// let (mut w, mut room) = ([8.0_f64], Room::default());
/// for target in [0.0, 1.0, 0.5] {
///     // This batch: the squared distance from its target.
///     let mut batch = Recorded::<f64, _>::new(move |x| (x[0] - target) * (x[0] - target));
///     let (residual, slope) = (w[0] - target, 2.0 * (w[0] - target));
///     let direction = [-slope];
///     let start = w;
///     let mut line = Line::new(&mut batch, &start, &direction, residual * residual, &[slope], &mut room);
///     w[0] += search.search(&mut line, 1.0)? * direction[0];
/// }
/// assert_eq!((w, search.last), ([0.5], Some(0.5)));
/// # Ok::<(), losses_optim::line_search::LineSearchError>(())
/// ```
///
/// # Source
///
/// S. Vaswani et al., *Painless Stochastic Gradient: Interpolation, Line-Search, and Convergence Rates*, NeurIPS 2019,
/// arXiv:1905.09997.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StochasticArmijo {
    /// c in (0, 1). Default 0.1.
    pub decrease: f64,
    /// β in (0, 1). Default 0.9.
    pub shrink: f64,
    /// γ ≥ 1, by which a step may grow at each batch. Default 2^(1/100), for a hundred batches an epoch.
    pub growth: f64,
    /// α_max > 0. Default 1.
    pub largest: f64,
    /// How many α are tried. Default 100.
    pub evaluations: u64,
    /// α₋₁, the last step.
    pub last: Option<f64>,
}

impl Default for StochasticArmijo {
    fn default() -> Self {
        Self {
            decrease: 0.1,
            shrink: 0.9,
            growth: 2.0_f64.powf(0.01),
            largest: 1.0,
            evaluations: 100,
            last: None,
        }
    }
}

impl Method for StochasticArmijo {
    type Scalar = f64;
    const NAME: &'static str = "stochastic_armijo";
    const SUMMARY: &'static str = "Armijo backtracking on the loss of one batch";
    const SOURCE: &'static str = "Vaswani et al. 2019, arXiv:1905.09997";
}

impl<T: Float> LineSearch<T> for StochasticArmijo {
    fn validate(&self) -> Result<(), HyperparameterError> {
        inside("decrease", self.decrease)?;
        inside("shrink", self.shrink)?;
        within(
            "growth",
            self.growth,
            self.growth >= 1.0 && self.growth.is_finite(),
            "a finite number, one or greater",
        )?;
        positive("largest", self.largest)
    }

    fn search(&mut self, line: &mut Line<'_, T>, _: T) -> Result<T, LineSearchError> {
        <Self as LineSearch<T>>::validate(self)?;
        let first = self.last.map_or(self.largest, |last| (last * self.growth).min(self.largest));
        let step = backtrack(line, constant(first), (self.decrease, self.shrink), self.evaluations)?;
        self.last = step.to_f64();
        Ok(step)
    }
}
