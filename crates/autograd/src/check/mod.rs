//! Checking derivatives: exact against numeric, forward against reverse, first and second order.

#[cfg(feature = "std")]
mod case;
mod difference;
mod subject;

use core::fmt;

#[cfg(feature = "std")]
pub use case::Case;

use crate::differentiable::Differentiable;
use crate::var::Var;

/// The highest order of the derivatives that [`check_grads`] checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Order {
    /// The gradient.
    First,
    /// The gradient and the Hessian, by forward mode over reverse mode.
    Second,
}

/// A way of computing a derivative, of which [`check_grads`] compares several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Reverse mode: a tape.
    Reverse,
    /// Forward mode: dual numbers.
    Forward,
    /// Numeric: central differences, with a step chosen for every coordinate.
    Differences,
}

impl Mode {
    /// All of them, each to be compared with each.
    pub const ALL: [Self; 3] = [Self::Reverse, Self::Forward, Self::Differences];
}

/// Two ways of computing one derivative that disagree: what [`check_grads`] finds. It displays as a sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Discrepancy {
    /// What was compared, such as "reverse mode against differences".
    pub comparison: &'static str,
    /// The coordinate, counted through all arguments, by which was differentiated.
    pub coordinate: usize,
    /// Of a second derivative, the other coordinate.
    pub second_coordinate: Option<usize>,
    /// What the way that is named first gives.
    pub left: f64,
    /// What the way that is named second gives.
    pub right: f64,
    /// The difference that rounding and truncation would explain.
    pub tolerance: f64,
    /// The number of derivatives of this order about which two ways disagree; this one is the worst of them.
    pub count: usize,
    /// The likely reason.
    pub reason: &'static str,
}

impl fmt::Display for Discrepancy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { comparison, coordinate, left, right, tolerance, count, reason, .. } = self;
        write!(f, "{comparison}: at coordinate {coordinate}")?;
        if let Some(second) = self.second_coordinate {
            write!(f, " and {second}")?;
        }
        let difference = (left - right).abs();
        write!(f, " {left:e} against {right:e}; the difference {difference:e} exceeds {tolerance:e}")?;
        if *count > 1 {
            write!(f, ", and this is the worst of {count}")?;
        }
        write!(f, ". {reason}")
    }
}

impl core::error::Error for Discrepancy {}

/// Checks the derivatives of a function at `x`, coordinate by coordinate: the ways that `modes` names against each other,
/// and for [`Order::Second`] the Hessian, by forward mode over reverse mode, for symmetry if forward mode is named and
/// against differences of the gradient if differences are.
///
/// A result of several numbers is weighed with fixed ones first.
///
/// # Differences
///
/// Central differences are extrapolated once (L. F. Richardson 1911) from the steps h and h/2. The usual step is
/// h = ε^⅕·max(1, |x|) with the machine epsilon ε; it leaves an error of about ε^⅘ where the function changes over lengths
/// of about max(1, |x|). Where it does not bear the exact derivative out, h goes down a ladder of powers of two from
/// max(1, |x|)/4 to √ε·min(1, |x|), and the rung is taken at which two neighbours agree best, rounding included (the
/// principle of C. J. F. Ridders 1982, *Accurate computation of F′(x) and F′(x)F″(x)*, Advances in Engineering Software
/// 4(2)). Which rung that is, the exact derivative has no part in.
///
/// # Tolerance
///
/// √ε of the derivative, plus what rounding leaves of derivatives that cancel (64ε of the largest derivative or of the
/// quotient of the function and its largest argument), plus of differences their own uncertainty, to at most ε^¼ of the
/// derivative. No number is absolute: a function is judged alike in any unit.
///
/// # Errors
///
/// The worst discrepancy: of first derivatives, if there is one, for a wrong first derivative has wrong second ones. At a
/// kink exact and numeric derivatives differ rightly: check beside it. Where *all* derivatives cancel to exactly 0 nothing
/// says how large a rounding error may be, and one may be reported: check beside such a point as well.
///
/// # Panics
///
/// If `modes` names fewer than two ways, or the order is second without reverse mode.
///
/// ```
/// use autograd::check::{Mode, Order, check_grads};
/// use num_traits::Float;
///
/// check_grads(|x| x[0].sin() * x[1].exp(), &[0.5, -0.3], Order::Second, &Mode::ALL).unwrap();
///
/// // A rule with a wrong sign.
/// let wrong = check_grads(
///     |x| x[0].unary(x[0].value().cos(), x[0].value().sin()) + x[1],
///     &[0.5, -0.3],
///     Order::First,
///     &[Mode::Reverse, Mode::Differences],
/// );
/// assert_eq!(wrong.unwrap_err().coordinate, 0);
/// ```
#[track_caller]
pub fn check_grads<V: Differentiable>(
    f: impl for<'t> Fn(&[Var<'t, V::Dual>]) -> Var<'t, V::Dual>,
    x: &[V],
    order: Order,
    modes: &[Mode],
) -> Result<(), Discrepancy> {
    let named = |mode| modes.contains(&mode);
    assert!(
        Mode::ALL.into_iter().filter(|&mode| named(mode)).count() >= 2,
        "check_grads compares at least two ways of computing a derivative, found {modes:?}; `Mode::ALL` names them all"
    );
    assert!(
        order == Order::First || named(Mode::Reverse),
        "second derivatives are taken by forward mode over reverse mode, found {modes:?} alone; add `Mode::Reverse`"
    );
    // Behind one pointer, so that what follows is compiled for each kind of argument and not for each function.
    subject::Subject { f: &f, x }.check(order, modes)
}

/// The i-th of a sequence that fills (−1, 1) evenly: multiples of the golden ratio, modulo 1.
pub(crate) fn spread(i: usize) -> f64 {
    num_traits::Float::fract((i as f64 + 1.0) * 0.618_033_988_749_894_9) * 2.0 - 1.0
}
