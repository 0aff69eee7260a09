//! Layer and batch normalisation.

use crate::array::{Array, Element};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, bind, mean, reshape};

/// (x − m)/√(v + ε) with the mean m and the variance v over some axes.
#[derive(Debug, Clone)]
pub struct Standardise {
    /// The axes, ascending.
    pub axes: Vec<usize>,
    /// What is added to the variance.
    pub epsilon: f64,
}

/// What is left of x without its mean, and 1/√(v + ε) with the mean v of its square.
fn centred<A: ArrayAlgebra>(x: &A, axes: &[usize], epsilon: f64) -> (A, A) {
    let rest = x.clone() - mean::mean_kept(x, axes);
    let variance = mean::mean_kept(&(rest.clone() * rest.clone()), axes);
    let scale = (variance.clone() + variance.number(epsilon)).sqrt().recip();
    (rest, scale)
}

impl Primitive for Standardise {
    const NAME: &'static str = "standardise";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let shape = x[0].shape();
        if let Some(&axis) = self.axes.iter().find(|&&axis| axis >= shape.len() || shape[axis] == 0) {
            let reason = format!("expected elements along axis {axis} to take the mean of");
            return Err(ShapeError::new(Self::NAME, [shape], reason));
        }
        let (rest, scale) = centred(x[0], &self.axes, self.epsilon);
        Ok(rest * scale)
    }

    /// With r = 1/√(v + ε): r·(c − mean c − y·mean(c·y)). The variance enters by r and y alone, hence no other term.
    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || {
            let (_, scale) = centred(&x[0], &self.axes, self.epsilon);
            let along = mean::mean_kept(&(cotangent.clone() * y.clone()), &self.axes);
            let level = mean::mean_kept(&cotangent, &self.axes);
            (cotangent - level - y.clone() * along) * scale
        });
    }
}

/// Layer normalisation over the last axis:
///
/// ```text
/// y = (x − m)/√(v + ε)
/// ```
///
/// with the mean m and the variance v (over the number of elements, not one less) of each row. A gain and a bias for each
/// column are a product and a sum: `x.layer_norm(1e-5) * gain + bias`.
///
/// # Gradient
///
/// With r = 1/√(v + ε) and the cotangent c, x receives r·(c − mean c − y·mean(c·y)). No kink as long as ε > 0; for ε = 0 a row
/// of equal elements gives NaN.
///
/// # Panics
/// If there is no axis, or the last has no elements.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = Array::new(&[2, 2], vec![1.0, 3.0, -5.0, -9.0])?;
/// assert_eq!(x.layer_norm(0.0).to_vec(), [-1.0, 1.0, 1.0, -1.0]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
///
/// # Source
///
/// J. L. Ba, J. R. Kiros & G. E. Hinton 2016, *Layer normalization*, arXiv:1607.06450.
#[track_caller]
pub fn layer_norm<A: ArrayAlgebra>(x: &A, epsilon: f64) -> A {
    let Some(last) = x.shape().len().checked_sub(1) else {
        panic!(
            "{}",
            ShapeError::new(
                "layer_norm",
                [x.shape()],
                "expected at least one axis, the last to normalise over"
            )
        )
    };
    bind(Standardise { axes: vec![last], epsilon }, &[x])
}

/// The axes of a batch but for that of its channels.
#[track_caller]
fn but_channels<A: ArrayAlgebra>(name: &'static str, x: &A) -> Vec<usize> {
    if x.shape().len() < 2 {
        panic!(
            "{}",
            ShapeError::new(name, [x.shape()], "expected samples × channels, and whatever axes follow")
        );
    }
    (0..x.shape().len()).filter(|&axis| axis != 1).collect()
}

/// Batch normalisation with the batch's own mean m and variance v of each channel, as in training:
///
/// ```text
/// y = (x − m)/√(v + ε)
/// ```
///
/// for samples × channels, and whatever axes follow. The variance is over the number of elements, not one less. A gain and a
/// bias are a product and a sum, with channels × 1 × … for shape; running means for a use without a batch come from
/// [`channel_statistics`].
///
/// # Gradient
///
/// With r = 1/√(v + ε) and the cotangent c, x receives r·(c − mean c − y·mean(c·y)), with means over a channel's elements: m and v
/// are functions of x as well. No kink as long as ε > 0.
///
/// # Panics
/// If there are fewer than two axes, or an axis other than the channels' has no elements.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = Array::new(&[2, 2], vec![1.0, -5.0, 3.0, -9.0])?;
/// assert_eq!(x.batch_norm(0.0).to_vec(), [-1.0, 1.0, 1.0, -1.0]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
///
/// # Source
///
/// S. Ioffe & C. Szegedy 2015, *Batch normalization: accelerating deep network training by reducing internal covariate shift*,
/// arXiv:1502.03167, algorithm 1.
#[track_caller]
pub fn batch_norm<A: ArrayAlgebra>(x: &A, epsilon: f64) -> A {
    let axes = but_channels("batch_norm", x);
    bind(Standardise { axes, epsilon }, &[x])
}

