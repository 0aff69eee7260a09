//! Sums over axes.

use crate::array::{Array, Element, kernel, reduction};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, axes, axes::Reduced, bind, reshape};

/// The sum over some axes. Every summand receives the cotangent.
#[derive(Debug, Clone)]
pub struct Sum {
    /// The axes, ascending.
    pub axes: Vec<usize>,
    /// Whether they stay with length 1.
    pub reduced: Reduced,
}

impl Primitive for Sum {
    const NAME: &'static str = "sum";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let kept = axes::kept(Self::NAME, x[0].shape(), &self.axes)?;
        let sum = reduction::reduce(x[0], &self.axes, kernel::sum_middle);
        debug_assert_eq!(sum.shape(), kept);
        Ok(self.reduced.of(sum, &self.axes))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || self.reduced.repeat(&cotangent, &self.axes, x[0].shape()));
    }
}

/// The sum over the given axes, which stay with length 1.
///
/// # Panics
/// If an axis does not exist or is named twice.
#[track_caller]
pub fn sum_kept<A: ArrayAlgebra>(x: &A, axes: &[usize]) -> A {
    bind(Sum { axes: axes.to_vec(), reduced: Reduced::Kept }, &[x])
}

/// The sum over the given axes, which are dropped.
///
/// # Panics
/// If an axis does not exist or is named twice.
#[track_caller]
pub fn sum<A: ArrayAlgebra>(x: &A, axes: &[usize]) -> A {
    bind(Sum { axes: axes.to_vec(), reduced: Reduced::Dropped }, &[x])
}

/// The sum of all elements, 0-dimensional; 0 if there are none.
#[track_caller]
pub fn sum_all<A: ArrayAlgebra>(x: &A) -> A {
    bind(Sum { axes: axes::all(x), reduced: Reduced::Dropped }, &[x])
}

/// Undoes a broadcast: the sum over the axes in which `x` is longer than `shape`.
pub(crate) fn sum_to<A: ArrayAlgebra>(x: &A, shape: &[usize]) -> A {
    if x.shape() == shape {
        return x.clone();
    }
    let added = x.shape().len() - shape.len();
    let axes: Vec<usize> = (0..x.shape().len())
        .filter(|&axis| axis < added || (shape[axis - added] == 1 && x.shape()[axis] != 1))
        .collect();
    if axes.len() == added { sum(x, &axes) } else { reshape::reshape(&sum_kept(x, &axes), shape) }
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    axes::cases(|axes, reduced| Sum { axes, reduced })
}
