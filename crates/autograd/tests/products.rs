//! Matrix products of every lie of their operands against sums of products, small enough for Miri, which cannot run the vector
//! kernels of the `gemm` crate but checks what they are given.

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

fn product<T: Element>(left: &Array<T>, right: &Array<T>) -> Vec<T> {
    let (rows, inner, columns) = (left.shape()[0], left.shape()[1], right.shape()[1]);
    let mut product = Vec::new();
    for row in 0..rows {
        for column in 0..columns {
            let terms = (0..inner).map(|k| left[&[row, k][..]] * right[&[k, column][..]]);
            product.push(terms.fold(T::zero(), |sum, term| sum + term));
        }
    }
    product
}

fn check<T: Element>() {
    // The last is written by columns and turned where the right operand lies so.
    for [rows, inner, columns] in
        [[1, 1, 1], [2, 3, 4], [1, 5, 3], [3, 4, 1], [9, 2, 10], [0, 2, 3], [2, 0, 3], [8, 32, 33]]
    {
        for left in lies::<T>(rows, inner) {
            for right in lies::<T>(inner, columns) {
                let expected = product(&left, &right);
                assert_eq!(left.matmul(&right).to_vec(), expected, "{rows}×{inner}×{columns}");
            }
        }
    }
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
