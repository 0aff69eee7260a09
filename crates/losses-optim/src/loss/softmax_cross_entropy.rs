//! Cross-entropy of softmax probabilities: classification under the categorical distribution.

use autograd::{ArrayAlgebra, ArrayOps, op::bind, op::chain::Chain};
use num_traits::{Float, ToPrimitive};

use super::{Described, Entry, Loss, LossError, require_same_shape, require_samples};

/// −ln p_c of each sample's right class c, with p = softmax(z) of its scores (logits) z.
///
/// It is the negative log-likelihood of the label under a categorical distribution with these probabilities, and the
/// cross-entropy between the one-hot label and p (Bishop 2006, equation 4.108). Computed as ln Σⱼ exp zⱼ − z_c with the
/// largest score taken out first, so that scores of any size neither overflow nor lose the gradient.
///
/// Gradient by z: p − y with the one-hot label y. No kink.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SoftmaxCrossEntropy;

/// −Σⱼ yⱼ·ln pⱼ for each sample, with p = softmax(z) of its scores z and a target distribution y.
///
/// It differs from the Kullback–Leibler divergence KL(y‖p) by the entropy of y, which does not depend on z: the two have
/// the same gradient, p·Σⱼyⱼ − y, and the same minimiser. A target of 0 contributes 0 whatever its probability. No kink.
///
/// Targets are probabilities: non-negative numbers that add up to 1 in each row, to within 10⁻³ (rounded tables pass,
/// unnormalised scores do not).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SoftTargetCrossEntropy;

/// −ln softmax(z)_c for one sample, generic over the number: what the array form is tested against.
///
/// # Panics
/// If `label` is not an index of `scores`.
pub fn cross_entropy<T: Float>(scores: &[T], label: usize) -> T {
    let largest = scores.iter().copied().fold(T::neg_infinity(), T::max);
    let sum = scores.iter().fold(T::zero(), |sum, &score| sum + (score - largest).exp());
    largest + sum.ln() - scores[label]
}

impl Described for SoftmaxCrossEntropy {
    const ENTRY: Entry = Entry {
        name: "softmax-cross-entropy",
        formula: "ln Σⱼ exp zⱼ − z_c",
        assumption: "categorical labels with probabilities softmax(z)",
        source: "Bridle 1990; Bishop 2006, equation 4.108",
    };
}

impl Described for SoftTargetCrossEntropy {
    const ENTRY: Entry = Entry {
        name: "soft-target-cross-entropy",
        formula: "−Σⱼ yⱼ·ln softmax(z)ⱼ",
        assumption: "a target distribution; equal to KL(y‖p) up to the entropy of y",
        source: "Bishop 2006, equation 4.108",
    };
}

impl Loss for SoftmaxCrossEntropy {
    type Target<A: ArrayAlgebra> = [usize];

    fn per_sample<A: ArrayAlgebra>(&self, scores: &A, labels: &[usize]) -> Result<A, LossError> {
        let name = Self::ENTRY.name;
        require_samples(name, scores.shape())?;
        let &[samples, classes] = scores.shape() else {
            return Err(LossError::Shape { loss: name, expected: vec![labels.len(), 0], found: scores.shape().to_vec() });
        };
        if labels.len() != samples {
            return Err(LossError::Shape { loss: name, expected: vec![samples], found: vec![labels.len()] });
        }
        if let Some((sample, &found)) = labels.iter().enumerate().find(|(_, label)| **label >= classes) {
            return Err(LossError::Label { loss: name, sample, classes, found });
        }
        Ok(-scores.log_softmax().gather(labels))
    }
}

impl Loss for SoftTargetCrossEntropy {
    type Target<A: ArrayAlgebra> = A;

    fn per_sample<A: ArrayAlgebra>(&self, scores: &A, targets: &A) -> Result<A, LossError> {
        let name = Self::ENTRY.name;
        require_samples(name, scores.shape())?;
        require_same_shape(name, scores.shape(), targets.shape())?;
        let &[_, classes] = scores.shape() else {
            return Err(LossError::Shape { loss: name, expected: vec![0, 0], found: scores.shape().to_vec() });
        };
        let elements = targets.array().to_vec();
        let numbers = || elements.iter().map(|y| y.to_f64().unwrap_or(f64::NAN)).enumerate();
        if let Some((position, found)) = numbers().find(|(_, y)| !(0.0..=1.0).contains(y)) {
            return Err(LossError::Target { loss: name, position, expected: "a probability from 0 to 1", found });
        }
        for row in 0..elements.len() / classes {
            let sum: f64 = numbers().skip(row * classes).take(classes).map(|(_, y)| y).sum();
            if (sum - 1.0).abs() > 1e-3 {
                let expected = "part of a row of probabilities that add up to 1, here the row's sum";
                return Err(LossError::Target { loss: name, position: row * classes, expected, found: sum });
            }
        }
        Ok(-bind(Chain, &[targets, &scores.log_softmax()]).sum(&[1]))
    }
}
