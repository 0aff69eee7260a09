//! Means over axes.

use crate::algebra::number;
use crate::array::{Array, Element, kernel, reduction};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, axes, axes::Reduced, bind, chain::Chain};

/// The mean over some axes: the sum over the number n of its terms. Every term receives 1/n of the cotangent.
#[derive(Debug, Clone)]
pub struct Mean {
    /// The axes, ascending.
    pub axes: Vec<usize>,
    /// Whether they stay with length 1.
    pub reduced: Reduced,
}

impl Primitive for Mean {
    const NAME: &'static str = "mean";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        axes::kept(Self::NAME, x[0].shape(), &self.axes)?;
        let count: T = number(axes::count(x[0].shape(), &self.axes) as f64);
        let sum = reduction::reduce(x[0], &self.axes, kernel::sum_middle);
        Ok(self.reduced.of(kernel::map(&sum, |sum| sum / count), &self.axes))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || {
            let share = x[0].number(1.0 / axes::count(x[0].shape(), &self.axes) as f64);
            self.reduced.repeat(&bind(Chain, &[&cotangent, &share]), &self.axes, x[0].shape())
        });
    }
}

/// The mean over the given axes, which stay with length 1: the sum of their n terms over n. NaN over no terms. For an example
/// see [`mean`].
///
/// # Gradient
///
/// 1/n by each term.
///
/// # Panics
/// If an axis does not exist or is named twice.
#[track_caller]
pub fn mean_kept<A: ArrayAlgebra>(x: &A, axes: &[usize]) -> A {
    bind(Mean { axes: axes::ascending(axes), reduced: Reduced::Kept }, &[x])
}

/// The mean over the given axes, which are dropped: the sum of their n terms over n. NaN over no terms.
///
/// # Gradient
///
/// 1/n by each term.
///
/// # Panics
/// If an axis does not exist or is named twice.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::new(&[2, 2], vec![1.0, 3.0, 5.0, 11.0])?];
/// assert_eq!(x[0].mean(&[0]).to_vec(), [3.0, 7.0]);
/// assert_eq!(x[0].mean_kept(&[1]).shape(), [2, 1]);
/// assert_eq!(x[0].mean_all().item(), Some(5.0));
/// assert_eq!(autograd::grad(|x| x[0].mean_all(), &x)[0].to_vec(), [0.25; 4]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
#[track_caller]
pub fn mean<A: ArrayAlgebra>(x: &A, axes: &[usize]) -> A {
    bind(Mean { axes: axes::ascending(axes), reduced: Reduced::Dropped }, &[x])
}

/// The mean of all n elements, 0-dimensional. NaN if there are none. For an example see [`mean`].
///
/// # Gradient
///
/// 1/n by each element.
#[track_caller]
pub fn mean_all<A: ArrayAlgebra>(x: &A) -> A {
    bind(Mean { axes: axes::all(x), reduced: Reduced::Dropped }, &[x])
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    axes::cases(|axes, reduced| Mean { axes, reduced })
}
