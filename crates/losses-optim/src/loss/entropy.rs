//! The entropy of predicted probabilities.

use autograd::op::{bind, chain::Chain};
use autograd::{ArrayAlgebra, ArrayOps};

use super::{Convexity, Described, Entry, Loss, LossError, Sign, check};

/// The entropy of the predicted distribution p = softmax(z), in nats: a regulariser, which knows no target.
///
/// ```text
/// ℓ = H(p) = −Σⱼ pⱼ ln pⱼ        0·ln 0 = 0
/// ```
///
/// # Assumption
///
/// Added to a loss, it prefers decided predictions, as when unlabelled samples are expected to lie away from the boundary;
/// subtracted, it penalises confident ones.
///
/// # Gradient
///
/// ∂ℓ/∂zⱼ = −pⱼ (ln pⱼ + H(p)). No kink. Between 0 and ln K for K classes; neither convex nor concave in z.
///
/// # Conventions
///
/// PyTorch has it as `torch.distributions.Categorical(logits=z).entropy()`. There is nothing to compare with: the target
/// is `()`.
///
/// # Errors
///
/// Refuses scores that are not a matrix, and an empty batch.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{Entropy, Loss};
///
/// let scores = Array::new(&[2, 2], vec![0.0_f64, 0.0, 1e4, -1e4]).unwrap();
/// assert_eq!(Entropy.per_sample(&scores, &())?.to_vec(), [2.0_f64.ln(), 0.0]);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// Y. Grandvalet & Y. Bengio 2004, *Semi-supervised learning by entropy minimization* (added); G. Pereyra et al. 2017,
/// *Regularizing neural networks by penalizing confident output distributions*, arXiv:1701.06548 (subtracted).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Entropy;

impl Described for Entropy {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "entropy",
        formula: "−Σⱼ pⱼ·ln pⱼ with p = softmax(z)",
        assumption: "a regulariser: decided predictions are preferred",
        source: "Grandvalet & Bengio 2004",
        convexity: Convexity::NotConvex,
        sign: Sign::NonNegative,
    }];
}

impl Loss for Entropy {
    type Target<A: ArrayAlgebra> = ();

    fn per_sample<A: ArrayAlgebra>(&self, scores: &A, _targets: &()) -> Result<A, LossError> {
        check::matrix(Self::LOSS, scores.shape())?;
        let logarithms = scores.log_softmax();
        let sum = bind(Chain, &[&logarithms.exp(), &logarithms]).sum(&[1]);
        // Subtracted from 0, for the negative of a sum of zeros would be −0.
        Ok(sum.number(0.0) - sum)
    }
}
