//! Proximal operators: the other half of an objective, which has kinks or walls but is easily minimised by itself.
//!
//! ```text
//! prox(w, t) = argmin_u  t g(u) + ½ ‖u − w‖²
//! ```
//!
//! For the indicator of a set (0 inside, ∞ outside) this is the projection onto it, whatever t. [`Ista`](crate::minimise::Ista) and
//! [`Fista`](crate::minimise::Fista) minimise f + g by gradients of f and steps of g; with an indicator they are projected gradient
//! descent.
//!
//! ```
//! use losses_optim::{minimise::{Ista, Minimiser, Until}, objective::Recorded, proximal::Simplex};
//!
//! // The point of the probability simplex that is nearest to (1, 0.5, −1).
//! let mut distance = Recorded::<f64, _>::new(|w| {
//!     let (a, b, c) = (w[0] - 1.0, w[1] - 0.5, w[2] + 1.0);
//!     a * a + b * b + c * c
//! });
//! let mut w = [1.0 / 3.0; 3];
//! Ista::new(Simplex::default()).minimise(&mut w, &mut distance, &Until { gradient: 1e-12, steps: 100 })?;
//! assert!((w[0] - 0.75).abs() < 1e-9 && (w[1] - 0.25).abs() < 1e-9 && w[2] == 0.0);
//! # Ok::<(), losses_optim::minimise::MinimiseError>(())
//! ```

use num_traits::Float;

use crate::{error::HyperparameterError, state::Description};

/// A function g whose proximal operator is known.
pub trait Proximal<T: Float> {
    /// Checks the constants.
    ///
    /// # Errors
    ///
    /// Names the first constant that is out of its range.
    fn validate(&self) -> Result<(), HyperparameterError>;

    /// g(w); 0 for the indicator of a set, at points inside.
    fn value(&self, params: &[T]) -> T;

    /// Replaces w by prox(w, t).
    fn apply(&self, params: &mut [T], t: T);
}

macro_rules! register {
    ($($module:ident::$term:ident,)*) => {
        $(mod $module;)*
        $(pub use $module::$term;)*

        /// Every term with a proximal operator, from simple to complex.
        pub static ALL: &[Description] = &[$(Description::of::<$term>()),*];
    };
}

// From simple to complex: entries by themselves, then all together.
register! {
    interval::Interval,
    l1::L1,
    simplex::Simplex,
}
