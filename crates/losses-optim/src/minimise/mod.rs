//! Deterministic methods: each step evaluates the objective as often as it needs to.
//!
//! They are for objectives without noise: a whole data set, a physical model, a convex problem. (For mini-batches see
//! [`optim`](crate::optim); a line search on a noisy value chases the noise.)
//!
//! ```
//! use losses_optim::{
//!     line_search::HagerZhang,
//!     minimise::{Ended, Lbfgs, Minimiser, Until},
//!     objective::Recorded,
//! };
//! use num_traits::Float;
//!
//! let mut objective = Recorded::<f64, _>::new(|x| (x[0] - 1.0).powi(2) + 100.0 * (x[1] + 2.0).powi(2));
//! let mut method = Lbfgs::new(HagerZhang::default());
//! let mut x = [0.0, 0.0];
//! let summary = method.minimise(&mut x, &mut objective, &Until { gradient: 1e-6, steps: 100 })?;
//! assert_eq!(summary.ended, Ended::Flat);
//! assert!((x[0] - 1.0).abs() < 1e-6 && (x[1] + 2.0).abs() < 1e-6);
//! # Ok::<(), losses_optim::minimise::MinimiseError>(())
//! ```
//!
//! # Conventions
//!
//! * A method remembers value and gradient at the point where its last step ended, in [`Here`], so that the next step need
//!   not ask again. Parameters that have been moved in between are noticed; an objective that has become another one is
//!   not: call [`restart`](Minimiser::restart) then.
//! * The state is public and (de)serialisable like an optimizer's: stop and resume is never having stopped.
//! * When a step fails the parameters are where they were.

use num_traits::Float;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    error::HyperparameterError,
    line_search::{Line, LineSearch, LineSearchError, Room},
    objective::Objective,
    state::Description,
    vector::largest_entry,
};

macro_rules! register {
    ($($module:ident::$method:ident<$($argument:ty),+>,)*) => {
        $(mod $module;)*

        /// Every method that evaluates again, from simple to complex.
        pub static ALL: &[Description] = &[$(Description::of::<$module::$method<$($argument),+>>()),*];
    };
}

// From simple to complex: gradients, gradients with a memory, Hessians, residuals; then a term with kinks or walls.
register! {
    steepest_descent::SteepestDescent<f64>,
    conjugate_gradients::ConjugateGradients<f64>,
    lbfgs::Lbfgs<f64>,
    newton::Newton<f64>,
    saddle_free_newton::SaddleFreeNewton<f64>,
    gauss_newton::GaussNewton<f64>,
    levenberg_marquardt::LevenbergMarquardt<f64>,
    ista::Ista<f64, crate::proximal::L1>,
    fista::Fista<f64, crate::proximal::L1>,
}

mod dense;
mod linearised;
mod proximal_step;
mod solve;
mod symmetric_eigen;

pub use conjugate_gradients::{Conjugacy, ConjugateGradients};
pub use fista::Fista;
pub use gauss_newton::GaussNewton;
pub use ista::Ista;
pub use lbfgs::{Lbfgs, LbfgsMemory};
pub use levenberg_marquardt::LevenbergMarquardt;
pub use newton::{Indefinite, Newton};
pub use proximal_step::Backtracking;
pub use saddle_free_newton::SaddleFreeNewton;
pub use steepest_descent::SteepestDescent;

/// Where a step ended: what the next one begins with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Here<T> {
    /// The parameters.
    pub point: Vec<T>,
    /// The value there; `None` before the first evaluation.
    pub value: Option<T>,
    /// The gradient there.
    pub gradient: Vec<T>,
}

impl<T> Default for Here<T> {
    fn default() -> Self {
        Self { point: Vec::new(), value: None, gradient: Vec::new() }
    }
}

impl<T: Float> Here<T> {
    /// Whether value and gradient at `params` are known.
    fn is_at(&self, params: &[T]) -> bool {
        self.value.is_some() && self.point == params
    }

    /// Knows nothing.
    fn forget(&mut self) {
        self.value = None;
        self.point.clear();
    }

    /// Evaluates at `params` unless that has been done.
    fn evaluate(
        &mut self,
        params: &[T],
        objective: &mut dyn Objective<T>,
    ) -> Result<Progress<T>, MinimiseError> {
        if !self.point.is_empty() {
            same_length("here", &self.point, params.len())?;
        }
        if !self.is_at(params) {
            self.gradient.resize(params.len(), T::zero());
            let value = objective.value_and_grad(params, &mut self.gradient);
            self.arrive(params, value)?;
        }
        Ok(self.progress(T::zero()))
    }

    /// Takes note of a new point, whose gradient is already in its place.
    fn arrive(&mut self, params: &[T], value: T) -> Result<(), MinimiseError> {
        self.value = None;
        if !value.is_finite() || !largest_entry(&self.gradient).is_finite() {
            return Err(MinimiseError::NotFinite { value: value.to_f64().unwrap_or(f64::NAN) });
        }
        self.point.clear();
        self.point.extend_from_slice(params);
        self.value = Some(value);
        Ok(())
    }

