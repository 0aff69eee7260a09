//! Standard deviations over axes.

use crate::array::{Array, Element, kernel};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::variance::{self, Spread};
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, axes, bind, mean, norm};

/// The square root of the [`Variance`](variance::Variance) over some axes, which stay with length 1. The derivative by xᵢ
/// is (xᵢ − x̄)/(d·y), and 0 where y = 0.
#[derive(Debug, Clone)]
pub struct StandardDeviation {
    /// The axes, ascending.
    pub axes: Vec<usize>,
    /// The divisor.
    pub spread: Spread,
}

impl Primitive for StandardDeviation {
    const NAME: &'static str = "standard_deviation";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        axes::kept(Self::NAME, x[0].shape(), &self.axes)?;
        Ok(kernel::map(&variance::of(x[0], &self.axes, self.spread), norm::root))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || {
            let x = &x[0];
            let divisor = self.spread.divisor(axes::count(x.shape(), &self.axes));
            let deviations = x.clone() - mean::mean_kept(x, &self.axes);
            norm::pull(&deviations, &(y.clone() * x.number(divisor)), &cotangent)
        });
    }

    fn kinks<T: Element>(&self, x: &[&Array<T>]) -> usize {
        // Of one number it is 0 everywhere.
        let count = axes::count(x[0].shape(), &self.axes);
        if count < 2 {
            return 0;
        }
        count * kernel::count(&variance::of(x[0], &self.axes, self.spread), |y| y == T::zero())
    }

    fn flat_beside_kinks(&self) -> bool {
        false
    }
}

/// The standard deviation over the given axes, which stay with length 1. For an example see [`standard_deviation`].
///
/// # Gradient
///
/// (xᵢ − x̄)/(d·y) by xᵢ, and 0 where all numbers are equal.
///
/// # Panics
/// If an axis does not exist or is named twice.
#[track_caller]
pub fn standard_deviation_kept<A: ArrayAlgebra>(x: &A, axes: &[usize], spread: Spread) -> A {
    bind(StandardDeviation { axes: axes.to_vec(), spread }, &[x])
}

/// The standard deviation y = √(Σᵢ (xᵢ − x̄)²/d) over the given axes, which are dropped; d as for
/// [`variance`](variance::variance()), whose source is that of this as well. NaN over no numbers, and of a sample of one.
///
/// # Gradient
///
/// (xᵢ − x̄)/(d·y) by xᵢ. *Kink* where all numbers are equal, a cone's tip: 0, the element of minimum norm.
///
/// # Panics
/// If an axis does not exist or is named twice.
///
/// # Example
///
/// ```
/// use autograd::op::variance::Spread;
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::vector(&[1.0, 3.0])];
/// assert_eq!(x[0].standard_deviation(&[0], Spread::Population).item(), Some(1.0));
/// assert_eq!(x[0].standard_deviation_kept(&[0], Spread::Population).shape(), [1]);
/// let gradient = autograd::grad(|x| x[0].standard_deviation(&[0], Spread::Population), &x);
/// assert_eq!(gradient[0].to_vec(), [-0.5, 0.5]);
/// let equal = [Array::vector(&[0.1, 0.1, 0.1])];
/// let gradient = autograd::grad(|x| x[0].standard_deviation(&[0], Spread::Population), &equal);
/// assert_eq!(gradient[0].to_vec(), [0.0, 0.0, 0.0]);
/// ```
#[track_caller]
pub fn standard_deviation<A: ArrayAlgebra>(x: &A, axes: &[usize], spread: Spread) -> A {
    axes::dropped(&standard_deviation_kept(x, axes, spread), axes)
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let of = |axes: &[usize], spread, shape: &[usize]| {
        Case::new(StandardDeviation { axes: axes.to_vec(), spread }, &[shape])
    };
    vec![
        of(&[0], Spread::Population, &[3, 2]),
        of(&[1], Spread::Sample, &[2, 3]),
        of(&[0, 2], Spread::Sample, &[2, 1, 2]),
        of(&[0, 1], Spread::Population, &[3, 2]),
        of(&[1], Spread::Population, &[0, 2]),
    ]
}
