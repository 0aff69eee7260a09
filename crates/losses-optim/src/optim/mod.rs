//! Optimizers: update rules on flat slices.
//!
//! A rule sees parameters, their gradient and a learning rate, and nothing else: no autodiff type, no schedule, no
//! clock. Every optimizer is a struct of public fields: its constants, then its state. [`choosing`] is the page on which
//! one to take, with a table of what PyTorch and optax do otherwise.
//!
//! ```
//! use losses_optim::optim::{Momentum, Optimizer};
//!
//! // Half squared distance from (1, −2); its gradient is w − (1, −2).
//! let mut optimizer = Momentum { momentum: 0.5, ..Momentum::default() };
//! let mut w = [0.0, 0.0];
//! for _ in 0..100 {
//!     let gradient = [w[0] - 1.0, w[1] + 2.0];
//!     optimizer.step(&mut w, &gradient, 0.1)?;
//! }
//! assert!((w[0] - 1.0_f64).abs() < 1e-6 && (w[1] + 2.0).abs() < 1e-6);
//! # Ok::<(), losses_optim::error::StepError>(())
//! ```
//!
//! # Conventions
//!
//! * t = 1, 2, … counts steps, η is the learning rate, g the gradient, w the parameters; squares, roots, quotients and
//!   maxima of vectors are taken entry by entry.
//! * The slice of parameters holds the point at which the *next gradient* is to be taken. For methods whose own iterate
//!   is another point (look-ahead Nesterov, schedule-free methods), that iterate is a public field.
//! * Constants are `f64` whatever the type of the parameters, and expressions of them such as 1 − β are rounded once:
//!   in `f32`, 1 − 0.999 would already be wrong in its fifth digit.
//! * Where ε may be 0, an entry whose denominator is 0 does not move: 0/0 is read as 0.
//! * A NaN or infinity in the gradient is not looked for: it goes where the rule takes it.

#[doc = include_str!("choosing.md")]
pub mod choosing {}

use num_traits::Float;

use crate::{
    error::{HyperparameterError, StepError},
    state::SavableOptimizer,
};

/// A rule that moves parameters along a gradient.
///
/// An implementation supplies the constants' ranges, the state's buffers and the rule; [`step`](Optimizer::step)
/// checks everything before it changes anything.
pub trait Optimizer<T: Float> {
    /// Checks the constants.
    ///
    /// # Errors
    ///
    /// Names the first constant that is out of its range.
    fn validate(&self) -> Result<(), HyperparameterError> {
        Ok(())
    }

    /// Shows each buffer of the state that has one entry per parameter, with the name of its field.
    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>));

    /// t, the steps taken, where the rule counts them; 0 where it does not.
    ///
    /// A state that has taken steps but has empty buffers is damaged, and is refused instead of begun anew.
    fn steps(&self) -> u64 {
        0
    }

    /// The rule itself, on a state that [`prepare`](Optimizer::prepare) has sized. Call [`step`](Optimizer::step)
    /// instead, unless you write a wrapper.
    ///
    /// # Panics
    ///
    /// It may, or leave entries as they are, if the slices or the state have different lengths.
    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T);

    /// Makes the state ready for `len` parameters: buffers that were never used are allocated and filled with zeros.
    /// Every step does this; call it yourself to learn right after loading whether a state fits.
    ///
    /// # Errors
    ///
    /// Refuses constants that are out of range and a state that belongs to another number of parameters.
    fn prepare(&mut self, len: usize) -> Result<(), StepError> {
        self.validate()?;
        let mut used = self.steps() > 0;
        self.buffers(&mut |_, buffer| used |= !buffer.is_empty());
        let mut misfit = Ok(());
        self.buffers(&mut |name, buffer| {
            if !used {
                buffer.resize(len, T::zero());
            } else if buffer.len() != len && misfit.is_ok() {
                misfit = Err(StepError::StateLength { buffer: name, expected: len, found: buffer.len() });
            }
        });
        misfit
    }

    /// One step. The first call allocates the state; later calls allocate nothing.
    ///
    /// # Errors
    ///
    /// Refuses slices or a state of different lengths, a learning rate that is NaN, infinite or negative, and constants
    /// out of range. Parameters and state are then unchanged.
    fn step(&mut self, params: &mut [T], grad: &[T], learning_rate: T) -> Result<(), StepError> {
        if params.len() != grad.len() {
            return Err(StepError::GradientLength { expected: params.len(), found: grad.len() });
        }
        if !(learning_rate >= T::zero() && learning_rate.is_finite()) {
            return Err(StepError::LearningRate { found: learning_rate.to_f64().unwrap_or(f64::NAN) });
        }
        self.prepare(params.len())?;
        widest(
            #[inline(always)]
            || self.update(params, grad, learning_rate),
        );
        Ok(())
    }
}

