//! Numbers that remember where they first turned infinite or undefined.

use alloc::string::ToString;
use alloc::vec::Vec;
use core::cell::Cell;
use core::num::FpCategory;
use core::panic::Location;

use num_traits::{Float, Zero};

use crate::algebra::number;
use crate::dual::Dual;
use crate::elementary::{Elementary, ElementaryOps};
use crate::kink::{KinkOps, Ties};
use crate::many::Many;
use crate::non_finite::{NonFinite, Turned};

/// The first operation of a function at which a value, or a derivative, turns infinite or NaN although the operands are
/// finite, with the line that asks for it; `None` if all stay finite.
///
/// The function is evaluated once on numbers that check every step: a debugging run, which costs the others nothing.
/// Derivatives are those in one direction that mixes all arguments. Tapes of arrays need no such run:
/// [`Tape`](crate::Tape) has a method by the same name for them.
///
/// A line is that of the call in the function. Where the standard library calls, as in `iter().sum()`, it is the
/// library's.
///
/// ```
/// use autograd::{first_non_finite, Turned};
/// use num_traits::Float;
///
/// fn entropy<F: Float>(p: &[F]) -> F {
///     p.iter().fold(F::zero(), |sum, &p| {
///         let information = p.ln();
///         sum - p * information
///     })
/// }
/// let line = line!() - 4;
/// let found = first_non_finite(|p| entropy(p), &[0.5, 0.0]).unwrap();
/// assert_eq!((found.operation, found.what, found.location.line()), ("ln", Turned::Value, line));
/// assert!(found.to_string().starts_with("the value of ln(0) is not finite, at "));
///
/// // √x at 0 is finite, its derivative is not.
/// let found = first_non_finite(|x| x[0].sqrt(), &[0.0]).unwrap();
/// assert_eq!((found.operation, found.what), ("sqrt", Turned::Derivative));
/// assert!(first_non_finite(|x| x[0].sqrt(), &[1.0]).is_none());
/// ```
pub fn first_non_finite<T: Float>(
    f: impl for<'t> Fn(&[Traced<'t, T>]) -> Traced<'t, T>,
    x: &[T],
) -> Option<NonFinite> {
    let trace = Trace { found: Cell::new(None) };
    let traced = |(i, &x)| Traced {
        value: Dual::new(x, number(1.0 + 0.5 * crate::check::spread(i))),
        trace: Some(&trace),
    };
    let arguments: Vec<_> = x.iter().enumerate().map(traced).collect();
    f(&arguments);
    trace.found.take()
}

/// What the numbers of one run share.
struct Trace {
    found: Cell<Option<NonFinite>>,
}

/// A number of the run of [`first_non_finite`]: it has all the traits that a recorded number has.
#[derive(Clone, Copy)]
pub struct Traced<'t, T> {
    value: Dual<T>,
    /// `None` for a constant.
    trace: Option<&'t Trace>,
}

impl<'t, T: Float> Traced<'t, T> {
    /// A constant.
    pub fn constant(value: T) -> Self {
        Self { value: Dual::constant(value), trace: None }
    }

    /// The value.
    pub fn value(&self) -> &T {
        &self.value.value
    }

    /// The result of an operation on these operands, once it is looked at.
    #[inline]
    #[track_caller]
    fn step<const N: usize>(operation: &'static str, operands: [Self; N], value: Dual<T>) -> Self {
        let trace = operands.iter().find_map(|operand| operand.trace);
        if let Some(trace) = trace
            && !finite(&value)
        {
            // What enters as an infinite constant is noticed where it meets a variable.
            let explained = operands.iter().any(|operand| operand.trace.is_some() && !finite(&operand.value));
            if !explained {
                note(trace, operation, operands.iter().map(|operand| &operand.value), &value);
            }
        }
        Self { value, trace }
    }
}

fn finite<T: Float>(x: &Dual<T>) -> bool {
    x.value.is_finite() && x.derivative.is_finite()
}

/// Keeps the first.
#[cold]
#[track_caller]
fn note<'v, T: Float + 'v>(
    trace: &Trace,
    operation: &'static str,
    operands: impl Iterator<Item = &'v Dual<T>>,
    result: &Dual<T>,
) {
    // Taken here: a closure does not know its caller's caller.
    let location = Location::caller();
    let earlier = trace.found.take();
    let found = earlier.unwrap_or_else(|| NonFinite {
        operation,
        what: if result.value.is_finite() { Turned::Derivative } else { Turned::Value },
        operands: operands.map(|x| x.value.to_f64().unwrap_or(f64::NAN).to_string()).collect(),
        location,
    });
    trace.found.set(Some(found));
}

/// Methods of `Float` that take and give numbers.
macro_rules! steps {
    ($($name:ident($($operand:ident),*);)*) => {
        $(#[track_caller]
        fn $name(self $(, $operand: Self)*) -> Self {
            Self::step(stringify!($name), [self $(, $operand)*], self.value.$name($($operand.value),*))
        })*
    };
}

macro_rules! predicates {
    ($($name:ident),*) => {
        $(fn $name(self) -> bool {
            self.value.$name()
        })*
    };
}

macro_rules! constants {
    ($($name:ident),*) => {
        $(fn $name() -> Self {
            Self::constant(T::$name())
        })*
    };
}

