//! The step that ISTA and FISTA share.

use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{MinimiseError, Progress};
use crate::{
    error::{HyperparameterError, positive},
    line_search::LineSearchError,
    objective::Objective,
    optim::constant,
    proximal::Proximal,
    vector::{add_scaled, dot, largest_entry},
};

/// How long the step of [`Ista`](super::Ista) and [`Fista`](super::Fista) is: shorter until f lies below its parabola.
///
/// ```text
/// t = step, shrink · step, …   until   f(w₊) ≤ f(w) + ∇f(w)ᵀ(w₊ − w) + ‖w₊ − w‖²/(2t)        w₊ = prox_g(w − t ∇f(w), t)
/// ```
///
/// # Conventions
///
/// The t that was found is where the next step begins, so that it never grows. Any t ≤ 1/L is accepted, with L the Lipschitz
/// constant of ∇f. The comparison allows for the rounding of f itself.
///
/// # Example
///
/// ```
/// use losses_optim::{minimise::{Backtracking, Ista, Minimiser}, objective::Recorded, proximal::Interval};
///
/// // ½ · 6 w²: L = 6, and of 1, ½, ¼ and ⅛ the last is the first that is at most 1/6.
/// let mut f = Recorded::<f64, _>::new(|w| w[0] * w[0] * 3.0);
/// let mut ista = Ista::new(Interval { lower: None, upper: None });
/// ista.backtracking = Backtracking { step: 1.0, shrink: 0.5, ..Backtracking::default() };
/// let mut w = [1.0];
/// ista.step(&mut w, &mut f)?;
/// assert_eq!((ista.backtracking.step, w), (0.125, [0.25]));
/// # Ok::<(), losses_optim::minimise::MinimiseError>(())
/// ```
///
/// # Source
///
/// A. Beck and M. Teboulle 2009, doi:10.1137/080716542.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Backtracking {
    /// t > 0, the step in force. Default 1.
    pub step: f64,
    /// The factor on t in (0, 1) where f lies above its parabola. Default ½.
    pub shrink: f64,
    /// How many t a step tries. Default 60.
    pub evaluations: u64,
}

impl Default for Backtracking {
    fn default() -> Self {
        Self { step: 1.0, shrink: 0.5, evaluations: 60 }
    }
}

impl Backtracking {
    pub(super) fn validate(&self) -> Result<(), HyperparameterError> {
        positive("step", self.step)?;
        crate::error::within(
            "shrink",
            self.shrink,
            self.shrink > 0.0 && self.shrink < 1.0,
            "a number in (0, 1)",
        )
    }
}

/// f and its gradient where a step begins, and room for its end.
pub(super) struct Smooth<T> {
    value: Option<T>,
    gradient: Vec<T>,
    end: Vec<T>,
    change: Vec<T>,
}

impl<T> Default for Smooth<T> {
    fn default() -> Self {
        Self { value: None, gradient: Vec::new(), end: Vec::new(), change: Vec::new() }
    }
}

impl<T: Float> Smooth<T> {
    /// Evaluates f at the start of a step.
    pub(super) fn go_from(
        &mut self,
        start: &[T],
        objective: &mut dyn Objective<T>,
    ) -> Result<(), MinimiseError> {
        self.gradient.resize(start.len(), T::zero());
        self.change.resize(start.len(), T::zero());
        let value = objective.value_and_grad(start, &mut self.gradient);
        if !value.is_finite() || !largest_entry(&self.gradient).is_finite() {
            return Err(MinimiseError::NotFinite { value: value.to_f64().unwrap_or(f64::NAN) });
        }
        self.value = Some(value);
        Ok(())
    }

    /// Where a step of length t would end.
    fn aim(&mut self, start: &[T], term: &impl Proximal<T>, t: T) {
        self.end.clear();
        self.end.extend_from_slice(start);
        add_scaled(&mut self.end, -t, &self.gradient);
        term.apply(&mut self.end, t);
        for ((change, &end), &start) in self.change.iter_mut().zip(&self.end).zip(start) {
            *change = end - start;
        }
    }

    /// How flat f + g is at some point: the step is only aimed at.
    pub(super) fn look(
        &mut self,
        start: &[T],
        objective: &mut dyn Objective<T>,
        term: &impl Proximal<T>,
        backtracking: &Backtracking,
    ) -> Result<Progress<T>, MinimiseError> {
        self.go_from(start, objective)?;
        let t = constant::<T>(backtracking.step);
        self.aim(start, term, t);
        let value = self.value.unwrap_or_else(T::nan) + term.value(start);
        Ok(Progress { value, gradient: largest_entry(&self.change) / t, step: T::zero() })
    }

    /// The step itself, from where f was evaluated last.
    pub(super) fn advance(
        &mut self,
        point: &mut [T],
        objective: &mut dyn Objective<T>,
        term: &impl Proximal<T>,
        backtracking: &mut Backtracking,
    ) -> Result<Progress<T>, MinimiseError> {
        let start_value = self.value.unwrap_or_else(T::nan);
        let two = T::one() + T::one();
        let mut step = backtracking.step;
        for _ in 0..backtracking.evaluations {
            let t = constant::<T>(step);
            self.aim(point, term, t);
            let value = objective.value(&self.end);
            let parabola =
                start_value + dot(&self.gradient, &self.change) + dot(&self.change, &self.change) / (two * t);
            // Up to the rounding of the values themselves: at the minimum all terms but the first vanish.
            let slack = T::epsilon() * two * start_value.abs();
            if value <= parabola + slack {
                point.copy_from_slice(&self.end);
                backtracking.step = step;
                let gradient = largest_entry(&self.change) / t;
                return Ok(Progress { value: value + term.value(point), gradient, step: t });
            }
            step *= backtracking.shrink;
        }
        Err(LineSearchError::Exhausted { evaluations: backtracking.evaluations, last: step }.into())
    }
}
