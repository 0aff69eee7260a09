//! Variances over axes.

use crate::algebra::Algebra;
use crate::array::{Array, Element};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, axes, bind, chain::Chain, mean, slice, sum};

/// By what the sum of squared deviations from the mean of n numbers is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Spread {
    /// By n: the numbers are the whole population.
    #[default]
    Population,
    /// By n − 1: the numbers are a sample, and the result an unbiased estimate of the population's variance (F. W. Bessel).
    Sample,
}

impl Spread {
    /// The divisor for n numbers.
    pub(crate) fn divisor(self, count: usize) -> f64 {
        match self {
            Spread::Population => count as f64,
            Spread::Sample => count as f64 - 1.0,
        }
    }
}

/// Σᵢ (xᵢ − x̄)²/d over some axes, which stay with length 1, with the divisor d of the [`Spread`]. The derivative by xᵢ is
/// 2(xᵢ − x̄)/d.
#[derive(Debug, Clone)]
pub struct Variance {
    /// The axes, ascending.
    pub axes: Vec<usize>,
    /// The divisor.
    pub spread: Spread,
}

/// Σᵢ (xᵢ − x̄)²/d over axes, which are checked already and stay.
pub(crate) fn of<T: Element>(x: &Array<T>, axes: &[usize], spread: Spread) -> Array<T> {
    let count = axes::count(x.shape(), axes);
    if count == 0 {
        return sum::sum_kept(x, axes) / T::nan();
    }
    // Counted from one of the numbers, so that equal ones have the variance 0 to the last bit.
    let mut first = x.clone();
    for &axis in axes {
        first = slice::slice_axis(&first, axis, 0..1);
    }
    let shifted = x - &first;
    let deviations = &shifted - mean::mean_kept(&shifted, axes);
    let squares = sum::sum_kept(&(&deviations * &deviations), axes);
    squares.clone() / squares.number(spread.divisor(count))
}

impl Primitive for Variance {
    const NAME: &'static str = "variance";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        axes::kept(Self::NAME, x[0].shape(), &self.axes)?;
        Ok(of(x[0], &self.axes, self.spread))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || {
            let x = &x[0];
            let divisor = self.spread.divisor(axes::count(x.shape(), &self.axes));
            let deviations = x.clone() - mean::mean_kept(x, &self.axes);
            bind(Chain, &[&cotangent, &(deviations * x.number(2.0 / divisor))])
        });
    }
}

/// The variance over the given axes, which stay with length 1; the divisor d, the source and an example are those of
/// [`variance`].
///
/// # Gradient
///
/// 2(xᵢ − x̄)/d by xᵢ. No kink.
///
/// # Panics
/// If an axis does not exist or is named twice.
#[track_caller]
pub fn variance_kept<A: ArrayAlgebra>(x: &A, axes: &[usize], spread: Spread) -> A {
    bind(Variance { axes: axes.to_vec(), spread }, &[x])
}

/// The variance Σᵢ (xᵢ − x̄)²/d over the given axes, which are dropped: of n numbers with the mean x̄, with d = n for
/// [`Spread::Population`] and d = n − 1 for [`Spread::Sample`]. NaN over no numbers, and of a sample of one.
///
/// The mean is subtracted first and the squares summed then, so that nothing cancels; equal numbers have the variance 0
/// exactly.
///
/// # Gradient
///
/// 2(xᵢ − x̄)/d by xᵢ. No kink.
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
/// let x = [Array::vector(&[1.0, 2.0, 3.0, 6.0])];
/// assert_eq!(x[0].variance(&[0], Spread::Population).item(), Some(3.5));
/// assert_eq!(x[0].variance_kept(&[0], Spread::Sample).to_vec(), [14.0 / 3.0]);
/// let gradient = autograd::grad(|x| x[0].variance(&[0], Spread::Population), &x);
/// assert_eq!(gradient[0].to_vec(), [-1.0, -0.5, 0.0, 1.5]);
/// ```
///
/// # Source
///
/// T. F. Chan, G. H. Golub & R. J. LeVeque 1983, *Algorithms for computing the sample variance: analysis and
/// recommendations*, The American Statistician 37, pages 242–247.
#[track_caller]
pub fn variance<A: ArrayAlgebra>(x: &A, axes: &[usize], spread: Spread) -> A {
    axes::dropped(&variance_kept(x, axes, spread), axes)
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let of = |axes: &[usize], spread, shape: &[usize]| {
        Case::new(Variance { axes: axes.to_vec(), spread }, &[shape])
    };
    vec![
        of(&[0], Spread::Population, &[3, 2]),
        of(&[1], Spread::Sample, &[2, 3]),
        of(&[0, 2], Spread::Sample, &[2, 2, 2]),
        of(&[0, 1], Spread::Population, &[3, 2]),
        of(&[], Spread::Population, &[]),
        of(&[1], Spread::Population, &[0, 2]),
    ]
}
