//! Dual numbers as nalgebra's numbers, so that its dense algorithms are differentiated in forward mode.
//!
//! A matrix of [`Dual`] numbers has the decompositions that a matrix of floats has, and they carry derivatives:
//!
//! ```
//! use autograd::Dual;
//! use nalgebra::Matrix2;
//!
//! // A + t·B, at t = 0: the determinant 1·(4 + t) − (2 + t)·3 has the derivative −2.
//! let a = Matrix2::new(1.0, 2.0, 3.0, 4.0);
//! let b = Matrix2::new(0.0, 1.0, 0.0, 1.0);
//! let family: Matrix2<Dual<f64>> = a.zip_map(&b, Dual::new);
//! let determinant = family.lu().determinant();
//! assert!((determinant.value + 2.0).abs() < 1e-15 && (determinant.derivative + 2.0).abs() < 1e-15);
//! ```
//!
//! # Conventions
//!
//! Comparisons look at the value, those of `approx` too: two numbers that differ in the derivative alone are equal. Pivots and
//! the ends of iterations are therefore those of plain numbers, and conversions to plain numbers drop the derivative. Steps,
//! kinks and poles are those of [`Float`] for dual numbers: |x| has the derivative 0 at 0.
//!
//! # What iterations leave out
//!
//! Eigenvalues, singular values and Schur forms are iterated until the *values* have settled, and what is then set to 0 loses
//! its derivative. To eigenvalues and singular values that are simple this is of no consequence: their derivatives do not
//! depend to first order on what is dropped. Those of eigenvectors and singular vectors do, and are wrong where it matters most:
//! of a matrix that is diagonal already nothing is iterated, so its eigenvectors come out constant whatever the derivatives
//! beside the diagonal are. Second derivatives of eigenvalues, by nesting, are wrong for the same reason. Where these are wanted,
//! `LinearAlgebra::symmetric_eigen` (feature `linear-algebra`) has the exact rule.
//!
//! Where eigenvalues coincide they have no derivative, and what comes out is none of anything.
//!
//! # Names
//!
//! [`Float`] and [`ComplexField`] share the names of most functions. With both in scope a call such as `x.sin()` on a dual
//! number is ambiguous; write `Float::sin(x)`, or leave one of them out.

use approx::{AbsDiffEq, RelativeEq, UlpsEq};
use num_traits::{Float, One, Zero};
use simba::scalar::{ComplexField, Field, RealField, SubsetOf, SupersetOf};
use simba::simd::SimdValue;

use crate::algebra::number;
use crate::dual::Dual;

/// One lane: itself.
impl<T: Float> SimdValue for Dual<T> {
    const LANES: usize = 1;
    type Element = Self;
    type SimdBool = bool;

    #[inline]
    fn splat(number: Self) -> Self {
        number
    }

    #[inline]
    fn extract(&self, _lane: usize) -> Self {
        *self
    }

    #[inline]
    unsafe fn extract_unchecked(&self, _lane: usize) -> Self {
        *self
    }

    #[inline]
    fn replace(&mut self, _lane: usize, number: Self) {
        *self = number;
    }

    #[inline]
    unsafe fn replace_unchecked(&mut self, _lane: usize, number: Self) {
        *self = number;
    }

    #[inline]
    fn select(self, condition: bool, other: Self) -> Self {
        if condition { self } else { other }
    }
}

impl<T: Float> Field for Dual<T> {}

/// By value alone, like every comparison.
impl<T: Float + AbsDiffEq<Epsilon = T>> AbsDiffEq for Dual<T> {
    type Epsilon = Self;

    fn default_epsilon() -> Self {
        Self::constant(T::default_epsilon())
    }

    fn abs_diff_eq(&self, other: &Self, epsilon: Self) -> bool {
        self.value.abs_diff_eq(&other.value, epsilon.value)
    }
}

/// By value alone.
impl<T: Float + RelativeEq<Epsilon = T>> RelativeEq for Dual<T> {
    fn default_max_relative() -> Self {
        Self::constant(T::default_max_relative())
    }

    fn relative_eq(&self, other: &Self, epsilon: Self, max_relative: Self) -> bool {
        self.value.relative_eq(&other.value, epsilon.value, max_relative.value)
    }
}

/// By value alone.
impl<T: Float + UlpsEq<Epsilon = T>> UlpsEq for Dual<T> {
    fn default_max_ulps() -> u32 {
        T::default_max_ulps()
    }

    fn ulps_eq(&self, other: &Self, epsilon: Self, max_ulps: u32) -> bool {
        self.value.ulps_eq(&other.value, epsilon.value, max_ulps)
    }
}

impl<T: Float> SubsetOf<Self> for Dual<T> {
    #[inline]
    fn to_superset(&self) -> Self {
        *self
    }

    #[inline]
    fn from_superset_unchecked(element: &Self) -> Self {
        *element
    }

    #[inline]
    fn is_in_subset(_element: &Self) -> bool {
        true
    }
}

