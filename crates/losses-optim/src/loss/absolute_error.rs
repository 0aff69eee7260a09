//! The absolute error: regression under Laplacian noise, or of medians.

use autograd::{Algebra, ArrayAlgebra, Elementary, kink::Abs};
use num_traits::Float;

use super::{Convexity, Described, Entry, Loss, LossError, Sign, residual};

/// The sum of the absolute errors: the L1 loss.
///
/// ```text
/// ℓ = ‖ŷ − y‖₁ = Σₖ |ŷₖ − yₖ|
/// ```
///
/// # Assumption
///
/// Laplacian noise of equal scale b, of whose negative log-likelihood ([`LaplaceNll`](super::LaplaceNll)) it is b times the
/// part with ŷ. The constant that fits data best is their median: outliers pull no harder than anything else.
///
/// # Gradient
///
/// ∂ℓ/∂ŷₖ = sign(ŷₖ − yₖ). At ŷₖ = yₖ the subdifferential is \[−1, 1\] and the choice 0.
///
/// # Conventions
///
/// PyTorch's `L1Loss` takes the mean over numbers, not samples; its gradient at the kink is 0 too.
///
/// # Errors
///
/// Refuses an empty batch, targets of another shape than the predictions, and targets that are not finite.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{AbsoluteError, Loss, Reduction};
///
/// let (predictions, targets) = (Array::vector(&[1.0, 3.0]), Array::vector(&[2.0, 1.0]));
/// let loss = AbsoluteError.evaluate(&predictions, &targets, Reduction::Sum)?;
/// assert_eq!(loss.item(), Some(3.0));
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// C. M. Bishop 2006, *Pattern Recognition and Machine Learning*, section 1.5.5 (the Minkowski loss with q = 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AbsoluteError;

/// r ↦ |r| of a residual r = ŷ − y; derivative sign r, and 0 at 0.
impl Elementary for AbsoluteError {
    const NAME: &'static str = Self::LOSS;

    fn value<T: Float>(&self, residual: T) -> T {
        Abs.value(residual)
    }

    fn derivative<A: Algebra>(&self, residual: &A, y: &A) -> A {
        Abs.derivative(residual, y)
    }

    fn is_kink<T: Float>(&self, residual: T) -> bool {
        Abs.is_kink(residual)
    }
}

impl Described for AbsoluteError {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "absolute-error",
        formula: "|ŷ − y|",
        assumption: "Laplacian noise of equal scale; the median",
        source: "Bishop 2006, section 1.5.5",
        convexity: Convexity::Convex,
        sign: Sign::NonNegative,
    }];
}

impl Loss for AbsoluteError {
    type Target<A: ArrayAlgebra> = A;

    fn per_sample<A: ArrayAlgebra>(&self, predictions: &A, targets: &A) -> Result<A, LossError> {
        residual::per_sample(Self::LOSS, self, predictions, targets)
    }
}
