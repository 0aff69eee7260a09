//! The traits of num-traits for differentiable numbers, written once for dual numbers and recorded ones.

/// Implements `Float` and its companions for a differentiable number: a type with `value`, `constant`, `unary`,
/// `binary`, `meet_kink`, `meet_round_kink`, `assert_compatible` and `is_inert` over a base type `T: Float`.
macro_rules! implement_number {
    ([$($generics:tt)*] $number:ty) => {
        crate::number::implement_operators!([$($generics)*] $number);
        crate::number::implement_float!([$($generics)*] $number);
        crate::number::implement_companions!([$($generics)*] $number);
    };
}

/// Arithmetic between differentiable numbers, with plain numbers on the right, and assigning.
macro_rules! implement_operators {
    ([$($generics:tt)*] $number:ty) => {
        impl<$($generics)*> core::ops::Add for $number {
            type Output = Self;

            #[inline]
            #[track_caller]
            fn add(self, other: Self) -> Self {
                self.binary(other, *self.value() + *other.value(), T::one(), T::one())
            }
        }

        impl<$($generics)*> core::ops::Sub for $number {
            type Output = Self;

            #[inline]
            #[track_caller]
            fn sub(self, other: Self) -> Self {
                self.binary(other, *self.value() - *other.value(), T::one(), -T::one())
            }
        }

        impl<$($generics)*> core::ops::Mul for $number {
            type Output = Self;

            #[inline]
            #[track_caller]
            fn mul(self, other: Self) -> Self {
                let (a, b) = (*self.value(), *other.value());
                self.binary(other, a * b, b, a)
            }
        }

        impl<$($generics)*> core::ops::Div for $number {
            type Output = Self;

            #[inline]
            #[track_caller]
            fn div(self, other: Self) -> Self {
                let (a, b) = (*self.value(), *other.value());
                let quotient = a / b;
                self.binary(other, quotient, b.recip(), -quotient / b)
            }
        }

        /// a mod b = a − b·trunc(a/b); the derivative by b is −trunc(a/b), between the jumps.
        impl<$($generics)*> core::ops::Rem for $number {
            type Output = Self;

            #[inline]
            #[track_caller]
            fn rem(self, other: Self) -> Self {
                let (a, b) = (*self.value(), *other.value());
                let remainder = a % b;
                // Not trunc(a/b), for a/b may round up to the next whole number.
                self.binary(other, remainder, T::one(), -((a - remainder) / b).round())
            }
        }

        impl<$($generics)*> core::ops::Neg for $number {
            type Output = Self;

            #[inline]
            fn neg(self) -> Self {
                self.unary(-*self.value(), -T::one())
            }
        }

        impl<$($generics)*> core::ops::Add<T> for $number {
            type Output = Self;

            #[inline]
            fn add(self, other: T) -> Self {
                self.unary(*self.value() + other, T::one())
            }
        }

        impl<$($generics)*> core::ops::Sub<T> for $number {
            type Output = Self;

            #[inline]
            fn sub(self, other: T) -> Self {
                self.unary(*self.value() - other, T::one())
            }
        }

        impl<$($generics)*> core::ops::Mul<T> for $number {
            type Output = Self;

            #[inline]
            fn mul(self, other: T) -> Self {
                self.unary(*self.value() * other, other)
            }
        }

        impl<$($generics)*> core::ops::Div<T> for $number {
            type Output = Self;

            #[inline]
            fn div(self, other: T) -> Self {
                self.unary(*self.value() / other, other.recip())
            }
        }

        impl<$($generics)*> core::ops::Rem<T> for $number {
            type Output = Self;

            #[inline]
            fn rem(self, other: T) -> Self {
                self.unary(*self.value() % other, T::one())
            }
        }

        crate::number::implement_assignment!([$($generics)*] $number, AddAssign::add_assign, +);
        crate::number::implement_assignment!([$($generics)*] $number, SubAssign::sub_assign, -);
        crate::number::implement_assignment!([$($generics)*] $number, MulAssign::mul_assign, *);
        crate::number::implement_assignment!([$($generics)*] $number, DivAssign::div_assign, /);
        crate::number::implement_assignment!([$($generics)*] $number, RemAssign::rem_assign, %);
    };
}

