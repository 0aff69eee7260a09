//! The negative log-likelihood of Laplacian noise.

use autograd::{Algebra, ArrayAlgebra, Elementary, kink::Abs};
use num_traits::Float;

use super::{
    AbsoluteError, Convexity, Described, Entry, Likelihood, Loss, LossError, Sign, check, number, residual,
};

/// The negative log-likelihood of y under a Laplace distribution with median ŷ and scale b.
///
/// ```text
/// ℓ = Σₖ |ŷₖ − yₖ|/b + ln 2b
/// ```
///
/// # Assumption
///
/// Independent Laplacian noise of known scale. Its core is [`AbsoluteError`], its factor 1/b. The b that fits residuals
/// best is their mean absolute value.
///
/// # Gradient
///
/// ∂ℓ/∂ŷₖ = sign(ŷₖ − yₖ)/b. At ŷₖ = yₖ the subdifferential is \[−1/b, 1/b\] and the choice 0.
///
/// # Conventions
///
/// PyTorch has it as `-torch.distributions.Laplace(loc, scale).log_prob(y)`.
///
/// # Errors
///
/// Refuses b that is not positive and finite, an empty batch, targets of another shape than the predictions, and targets
/// that are not finite.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{LaplaceNll, Loss};
///
/// let (predictions, targets) = (Array::vector(&[2.0]), Array::vector(&[1.0]));
/// let loss = LaplaceNll { scale: 0.5 }.per_sample(&predictions, &targets)?;
/// assert_eq!(loss.to_vec(), [2.0]);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// C. M. Bishop 2006, *Pattern Recognition and Machine Learning*, section 1.5.5 and exercise 2.43, for the family of
/// densities exp(−|r|^q) with q = 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LaplaceNll {
    /// b > 0, the mean absolute deviation; 1 by default.
    pub scale: f64,
}

impl Default for LaplaceNll {
    fn default() -> Self {
        Self { scale: 1.0 }
    }
}

/// r ↦ |r|/b + ln 2b of a residual r = ŷ − y; derivative sign(r)/b, and 0 at 0.
impl Elementary for LaplaceNll {
    const NAME: &'static str = Self::LOSS;

    fn value<T: Float>(&self, residual: T) -> T {
        Abs.value(residual) / number(self.scale) + number((2.0 * self.scale).ln())
    }

    fn derivative<A: Algebra>(&self, residual: &A, y: &A) -> A {
        Abs.derivative(residual, y) / residual.number(self.scale)
    }

    fn is_kink<T: Float>(&self, residual: T) -> bool {
        Abs.is_kink(residual)
    }
}

impl Described for LaplaceNll {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "laplace-nll",
        formula: "|ŷ − y|/b + ln 2b",
        assumption: "Laplacian noise of scale b",
        source: "Bishop 2006, exercise 2.43",
        convexity: Convexity::Convex,
        sign: Sign::Any,
    }];
}

impl Loss for LaplaceNll {
    type Target<A: ArrayAlgebra> = A;

    fn per_sample<A: ArrayAlgebra>(&self, predictions: &A, targets: &A) -> Result<A, LossError> {
        check::positive(Self::LOSS, "scale", self.scale)?;
        residual::per_sample(Self::LOSS, self, predictions, targets)
    }
}

impl Likelihood for LaplaceNll {
    type Core = AbsoluteError;

    fn core(&self) -> AbsoluteError {
        AbsoluteError
    }

    fn factor(&self) -> f64 {
        self.scale.recip()
    }
}
