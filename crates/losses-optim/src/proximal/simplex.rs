use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::Proximal;
use crate::{
    error::{HyperparameterError, positive},
    optim::constant,
    state::Method,
};

/// The simplex: entries that are not negative and add up to a total.
///
/// ```text
/// g(w) = 0 if wᵢ ≥ 0 and Σ wᵢ = s, else ∞
/// prox(w, t) = max(0, w − θ)      with θ such that they add up to s
/// ```
///
/// # Conventions
///
/// θ is found by sorting, O(n log n), which allocates. Of entries that hold a NaN all become NaN.
///
/// # Example
///
/// ```
/// use losses_optim::proximal::{Proximal, Simplex};
///
/// let mut w = [0.5, 1.0, -3.0];
/// Simplex::default().apply(&mut w, 1.0);
/// assert_eq!(w, [0.25, 0.75, 0.0]);
/// ```
///
/// # Source
///
/// J. Duchi et al., *Efficient Projections onto the ℓ₁-Ball for Learning in High Dimensions*, ICML 2008, figure 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Simplex {
    /// s > 0. Default 1: probabilities.
    pub total: f64,
}

impl Default for Simplex {
    fn default() -> Self {
        Self { total: 1.0 }
    }
}

impl Method for Simplex {
    type Scalar = f64;
    const NAME: &'static str = "simplex";
    const SUMMARY: &'static str = "entries that are not negative and add up to a total";
    const SOURCE: &'static str = "Duchi et al. 2008, figure 1";
}

impl<T: Float> Proximal<T> for Simplex {
    fn validate(&self) -> Result<(), HyperparameterError> {
        positive("total", self.total)
    }

    fn value(&self, _: &[T]) -> T {
        T::zero()
    }

    fn apply(&self, params: &mut [T], _: T) {
        if params.iter().any(|w| w.is_nan()) {
            params.fill(T::nan());
            return;
        }
        let mut sorted = params.to_vec();
        sorted.sort_by(|a, b| b.partial_cmp(a).expect("no NaN is left"));
        let (mut sum, mut theta) = (-constant::<T>(self.total), T::infinity());
        for (count, &w) in sorted.iter().enumerate() {
            sum = sum + w;
            let candidate = sum / constant(count as f64 + 1.0);
            if w <= candidate {
                break;
            }
            theta = candidate;
        }
        for w in params {
            *w = (*w - theta).max(T::zero());
        }
    }
}
