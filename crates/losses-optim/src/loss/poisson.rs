//! The negative log-likelihood of counts.

use autograd::{Array, ArrayAlgebra};
use num_traits::ToPrimitive;

use super::{
    Convexity, Described, Entry, Likelihood, Loss, LossError, Sign, check, number, sum_within_samples,
};

/// The negative log-likelihood of counts y under Poisson distributions with rates e^s: regression of counts.
///
/// ```text
/// ℓ = Σₖ e^(sₖ) − yₖsₖ + ln yₖ!
/// ```
///
/// # Assumption
///
/// Events that happen independently at the rate e^s, so that mean and variance of a count agree. Predictions are the
/// logarithms s of the rates, and so every prediction is admissible.
///
/// # Gradient
///
/// ∂ℓ/∂sₖ = e^(sₖ) − yₖ. No kink. The term ln y! is a constant: no derivative by the targets is taken through it.
///
/// # Conventions
///
/// PyTorch's `PoissonNLLLoss` (`log_input=True`, its default, too) leaves ln y! out, and with `full=True` replaces it by the
/// first terms of Stirling's series; here it is exact. For counts that are not whole y! is Γ(y + 1).
///
/// A rate that is no number any more, e^s for s beyond 709 (88 in `f32`), makes loss and gradient infinite, and never NaN; below,
/// down to any s, both are finite. There is no other stable form: the likelihood itself is 0 there.
///
/// # Errors
///
/// Refuses an empty batch, targets of another shape than the predictions, and targets that are negative or not finite.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{Loss, PoissonNll};
///
/// // Two events at the rate 1 have the probability e⁻¹/2!.
/// let loss = PoissonNll.per_sample(&Array::vector(&[0.0_f64]), &Array::vector(&[2.0]))?;
/// assert!((loss.to_vec()[0] - (1.0 + 2.0_f64.ln())).abs() < 1e-15);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// P. McCullagh & J. A. Nelder 1989, *Generalized Linear Models*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PoissonNll;

impl Described for PoissonNll {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "poisson-nll",
        formula: "eˢ − y·s + ln y!",
        assumption: "counts of independent events at the rate eˢ",
        source: "McCullagh & Nelder 1989",
        convexity: Convexity::Convex,
        sign: Sign::NonNegative,
    }];
}

impl Loss for PoissonNll {
    type Target<A: ArrayAlgebra> = A;

    fn per_sample<A: ArrayAlgebra>(&self, log_rates: &A, counts: &A) -> Result<A, LossError> {
        check::samples(Self::LOSS, log_rates.shape())?;
        check::same_shape(Self::LOSS, log_rates.shape(), counts.shape())?;
        check::targets(Self::LOSS, counts, "a finite count, zero or greater", |y| y >= 0.0 && y.is_finite())?;
        let factorials = counts.array().view().mapv(|y| number(ln_factorial(y.to_f64().unwrap_or(f64::NAN))));
        let factorials = A::from_array(Array::from(factorials));
        Ok(sum_within_samples(&(log_rates.exp() - counts.clone() * log_rates.clone() + factorials)))
    }
}

impl Likelihood for PoissonNll {
    type Core = Self;

    fn core(&self) -> Self {
        *self
    }

    fn factor(&self) -> f64 {
        1.0
    }
}

/// ln y! for y ≥ 0, whole or not.
fn ln_factorial(y: f64) -> f64 {
    if y.fract() == 0.0 && y <= 20.0 {
        // The product is exact, and so 0! = 1! = 1 give exactly 0.
        ((2..=y as u64).product::<u64>() as f64).ln()
    } else {
        libm::lgamma(y + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factorials_are_continued_between_whole_numbers() {
        assert_eq!([0.0, 1.0].map(ln_factorial), [0.0, 0.0]);
        assert!((ln_factorial(20.0) - libm::lgamma(21.0)).abs() < 1e-13);
        assert!((ln_factorial(0.5) - (0.5 * std::f64::consts::PI.sqrt()).ln()).abs() < 1e-15);
        assert!((ln_factorial(99.0) - 359.134_205_369_575_4).abs() < 1e-12);
    }
}
