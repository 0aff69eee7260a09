//! The cross-entropy of the softmax function with labels: the two in one.

use std::sync::Arc;

use crate::array::{Array, Element, kernel};
#[cfg(test)]
use crate::check::Case;
use crate::error::ShapeError;
use crate::op::{
    ArrayAlgebra, Cotangents, Operands, Primitive, bind, chain::Chain, gather, log_sum_exp, reshape, softmax,
    sum,
};

/// yᵢ = ln Σⱼ exp xᵢⱼ − x\[i, labelᵢ\] for a matrix and one label for each row.
#[derive(Debug, Clone)]
pub struct CrossEntropy {
    /// A column for each row.
    pub labels: Arc<[usize]>,
}

/// What the scores of a [`CrossEntropy`] receive, from scores and cotangent: cᵢ·(pᵢⱼ − \[j = labelᵢ\]).
#[derive(Debug, Clone)]
struct CrossEntropyScores {
    labels: Arc<[usize]>,
}

impl Primitive for CrossEntropy {
    const NAME: &'static str = "softmax_cross_entropy";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let [rows, _] = gather::labelled(Self::NAME, x[0].shape(), &self.labels)?;
        let scores = x[0].to_contiguous();
        Ok(Array::written(&[rows], |losses| {
            kernel::with_exponentials(&scores, |row, scores, largest, exponentials| {
                let rest = log_sum_exp::rest(largest, exponentials);
                losses[row] = -((scores[self.labels[row]] - largest) - rest);
            });
        }))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        into.add(0, || bind(CrossEntropyScores { labels: self.labels.clone() }, &[&x[0], &cotangent]));
    }
}

impl Primitive for CrossEntropyScores {
    const NAME: &'static str = "softmax_cross_entropy_scores";

    fn forward<T: Element>(&self, x: &[&Array<T>]) -> Result<Array<T>, ShapeError> {
        let [rows, columns] = gather::labelled(Self::NAME, x[0].shape(), &self.labels)?;
        if x[1].shape() != [rows] {
            let reason = format!("expected a cotangent for each of the {rows} rows");
            return Err(ShapeError::new(Self::NAME, [x[0].shape(), x[1].shape()], reason));
        }
        let (scores, cotangents) = (x[0].to_contiguous(), x[1].to_contiguous());
        Ok(Array::written(&[rows, columns], |elements| {
            kernel::with_exponentials(&scores, |row, _, _, exponentials| {
                let cotangent = cotangents.contiguous()[row];
                let sum = kernel::sum_run(exponentials);
                let elements = &mut elements[row * columns..][..columns];
                // A cotangent of zero wins against probabilities that are undefined, as in the chain rule's product.
                if sum.is_nan() && cotangent.is_zero() {
                    return elements.fill(T::zero());
                }
                let share = cotangent / sum;
                elements.iter_mut().zip(exponentials).for_each(|(element, &x)| *element = x * share);
                let label = &mut elements[self.labels[row]];
                *label = *label - cotangent;
            });
        }))
    }

    fn vjp<A: ArrayAlgebra>(&self, x: Operands<'_, A>, _y: &A, cotangent: A, into: &mut Cotangents<'_, A>) {
        let probabilities = softmax::softmax(&x[0]);
        let weighed = bind(Chain, &[&cotangent, &probabilities]);
        into.add(0, || {
            let column = reshape::reshape(&x[1], &[x[1].shape()[0], 1]);
            let along = bind(Chain, &[&sum::sum_kept(&weighed, &[1]), &probabilities]);
            bind(Chain, &[&column, &(weighed.clone() - along)])
        });
        into.add(1, || sum::sum(&weighed, &[1]) - gather::gather(&cotangent, &self.labels));
    }
}

/// The cross-entropy of the softmax of each row with the right class:
///
/// ```text
/// yᵢ = ln Σⱼ exp xᵢⱼ − x[i, labelᵢ]
/// ```
///
/// Stable for scores of any size, and the same numbers as `-x.log_softmax().gather(labels)` gives, in one pass over the scores
/// and one node.
///
/// # Gradient
///
/// ∂yᵢ/∂xᵢⱼ = pᵢⱼ − 1 for the label's column and pᵢⱼ for the others, with p = softmax x. No kink.
///
/// # Panics
/// If `x` is not a matrix with one row per label, or a label is not one of its columns.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps, grad};
///
/// let scores = [Array::new(&[1, 2], vec![0.0, 0.0])?];
/// let gradient = grad(|x| x[0].softmax_cross_entropy(&[1]).sum_all(), &scores);
/// assert_eq!(gradient[0].to_vec(), [0.5, -0.5]);
/// # Ok::<(), autograd::ShapeError>(())
/// ```
///
/// # Source
///
/// C. M. Bishop 2006, *Pattern Recognition and Machine Learning*, equations 4.108 and 4.109.
#[track_caller]
pub fn softmax_cross_entropy<A: ArrayAlgebra>(x: &A, labels: &[usize]) -> A {
    bind(CrossEntropy { labels: labels.into() }, &[x])
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    let labels: Arc<[usize]> = [2, 0].into();
    vec![
        Case::new(CrossEntropy { labels: labels.clone() }, &[&[2, 3]]),
        Case::new(CrossEntropyScores { labels }, &[&[2, 3], &[2]]),
        Case::new(CrossEntropy { labels: [].into() }, &[&[0, 3]]),
        Case::new(CrossEntropy { labels: [1, 0, 1].into() }, &[&[2, 3]]).transposed(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::op::ArrayOps;

    #[test]
    fn the_numbers_are_those_of_its_parts() {
        let scores = [Array::new(&[3, 2], vec![1.0_f32, -2.0, 1e4, -1e4, 0.25, 0.5]).unwrap()];
        let labels = [1, 1, 0];
        let fused = crate::value_and_grad(|x| x[0].softmax_cross_entropy(&labels).mean_all(), &scores);
        let parts = crate::value_and_grad(|x| (-x[0].log_softmax().gather(&labels)).mean_all(), &scores);
        assert_eq!(fused.0, parts.0);
        let pairs = fused.1[0].to_vec().into_iter().zip(parts.1[0].to_vec());
        pairs.for_each(|(fused, parts)| assert!((fused - parts).abs() < 1e-7, "{fused}, {parts}"));
    }
}
