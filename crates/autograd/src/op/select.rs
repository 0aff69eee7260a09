//! Choosing between two arrays, element by element.

use crate::array::{Array, Element, broadcast_shape, kernel};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, bind};

/// Of a mask and two arrays: the first where the mask is not 0, else the second. Each receives the cotangent where it was
/// chosen and 0 elsewhere; the mask has no derivative.
#[derive(Debug, Clone, Copy)]
pub struct Select;

impl Primitive for Select {
    const NAME: &'static str = "select";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let shapes = || x.iter().map(|x| x.shape());
        let common =
            x[1..].iter().try_fold(x[0].shape().to_vec(), |common, x| broadcast_shape(&common, x.shape()));
        let Ok(shape) = common else {
            let reason = "the mask and the two arrays do not repeat to one shape; reshape them, or give them axes of \
                          length 1 to repeat";
            return Err(ShapeError::new(Self::NAME, shapes(), reason));
        };
        let chosen = |mask: T, first: T, second: T| if mask == T::zero() { second } else { first };
        if let (Some(first), Some(second)) = (x[1].item(), x[2].item()) {
            return Ok(kernel::map(&repeated(x[0], &shape), |mask| chosen(mask, first, second)));
        }
        let [mask, first, second] = [x[0], x[1], x[2]].map(|x| repeated(x, &shape));
        Ok(kernel::zip3(&mask, &first, &second, chosen))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        let zero = cotangent.number(0.0);
        into.add_broadcast(1, || select(&x[0], &cotangent, &zero));
        into.add_broadcast(2, || select(&x[0], &zero, &cotangent));
    }
}

fn repeated<T: Element>(x: &Array<T>, shape: &[usize]) -> Array<T> {
    if x.shape() == shape { x.clone() } else { kernel::broadcast(x, shape) }
}

/// `first` where the mask is not 0, else `second`, elementwise with broadcasting: NumPy's `where`. Masks come from the
/// [comparisons](super::compare).
///
/// # Gradient
///
/// Each array receives the cotangent where it was chosen, and exactly 0 elsewhere: in elementwise functions an infinite or
/// undefined derivative of what was not chosen leaves no trace. None by the mask.
///
/// # Panics
/// If the shapes do not broadcast together.
///
/// # Example
///
/// ```
/// use autograd::{Algebra, Array, ArrayOps};
///
/// let x = [Array::vector(&[0.0, 4.0])];
/// let gradient = autograd::grad(
///     |x| {
///         let positive = x[0].greater(&x[0].number(0.0));
///         positive.select(&x[0].sqrt(), &x[0]).sum_all()
///     },
///     &x,
/// );
/// assert_eq!(gradient[0].to_vec(), [1.0, 0.25]);
/// ```
#[track_caller]
pub fn select<A: ArrayAlgebra>(mask: &A, first: &A, second: &A) -> A {
    bind(Select, &[mask, first, second])
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let shapes: [[&[usize]; 3]; 6] = [
        [&[2, 3], &[2, 3], &[2, 3]],
        [&[3], &[2, 3], &[]],
        [&[2, 1], &[3], &[1]],
        [&[], &[2], &[2]],
        [&[0, 1], &[0, 2], &[2]],
        [&[], &[], &[]],
    ];
    // All ones is a mask as well; the masks of both kinds are tested where there are values.
    shapes.iter().map(|shapes| Case::new(Select, shapes)).collect()
}
