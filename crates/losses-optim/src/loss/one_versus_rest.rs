//! One squared hinge for each class: the support vector machine on top of a network.

use autograd::{ArrayAlgebra, ArrayOps, op::map::apply};

use super::{Convexity, Described, Entry, Loss, LossError, Sign, SquaredHinge, check, margin};

/// The squared hinge losses of one classifier for each class against the rest: Tang's loss for deep networks.
///
/// ```text
/// ℓ = Σⱼ max(0, 1 − tⱼ·zⱼ)²        tⱼ = 1 for the right class, −1 for the others
/// ```
///
/// # Assumption
///
/// None on probabilities: every class is asked "this one, or not" by an L2-SVM of its own. Its weights' penalty ½‖w‖² and
/// the factor C are added by [`SvmObjective`](super::SvmObjective).
///
/// # Gradient
///
/// ∂ℓ/∂zⱼ = −2tⱼ·max(0, 1 − tⱼ·zⱼ). No kink.
///
/// # Conventions
///
/// No factor ½ and no mean over classes. PyTorch and optax have none.
///
/// # Errors
///
/// Refuses scores that are not a matrix with one row per label, an empty batch, and labels that name no class.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{Loss, OneVersusRest};
///
/// let scores = Array::new(&[1, 3], vec![0.5, -2.0, 0.0]).unwrap();
/// assert_eq!(OneVersusRest.per_sample(&scores, &[0])?.to_vec(), [0.25 + 0.0 + 1.0]);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// Y. Tang 2013, *Deep learning using linear support vector machines*, arXiv:1306.0239.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OneVersusRest;

impl Described for OneVersusRest {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "one-versus-rest",
        formula: "Σⱼ max(0, 1 − tⱼ·zⱼ)² with tⱼ = ±1",
        assumption: "one label; a margin for each class against the rest",
        source: "Tang 2013",
        convexity: Convexity::Convex,
        sign: Sign::NonNegative,
    }];
}

impl Loss for OneVersusRest {
    type Target<A: ArrayAlgebra> = [usize];

    fn per_sample<A: ArrayAlgebra>(&self, scores: &A, labels: &[usize]) -> Result<A, LossError> {
        let [_, classes] = check::labels(Self::LOSS, scores.shape(), labels)?;
        let signs: A = margin::by_label(labels, classes, 1.0, -1.0);
        Ok(apply(SquaredHinge, &(signs * scores.clone())).sum(&[1]))
    }
}
