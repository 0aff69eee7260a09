//! Arithmetic of differentiable numbers.

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

/// Arithmetic of nested numbers with plain ones on either side, so that a constant is written alike at every order.
macro_rules! implement_plain_nested {
    ($($plain:ty => [$($generics:tt)*] $number:ty, of $inner:ty;)*) => {
        $(
            crate::number::implement_plain_nested!(@ $plain => [$($generics)*] $number, of $inner, Add::add);
            crate::number::implement_plain_nested!(@ $plain => [$($generics)*] $number, of $inner, Sub::sub);
            crate::number::implement_plain_nested!(@ $plain => [$($generics)*] $number, of $inner, Mul::mul);
            crate::number::implement_plain_nested!(@ $plain => [$($generics)*] $number, of $inner, Div::div);
            crate::number::implement_plain_nested!(@ $plain => [$($generics)*] $number, of $inner, Rem::rem);
        )*
    };
    (@ $plain:ty => [$($generics:tt)*] $number:ty, of $inner:ty, $operator:ident::$method:ident) => {
        impl<$($generics)*> core::ops::$operator<$plain> for $number {
            type Output = Self;

            #[inline]
            fn $method(self, other: $plain) -> Self {
                core::ops::$operator::$method(self, <$inner>::constant(other))
            }
        }

        impl<$($generics)*> core::ops::$operator<$number> for $plain {
            type Output = $number;

            #[inline]
            fn $method(self, other: $number) -> $number {
                core::ops::$operator::$method(<$number>::constant(<$inner>::constant(self)), other)
            }
        }
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

pub(crate) use {implement_assignment, implement_operators, implement_plain_left, implement_plain_nested};
