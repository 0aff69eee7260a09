//! The margin ranking loss: which of two is the higher.

use autograd::{ArrayAlgebra, ArrayOps};

use super::{Convexity, Described, Entry, Loss, LossError, Pairs, Sign, check};

/// The margin ranking loss: of two scores the one that ranks higher is to be higher by a margin.
///
/// ```text
/// ℓ = max(0, margin − y·(s − s′))        y = 1 if s is to be the higher, −1 if s′
/// ```
///
/// # Assumption
///
/// None on probabilities: only the order of each pair is known. It is the hinge loss of differences of scores.
///
/// # Gradient
///
/// ∂ℓ/∂s = −y and ∂ℓ/∂s′ = y where y·(s − s′) < margin, else 0. At y·(s − s′) = margin the choice is 0.
///
/// # Conventions
///
/// As PyTorch's `MarginRankingLoss`, whose margin is 0 by default; so it is here. Targets are [`Pairs`], whose members may
/// both be recorded.
///
/// # Errors
///
/// Refuses a margin that is negative or not finite, scores that are not two vectors of one length, an empty batch, and
/// labels other than 1 and −1.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{Loss, MarginRanking, Pairs};
///
/// let scores = Array::vector(&[3.0, 1.0]);
/// let pairs = Pairs { others: Array::vector(&[1.0, 1.5]), labels: Array::vector(&[1.0, 1.0]) };
/// assert_eq!(MarginRanking { margin: 1.0 }.per_sample(&scores, &pairs)?.to_vec(), [0.0, 1.5]);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// R. Herbrich, T. Graepel & K. Obermayer 2000, *Large margin rank boundaries for ordinal regression*, in *Advances in Large
/// Margin Classifiers*.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct MarginRanking {
    /// By how much the order is to be kept; 0 by default.
    pub margin: f64,
}

impl Described for MarginRanking {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "margin-ranking",
        formula: "max(0, margin − y·(s − s′))",
        assumption: "the order of pairs",
        source: "Herbrich, Graepel & Obermayer 2000",
        convexity: Convexity::Convex,
        sign: Sign::NonNegative,
    }];
}

impl Loss for MarginRanking {
    type Target<A: ArrayAlgebra> = Pairs<A>;

    fn per_sample<A: ArrayAlgebra>(&self, scores: &A, pairs: &Pairs<A>) -> Result<A, LossError> {
        check::non_negative(Self::LOSS, "margin", self.margin)?;
        check::samples(Self::LOSS, scores.shape())?;
        if scores.shape().len() != 1 {
            let (expected, found) = ("a vector with one score per sample", scores.shape().to_vec());
            return Err(LossError::Predictions { loss: Self::LOSS, expected, found });
        }
        check::same_shape(Self::LOSS, scores.shape(), pairs.others.shape())?;
        check::same_shape(Self::LOSS, scores.shape(), pairs.labels.shape())?;
        check::signs(Self::LOSS, &pairs.labels)?;
        let lead = pairs.labels.clone() * (scores.clone() - pairs.others.clone());
        Ok((scores.number(self.margin) - lead).relu())
    }
}
