//! The perceptron criterion.

use autograd::{Algebra, ArrayAlgebra, Elementary, kink::Relu};
use num_traits::Float;

use super::{Convexity, Described, Entry, Loss, LossError, Sign, margin};

/// The perceptron criterion: misclassified samples cost their distance from the boundary, in units of the score.
///
/// ```text
/// ℓ = max(0, −y·s)        label y ∈ {−1, 1}, score s
/// ```
///
/// # Assumption
///
/// None on probabilities: the classes are separable, and any separating boundary will do. Scores of 0 everywhere cost
/// nothing, which is why the [`Hinge`](super::Hinge) asks for a margin.
///
/// # Gradient
///
/// ∂ℓ/∂s = −y where y·s < 0, and 0 where y·s > 0. At y·s = 0 the subdifferential is the interval from −y to 0 and the choice
/// 0. Rosenblatt's rule counts a sample on the boundary as misclassified and moves there, and so starts from weights of 0;
/// this gradient does not.
///
/// # Conventions
///
/// As optax's `perceptron_loss`, whose gradient at the kink is half of −y. PyTorch has none; `relu(-y * s)` is the same there,
/// with the same choice at 0.
///
/// # Errors
///
/// Refuses an empty batch, labels of another shape than the scores, and labels other than 1 and −1.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{Loss, Perceptron};
///
/// let (scores, labels) = (Array::vector(&[2.0, -3.0]), Array::vector(&[1.0, 1.0]));
/// assert_eq!(Perceptron.per_sample(&scores, &labels)?.to_vec(), [0.0, 3.0]);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// F. Rosenblatt 1958, *The perceptron*, doi:10.1037/h0042519; as a criterion Bishop 2006, equation 4.54.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Perceptron;

/// m ↦ max(0, −m) of a margin m = y·s; derivative −1 for m < 0, 0 for m > 0, and 0 at the kink 0.
impl Elementary for Perceptron {
    const NAME: &'static str = Self::LOSS;

    fn value<T: Float>(&self, margin: T) -> T {
        Relu::default().value(-margin)
    }

    fn derivative<A: Algebra>(&self, margin: &A, _y: &A) -> A {
        -(-margin.clone()).step(0.0)
    }

    fn is_kink<T: Float>(&self, margin: T) -> bool {
        margin.is_zero()
    }
}

impl Described for Perceptron {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "perceptron",
        formula: "max(0, −y·s)",
        assumption: "labels ±1, separable without a margin",
        source: "Rosenblatt 1958",
        convexity: Convexity::Convex,
        sign: Sign::NonNegative,
    }];
}

impl Loss for Perceptron {
    type Target<A: ArrayAlgebra> = A;

    fn per_sample<A: ArrayAlgebra>(&self, scores: &A, labels: &A) -> Result<A, LossError> {
        margin::per_sample(Self::LOSS, self, scores, labels)
    }
}
