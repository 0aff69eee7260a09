//! Line searches: how far to go along a direction.
//!
//! A line search is a value that a method carries: `Lbfgs::new(HagerZhang::default())`. What it searches is a
//! [`Line`], f(w + α d) as a function φ of the number α.
//!
//! ```
//! use losses_optim::{line_search::{Armijo, Line, LineSearch, Room}, objective::Recorded};
//!
//! let mut objective = Recorded::<f64, _>::new(|x| x[0] * x[0]);
//! let mut room = Room::default();
//! // From 1 along −2, the negative gradient: φ(α) = (1 − 2α)².
//! let mut line = Line::new(&mut objective, &[1.0], &[-2.0], 1.0, &[2.0], &mut room);
//! let alpha = Armijo::default().search(&mut line, 8.0)?;
//! assert_eq!(alpha, 0.5);
//! # Ok::<(), losses_optim::line_search::LineSearchError>(())
//! ```
//!
//! # Conventions
//!
//! * φ(α) = f(w + α d), φ′(α) = ∇f(w + α d)ᵀd. A direction of descent has φ′(0) < 0.
//! * Each method proposes the first α to try: 1 where its direction has a length of its own (Newton, L-BFGS).
//! * A value that is NaN or infinite means "too far".

use num_traits::Float;
use thiserror::Error;

use crate::{
    error::HyperparameterError,
    objective::Objective,
    state::Description,
    vector::{add_scaled, dot},
};

/// The buffers in which a line search evaluates, kept from one search to the next.
#[derive(Debug, Clone, PartialEq)]
pub struct Room<T> {
    /// The point evaluated last.
    pub point: Vec<T>,
    /// The gradient evaluated last.
    pub gradient: Vec<T>,
}

impl<T> Default for Room<T> {
    fn default() -> Self {
        Self { point: Vec::new(), gradient: Vec::new() }
    }
}

/// φ(α) = f(w + α d).
pub struct Line<'a, T> {
    objective: &'a mut (dyn Objective<T> + 'a),
    start: &'a [T],
    direction: &'a [T],
    value: T,
    slope: T,
    room: &'a mut Room<T>,
    /// The last α whose gradient lies in the room, with φ and φ′ there.
    known: Option<(T, T, T)>,
}

impl<'a, T: Float> Line<'a, T> {
    /// The line from `start` along `direction`, where the objective has this value and gradient.
    ///
    /// # Panics
    ///
    /// If the slices differ in length.
    #[track_caller]
    pub fn new(
        objective: &'a mut (dyn Objective<T> + 'a),
        start: &'a [T],
        direction: &'a [T],
        value: T,
        gradient: &[T],
        room: &'a mut Room<T>,
    ) -> Self {
        assert!(
            start.len() == direction.len() && start.len() == gradient.len(),
            "start, direction and gradient have one length, not {}, {} and {}",
            start.len(),
            direction.len(),
            gradient.len()
        );
        room.point.resize(start.len(), T::zero());
        room.gradient.resize(start.len(), T::zero());
        Self { objective, start, direction, value, slope: dot(gradient, direction), room, known: None }
    }

    /// φ(0).
    #[must_use]
    pub fn start_value(&self) -> T {
        self.value
    }

    /// φ′(0).
    #[must_use]
    pub fn start_slope(&self) -> T {
        self.slope
    }

    /// φ(α).
    pub fn value(&mut self, alpha: T) -> T {
        if let Some((known, value, _)) = self.known
            && known == alpha
        {
            return value;
        }
        self.known = None;
        self.go_to(alpha);
        self.objective.value(&self.room.point)
    }

    /// φ(α) and φ′(α). The gradient stays in the room.
    pub fn value_and_slope(&mut self, alpha: T) -> (T, T) {
        if let Some((known, value, slope)) = self.known
            && known == alpha
        {
            return (value, slope);
        }
        self.go_to(alpha);
        let value = self.objective.value_and_grad(&self.room.point, &mut self.room.gradient);
        let slope = dot(&self.room.gradient, self.direction);
        self.known = Some((alpha, value, slope));
        (value, slope)
    }

    /// Ends with α: point and gradient there are left in the room, and f is returned. Costs an evaluation only if α was
    /// not the last for which a slope was asked.
    pub fn settle(mut self, alpha: T) -> T {
        self.value_and_slope(alpha).0
    }

    fn go_to(&mut self, alpha: T) {
        self.room.point.copy_from_slice(self.start);
        add_scaled(&mut self.room.point, alpha, self.direction);
    }

    /// Passes if the line descends at its start.
    ///
    /// # Errors
    ///
    /// [`LineSearchError::NoDescent`].
    pub fn descends(&self) -> Result<(), LineSearchError> {
        if self.slope < T::zero() && self.value.is_finite() && self.slope.is_finite() {
            Ok(())
        } else {
            Err(LineSearchError::NoDescent { value: float(self.value), slope: float(self.slope) })
        }
    }
}

