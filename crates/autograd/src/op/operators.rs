//! The operators of arrays, recorded or not, at each level of nesting: by value and by reference, with a number on either side,
//! assigning; and sums and products of iterators.

use super::{ArrayAlgebra, Primitive, arithmetic, bind, remainder};
use crate::array::{Array, Element, broadcast_shape};
use crate::dual::Dual;
use crate::error::ShapeError;
use crate::var::Var;

/// The operators at one level of nesting.
macro_rules! implement_operators {
    ([$($generics:tt)*] $array:ty) => {
        implement_operators!(@ [$($generics)*] $array, Add::add, AddAssign::add_assign, arithmetic::Add);
        implement_operators!(@ [$($generics)*] $array, Sub::sub, SubAssign::sub_assign, arithmetic::Subtract);
        implement_operators!(@ [$($generics)*] $array, Mul::mul, MulAssign::mul_assign, arithmetic::Multiply);
        implement_operators!(@ [$($generics)*] $array, Div::div, DivAssign::div_assign, arithmetic::Divide);
        implement_operators!(@ [$($generics)*] $array, Rem::rem, RemAssign::rem_assign, remainder::Remainder);
        implement_operators!(@fold [$($generics)*] $array, Sum::sum, T::zero(), arithmetic::Add);
        implement_operators!(@fold [$($generics)*] $array, Product::product, T::one(), arithmetic::Multiply);

        impl<$($generics)*> std::ops::Neg for $array {
            type Output = $array;

            #[track_caller]
            fn neg(self) -> $array {
                bind(arithmetic::Negate, &[&self])
            }
        }

        impl<$($generics)*> std::ops::Neg for &$array {
            type Output = $array;

            #[track_caller]
            fn neg(self) -> $array {
                bind(arithmetic::Negate, &[self])
            }
        }
    };
    (@ [$($generics:tt)*] $array:ty, $operator:ident::$method:ident, $assign:ident::$assigning:ident, $primitive:path) => {
        implement_operators!(@arrays [$($generics)*] $array, $array, $array, $operator::$method, $primitive);
        implement_operators!(@arrays [$($generics)*] $array, $array, &$array, $operator::$method, $primitive);
        implement_operators!(@arrays [$($generics)*] $array, &$array, $array, $operator::$method, $primitive);
        implement_operators!(@arrays [$($generics)*] $array, &$array, &$array, $operator::$method, $primitive);
        implement_operators!(@number [$($generics)*] $array, $array, $operator::$method, $primitive);
        implement_operators!(@number [$($generics)*] $array, &$array, $operator::$method, $primitive);
        implement_operators!(@assign [$($generics)*] $array, $array, $assign::$assigning, $primitive);
        implement_operators!(@assign [$($generics)*] $array, &$array, $assign::$assigning, $primitive);

        impl<$($generics)*> std::ops::$assign<T> for $array {
            #[track_caller]
            fn $assigning(&mut self, other: T) {
                *self = bind($primitive, &[&*self, &<$array>::from_array(Array::scalar(other))]);
            }
        }
    };
    (@arrays [$($generics:tt)*] $array:ty, $left:ty, $right:ty, $operator:ident::$method:ident, $primitive:path) => {
        impl<$($generics)*> std::ops::$operator<$right> for $left {
            type Output = $array;

            #[track_caller]
            fn $method(self, other: $right) -> $array {
                use std::borrow::Borrow;
                let (left, right): (&$array, &$array) = (self.borrow(), other.borrow());
                bind($primitive, &[left, right])
            }
        }
    };
    (@number [$($generics:tt)*] $array:ty, $left:ty, $operator:ident::$method:ident, $primitive:path) => {
        impl<$($generics)*> std::ops::$operator<T> for $left {
            type Output = $array;

            #[track_caller]
            fn $method(self, other: T) -> $array {
                use std::borrow::Borrow;
                let left: &$array = self.borrow();
                bind($primitive, &[left, &<$array>::from_array(Array::scalar(other))])
            }
        }
    };
    (@assign [$($generics:tt)*] $array:ty, $right:ty, $operator:ident::$method:ident, $primitive:path) => {
        /// # Panics
        /// If the result has another shape than the left operand.
        impl<$($generics)*> std::ops::$operator<$right> for $array {
            #[track_caller]
            fn $method(&mut self, other: $right) {
                use std::borrow::Borrow;
                let right: &$array = other.borrow();
                *self = assigned($primitive, self, right);
            }
        }
    };
    (@fold [$($generics:tt)*] $array:ty, $operator:ident::$method:ident, $of_none:expr, $primitive:path) => {
        /// Shapes are broadcast; of no arrays it is 0-dimensional.
        impl<$($generics)*> std::iter::$operator for $array {
            #[track_caller]
            fn $method<I: Iterator<Item = Self>>(mut arrays: I) -> Self {
                let Some(mut folded) = arrays.next() else {
                    return Self::from_array(Array::scalar($of_none));
                };
                for array in arrays {
                    folded = bind($primitive, &[&folded, &array]);
                }
                folded
            }
        }

        /// Shapes are broadcast; of no arrays it is 0-dimensional.
        impl<'array, $($generics)*> std::iter::$operator<&'array $array> for $array {
            #[track_caller]
            fn $method<I: Iterator<Item = &'array Self>>(arrays: I) -> Self {
                arrays.cloned().$method()
            }
        }
    };
}

