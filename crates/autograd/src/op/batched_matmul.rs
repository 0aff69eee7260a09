//! Products of batches of matrices.

use ndarray::{ArrayView2, ArrayViewD, ArrayViewMut2, Axis, Ix2};

use crate::array::{Accumulate, Array, Element, broadcast_shape};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, bind, transpose};

/// A·B of the matrices in the last two axes of arrays, whose axes before are broadcast; A receives C·Bᵀ and B receives Aᵀ·C
/// from the cotangent C, summed over the batch where they were repeated. Transposed operands are read as they lie, and
/// repeated ones are not copied.
#[derive(Debug, Clone, Copy)]
pub struct BatchedMatmul;

impl Primitive for BatchedMatmul {
    const NAME: &'static str = "matmul";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let (left, right) = (x[0], x[1]);
        let wrong = |reason: String| Err(ShapeError::new(Self::NAME, [left.shape(), right.shape()], reason));
        let ([left_batch @ .., rows, inner], [right_batch @ .., right_inner, columns]) =
            (left.shape(), right.shape())
        else {
            return wrong("expected matrices in the last two axes of both".to_owned());
        };
        if inner != right_inner {
            return wrong(format!(
                "the last axis of the left operand has length {inner}, the last but one of the right {right_inner}; \
                 they must agree: transpose one of them?"
            ));
        }
        let batch = match broadcast_shape(left_batch, right_batch) {
            Ok(batch) => batch,
            Err(from_last) => {
                return wrong(format!(
                    "the batch axes {left_batch:?} and {right_batch:?} differ at position {} from their last, and \
                     neither is 1",
                    from_last + 1
                ));
            }
        };
        let repeats = "the batch axes broadcast, as checked above";
        let repeated = |matrix: [usize; 2]| [&batch[..], &matrix].concat();
        let left = left.storage().broadcast(repeated([*rows, *inner])).expect(repeats);
        let right = right.storage().broadcast(repeated([*inner, *columns])).expect(repeats);
        let matrices = |elements: &mut [T]| {
            let mut position = vec![0; batch.len()];
            for product in elements.chunks_exact_mut((rows * columns).max(1)) {
                let into = ArrayViewMut2::from_shape((*rows, *columns), product);
                let into = into.expect("as many elements as the matrix has");
                T::multiply(matrix(&left, &position), matrix(&right, &position), Accumulate::Overwrite, into);
                advance(&mut position, &batch);
            }
        };
        Ok(Array::written(&repeated([*rows, *columns]), matrices))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add_broadcast(0, || bind(BatchedMatmul, &[&cotangent, &transpose::transpose(&x[1])]));
        into.add_broadcast(1, || bind(BatchedMatmul, &[&transpose::transpose(&x[0]), &cotangent]));
    }
}

/// The matrix at a position of the batch.
fn matrix<'a, T>(batch: &ArrayViewD<'a, T>, position: &[usize]) -> ArrayView2<'a, T> {
    let mut view = batch.clone();
    for &index in position {
        view = view.index_axis_move(Axis(0), index);
    }
    view.into_dimensionality::<Ix2>().expect("two axes are left")
}

/// The position after this one, in row-major order.
fn advance(position: &mut [usize], shape: &[usize]) {
    for (index, &length) in position.iter_mut().zip(shape).rev() {
        *index += 1;
        if *index < length {
            return;
        }
        *index = 0;
    }
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let shapes: [[&[usize]; 2]; 7] = [
        [&[2, 2, 3], &[2, 3, 2]],
        [&[2, 1, 3], &[3, 2]],
        [&[2, 3], &[2, 3, 1]],
        [&[2, 1, 1, 2], &[2, 2, 1]],
        [&[0, 2, 2], &[2, 1]],
        [&[2, 2, 0], &[2, 0, 1]],
        [&[1, 2, 2], &[1, 2, 2]],
    ];
    let mut cases: Vec<Case> = shapes.iter().map(|shapes| Case::new(BatchedMatmul, shapes)).collect();
    cases.push(Case::new(BatchedMatmul, &[&[2, 2, 3], &[2, 1, 3]]).transposed_at(1));
    cases
}