impl<T: Float> Float for Traced<'_, T> {
    constants!(nan, infinity, neg_infinity, neg_zero, min_value, min_positive_value, max_value, epsilon);
    predicates!(is_nan, is_infinite, is_finite, is_normal, is_subnormal, is_sign_positive, is_sign_negative);
    steps! {
        floor(); ceil(); round(); trunc(); fract(); signum(); abs();
        exp(); exp2(); exp_m1(); ln(); log2(); log10(); ln_1p(); sqrt(); cbrt(); recip();
        sin(); cos(); tan(); asin(); acos(); atan(); sinh(); cosh(); tanh(); asinh(); acosh(); atanh();
        to_degrees(); to_radians();
        powf(exponent); log(base); max(other); min(other); abs_sub(other); hypot(other); atan2(other);
        copysign(sign); mul_add(factor, term); clamp(low, high);
    }

    fn classify(self) -> FpCategory {
        self.value.classify()
    }

    fn integer_decode(self) -> (u64, i16, i8) {
        self.value.integer_decode()
    }

    #[track_caller]
    fn powi(self, exponent: i32) -> Self {
        Self::step("powi", [self], self.value.powi(exponent))
    }

    #[track_caller]
    fn sin_cos(self) -> (Self, Self) {
        (self.sin(), self.cos())
    }
}

/// An operator between traced numbers, with a plain one on the right, and assigning.
macro_rules! operators {
    ($($operator:ident::$method:ident, $assigning:ident::$assign:ident;)*) => {
        $(
            impl<T: Float> core::ops::$operator for Traced<'_, T> {
                type Output = Self;

                #[track_caller]
                fn $method(self, other: Self) -> Self {
                    Self::step(stringify!($method), [self, other], self.value.$method(other.value))
                }
            }

            impl<T: Float> core::ops::$operator<T> for Traced<'_, T> {
                type Output = Self;

                #[track_caller]
                fn $method(self, other: T) -> Self {
                    self.$method(Self::constant(other))
                }
            }

            impl<T: Float> core::ops::$assigning for Traced<'_, T> {
                #[track_caller]
                fn $assign(&mut self, other: Self) {
                    *self = core::ops::$operator::$method(*self, other);
                }
            }

            impl<T: Float> core::ops::$assigning<T> for Traced<'_, T> {
                #[track_caller]
                fn $assign(&mut self, other: T) {
                    *self = core::ops::$operator::$method(*self, other);
                }
            }
        )*
    };
}

operators! {
    Add::add, AddAssign::add_assign;
    Sub::sub, SubAssign::sub_assign;
    Mul::mul, MulAssign::mul_assign;
    Div::div, DivAssign::div_assign;
    Rem::rem, RemAssign::rem_assign;
}

impl<T: Float> core::ops::Neg for Traced<'_, T> {
    type Output = Self;

    #[track_caller]
    fn neg(self) -> Self {
        Self::step("neg", [self], -self.value)
    }
}

/// An operator with a plain number on the left.
macro_rules! plain_left {
    ($($plain:ty: $($operator:ident::$method:ident),*;)*) => {
        $($(impl<'t> core::ops::$operator<Traced<'t, $plain>> for $plain {
            type Output = Traced<'t, $plain>;

            #[track_caller]
            fn $method(self, other: Traced<'t, $plain>) -> Traced<'t, $plain> {
                Traced::constant(self).$method(other)
            }
        })*)*
    };
}

plain_left! {
    f32: Add::add, Sub::sub, Mul::mul, Div::div, Rem::rem;
    f64: Add::add, Sub::sub, Mul::mul, Div::div, Rem::rem;
}

crate::number::implement_companions!(['t, T: Float] Traced<'t, T>);

impl<T: Float> core::iter::Sum for Traced<'_, T> {
    fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
        numbers.fold(Self::zero(), |sum, x| sum + x)
    }
}

impl<T: core::fmt::Debug> core::fmt::Debug for Traced<'_, T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: Float + Default> Default for Traced<'_, T> {
    fn default() -> Self {
        Self::constant(T::default())
    }
}

impl<T: Float> ElementaryOps for Traced<'_, T> {
    #[track_caller]
    fn apply<E: Elementary>(self, function: &E) -> Self {
        Self::step(E::NAME, [self], self.value.apply(function))
    }
}

impl<T: Float> KinkOps for Traced<'_, T> {
    #[track_caller]
    fn max_ties(self, other: Self, ties: Ties) -> Self {
        Self::step("max", [self, other], self.value.max_ties(other.value, ties))
    }

    #[track_caller]
    fn min_ties(self, other: Self, ties: Ties) -> Self {
        Self::step("min", [self, other], self.value.min_ties(other.value, ties))
    }
}

impl<T: Float> Many for Traced<'_, T> {
    type Plain = T;

    fn plain(&self) -> T {
        *self.value()
    }

    #[track_caller]
    fn many(value: T, operands: impl Iterator<Item = (Self, T)>) -> Self {
        let operands: Vec<(Self, T)> = operands.collect();
        let result = Dual::many(value, operands.iter().map(|(x, partial)| (x.value, *partial)));
        let trace = operands.iter().find_map(|(operand, _)| operand.trace);
        let explained = operands.iter().any(|(x, _)| x.trace.is_some() && !finite(&x.value));
        if let Some(trace) = trace
            && !finite(&result)
            && !explained
        {
            note(trace, "many", operands.iter().map(|(x, _)| &x.value), &result);
        }
        Self { value: result, trace }
    }
}