/// Arithmetic with a plain number on the left, which Rust permits for concrete types only.
macro_rules! implement_plain_left {
    ($($plain:ty => [$($generics:tt)*] $number:ty;)*) => {
        $(
            impl<$($generics)*> core::ops::Add<$number> for $plain {
                type Output = $number;

                #[inline]
                fn add(self, other: $number) -> $number {
                    other.unary(self + *other.value(), 1.0)
                }
            }

            impl<$($generics)*> core::ops::Sub<$number> for $plain {
                type Output = $number;

                #[inline]
                fn sub(self, other: $number) -> $number {
                    other.unary(self - *other.value(), -1.0)
                }
            }

            impl<$($generics)*> core::ops::Mul<$number> for $plain {
                type Output = $number;

                #[inline]
                fn mul(self, other: $number) -> $number {
                    other.unary(self * *other.value(), self)
                }
            }

            impl<$($generics)*> core::ops::Div<$number> for $plain {
                type Output = $number;

                #[inline]
                fn div(self, other: $number) -> $number {
                    let quotient = self / *other.value();
                    other.unary(quotient, -quotient / *other.value())
                }
            }

            impl<$($generics)*> core::ops::Rem<$number> for $plain {
                type Output = $number;

                #[inline]
                fn rem(self, other: $number) -> $number {
                    <$number>::constant(self) % other
                }
            }
        )*
    };
}

/// One assigning operator, by a differentiable number and by a plain one.
macro_rules! implement_assignment {
    ([$($generics:tt)*] $number:ty, $operator:ident::$method:ident, $symbol:tt) => {
        impl<$($generics)*> core::ops::$operator for $number {
            #[inline]
            #[track_caller]
            fn $method(&mut self, other: Self) {
                *self = *self $symbol other;
            }
        }

        impl<$($generics)*> core::ops::$operator<T> for $number {
            #[inline]
            fn $method(&mut self, other: T) {
                *self = *self $symbol other;
            }
        }
    };
}

