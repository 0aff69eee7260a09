//! The quantile loss.

use autograd::{Algebra, ArrayAlgebra, Elementary};
use num_traits::Float;

use super::{Convexity, Described, Entry, Loss, LossError, Sign, check, number, residual};

/// The quantile (pinball) loss of level τ: predictions below the target cost τ for each unit, those above it 1 − τ.
///
/// ```text
/// ℓ = Σₖ ρ(ŷₖ − yₖ)        ρ(r) = (1 − τ)·r   for r ≥ 0
///                          ρ(r) = −τ·r        for r < 0
/// ```
///
/// # Assumption
///
/// None on the noise: the constant that fits data best is their τ-quantile, of whatever distribution. It is also the
/// negative log-likelihood, up to a constant, of an asymmetric Laplace distribution. τ = ½ is half the absolute error.
///
/// # Gradient
///
/// ∂ℓ/∂ŷₖ = 1 − τ where ŷₖ > yₖ, and −τ where ŷₖ < yₖ. At ŷₖ = yₖ the subdifferential is \[−τ, 1 − τ\] and the choice 0.
///
/// # Conventions
///
/// The residual is ŷ − y as everywhere here; the paper's is y − ŷ. PyTorch and optax have none.
///
/// # Errors
///
/// Refuses τ outside (0, 1), an empty batch, targets of another shape than the predictions, and targets that are not
/// finite.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{Loss, Quantile};
///
/// let (predictions, targets) = (Array::vector(&[0.0, 8.0]), Array::vector(&[4.0, 4.0]));
/// let loss = Quantile { level: 0.75 }.per_sample(&predictions, &targets)?;
/// assert_eq!(loss.to_vec(), [3.0, 1.0]);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// R. Koenker & G. Bassett 1978, *Regression quantiles*, doi:10.2307/1913643.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    /// τ, between 0 and 1; ½, the median, by default.
    pub level: f64,
}

impl Default for Quantile {
    fn default() -> Self {
        Self { level: 0.5 }
    }
}

/// r ↦ ρ(r) of a residual r = ŷ − y; derivative 1 − τ above 0, −τ below, and 0 at the kink 0.
impl Elementary for Quantile {
    const NAME: &'static str = Self::LOSS;

    fn value<T: Float>(&self, residual: T) -> T {
        if residual > T::zero() {
            residual * number(1.0 - self.level)
        } else if residual < T::zero() {
            residual * number(-self.level)
        } else {
            // 0 with the chosen slope 0, or NaN.
            residual * T::zero()
        }
    }

    fn derivative<A: Algebra>(&self, residual: &A, _y: &A) -> A {
        residual.step(0.0) * residual.number(1.0 - self.level)
            - (-residual.clone()).step(0.0) * residual.number(self.level)
    }

    fn is_kink<T: Float>(&self, residual: T) -> bool {
        residual.is_zero()
    }
}

impl Described for Quantile {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "quantile",
        formula: "(1 − τ)·r for r ≥ 0, −τ·r for r < 0",
        assumption: "none on the noise: the τ-quantile; asymmetric Laplace noise",
        source: "Koenker & Bassett 1978",
        convexity: Convexity::Convex,
        sign: Sign::NonNegative,
    }];
}

impl Loss for Quantile {
    type Target<A: ArrayAlgebra> = A;

    fn per_sample<A: ArrayAlgebra>(&self, predictions: &A, targets: &A) -> Result<A, LossError> {
        let holds = self.level > 0.0 && self.level < 1.0;
        check::constant(Self::LOSS, "level", self.level, holds, "a number between 0 and 1")?;
        residual::per_sample(Self::LOSS, self, predictions, targets)
    }
}
