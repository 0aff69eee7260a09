//! Picking positions of an axis by a list, and adding at them.

use std::sync::Arc;

use crate::array::{Array, Element};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, axes, bind};

/// The positions of an axis that a list names, in its order; its transpose is [`IndexAdd`].
#[derive(Debug, Clone)]
pub struct IndexSelect {
    /// The axis.
    pub axis: usize,
    /// The positions; each may come any number of times.
    pub indices: Arc<[usize]>,
}

/// Zeros, with each position of the operand's axis added at the position of the result's that a list names for it; its
/// transpose is [`IndexSelect`].
#[derive(Debug, Clone)]
pub struct IndexAdd {
    /// The axis.
    pub axis: usize,
    /// A position of the result for each position of the operand.
    pub indices: Arc<[usize]>,
    /// The length of the result's axis.
    pub length: usize,
}

/// Refuses an index that is no position of an axis of this length.
fn within(
    name: &'static str,
    shape: &[usize],
    indices: &[usize],
    (axis, length): (usize, usize),
) -> Result<(), ShapeError> {
    match indices.iter().enumerate().find(|(_, index)| **index >= length) {
        None => Ok(()),
        Some((place, index)) => {
            let reason = format!(
                "index {index}, at position {place} of the list, is beyond axis {axis} of length {length}; positions \
                 are counted from 0"
            );
            Err(ShapeError::new(name, [shape], reason))
        }
    }
}

impl Primitive for IndexSelect {
    const NAME: &'static str = "index_select";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let shape = x[0].shape();
        axes::require(Self::NAME, shape, self.axis)?;
        let [outer, length, inner] = axes::around(shape, self.axis);
        within(Self::NAME, shape, &self.indices, (self.axis, length))?;
        let x = x[0].to_contiguous();
        let elements = x.as_slice().expect("contiguous");
        let mut shape = x.shape().to_vec();
        shape[self.axis] = self.indices.len();
        Ok(Array::written(&shape, |selected| {
            let froms =
                (0..outer).flat_map(|block| self.indices.iter().map(move |index| block * length + index));
            // Without elements there is nothing to copy.
            for (into, from) in selected.chunks_exact_mut(inner.max(1)).zip(froms) {
                into.copy_from_slice(&elements[from * inner..][..inner]);
            }
        }))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        let length = x[0].shape()[self.axis];
        let back = IndexAdd { axis: self.axis, indices: self.indices.clone(), length };
        into.add(0, || bind(back, &[&cotangent]));
    }
}

impl Primitive for IndexAdd {
    const NAME: &'static str = "index_add";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let shape = x[0].shape();
        axes::require(Self::NAME, shape, self.axis)?;
        if shape[self.axis] != self.indices.len() {
            let reason = format!(
                "axis {} has length {}, but there are {} indices; give one for each position",
                self.axis,
                shape[self.axis],
                self.indices.len()
            );
            return Err(ShapeError::new(Self::NAME, [shape], reason));
        }
        within(Self::NAME, shape, &self.indices, (self.axis, self.length))?;
        let [outer, count, inner] = axes::around(shape, self.axis);
        let mut whole = shape.to_vec();
        whole[self.axis] = self.length;
        let x = x[0].to_contiguous();
        let elements = x.as_slice().expect("contiguous");
        Ok(Array::written(&whole, |sums| {
            sums.fill(T::zero());
            for block in 0..outer {
                for (position, index) in self.indices.iter().enumerate() {
                    let from = &elements[(block * count + position) * inner..][..inner];
                    let into = &mut sums[(block * self.length + index) * inner..][..inner];
                    into.iter_mut().zip(from).for_each(|(sum, &x)| *sum = *sum + x);
                }
            }
        }))
    }

    fn vjp<A: ArrayAlgebra>(&self, _x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || bind(IndexSelect { axis: self.axis, indices: self.indices.clone() }, &[&cotangent]));
    }
}

/// The positions of an axis that a list names, in its order: the rows of a matrix along axis 0, its columns along axis 1. The
/// axis becomes as long as the list.
///
/// # Gradient
///
/// A position that is named several times receives the sum of the cotangents; one that is not named receives 0.
///
/// # Panics
/// If the axis does not exist, or an index is not one of its positions.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::new(&[3, 2], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?];
/// assert_eq!(x[0].index_select(0, &[2, 0, 2]).to_vec(), [5.0, 6.0, 1.0, 2.0, 5.0, 6.0]);
/// let gradient = autograd::grad(|x| x[0].index_select(0, &[2, 0, 2]).sum_all(), &x);
/// assert_eq!(gradient[0].to_vec(), [1.0, 1.0, 0.0, 0.0, 2.0, 2.0]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
#[track_caller]
pub fn index_select<A: ArrayAlgebra>(x: &A, axis: usize, indices: &[usize]) -> A {
    bind(IndexSelect { axis, indices: indices.into() }, &[x])
}

/// A copy in which, for each i, position i of `source` is added at position `indices[i]` of the axis. Indices may repeat:
/// what is added there adds up.
///
/// # Gradient
///
/// The array receives the cotangent as it is, the source the positions of it that the list names.
///
/// # Panics
/// If the axis does not exist, an index is not one of its positions, their number is not the length of the source's axis, or
/// the other axes differ.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let sums = Array::zeros(&[2]).index_add(0, &[0, 1, 1], &Array::vector(&[1.0, 2.0, 4.0]));
/// assert_eq!(sums.to_vec(), [1.0, 6.0]);
/// ```
#[track_caller]
pub fn index_add<A: ArrayAlgebra>(x: &A, axis: usize, indices: &[usize], source: &A) -> A {
    if let Err(error) = axes::require(IndexAdd::NAME, x.shape(), axis) {
        panic!("{error}");
    }
    let length = x.shape()[axis];
    let added = bind(IndexAdd { axis, indices: indices.into(), length }, &[source]);
    if added.shape() != x.shape() {
        let reason = format!("they must agree but for axis {axis}");
        panic!("{}", ShapeError::new(IndexAdd::NAME, [x.shape(), source.shape()], reason));
    }
    x.clone() + added
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let select = |axis, indices: &[usize], shape: &[usize]| {
        Case::new(IndexSelect { axis, indices: indices.into() }, &[shape])
    };
    let add = |axis, indices: &[usize], length, shape: &[usize]| {
        Case::new(IndexAdd { axis, indices: indices.into(), length }, &[shape])
    };
    vec![
        select(0, &[2, 0, 2], &[3, 2]),
        select(1, &[1], &[2, 3]),
        select(1, &[], &[2, 3]),
        select(0, &[0, 0], &[1]),
        select(1, &[0, 2, 1], &[0, 3]),
        add(0, &[2, 0, 2], 4, &[3, 2]),
        add(1, &[1, 1, 0], 2, &[2, 3]),
        add(0, &[], 2, &[0, 2]),
    ]
}
