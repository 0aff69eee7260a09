use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{
    MinimiseError, Minimiser, Progress,
    proximal_step::{Backtracking, Smooth},
};
use crate::{
    error::HyperparameterError,
    objective::Objective,
    proximal::Proximal,
    scratch::Scratch,
    state::{Method, around},
};

/// Proximal gradient descent (ISTA), for f + g with a smooth f and a g whose proximal operator is known.
///
/// ```text
/// w ← prox_g(w − t ∇f(w), t)
/// ```
///
/// With the indicator of a set for g this is *projected gradient descent*.
///
/// # Conventions
///
/// The objective is f alone; g is the method's [`term`](Self::term). t begins at `backtracking.step` and is shrunk until f lies below its
/// parabola of curvature 1/t, and never grows again; a t ≤ 1/L is kept. Values that are reported are f + g. The "gradient" that is reported
/// and stopped by is that of the step, (w − w₊)/t, which is 0 exactly at a minimum.
///
/// # Example
///
/// ```
/// use losses_optim::{minimise::{Ista, Minimiser, Until}, objective::Recorded, proximal::L1};
///
/// // ½(x − 3)² + ½(y − 0.5)² + |x| + |y|: the lasso with an identity for its matrix.
/// let mut f = Recorded::<f64, _>::new(|w| ((w[0] - 3.0) * (w[0] - 3.0) + (w[1] - 0.5) * (w[1] - 0.5)) * 0.5);
/// let mut w = [10.0, 10.0];
/// Ista::new(L1 { weight: 1.0 }).minimise(&mut w, &mut f, &Until { gradient: 1e-12, steps: 50 })?;
/// assert_eq!(w, [2.0, 0.0]);
/// # Ok::<(), losses_optim::minimise::MinimiseError>(())
/// ```
///
/// # Source
///
/// A. Beck and M. Teboulle, *A Fast Iterative Shrinkage-Thresholding Algorithm for Linear Inverse Problems*, 2009,
/// doi:10.1137/080716542.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ista<T, P> {
    /// g.
    pub term: P,
    /// t, and how it is found.
    pub backtracking: Backtracking,
    #[serde(skip)]
    smooth: Scratch<Smooth<T>>,
}

impl<T, P> Ista<T, P> {
    /// With this g.
    #[must_use]
    pub fn new(term: P) -> Self {
        Self { term, backtracking: Backtracking::default(), smooth: Scratch::default() }
    }
}

impl<T, P: Method> Method for Ista<T, P> {
    type Scalar = T;
    const NAME: &'static str = "ista";
    const SUMMARY: &'static str = "proximal gradient descent; with a constraint, projected";
    const SOURCE: &'static str = "Beck and Teboulle 2009, doi:10.1137/080716542";

    fn qualified_name() -> String {
        around::<Self, P>()
    }
}

impl<T: Float, P: Proximal<T>> Minimiser<T> for Ista<T, P> {
    type Objective<'a> = dyn Objective<T> + 'a;

    fn validate(&self) -> Result<(), HyperparameterError> {
        self.term.validate()?;
        self.backtracking.validate()
    }

    fn restart(&mut self) {}

    fn look(
        &mut self,
        params: &[T],
        objective: &mut Self::Objective<'_>,
    ) -> Result<Progress<T>, MinimiseError> {
        self.validate()?;
        self.smooth.0.look(params, objective, &self.term, &self.backtracking)
    }

    fn step(
        &mut self,
        params: &mut [T],
        objective: &mut Self::Objective<'_>,
    ) -> Result<Progress<T>, MinimiseError> {
        self.validate()?;
        self.smooth.0.go_from(params, objective)?;
        self.smooth.0.advance(params, objective, &self.term, &mut self.backtracking)
    }
}
