//! Kinks: every choice of a derivative where there is none, in one table, and the choices that a caller may set.
//!
//! A rule at a kink returns an element of the Clarke subdifferential of its operation (F. H. Clarke, *Optimization and
//! Nonsmooth Analysis*, 1983); the default is the element of minimum norm.
//!
//! | operation | at | subdifferential | default |
//! |---|---|---|---|
//! | [`Relu`] | x = 0 | \[0, 1\] | 0 ([`Relu::at_zero`]) |
//! | `abs` | x = 0 | \[−1, 1\] | 0 |
//! | `max(a, b)`, `min(a, b)`; of arrays `maximum`, `minimum` | a = b | {(s, 1 − s) : s ∈ \[0, 1\]} | (½, ½) ([`Ties::Split`]) |
//! | `leaky_relu` | x = 0 | between the slope and 1 | the number nearest to 0 |
//! | `elu` | x = 0, unless α = 1 | between α and 1 | the lesser of both |
//! | `abs_sub(a, b)` = max(a − b, 0) | a = b | {(s, −s) : s ∈ \[0, 1\]} | (0, 0) |
//! | `clamp(x, low, high)` | x = a bound | \[0, 1\] | 0, and 1 for the bound, should it be recorded |
//! | `max` and `min` over axes | k elements tie | the weights of the ties that add up to 1 | 1/k each ([`Ties::Split`]) |
//! | `max_pool1d`, `max_pool2d` | k elements tie under a window | the weights of the ties that add up to 1 | 1/k each |
//! | `hypot(a, b)` | a = b = 0 | the unit disc | (0, 0) |
//! | `norm` over axes, L2 | the origin | the unit ball | 0 |
//! | `norm` over axes, L1 | each zero | \[−1, 1\] for it | 0 for it |
//! | `norm` over axes, L∞ | k magnitudes tie | the signs times weights of the ties that add up to 1; at the origin the ball of L1 | the signs times 1/k; at the origin 0 |
//! | `standard_deviation` | all equal | a ball among the vectors of sum 0 | 0 |
//! | `copysign(a, b)` | a = 0 | \[−1, 1\] | 0 |
//! | `symmetric_eigen` | k eigenvalues coincide | one set of derivatives for each basis of their space | those of the basis that was found |
//!
//! Steps (`floor`, `ceil`, `round`, `trunc`, `signum`) have derivative 0 everywhere, which at the jump itself is a
//! convention and not a subgradient: a jump has none. So have `fract` and `rem` at their jumps the derivative beside
//! them, and `atan2` at the origin (0, 0).
//!
//! Where eigenvalues coincide, the derivative of each belongs to the basis that the decomposition has found: an element of its
//! subdifferential, but not the one of minimum norm. Eigenvectors are not even continuous there, and their derivatives leave out
//! how the vectors of one space turn into one another.
//!
//! The second derivative at a kink is 0, not NaN: the choice is a constant.
//!
//! The chain rule applied to chosen subgradients need not give a subgradient of the composition: relu(x) − relu(−x) is x,
//! its derivative is 1 everywhere, yet choosing relu′(0) = 0 gives 0 at x = 0 (S. M. Kakade & J. D. Lee 2018,
//! arXiv:1809.08530; J. Bolte & E. Pauwels 2020, arXiv:1909.10300):
//!
//! ```
//! use autograd::kink::KinkOps;
//!
//! let derivative = |slope: f64| autograd::grad(|x| x[0].relu_at(slope) - (-x[0]).relu_at(slope), &[0.0])[0];
//! assert_eq!([derivative(0.0), derivative(0.5), derivative(1.0)], [0.0, 1.0, 2.0]);
//! ```

use num_traits::Float;

use crate::algebra::{Algebra, number};
use crate::elementary::{Elementary, ElementaryOps};

/// A kink at which a value was recorded: a gradient through it is one choice among several. [`Gradient::kinks`] has them, and
/// an example.
///
/// [`Gradient::kinks`]: crate::Gradient::kinks
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kink {
    /// The operation whose kink it is.
    pub operation: &'static str,
    /// How many elements of the operand lie on it; 1 for a number.
    pub elements: usize,
}

/// Which of several equal arguments receives the derivative of a maximum or minimum. For examples see [`KinkOps`] and, of arrays,
/// module `op::max`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Ties {
    /// All of them in equal parts: the subgradient of minimum norm.
    #[default]
    Split,
    /// The first alone, as `argmax` would point at it.
    First,
}

impl Ties {
    /// The partial derivatives of a maximum or minimum by its two equal arguments.
    #[inline]
    pub(crate) fn shares<T: Float>(self) -> (T, T) {
        match self {
            Ties::Split => (number(0.5), number(0.5)),
            Ties::First => (T::one(), T::zero()),
        }
    }

    /// The value of a maximum or minimum of two equal arguments: in nested types it carries the inner derivatives, and
    /// must make the same choice.
    #[inline]
    pub(crate) fn choose<T>(self, first: T, split: T) -> T {
        match self {
            Ties::Split => split,
            Ties::First => first,
        }
    }
}