/// What an assigning operator puts in the place of its left operand.
///
/// # Panics
/// If that has another shape.
#[track_caller]
fn assigned<P: Primitive, A: ArrayAlgebra>(operation: P, left: &A, right: &A) -> A {
    if let Ok(shape) = broadcast_shape(left.shape(), right.shape())
        && shape != left.shape()
    {
        let reason = format!(
            "the result would have the shape {shape:?}, and an assigning operator keeps that of its left operand; write \
             the assignment out"
        );
        panic!("{}", ShapeError::new(P::NAME, [left.shape(), right.shape()], reason));
    }
    bind(operation, &[left, right])
}

implement_operators!([T: Element] Array<T>);
implement_operators!(['a, T: Element] Var<'a, Array<T>>);
implement_operators!(['a, 'b, T: Element] Var<'b, Var<'a, Array<T>>>);
implement_operators!(['a, 'b, 'c, T: Element] Var<'c, Var<'b, Var<'a, Array<T>>>>);

/// The operators with a plain number on the left, and for dual elements on the right as well, so that a constant is written alike
/// at every order. Rust permits them for concrete types only; inlined, those that are not used are not compiled.
macro_rules! implement_plain {
    ($($number:ty, $element:ty, $constant:expr, $side:ident;)*) => {$(
        implement_plain!(@ $number, $constant, [] Array<$element>, $side);
        implement_plain!(@ $number, $constant, ['a] Var<'a, Array<$element>>, $side);
        implement_plain!(@ $number, $constant, ['a, 'b] Var<'b, Var<'a, Array<$element>>>, $side);
        implement_plain!(@ $number, $constant, ['a, 'b, 'c] Var<'c, Var<'b, Var<'a, Array<$element>>>>, $side);
    )*};
    (@ $number:ty, $constant:expr, [$($generics:tt)*] $array:ty, $side:ident) => {
        implement_plain!(@$side $number, $constant, [$($generics)*] $array, Add::add, arithmetic::Add);
        implement_plain!(@$side $number, $constant, [$($generics)*] $array, Sub::sub, arithmetic::Subtract);
        implement_plain!(@$side $number, $constant, [$($generics)*] $array, Mul::mul, arithmetic::Multiply);
        implement_plain!(@$side $number, $constant, [$($generics)*] $array, Div::div, arithmetic::Divide);
        implement_plain!(@$side $number, $constant, [$($generics)*] $array, Rem::rem, remainder::Remainder);
    };
    (@left $number:ty, $constant:expr, [$($generics:tt)*] $array:ty, $operator:ident::$method:ident, $primitive:path) => {
        impl<$($generics)*> std::ops::$operator<$array> for $number {
            type Output = $array;

            #[inline]
            #[track_caller]
            fn $method(self, other: $array) -> $array {
                bind($primitive, &[&<$array>::from_array(Array::scalar($constant(self))), &other])
            }
        }

        impl<$($generics)*> std::ops::$operator<&$array> for $number {
            type Output = $array;

            #[inline]
            #[track_caller]
            fn $method(self, other: &$array) -> $array {
                bind($primitive, &[&<$array>::from_array(Array::scalar($constant(self))), other])
            }
        }
    };
    (@right $number:ty, $constant:expr, [$($generics:tt)*] $array:ty, $operator:ident::$method:ident, $primitive:path) => {
        impl<$($generics)*> std::ops::$operator<$number> for $array {
            type Output = $array;

            #[inline]
            #[track_caller]
            fn $method(self, other: $number) -> $array {
                bind($primitive, &[&self, &<$array>::from_array(Array::scalar($constant(other)))])
            }
        }

        impl<$($generics)*> std::ops::$operator<$number> for &$array {
            type Output = $array;

            #[inline]
            #[track_caller]
            fn $method(self, other: $number) -> $array {
                bind($primitive, &[self, &<$array>::from_array(Array::scalar($constant(other)))])
            }
        }
    };
}

implement_plain! {
    f32, f32, std::convert::identity, left;
    f64, f64, std::convert::identity, left;
    f32, Dual<f32>, Dual::constant, left;
    f64, Dual<f64>, Dual::constant, left;
    f32, Dual<f32>, Dual::constant, right;
    f64, Dual<f64>, Dual::constant, right;
}
