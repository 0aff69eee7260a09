//! Schedules: the learning rate as a function of time.
//!
//! A schedule lives outside the optimizer, so the rate in force can always be read, logged and plotted. Time t = 1, 2, …
//! counts whatever the caller counts, steps or epochs: pass the number of the step (epoch) that is about to be taken.
//!
//! ```
//! use losses_optim::{optim::{GradientDescent, Optimizer}, schedule::{InverseSquareRoot, Schedule}};
//!
//! let schedule = InverseSquareRoot { initial: 0.5 };
//! let mut optimizer = GradientDescent::default();
//! let mut w = [4.0];
//! for t in 1..=100 {
//!     let gradient = [w[0]];
//!     optimizer.step(&mut w, &gradient, schedule.learning_rate(t))?;
//! }
//! assert_eq!(schedule.learning_rate(100), 0.05);
//! # Ok::<(), losses_optim::error::StepError>(())
//! ```
//!
#![doc = include_str!("elsewhere.md")]

use crate::{error::HyperparameterError, state::Description};

/// A learning rate for every t = 1, 2, …
pub trait Schedule {
    /// Checks the constants.
    ///
    /// # Errors
    ///
    /// Names the first constant that is out of its range.
    fn validate(&self) -> Result<(), HyperparameterError>;

    /// The learning rate in force at step (or epoch) t.
    ///
    /// t = 0 is before the first step; what counts then is the rate of t = 1. With constants that
    /// [`validate`](Schedule::validate) refuses, the value may be one that every optimizer refuses.
    fn learning_rate(&self, t: u64) -> f64;
}

impl<S: Schedule + ?Sized> Schedule for Box<S> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        (**self).validate()
    }

    fn learning_rate(&self, t: u64) -> f64 {
        (**self).learning_rate(t)
    }
}

/// A registered schedule: what a list prints, and how to make one with its default constants.
#[derive(Clone, Copy)]
pub struct Entry {
    /// Its name, as a command line takes it.
    pub name: &'static str,
    /// One line on what it does.
    pub summary: &'static str,
    /// Authors, year and where the rule stands.
    pub source: &'static str,
    /// Makes one.
    pub make: fn() -> Box<dyn Schedule>,
}

/// The registered schedule of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Entry> {
    ALL.iter().find(|entry| entry.name == name)
}

macro_rules! register {
    ($($module:ident::$schedule:ident $(<$($part:ident),+>)?,)*) => {
        $(mod $module;)*
        $(pub use $module::$schedule;)*

        /// Every schedule of a learning rate, from simple to complex.
        pub static ALL: &[Entry] = &[$(Entry {
            name: <$schedule $(<$($part),+>)? as crate::state::Method>::NAME,
            summary: <$schedule $(<$($part),+>)? as crate::state::Method>::SUMMARY,
            source: <$schedule $(<$($part),+>)? as crate::state::Method>::SOURCE,
            make: || Box::new(<$schedule $(<$($part),+>)?>::default()),
        },)*];
    };
}

// From simple to complex: one rate, steps, smooth decays, rates that rise first, rates that listen, one after another.
register! {
    constant::Constant,
    step_decay::StepDecay,
    multi_step::MultiStep,
    exponential::Exponential,
    polynomial::Polynomial,
    inverse_time::InverseTime,
    inverse_square_root::InverseSquareRoot,
    cosine::Cosine,
    cosine_restarts::CosineRestarts,
    linear_warmup::LinearWarmup,
    exponential_warmup::ExponentialWarmup,
    one_cycle::OneCycle,
    reduce_on_plateau::ReduceOnPlateau,
    sequence::Sequence<LinearWarmup, Cosine>,
}

mod sutskever_momentum;

pub use sutskever_momentum::SutskeverMomentum;

/// Every schedule of a momentum, which is no learning rate.
pub static MOMENTA: &[Description] = &[Description::of::<SutskeverMomentum>()];

/// Steps taken before step t, as a number to compute with.
fn elapsed(t: u64) -> f64 {
    t.saturating_sub(1) as f64
}

/// The share of `steps` that was taken before step t, at most 1; NaN for no steps, so that the rate is refused.
fn progress(t: u64, steps: u64) -> f64 {
    match steps {
        0 => f64::NAN,
        _ => (elapsed(t) / steps as f64).min(1.0),
    }
}

/// From `first` at 0 to `last` at 1 along half a cosine.
fn between(first: f64, last: f64, progress: f64) -> f64 {
    last + 0.5 * (first - last) * (1.0 + (std::f64::consts::PI * progress).cos())
}
