//! Some of a matrix's columns.

use std::ops::Range;

use autograd::op::{Cotangents, Operands, Primitive, bind};
use autograd::{Array, ArrayAlgebra, Element, ShapeError};

/// The columns of a matrix in a range; its transpose is [`Padded`].
#[derive(Debug, Clone)]
struct Columns {
    range: Range<usize>,
}

/// A matrix between columns of zeros, so that it fills the range of a wider one; its transpose is [`Columns`].
#[derive(Debug, Clone)]
struct Padded {
    range: Range<usize>,
    columns: usize,
}

impl Primitive for Columns {
    const NAME: &'static str = "columns";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let view = x[0].view();
        let elements = view.rows().into_iter().flat_map(|row| row.to_vec()[self.range.clone()].to_vec());
        Array::new(&[x[0].shape()[0], self.range.len()], elements.collect())
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        let columns = x[0].shape()[1];
        into.add(0, || bind(Padded { range: self.range.clone(), columns }, &[&cotangent]));
    }
}

impl Primitive for Padded {
    const NAME: &'static str = "padded_columns";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let rows = x[0].shape()[0];
        let mut elements = vec![T::zero(); rows * self.columns];
        for (row, values) in x[0].view().rows().into_iter().enumerate() {
            let start = row * self.columns + self.range.start;
            elements[start..start + self.range.len()].copy_from_slice(&values.to_vec());
        }
        Array::new(&[rows, self.columns], elements)
    }

    fn vjp<A: ArrayAlgebra>(&self, _x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || columns(&cotangent, self.range.clone()));
    }
}

/// The columns of a matrix in a range that lies within it.
pub(super) fn columns<A: ArrayAlgebra>(x: &A, range: Range<usize>) -> A {
    bind(Columns { range }, &[x])
}

#[cfg(test)]
mod tests {
    use autograd::check::Case;

    use super::*;

    #[test]
    fn exact_and_numeric_derivatives_agree() {
        Case::new(Columns { range: 1..3 }, &[&[2, 4]]).check().unwrap();
        Case::new(Columns { range: 0..1 }, &[&[3, 2]]).transposed().check().unwrap();
        Case::new(Padded { range: 1..3, columns: 4 }, &[&[2, 2]]).check().unwrap();
    }
}
