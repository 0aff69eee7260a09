//! The largest element of each row.

use autograd::op::{Cotangents, Operands, Primitive, bind};
use autograd::{Array, ArrayAlgebra, ArrayOps, Element, ShapeError};

/// maxⱼ xᵢⱼ of each row i of a matrix, as a column. Each of k equal largest elements receives 1/k of the cotangent: the
/// element of minimum norm of the subdifferential, which is spanned by their unit vectors.
#[derive(Debug, Clone)]
struct RowMax;

impl Primitive for RowMax {
    const NAME: &'static str = "row_max";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let rows = x[0].view();
        let largest = rows.rows().into_iter().map(|row| {
            let larger = |a: T, b: T| if a.is_nan() || a >= b { a } else { b };
            let largest = row.iter().copied().reduce(larger).expect("losses refuse rows without elements");
            // Differences of equal numbers are 0, so this adds nothing but the mean of their derivatives where `T` has any.
            let (mut ties, mut sum) = (0_u32, T::zero());
            for &x in row.iter().filter(|&&x| x == largest && x.is_finite()) {
                ties += 1;
                sum = sum + (x - largest);
            }
            if ties > 1 { largest + sum / super::number(f64::from(ties)) } else { largest }
        });
        Array::new(&[x[0].shape()[0], 1], largest.collect())
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || {
            let largest = (x[0].clone() - y.clone()).step(1.0);
            cotangent * (largest.clone() / largest.sum_kept(&[1]))
        });
    }

    fn kinks<T: Element>(&self, x: &[&Array<T>]) -> usize {
        let ties = |row: &[T]| {
            let largest = row.iter().copied().fold(T::neg_infinity(), T::max);
            row.iter().filter(|&&x| x == largest).count()
        };
        let rows = x[0].view();
        rows.rows().into_iter().map(|row| ties(&row.to_vec())).filter(|&ties| ties > 1).sum()
    }
}

/// The largest element of each row of a matrix, one number per row.
pub(super) fn row_max<A: ArrayAlgebra>(x: &A) -> A {
    bind(RowMax, &[x]).reshape(&[x.shape()[0]])
}

#[cfg(test)]
mod tests {
    use autograd::check::Case;

    use super::*;

    #[test]
    fn exact_and_numeric_derivatives_agree() {
        Case::new(RowMax, &[&[2, 3]]).check().unwrap();
        Case::new(RowMax, &[&[3, 2]]).transposed().check().unwrap();
    }

    #[test]
    fn ties_share_alike_in_both_modes() {
        let x = [Array::new(&[1, 3], vec![2.0, 1.0, 2.0]).unwrap()];
        assert_eq!(autograd::grad(|x| row_max(&x[0]), &x)[0].to_vec(), [0.5, 0.0, 0.5]);
        let direction = [Array::new(&[1, 3], vec![1.0, 0.0, 0.0]).unwrap()];
        assert_eq!(autograd::jvp(|x| row_max(&x[0]), &x, &direction).1.to_vec(), [0.5]);
        assert_eq!(autograd::hessian(|x| row_max(&x[0]), &x), vec![vec![0.0; 3]; 3]);
    }
}
