use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Line, LineSearch, LineSearchError};
use crate::{
    error::{HyperparameterError, positive, within},
    optim::constant,
    state::Method,
};

/// Polyak's step, from how far the value lies above the smallest one.
///
/// ```text
/// α = min((φ(0) − f*) / (c |φ′(0)|), α_max)
/// ```
///
/// Along d = −g this is (f(w) − f*) / (c ‖g‖²): the step that reaches f* on the tangent if c = 1. Works with subgradients
/// of convex functions as well, for it does not need the value to fall.
///
/// # Conventions
///
/// f* must be known: it is 0 for a model that can fit its data exactly. A value at or below `optimum` has no step to
/// make, α = 0. The stochastic form on a batch is the same formula; its paper takes c = ½ and a bound α_max, without which
/// batches with a small gradient take huge steps. What the method proposes is ignored. optax's `polyak_sgd` is this along −g, with
/// α_max = 1 unless told otherwise; PyTorch has none.
///
/// # Example
///
/// ```
/// use losses_optim::{line_search::PolyakStep, minimise::{Minimiser, SteepestDescent}, objective::Recorded};
/// use num_traits::Float;
///
/// // f(w) = |w|, with the kink at its minimum: one step is enough.
/// let mut descent = SteepestDescent::new(PolyakStep::default());
/// let mut w = [4.0];
/// descent.step(&mut w, &mut Recorded::<f64, _>::new(|x| x[0].abs()))?;
/// assert_eq!(w, [0.0]);
/// # Ok::<(), losses_optim::minimise::MinimiseError>(())
/// ```
///
/// # Source
///
/// B. T. Polyak, *Introduction to Optimization*, 1987; stochastic: N. Loizou et al., *Stochastic Polyak Step-size
/// for SGD*, AISTATS 2021, arXiv:2002.10542.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PolyakStep {
    /// f*, the smallest value. Default 0.
    pub optimum: f64,
    /// c > 0. Default 1.
    pub factor: f64,
    /// α_max > 0, if there is one. Default none.
    pub largest: Option<f64>,
}

impl Default for PolyakStep {
    fn default() -> Self {
        Self { optimum: 0.0, factor: 1.0, largest: None }
    }
}

impl Method for PolyakStep {
    type Scalar = f64;
    const NAME: &'static str = "polyak_step";
    const SUMMARY: &'static str = "from how far the value lies above the smallest one";
    const SOURCE: &'static str = "Polyak 1987; Loizou et al. 2021, arXiv:2002.10542";
}

impl<T: Float> LineSearch<T> for PolyakStep {
    fn validate(&self) -> Result<(), HyperparameterError> {
        within("optimum", self.optimum, self.optimum.is_finite(), "a finite number")?;
        positive("factor", self.factor)?;
        self.largest.map_or(Ok(()), |largest| positive("largest", largest))
    }

    fn search(&mut self, line: &mut Line<'_, T>, _: T) -> Result<T, LineSearchError> {
        <Self as LineSearch<T>>::validate(self)?;
        line.descends()?;
        let above = (line.start_value() - constant(self.optimum)).max(T::zero());
        let step = above / (constant::<T>(self.factor) * -line.start_slope());
        Ok(self.largest.map_or(step, |largest| step.min(constant(largest))))
    }
}
