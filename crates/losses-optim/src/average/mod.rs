//! Averages of the iterates: often better than the last iterate, and never in the way of the optimizer.
//!
//! An average looks on: show it the parameters after each step and read its mean when you evaluate.

use crate::state::Description;

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
