//! The length of each row.

use autograd::op::{Cotangents, Operands, Primitive, bind};
use autograd::{Array, ArrayAlgebra, ArrayOps, Element, ShapeError};

/// ‖xᵢ‖ of each row i of a matrix, as a column. A row receives the cotangent times xᵢ/‖xᵢ‖, and 0 where it is 0: there the
/// subdifferential is the unit ball, and 0 its element of minimum norm.
#[derive(Debug, Clone)]
struct RowNorm;

impl Primitive for RowNorm {
    const NAME: &'static str = "row_norm";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let rows = x[0].view();
        let norms = rows.rows().into_iter().map(|row| row.fold(T::zero(), |sum, &x| sum + x * x).sqrt());
        Array::new(&[x[0].shape()[0], 1], norms.collect())
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || cotangent * divided(&x[0], y));
    }

    fn kinks<T: Element>(&self, x: &[&Array<T>]) -> usize {
        let rows = x[0].view();
        rows.rows().into_iter().filter(|row| row.iter().all(|x| x.is_zero())).count()
    }
}

/// x/y for rows x and their lengths y; 0, with derivative 0, where the length is 0.
fn divided<A: ArrayAlgebra>(x: &A, y: &A) -> A {
    let positive = y.step(0.0);
    let denominator = y.clone() + (y.number(1.0) - positive.clone());
    x.clone() / denominator * positive
}

/// The length of each row of a matrix, one number per row; derivative 0 at a row of zeros.
pub(super) fn row_norm<A: ArrayAlgebra>(x: &A) -> A {
    bind(RowNorm, &[x]).reshape(&[x.shape()[0]])
}

/// Each row of a matrix divided by its length; 0, with derivative 0, where that is 0.
pub(super) fn unit_rows<A: ArrayAlgebra>(x: &A) -> A {
    divided(x, &bind(RowNorm, &[x]))
}

#[cfg(test)]
mod tests {
    use autograd::check::Case;

    use super::*;

    #[test]
    fn exact_and_numeric_derivatives_agree() {
        Case::new(RowNorm, &[&[2, 3]]).check().unwrap();
        Case::new(RowNorm, &[&[3, 2]]).transposed().check().unwrap();
    }

    #[test]
    fn a_row_of_zeros_does_not_move() {
        let x = [Array::<f64>::zeros(&[1, 2])];
        assert_eq!(autograd::grad(|x| row_norm(&x[0]), &x)[0].to_vec(), [0.0, 0.0]);
        assert_eq!(autograd::grad(|x| unit_rows(&x[0]).sum_all(), &x)[0].to_vec(), [0.0, 0.0]);
        assert_eq!(autograd::hessian(|x| row_norm(&x[0]), &x), vec![vec![0.0; 2]; 2]);
    }
}
