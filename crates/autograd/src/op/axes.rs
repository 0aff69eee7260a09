//! Axes that an operation is told: checked, kept with length 1, dropped.

use crate::array::{Array, Element};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, broadcast, reshape};

/// What becomes of the axes that a reduction brings to length 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reduced {
    /// They stay.
    Kept,
    /// They are dropped.
    Dropped,
}

impl Reduced {
    /// The result of a reduction, from one that has kept the axes.
    pub(crate) fn of<T: Element>(self, kept: Array<T>, axes: &[usize]) -> Array<T> {
        match self {
            Self::Kept => kept,
            Self::Dropped => {
                let shape = left(kept.shape(), axes);
                kept.into_shape(&shape)
            }
        }
    }

    /// Undoes a reduction of an array of this shape: repeats the result along the axes that are gone.
    #[track_caller]
    pub(crate) fn repeat<A: ArrayAlgebra>(self, reduced: &A, axes: &[usize], shape: &[usize]) -> A {
        // Shapes are aligned from the last axis: the first ones need not be there.
        let come_first = axes.iter().copied().eq(0..axes.len());
        if self == Self::Kept || come_first {
            return broadcast::broadcast_to(reduced, shape);
        }
        let mut kept = shape.to_vec();
        axes.iter().for_each(|&axis| kept[axis] = 1);
        broadcast::broadcast_to(&reshape::reshape(reduced, &kept), shape)
    }
}

/// The lengths of the axes that are left when these are dropped.
fn left(shape: &[usize], axes: &[usize]) -> Vec<usize> {
    let left = shape.iter().enumerate().filter(|(axis, _)| !axes.contains(axis));
    left.map(|(_, &length)| length).collect()
}

/// Refuses an axis that does not exist.
pub(crate) fn require(name: &'static str, shape: &[usize], axis: usize) -> Result<(), ShapeError> {
    if axis < shape.len() {
        return Ok(());
    }
    let reason = format!("axis {axis} is not one of its {} axes, which are counted from 0", shape.len());
    Err(ShapeError::new(name, [shape], reason))
}

/// The shape with the given axes reduced to length 1.
pub(crate) fn kept(name: &'static str, shape: &[usize], axes: &[usize]) -> Result<Vec<usize>, ShapeError> {
    let mut kept = shape.to_vec();
    for (position, &axis) in axes.iter().enumerate() {
        if axis >= shape.len() || axes[..position].contains(&axis) {
            return Err(ShapeError::new(
                name,
                [shape],
                format!("axis {axis} is not one of its {} axes, or is named twice", shape.len()),
            ));
        }
        kept[axis] = 1;
    }
    Ok(kept)
}

/// Refuses axes along which there is nothing to choose from.
pub(crate) fn require_elements(
    name: &'static str,
    shape: &[usize],
    axes: &[usize],
) -> Result<(), ShapeError> {
    let kept = kept(name, shape, axes)?;
    match axes.iter().find(|&&axis| shape[axis] == 0) {
        Some(axis) if !kept.contains(&0) => {
            let reason = format!("axis {axis} has length 0, and of no elements none can be chosen");
            Err(ShapeError::new(name, [shape], reason))
        }
        _ => Ok(()),
    }
}

/// The number of elements that are reduced to one.
pub(crate) fn count(shape: &[usize], axes: &[usize]) -> usize {
    axes.iter().map(|&axis| shape[axis]).product()
}

/// Axes in ascending order: which of several comes first in row-major order does not depend on how they were named.
pub(crate) fn ascending(axes: &[usize]) -> Vec<usize> {
    let mut ascending = axes.to_vec();
    ascending.sort_unstable();
    ascending
}

/// All axes in an order in which the given ones, ascending, come last.
pub(crate) fn to_the_end(dimensions: usize, axes: &[usize]) -> Vec<usize> {
    let others = (0..dimensions).filter(|axis| !axes.contains(axis));
    others.chain(ascending(axes)).collect()
}

/// Drops axes that a reduction has kept with length 1.
#[track_caller]
pub(crate) fn dropped<A: ArrayAlgebra>(kept: &A, axes: &[usize]) -> A {
    reshape::reshape(kept, &left(kept.shape(), axes))
}

/// All axes of an array.
pub(crate) fn all<A: ArrayAlgebra>(x: &A) -> Vec<usize> {
    (0..x.shape().len()).collect()
}

/// An array seen as three axes: the positions before an axis, along it, and after it.
pub(crate) fn around(shape: &[usize], axis: usize) -> [usize; 3] {
    [shape[..axis].iter().product(), shape[axis], shape[axis + 1..].iter().product()]
}

/// The cases of a reduction that is defined over any axes, even over none.
#[cfg(test)]
pub(crate) fn cases<P: crate::op::Primitive>(reduction: impl Fn(Vec<usize>, Reduced) -> P) -> Vec<Case> {
    let shapes: [(&[usize], &[usize]); 7] = [
        (&[0], &[3, 2]),
        (&[1], &[3, 2]),
        (&[0, 2], &[2, 3, 2]),
        (&[0, 1], &[3, 2]),
        (&[], &[3]),
        (&[], &[]),
        (&[0], &[0, 2]),
    ];
    let mut cases = Vec::new();
    for reduced in [Reduced::Kept, Reduced::Dropped] {
        let of = |axes: &[usize], shape| Case::new(reduction(axes.to_vec(), reduced), &[shape]);
        cases.extend(shapes.iter().map(|(axes, shape)| of(axes, shape)));
        cases.push(of(&[1], &[2, 3]).transposed());
    }
    cases
}
