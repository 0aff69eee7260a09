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
/// θ is found by Newton's method for Σ max(0, wᵢ − θ) = s, which is piecewise linear: from max w − s, where the sum is too large,
/// θ rises until no more entries fall below it. Each pass is O(n), in place; there are at most n of them and
/// ordinarily a handful. Entries are taken relative to the largest, so that s is not lost beside them.
///
/// If an entry is NaN or ∞, or all are −∞, no point is the nearest, and all become NaN; an entry of −∞ beside finite ones
/// becomes 0. A minimiser finds NaN beyond a step that was too long and shortens it; if you call [`apply`](Proximal::apply)
/// yourself, look for NaN in one entry.
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
/// C. Michelot, *A finite algorithm for finding the projection of a point onto the canonical simplex of ℝⁿ*, 1986,
/// doi:10.1007/BF00938486; reviewed with the others in L. Condat, *Fast projection onto the simplex and the ℓ₁ ball*, Mathematical
/// Programming 158, 2016, doi:10.1007/s10107-015-0946-6.
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
    const SOURCE: &'static str = "Michelot 1986; Condat 2016";
}

impl<T: Float> Proximal<T> for Simplex {
    fn validate(&self) -> Result<(), HyperparameterError> {
        positive("total", self.total)
    }

    fn value(&self, _: &[T]) -> T {
        T::zero()
    }

    fn apply(&self, params: &mut [T], _: T) {
        let largest = params.iter().copied().fold(T::neg_infinity(), T::max);
        if params.iter().any(|w| w.is_nan()) || largest.is_infinite() {
            params.fill(T::nan());
            return;
        }
        params.iter_mut().for_each(|w| *w = *w - largest);
        let total = constant::<T>(self.total);
        let (mut theta, mut before) = (-total, usize::MAX);
        loop {
            let (mut above, mut excess) = (0, -total);
            for &w in params.iter().filter(|&&w| w > theta) {
                above += 1;
                excess = excess + (w - theta);
            }
            if above >= before || above == 0 {
                break;
            }
            theta = theta + excess / constant(above as f64);
            before = above;
        }
        for w in params {
            *w = (*w - theta).max(T::zero());
        }
    }
}
