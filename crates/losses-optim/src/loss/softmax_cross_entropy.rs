//! Cross-entropy of softmax probabilities: classification under the categorical distribution.

use autograd::{ArrayAlgebra, ArrayOps, op::bind, op::chain::Chain};
use num_traits::Float;

use super::{Convexity, Described, Entry, Likelihood, Loss, LossError, Sign, check};

/// Cross-entropy of one label among several classes: −ln p_c of the right class c, with p = softmax(z) of the scores
/// (logits) z.
///
/// ```text
/// ℓ = ln Σⱼ e^(zⱼ) − z_c
/// ```
///
/// Computed with the largest score taken out first, so that scores of any size neither overflow nor lose the gradient.
///
/// # Assumption
///
/// A label drawn from the categorical distribution p: this is its negative log-likelihood, and the cross-entropy between
/// the one-hot label and p.
///
/// # Gradient
///
/// ∂ℓ/∂z = p − y with the one-hot label y. No kink.
///
/// # Conventions
///
/// As PyTorch's `CrossEntropyLoss` and optax's `softmax_cross_entropy_with_integer_labels`. PyTorch's options are
/// [`LabelCrossEntropy`](super::LabelCrossEntropy).
///
/// # Errors
///
/// Refuses scores that are not a matrix with one row per label, an empty batch, and labels that name no class.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{Loss, SoftmaxCrossEntropy};
///
/// let scores = Array::new(&[2, 2], vec![0.0_f64, 0.0, 1e4, -1e4]).unwrap();
/// let loss = SoftmaxCrossEntropy.per_sample(&scores, &[0, 1])?;
/// assert_eq!(loss.to_vec(), [2.0_f64.ln(), 2e4]);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// C. M. Bishop 2006, *Pattern Recognition and Machine Learning*, equation 4.108.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SoftmaxCrossEntropy;

/// Cross-entropy of a target distribution y over several classes: −Σⱼ yⱼ·ln pⱼ with p = softmax(z).
///
/// ```text
/// ℓ = −Σⱼ yⱼ·ln softmax(z)ⱼ
/// ```
///
/// # Assumption
///
/// Labels that are themselves uncertain, or another model's probabilities. It differs from
/// [`KullbackLeibler`](super::KullbackLeibler) by the entropy of y, which does not depend on z: the two have the same
/// gradient and the same minimiser.
///
/// # Gradient
///
/// ∂ℓ/∂z = p·Σⱼyⱼ − y. A target of 0 contributes 0 whatever its probability. No kink.
///
/// # Conventions
///
/// As PyTorch's `CrossEntropyLoss` with probabilities for targets, and optax's `softmax_cross_entropy`; neither checks the
/// targets.
///
/// # Errors
///
/// Refuses scores that are not a matrix, an empty batch, targets of another shape, and rows of targets that are not
/// probabilities: non-negative numbers that add up to 1 to within 10⁻³ (rounded tables pass, unnormalised scores do not).
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{Loss, SoftTargetCrossEntropy};
///
/// let scores = Array::new(&[1, 2], vec![0.0_f64, 0.0]).unwrap();
/// let targets = Array::new(&[1, 2], vec![0.25, 0.75]).unwrap();
/// let loss = SoftTargetCrossEntropy.per_sample(&scores, &targets)?;
/// assert_eq!(loss.to_vec(), [2.0_f64.ln()]);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// C. M. Bishop 2006, *Pattern Recognition and Machine Learning*, equation 4.108.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SoftTargetCrossEntropy;

/// −ln softmax(z)_c for one sample, generic over the number: what the array form is tested against.
///
/// ```
/// use losses_optim::loss::cross_entropy;
///
/// let gradient = autograd::grad(|scores| cross_entropy(scores, 0), &[0.0, 0.0]);
/// assert_eq!(gradient, [-0.5, 0.5]);
/// ```
///
/// # Panics
///
/// If `label` is not an index of `scores`.
pub fn cross_entropy<T: Float>(scores: &[T], label: usize) -> T {
    let largest =
        scores.iter().copied().fold(T::neg_infinity(), |a, b| if a.is_nan() || a > b { a } else { b });
    let sum = scores.iter().fold(T::zero(), |sum, &score| sum + (score - largest).exp());
    largest + sum.ln() - scores[label]
}

impl Described for SoftmaxCrossEntropy {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "softmax-cross-entropy",
        formula: "ln Σⱼ exp zⱼ − z_c",
        assumption: "categorical labels with probabilities softmax(z)",
        source: "Bishop 2006, equation 4.108",
        convexity: Convexity::Convex,
        sign: Sign::NonNegative,
    }];
}

impl Described for SoftTargetCrossEntropy {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "soft-target-cross-entropy",
        formula: "−Σⱼ yⱼ·ln softmax(z)ⱼ",
        assumption: "a target distribution; equal to KL(y‖p) up to the entropy of y",
        source: "Bishop 2006, equation 4.108",
        convexity: Convexity::Convex,
        sign: Sign::NonNegative,
    }];
}

impl Loss for SoftmaxCrossEntropy {
    type Target<A: ArrayAlgebra> = [usize];

    fn per_sample<A: ArrayAlgebra>(&self, scores: &A, labels: &[usize]) -> Result<A, LossError> {
        check::labels(Self::LOSS, scores.shape(), labels)?;
        Ok(scores.softmax_cross_entropy(labels))
    }
}

impl Likelihood for SoftmaxCrossEntropy {
    type Core = Self;

    fn core(&self) -> Self {
        *self
    }

    fn factor(&self) -> f64 {
        1.0
    }
}

impl Loss for SoftTargetCrossEntropy {
    type Target<A: ArrayAlgebra> = A;

    fn per_sample<A: ArrayAlgebra>(&self, scores: &A, targets: &A) -> Result<A, LossError> {
        check::distributions(Self::LOSS, scores.shape(), targets)?;
        Ok(-bind(Chain, &[targets, &scores.log_softmax()]).sum(&[1]))
    }
}
