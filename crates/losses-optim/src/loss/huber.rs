//! Huber's loss in its two scalings: quadratic near the target, linear far from it.

use autograd::{Algebra, ArrayAlgebra, Elementary};
use num_traits::Float;

use super::{Convexity, Described, Entry, Loss, LossError, Sign, check, number, residual};

/// Huber's loss: half the squared error up to a distance δ, and from there on linear.
///
/// ```text
/// ℓ = Σₖ h(ŷₖ − yₖ)        h(r) = ½r²           for |r| ≤ δ
///                          h(r) = δ(|r| − ½δ)   for |r| > δ
/// ```
///
/// # Assumption
///
/// Noise that is Gaussian near the middle and has the heavier tails of a Laplace distribution: the least favourable
/// distribution when a share of the samples, to which δ corresponds, may be contaminated arbitrarily.
///
/// # Gradient
///
/// ∂ℓ/∂ŷₖ = r for |r| ≤ δ, and δ·sign r beyond: the residual, clipped. No kink; the second derivative jumps from 1 to 0 at
/// |r| = δ, and is taken as 1 there.
///
/// # Conventions
///
/// As PyTorch's `HuberLoss` and optax's `huber_loss`, but for PyTorch's mean over numbers. Divided by δ it is
/// [`SmoothL1`].
///
/// # Errors
///
/// Refuses δ that is not positive and finite, an empty batch, targets of another shape than the predictions, and targets
/// that are not finite.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{Huber, Loss};
///
/// let (predictions, targets) = (Array::vector(&[0.5, 3.0]), Array::vector(&[0.0, 0.0]));
/// let loss = Huber { delta: 1.0 }.per_sample(&predictions, &targets)?;
/// assert_eq!(loss.to_vec(), [0.125, 2.5]);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// P. J. Huber 1964, *Robust estimation of a location parameter*, doi:10.1214/aoms/1177703732.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Huber {
    /// δ > 0, the distance at which the loss becomes linear; 1 by default.
    pub delta: f64,
}

impl Default for Huber {
    fn default() -> Self {
        Self { delta: 1.0 }
    }
}

/// r ↦ h(r) of a residual r = ŷ − y; derivative r, clipped to \[−δ, δ\].
impl Elementary for Huber {
    const NAME: &'static str = Self::LOSS;

    fn value<T: Float>(&self, residual: T) -> T {
        let (size, delta, half) = (residual.abs(), number::<T>(self.delta), number::<T>(0.5));
        if size > delta { delta * (size - half * delta) } else { half * residual * residual }
    }

    fn derivative<A: Algebra>(&self, residual: &A, _y: &A) -> A {
        let delta = residual.number(self.delta);
        let above = (residual.clone() - delta.clone()).step(0.0);
        let below = (-residual.clone() - delta.clone()).step(0.0);
        let within = residual.number(1.0) - above.clone() - below.clone();
        residual.clone() * within + delta * (above - below)
    }
}

impl Described for Huber {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "huber",
        formula: "½r² for |r| ≤ δ, δ(|r| − ½δ) beyond",
        assumption: "Gaussian noise with contaminated tails",
        source: "Huber 1964",
        convexity: Convexity::Convex,
        sign: Sign::NonNegative,
    }];
}

impl Loss for Huber {
    type Target<A: ArrayAlgebra> = A;

    fn per_sample<A: ArrayAlgebra>(&self, predictions: &A, targets: &A) -> Result<A, LossError> {
        check::positive(Self::LOSS, "delta", self.delta)?;
        residual::per_sample(Self::LOSS, self, predictions, targets)
    }
}

/// Huber's loss divided by its δ, here β: the absolute error with its tip rounded off.
///
/// ```text
/// ℓ = Σₖ h(ŷₖ − yₖ)        h(r) = r²/(2β)      for |r| ≤ β
///                          h(r) = |r| − ½β     for |r| > β
/// ```
///
/// # Assumption
///
/// That of [`Huber`]. The slope of the linear part is 1 whatever β.
///
/// # Gradient
///
/// ∂ℓ/∂ŷₖ = r/β for |r| ≤ β, and sign r beyond. No kink; the second derivative jumps at |r| = β, and is taken as 1/β there.
///
/// # Conventions
///
/// As PyTorch's `SmoothL1Loss`, but for its mean over numbers; PyTorch also takes β = 0, which is
/// [`AbsoluteError`](super::AbsoluteError) here.
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
/// use losses_optim::loss::{Loss, SmoothL1};
///
/// let (predictions, targets) = (Array::vector(&[1.0, 4.0]), Array::vector(&[0.0, 0.0]));
/// let loss = SmoothL1 { beta: 2.0 }.per_sample(&predictions, &targets)?;
/// assert_eq!(loss.to_vec(), [0.25, 3.0]);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// R. Girshick 2015, *Fast R-CNN*, arXiv:1504.08083, equation 3 (β = 1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SmoothL1 {
    /// β > 0, the distance at which the loss becomes linear; 1 by default.
    pub beta: f64,
}

impl Default for SmoothL1 {
    fn default() -> Self {
        Self { beta: 1.0 }
    }
}

/// r ↦ h(r) of a residual r = ŷ − y; derivative r/β, clipped to \[−1, 1\].
impl Elementary for SmoothL1 {
    const NAME: &'static str = Self::LOSS;

    fn value<T: Float>(&self, residual: T) -> T {
        Huber { delta: self.beta }.value(residual) / number(self.beta)
    }

    fn derivative<A: Algebra>(&self, residual: &A, y: &A) -> A {
        Huber { delta: self.beta }.derivative(residual, y) / residual.number(self.beta)
    }
}

impl Described for SmoothL1 {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "smooth-l1",
        formula: "r²/(2β) for |r| ≤ β, |r| − ½β beyond",
        assumption: "Gaussian noise with contaminated tails",
        source: "Girshick 2015, equation 3",
        convexity: Convexity::Convex,
        sign: Sign::NonNegative,
    }];
}

impl Loss for SmoothL1 {
    type Target<A: ArrayAlgebra> = A;

    fn per_sample<A: ArrayAlgebra>(&self, predictions: &A, targets: &A) -> Result<A, LossError> {
        check::positive(Self::LOSS, "beta", self.beta)?;
        residual::per_sample(Self::LOSS, self, predictions, targets)
    }
}