/// `num_traits::Float`, nothing left to its defaults that would lose a derivative or surprise at a kink.
macro_rules! implement_float {
    ([$($generics:tt)*] $number:ty) => {
        impl<$($generics)*> num_traits::Float for $number {
            crate::number::constants!(
                nan, infinity, neg_infinity, neg_zero, min_value, min_positive_value, max_value, epsilon
            );
            crate::number::predicates!(
                is_nan, is_infinite, is_finite, is_normal, is_subnormal, is_sign_positive, is_sign_negative
            );
            // Steps: constant between their jumps.
            crate::number::steps!(floor, ceil, round, trunc, signum);
            crate::number::elementary!(
                exp: Exp, exp2: Exp2, exp_m1: ExpM1, ln: Ln, log2: Log2, log10: Log10, ln_1p: Ln1p,
                sqrt: Sqrt, cbrt: Cbrt, recip: Recip,
                sin: Sin, cos: Cos, tan: Tan, asin: Asin, acos: Acos, atan: Atan,
                sinh: Sinh, cosh: Cosh, tanh: Tanh, asinh: Asinh, acosh: Acosh, atanh: Atanh,
            );

            #[inline]
            fn classify(self) -> core::num::FpCategory {
                self.value().classify()
            }

            #[inline]
            fn integer_decode(self) -> (u64, i16, i8) {
                self.value().integer_decode()
            }

            #[inline]
            fn fract(self) -> Self {
                self.unary(self.value().fract(), T::one())
            }

            #[inline]
            fn to_degrees(self) -> Self {
                self.unary(self.value().to_degrees(), T::one().to_degrees())
            }

            #[inline]
            fn to_radians(self) -> Self {
                self.unary(self.value().to_radians(), T::one().to_radians())
            }

            #[inline]
            fn abs(self) -> Self {
                crate::elementary::ElementaryOps::apply(self, &crate::kink::Abs)
            }

            #[inline]
            fn powi(self, exponent: i32) -> Self {
                use crate::elementary::Elementary;
                let x = *self.value();
                let y = x.powi(exponent);
                self.unary(y, crate::elementary::Powi(exponent).derivative(&x, &y))
            }

            /// xᵖ; by x: p·xᵖ⁻¹, and 0 where p = 0; by p: xᵖ·ln x, and 0 where x = 0 and p ≥ 0.
            /// The logarithm of the base is taken only if the exponent is differentiated.
            #[inline]
            #[track_caller]
            fn powf(self, exponent: Self) -> Self {
                let (x, p) = (*self.value(), *exponent.value());
                let y = x.powf(p);
                // Not a plain 0 where p = 0: in nested types the product still carries the derivative by p.
                let by_base = crate::value::chain(p, x.powf(p - T::one()));
                let by_exponent = if exponent.is_inert() || (x == T::zero() && p >= T::zero()) {
                    T::zero()
                } else {
                    y * x.ln()
                };
                self.binary(exponent, y, by_base, by_exponent)
            }

            #[inline]
            #[track_caller]
            fn log(self, base: Self) -> Self {
                num_traits::Float::ln(self) / num_traits::Float::ln(base)
            }

            #[inline]
            #[track_caller]
            fn mul_add(self, factor: Self, term: Self) -> Self {
                let fused = self.value().mul_add(*factor.value(), *term.value());
                (self * factor).binary(term, fused, T::one(), T::one())
            }

            #[inline]
            #[track_caller]
            fn max(self, other: Self) -> Self {
                crate::kink::KinkOps::max_ties(self, other, crate::kink::Ties::default())
            }

            #[inline]
            #[track_caller]
            fn min(self, other: Self) -> Self {
                crate::kink::KinkOps::min_ties(self, other, crate::kink::Ties::default())
            }

            /// Derivative 1 by the argument strictly between the bounds, else 0; at a bound and beyond it, 1 by that bound.
            ///
            /// # Panics
            /// If a bound is NaN or the lower exceeds the upper, as for plain numbers.
            #[inline]
            #[track_caller]
            fn clamp(self, low: Self, high: Self) -> Self {
                let x = *self.value();
                assert!(
                    low <= high,
                    "clamp needs a lower bound that does not exceed the upper, and neither NaN"
                );
                self.assert_compatible(&low);
                self.assert_compatible(&high);
                if x == *low.value() || x == *high.value() {
                    let bound = if x == *low.value() { low } else { high };
                    match Self::meet_kink("clamp", [self, bound]) {
                        None => bound,
                        Some(crate::subdifferential::Side::Above) if x == *high.value() => high,
                        Some(crate::subdifferential::Side::Below) if x == *low.value() => low,
                        Some(_) => self,
                    }
                } else if x < *low.value() {
                    low
                } else if x > *high.value() {
                    high
                } else {
                    self
                }
            }

            /// max(a − b, 0).
            #[inline]
            #[track_caller]
            fn abs_sub(self, other: Self) -> Self {
                crate::kink::KinkOps::relu(self - other)
            }

            /// √(a² + b²); by a: a/√(a² + b²), and (0, 0) at the origin.
            #[inline]
            #[track_caller]
            fn hypot(self, other: Self) -> Self {
                let (a, b) = (*self.value(), *other.value());
                let y = a.hypot(b);
                if y == T::zero() {
                    Self::meet_round_kink("hypot", [self, other]);
                    return self.binary(other, y, T::zero(), T::zero());
                }
                self.binary(other, y, a / y, b / y)
            }

            /// The angle of the point (x, y) = (`other`, `self`); by y: x/(x² + y²); by x: −y/(x² + y²). At the origin
            /// the angle jumps and both are 0 by convention.
            #[inline]
            #[track_caller]
            fn atan2(self, other: Self) -> Self {
                let (y, x) = (*self.value(), *other.value());
                let radius = y.hypot(x);
                let angle = y.atan2(x);
                if radius == T::zero() {
                    return self.binary(other, angle, T::zero(), T::zero());
                }
                self.binary(other, angle, x / radius / radius, -(y / radius / radius))
            }

            #[inline]
            fn sin_cos(self) -> (Self, Self) {
                let (sin, cos) = self.value().sin_cos();
                (self.unary(sin, cos), self.unary(cos, -sin))
            }

            /// |a| with the sign of b; by a: 1 if the signs agree, else −1, and 0 at a = 0.
            #[inline]
            #[track_caller]
            fn copysign(self, sign: Self) -> Self {
                self.assert_compatible(&sign);
                let (a, b) = (*self.value(), *sign.value());
                if a == T::zero() {
                    let derivative = match Self::meet_kink("copysign", [self, self]) {
                        None => T::zero(),
                        Some(crate::subdifferential::Side::Above) => T::one().copysign(b),
                        Some(crate::subdifferential::Side::Below) => -T::one().copysign(b),
                    };
                    return self.unary(a.copysign(b), derivative);
                }
                let derivative = T::one().copysign(a) * T::one().copysign(b);
                self.unary(a.copysign(b), derivative)
            }
        }

        impl<$($generics)*> crate::elementary::ElementaryOps for $number {
            #[inline]
            fn apply<E: crate::elementary::Elementary>(self, function: &E) -> Self {
                let x = *self.value();
                let y = function.value(x);
                if function.is_kink(x)
                    && let Some(side) = Self::meet_kink(E::NAME, [self, self])
                {
                    let beside = side.of(x);
                    return self.unary(y, function.derivative(&beside, &function.value(beside)));
                }
                self.unary(y, function.derivative(&x, &y))
            }
        }

        impl<$($generics)*> crate::kink::KinkOps for $number {
            /// NaN gives way to the other argument, as for plain numbers.
            #[inline]
            #[track_caller]
            fn max_ties(self, other: Self, ties: crate::kink::Ties) -> Self {
                let (a, b) = (*self.value(), *other.value());
                if a == b {
                    let (by_self, by_other) = match Self::meet_kink("max", [self, other]) {
                        None => ties.shares(),
                        Some(side) => side.shares(),
                    };
                    return self.binary(other, ties.choose(a, a.max(b)), by_self, by_other);
                }
                self.assert_compatible(&other);
                if a > b || b.is_nan() { self } else { other }
            }

            #[inline]
            #[track_caller]
            fn min_ties(self, other: Self, ties: crate::kink::Ties) -> Self {
                let (a, b) = (*self.value(), *other.value());
                if a == b {
                    let (by_self, by_other) = match Self::meet_kink("min", [self, other]) {
                        None => ties.shares(),
                        Some(side) => side.shares(),
                    };
                    return self.binary(other, ties.choose(a, a.min(b)), by_self, by_other);
                }
                self.assert_compatible(&other);
                if a < b || b.is_nan() { self } else { other }
            }
        }
    };
}

