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
    // The last is written by columns and turned where the right operand lies so.
    for [rows, inner, columns] in
        [[1, 1, 1], [2, 3, 4], [1, 5, 3], [3, 4, 1], [9, 3, 5], [0, 2, 3], [8, 32, 32]]
    {
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

/// Of these the second product is added to the first.
#[test]
fn products_of_every_lie_of_dual_numbers() {
    check::<Dual<f64>>();
}