/// Why no step was found. The parameters are then where they were.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum LineSearchError {
    /// The line does not go down.
    #[error(
        "no line to search: the objective is {value} with slope {slope} along the direction; \
         expected a finite value and a negative slope: check the gradient, or begin again with steepest descent"
    )]
    NoDescent {
        /// φ(0).
        value: f64,
        /// φ′(0).
        slope: f64,
    },
    /// The conditions were not met within the evaluations allowed.
    #[error(
        "no step met the conditions in {evaluations} evaluations, the last at {last}: \
         the gradient does not belong to the values, or both are exact to their last digits"
    )]
    Exhausted {
        /// How many evaluations were made.
        evaluations: u64,
        /// The α tried last.
        last: f64,
    },
    /// A constant of the search is out of range.
    #[error(transparent)]
    Hyperparameter(#[from] HyperparameterError),
}

/// A rule that chooses α.
pub trait LineSearch<T: Float> {
    /// Checks the constants.
    ///
    /// # Errors
    ///
    /// Names the first constant that is out of its range.
    fn validate(&self) -> Result<(), HyperparameterError>;

    /// The α to go, with `first` as the method's proposal for the first one to try.
    ///
    /// # Errors
    ///
    /// Refuses constants out of range and lines that do not descend, and gives up after a stated number of evaluations.
    fn search(&mut self, line: &mut Line<'_, T>, first: T) -> Result<T, LineSearchError>;
}

impl<T: Float, S: LineSearch<T> + ?Sized> LineSearch<T> for Box<S> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        (**self).validate()
    }

    fn search(&mut self, line: &mut Line<'_, T>, first: T) -> Result<T, LineSearchError> {
        (**self).search(line, first)
    }
}

macro_rules! register {
    ($($module:ident::$search:ident $(<$scalar:ty>)?,)*) => {
        $(mod $module;)*

        /// Every line search, from simple to complex.
        pub static ALL: &[Description] = &[$(Description::of::<$module::$search $(<$scalar>)?>()),*];
    };
}

// From simple to complex: no evaluation, values alone, slopes too, values and slopes that are noisy.
register! {
    fixed_step::FixedStep,
    polyak_step::PolyakStep,
    armijo::Armijo,
    stochastic_armijo::StochasticArmijo,
    strong_wolfe::StrongWolfe,
    hager_zhang::HagerZhang,
    probabilistic_line_search::ProbabilisticLineSearch<f64>,
}

mod integrated_wiener;
mod wolfe_probability;

pub use armijo::Armijo;
pub use fixed_step::FixedStep;
pub use hager_zhang::HagerZhang;
pub use polyak_step::PolyakStep;
pub use probabilistic_line_search::{
    Accepted, ProbabilisticLineSearch, ProbabilisticRoom, ProbabilisticStep,
};
pub use stochastic_armijo::StochasticArmijo;
pub use strong_wolfe::StrongWolfe;

/// A number for a message.
fn float<T: Float>(value: T) -> f64 {
    value.to_f64().unwrap_or(f64::NAN)
}

/// Where the cubic through two values with their slopes is least, if that lies well inside; else the middle.
fn between<T: Float>((a, fa, da): (T, T, T), (b, fb, db): (T, T, T)) -> T {
    let (two, three) = (T::one() + T::one(), T::one() + T::one() + T::one());
    let theta = da + db - three * (fa - fb) / (a - b);
    let root = (theta * theta - da * db).sqrt() * (b - a).signum();
    let least = b - (b - a) * (db + root - theta) / (db - da + two * root);
    let margin = (b - a).abs() * T::from(0.1).unwrap_or_else(T::zero);
    // False for NaN, where the cubic has no minimum.
    if least >= a.min(b) + margin && least <= a.max(b) - margin { least } else { (a + b) / two }
}
