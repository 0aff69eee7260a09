//! The negative log-likelihood of heavy-tailed noise.

use autograd::{Algebra, ArrayAlgebra, Elementary};
use num_traits::Float;

use super::{Convexity, Described, Entry, Likelihood, Loss, LossError, Sign, check, number, residual};

/// The negative log-likelihood of y under a Student t distribution with ν degrees of freedom, location ŷ and scale σ.
///
/// ```text
/// ℓ = Σₖ ½(ν + 1) ln(1 + (ŷₖ − yₖ)²/(νσ²)) + ln σ + ½ ln νπ + ln Γ(ν/2) − ln Γ((ν + 1)/2)
/// ```
///
/// # Assumption
///
/// Independent noise with tails that fall like |r|^−(ν + 1), so that single samples may lie anywhere: beyond |r| = σ√ν a
/// sample pulls the *less* the farther it lies. ν = 1 is the Cauchy distribution, ν → ∞ the Gaussian of variance σ².
///
/// # Gradient
///
/// ∂ℓ/∂ŷₖ = (ν + 1) r/(νσ² + r²) with r = ŷₖ − yₖ. No kink. Convex for |r| ≤ σ√ν only: there are local minima.
///
/// # Conventions
///
/// PyTorch has it as `-torch.distributions.StudentT(df, loc, scale).log_prob(y)`.
///
/// # Errors
///
/// Refuses ν and σ that are not positive and finite, an empty batch, targets of another shape than the predictions, and
/// targets that are not finite.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{Loss, StudentTNll};
///
/// let cauchy = StudentTNll { degrees: 1.0, scale: 1.0 };
/// let loss = cauchy.per_sample(&Array::vector(&[1.0_f64]), &Array::vector(&[0.0]))?;
/// // The Cauchy density 1/(π(1 + r²)) at 1.
/// assert!((loss.to_vec()[0] - (2.0 * std::f64::consts::PI).ln()).abs() < 1e-14);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// K. L. Lange, R. J. A. Little & J. M. G. Taylor 1989, *Robust statistical modeling using the t distribution*,
/// doi:10.1080/01621459.1989.10478852.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StudentTNll {
    /// ν > 0, the degrees of freedom; 4 by default.
    pub degrees: f64,
    /// σ > 0, the scale; 1 by default.
    pub scale: f64,
}

impl Default for StudentTNll {
    fn default() -> Self {
        Self { degrees: 4.0, scale: 1.0 }
    }
}

/// r ↦ ½(ν + 1) ln(1 + r²/(νσ²)) and constants, of a residual r = ŷ − y; derivative (ν + 1) r/(νσ² + r²).
impl Elementary for StudentTNll {
    const NAME: &'static str = Self::LOSS;

    fn value<T: Float>(&self, residual: T) -> T {
        let degrees = self.degrees;
        let constant =
            self.scale.ln() + 0.5 * (degrees * std::f64::consts::PI).ln() + libm::lgamma(degrees / 2.0)
                - libm::lgamma((degrees + 1.0) / 2.0);
        let ratio = residual / number(self.scale);
        (ratio * ratio / number(degrees)).ln_1p() * number(0.5 * (degrees + 1.0)) + number(constant)
    }

    fn derivative<A: Algebra>(&self, residual: &A, _y: &A) -> A {
        let spread = residual.number(self.degrees * self.scale * self.scale);
        residual.number(self.degrees + 1.0) * residual.clone()
            / (spread + residual.clone() * residual.clone())
    }
}

impl Described for StudentTNll {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "student-t-nll",
        formula: "½(ν + 1) ln(1 + r²/(νσ²)) + ln σ + ½ ln νπ + ln Γ(ν/2) − ln Γ((ν + 1)/2)",
        assumption: "heavy-tailed noise: Student's t with ν degrees of freedom",
        source: "Lange, Little & Taylor 1989",
        convexity: Convexity::NotConvex,
        sign: Sign::Any,
    }];
}

impl Loss for StudentTNll {
    type Target<A: ArrayAlgebra> = A;

    fn per_sample<A: ArrayAlgebra>(&self, predictions: &A, targets: &A) -> Result<A, LossError> {
        check::positive(Self::LOSS, "degrees", self.degrees)?;
        check::positive(Self::LOSS, "scale", self.scale)?;
        residual::per_sample(Self::LOSS, self, predictions, targets)
    }
}

impl Likelihood for StudentTNll {
    type Core = Self;

    fn core(&self) -> Self {
        *self
    }

    fn factor(&self) -> f64 {
        1.0
    }
}
