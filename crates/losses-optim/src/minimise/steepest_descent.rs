use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Here, MinimiseError, Minimiser, Progress};
use crate::{
    error::HyperparameterError,
    line_search::{Armijo, LineSearch, Room},
    objective::Objective,
    scratch::Scratch,
    state::{Method, around},
};

/// Steepest descent: along the negative gradient, as far as a line search says.
///
/// ```text
/// w ← w − α g(w)
/// ```
///
/// # Conventions
///
/// At a kink the direction of steepest descent of a convex function is the negative of the subgradient of *minimum norm*, along
/// which the slope is −‖g‖². So the objective has to give that element, and no other: along the negative of an arbitrary
/// subgradient the value may rise however short the step, and the search then finds nothing. Operations of
/// [`autograd`] give the element of minimum norm each, their composition need not:
/// [`LeastSubgradient`](crate::objective::LeastSubgradient) finds it from the whole subdifferential. Where the gradient is 0 the
/// point is stationary, and nothing moves. With exact searches the method can converge to a point that is no minimum (Wolfe): it
/// approaches a kink without ever standing on it.
///
/// The first α proposed is 1, then twice the last one; a fixed step stays what it is.
///
/// # Example
///
/// ```
/// use losses_optim::{minimise::{Minimiser, SteepestDescent}, objective::Recorded};
/// use num_traits::Float;
///
/// // |x| + 2|y|. On the kink y = 0 the subgradients are (1, −2 … 2), and (1, 0) is the shortest.
/// let mut objective = Recorded::<f64, _>::new(|x| x[0].abs() + 2.0 * x[1].abs());
/// let mut w = [3.0, 0.0];
/// let progress = SteepestDescent::default().step(&mut w, &mut objective)?;
/// assert_eq!((w, progress.value), ([2.0, 0.0], 2.0));
/// # Ok::<(), losses_optim::minimise::MinimiseError>(())
/// ```
///
/// # Source
///
/// A.-L. Cauchy, 1847; from the subdifferential: N. Z. Shor, *Minimization Methods for Non-Differentiable Functions*, 1985; the
/// warning: P. Wolfe, *A method of conjugate subgradients for minimizing nondifferentiable functions*, 1975.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SteepestDescent<T, S = Armijo> {
    /// How far to go. Default [`Armijo`].
    pub search: S,
    /// α of the last step, if there was one.
    pub last: Option<T>,
    /// Where the last step ended.
    pub here: Here<T>,
    #[serde(skip)]
    direction: Scratch<Vec<T>>,
    #[serde(skip)]
    room: Scratch<Room<T>>,
}

impl<T> Default for SteepestDescent<T> {
    fn default() -> Self {
        Self::new(Armijo::default())
    }
}

impl<T, S> SteepestDescent<T, S> {
    /// With this line search.
    #[must_use]
    pub fn new(search: S) -> Self {
        Self {
            search,
            last: None,
            here: Here::default(),
            direction: Scratch::default(),
            room: Scratch::default(),
        }
    }
}

impl<T, S: Method> Method for SteepestDescent<T, S> {
    type Scalar = T;
    const NAME: &'static str = "steepest_descent";
    const SUMMARY: &'static str = "along the negative gradient, as far as a line search says";
    const SOURCE: &'static str = "Cauchy 1847; Shor 1985";

    fn qualified_name() -> String {
        around::<Self, S>()
    }
}

impl<T: Float, S: LineSearch<T>> Minimiser<T> for SteepestDescent<T, S> {
    type Objective<'a> = dyn Objective<T> + 'a;

    fn validate(&self) -> Result<(), HyperparameterError> {
        self.search.validate()
    }

    fn restart(&mut self) {
        self.last = None;
        self.here.forget();
    }

    fn look(
        &mut self,
        params: &[T],
        objective: &mut Self::Objective<'_>,
    ) -> Result<Progress<T>, MinimiseError> {
        self.here.evaluate(params, objective)
    }

    fn step(
        &mut self,
        params: &mut [T],
        objective: &mut Self::Objective<'_>,
    ) -> Result<Progress<T>, MinimiseError> {
        let start = self.look(params, objective)?;
        if start.gradient == T::zero() {
            return Ok(start);
        }
        self.direction.0.clear();
        self.direction.0.extend(self.here.gradient.iter().map(|&g| -g));
        let first = self.last.map_or(T::one(), |last| last + last);
        let progress = self.here.travel(
            params,
            objective,
            &self.direction.0,
            &mut self.search,
            first,
            &mut self.room.0,
        )?;
        self.last = Some(progress.step);
        Ok(progress)
    }
}
