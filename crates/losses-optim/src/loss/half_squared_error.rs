//! Half the squared error: regression under Gaussian noise.

use autograd::{Algebra, ArrayAlgebra, Elementary};
use num_traits::Float;

use super::{Convexity, Described, Entry, Loss, LossError, Sign, residual};

/// Half the squared error: the lecture's L2 loss.
///
/// ```text
/// ℓ = ½‖ŷ − y‖² = ½ Σₖ (ŷₖ − yₖ)²
/// ```
///
/// # Assumption
///
/// Gaussian noise of equal and known variance: up to a constant and the factor β this is the negative log-likelihood of y
/// under a Gaussian of mean ŷ and covariance I/β, [`GaussianNll`](super::GaussianNll).
///
/// # Gradient
///
/// ∂ℓ/∂ŷ = ŷ − y. No kink.
///
/// # Conventions
///
/// PyTorch's `MSELoss` has no ½, and its mean runs over numbers, not samples; optax's `l2_loss` has the ½ and does not
/// reduce.
///
/// # Errors
///
/// Refuses an empty batch, targets of another shape than the predictions, and targets that are not finite.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{HalfSquaredError, Loss, Reduction};
///
/// let predictions = Array::new(&[2, 1], vec![1.0, 3.0]).unwrap();
/// let targets = Array::new(&[2, 1], vec![0.0, 1.0]).unwrap();
/// let loss = HalfSquaredError.evaluate(&predictions, &targets, Reduction::Sum)?;
/// assert_eq!(loss.item(), Some(0.5 + 2.0));
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// C. M. Bishop 2006, *Pattern Recognition and Machine Learning*, sections 1.2.5 and 3.1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HalfSquaredError;

/// r ↦ ½r² of a residual r = ŷ − y; derivative r.
impl Elementary for HalfSquaredError {
    const NAME: &'static str = Self::LOSS;

    fn value<T: Float>(&self, residual: T) -> T {
        residual * residual / (T::one() + T::one())
    }

    fn derivative<A: Algebra>(&self, residual: &A, _y: &A) -> A {
        residual.clone()
    }
}

impl Described for HalfSquaredError {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "half-squared-error",
        formula: "½(ŷ − y)²",
        assumption: "Gaussian noise of equal variance",
        source: "Bishop 2006, section 1.2.5",
        convexity: Convexity::Convex,
        sign: Sign::NonNegative,
    }];
}

impl Loss for HalfSquaredError {
    type Target<A: ArrayAlgebra> = A;

    fn per_sample<A: ArrayAlgebra>(&self, predictions: &A, targets: &A) -> Result<A, LossError> {
        residual::per_sample(Self::LOSS, self, predictions, targets)
    }
}
