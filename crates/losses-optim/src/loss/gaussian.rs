//! Negative log-likelihoods of Gaussian noise: of known precision, and of one that the model predicts as well.

use autograd::op::{bind, chain::Chain, map::apply};
use autograd::{Algebra, ArrayAlgebra, Elementary};
use num_traits::Float;

use super::{
    Convexity, Described, Entry, HalfSquaredError, Likelihood, Loss, LossError, Sign, check, columns, number,
    residual, sum_within_samples,
};

/// The negative log-likelihood of y under a Gaussian of mean ŷ and covariance I/β.
///
/// ```text
/// ℓ = Σₖ ½β(ŷₖ − yₖ)² + ½ ln(2π/β) = ½β‖ŷ − y‖² − (K/2) ln β + (K/2) ln 2π
/// ```
///
/// # Assumption
///
/// Independent Gaussian noise of known precision β = 1/variance. Its core is [`HalfSquaredError`], its factor β. The β that
/// fits residuals best is the reciprocal of their mean square.
///
/// # Gradient
///
/// ∂ℓ/∂ŷ = β(ŷ − y). No kink.
///
/// # Conventions
///
/// PyTorch's `GaussianNLLLoss` takes the variance, keeps it above 10⁻⁶, and leaves ½ ln 2π out unless `full=True`.
///
/// # Errors
///
/// Refuses β that is not positive and finite, an empty batch, targets of another shape than the predictions, and targets
/// that are not finite.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{GaussianNll, Loss};
///
/// let (predictions, targets) = (Array::vector(&[0.0_f64]), Array::vector(&[0.0]));
/// // The density of the standard normal distribution at 0.
/// let density = (-GaussianNll { precision: 1.0 }.per_sample(&predictions, &targets)?.to_vec()[0]).exp();
/// assert!((density - 0.398_942_280_401_432_7).abs() < 1e-15);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// C. M. Bishop 2006, *Pattern Recognition and Machine Learning*, section 1.2.5.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GaussianNll {
    /// β > 0, the reciprocal of the variance; 1 by default.
    pub precision: f64,
}

impl Default for GaussianNll {
    fn default() -> Self {
        Self { precision: 1.0 }
    }
}

/// r ↦ ½βr² + ½ ln(2π/β) of a residual r = ŷ − y; derivative βr.
impl Elementary for GaussianNll {
    const NAME: &'static str = Self::LOSS;

    fn value<T: Float>(&self, residual: T) -> T {
        let constant = 0.5 * (std::f64::consts::TAU / self.precision).ln();
        residual * residual * number(0.5 * self.precision) + number(constant)
    }

    fn derivative<A: Algebra>(&self, residual: &A, _y: &A) -> A {
        residual.clone() * residual.number(self.precision)
    }
}

impl Described for GaussianNll {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "gaussian-nll",
        formula: "½β(ŷ − y)² + ½ ln(2π/β)",
        assumption: "Gaussian noise of precision β",
        source: "Bishop 2006, section 1.2.5",
        convexity: Convexity::Convex,
        sign: Sign::Any,
    }];
}

impl Loss for GaussianNll {
    type Target<A: ArrayAlgebra> = A;

    fn per_sample<A: ArrayAlgebra>(&self, predictions: &A, targets: &A) -> Result<A, LossError> {
        check::positive(Self::LOSS, "precision", self.precision)?;
        residual::per_sample(Self::LOSS, self, predictions, targets)
    }
}

impl Likelihood for GaussianNll {
    type Core = HalfSquaredError;

    fn core(&self) -> HalfSquaredError {
        HalfSquaredError
    }

    fn factor(&self) -> f64 {
        self.precision
    }
}

/// The negative log-likelihood of y under Gaussians whose means *and* precisions are predicted: regression with noise
/// that differs from place to place.
///
/// ```text
/// ℓ = Σₖ ½ e^(sₖ) (μₖ − yₖ)² − ½sₖ + ½ ln 2π        sₖ = ln βₖ
/// ```
///
/// A row of predictions holds the K means and then the K logarithms s of the precisions, so that every prediction is
/// admissible.
///
/// # Assumption
///
/// Independent Gaussian noise with a precision of its own for every number.
///
/// # Gradient
///
/// ∂ℓ/∂μₖ = e^(sₖ)(μₖ − yₖ), ∂ℓ/∂sₖ = ½e^(sₖ)(μₖ − yₖ)² − ½. No kink. Convex in μ and in s, but not in both together: with
/// flexible models, fitting the means first (s constant) is the safer start.
///
/// # Conventions
///
/// PyTorch's `GaussianNLLLoss` takes the variances as a further argument, keeps them above 10⁻⁶, and leaves ½ ln 2π out
/// unless `full=True`. Here nothing is kept in bounds: without noise in the data the loss has no lower bound, and a precision
/// that is no number any more, e^s for s beyond 709 (88 in `f32`), makes the loss and its gradient by the precision infinite, but
/// where the residual is exactly 0.
///
/// # Errors
///
/// Refuses an empty batch, predictions that are not a matrix with an even number of columns, targets that are not a matrix
/// with half as many, and targets that are not finite.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{LearnedGaussianNll, Loss};
///
/// // Mean 1, precision e⁰ = 1.
/// let predictions = Array::new(&[1, 2], vec![1.0_f64, 0.0]).unwrap();
/// let loss = LearnedGaussianNll.per_sample(&predictions, &Array::new(&[1, 1], vec![3.0]).unwrap())?;
/// assert!((loss.to_vec()[0] - (2.0 + 0.5 * std::f64::consts::TAU.ln())).abs() < 1e-15);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// D. A. Nix & A. S. Weigend 1994, *Estimating the mean and variance of the target probability distribution*,
/// doi:10.1109/ICNN.1994.374138.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LearnedGaussianNll;

impl Described for LearnedGaussianNll {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "learned-gaussian-nll",
        formula: "½eˢ(μ − y)² − ½s + ½ ln 2π",
        assumption: "Gaussian noise whose precision eˢ is predicted",
        source: "Nix & Weigend 1994",
        convexity: Convexity::NotConvex,
        sign: Sign::Any,
    }];
}

impl Loss for LearnedGaussianNll {
    type Target<A: ArrayAlgebra> = A;

    fn per_sample<A: ArrayAlgebra>(&self, predictions: &A, targets: &A) -> Result<A, LossError> {
        let [samples, width] = check::matrix(Self::LOSS, predictions.shape())?;
        let numbers = width / 2;
        if width % 2 != 0 {
            let expected = "a matrix with a mean and a logarithm of a precision for each target";
            let found = predictions.shape().to_vec();
            return Err(LossError::Predictions { loss: Self::LOSS, expected, found });
        }
        check::same_shape(Self::LOSS, &[samples, numbers], targets.shape())?;
        check::finite_targets(Self::LOSS, targets)?;
        let (means, logarithms) =
            (columns::columns(predictions, 0..numbers), columns::columns(predictions, numbers..width));
        let halves = apply(HalfSquaredError, &(means - targets.clone()));
        // A residual of exactly 0 wins against a precision that overflows.
        let weighed = bind(Chain, &[&halves, &logarithms.exp()]);
        let half = predictions.number(0.5);
        let constant = predictions.number(0.5 * std::f64::consts::TAU.ln());
        Ok(sum_within_samples(&(weighed - logarithms * half + constant)))
    }
}

impl Likelihood for LearnedGaussianNll {
    type Core = Self;

    fn core(&self) -> Self {
        *self
    }

    fn factor(&self) -> f64 {
        1.0
    }
}
