//! The contrastive loss: distances of pairs.

use autograd::{ArrayAlgebra, ArrayOps};

use super::{Convexity, Described, Entry, Loss, LossError, Pairs, Sign, check, row_norm::row_norm};

/// The contrastive loss: pairs that are alike are drawn together, pairs that are not are pushed apart up to a margin.
///
/// ```text
/// ℓ = ½D²                        for y = 1         D = ‖x − x′‖
/// ℓ = ½ max(0, margin − D)²      for y = −1
/// ```
///
/// # Assumption
///
/// None on probabilities: springs between alike members, and springs that only push between different ones.
///
/// # Gradient
///
/// With d = x − x′: ∂ℓ/∂x = d for y = 1; −(margin − D)·d/D for y = −1 and D < margin, else 0. Different members in the same
/// place, D = 0, are a kink: every direction of length up to the margin is a subgradient, and the choice is 0.
///
/// # Conventions
///
/// The paper labels pairs Y = 0 (alike) and 1 (different); here they are 1 and −1, as everywhere. PyTorch and optax have
/// none; implementations that take D instead of D² for alike pairs are not this loss. Targets are [`Pairs`], whose members
/// may both be recorded.
///
/// # Errors
///
/// Refuses a margin that is not positive and finite, embeddings that are not two matrices of one shape, an empty batch, and
/// labels other than 1 and −1 or not one per pair.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{Contrastive, Loss, Pairs};
///
/// let first = Array::new(&[2, 2], vec![3.0, 4.0, 0.3, 0.4]).unwrap();
/// let pairs = Pairs { others: Array::zeros(&[2, 2]), labels: Array::vector(&[1.0, -1.0]) };
/// assert_eq!(Contrastive::default().per_sample(&first, &pairs)?.to_vec(), [12.5, 0.125]);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// R. Hadsell, S. Chopra & Y. LeCun 2006, *Dimensionality reduction by learning an invariant mapping*,
/// doi:10.1109/CVPR.2006.100.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contrastive {
    /// The distance beyond which different pairs cost nothing; 1 by default.
    pub margin: f64,
}

impl Default for Contrastive {
    fn default() -> Self {
        Self { margin: 1.0 }
    }
}

impl Described for Contrastive {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "contrastive",
        formula: "½D² if alike, ½ max(0, margin − D)² if not, with D = ‖x − x′‖",
        assumption: "pairs alike or different; distances matter up to a margin",
        source: "Hadsell, Chopra & LeCun 2006",
        convexity: Convexity::NotConvex,
        sign: Sign::NonNegative,
    }];
}

impl Loss for Contrastive {
    type Target<A: ArrayAlgebra> = Pairs<A>;

    fn per_sample<A: ArrayAlgebra>(&self, embeddings: &A, pairs: &Pairs<A>) -> Result<A, LossError> {
        check::positive(Self::LOSS, "margin", self.margin)?;
        let [samples, _] = check::matrix(Self::LOSS, embeddings.shape())?;
        check::same_shape(Self::LOSS, embeddings.shape(), pairs.others.shape())?;
        check::same_shape(Self::LOSS, &[samples], pairs.labels.shape())?;
        check::signs(Self::LOSS, &pairs.labels)?;
        let differences = embeddings.clone() - pairs.others.clone();
        let squares = (differences.clone() * differences.clone()).sum(&[1]);
        let lack = (embeddings.number(self.margin) - row_norm(&differences)).relu();
        let (alike, different) = (pairs.labels.step(0.0), (-pairs.labels.clone()).step(0.0));
        Ok((alike * squares + different * (lack.clone() * lack)) * embeddings.number(0.5))
    }
}
