//! Products over axes.

use num_traits::One;

use crate::array::{Array, Element, reduction};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{
    ArrayAlgebra, Cotangents, Operands, Primitive, axes, bind, chain::Chain, concat, reshape, slice,
    transpose,
};

/// Πᵢ xᵢ over some axes, which stay with length 1. The derivative by xᵢ is the product of the others.
///
/// The rule multiplies the others out and never divides by xᵢ: with one zero it is the only element with a derivative, with
/// two there is none, and the second derivatives are right there too.
#[derive(Debug, Clone)]
pub struct Product {
    /// The axes, ascending.
    pub axes: Vec<usize>,
}

impl Primitive for Product {
    const NAME: &'static str = "product";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        axes::kept(Self::NAME, x[0].shape(), &self.axes)?;
        Ok(reduction::fold(x[0], &self.axes, T::one(), |a, b| a * b))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || {
            // The axes of the product to the front and into one, and back.
            let x = &x[0];
            let others = (0..x.shape().len()).filter(|axis| !self.axes.contains(axis));
            let order: Vec<usize> = self.axes.iter().copied().chain(others).collect();
            let front = transpose::permute(x, &order);
            let count = axes::count(x.shape(), &self.axes);
            let rest = x.shape().len() - self.axes.len();
            let columns: usize = front.shape()[front.shape().len() - rest..].iter().product();
            let products = products_of_others(&reshape::reshape(&front, &[count, columns]));
            let products = reshape::reshape(&products, front.shape());
            let products = transpose::permute(&products, &transpose::inverse(&order));
            bind(Chain, &[&cotangent, &products])
        });
    }
}

/// For each row of a matrix the product of all others, elementwise: rows are multiplied in pairs, the pairs among
/// themselves, and each row's partner into what its pair is left with.
fn products_of_others<A: ArrayAlgebra>(x: &A) -> A {
    let (rows, half) = (x.shape()[0], x.shape()[0] / 2);
    if rows < 2 {
        return A::from_array(Array::full(x.shape(), One::one()));
    }
    let part = |x: &A, from: usize, to: usize| slice::slice_axis(x, 0, from..to);
    let (left, right) = (part(x, 0, half), part(x, half, 2 * half));
    let pairs = left.clone() * right.clone();
    let odd = (rows % 2 == 1).then(|| part(x, 2 * half, rows));
    let others = products_of_others(&match &odd {
        Some(odd) => concat::concat(&[&pairs, odd], 0),
        None => pairs,
    });
    let of_pairs = part(&others, 0, half);
    let (of_left, of_right) = (of_pairs.clone() * right, of_pairs * left);
    match odd {
        Some(_) => concat::concat(&[&of_left, &of_right, &part(&others, half, half + 1)], 0),
        None => concat::concat(&[&of_left, &of_right], 0),
    }
}

/// Πᵢ xᵢ over the given axes, which stay with length 1; 1 over no elements. For an example see [`product`].
///
/// # Gradient
///
/// Πⱼ≠ᵢ xⱼ by xᵢ, at zeros too.
///
/// # Panics
/// If an axis does not exist or is named twice.
#[track_caller]
pub fn product_kept<A: ArrayAlgebra>(x: &A, axes: &[usize]) -> A {
    bind(Product { axes: axes.to_vec() }, &[x])
}

/// Πᵢ xᵢ over the given axes, which are dropped; 1 over no elements.
///
/// # Gradient
///
/// Πⱼ≠ᵢ xⱼ by xᵢ: the others are multiplied, never the whole divided by xᵢ. So with one zero among them it is the only
/// element with a derivative, and with two there is none.
///
/// # Panics
/// If an axis does not exist or is named twice.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::vector(&[2.0, 0.0, 3.0])];
/// assert_eq!(x[0].product_kept(&[0]).shape(), [1]);
/// assert_eq!(x[0].product_all().item(), Some(0.0));
/// let gradient = autograd::grad(|x| x[0].product(&[0]), &x);
/// assert_eq!(gradient[0].to_vec(), [0.0, 6.0, 0.0]);
/// ```
#[track_caller]
pub fn product<A: ArrayAlgebra>(x: &A, axes: &[usize]) -> A {
    axes::dropped(&product_kept(x, axes), axes)
}

/// The product of all elements, 0-dimensional; 1 if there are none. For an example see [`product`].
///
/// # Gradient
///
/// Πⱼ≠ᵢ xⱼ by xᵢ, at zeros too.
#[track_caller]
pub fn product_all<A: ArrayAlgebra>(x: &A) -> A {
    product(x, &axes::all(x))
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let of = |axes: &[usize], shape: &[usize]| Case::new(Product { axes: axes.to_vec() }, &[shape]);
    vec![
        of(&[0], &[3, 2]),
        of(&[1], &[2, 5]),
        of(&[0, 2], &[2, 2, 2]),
        of(&[0, 1], &[3, 2]),
        of(&[], &[3]),
        of(&[], &[]),
        of(&[0], &[0, 2]),
        of(&[1], &[0, 2]),
        of(&[0], &[5]).within(-1.0..1.0),
    ]
}
