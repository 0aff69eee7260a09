//! Half the squared error: regression under Gaussian noise.

use autograd::{Algebra, ArrayAlgebra, ArrayOps, Elementary, op::map::apply};
use num_traits::Float;

use super::{Described, Entry, Loss, LossError, require_same_shape, require_samples};

/// ½‖ŷ − y‖² for each sample, the sum over its numbers.
///
/// Up to the constant (K/2)·ln(2π/β) and the factor β it is the negative log-likelihood of y under a Gaussian of mean ŷ
/// and covariance I/β: minimising it is maximum likelihood under noise of equal and known variance (C. M. Bishop 2006,
/// *Pattern Recognition and Machine Learning*, section 1.2.5 and equation 3.12).
///
/// Gradient by ŷ: ŷ − y. No kink. PyTorch's `MSELoss` has no ½, and its mean runs over numbers, not samples.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HalfSquaredError;

/// r ↦ ½r² of a residual r = ŷ − y; derivative r.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HalfSquare;

impl Elementary for HalfSquare {
    const NAME: &'static str = "half_square";

    fn value<T: Float>(&self, residual: T) -> T {
        residual * residual / (T::one() + T::one())
    }

    fn derivative<A: Algebra>(&self, residual: &A, _y: &A) -> A {
        residual.clone()
    }
}

impl Described for HalfSquaredError {
    const ENTRY: Entry = Entry {
        name: "half-squared-error",
        formula: "½‖ŷ − y‖²",
        assumption: "Gaussian noise of equal variance",
        source: "Gauss 1809; Bishop 2006, section 1.2.5",
    };
}

impl Loss for HalfSquaredError {
    type Target<A: ArrayAlgebra> = A;

    fn per_sample<A: ArrayAlgebra>(&self, predictions: &A, targets: &A) -> Result<A, LossError> {
        let name = Self::ENTRY.name;
        require_samples(name, predictions.shape())?;
        require_same_shape(name, predictions.shape(), targets.shape())?;
        let squares = apply(HalfSquare, &(predictions.clone() - targets.clone()));
        let within_sample: Vec<usize> = (1..squares.shape().len()).collect();
        Ok(squares.sum(&within_sample))
    }
}
