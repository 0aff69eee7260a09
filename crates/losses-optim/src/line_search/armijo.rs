use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Line, LineSearch, LineSearchError, float};
use crate::{
    error::{HyperparameterError, within},
    optim::constant,
    state::Method,
};

/// Armijo backtracking: shorter and shorter until the value falls by a share of what the slope promises.
///
/// ```text
/// α = first, β first, β² first, …   until   φ(α) ≤ φ(0) + c₁ α φ′(0)
/// ```
///
/// # Conventions
///
/// Values alone are evaluated, no slope. It never goes farther than `first`, so a method with it has to propose
/// steps that are too long rather than too short. A NaN or infinity counts as not having fallen. optax's
/// `scale_by_backtracking_linesearch` has c₁ = 10⁻⁴ as well, but β = 0.8, and begins at 1.5 times its last step; PyTorch has none.
///
/// # Example
///
/// ```
/// use losses_optim::{line_search::Armijo, minimise::{Minimiser, SteepestDescent}, objective::Recorded};
///
/// let mut descent = SteepestDescent::new(Armijo::default());
/// let mut w = [4.0];
/// descent.step(&mut w, &mut Recorded::<f64, _>::new(|x| x[0] * x[0]))?; // 1 leads to −4, ½ to 0
/// assert_eq!(w, [0.0]);
/// # Ok::<(), losses_optim::minimise::MinimiseError>(())
/// ```
///
/// # Source
///
/// L. Armijo, *Minimization of functions having Lipschitz continuous first partial derivatives*, 1966,
/// doi:10.2140/pjm.1966.16.1; J. Nocedal and S. J. Wright, *Numerical Optimization*, 2006, algorithm 3.1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Armijo {
    /// c₁ in (0, 1): the share of the promised decrease that is asked for. Default 10⁻⁴.
    pub decrease: f64,
    /// β in (0, 1): the factor on α after a failure. Default ½.
    pub shrink: f64,
    /// How many α are tried. Default 60.
    pub evaluations: u64,
}

impl Default for Armijo {
    fn default() -> Self {
        Self { decrease: 1e-4, shrink: 0.5, evaluations: 60 }
    }
}

impl Method for Armijo {
    type Scalar = f64;
    const NAME: &'static str = "armijo";
    const SUMMARY: &'static str = "shorter and shorter until the value falls enough";
    const SOURCE: &'static str = "Armijo 1966; Nocedal and Wright 2006, algorithm 3.1";
}

/// Passes if `value` lies in (0, 1).
pub(super) fn inside(name: &'static str, value: f64) -> Result<(), HyperparameterError> {
    within(name, value, value > 0.0 && value < 1.0, "a number in (0, 1)")
}

/// The first α of `first`, β `first`, … that lowers the value enough.
pub(super) fn backtrack<T: Float>(
    line: &mut Line<'_, T>,
    first: T,
    (decrease, shrink): (f64, f64),
    evaluations: u64,
) -> Result<T, LineSearchError> {
    line.descends()?;
    let (decrease, shrink) = (constant::<T>(decrease), constant::<T>(shrink));
    let mut alpha = first;
    for _ in 0..evaluations {
        let value = line.value(alpha);
        let enough = line.start_value() + decrease * alpha * line.start_slope();
        // Strictly below the start as well: for the smallest α the bound is rounded to it.
        if value <= enough && value < line.start_value() && value.is_finite() {
            return Ok(alpha);
        }
        alpha = alpha * shrink;
    }
    Err(LineSearchError::Exhausted { evaluations, last: float(alpha / shrink) })
}

impl<T: Float> LineSearch<T> for Armijo {
    fn validate(&self) -> Result<(), HyperparameterError> {
        inside("decrease", self.decrease)?;
        inside("shrink", self.shrink)
    }

    fn search(&mut self, line: &mut Line<'_, T>, first: T) -> Result<T, LineSearchError> {
        <Self as LineSearch<T>>::validate(self)?;
        backtrack(line, first, (self.decrease, self.shrink), self.evaluations)
    }
}
