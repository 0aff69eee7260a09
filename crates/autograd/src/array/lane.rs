//! A number as the loops over arrays see it: the same arithmetic, with elementary functions that turn into vector code.

use std::cmp::Ordering;
use std::num::FpCategory;
use std::ops::{Add, Div, Mul, Neg, Rem, Sub};

use num_traits::{Float, Num, NumCast, One, ToPrimitive, Zero};

use super::vector;

/// A plain number within a loop over the elements of an array: exp, exp_m1, ln, ln_1p and tanh are computed without calls
/// and branches, so that the compiler turns a loop of them into vector code; everything else is the number's own.
///
/// An [`Elementary`](crate::Elementary) function is written for every float, and arrays of `f32` and `f64` apply it to
/// these: whatever is composed of the functions above gains by them. They are accurate to 4 units in the last place and
/// mostly to 2, and give the same bits on every machine: they multiply and add one after the other also where a processor
/// could fuse the two, for a fused product would differ in the last bit from that of a machine without.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(transparent)]
pub struct Lane<T>(pub T);

/// Each comparison as that of the number: by way of an [`Ordering`] there would be no vector code.
impl<T: PartialOrd> PartialOrd for Lane<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.0.partial_cmp(&other.0)
    }

    #[inline(always)]
    fn lt(&self, other: &Self) -> bool {
        self.0 < other.0
    }

    #[inline(always)]
    fn le(&self, other: &Self) -> bool {
        self.0 <= other.0
    }

    #[inline(always)]
    fn gt(&self, other: &Self) -> bool {
        self.0 > other.0
    }

    #[inline(always)]
    fn ge(&self, other: &Self) -> bool {
        self.0 >= other.0
    }
}

/// Arithmetic as that of the number.
macro_rules! operators {
    ($($operator:ident::$method:ident),*) => {
        $(impl<T: Float> $operator for Lane<T> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(self.0.$method(other.0))
            }
        })*
    };
}

operators!(Add::add, Sub::sub, Mul::mul, Div::div, Rem::rem);

impl<T: Float> Neg for Lane<T> {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl<T: Float> Zero for Lane<T> {
    #[inline(always)]
    fn zero() -> Self {
        Self(T::zero())
    }

    #[inline(always)]
    fn is_zero(&self) -> bool {
        self.0.is_zero()
    }
}

impl<T: Float> One for Lane<T> {
    #[inline(always)]
    fn one() -> Self {
        Self(T::one())
    }
}

impl<T: Float> Num for Lane<T> {
    type FromStrRadixErr = T::FromStrRadixErr;

    fn from_str_radix(text: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
        T::from_str_radix(text, radix).map(Self)
    }
}

impl<T: Float> ToPrimitive for Lane<T> {
    fn to_i64(&self) -> Option<i64> {
        self.0.to_i64()
    }

    fn to_u64(&self) -> Option<u64> {
        self.0.to_u64()
    }

    #[inline(always)]
    fn to_f32(&self) -> Option<f32> {
        self.0.to_f32()
    }

    #[inline(always)]
    fn to_f64(&self) -> Option<f64> {
        self.0.to_f64()
    }
}

impl<T: Float> NumCast for Lane<T> {
    #[inline(always)]
    fn from<N: ToPrimitive>(number: N) -> Option<Self> {
        T::from(number).map(Self)
    }
}

/// `Float` for lanes of one type: the functions of [`vector`] under `vectorised`, all others from the number.
macro_rules! implement_float {
    ($number:ty, $functions:ident) => {
        impl Float for Lane<$number> {
            implement_float! { @vectorised $number, $functions; exp exp_m1 ln ln_1p tanh }
            implement_float! { @constants $number; nan infinity neg_infinity neg_zero min_value min_positive_value max_value
                epsilon }
            implement_float! { @tests $number; is_nan is_infinite is_finite is_normal is_sign_positive is_sign_negative }
            implement_float! { @unary $number; floor ceil round trunc fract abs signum recip sqrt exp2 log2 log10 cbrt sin
                cos tan asin acos atan sinh cosh asinh acosh atanh to_degrees to_radians }
            implement_float! { @binary $number; powf log max min abs_sub hypot atan2 copysign }

            fn classify(self) -> FpCategory {
                self.0.classify()
            }

            #[inline(always)]
            fn mul_add(self, factor: Self, summand: Self) -> Self {
                Self(self.0 * factor.0 + summand.0)
            }

            #[inline(always)]
            fn powi(self, exponent: i32) -> Self {
                Self(Float::powi(self.0, exponent))
            }

            #[inline(always)]
            fn sin_cos(self) -> (Self, Self) {
                let (sine, cosine) = Float::sin_cos(self.0);
                (Self(sine), Self(cosine))
            }

            fn integer_decode(self) -> (u64, i16, i8) {
                Float::integer_decode(self.0)
            }
        }
    };
    (@vectorised $number:ty, $functions:ident; $($name:ident)*) => {
        $(#[inline(always)]
        fn $name(self) -> Self {
            Self(vector::$functions::$name(self.0))
        })*
    };
    (@constants $number:ty; $($name:ident)*) => {
        $(#[inline(always)]
        fn $name() -> Self {
            Self(<$number as Float>::$name())
        })*
    };
    (@tests $number:ty; $($name:ident)*) => {
        $(#[inline(always)]
        fn $name(self) -> bool {
            Float::$name(self.0)
        })*
    };
    (@unary $number:ty; $($name:ident)*) => {
        $(#[inline(always)]
        fn $name(self) -> Self {
            Self(Float::$name(self.0))
        })*
    };
    (@binary $number:ty; $($name:ident)*) => {
        $(#[inline(always)]
        fn $name(self, other: Self) -> Self {
            Self(Float::$name(self.0, other.0))
        })*
    };
}

implement_float!(f32, single);
implement_float!(f64, double);
