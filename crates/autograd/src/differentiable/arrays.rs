//! The coordinates of arrays are their elements.

use super::{Differentiable, parts};
use crate::array::{Array, Element};
use crate::dual::Dual;

impl<T: Element> Differentiable for Array<T> {
    type Number = T;
    type Dual = Array<Dual<T>>;

    fn coordinates(&self) -> Vec<T> {
        self.to_vec()
    }

    fn with_coordinates(&self, coordinates: Vec<T>) -> Self {
        assert_eq!(coordinates.len(), self.len(), "the array has {} coordinates", self.len());
        Self::from_kernel(self.shape(), coordinates)
    }

    fn dual(&self, derivatives: &[T]) -> Array<Dual<T>> {
        assert_eq!(derivatives.len(), self.len(), "the array has {} coordinates", self.len());
        let pairs =
            self.view().iter().zip(derivatives).map(|(&x, &derivative)| Dual::new(x, derivative)).collect();
        Array::from_kernel(self.shape(), pairs)
    }

    fn split(dual: &Array<Dual<T>>) -> (Self, Self) {
        let (values, derivatives) = parts(&dual.to_vec());
        (Self::from_kernel(dual.shape(), values), Self::from_kernel(dual.shape(), derivatives))
    }
}
