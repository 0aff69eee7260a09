use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Here, MinimiseError, Minimiser, Progress};
use crate::{
    error::HyperparameterError,
    line_search::{LineSearch, Room, StrongWolfe},
    objective::Objective,
    scratch::Scratch,
    state::{Method, around},
    vector::{dot, sum_of_sizes},
};

/// How much of the last direction conjugate gradients keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Conjugacy {
    /// β = ‖g₊‖² / ‖g‖².
    FletcherReeves,
    /// β = max(0, g₊ᵀ(g₊ − g) / ‖g‖²): it lets go of a direction that makes no headway.
    PolakRibierePlus,
}

/// Nonlinear conjugate gradients: each direction keeps some of the last, so that the steps do not undo each other.
///
/// ```text
/// w₊ = w + α d
/// d₊ = −g₊ + β d          β as in [`Conjugacy`],  d₀ = −g₀
/// ```
///
/// On a quadratic with exact searches this is the linear method, which ends after as many steps as the Hessian has different
/// eigenvalues.
///
/// # Conventions
///
/// The search is strong Wolfe with c₂ = 0.1 by default: directions are conjugate only as far as the searches are exact, and with
/// c₂ < ½ Fletcher–Reeves directions always descend. Where a direction does not, the method begins again with −g. The
/// first α proposed has the same first-order change as the last step, α₋ g₋ᵀd₋ / gᵀd; at the beginning it is
/// min(1, 1/‖g‖₁).
///
/// # Example
///
/// ```
/// use losses_optim::{minimise::{ConjugateGradients, Minimiser, Until}, objective::Recorded};
///
/// let mut objective = Recorded::<f64, _>::new(|x| x[0] * x[0] + 1e3 * x[1] * x[1] + x[0] * x[1]);
/// let mut w = [1.0, 1.0];
/// ConjugateGradients::default().minimise(&mut w, &mut objective, &Until { gradient: 1e-9, steps: 50 })?;
/// assert!(w.iter().all(|w| w.abs() < 1e-9));
/// # Ok::<(), losses_optim::minimise::MinimiseError>(())
/// ```
///
/// # Source
///
/// R. Fletcher and C. M. Reeves, *Function minimization by conjugate gradients*, 1964, doi:10.1093/comjnl/7.2.149; E. Polak and
/// G. Ribière, 1969; J. Nocedal and S. J. Wright, *Numerical Optimization*, 2006, algorithm 5.4.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConjugateGradients<T, S = StrongWolfe> {
    /// β. Default [`Conjugacy::PolakRibierePlus`].
    pub conjugacy: Conjugacy,
    /// How far to go. Default [`StrongWolfe`] with c₂ = 0.1.
    pub search: S,
    /// Where the last step ended.
    pub here: Here<T>,
    /// d, the direction of the next step; empty before the first.
    pub direction: Vec<T>,
    /// α gᵀd of the last step, if there was one.
    pub last_change: Option<T>,
    #[serde(skip)]
    room: Scratch<Room<T>>,
}

impl<T> Default for ConjugateGradients<T> {
    fn default() -> Self {
        Self::new(Conjugacy::PolakRibierePlus, StrongWolfe { flatness: 0.1, ..StrongWolfe::default() })
    }
}

impl<T, S> ConjugateGradients<T, S> {
    /// With this β and line search.
    #[must_use]
    pub fn new(conjugacy: Conjugacy, search: S) -> Self {
        Self {
            conjugacy,
            search,
            here: Here::default(),
            direction: Vec::new(),
            last_change: None,
            room: Scratch::default(),
        }
    }
}

impl<T, S: Method> Method for ConjugateGradients<T, S> {
    type Scalar = T;
    const NAME: &'static str = "conjugate_gradients";
    const SUMMARY: &'static str = "each direction keeps some of the last";
    const SOURCE: &'static str = "Fletcher and Reeves 1964; Polak and Ribière 1969";

    fn qualified_name() -> String {
        around::<Self, S>()
    }
}

impl<T: Float, S: LineSearch<T>> ConjugateGradients<T, S> {
    /// The direction of steepest descent.
    fn begin_anew(&mut self) {
        self.direction.clear();
        self.direction.extend(self.here.gradient.iter().map(|&g| -g));
        self.last_change = None;
    }

    /// β, with the last gradient in the room.
    fn beta(&self) -> T {
        let (new, old) = (&self.here.gradient, &self.room.0.gradient);
        let (square, old_square) = (dot(new, new), dot(old, old));
        match self.conjugacy {
            Conjugacy::FletcherReeves => square / old_square,
            Conjugacy::PolakRibierePlus => ((square - dot(new, old)) / old_square).max(T::zero()),
        }
    }
}

impl<T: Float, S: LineSearch<T>> Minimiser<T> for ConjugateGradients<T, S> {
    type Objective<'a> = dyn Objective<T> + 'a;

    fn validate(&self) -> Result<(), HyperparameterError> {
        self.search.validate()
    }

    fn restart(&mut self) {
        self.here.forget();
        self.direction.clear();
        self.last_change = None;
    }

    fn look(
        &mut self,
        params: &[T],
        objective: &mut Self::Objective<'_>,
    ) -> Result<Progress<T>, MinimiseError> {
        if !self.here.is_at(params) {
            self.direction.clear();
        }
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
        if self.direction.is_empty() {
            self.begin_anew();
        }
        super::same_length("direction", &self.direction, params.len())?;
        let mut slope = dot(&self.here.gradient, &self.direction);
        if slope >= T::zero() || slope.is_nan() {
            self.begin_anew();
            slope = dot(&self.here.gradient, &self.direction);
        }
        let first = match self.last_change {
            Some(change) => change / slope,
            None => (T::one() / sum_of_sizes(&self.here.gradient)).min(T::one()),
        };
        let progress = self.here.travel(
            params,
            objective,
            &self.direction,
            &mut self.search,
            first,
            &mut self.room.0,
        )?;
        self.last_change = Some(progress.step * slope);
        let beta = self.beta();
        for (d, &g) in self.direction.iter_mut().zip(&self.here.gradient) {
            *d = beta * *d - g;
        }
        Ok(progress)
    }
}
