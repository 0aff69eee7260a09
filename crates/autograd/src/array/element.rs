//! What an array can hold, and its matrix product.

use std::cell::Cell;

use ndarray::{Array2, ArrayView2};
use num_traits::Float;

use super::transposed::transpose_into;
use crate::dual::Dual;

/// A number that arrays can hold.
pub trait Element: Float + std::fmt::Debug + Default + Send + Sync + 'static {
    /// The product of an m×k matrix and a k×n matrix, row-major, whatever the strides of the operands.
    fn product(left: ArrayView2<'_, Self>, right: ArrayView2<'_, Self>) -> Vec<Self>;
}

/// Products of plain floats go to the tuned kernels of the `gemm` crate.
macro_rules! tuned_product {
    ($($number:ty),*) => {
        $(impl Element for $number {
            fn product(left: ArrayView2<'_, Self>, right: ArrayView2<'_, Self>) -> Vec<Self> {
                let (rows, inner) = left.dim();
                let (right_inner, columns) = right.dim();
                assert_eq!(inner, right_inner, "a product needs equal inner axes");
                if rows == 0 || columns == 0 || inner == 0 {
                    return vec![0.0; rows * columns];
                }
                let by_columns = writes_by_columns(rows, &right);
                let (column_stride, row_stride) = if by_columns { (rows, 1) } else { (1, columns) };
                thread_local! {
                    /// Kept from product to product, as `gemm` keeps its own: fresh memory costs as much as the copy.
                    static BY_COLUMNS: Cell<Vec<$number>> = const { Cell::new(Vec::new()) };
                }
                let mut product = if by_columns { BY_COLUMNS.take() } else { Vec::new() };
                product.clear();
                product.reserve(rows * columns);
                let (left_strides, right_strides) = (left.strides(), right.strides());
                // SAFETY: `product` has room for rows × columns elements and is written with strides (columns, 1) or
                // (1, rows), so every element lies within it. The operands are only read, at the positions that their
                // views' shapes and strides span, which ndarray guarantees to be valid and initialised. The inner axes
                // agree, as asserted. The destination belongs to this function alone and so aliases neither operand; it
                // is not read, as the first flag says, and since no axis is empty each of its elements is written, so
                // that its length may be set.
                unsafe {
                    gemm::gemm(
                        rows,
                        columns,
                        inner,
                        product.as_mut_ptr(),
                        column_stride as isize,
                        row_stride as isize,
                        false,
                        left.as_ptr(),
                        left_strides[1],
                        left_strides[0],
                        right.as_ptr(),
                        right_strides[1],
                        right_strides[0],
                        0.0,
                        1.0,
                        false,
                        false,
                        false,
                        gemm::Parallelism::None,
                    );
                    product.set_len(rows * columns);
                }
                if by_columns {
                    let mut by_rows = Vec::new();
                    transpose_into(&product, rows, &mut by_rows);
                    BY_COLUMNS.set(product);
                    return by_rows;
                }
                product
            }
        })*
    };
}

tuned_product!(f32, f64);

/// Whether a product is faster if its result is written column by column first and transposed then.
///
/// A right operand that lies column by column, as in the gradient of a layer's inputs, is `gemm`'s weak spot when the result
/// lies row by row: 42 GFLOP/s for 64×512 by 512×512 in `f32`, where 106 are reached with the operand in order. Written by
/// columns it is 96, and the result, with few rows, is much less to transpose than the operand. Tiny products are not worth
/// it.
fn writes_by_columns<T>(rows: usize, right: &ArrayView2<'_, T>) -> bool {
    let (inner, columns) = right.dim();
    right.strides() == [1, inner as isize] && rows >= 8 && rows <= 2 * inner && inner >= 32 && columns >= 32
}

impl<T: Element> Element for Dual<T> {
    /// (A + A′ε)(B + B′ε) = AB + (A′B + AB′)ε: three products of plain matrices.
    fn product(left: ArrayView2<'_, Self>, right: ArrayView2<'_, Self>) -> Vec<Self> {
        let (a, a_derivative) = (left.mapv(|x| x.value), left.mapv(|x| x.derivative));
        let (b, b_derivative) = (right.mapv(|x| x.value), right.mapv(|x| x.derivative));
        let product = |left: &Array2<T>, right: &Array2<T>| T::product(left.view(), right.view());
        let values = product(&a, &b);
        let derivatives = product(&a_derivative, &b).into_iter().zip(product(&a, &b_derivative));
        values
            .into_iter()
            .zip(derivatives)
            .map(|(value, (left, right))| Self::new(value, left + right))
            .collect()
    }
}
