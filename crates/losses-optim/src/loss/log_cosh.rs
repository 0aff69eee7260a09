//! The logarithm of the hyperbolic cosine: a smooth relative of the absolute error.

use autograd::{Algebra, ArrayAlgebra, Elementary};
use num_traits::Float;

use super::{Convexity, Described, Entry, Loss, LossError, Sign, number, residual};

/// The logarithm of the hyperbolic cosine of the error: ½r² near the target, |r| − ln 2 far from it, smooth between.
///
/// ```text
/// ℓ = Σₖ ln cosh(ŷₖ − yₖ)
/// ```
///
/// Computed as ½ ln(1 + sinh²r) for |r| < 1 and as |r| + ln(1 + e^(−2|r|)) − ln 2 beyond, so that neither small residuals
/// lose their digits nor large ones overflow.
///
/// # Assumption
///
/// Noise with the hyperbolic secant density sech(r)/π, whose tails are as heavy as the Laplace distribution's.
///
/// # Gradient
///
/// ∂ℓ/∂ŷₖ = tanh(ŷₖ − yₖ). No kink.
///
/// # Conventions
///
/// As optax's `log_cosh`; PyTorch has none.
///
/// # Errors
///
/// Refuses an empty batch, targets of another shape than the predictions, and targets that are not finite.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{LogCosh, Loss};
///
/// let (predictions, targets) = (Array::vector(&[1e-6_f64, 1e4]), Array::vector(&[0.0, 0.0]));
/// let loss = LogCosh.per_sample(&predictions, &targets)?.to_vec();
/// assert!((loss[0] / 5e-13 - 1.0).abs() < 1e-11);
/// assert_eq!(loss[1], 1e4 - 2.0_f64.ln());
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// P. J. Green 1990, *Bayesian reconstructions from emission tomography data using a modified EM algorithm*,
/// doi:10.1109/42.52985, where it is the potential of a prior.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogCosh;

/// r ↦ ln cosh r of a residual r = ŷ − y; derivative tanh r.
impl Elementary for LogCosh {
    const NAME: &'static str = Self::LOSS;

    fn value<T: Float>(&self, residual: T) -> T {
        let (size, two) = (residual.abs(), number::<T>(2.0));
        if size < T::one() {
            let sinh = residual.sinh();
            (sinh * sinh).ln_1p() / two
        } else {
            size + (-two * size).exp().ln_1p() - number(std::f64::consts::LN_2)
        }
    }

    fn derivative<A: Algebra>(&self, residual: &A, _y: &A) -> A {
        residual.tanh()
    }
}

impl Described for LogCosh {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "log-cosh",
        formula: "ln cosh(ŷ − y)",
        assumption: "hyperbolic secant noise",
        source: "Green 1990",
        convexity: Convexity::Convex,
        sign: Sign::NonNegative,
    }];
}

impl Loss for LogCosh {
    type Target<A: ArrayAlgebra> = A;

    fn per_sample<A: ArrayAlgebra>(&self, predictions: &A, targets: &A) -> Result<A, LossError> {
        residual::per_sample(Self::LOSS, self, predictions, targets)
    }
}
