//! The cosine embedding loss: directions of pairs.

use autograd::{ArrayAlgebra, ArrayOps};

use super::{Convexity, Described, Entry, Loss, LossError, Sign, check, row_norm::unit_rows};

/// What the first member of each pair is compared with: the second one, and whether they belong together. The target of
/// [`CosineEmbedding`], [`Contrastive`](super::Contrastive) and [`MarginRanking`](super::MarginRanking), in whose examples it is
/// made.
#[derive(Debug, Clone)]
pub struct Pairs<A> {
    /// The second members: embeddings, one row per pair, or scores.
    pub others: A,
    /// For each pair 1 or −1: alike or different; for scores, which of the two is to be higher.
    pub labels: A,
}

/// The cosine embedding loss: pairs that are alike are turned towards each other, pairs that are not are turned apart.
///
/// ```text
/// ℓ = 1 − cos(x, x′)                   for y = 1
/// ℓ = max(0, cos(x, x′) − margin)      for y = −1
/// ```
///
/// # Assumption
///
/// None on probabilities: only the direction of an embedding carries meaning.
///
/// # Gradient
///
/// With unit vectors u, u′ and c = u·u′: ∂c/∂x = (u′ − c·u)/‖x‖; −∂c/∂x for y = 1, ∂c/∂x for y = −1 where c > margin, else 0.
/// At c = margin the choice is 0. A vector of zeros has no direction: its cosine is 0 here, with the gradient 0.
///
/// # Conventions
///
/// As PyTorch's `CosineEmbeddingLoss`, which keeps the lengths above a tiny number. Targets are [`Pairs`], whose members may
/// both be recorded.
///
/// # Errors
///
/// Refuses a margin outside \[−1, 1\], embeddings that are not two matrices of one shape, an empty batch, and labels other
/// than 1 and −1 or not one per pair.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{CosineEmbedding, Loss, Pairs};
///
/// let first = Array::new(&[2, 2], vec![1.0, 0.0, 1.0, 0.0]).unwrap();
/// let others = Array::new(&[2, 2], vec![0.0, 2.0, 3.0, 0.0]).unwrap();
/// let pairs = Pairs { others, labels: Array::vector(&[1.0, -1.0]) };
/// assert_eq!(CosineEmbedding::default().per_sample(&first, &pairs)?.to_vec(), [1.0, 1.0]);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// PyTorch's documentation of `CosineEmbeddingLoss`; we know of no paper that introduces it in this form.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CosineEmbedding {
    /// The cosine that different pairs may have at no cost; 0 by default.
    pub margin: f64,
}

impl Described for CosineEmbedding {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "cosine-embedding",
        formula: "1 − cos(x, x′) if alike, max(0, cos(x, x′) − margin) if not",
        assumption: "pairs alike or different; only directions matter",
        source: "PyTorch's CosineEmbeddingLoss",
        convexity: Convexity::NotConvex,
        sign: Sign::NonNegative,
    }];
}

impl Loss for CosineEmbedding {
    type Target<A: ArrayAlgebra> = Pairs<A>;

    fn per_sample<A: ArrayAlgebra>(&self, embeddings: &A, pairs: &Pairs<A>) -> Result<A, LossError> {
        let holds = (-1.0..=1.0).contains(&self.margin);
        check::constant(Self::LOSS, "margin", self.margin, holds, "a number from −1 to 1")?;
        let [samples, _] = check::matrix(Self::LOSS, embeddings.shape())?;
        check::same_shape(Self::LOSS, embeddings.shape(), pairs.others.shape())?;
        check::same_shape(Self::LOSS, &[samples], pairs.labels.shape())?;
        check::signs(Self::LOSS, &pairs.labels)?;
        let cosines = (unit_rows(embeddings) * unit_rows(&pairs.others)).sum(&[1]);
        let (alike, different) = (pairs.labels.step(0.0), (-pairs.labels.clone()).step(0.0));
        let apart = (cosines.clone() - embeddings.number(self.margin)).relu();
        Ok(alike * (embeddings.number(1.0) - cosines) + different * apart)
    }
}
