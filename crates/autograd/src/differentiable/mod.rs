//! What the verbs need to know of their arguments: their coordinates, and their dual numbers.

#[cfg(feature = "std")]
mod arrays;

use alloc::vec;
use alloc::vec::Vec;

use num_traits::Float;

use crate::dual::Dual;
use crate::value::Value;

/// A number or an array whose every coordinate can be read, replaced and paired with a derivative: what verbs in forward mode
/// take.
///
/// ```
/// use autograd::{Array, Differentiable, Dual};
///
/// let x = Array::vector(&[1.0, 2.0]);
/// let dual = x.dual(&[10.0, 20.0]);
/// assert_eq!(dual.coordinates()[1], Dual::new(2.0, 20.0));
/// assert_eq!(<Array<f64> as Differentiable>::split(&dual).1.to_vec(), [10.0, 20.0]);
/// ```
pub trait Differentiable: Value {
    /// The type of one coordinate.
    type Number: Float;
    /// The same with dual numbers for coordinates: the arguments of forward mode.
    type Dual: Differentiable<Number = Dual<Self::Number>>;

    /// The coordinates; of an array in row-major order.
    fn coordinates(&self) -> Vec<Self::Number>;

    /// The same form with other coordinates.
    ///
    /// # Panics
    /// If their number is another.
    fn with_coordinates(&self, coordinates: Vec<Self::Number>) -> Self;

    /// The dual form of these coordinates paired with derivatives.
    ///
    /// # Panics
    /// If the numbers of coordinates differ.
    fn dual(&self, derivatives: &[Self::Number]) -> Self::Dual;

    /// The value and the derivative of a dual form.
    fn split(dual: &Self::Dual) -> (Self, Self);
}

impl<T: Float> Differentiable for T {
    type Number = T;
    type Dual = Dual<T>;

    fn coordinates(&self) -> Vec<T> {
        vec![*self]
    }

    fn with_coordinates(&self, coordinates: Vec<T>) -> T {
        assert_eq!(coordinates.len(), 1, "a number has one coordinate");
        coordinates[0]
    }

    fn dual(&self, derivatives: &[T]) -> Dual<T> {
        assert_eq!(derivatives.len(), 1, "a number has one coordinate");
        Dual::new(*self, derivatives[0])
    }

    fn split(dual: &Dual<T>) -> (T, T) {
        (dual.value, dual.derivative)
    }
}

/// The values and the derivatives of dual coordinates.
pub(crate) fn parts<T: Float>(duals: &[Dual<T>]) -> (Vec<T>, Vec<T>) {
    duals.iter().map(|dual| (dual.value, dual.derivative)).unzip()
}
