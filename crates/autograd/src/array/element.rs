//! What an array can hold, and its matrix product.

use ndarray::{Array2, ArrayView2};
use num_traits::Float;

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
                let mut product = vec![0.0; rows * columns];
                if product.is_empty() || inner == 0 {
                    return product;
                }
                let (left_strides, right_strides) = (left.strides(), right.strides());
                // SAFETY: `product` holds rows × columns elements and is written with strides (columns, 1), so every
                // element lies within it. The operands are only read, at the positions that their views' shapes and
                // strides span, which ndarray guarantees to be valid and initialised. The inner axes agree, as
                // asserted. The destination is freshly allocated and so aliases neither operand; its old content is
                // not read.
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
                }
                product
            }
        })*
    };
}

tuned_product!(f32, f64);

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
