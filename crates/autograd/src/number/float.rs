//! `num_traits::Float` and [`KinkOps`](crate::KinkOps) of differentiable numbers.

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

pub(crate) use {constants, elementary, implement_float, predicates, steps};
