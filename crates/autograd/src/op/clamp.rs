//! Clamping to an interval, elementwise.

use num_traits::Float;

use crate::algebra::{Algebra, number};
use crate::elementary::Elementary;
use crate::op::{ArrayAlgebra, map::apply};
#[cfg(test)]
use crate::{check::Case, op::map::Map};

/// x within \[low, high\], else the nearer bound. The derivative is 1 strictly between the bounds, and 0 beyond and at
/// them. NaN stays NaN.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clamp {
    low: f64,
    high: f64,
}

impl Clamp {
    /// Clamping to this interval; a bound may be infinite.
    ///
    /// # Panics
    /// If a bound is NaN or the lower exceeds the upper.
    #[track_caller]
    pub fn new(low: f64, high: f64) -> Self {
        assert!(
            low <= high,
            "clamp needs a lower bound that does not exceed the upper, and neither NaN; found {low} and {high}"
        );
        Self { low, high }
    }

    /// The bounds that bound something: an infinite one is met by no finite number, and has no distance from itself.
    #[inline]
    fn bounds(&self) -> (Option<f64>, Option<f64>) {
        let low = (self.low > f64::NEG_INFINITY).then_some(self.low);
        (low, (self.high < f64::INFINITY).then_some(self.high))
    }
}

impl Elementary for Clamp {
    const NAME: &'static str = "clamp";

    #[inline]
    fn value<T: Float>(&self, x: T) -> T {
        // A bound is a constant, whatever `T` remembers of derivatives.
        let (low, high) = self.bounds();
        match (low.map(number), high.map(number)) {
            (Some(low), _) if x <= low => low,
            (_, Some(high)) if x >= high => high,
            _ => x,
        }
    }

    #[inline]
    fn derivative<A: Algebra>(&self, x: &A, _y: &A) -> A {
        let above = |low: f64| (x.clone() - x.number(low)).step(0.0);
        let below = |high: f64| (x.number(high) - x.clone()).step(0.0);
        match self.bounds() {
            (Some(low), Some(high)) => above(low) * below(high),
            (Some(low), None) => above(low),
            (None, Some(high)) => below(high),
            (None, None) => x.number(1.0),
        }
    }

    #[inline]
    fn is_kink<T: Float>(&self, x: T) -> bool {
        let (low, high) = self.bounds();
        [low, high].into_iter().flatten().any(|bound| x == number(bound))
    }
}

/// x within \[low, high\], else the nearer bound, elementwise; a bound may be infinite. NaN stays NaN.
///
/// For bounds that are differentiated, or differ from element to element, see [`maximum`](super::maximum::maximum) and
/// [`minimum`](super::maximum::minimum).
///
/// # Gradient
///
/// 1 strictly between the bounds, 0 beyond them. *Kink* at a finite bound, with the subdifferential \[0, 1\]: 0, its element
/// of minimum norm.
///
/// # Panics
/// If a bound is NaN or the lower exceeds the upper.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::vector(&[-2.0, -1.0, 0.5, 3.0])];
/// assert_eq!(x[0].clamp(-1.0, 1.0).to_vec(), [-1.0, -1.0, 0.5, 1.0]);
/// assert_eq!(autograd::grad(|x| x[0].clamp(-1.0, 1.0).sum_all(), &x)[0].to_vec(), [0.0, 0.0, 1.0, 0.0]);
/// ```
#[track_caller]
pub fn clamp<A: ArrayAlgebra>(x: &A, low: f64, high: f64) -> A {
    apply(Clamp::new(low, high), x)
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new(Map(Clamp::new(0.0, 3.0)), &[&[2, 3]]),
        Case::new(Map(Clamp::new(3.0, 4.0)), &[&[2, 3]]),
        Case::new(Map(Clamp::new(-1.0, 0.25)), &[&[2, 3]]),
        Case::new(Map(Clamp::new(f64::NEG_INFINITY, 1.5)), &[&[4]]),
        Case::new(Map(Clamp::new(0.0, f64::INFINITY)), &[&[]]),
        Case::new(Map(Clamp::new(0.0, 1.0)), &[&[0]]),
    ]
}