/// max(x, 0) with the derivative 1 for x > 0, 0 for x < 0, and `at_zero` for x = 0. NaN stays NaN.
///
/// Never written as `max(x, 0)`, whose tie at 0 would give ½. On the choice at 0: D. Bertoin, J. Bolte,
/// S. Gerchinovitz & E. Pauwels 2021, *Numerical influence of ReLU'(0) on backpropagation*, arXiv:2106.12915.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Relu {
    /// The derivative at 0, in \[0, 1\]; 0 by default, the element of minimum norm.
    pub at_zero: f64,
}

impl Relu {
    /// The rectifier with a chosen derivative at 0.
    ///
    /// # Panics
    /// If the slope lies outside \[0, 1\], and so is no subgradient.
    #[track_caller]
    pub fn at(slope: f64) -> Self {
        assert!(
            (0.0..=1.0).contains(&slope),
            "the subdifferential of relu at 0 is [0, 1], found the slope {slope}; choose one within"
        );
        Self { at_zero: slope }
    }
}

impl Elementary for Relu {
    const NAME: &'static str = "relu";

    #[inline(always)]
    fn value<T: Float>(&self, x: T) -> T {
        // For zero, and for NaN. As a product it keeps the chosen slope when `x` is itself a dual number or recorded; computed
        // before the choice, which then takes no branch.
        let at_zero = x * number(self.at_zero);
        let not_positive = if x < T::zero() { T::zero() } else { at_zero };
        if x > T::zero() { x } else { not_positive }
    }

    #[inline(always)]
    fn derivative<A: Algebra>(&self, x: &A, _y: &A) -> A {
        x.step(self.at_zero)
    }

    #[inline]
    fn is_kink<T: Float>(&self, x: T) -> bool {
        x == T::zero()
    }
}

/// |x| with the derivative sign x, and 0 at 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Abs;

impl Elementary for Abs {
    const NAME: &'static str = "abs";

    #[inline(always)]
    fn value<T: Float>(&self, x: T) -> T {
        Float::abs(x)
    }

    #[inline(always)]
    fn derivative<A: Algebra>(&self, x: &A, _y: &A) -> A {
        x.step(0.5) * x.number(2.0) - x.number(1.0)
    }

    #[inline]
    fn is_kink<T: Float>(&self, x: T) -> bool {
        x == T::zero()
    }
}

/// 1 for x > 0, 0 for x < 0, `at_zero` for x = 0, NaN for NaN; a constant, whatever `T` remembers of derivatives.
#[inline(always)]
pub(crate) fn step<T: Float>(x: T, at_zero: f64) -> T {
    // One choice after the other takes no branch.
    let not_ordered = if x == T::zero() { number(at_zero) } else { T::nan() };
    let not_positive = if x < T::zero() { T::zero() } else { not_ordered };
    if x > T::zero() { T::one() } else { not_positive }
}

/// The functions with a kink whose choice the caller may set, for plain numbers, dual numbers and recorded ones alike.
///
/// ```
/// use autograd::kink::{KinkOps, Ties};
///
/// assert_eq!(autograd::grad(|x| x[0].relu() + x[0].relu_at(1.0), &[0.0]), [1.0]);
/// assert_eq!(autograd::grad(|x| x[0].max_ties(x[1], Ties::Split), &[3.0, 3.0]), [0.5, 0.5]);
/// assert_eq!(autograd::grad(|x| x[0].max_ties(x[1], Ties::First), &[3.0, 3.0]), [1.0, 0.0]);
/// ```
pub trait KinkOps: ElementaryOps {
    /// max(x, 0); derivative 1 for x > 0, 0 for x ≤ 0.
    #[must_use]
    #[inline]
    fn relu(self) -> Self {
        self.apply(&Relu::default())
    }

    /// max(x, 0); derivative 1 for x > 0, 0 for x < 0, and `slope` at 0.
    ///
    /// # Panics
    /// If the slope lies outside \[0, 1\].
    #[must_use]
    #[inline]
    #[track_caller]
    fn relu_at(self, slope: f64) -> Self {
        self.apply(&Relu::at(slope))
    }

    /// max(a, b); derivative 1 by the larger and 0 by the smaller; where a = b, (½, ½) or (1, 0) as `ties` says.
    #[must_use]
    fn max_ties(self, other: Self, ties: Ties) -> Self;

    /// min(a, b); derivative 1 by the smaller and 0 by the larger; where a = b, (½, ½) or (1, 0) as `ties` says.
    #[must_use]
    fn min_ties(self, other: Self, ties: Ties) -> Self;
}

/// Plain numbers take no derivative, so a tie is of no consequence.
macro_rules! plain_kinks {
    ($($number:ty),*) => {
        $(impl KinkOps for $number {
            fn max_ties(self, other: Self, _ties: Ties) -> Self {
                Float::max(self, other)
            }

            fn min_ties(self, other: Self, _ties: Ties) -> Self {
                Float::min(self, other)
            }
        })*
    };
}

plain_kinks!(f32, f64);
