//! Picking one element of each row: the score of the right class.

use std::sync::Arc;

use crate::array::{Array, Element};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, bind};

/// yᵢ = x\[i, labelᵢ\] for a matrix and one label per row; its transpose is [`Scatter`].
#[derive(Debug, Clone)]
pub struct Gather {
    /// A column for each row.
    pub labels: Arc<[usize]>,
}

/// A matrix of `columns` columns with yᵢ at \[i, labelᵢ\] and zeros elsewhere; its transpose is [`Gather`].
#[derive(Debug, Clone)]
pub struct Scatter {
    /// A column for each row.
    pub labels: Arc<[usize]>,
    /// The number of columns.
    pub columns: usize,
}

impl Primitive for Gather {
    const NAME: &'static str = "gather";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let [rows, _] = labelled(Self::NAME, x[0].shape(), &self.labels)?;
        let view = x[0].view();
        Ok(Array::written(&[rows], |elements| {
            for (row, (element, &label)) in elements.iter_mut().zip(&self.labels[..]).enumerate() {
                *element = view[[row, label]];
            }
        }))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        let columns = x[0].shape()[1];
        into.add(0, || bind(Scatter { labels: self.labels.clone(), columns }, &[&cotangent]));
    }
}

impl Primitive for Scatter {
    const NAME: &'static str = "scatter";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        if x[0].shape() != [self.labels.len()] || self.labels.iter().any(|&label| label >= self.columns) {
            let reason = format!(
                "expected one element for each of {} labels below {}",
                self.labels.len(),
                self.columns
            );
            return Err(ShapeError::new(Self::NAME, [x[0].shape()], reason));
        }
        Ok(Array::written(&[self.labels.len(), self.columns], |elements| {
            elements.fill(T::zero());
            for (row, (&label, &element)) in self.labels.iter().zip(x[0].storage()).enumerate() {
                elements[row * self.columns + label] = element;
            }
        }))
    }

    fn vjp<A: ArrayAlgebra>(&self, _x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || bind(Gather { labels: self.labels.clone() }, &[&cotangent]));
    }
}

/// The rows and columns of a matrix with one label per row, each of them a column.
pub(super) fn labelled(
    name: &'static str,
    shape: &[usize],
    labels: &[usize],
) -> Result<[usize; 2], ShapeError> {
    let &[rows, columns] = shape else {
        return Err(ShapeError::new(name, [shape], "expected a matrix, one row per label"));
    };
    if rows != labels.len() {
        let reason = format!("expected one label for each of the {rows} rows, found {}", labels.len());
        return Err(ShapeError::new(name, [shape], reason));
    }
    if let Some((row, label)) = labels.iter().enumerate().find(|(_, label)| **label >= columns) {
        let reason =
            format!("row {row} has label {label}, but there are only {columns} columns, counted from 0");
        return Err(ShapeError::new(name, [shape], reason));
    }
    Ok([rows, columns])
}

/// yᵢ = x\[i, labelᵢ\] for a matrix and one label per row: of scores those of the right classes.
///
/// # Gradient
///
/// x\[i, labelᵢ\] receives the cotangent of yᵢ, every other element 0.
///
/// # Panics
/// If `x` is not a matrix with one row per label, or a label is not one of its columns.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::new(&[2, 3], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?];
/// assert_eq!(x[0].gather(&[2, 0]).to_vec(), [3.0, 4.0]);
/// let gradient = autograd::grad(|x| x[0].gather(&[2, 0]).sum_all(), &x);
/// assert_eq!(gradient[0].to_vec(), [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
#[track_caller]
pub fn gather<A: ArrayAlgebra>(x: &A, labels: &[usize]) -> A {
    bind(Gather { labels: labels.into() }, &[x])
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new(Gather { labels: [2, 0].into() }, &[&[2, 3]]),
        Case::new(Gather { labels: [].into() }, &[&[0, 3]]),
        Case::new(Gather { labels: [1, 1, 0].into() }, &[&[2, 3]]).transposed(),
        Case::new(Scatter { labels: [2, 0].into(), columns: 3 }, &[&[2]]),
    ]
}
