//! Averages of the iterates: often better than the last iterate, and never in the way of the optimizer.
//!
//! An average looks on: show it the parameters after each step and read its mean when you evaluate.

use crate::{error::StepError, state::Description};

macro_rules! register {
    ($($module:ident::$average:ident,)*) => {
        $(mod $module;)*
        $(pub use $module::$average;)*

        /// Every average, from simple to complex.
        pub static ALL: &[Description] = &[$(Description::of::<$average<f64>>()),*];
    };
}

// From simple to complex: of all iterates, of the last ones, of chosen ones.
register! {
    polyak_ruppert::PolyakRuppert,
    exponential_average::ExponentialAverage,
    stochastic_weight_average::StochasticWeightAverage,
}

/// Refuses parameters of another number than those averaged so far.
fn same_length<T>(mean: &[T], params: &[T]) -> Result<(), StepError> {
    if mean.len() == params.len() {
        Ok(())
    } else {
        Err(StepError::StateLength { buffer: "mean", expected: params.len(), found: mean.len() })
    }
}
