//! Products of matrices and vectors.

use ndarray::Ix2;

use crate::array::{Array, Element};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{
    ArrayAlgebra, Cotangents, Operands, Primitive, axes, batched_matmul, bind, reshape, squeeze, transpose,
};

/// A·B of an m×k and a k×n matrix; A receives C·Bᵀ and B receives Aᵀ·C from the cotangent C. A transposed operand is a
/// view with swapped strides, which the product reads as it lies.
#[derive(Debug, Clone, Copy)]
pub struct Matmul;

impl Primitive for Matmul {
    const NAME: &'static str = "matmul";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let (left, right) = (x[0], x[1]);
        let (&[_, inner], &[right_inner, _]) = (left.shape(), right.shape()) else {
            return Err(ShapeError::new(
                Self::NAME,
                [left.shape(), right.shape()],
                "expected two matrices; reshape the operands to two axes",
            ));
        };
        if inner != right_inner {
            return Err(ShapeError::new(
                Self::NAME,
                [left.shape(), right.shape()],
                format!(
                    "axis 1 of the left operand has length {inner}, axis 0 of the right has {right_inner}; they must \
                     agree: transpose one of them?"
                ),
            ));
        }
        let matrix = "two axes, as matched above";
        let left = left.view().into_dimensionality::<Ix2>().expect(matrix);
        let right = right.view().into_dimensionality::<Ix2>().expect(matrix);
        Ok(T::product(left, right))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || bind(Matmul, &[&cotangent, &transpose::transpose(&x[1])]));
        into.add(1, || bind(Matmul, &[&transpose::transpose(&x[0]), &cotangent]));
    }
}

/// A·B of matrices, or with a vector on either side: a vector on the left is a row, on the right a column, and the product of
/// two vectors is their inner product, 0-dimensional. Arrays with more axes are batches of matrices in their last two; the
/// axes before are broadcast.
///
/// # Gradient
///
/// With the cotangent C, A receives C·Bᵀ and B receives Aᵀ·C; summed over the batch where an operand was repeated. Bilinear,
/// no kink.
///
/// # Panics
/// If the inner axes differ in length, the batch axes do not broadcast, or an operand has no axis.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps, Var};
///
/// let a = Array::new(&[2, 3], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?;
/// let v = [Array::vector(&[1.0, 0.0, -1.0])];
/// assert_eq!(a.matmul(&v[0]).to_vec(), [-2.0, -2.0]);
/// let gradient = autograd::grad(|v| Var::constant(a.clone()).matmul(&v[0]).sum_all(), &v);
/// assert_eq!(gradient[0].to_vec(), [5.0, 7.0, 9.0]);
/// let batch = Array::<f64>::zeros(&[5, 1, 4, 2]);
/// assert_eq!(batch.matmul(&Array::zeros(&[7, 2, 3])).shape(), [5, 7, 4, 3]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
///
/// # Source
///
/// M. B. Giles 2008, *Collected matrix derivative results for forward and reverse mode algorithmic differentiation*.
#[track_caller]
pub fn matmul<A: ArrayAlgebra>(left: &A, right: &A) -> A {
    match (left.shape().len(), right.shape().len()) {
        (1, 1..) => {
            let product = matmul(&squeeze::insert_axis(left, 0), right);
            let row = product.shape().len() - if right.shape().len() == 1 { 1 } else { 2 };
            axes::dropped(&product, &[row])
        }
        (2.., 1) => {
            let product = matmul(left, &squeeze::insert_axis(right, 1));
            axes::dropped(&product, &[product.shape().len() - 1])
        }
        // One matrix for the whole batch: its rows are those of one tall matrix.
        (3.., 2) if left.shape().last() == right.shape().first() => {
            let [batch @ .., inner] = left.shape() else { unreachable!("at least three axes") };
            let rows = batch.iter().product();
            let product = bind(Matmul, &[&reshape::reshape(left, &[rows, *inner]), right]);
            reshape::reshape(&product, &[batch, &right.shape()[1..]].concat())
        }
        (3.., _) | (_, 3..) => bind(batched_matmul::BatchedMatmul, &[left, right]),
        _ => bind(Matmul, &[left, right]),
    }
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let shapes: [[&[usize]; 2]; 5] =
        [[&[2, 3], &[3, 4]], [&[1, 3], &[3, 1]], [&[0, 3], &[3, 2]], [&[2, 0], &[0, 3]], [&[2, 3], &[3, 0]]];
    let mut cases: Vec<Case> = shapes.iter().map(|shapes| Case::new(Matmul, shapes)).collect();
    cases.push(Case::new(Matmul, &[&[2, 3], &[2, 3]]).transposed_at(1));
    cases.push(Case::new(Matmul, &[&[3, 2], &[3, 2]]).transposed_at(0));
    cases
}