/// Plain numbers are the constants. The way back drops the derivative, as every conversion to plain numbers does: nalgebra
/// goes it to count the steps of an algorithm.
macro_rules! constants_among_duals {
    ($($plain:ty),*) => {
        $(impl<T: Float + SupersetOf<$plain>> SubsetOf<Dual<T>> for $plain {
            #[inline]
            fn to_superset(&self) -> Dual<T> {
                Dual::constant(T::from_subset(self))
            }

            #[inline]
            fn from_superset_unchecked(element: &Dual<T>) -> Self {
                element.value.to_subset_unchecked()
            }

            #[inline]
            fn is_in_subset(element: &Dual<T>) -> bool {
                element.value.is_in_subset()
            }
        })*
    };
}

constants_among_duals!(f32, f64);

/// Functions that `Float` has by the same name.
macro_rules! functions_of_float {
    ($($name:ident($($operand:ident),*);)*) => {
        $(#[inline]
        fn $name(self $(, $operand: Self)*) -> Self {
            Float::$name(self $(, $operand)*)
        })*
    };
}

impl<T: Float + RealField> ComplexField for Dual<T> {
    type RealField = Self;

    functions_of_float! {
        floor(); ceil(); round(); trunc(); fract(); abs(); signum();
        exp(); exp2(); exp_m1(); ln(); log2(); log10(); ln_1p(); sqrt(); cbrt(); recip();
        sin(); cos(); tan(); asin(); acos(); atan(); sinh(); cosh(); tanh(); asinh(); acosh(); atanh();
        powf(exponent); log(base); hypot(other); mul_add(factor, term);
    }

    #[inline]
    fn from_real(real: Self) -> Self {
        real
    }

    #[inline]
    fn real(self) -> Self {
        self
    }

    #[inline]
    fn imaginary(self) -> Self {
        Self::zero()
    }

    #[inline]
    fn modulus(self) -> Self {
        Float::abs(self)
    }

    #[inline]
    fn modulus_squared(self) -> Self {
        self * self
    }

    #[inline]
    fn argument(self) -> Self {
        if self >= Self::zero() { Self::zero() } else { Self::pi() }
    }

    #[inline]
    fn norm1(self) -> Self {
        Float::abs(self)
    }

    #[inline]
    fn scale(self, factor: Self) -> Self {
        self * factor
    }

    #[inline]
    fn unscale(self, factor: Self) -> Self {
        self / factor
    }

    #[inline]
    fn to_exp(self) -> (Self, Self) {
        let direction = if self >= Self::zero() { Self::one() } else { -Self::one() };
        (Float::abs(self), direction)
    }

    #[inline]
    fn conjugate(self) -> Self {
        self
    }

    #[inline]
    fn sin_cos(self) -> (Self, Self) {
        Float::sin_cos(self)
    }

    /// sin x / x. The quotient alone would lose the digits of its derivative near 0, and the second derivative at 0.
    fn sinc(self) -> Self {
        if is_near_zero(self) { series(-(self * self)) } else { Float::sin(self) / self }
    }

    /// sinh x / x, in the same way.
    fn sinhc(self) -> Self {
        if is_near_zero(self) { series(self * self) } else { Float::sinh(self) / self }
    }

    #[inline]
    fn powi(self, exponent: i32) -> Self {
        Float::powi(self, exponent)
    }

    #[inline]
    fn powc(self, exponent: Self) -> Self {
        Float::powf(self, exponent)
    }

    #[inline]
    fn is_finite(&self) -> bool {
        Float::is_finite(*self)
    }

    #[inline]
    fn try_sqrt(self) -> Option<Self> {
        (self >= Self::zero()).then(|| Float::sqrt(self))
    }
}

/// Where the series takes over from the quotients.
fn is_near_zero<T: Float>(x: Dual<T>) -> bool {
    Float::abs(x.value) < number(0.5)
}

/// Σₖ sᵏ/(2k + 1)! for |s| ≤ ¼: sinh x / x for s = x², and sin x / x for s = −x². The first of the terms that are left out,
/// s⁹/19!, is below a rounding error of the sum and of its first two derivatives.
fn series<T: Float>(s: Dual<T>) -> Dual<T> {
    (1..=8).rev().fold(Dual::<T>::one(), |sum, k| {
        let k = f64::from(k);
        Dual::<T>::one() + s * sum / number::<T>(2.0 * k * (2.0 * k + 1.0))
    })
}

/// Constants of the field.
macro_rules! constants_of_base {
    ($($name:ident),*) => {
        $(#[inline]
        fn $name() -> Self {
            Self::constant(T::$name())
        })*
    };
}

impl<T: Float + RealField> RealField for Dual<T> {
    functions_of_float! {
        copysign(sign); max(other); min(other); clamp(low, high); atan2(other);
    }
    constants_of_base!(
        pi,
        two_pi,
        frac_pi_2,
        frac_pi_3,
        frac_pi_4,
        frac_pi_6,
        frac_pi_8,
        frac_1_pi,
        frac_2_pi,
        frac_2_sqrt_pi,
        e,
        log2_e,
        log10_e,
        ln_2,
        ln_10
    );

    #[inline]
    fn is_sign_positive(&self) -> bool {
        Float::is_sign_positive(*self)
    }

    #[inline]
    fn is_sign_negative(&self) -> bool {
        Float::is_sign_negative(*self)
    }

    fn min_value() -> Option<Self> {
        <T as RealField>::min_value().map(Self::constant)
    }

    fn max_value() -> Option<Self> {
        <T as RealField>::max_value().map(Self::constant)
    }
}