    /// Searches along a direction and goes there. The gradient at the start is left in the room.
    fn travel(
        &mut self,
        params: &mut [T],
        objective: &mut dyn Objective<T>,
        direction: &[T],
        search: &mut dyn LineSearch<T>,
        first: T,
        room: &mut Room<T>,
    ) -> Result<Progress<T>, MinimiseError> {
        let value = self.value.unwrap_or_else(T::nan);
        let mut line = Line::new(objective, &self.point, direction, value, &self.gradient, room);
        let step = search.search(&mut line, first)?;
        let value = line.settle(step);
        std::mem::swap(&mut self.gradient, &mut room.gradient);
        self.arrive(&room.point, value)?;
        params.copy_from_slice(&room.point);
        Ok(self.progress(step))
    }

    fn progress(&self, step: T) -> Progress<T> {
        Progress { value: self.value.unwrap_or_else(T::nan), gradient: largest_entry(&self.gradient), step }
    }
}

/// What a step has come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress<T> {
    /// The value where the step ended.
    pub value: T,
    /// The largest entry of the gradient there, max |gᵢ|.
    pub gradient: T,
    /// α, how far the step went along its direction; 0 where there was nowhere to go.
    pub step: T,
}

/// When to stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Until {
    /// Stop where no entry of the gradient is larger than this.
    pub gradient: f64,
    /// Stop after so many steps.
    pub steps: u64,
}

/// Why a method stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// No entry of the gradient is larger than was asked for.
    Flat,
    /// The steps are used up.
    Steps,
    /// No step lowered the value any more: its last digits are rounding.
    Stuck,
}

/// What a minimisation has come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary<T> {
    /// Why it stopped.
    pub ended: Ended,
    /// How many steps were taken.
    pub steps: u64,
    /// Where the last one ended.
    pub last: Progress<T>,
}

/// Why a step was not taken. The parameters are then where they were.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum MinimiseError {
    /// A constant of the method is out of range.
    #[error(transparent)]
    Hyperparameter(#[from] HyperparameterError),
    /// The search along the direction failed.
    #[error(transparent)]
    LineSearch(#[from] LineSearchError),
    /// The objective or its gradient is not a finite number.
    #[error(
        "the objective is {value} at the parameters, or its gradient is not finite: \
         begin at a point where both are, or bound the step"
    )]
    NotFinite {
        /// The value.
        value: f64,
    },
    /// The state belongs to another number of parameters.
    #[error(
        "state `{buffer}` has {found} entries, expected {expected}: load the state that was saved for these \
         parameters, or begin with a new method"
    )]
    StateLength {
        /// The field of the state.
        buffer: &'static str,
        /// The length that fits.
        expected: usize,
        /// The length of the field.
        found: usize,
    },
    /// A system of equations has no unique solution.
    #[error("{what} is singular: {cure}")]
    Singular {
        /// The matrix.
        what: &'static str,
        /// What to do.
        cure: &'static str,
    },
}

/// A method that lowers an objective step by step.
pub trait Minimiser<T: Float> {
    /// What it asks of the objective.
    type Objective<'a>: ?Sized;

    /// Checks the constants.
    ///
    /// # Errors
    ///
    /// Names the first constant that is out of its range.
    fn validate(&self) -> Result<(), HyperparameterError>;

    /// Forgets what it knows of the objective, not its constants.
    fn restart(&mut self);

    /// Value and gradient where the parameters are, which costs an evaluation only if they are not known.
    ///
    /// # Errors
    ///
    /// If either is not finite, or the state belongs to another number of parameters.
    fn look(
        &mut self,
        params: &[T],
        objective: &mut Self::Objective<'_>,
    ) -> Result<Progress<T>, MinimiseError>;

    /// One step. Where the gradient is 0 nothing moves.
    ///
    /// # Errors
    ///
    /// As [`MinimiseError`] lists; the parameters are then unchanged.
    fn step(
        &mut self,
        params: &mut [T],
        objective: &mut Self::Objective<'_>,
    ) -> Result<Progress<T>, MinimiseError>;

    /// Steps until the gradient is small, the steps are used up, or rounding is all that is left.
    ///
    /// # Errors
    ///
    /// As [`step`](Minimiser::step), but for a line search that finds nothing lower, which is [`Ended::Stuck`].
    fn minimise(
        &mut self,
        params: &mut [T],
        objective: &mut Self::Objective<'_>,
        until: &Until,
    ) -> Result<Summary<T>, MinimiseError> {
        let mut last = self.look(params, objective)?;
        let mut steps = 0;
        let ended = loop {
            if last.gradient.to_f64().is_some_and(|gradient| gradient <= until.gradient) {
                break Ended::Flat;
            }
            if steps == until.steps {
                break Ended::Steps;
            }
            match self.step(params, objective) {
                Ok(progress) => last = progress,
                Err(MinimiseError::LineSearch(LineSearchError::Exhausted { .. })) => break Ended::Stuck,
                Err(error) => return Err(error),
            }
            steps += 1;
        };
        Ok(Summary { ended, steps, last })
    }
}

/// Refuses a buffer of another length.
fn same_length<T>(buffer: &'static str, values: &[T], expected: usize) -> Result<(), MinimiseError> {
    if values.len() == expected {
        Ok(())
    } else {
        Err(MinimiseError::StateLength { buffer, expected, found: values.len() })
    }
}
