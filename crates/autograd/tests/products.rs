//! Matrix products of every lie of their operands against sums of products.

use autograd::{Array, ArrayOps, Dual, Element};

/// Whole numbers, so that every order of a sum gives the same bits.
fn matrix<T: Element>(rows: usize, columns: usize) -> Array<T> {
    let elements = (0..rows * columns).map(|i| T::from(i * 7 % 11).unwrap() - T::from(5).unwrap());
    Array::new(&[rows, columns], elements.collect()).unwrap()
}

/// The four ways in which the same matrix can lie: row by row, column by column, and as a part of a larger one of either kind.
fn lies<T: Element>(rows: usize, columns: usize) -> [Array<T>; 4] {
    let plain = matrix::<T>(rows, columns);
    let turned = plain.transpose();
    let by_columns = Array::new(turned.shape(), turned.to_vec()).unwrap().transpose();
    let within = |part: &Array<T>| {
        let (rows, columns) = (part.shape()[0], part.shape()[1]);
        let whole = part.pad(&[[2, 1], [1, 3]], 9.0);
        whole.slice_axis(0, 2..2 + rows).slice_axis(1, 1..1 + columns)
    };
    [within(&plain), within(&turned).transpose(), plain, by_columns]
}

/// The product by its definition, of operands that lie row by row.
fn product<T: Element>(left: &Array<T>, right: &Array<T>) -> Vec<T> {
    let (inner, columns) = (left.shape()[1], right.shape()[1]);
    let (left, right) = (left.to_vec(), right.to_vec());
    let element = |at: usize| {
        let (row, column) = (at / columns, at % columns);
        (0..inner).fold(T::zero(), |sum, k| sum + left[row * inner + k] * right[k * columns + column])
    };
    let rows = left.len().checked_div(inner).unwrap_or(0);
    (0..rows * columns).map(element).collect()
}

fn check<T: Element>() {
    // The first is written by columns and turned where the right operand lies so.
    let sizes = [[2, 32, 32], [0, 2, 3], [2, 3, 4], [1, 1, 1], [1, 5, 3], [3, 4, 1], [9, 3, 5]];
    // Under Miri a product takes about a second, however small.
    let sizes = if cfg!(miri) { &sizes[..3] } else { &sizes[..] };
    for &[rows, inner, columns] in sizes {
        let expected = product(&matrix::<T>(rows, inner), &matrix::<T>(inner, columns));
        for left in lies::<T>(rows, inner) {
            for right in lies::<T>(inner, columns) {
                assert_eq!(left.matmul(&right).to_vec(), expected, "{rows}×{inner}×{columns}");
            }
        }
    }
}

/// Of nothing to sum.
#[test]
fn products_over_no_elements_are_zero() {
    let product = Array::<f32>::zeros(&[2, 0]).matmul(&Array::zeros(&[0, 3]));
    assert_eq!(product, Array::zeros(&[2, 3]));
}

#[test]
fn products_of_every_lie_in_double_precision() {
    check::<f64>();
}

#[test]
fn products_of_every_lie_in_single_precision() {
    check::<f32>();
}

/// Numbers without a pattern, from −1 to 1.
fn scattered<T: Element>(count: usize) -> Vec<T> {
    (0..count).map(|i| T::from((i as f64 * 0.618_033_988_75).fract() * 2.0 - 1.0).unwrap()).collect()
}

/// Of few rows, and of sizes on either side of those from which the result is written by columns and turned: 2 rows, an inner axis
/// and columns of 32, and twice as many rows as the inner axis is long.
fn check_transposed_right_operands<T: Element>() {
    let few = (1..=9).flat_map(|rows| [31, 32, 33].map(|inner| [rows, inner]));
    for [rows, inner] in few.chain([[64, 32], [65, 32]]) {
        for columns in [31, 32, 33, 70] {
            let (left, right) = (scattered::<T>(rows * inner), scattered::<T>(columns * inner));
            let turned = Array::new(&[columns, inner], right.clone()).unwrap().transpose();
            let product = Array::new(&[rows, inner], left.clone()).unwrap().matmul(&turned);
            for (at, found) in product.to_vec().into_iter().enumerate() {
                let (row, column) = (at / columns, at % columns);
                let (mut sum, mut size) = (0.0, 0.0);
                for k in 0..inner {
                    let term =
                        left[row * inner + k].to_f64().unwrap() * right[column * inner + k].to_f64().unwrap();
                    (sum, size) = (sum + term, size + term.abs());
                }
                // Each of the two sums errs by a rounding of half of epsilon for each of its terms at most.
                let most = inner as f64 * T::epsilon().to_f64().unwrap() * size;
                let error = (found.to_f64().unwrap() - sum).abs();
                assert!(error <= most, "{rows}×{inner}×{columns} at {row}, {column}: {error:e} > {most:e}");
            }
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "about a second for each product; small ones go the same ways there")]
fn products_of_few_rows_with_a_transposed_operand() {
    check_transposed_right_operands::<f32>();
    check_transposed_right_operands::<f64>();
}

/// Of these the second product is added to the first.
#[test]
fn products_of_every_lie_of_dual_numbers() {
    check::<Dual<f64>>();
}
