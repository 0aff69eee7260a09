//! The focal loss.

use autograd::{ArrayAlgebra, op::map::apply, special::Softplus};

use super::{Convexity, Described, Entry, Loss, LossError, Sign, check, sum_within_samples};

/// The focal loss: binary cross-entropy in which samples that are already right count less.
///
/// ```text
/// ℓ = Σₖ −αₜ (1 − pₜ)^γ ln pₜ        pₜ = σ(z),     αₜ = α      where y = 1
///                                    pₜ = σ(−z),    αₜ = 1 − α  where y = 0
/// ```
///
/// Computed from softplus(±z), so that scores of any size neither overflow nor lose the gradient.
///
/// # Assumption
///
/// None as a likelihood: its minimiser is not the probability of the label. It is meant for many easy negatives beside few
/// positives, whose gradients the easy ones would drown. γ = 0 is cross-entropy, weighed by α.
///
/// # Gradient
///
/// With q = 1 − pₜ and t = ±1 for y = 1, 0: ∂ℓ/∂z = −t·αₜ q^γ (q − γ pₜ ln pₜ). No kink. Not convex for γ > 0.
///
/// # Conventions
///
/// As `torchvision.ops.sigmoid_focal_loss` and optax's `sigmoid_focal_loss`. There α may be left out by a negative number or
/// `None`; here by `None`, and αₜ is then 1. Labels are 0 or 1, not between.
///
/// # Errors
///
/// Refuses γ that is negative or not finite, α outside \[0, 1\], an empty batch, targets of another shape than the
/// predictions, and targets other than 0 and 1.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{Focal, Loss};
///
/// let focal = Focal { focusing: 2.0, balance: None };
/// let loss = focal.per_sample(&Array::vector(&[0.0_f64]), &Array::vector(&[1.0]))?;
/// assert!((loss.to_vec()[0] - 0.25 * 2.0_f64.ln()).abs() < 1e-15);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// T.-Y. Lin et al. 2017, *Focal loss for dense object detection*, arXiv:1708.02002, equation 5.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Focal {
    /// γ ≥ 0, how much right samples are discounted; 2 by default, as in the paper.
    pub focusing: f64,
    /// α, the weight of positive samples against 1 − α of negative ones; 0.25 by default, as in the paper.
    pub balance: Option<f64>,
}

impl Default for Focal {
    fn default() -> Self {
        Self { focusing: 2.0, balance: Some(0.25) }
    }
}

impl Described for Focal {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "focal",
        formula: "−αₜ (1 − pₜ)^γ ln pₜ with pₜ = σ(±z)",
        assumption: "many easy negatives beside few positives",
        source: "Lin et al. 2017, equation 5",
        convexity: Convexity::NotConvex,
        sign: Sign::NonNegative,
    }];
}

impl Loss for Focal {
    type Target<A: ArrayAlgebra> = A;

    fn per_sample<A: ArrayAlgebra>(&self, scores: &A, targets: &A) -> Result<A, LossError> {
        check::non_negative(Self::LOSS, "focusing", self.focusing)?;
        if let Some(alpha) = self.balance {
            let holds = (0.0..=1.0).contains(&alpha);
            check::constant(Self::LOSS, "balance", alpha, holds, "a number from 0 to 1")?;
        }
        check::samples(Self::LOSS, scores.shape())?;
        check::same_shape(Self::LOSS, scores.shape(), targets.shape())?;
        check::targets(Self::LOSS, targets, "a label of 0 or 1", |y| y == 0.0 || y == 1.0)?;
        let one = targets.number(1.0);
        let towards_label = scores.clone() * (targets.clone() + targets.clone() - one.clone());
        let cross_entropy = apply(Softplus, &-towards_label.clone());
        // ln(1 − pₜ) = −softplus(±z), hence a power without a logarithm of 0.
        let discount = (-apply(Softplus, &towards_label) * targets.number(self.focusing)).exp();
        let losses = discount * cross_entropy;
        let losses = match self.balance {
            Some(alpha) => {
                let negative = (one - targets.clone()) * targets.number(1.0 - alpha);
                losses * (targets.clone() * targets.number(alpha) + negative)
            }
            None => losses,
        };
        Ok(sum_within_samples(&losses))
    }
}
