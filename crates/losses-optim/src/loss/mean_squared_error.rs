//! The mean squared error, as libraries define it.

use autograd::{Algebra, ArrayAlgebra, Elementary};
use num_traits::Float;

use super::{Convexity, Described, Entry, Loss, LossError, Sign, numbers_per_sample, residual};

/// The mean of the squared errors within a sample.
///
/// ```text
/// ℓ = (1/K) Σₖ (ŷₖ − yₖ)²        K numbers in a sample
/// ```
///
/// # Assumption
///
/// That of [`HalfSquaredError`](super::HalfSquaredError), of which it is 2/K times: Gaussian noise of equal variance.
///
/// # Gradient
///
/// ∂ℓ/∂ŷ = (2/K)(ŷ − y). No kink.
///
/// # Conventions
///
/// The one loss here that averages within the sample, so that [`Reduction::Mean`](super::Reduction) is PyTorch's
/// `MSELoss()`, the mean over all numbers. Its `reduction="sum"` does not divide by K, and is twice the sum of
/// `HalfSquaredError`.
///
/// # Errors
///
/// Refuses an empty batch, targets of another shape than the predictions, and targets that are not finite.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{Loss, MeanSquaredError, Reduction};
///
/// let predictions = Array::new(&[1, 2], vec![1.0, 3.0]).unwrap();
/// let targets = Array::new(&[1, 2], vec![0.0, 1.0]).unwrap();
/// let loss = MeanSquaredError.evaluate(&predictions, &targets, Reduction::Mean)?;
/// assert_eq!(loss.item(), Some((1.0 + 4.0) / 2.0));
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// C. M. Bishop 2006, *Pattern Recognition and Machine Learning*, section 1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MeanSquaredError;

/// r ↦ r² of a residual r = ŷ − y; derivative 2r.
impl Elementary for MeanSquaredError {
    const NAME: &'static str = Self::LOSS;

    fn value<T: Float>(&self, residual: T) -> T {
        residual * residual
    }

    fn derivative<A: Algebra>(&self, residual: &A, _y: &A) -> A {
        residual.clone() + residual.clone()
    }
}

impl Described for MeanSquaredError {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "mean-squared-error",
        formula: "(1/K) Σₖ (ŷₖ − yₖ)²",
        assumption: "Gaussian noise of equal variance",
        source: "Bishop 2006, section 1.1",
        convexity: Convexity::Convex,
        sign: Sign::NonNegative,
    }];
}

impl Loss for MeanSquaredError {
    type Target<A: ArrayAlgebra> = A;

    fn per_sample<A: ArrayAlgebra>(&self, predictions: &A, targets: &A) -> Result<A, LossError> {
        let sum = residual::per_sample(Self::LOSS, self, predictions, targets)?;
        Ok(sum.clone() / sum.number(numbers_per_sample(predictions.shape()) as f64))
    }
}
