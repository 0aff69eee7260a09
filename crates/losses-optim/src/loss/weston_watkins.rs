//! The multi-class hinge loss that sums over the wrong classes.

use autograd::{ArrayAlgebra, ArrayOps};

use super::{Convexity, Described, Entry, Loss, LossError, Sign, check, margin};

/// The multi-class hinge loss of Weston and Watkins: every wrong class costs what the right one lacks of a margin over it.
///
/// ```text
/// ℓ = Σ_(j ≠ c) max(0, Δ + zⱼ − z_c)
/// ```
///
/// # Assumption
///
/// None on probabilities: a convex upper bound of Δ times the zero–one loss of the class with the highest score.
///
/// # Gradient
///
/// ∂ℓ/∂zⱼ = 1 for every wrong class j within the margin, zⱼ > z_c − Δ, and 0 for the others; ∂ℓ/∂z_c is minus their number.
/// At the margin zⱼ = z_c − Δ the choice is 0.
///
/// # Conventions
///
/// Δ = 1 as in the lecture; the paper's is 2, with which the same classifier results from half the regularisation: w = 2u
/// turns one objective into the other. PyTorch's `MultiMarginLoss` divides by the number of classes, optax's
/// `multiclass_hinge_loss` is [`CrammerSinger`](super::CrammerSinger)'s.
///
/// # Errors
///
/// Refuses Δ that is not positive and finite, scores that are not a matrix with one row per label, an empty batch, and
/// labels that name no class.
///
/// # Example
///
/// ```
/// use autograd::Array;
/// use losses_optim::loss::{Loss, WestonWatkins};
///
/// let scores = Array::new(&[1, 3], vec![2.0, 1.5, 4.0]).unwrap();
/// let loss = WestonWatkins::default().per_sample(&scores, &[0])?;
/// assert_eq!(loss.to_vec(), [0.5 + 3.0]);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// J. Weston & C. Watkins 1999, *Support vector machines for multi-class pattern recognition*, ESANN.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WestonWatkins {
    /// Δ > 0, by how much the right class is to win; 1 by default.
    pub margin: f64,
}

impl Default for WestonWatkins {
    fn default() -> Self {
        Self { margin: 1.0 }
    }
}

impl Described for WestonWatkins {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "weston-watkins",
        formula: "Σ_(j ≠ c) max(0, Δ + zⱼ − z_c)",
        assumption: "one label; a margin over every wrong class",
        source: "Weston & Watkins 1999",
        convexity: Convexity::Convex,
        sign: Sign::NonNegative,
    }];
}

impl Loss for WestonWatkins {
    type Target<A: ArrayAlgebra> = [usize];

    fn per_sample<A: ArrayAlgebra>(&self, scores: &A, labels: &[usize]) -> Result<A, LossError> {
        check::positive(Self::LOSS, "margin", self.margin)?;
        let [_, classes] = check::labels(Self::LOSS, scores.shape(), labels)?;
        Ok(margin::excess(scores, labels, classes, self.margin).relu().sum(&[1]))
    }
}
