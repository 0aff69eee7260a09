//! Picking along an axis by an array of positions, and adding at them.

use std::sync::Arc;

use ndarray::{ArrayD, Axis};

use crate::array::{Array, Element};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, axes, bind};

/// y\[…, i, …\] = x\[…, indices\[…, i, …\], …\]: each element of the result names its own position along the axis. Its
/// transpose is [`ScatterAlong`].
#[derive(Debug, Clone)]
pub struct GatherAlong {
    /// The axis.
    pub axis: usize,
    /// A position along the axis for each element of the result, which has this shape.
    pub indices: Arc<ArrayD<usize>>,
}

/// Zeros, with each element of the operand added where its index says along the axis. Its transpose is [`GatherAlong`].
#[derive(Debug, Clone)]
pub struct ScatterAlong {
    /// The axis.
    pub axis: usize,
    /// A position along the axis for each element of the operand, which has this shape.
    pub indices: Arc<ArrayD<usize>>,
    /// The length of the result's axis.
    pub length: usize,
}

/// Refuses indices that have another shape than the operand, but for the axis, or are beyond it.
fn fit(
    name: &'static str,
    shape: &[usize],
    indices: &ArrayD<usize>,
    (axis, length): (usize, usize),
) -> Result<(), ShapeError> {
    axes::require(name, shape, axis)?;
    let mut expected = shape.to_vec();
    expected[axis] = indices.shape().get(axis).copied().unwrap_or(0);
    if indices.shape() != expected {
        let reason =
            format!("the indices have the shape {:?}; but for axis {axis} it must agree", indices.shape());
        return Err(ShapeError::new(name, [shape], reason));
    }
    match indices.iter().find(|index| **index >= length) {
        None => Ok(()),
        Some(index) => {
            let reason =
                format!("index {index} is beyond axis {axis} of length {length}; positions count from 0");
            Err(ShapeError::new(name, [shape], reason))
        }
    }
}

impl Primitive for GatherAlong {
    const NAME: &'static str = "gather_along";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let shape = x[0].shape();
        let length = shape.get(self.axis).copied().unwrap_or(0);
        fit(Self::NAME, shape, &self.indices, (self.axis, length))?;
        let mut gathered = ArrayD::from_elem(self.indices.raw_dim(), T::zero());
        let lanes =
            gathered.lanes_mut(Axis(self.axis)).into_iter().zip(x[0].storage().lanes(Axis(self.axis)));
        for ((into, from), indices) in lanes.zip(self.indices.lanes(Axis(self.axis))) {
            into.into_iter().zip(indices).for_each(|(into, &index)| *into = from[index]);
        }
        Ok(gathered.into())
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        let length = x[0].shape()[self.axis];
        let back = ScatterAlong { axis: self.axis, indices: self.indices.clone(), length };
        into.add(0, || bind(back, &[&cotangent]));
    }
}

impl Primitive for ScatterAlong {
    const NAME: &'static str = "scatter_along";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let shape = x[0].shape();
        fit(Self::NAME, shape, &self.indices, (self.axis, self.length))?;
        if shape != self.indices.shape() {
            let reason = format!("expected one element for each index, of shape {:?}", self.indices.shape());
            return Err(ShapeError::new(Self::NAME, [shape], reason));
        }
        let mut whole = x[0].storage().raw_dim();
        whole[self.axis] = self.length;
        let mut sums = ArrayD::from_elem(whole, T::zero());
        let lanes = sums.lanes_mut(Axis(self.axis)).into_iter().zip(x[0].storage().lanes(Axis(self.axis)));
        for ((mut into, from), indices) in lanes.zip(self.indices.lanes(Axis(self.axis))) {
            from.into_iter().zip(indices).for_each(|(&x, &index)| into[index] = into[index] + x);
        }
        Ok(sums.into())
    }

    fn vjp<A: ArrayAlgebra>(&self, _x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || bind(GatherAlong { axis: self.axis, indices: self.indices.clone() }, &[&cotangent]));
    }
}

/// y\[…, i, …\] = x\[…, indices\[…, i, …\], …\]: each element of the result, which has the shape of the indices, names its
/// own position along the axis. With the result of [`argmax`](super::argmax::argmax()), given back its axis, it picks the
/// largest elements.
///
/// # Gradient
///
/// An element receives the sum of the cotangents of all places that name it; one that is not named receives 0.
///
/// # Panics
/// If the axis does not exist, the indices' shape differs on another axis, or an index is beyond the axis.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
/// use ndarray::array;
///
/// let x = [Array::new(&[2, 3], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?];
/// let indices = array![[2, 2], [0, 1]].into_dyn();
/// assert_eq!(x[0].gather_along(1, &indices).to_vec(), [3.0, 3.0, 4.0, 5.0]);
/// let gradient = autograd::grad(|x| x[0].gather_along(1, &indices).sum_all(), &x);
/// assert_eq!(gradient[0].to_vec(), [0.0, 0.0, 2.0, 1.0, 1.0, 0.0]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
#[track_caller]
pub fn gather_along<A: ArrayAlgebra>(x: &A, axis: usize, indices: &ArrayD<usize>) -> A {
    bind(GatherAlong { axis, indices: Arc::new(indices.clone()) }, &[x])
}

/// A copy in which each element of `source` is added at the position along the axis that its index names. Indices may repeat:
/// what is added there adds up.
///
/// # Gradient
///
/// The array receives the cotangent as it is, the source what [`gather_along`] picks of it.
///
/// # Panics
/// If the axis does not exist, the indices have another shape than the source, its shape differs from the array's on another
/// axis, or an index is beyond the axis.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
/// use ndarray::array;
///
/// let source = Array::new(&[1, 3], vec![1.0, 2.0, 4.0])?;
/// let sums = Array::zeros(&[1, 2]).scatter_add(1, &array![[0, 1, 1]].into_dyn(), &source);
/// assert_eq!(sums.to_vec(), [1.0, 6.0]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
#[track_caller]
pub fn scatter_add<A: ArrayAlgebra>(x: &A, axis: usize, indices: &ArrayD<usize>, source: &A) -> A {
    if let Err(error) = axes::require(ScatterAlong::NAME, x.shape(), axis) {
        panic!("{error}");
    }
    let length = x.shape()[axis];
    let added = bind(ScatterAlong { axis, indices: Arc::new(indices.clone()), length }, &[source]);
    if added.shape() != x.shape() {
        let reason = format!("they must agree but for axis {axis}");
        panic!("{}", ShapeError::new(ScatterAlong::NAME, [x.shape(), source.shape()], reason));
    }
    x.clone() + added
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let indices = |shape: &[usize], indices: &[usize]| {
        Arc::new(ArrayD::from_shape_vec(shape, indices.to_vec()).expect("as many as the shape asks for"))
    };
    vec![
        Case::new(GatherAlong { axis: 1, indices: indices(&[2, 2], &[2, 2, 0, 1]) }, &[&[2, 3]]),
        Case::new(GatherAlong { axis: 0, indices: indices(&[1, 3], &[1, 0, 1]) }, &[&[2, 3]]),
        Case::new(GatherAlong { axis: 0, indices: indices(&[0], &[]) }, &[&[2]]),
        Case::new(GatherAlong { axis: 1, indices: indices(&[0, 2], &[]) }, &[&[0, 3]]),
        Case::new(ScatterAlong { axis: 1, indices: indices(&[2, 2], &[2, 2, 0, 1]), length: 3 }, &[&[2, 2]]),
        Case::new(ScatterAlong { axis: 0, indices: indices(&[2], &[1, 1]), length: 2 }, &[&[2]]),
    ]
}
