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
                thread_local! {
                    /// Kept from product to product, as `gemm` keeps its own: fresh memory costs as much as the copy.
                    static IN_ORDER: Cell<Vec<$number>> = const { Cell::new(Vec::new()) };
                }
                let mut in_order = Vec::new();
                let right = if slow_to_pack(rows, &right) {
                    in_order = IN_ORDER.take();
                    let by_columns = right.t();
                    transpose_into(by_columns.to_slice().expect("its strides say so"), inner, &mut in_order);
                    ArrayView2::from_shape((inner, columns), &in_order).expect("as many elements")
                } else {
                    right
                };
                let (left_strides, right_strides) = (left.strides(), right.strides());
                let mut product = Vec::with_capacity(rows * columns);
                // SAFETY: `product` has room for rows × columns elements and is written with strides (columns, 1), so
                // every element lies within it. The operands are only read, at the positions that their views' shapes
                // and strides span, which ndarray guarantees to be valid and initialised. The inner axes agree, as
                // asserted. The destination is freshly allocated and so aliases neither operand; it is not read, as the
                // first flag says, and since no axis is empty each of its elements is written, so that its length may
                // be set.
                unsafe {
                    gemm::gemm(
                        rows,
                        columns,
                        inner,
                        product.as_mut_ptr(),
                        1,
                        columns as isize,
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
                if !in_order.is_empty() {
                    IN_ORDER.set(in_order);
                }
                product
            }
        })*
    };
}

tuned_product!(f32, f64);

/// Whether a product of so many rows is faster if its right operand is transposed in memory first.
///
/// Packing a right operand that lies column by column is `gemm`'s weak spot: with 128 rows and columns of 512 elements it
/// reaches 60 % of its speed, and three quarters if the operand is copied into order first, the copy included. With few
/// rows, or a matrix that stays in the first cache, there is nothing to gain.
fn slow_to_pack<T>(rows: usize, right: &ArrayView2<'_, T>) -> bool {
    let (inner, columns) = right.dim();
    right.strides() == [1, inner as isize] && rows >= 32 && inner >= 64 && columns >= 64
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
