//! The objective of the soft-margin support vector machine.

use autograd::{ArrayAlgebra, ArrayOps};

use super::{Convexity, Described, Entry, Hinge, Loss, LossError, Reduction, Sign, check};

/// What a soft-margin support vector machine minimises: the weights' penalty and C times the sum of a loss of margins.
///
/// ```text
/// f(w) = ½‖w‖² + C Σᵢ ℓ(sᵢ, yᵢ)
/// ```
///
/// With [`Hinge`] it is the L1-SVM, with [`SquaredHinge`](super::SquaredHinge) the L2-SVM, with
/// [`OneVersusRest`](super::OneVersusRest) Tang's objective.
///
/// # Assumption
///
/// Of all boundaries the one with the widest margin, 1/‖w‖, is preferred, and C sets the price of samples within it.
///
/// # Gradient
///
/// By the weights: w, plus C times the gradient of the losses through the scores.
///
/// # Conventions
///
/// The losses are summed, as the lecture has it (its γ is C): λ‖w‖² plus the *mean* hinge of n samples has the same minimiser
/// for λ = 1/(2nC). Bishop's equation 7.44, with the sum and λ‖w‖², has it for λ = 1/(2C). Leave the bias out of `weights`,
/// or it is penalised as well.
///
/// It is registered with the losses but is no [`Loss`]: a function of the weights has no value for one sample, and so neither a
/// [`Reduction`] nor weights of samples. For those, add ½‖w‖² to C times the loss's own
/// [`evaluate_weighted`](Loss::evaluate_weighted).
///
/// # Errors
///
/// Refuses C that is not positive and finite, and what the loss refuses.
///
/// # Example
///
/// ```
/// use autograd::{Array, ArrayOps};
/// use losses_optim::loss::{Hinge, SvmObjective};
///
/// let inputs = Array::new(&[2, 1], vec![1.0, -3.0]).unwrap();
/// let labels = Array::vector(&[1.0, -1.0]);
/// let weights = Array::vector(&[0.5]);
/// let svm = SvmObjective { loss: Hinge, cost: 2.0 };
/// let value = svm.evaluate(&weights, &inputs.matmul(&weights), &labels)?;
/// assert_eq!(value.item(), Some(0.125 + 2.0 * (0.5 + 0.0)));
/// # Ok::<(), losses_optim::loss::LossError>(())
/// ```
///
/// # Source
///
/// C. Cortes & V. Vapnik 1995, doi:10.1007/BF00994018; Bishop 2006, equations 7.21 and 7.44.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SvmObjective<L = Hinge> {
    /// The loss of the margins.
    pub loss: L,
    /// C > 0, the price of the losses.
    pub cost: f64,
}

impl<L: Default> Default for SvmObjective<L> {
    fn default() -> Self {
        Self { loss: L::default(), cost: 1.0 }
    }
}

impl<L: Loss> SvmObjective<L> {
    /// ½‖w‖² + C Σᵢ ℓ(sᵢ, yᵢ) for weights w and the scores s that they give.
    ///
    /// # Errors
    /// If C is not positive and finite, or the loss refuses scores or labels.
    pub fn evaluate<A: ArrayAlgebra>(
        &self,
        weights: &A,
        scores: &A,
        labels: &L::Target<A>,
    ) -> Result<A, LossError> {
        check::positive(SvmObjective::<Hinge>::LOSS, "cost", self.cost)?;
        let losses = self.loss.evaluate(scores, labels, Reduction::Sum)?;
        let penalty = (weights.clone() * weights.clone()).sum_all() * weights.number(0.5);
        Ok(penalty + losses * weights.number(self.cost))
    }
}

impl Described for SvmObjective<Hinge> {
    const ENTRIES: &'static [Entry] = &[Entry {
        name: "svm-objective",
        formula: "½‖w‖² + C Σᵢ ℓ(sᵢ, yᵢ)",
        assumption: "labels ±1 and a wide margin; the penalty of the weights is part of it",
        source: "Cortes & Vapnik 1995",
        convexity: Convexity::Convex,
        sign: Sign::NonNegative,
    }];
}
