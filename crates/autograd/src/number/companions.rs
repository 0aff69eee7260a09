//! What generic numeric code asks of its numbers besides `Float`.

/// Everything else that generic numeric code asks of its numbers.
macro_rules! implement_companions {
    ([$($generics:tt)*] $number:ty) => {
        /// By value alone: control flow takes the branch that plain numbers would take.
        impl<$($generics)*> PartialEq for $number {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                self.value() == other.value()
            }
        }

        impl<$($generics)*> PartialEq<T> for $number {
            #[inline]
            fn eq(&self, other: &T) -> bool {
                self.value() == other
            }
        }

        /// By value alone.
        impl<$($generics)*> PartialOrd for $number {
            #[inline]
            fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
                self.value().partial_cmp(other.value())
            }
        }

        impl<$($generics)*> PartialOrd<T> for $number {
            #[inline]
            fn partial_cmp(&self, other: &T) -> Option<core::cmp::Ordering> {
                self.value().partial_cmp(other)
            }
        }

        impl<$($generics)*> num_traits::Zero for $number {
            #[inline]
            fn zero() -> Self {
                Self::constant(T::zero())
            }

            /// By value, like every comparison.
            #[inline]
            fn is_zero(&self) -> bool {
                self.value().is_zero()
            }
        }

        impl<$($generics)*> num_traits::One for $number {
            #[inline]
            fn one() -> Self {
                Self::constant(T::one())
            }
        }

        impl<$($generics)*> num_traits::Num for $number {
            type FromStrRadixErr = T::FromStrRadixErr;

            fn from_str_radix(text: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
                T::from_str_radix(text, radix).map(Self::constant)
            }
        }

        /// Conversions to plain numbers drop the derivative.
        impl<$($generics)*> num_traits::ToPrimitive for $number {
            fn to_i64(&self) -> Option<i64> {
                self.value().to_i64()
            }

            fn to_u64(&self) -> Option<u64> {
                self.value().to_u64()
            }

            fn to_i128(&self) -> Option<i128> {
                self.value().to_i128()
            }

            fn to_u128(&self) -> Option<u128> {
                self.value().to_u128()
            }

            fn to_f32(&self) -> Option<f32> {
                self.value().to_f32()
            }

            fn to_f64(&self) -> Option<f64> {
                self.value().to_f64()
            }
        }

        impl<$($generics)*> num_traits::NumCast for $number {
            fn from<N: num_traits::ToPrimitive>(number: N) -> Option<Self> {
                <T as num_traits::NumCast>::from(number).map(Self::constant)
            }
        }

        impl<$($generics)*> num_traits::FromPrimitive for $number {
            fn from_i64(number: i64) -> Option<Self> {
                <T as num_traits::NumCast>::from(number).map(Self::constant)
            }

            fn from_u64(number: u64) -> Option<Self> {
                <T as num_traits::NumCast>::from(number).map(Self::constant)
            }

            fn from_i128(number: i128) -> Option<Self> {
                <T as num_traits::NumCast>::from(number).map(Self::constant)
            }

            fn from_u128(number: u128) -> Option<Self> {
                <T as num_traits::NumCast>::from(number).map(Self::constant)
            }

            fn from_f32(number: f32) -> Option<Self> {
                <T as num_traits::NumCast>::from(number).map(Self::constant)
            }

            fn from_f64(number: f64) -> Option<Self> {
                <T as num_traits::NumCast>::from(number).map(Self::constant)
            }
        }

        impl<$($generics)*> num_traits::Bounded for $number {
            fn min_value() -> Self {
                <Self as num_traits::Float>::min_value()
            }

            fn max_value() -> Self {
                <Self as num_traits::Float>::max_value()
            }
        }

        impl<$($generics)*> num_traits::Signed for $number {
            #[inline]
            #[track_caller]
            fn abs(&self) -> Self {
                num_traits::Float::abs(*self)
            }

            #[inline]
            #[track_caller]
            fn abs_sub(&self, other: &Self) -> Self {
                num_traits::Float::abs_sub(*self, *other)
            }

            #[inline]
            #[track_caller]
            fn signum(&self) -> Self {
                num_traits::Float::signum(*self)
            }

            #[inline]
            fn is_positive(&self) -> bool {
                self.value().is_sign_positive()
            }

            #[inline]
            fn is_negative(&self) -> bool {
                self.value().is_sign_negative()
            }
        }

        impl<$($generics)*> num_traits::Inv for $number {
            type Output = Self;

            #[inline]
            #[track_caller]
            fn inv(self) -> Self {
                num_traits::Float::recip(self)
            }
        }

        impl<$($generics)*> num_traits::Pow<Self> for $number {
            type Output = Self;

            #[inline]
            #[track_caller]
            fn pow(self, exponent: Self) -> Self {
                num_traits::Float::powf(self, exponent)
            }
        }

        impl<$($generics)*> num_traits::Pow<i32> for $number {
            type Output = Self;

            #[inline]
            #[track_caller]
            fn pow(self, exponent: i32) -> Self {
                num_traits::Float::powi(self, exponent)
            }
        }

        impl<$($generics)*> num_traits::MulAdd for $number {
            type Output = Self;

            #[inline]
            #[track_caller]
            fn mul_add(self, factor: Self, term: Self) -> Self {
                num_traits::Float::mul_add(self, factor, term)
            }
        }

        impl<$($generics)*> num_traits::MulAddAssign for $number {
            #[inline]
            #[track_caller]
            fn mul_add_assign(&mut self, factor: Self, term: Self) {
                *self = num_traits::Float::mul_add(*self, factor, term);
            }
        }

        crate::number::float_constants!([$($generics)*] $number);

        impl<'number, $($generics)*> core::iter::Sum<&'number $number> for $number {
            #[track_caller]
            fn sum<I: Iterator<Item = &'number Self>>(numbers: I) -> Self {
                numbers.copied().sum()
            }
        }

        impl<$($generics)*> core::iter::Product for $number {
            fn product<I: Iterator<Item = Self>>(numbers: I) -> Self {
                numbers.fold(<Self as num_traits::One>::one(), |product, number| product * number)
            }
        }

        impl<'number, $($generics)*> core::iter::Product<&'number $number> for $number {
            fn product<I: Iterator<Item = &'number Self>>(numbers: I) -> Self {
                numbers.copied().product()
            }
        }

        impl<$($generics)* + core::fmt::Display> core::fmt::Display for $number {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.value().fmt(f)
            }
        }
    };
}

/// `num_traits::FloatConst`, each from the base type.
macro_rules! float_constants {
    ([$($generics:tt)*] $number:ty) => {
        impl<$($generics)* + num_traits::FloatConst> num_traits::FloatConst for $number {
            crate::number::float_constants!(
                @ E, FRAC_1_PI, FRAC_1_SQRT_2, FRAC_2_PI, FRAC_2_SQRT_PI, FRAC_PI_2, FRAC_PI_3, FRAC_PI_4, FRAC_PI_6,
                FRAC_PI_8, LN_10, LN_2, LOG10_E, LOG2_E, PI, SQRT_2, TAU, LOG10_2, LOG2_10
            );
        }
    };
    (@ $($name:ident),*) => {
        $(#[inline]
        #[allow(non_snake_case, reason = "the names are those of the trait")]
        fn $name() -> Self {
            Self::constant(T::$name())
        })*
    };
}

pub(crate) use {float_constants, implement_companions};
