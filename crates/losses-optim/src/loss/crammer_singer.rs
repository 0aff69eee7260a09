//! The multi-class hinge loss of the best wrong class.

use autograd::{ArrayAlgebra, ArrayOps};

use super::{Convexity, Described, Entry, Loss, LossError, Sign, check, margin, row_max::row_max};

/// The multi-class hinge loss of Crammer and Singer: what the right class lacks of a margin over the best wrong one.
///
/// ```text
/// ℓ = max(0, Δ + max_(j ≠ c) zⱼ − z_c)
/// ```
///
/// # Assumption
///
/// None on probabilities: a convex upper bound of Δ times the zero–one loss of the class with the highest score, and a
/// tighter one than [`WestonWatkins`](super::WestonWatkins)', which it equals for two classes.
///
/// # Gradient
///
/// Where the margin is violated, ∂ℓ/∂z_c = −1 and ∂ℓ/∂zⱼ = 1 for the best wrong class j; 1/k each where k of them tie. At the
/// margin the choice is 0.
///
/// # Conventions
///
/// As optax's `multiclass_hinge_loss`, for Δ = 1; at the margin it shares the gradient between right and wrong class. PyTorch
/// has none.
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
/// use losses_optim::loss::{CrammerSinger, Loss};
///
/// let scores = Array::new(&[1, 3], vec![2.0, 1.5, 4.0]).unwrap();
/// let loss = CrammerSinger::default().per_sample(&scores, &[0])?;
/// assert_eq!(loss.to_vec(), [3.0]);
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// K. Crammer & Y. Singer 2001, *On the algorithmic implementation of multiclass kernel-based vector machines*, JMLR 2,
/// 265–292.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CrammerSinger {
    /// Δ > 0, by how much the right class is to win; 1 by default.
    pub margin: f64,
}

impl Default for CrammerSinger {
    fn default() -> Self {
        Self { margin: 1.0 }
    }
}

impl Described for CrammerSinger {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "crammer-singer",
        formula: "max(0, Δ + max_(j ≠ c) zⱼ − z_c)",
        assumption: "one label; a margin over the best wrong class",
        source: "Crammer & Singer 2001",
        convexity: Convexity::Convex,
        sign: Sign::NonNegative,
    }];
}

impl Loss for CrammerSinger {
    type Target<A: ArrayAlgebra> = [usize];

    fn per_sample<A: ArrayAlgebra>(&self, scores: &A, labels: &[usize]) -> Result<A, LossError> {
        check::positive(Self::LOSS, "margin", self.margin)?;
        let [_, classes] = check::labels(Self::LOSS, scores.shape(), labels)?;
        // The right class's own entry is −Δ and cannot open the hinge.
        Ok(row_max(&margin::excess(scores, labels, classes, self.margin)).relu())
    }
}
