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

/// The sum over the given axes, which stay with length 1; 0 over no elements. For an example see [`sum`].
///
/// # Gradient
///
/// 1 by each summand.
///
/// # Panics
/// If an axis does not exist or is named twice.
#[track_caller]
pub fn sum_kept<A: ArrayAlgebra>(x: &A, axes: &[usize]) -> A {
    bind(Sum { axes: axes::ascending(axes), reduced: Reduced::Kept }, &[x])
}

/// The sum over the given axes, which are dropped; 0 over no elements.
///
/// # Gradient
///
/// 1 by each summand: all of them receive the cotangent.
///
/// # Panics
/// If an axis does not exist or is named twice.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::new(&[2, 3], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?];
/// assert_eq!(x[0].sum(&[0]).to_vec(), [5.0, 7.0, 9.0]);
/// assert_eq!(x[0].sum_kept(&[1]).shape(), [2, 1]);
/// assert_eq!(x[0].sum_all().item(), Some(21.0));
/// assert_eq!(autograd::grad(|x| x[0].sum(&[0, 1]), &x)[0].to_vec(), [1.0; 6]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
#[track_caller]
pub fn sum<A: ArrayAlgebra>(x: &A, axes: &[usize]) -> A {
    bind(Sum { axes: axes::ascending(axes), reduced: Reduced::Dropped }, &[x])
}

/// The sum of all elements, 0-dimensional; 0 if there are none. For an example see [`sum`].
///
/// # Gradient
///
/// 1 by each element.
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
