use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::Proximal;
use crate::{
    error::{HyperparameterError, within},
    optim::constant,
    state::Method,
};

/// The box: every entry in one interval.
///
/// ```text
/// g(w) = 0 if l ≤ wᵢ ≤ u for all i, else ∞
/// prox(w, t) = min(max(w, l), u)
/// ```
///
/// # Conventions
///
/// An end that is `None` is open to infinity: `lower: Some(0.0)` alone is the cone of numbers that are not negative. NaN stays
/// NaN.
///
/// # Example
///
/// ```
/// use losses_optim::proximal::{Interval, Proximal};
///
/// let mut w = [-2.0, 0.3, 7.0];
/// Interval { lower: Some(0.0), upper: Some(1.0) }.apply(&mut w, 0.1);
/// assert_eq!(w, [0.0, 0.3, 1.0]);
/// ```
///
/// # Source
///
/// N. Parikh and S. Boyd, *Proximal Algorithms*, 2014, doi:10.1561/2400000003.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// l, if there is one. Default 0.
    pub lower: Option<f64>,
    /// u ≥ l, if there is one. Default none.
    pub upper: Option<f64>,
}

impl Default for Interval {
    fn default() -> Self {
        Self { lower: Some(0.0), upper: None }
    }
}

impl Method for Interval {
    type Scalar = f64;
    const NAME: &'static str = "interval";
    const SUMMARY: &'static str = "every entry in one interval";
    const SOURCE: &'static str = "Parikh and Boyd 2014, doi:10.1561/2400000003";
}

impl<T: Float> Proximal<T> for Interval {
    fn validate(&self) -> Result<(), HyperparameterError> {
        let lower = self.lower.unwrap_or(f64::NEG_INFINITY);
        within("lower", lower, !lower.is_nan(), "a number")?;
        let upper = self.upper.unwrap_or(f64::INFINITY);
        within("upper", upper, upper >= lower, "a number not below `lower`")
    }

    fn value(&self, _: &[T]) -> T {
        T::zero()
    }

    fn apply(&self, params: &mut [T], _: T) {
        if let Some(lower) = self.lower.map(constant::<T>) {
            params.iter_mut().filter(|w| **w < lower).for_each(|w| *w = lower);
        }
        if let Some(upper) = self.upper.map(constant::<T>) {
            params.iter_mut().filter(|w| **w > upper).for_each(|w| *w = upper);
        }
    }
}