/// The constants of `Float`.
macro_rules! constants {
    ($($name:ident),*) => {
        $(#[inline]
        fn $name() -> Self {
            Self::constant(T::$name())
        })*
    };
}

/// Questions about the value alone.
macro_rules! predicates {
    ($($name:ident),*) => {
        $(#[inline]
        fn $name(self) -> bool {
            self.value().$name()
        })*
    };
}

/// Functions that are constant between their jumps.
macro_rules! steps {
    ($($name:ident),*) => {
        $(#[inline]
        fn $name(self) -> Self {
            Self::constant(self.value().$name())
        })*
    };
}

/// Functions from the table.
macro_rules! elementary {
    ($($name:ident: $function:ident),* $(,)?) => {
        $(#[inline]
        fn $name(self) -> Self {
            crate::elementary::ElementaryOps::apply(self, &crate::elementary::$function)
        })*
    };
}

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
            fn abs(&self) -> Self {
                num_traits::Float::abs(*self)
            }

            #[inline]
            fn abs_sub(&self, other: &Self) -> Self {
                num_traits::Float::abs_sub(*self, *other)
            }

            #[inline]
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

pub(crate) use {
    constants, elementary, float_constants, implement_assignment, implement_companions, implement_float,
    implement_number, implement_operators, implement_plain_left, predicates, steps,
};
