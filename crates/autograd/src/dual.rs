//! Dual numbers: forward mode.

use num_traits::Float;

use crate::number::{implement_number, implement_plain_left, implement_plain_nested};
use crate::subdifferential::Side;
use crate::value::chain;

/// A value with the derivative of that value in one direction: forward mode.
///
/// `Dual` implements [`num_traits::Float`] in full. It nests (`Dual<Dual<f64>>` has mixed second derivatives), and a
/// tape of dual numbers gives products of the Hessian with a vector.
///
/// ```
/// use autograd::Dual;
/// use num_traits::Float;
///
/// let x = Dual::new(2.0_f64, 1.0); // dx/dx = 1
/// let y = x.ln() * x;
/// assert_eq!(y.derivative, 2.0_f64.ln() + 1.0);
/// ```
#[derive(Clone, Copy, Default)]
pub struct Dual<T> {
    /// The value.
    pub value: T,
    /// Its derivative in the direction of the seed.
    pub derivative: T,
}

impl<T> Dual<T> {
    /// A value with its derivative. For an example see [`Dual`].
    pub const fn new(value: T, derivative: T) -> Self {
        Self { value, derivative }
    }
}

impl<T: Float> Dual<T> {
    /// A constant: derivative 0.
    #[inline]
    pub fn constant(value: T) -> Self {
        Self { value, derivative: T::zero() }
    }

    /// The value.
    #[inline]
    pub fn value(&self) -> &T {
        &self.value
    }

    /// The result of a function of this one number, given the function's value and derivative here.
    ///
    /// ```
    /// use autograd::Dual;
    ///
    /// let x = Dual::new(3.0, 1.0);
    /// let square = x.unary(9.0, 6.0);
    /// assert_eq!(square.derivative, 6.0);
    /// assert_eq!(square.binary(x, 27.0, 3.0, 9.0).derivative, 27.0); // x²·x
    /// ```
    #[inline]
    pub fn unary(self, value: T, derivative: T) -> Self {
        Self { value, derivative: chain(self.derivative, derivative) }
    }

    /// The result of a function of two numbers, given its value and its partial derivatives. For an example see
    /// [`Dual::unary`].
    #[inline]
    pub fn binary(self, other: Self, value: T, by_self: T, by_other: T) -> Self {
        Self { value, derivative: chain(self.derivative, by_self) + chain(other.derivative, by_other) }
    }

    /// A dual number keeps no list of kinks, and asks for no side: there is no tape.
    #[inline]
    fn meet_kink(_operation: &'static str, _operands: [Self; 2]) -> Option<Side> {
        None
    }

    #[inline]
    fn meet_round_kink(_operation: &'static str, _operands: [Self; 2]) {}

    /// Dual numbers of one type always go together.
    #[inline]
    fn assert_compatible(&self, _other: &Self) {}

    /// A derivative that is zero by value may itself carry derivatives, so no partial is ever skipped.
    #[inline]
    fn is_inert(&self) -> bool {
        false
    }
}

impl<T: core::fmt::Debug> core::fmt::Debug for Dual<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:?} + {:?}ε", self.value, self.derivative)
    }
}

implement_number!([T: Float] Dual<T>);

impl<T: Float> core::iter::Sum for Dual<T> {
    fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
        numbers.fold(Self::constant(T::zero()), |sum, number| sum + number)
    }
}

implement_plain_left! {
    f32 => [] Dual<f32>;
    f64 => [] Dual<f64>;
}

implement_plain_nested! {
    f32 => [] Dual<Dual<f32>>, of Dual<f32>;
    f64 => [] Dual<Dual<f64>>, of Dual<f64>;
}
