//! An operation on arrays, as another crate would add it: a struct, its forward rule, its vector–Jacobian product, and the
//! cases that the crate's own operations are checked with.
//!
//! ```sh
//! cargo run -p autograd --example custom_array_operation
//! cargo test -p autograd --example custom_array_operation
//! ```

use autograd::op::{Cotangents, Operands, Primitive, bind};
use autograd::{Array, ArrayAlgebra, ArrayOps, Element, ShapeError, grad};

/// The circular convolution of two vectors: yₖ = Σᵢ aᵢ·b₍ₖ₋ᵢ₎ with indices modulo their length.
#[derive(Debug, Clone, Copy)]
struct Convolve;

/// The circular correlation: zᵢ = Σₖ cₖ·b₍ₖ₋ᵢ₎. It is what convolution's rule needs, and the other way round, so that
/// both differentiate to any order.
#[derive(Debug, Clone, Copy)]
struct Correlate;

/// Refuses operands that are not two vectors of one length.
fn length(name: &'static str, left: &[usize], right: &[usize]) -> Result<usize, ShapeError> {
    match (left, right) {
        ([n], [m]) if n == m => Ok(*n),
        _ => Err(ShapeError::new(name, [left, right], "expected two vectors of one length")),
    }
}

fn sums<T: Element>(n: usize, term: impl Fn(usize, usize) -> T) -> Result<Array<T>, ShapeError> {
    let sum = |k: usize| (0..n).fold(T::zero(), |sum, i| sum + term(k, i));
    Array::new(&[n], (0..n).map(sum).collect())
}

impl Primitive for Convolve {
    const NAME: &'static str = "convolve";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let n = length(Self::NAME, x[0].shape(), x[1].shape())?;
        let (a, b) = (x[0].to_vec(), x[1].to_vec());
        sums(n, |k, i| a[i] * b[(k + n - i) % n])
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || bind(Correlate, &[&cotangent, &x[1]]));
        into.add(1, || bind(Correlate, &[&cotangent, &x[0]]));
    }
}

impl Primitive for Correlate {
    const NAME: &'static str = "correlate";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let n = length(Self::NAME, x[0].shape(), x[1].shape())?;
        let (c, b) = (x[0].to_vec(), x[1].to_vec());
        sums(n, |i, k| c[k] * b[(k + n - i) % n])
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || bind(Convolve, &[&cotangent, &x[1]]));
        into.add(1, || bind(Correlate, &[&x[0], &cotangent]));
    }
}

/// The operation as a function of plain and recorded arrays alike.
#[track_caller]
fn convolve<A: ArrayAlgebra>(left: &A, right: &A) -> A {
    bind(Convolve, &[left, right])
}

fn main() {
    let signal = [Array::vector(&[1.0, 2.0, 3.0, 4.0])];
    let shift = Array::vector(&[0.0, 1.0, 0.0, 0.0]);
    println!("shifted by convolution: {:?}", convolve(&signal[0], &shift).to_vec());
    let gradient = grad(|x| convolve(&x[0], &x[0]).sum_all(), &signal);
    println!("the gradient of the sum of a ∗ a is {:?}", gradient[0].to_vec());
    let error = Convolve.forward(&[&Array::vector(&[1.0]), &Array::vector(&[1.0, 2.0])]).unwrap_err();
    println!("{error}");
}

#[cfg(test)]
mod tests {
    use autograd::check::Case;
    use autograd::hessian;

    use super::*;

    /// Exact against numeric, forward against reverse, second order and nested, in `f64` and `f32`.
    #[test]
    fn both_operations_pass_every_check_of_the_crates_own() {
        for n in [0, 1, 2, 5] {
            Case::new(Convolve, &[&[n], &[n]]).check().unwrap();
            Case::new(Correlate, &[&[n], &[n]]).check().unwrap();
        }
    }

    #[test]
    fn values_and_derivatives_are_those_by_hand() {
        let x = [Array::vector(&[1.0, 2.0, 3.0, 4.0])];
        let shift = Array::vector(&[0.0, 1.0, 0.0, 0.0]);
        assert_eq!(convolve(&x[0], &shift).to_vec(), [4.0, 1.0, 2.0, 3.0]);
        // The sum of a ∗ a is the square of the sum of a.
        assert_eq!(grad(|x| convolve(&x[0], &x[0]).sum_all(), &x)[0].to_vec(), [20.0; 4]);
        assert_eq!(hessian(|x| convolve(&x[0], &x[0]).sum_all(), &x), vec![vec![2.0; 4]; 4]);
    }

    #[test]
    fn operands_that_do_not_fit_are_refused() {
        let error = Convolve.forward(&[&Array::vector(&[1.0]), &Array::vector(&[1.0, 2.0])]).unwrap_err();
        assert_eq!(error.to_string(), "convolve of [1] and [2]: expected two vectors of one length");
    }
}