/// Runs loops as code for the widest vectors that `pulp` finds in the processor. They are the same operations on the same
/// numbers, so the result does not depend on the width. What is to gain from it has to be inlined: hence the
/// `#[inline(always)]` at every [`update`](Optimizer::update).
///
/// Rules without branches take what they need of one buffer of the state before they write the next: the compiler may then keep
/// it at hand even where it does not see that the slices lie apart.
#[inline(always)]
pub(crate) fn widest(run: impl FnOnce()) {
    pulp::Arch::new().dispatch(run);
}

impl<T: Float, O: Optimizer<T> + ?Sized> Optimizer<T> for Box<O> {
    fn validate(&self) -> Result<(), HyperparameterError> {
        (**self).validate()
    }

    fn buffers(&mut self, visit: &mut dyn FnMut(&'static str, &mut Vec<T>)) {
        (**self).buffers(visit);
    }

    fn steps(&self) -> u64 {
        (**self).steps()
    }

    fn update(&mut self, params: &mut [T], grad: &[T], learning_rate: T) {
        (**self).update(params, grad, learning_rate);
    }

    fn prepare(&mut self, len: usize) -> Result<(), StepError> {
        (**self).prepare(len)
    }

    fn step(&mut self, params: &mut [T], grad: &[T], learning_rate: T) -> Result<(), StepError> {
        (**self).step(params, grad, learning_rate)
    }
}

/// A registered optimizer: what a list prints, and how to make one with its default constants.
#[derive(Clone, Copy)]
pub struct Entry {
    /// Its name, as a command line takes it.
    pub name: &'static str,
    /// One line on what it does.
    pub summary: &'static str,
    /// Authors, year and where the rule stands.
    pub source: &'static str,
    /// Makes one over `f32`.
    pub over_f32: fn() -> Box<dyn SavableOptimizer<f32>>,
    /// Makes one over `f64`.
    pub over_f64: fn() -> Box<dyn SavableOptimizer<f64>>,
}

/// The registered optimizer of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Entry> {
    ALL.iter().find(|entry| entry.name == name)
}

macro_rules! register {
    ($($module:ident::$method:ident,)*) => {
        $(mod $module;)*
        $(pub use $module::$method;)*

        /// Every optimizer, from simple to complex.
        pub static ALL: &[Entry] = &[$(Entry {
            name: <$method<f64> as crate::state::Method>::NAME,
            summary: <$method<f64> as crate::state::Method>::SUMMARY,
            source: <$method<f64> as crate::state::Method>::SOURCE,
            over_f32: || Box::new($method::<f32>::default()),
            over_f64: || Box::new($method::<f64>::default()),
        },)*];
    };
}

// From simple to complex, as the lecture goes: the gradient alone, with a memory of directions, with a scale per
// parameter, with both; then what departs from Adam.
register! {
    gradient_descent::GradientDescent,
    sign_sgd::SignSgd,
    momentum::Momentum,
    nesterov_look_ahead::NesterovLookAhead,
    nesterov::Nesterov,
    rprop::Rprop,
    ada_grad::AdaGrad,
    rms_prop::RmsProp,
    rms_prop_centred::RmsPropCentred,
    rms_prop_momentum::RmsPropMomentum,
    adadelta::Adadelta,
    adam::Adam,
    adam_w::AdamW,
    adamax::Adamax,
    nadam::Nadam,
    r_adam::RAdam,
    ams_grad::AmsGrad,
    ams_grad_corrected::AmsGradCorrected,
    ada_belief::AdaBelief,
    yogi::Yogi,
    lion::Lion,
    schedule_free_sgd::ScheduleFreeSgd,
    schedule_free_adam_w::ScheduleFreeAdamW,
    muon::Muon,
}

/// A constant in the type of the parameters.
pub(crate) fn constant<T: Float>(value: f64) -> T {
    T::from(value).expect("a float type holds every f64, rounded")
}

/// βᵗ for the corrections of bias, which need no more than an `i32` of steps: βᵗ has long been 0 by then.
fn power(base: f64, t: u64) -> f64 {
    base.powi(i32::try_from(t).unwrap_or(i32::MAX))
}

/// n/d, where 0 in the denominator means that nothing has been seen of this entry and it has no step to make.
/// A NaN stays visible.
#[inline(always)]
fn ratio<T: Float>(numerator: T, denominator: T) -> T {
    if denominator == T::zero() { T::zero() } else { numerator / denominator }
}

/// The larger of two; a NaN in the second, which is the newer, stays visible.
#[inline(always)]
fn larger<T: Float>(old: T, new: T) -> T {
    if old >= new { old } else { new }
}

/// The smaller of two; a NaN in the first stays visible.
#[inline(always)]
fn smaller<T: Float>(value: T, bound: T) -> T {
    if value > bound { bound } else { value }
}

/// −1, 0 or 1, and NaN for NaN. `Float::signum` has no 0: it takes the sign of a zero.
#[inline(always)]
fn sign<T: Float>(x: T) -> T {
    if x > T::zero() {
        T::one()
    } else if x < T::zero() {
        -T::one()
    } else if x == T::zero() {
        T::zero()
    } else {
        x
    }
}