/// Batch normalisation with a given mean m and variance v of each channel, as in use: (x − m)/√(v + ε) for samples ×
/// channels, and whatever axes follow.
///
/// # Gradient
///
/// With r = 1/√(v + ε): r by x, −r by the mean, −½(x − m)·r³ by the variance, these two summed over all elements of the
/// channel. No kink as long as v + ε > 0.
///
/// # Panics
/// If there are fewer than two axes, or mean and variance are not one number for each channel.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::new(&[2, 1], vec![1.0, 5.0])?, Array::vector(&[1.0]), Array::vector(&[4.0])];
/// assert_eq!(x[0].batch_norm_with(&x[1], &x[2], 0.0).to_vec(), [0.0, 2.0]);
/// let gradient = autograd::grad(|x| x[0].batch_norm_with(&x[1], &x[2], 0.0).sum_all(), &x);
/// assert_eq!(gradient[0].to_vec(), [0.5, 0.5]);
/// assert_eq!((gradient[1].to_vec(), gradient[2].to_vec()), (vec![-1.0], vec![-0.25]));
/// # Ok::<(), autograd::ShapeError>(())
/// ```
///
/// # Source
///
/// S. Ioffe & C. Szegedy 2015, *Batch normalization: accelerating deep network training by reducing internal covariate
/// shift*, arXiv:1502.03167, algorithm 2.
#[track_caller]
pub fn batch_norm_with<A: ArrayAlgebra>(x: &A, mean: &A, variance: &A, epsilon: f64) -> A {
    let axes = but_channels("batch_norm_with", x);
    let channels = x.shape()[1];
    if mean.shape() != [channels] || variance.shape() != [channels] {
        let shapes = [x.shape(), mean.shape(), variance.shape()];
        let reason = format!("expected a mean and a variance for each of the {channels} channels");
        panic!("{}", ShapeError::new("batch_norm_with", shapes, reason));
    }
    let mut shape = vec![1; axes.len()];
    shape[0] = channels;
    let along_channels = |x: &A| reshape::reshape(x, &shape);
    let scale = (variance.clone() + variance.number(epsilon)).sqrt().recip();
    (x.clone() - along_channels(mean)) * along_channels(&scale)
}

/// The mean m and the variance v (over the number n of elements, not one less) of each channel of samples × channels, and
/// whatever axes follow: what [`batch_norm`] normalises with, for running means. NaN over no elements.
///
/// # Gradient
///
/// Of m: 1/n by each element of the channel. Of v: 2(x − m)/n.
///
/// # Panics
/// If there are fewer than two axes.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use autograd::op::normalise::channel_statistics;
///
/// let x = Array::new(&[2, 2], vec![1.0, -5.0, 3.0, -9.0])?;
/// let (mean, variance) = channel_statistics(&x);
/// assert_eq!((mean.to_vec(), variance.to_vec()), (vec![2.0, -7.0], vec![1.0, 4.0]));
/// # Ok::<(), autograd::ShapeError>(())
/// ```
#[track_caller]
pub fn channel_statistics<A: ArrayAlgebra>(x: &A) -> (A, A) {
    let axes = but_channels("channel_statistics", x);
    let rest = x.clone() - mean::mean_kept(x, &axes);
    (mean::mean(x, &axes), mean::mean(&(rest.clone() * rest), &axes))
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let of = |axes: &[usize], shape: &[usize]| {
        Case::new(Standardise { axes: axes.to_vec(), epsilon: 1e-2 }, &[shape])
    };
    vec![
        of(&[1], &[2, 4]),
        of(&[0], &[5]),
        of(&[0, 2], &[2, 2, 2]),
        of(&[1], &[0, 3]),
        of(&[1], &[3, 2]).transposed(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::op::ArrayOps;

    #[test]
    fn a_batch_normalised_with_its_own_statistics_is_the_batch_normalised() {
        let x = Array::new(&[2, 3, 2], (0..12).map(|i| f64::from(i * i % 7)).collect()).unwrap();
        let (mean, variance) = channel_statistics(&x);
        let (own, given) = (x.batch_norm(1e-5), x.batch_norm_with(&mean, &variance, 1e-5));
        assert!(own.to_vec().iter().zip(given.to_vec()).all(|(own, given)| (own - given).abs() < 1e-14));
        let normal = channel_statistics(&x.batch_norm(0.0));
        assert!(normal.0.to_vec().iter().all(|mean| mean.abs() < 1e-15));
        assert!(normal.1.to_vec().iter().all(|variance| (variance - 1.0).abs() < 1e-14));
    }
}
