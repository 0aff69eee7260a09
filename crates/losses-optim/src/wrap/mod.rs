//! Wrappers: what stands around an update rule and is itself an [`Optimizer`](crate::optim::Optimizer).
//!
//! They nest, and read from outside to inside in the order in which they act:
//!
//! ```
//! use losses_optim::{
//!     optim::{Adam, Optimizer},
//!     wrap::{ClipByNorm, DecoupledDecay, SkipNonFinite},
//! };
//!
//! let mut optimizer = SkipNonFinite::new(ClipByNorm::new(1.0, DecoupledDecay::new(0.01, Adam::default())));
//! let mut w = [1.0, 2.0];
//! optimizer.step(&mut w, &[30.0, f64::INFINITY], 0.1)?;
//! assert_eq!((w, optimizer.skipped), ([1.0, 2.0], 1));
//! # Ok::<(), losses_optim::error::StepError>(())
//! ```

use num_traits::Float;

use crate::{optim::GradientDescent, state::Description};

macro_rules! register {
    ($($module:ident::$wrapper:ident<$($argument:ty),+>,)*) => {
        $(mod $module;)*
        $(pub use $module::$wrapper;)*

        /// Every wrapper, in the order in which a gradient usually meets them.
        pub static ALL: &[Description] = &[$(Description::of::<$wrapper<$($argument),+>>()),*];
    };
}

// In the order in which a gradient usually meets them.
register! {
    skip_non_finite::SkipNonFinite<GradientDescent<f64>>,
    accumulate::Accumulate<f64, GradientDescent<f64>>,
    delayed::Delayed<f64, GradientDescent<f64>>,
    clip_by_value::ClipByValue<f64, GradientDescent<f64>>,
    clip_by_norm::ClipByNorm<f64, GradientDescent<f64>>,
    coupled_decay::CoupledDecay<f64, GradientDescent<f64>>,
    decoupled_decay::DecoupledDecay<GradientDescent<f64>>,
    groups::Groups<GradientDescent<f64>>,
    parallel::Parallel<GradientDescent<f64>>,
    lookahead::Lookahead<f64, GradientDescent<f64>>,
    sam::Sam<f64, GradientDescent<f64>>,
}

pub use groups::Group;
pub use sam::SamPhase;

/// Allocates a wrapper's buffer before its first use.
fn allocate<T: Float>(values: &mut Vec<T>, len: usize) {
    if values.is_empty() {
        values.resize(len, T::zero());
    }
}

/// ‖g‖, scaled by its largest entry so that no square overflows or vanishes.
fn norm<T: Float>(grad: &[T]) -> f64 {
    let entries = || grad.iter().map(|g| g.to_f64().unwrap_or(f64::NAN).abs());
    let largest = entries().fold(0.0, f64::max);
    if largest == 0.0 {
        // `f64::max` passes over NaN: what is left may still hold one.
        return entries().sum();
    }
    largest * entries().map(|g| (g / largest).powi(2)).sum::<f64>().sqrt()
}
