use num_traits::Float;
use serde::{Deserialize, Serialize};

use super::{Line, LineSearch, LineSearchError, between, float};
use crate::{
    error::{HyperparameterError, within},
    optim::constant,
    state::Method,
};

/// A step with enough decrease and a slope that has become flat: the strong Wolfe conditions.
///
/// ```text
/// φ(α) ≤ φ(0) + c₁ α φ′(0)      and      |φ′(α)| ≤ c₂ |φ′(0)|
/// ```
///
/// Steps double until an interval is known to hold such a point; then *zoom* shrinks the interval to it, by cubic
/// interpolation.
///
/// # Conventions
///
/// The interpolated point is replaced by the middle of the interval where it lies within a tenth of an end, or where
/// the cubic has no minimum. Each evaluation takes value and gradient. When rounding leaves nothing to interpolate, the best
/// point found is taken if it has enough decrease, whatever its slope. c₂ = 0.9 suits quasi-Newton methods; conjugate
/// gradients want 0.1. optax's `scale_by_zoom_linesearch` has these constants and also takes what
/// [`HagerZhang`](super::HagerZhang) calls an approximate decrease.
///
/// # Example
///
/// ```
/// use losses_optim::{line_search::{Line, LineSearch, Room, StrongWolfe}, objective::Recorded};
/// use num_traits::Float;
///
/// let mut objective = Recorded::<f64, _>::new(|x| x[0].cosh());
/// let mut room = Room::default();
/// let (value, slope) = (3.0_f64.cosh(), 3.0_f64.sinh());
/// let mut line = Line::new(&mut objective, &[3.0], &[-1.0], value, &[slope], &mut room);
/// let alpha = StrongWolfe { flatness: 0.1, ..StrongWolfe::default() }.search(&mut line, 1.0)?;
/// assert!((3.0 - alpha).sinh().abs() <= 0.1 * slope);
/// # Ok::<(), losses_optim::line_search::LineSearchError>(())
/// ```
///
/// # Source
///
/// J. Nocedal and S. J. Wright, *Numerical Optimization*, 2006, algorithms 3.5 and 3.6; interpolation: equation 3.59.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StrongWolfe {
    /// c₁ in (0, 1). Default 10⁻⁴.
    pub decrease: f64,
    /// c₂ in (c₁, 1). Default 0.9.
    pub flatness: f64,
    /// How many α are tried. Default 40.
    pub evaluations: u64,
}

impl Default for StrongWolfe {
    fn default() -> Self {
        Self { decrease: 1e-4, flatness: 0.9, evaluations: 40 }
    }
}

impl Method for StrongWolfe {
    type Scalar = f64;
    const NAME: &'static str = "strong_wolfe";
    const SUMMARY: &'static str = "enough decrease, and a slope that has become flat";
    const SOURCE: &'static str = "Nocedal and Wright 2006, algorithms 3.5 and 3.6";
}

/// An α with φ and φ′ there.
type Point<T> = (T, T, T);

impl StrongWolfe {
    fn decreases<T: Float>(&self, line: &Line<'_, T>, (alpha, value, _): Point<T>) -> bool {
        value <= line.start_value() + constant::<T>(self.decrease) * alpha * line.start_slope()
            && value.is_finite()
    }

    fn is_flat<T: Float>(&self, line: &Line<'_, T>, slope: T) -> bool {
        slope.abs() <= constant::<T>(self.flatness) * line.start_slope().abs()
    }

    /// Algorithm 3.6: `low` has enough decrease and the smallest value so far, and φ′ there points to `high`.
    fn zoom<T: Float>(
        &self,
        line: &mut Line<'_, T>,
        (mut low, mut high): (Point<T>, Point<T>),
        evaluations: u64,
    ) -> Result<T, LineSearchError> {
        for _ in evaluations..self.evaluations {
            let alpha = between(low, high);
            if alpha == low.0 || alpha == high.0 {
                break; // no number lies between
            }
            let (value, slope) = line.value_and_slope(alpha);
            let point = (alpha, value, slope);
            if !self.decreases(line, point) || value >= low.1 {
                high = point;
            } else {
                if self.is_flat(line, slope) {
                    return Ok(alpha);
                }
                if slope * (high.0 - low.0) >= T::zero() {
                    high = low;
                }
                low = point;
            }
        }
        if low.0 > T::zero() {
            Ok(low.0)
        } else {
            Err(LineSearchError::Exhausted { evaluations: self.evaluations, last: float(high.0) })
        }
    }
}

impl<T: Float> LineSearch<T> for StrongWolfe {
    fn validate(&self) -> Result<(), HyperparameterError> {
        super::armijo::inside("decrease", self.decrease)?;
        let holds = self.flatness > self.decrease && self.flatness < 1.0;
        within("flatness", self.flatness, holds, "a number between `decrease` and 1")
    }

    /// Algorithm 3.5.
    fn search(&mut self, line: &mut Line<'_, T>, first: T) -> Result<T, LineSearchError> {
        <Self as LineSearch<T>>::validate(self)?;
        line.descends()?;
        let mut previous = (T::zero(), line.start_value(), line.start_slope());
        let mut alpha = first;
        for evaluation in 1..=self.evaluations {
            let (value, slope) = line.value_and_slope(alpha);
            let point = (alpha, value, slope);
            if !self.decreases(line, point) || (evaluation > 1 && value >= previous.1) {
                return self.zoom(line, (previous, point), evaluation);
            }
            if self.is_flat(line, slope) {
                return Ok(alpha);
            }
            if slope >= T::zero() {
                return self.zoom(line, (point, previous), evaluation);
            }
            previous = point;
            alpha = alpha + alpha;
        }
        Err(LineSearchError::Exhausted { evaluations: self.evaluations, last: float(previous.0) })
    }
}
