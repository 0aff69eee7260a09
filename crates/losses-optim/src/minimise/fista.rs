use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{
    MinimiseError, Minimiser, Progress,
    proximal_step::{Backtracking, Smooth},
    same_length,
};
use crate::{
    error::HyperparameterError,
    objective::Objective,
    optim::constant,
    proximal::Proximal,
    scratch::Scratch,
    state::{Method, around},
};

/// Accelerated proximal gradient descent (FISTA): [`Ista`](super::Ista) from a point that is thrown ahead.
///
/// ```text
/// y = w + ((θ₋ − 1)/θ) (w − w₋)            θ = ½ (1 + √(1 + 4 θ₋²)),   θ₁ = 1
/// w₊ = prox_g(y − t ∇f(y), t)
/// ```
///
/// Errors of the value fall like 1/k² instead of 1/k; they need not fall at every step.
///
/// # Conventions
///
/// As in [`Ista`](super::Ista). The parameters are w; y is made in the step. The "gradient" reported is (y − w₊)/t.
///
/// # Example
///
/// ```
/// use losses_optim::{minimise::{Fista, Minimiser, Until}, objective::Recorded, proximal::Interval};
///
/// // Down a badly conditioned valley, with a wall at 0.
/// let mut f = Recorded::<f64, _>::new(|w| (w[0] + 1.0) * (w[0] + 1.0) + 0.01 * (w[1] - 2.0) * (w[1] - 2.0));
/// let mut w = [5.0, 9.0];
/// Fista::new(Interval::default()).minimise(&mut w, &mut f, &Until { gradient: 1e-6, steps: 5_000 })?;
/// assert!(w[0] == 0.0 && (w[1] - 2.0).abs() < 1e-3);
/// # Ok::<(), losses_optim::minimise::MinimiseError>(())
/// ```
///
/// # Source
///
/// A. Beck and M. Teboulle, *A Fast Iterative Shrinkage-Thresholding Algorithm for Linear Inverse Problems*, 2009, section 4,
/// doi:10.1137/080716542.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fista<T, P> {
    /// g.
    pub term: P,
    /// t, and how it is found.
    pub backtracking: Backtracking,
    /// θ.
    pub theta: f64,
    /// w₋, where the last step began; empty before the first.
    pub previous: Vec<T>,
    #[serde(skip)]
    smooth: Scratch<Smooth<T>>,
    #[serde(skip)]
    ahead: Scratch<Vec<T>>,
}

impl<T, P> Fista<T, P> {
    /// With this g.
    #[must_use]
    pub fn new(term: P) -> Self {
        Self {
            term,
            backtracking: Backtracking::default(),
            theta: 1.0,
            previous: Vec::new(),
            smooth: Scratch::default(),
            ahead: Scratch::default(),
        }
    }
}

impl<T, P: Method> Method for Fista<T, P> {
    type Scalar = T;
    const NAME: &'static str = "fista";
    const SUMMARY: &'static str = "accelerated proximal gradient descent";
    const SOURCE: &'static str = "Beck and Teboulle 2009, section 4, doi:10.1137/080716542";

    fn qualified_name() -> String {
        around::<Self, P>()
    }
}

impl<T: Float, P: Proximal<T>> Minimiser<T> for Fista<T, P> {
    type Objective<'a> = dyn Objective<T> + 'a;

    fn validate(&self) -> Result<(), HyperparameterError> {
        self.term.validate()?;
        self.backtracking.validate()
    }

    fn restart(&mut self) {
        self.theta = 1.0;
        self.previous.clear();
    }

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
        if self.previous.is_empty() {
            self.previous.extend_from_slice(params);
        }
        same_length("previous", &self.previous, params.len())?;
        let theta = 0.5 * (1.0 + (1.0 + 4.0 * self.theta * self.theta).sqrt());
        let beta = constant::<T>((self.theta - 1.0) / theta);
        self.ahead.0.clear();
        self.ahead.0.extend(params.iter().zip(&self.previous).map(|(&w, &old)| w + beta * (w - old)));
        self.smooth.0.go_from(&self.ahead.0, objective)?;
        let progress =
            self.smooth.0.advance(&mut self.ahead.0, objective, &self.term, &mut self.backtracking)?;
        self.previous.copy_from_slice(params);
        params.copy_from_slice(&self.ahead.0);
        self.theta = theta;
        Ok(progress)
    }
}
