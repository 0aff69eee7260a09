//! Binary cross-entropy: classification of independent yes-or-no questions under Bernoulli distributions.

use autograd::op::{bind, chain::Chain, map::apply};
use autograd::{ArrayAlgebra, special::Softplus};

use super::{Convexity, Described, Entry, Likelihood, Loss, LossError, Sign, check, sum_within_samples};

/// Binary cross-entropy of scores (logits): −y ln p − (1 − y) ln(1 − p) with p = σ(z).
///
/// ```text
/// ℓ = Σₖ yₖ·ln(1 + e^(−zₖ)) + (1 − yₖ)·ln(1 + e^(zₖ))
/// ```
///
/// Both summands are positive, so nothing cancels, and scores of any size neither overflow nor lose the gradient.
///
/// # Assumption
///
/// Each y says whether an event of probability p = σ(z) has happened, independently of the others: the negative
/// log-likelihood under Bernoulli distributions. Targets between 0 and 1 are probabilities themselves; the loss is then the
/// Kullback–Leibler divergence from them, up to their entropy, and its minimiser is p = y. (With −y ln p alone the
/// minimiser would be p = 1 for every y > 0.)
///
/// # Gradient
///
/// ∂ℓ/∂zₖ = σ(zₖ) − yₖ. No kink.
///
/// # Conventions
///
/// As PyTorch's `BCEWithLogitsLoss`, but for its mean over numbers, and optax's `sigmoid_binary_cross_entropy`.
///
/// # Errors
///
/// Refuses an empty batch, targets of another shape than the predictions, and targets outside \[0, 1\].
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{BinaryCrossEntropy, Loss};
///
/// let scores = Array::vector(&[0.0_f64, 1e4, 1e4]);
/// let loss = BinaryCrossEntropy.per_sample(&scores, &Array::vector(&[1.0, 1.0, 0.0]))?;
/// assert_eq!(loss.to_vec(), [2.0_f64.ln(), 0.0, 1e4]);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// C. M. Bishop 2006, *Pattern Recognition and Machine Learning*, equation 4.90.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BinaryCrossEntropy;

impl Described for BinaryCrossEntropy {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "binary-cross-entropy",
        formula: "y·ln(1 + e⁻ᶻ) + (1 − y)·ln(1 + eᶻ)",
        assumption: "Bernoulli labels with probability σ(z)",
        source: "Bishop 2006, equation 4.90",
        convexity: Convexity::Convex,
        sign: Sign::NonNegative,
    }];
}

impl Loss for BinaryCrossEntropy {
    type Target<A: ArrayAlgebra> = A;

    fn per_sample<A: ArrayAlgebra>(&self, scores: &A, targets: &A) -> Result<A, LossError> {
        let complement = complement(Self::LOSS, scores, targets)?;
        let if_true = apply(Softplus, &-scores.clone()) * targets.clone();
        Ok(sum_within_samples(&(if_true + apply(Softplus, scores) * complement)))
    }
}

impl Likelihood for BinaryCrossEntropy {
    type Core = Self;

    fn core(&self) -> Self {
        *self
    }

    fn factor(&self) -> f64 {
        1.0
    }
}

/// Binary cross-entropy of probabilities p, for models that give nothing else.
///
/// ```text
/// ℓ = Σₖ −yₖ·ln pₖ − (1 − yₖ)·ln(1 − pₖ)        0·ln 0 = 0
/// ```
///
/// # Assumption
///
/// That of [`BinaryCrossEntropy`], which is the better choice wherever the scores are at hand: a probability that has been
/// rounded to 1 has forgotten how far the score was off.
///
/// # Gradient
///
/// ∂ℓ/∂pₖ = (pₖ − yₖ)/(pₖ(1 − pₖ)). No kink. Where p is 0 or 1 and wrong, loss and gradient are infinite; where it is 0 or 1
/// and y agrees, the gradient is the one-sided derivative.
///
/// # Conventions
///
/// PyTorch's `BCELoss` keeps the logarithms above −100, which changes the loss at p = 0 and 1; here it is infinite, as the
/// likelihood has it.
///
/// # Errors
///
/// Refuses an empty batch, targets of another shape than the predictions, and targets or predictions outside \[0, 1\].
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{Loss, ProbabilityCrossEntropy};
///
/// let probabilities = Array::vector(&[0.25_f64, 1.0]);
/// let loss = ProbabilityCrossEntropy.per_sample(&probabilities, &Array::vector(&[1.0, 1.0]))?;
/// assert_eq!(loss.to_vec(), [4.0_f64.ln(), 0.0]);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// C. M. Bishop 2006, *Pattern Recognition and Machine Learning*, equation 4.90.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ProbabilityCrossEntropy;

impl Described for ProbabilityCrossEntropy {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "probability-cross-entropy",
        formula: "−y·ln p − (1 − y)·ln(1 − p)",
        assumption: "Bernoulli labels with probability p",
        source: "Bishop 2006, equation 4.90",
        convexity: Convexity::Convex,
        sign: Sign::NonNegative,
    }];
}

impl Loss for ProbabilityCrossEntropy {
    type Target<A: ArrayAlgebra> = A;

    fn per_sample<A: ArrayAlgebra>(&self, probabilities: &A, targets: &A) -> Result<A, LossError> {
        let complement = complement(Self::LOSS, probabilities, targets)?;
        let expected = "a probability from 0 to 1; pass scores to BinaryCrossEntropy";
        check::predictions(Self::LOSS, probabilities, expected, |p| (0.0..=1.0).contains(&p))?;
        let if_true = bind(Chain, &[targets, &probabilities.ln()]);
        let if_false = bind(Chain, &[&complement, &(-probabilities.clone()).ln_1p()]);
        // Subtracted from 0, for the negative of a sum of zeros would be −0.
        Ok(sum_within_samples(&(probabilities.number(0.0) - if_true - if_false)))
    }
}

impl Likelihood for ProbabilityCrossEntropy {
    type Core = Self;

    fn core(&self) -> Self {
        *self
    }

    fn factor(&self) -> f64 {
        1.0
    }
}

/// Checks predictions and targets, and gives 1 − y.
fn complement<A: ArrayAlgebra>(loss: &'static str, predictions: &A, targets: &A) -> Result<A, LossError> {
    check::samples(loss, predictions.shape())?;
    check::same_shape(loss, predictions.shape(), targets.shape())?;
    check::targets(loss, targets, "a probability from 0 to 1", |y| (0.0..=1.0).contains(&y))?;
    Ok(targets.number(1.0) - targets.clone())
}
