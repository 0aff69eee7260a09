//! Running sums along an axis.

use crate::array::{Array, Element};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{ArrayAlgebra, Cotangents, Operands, Primitive, axes, bind};

/// The end at which a running sum starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Start {
    /// yᵢ = Σⱼ≤ᵢ xⱼ.
    First,
    /// yᵢ = Σⱼ≥ᵢ xⱼ.
    Last,
}

/// The running sums along an axis. The cotangent is summed from the other end.
#[derive(Debug, Clone, Copy)]
pub struct CumulativeSum {
    /// The axis.
    pub axis: usize,
    /// The end at which the sums start.
    pub start: Start,
}

impl Primitive for CumulativeSum {
    const NAME: &'static str = "cumulative_sum";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        axes::require(Self::NAME, x[0].shape(), self.axis)?;
        let [_, count, inner] = axes::around(x[0].shape(), self.axis);
        let x = x[0].to_contiguous();
        Ok(Array::written(x.shape(), |sums| {
            sums.copy_from_slice(x.as_slice().expect("contiguous"));
            // Without elements there is no block.
            for block in sums.chunks_exact_mut((count * inner).max(1)) {
                match self.start {
                    Start::First => {
                        for row in 1..count {
                            let (before, rest) = block.split_at_mut(row * inner);
                            add(&mut rest[..inner], &before[(row - 1) * inner..]);
                        }
                    }
                    Start::Last => {
                        for row in (1..count).rev() {
                            let (before, rest) = block.split_at_mut(row * inner);
                            add(&mut before[(row - 1) * inner..], &rest[..inner]);
                        }
                    }
                }
            }
        }))
    }

    fn vjp<A: ArrayAlgebra>(&self, _x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        let start = match self.start {
            Start::First => Start::Last,
            Start::Last => Start::First,
        };
        into.add(0, || bind(CumulativeSum { axis: self.axis, start }, &[&cotangent]));
    }
}

fn add<T: Element>(sums: &mut [T], row: &[T]) {
    sums.iter_mut().zip(row).for_each(|(sum, &x)| *sum = *sum + x);
}

/// The running sums yᵢ = Σⱼ≤ᵢ xⱼ along an axis; the shape stays.
///
/// # Gradient
///
/// xⱼ receives the sum of the cotangents of all yᵢ with i ≥ j: the running sums from the other end.
///
/// # Panics
/// If the axis does not exist.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
///
/// let x = [Array::new(&[2, 2], vec![1.0, 2.0, 3.0, 4.0])?];
/// assert_eq!(x[0].cumulative_sum(0).to_vec(), [1.0, 2.0, 4.0, 6.0]);
/// assert_eq!(x[0].cumulative_sum(1).to_vec(), [1.0, 3.0, 3.0, 7.0]);
/// let gradient = autograd::grad(|x| x[0].cumulative_sum(1).sum_all(), &x);
/// assert_eq!(gradient[0].to_vec(), [2.0, 1.0, 2.0, 1.0]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
#[track_caller]
pub fn cumulative_sum<A: ArrayAlgebra>(x: &A, axis: usize) -> A {
    bind(CumulativeSum { axis, start: Start::First }, &[x])
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let of = |axis, start, shape: &[usize]| Case::new(CumulativeSum { axis, start }, &[shape]);
    vec![
        of(0, Start::First, &[3, 2]),
        of(1, Start::First, &[2, 3]),
        of(1, Start::Last, &[2, 3, 2]),
        of(0, Start::Last, &[1]),
        of(0, Start::First, &[0, 2]),
    ]
}
